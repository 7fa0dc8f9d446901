import { kindOf } from "../../../../src/core/problems/assayError.ts";
import type { Problem } from "../../../../src/core/problems/problem.ts";
import { problemTable } from "../../../../src/core/problems/table.ts";
import type { Case } from "./case.ts";
import type { Answer } from "./wire.ts";

const blames = new Set(["miner", "operator", "validator", "none"]);

/** The only status from 500 on besides 503 that a client can bring about: it named a coding that no server has to read. */
const isAllowedStatus = (status: number, code: string): boolean =>
  status < 500 || status === 503 || (status === 501 && code === "unsupported_transfer_coding");

function documentOf({ headers, body }: Answer): Record<string, unknown> | null {
  if (headers.get("content-type") !== "application/problem+json") return null;
  try {
    return JSON.parse(body.toString()) as Record<string, unknown>;
  } catch {
    return null;
  }
}

function refusalFault(answer: Answer, sent: Case): string | null {
  const document = documentOf(answer);
  if (document === null) return "a refusal without a problem document";
  const { code, title, detail, blame, status } = document;
  if (typeof code !== "string" || !(code in problemTable)) return `an unknown code ${String(code)}`;
  const kind = kindOf({ code } as Problem);
  if (status !== answer.status || kind.status !== status) return `${code} with status ${String(status)}`;
  if (title !== kind.title || typeof detail !== "string" || detail === "") return `${code} without its text`;
  if (typeof blame !== "string" || !blames.has(blame)) return `${code} without blame`;
  if (!isAllowedStatus(answer.status, code)) return `${answer.status} ${code}`;
  if (kind.retry !== undefined && !/^[1-9]\d*$/.test(answer.headers.get("retry-after") ?? ""))
    return `${code} without Retry-After`;
  if (sent.isWhole && sent.operation !== null && !sent.operation.codes.has(code))
    return `${code}, which ${sent.operation.id} does not declare`;
  return null;
}

/** What is wrong with an answer to what was sent, or null. */
export function answerFault(answer: Answer, sent: Case): string | null {
  const { status, headers, body } = answer;
  if (status >= 500 && status !== 503 && status !== 501) return `status ${status}`;
  if (headers.get("x-content-type-options") !== "nosniff" && status !== 101) return "no nosniff";
  if (status >= 400) return sent.method === "HEAD" ? null : refusalFault(answer, sent);
  if (headers.get("content-type")?.startsWith("application/json") && sent.method !== "HEAD" && status !== 304)
    sent.known.learnFromText(body.toString());
  return null;
}
