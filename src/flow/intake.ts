/** Why no new work is taken; what is open still ends. */
export const intakeStops = ["draining", "storage_full"] as const;
export type IntakeStop = (typeof intakeStops)[number];
