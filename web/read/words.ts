/** Codes of the validator as words: "verify_backlog" is "verify backlog". */
export const words = (code: string): string => code.replaceAll("_", " ");

const stages: Readonly<Record<string, string>> = {
  requests: "Requests",
  admitted: "Admitted",
  concluded: "Concluded",
  accepted: "Accepted",
  weighed: "Weighed",
};

/** The name of a stage of the funnel. */
export const stageName = (stage: string): string => stages[stage] ?? words(stage);
