import { AssayError, causeText } from "../core/problems/assayError.ts";

export interface DoctorFinding {
  readonly name: string;
  readonly state: "ok" | "warn" | "fail";
  readonly detail: string;
}

/** What a check found, without its name. */
export type Found = Omit<DoctorFinding, "name">;

export const ok = (detail: string): Found => ({ state: "ok", detail });
export const warn = (detail: string): Found => ({ state: "warn", detail });
export const fail = (detail: string): Found => ({ state: "fail", detail });

/** Runs a check; a throw is a failure with its code. */
export async function finding(name: string, probe: () => Promise<Found>): Promise<DoctorFinding> {
  try {
    return { name, ...(await probe()) };
  } catch (error) {
    const code = error instanceof AssayError ? ` (${error.code})` : "";
    return { name, state: "fail", detail: `${causeText(error)}${code}` };
  }
}
