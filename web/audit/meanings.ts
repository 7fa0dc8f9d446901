import { type FindingCode, findingCodes } from "../../src/audit/log/findings.ts";

/** What a finding means, in the words of docs/audit.md. */
export const meaningOf = (code: FindingCode): string => findingCodes[code];
