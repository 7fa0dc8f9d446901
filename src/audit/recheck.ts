import { canonical } from "../core/canonical.ts";
import { exactFraction } from "../core/fraction.ts";
import { sha256Hex } from "../core/hash.ts";
import { AssayError, causeText } from "../core/problems/assayError.ts";
import type { JobInput } from "../flow/lane.ts";
import type { Evidence } from "../flow/strike.ts";
import type { Verdict } from "../flow/verdict.ts";
import { makeGroth16Lane } from "../lanes/groth16/lane.ts";
import type { CircuitKey } from "./circuitKeys.ts";
import { recompute } from "./log/draws.ts";
import type { FindingCode } from "./log/findings.ts";
import type { LogAudit } from "./log/logAudit.ts";
import type { Recheck } from "./log/report.ts";
import type { VerdictLine } from "./log/verdicts.ts";
import type { ReportedDraw } from "./log/watched.ts";
import type { OwnedStrike } from "./strikeFile.ts";

export interface RecheckParts {
  readonly audit: LogAudit;
  readonly strikes: readonly OwnedStrike[];
  /** Verification keys by the id of their circuit. */
  readonly circuits: ReadonlyMap<string, CircuitKey>;
  readonly random: (count: number) => Uint8Array;
}

type Exhibit = NonNullable<Evidence["exhibit"]>;

/** A lane of one circuit, its public inputs named as the job's are, in their order; rate and pay of the lane do not matter here. */
async function verdictOn(
  exhibit: Exhibit,
  key: CircuitKey,
  random: RecheckParts["random"],
): Promise<Verdict> {
  const lane = makeGroth16Lane({
    policy: { rate: exactFraction("1"), penalty: "strike", maxAttempts: 1, share: 0 },
    circuits: [
      {
        ...{ id: exhibit.kind, file: key.name, verificationKey: key.read() },
        ...{ publicInputs: namesOf(exhibit.input), benchmark: false },
      },
    ],
  });
  await lane.prepare();
  const [verdict] = lane.check(exhibit.kind, [exhibit], random);
  if (verdict === undefined) throw new RangeError("the check returned no verdict");
  return verdict;
}

const namesOf = (input: JobInput): string[] =>
  Object.entries(input).map(([name, value]) =>
    typeof value === "string" ? name : `${name}[${value.length}]`,
  );

/** Checks stored answers again, and compares their strikes with the log. */
export class Rechecks {
  readonly #parts: RecheckParts;

  constructor(parts: RecheckParts) {
    this.#parts = parts;
  }

  /** Checks the rejected answer of each hotkey. Adds to the findings of the audit. */
  async of(workId: string): Promise<Recheck[]> {
    const work = this.#parts.audit.watched.of(workId);
    const rejected = work?.verdicts.filter(({ state }) => state === "rejected") ?? [];
    if (work === undefined || rejected.length === 0) {
      this.#parts.audit.findings.add("recheck_not_found", "the log has no rejected answer for this work", {
        work_id: workId,
      });
      return [{ work_id: workId, hotkey: null, outcome: "unchecked", code: null }];
    }
    const rechecks: Recheck[] = [];
    for (const verdict of rejected) {
      const { hotkey, receipt_id } = verdict;
      const draw = work.draws.find((one) => one.hotkey === hotkey && one.receiptId === receipt_id);
      rechecks.push(await this.#one(verdict, draw));
    }
    return rechecks;
  }

  #find(code: FindingCode, { work_id, hotkey }: VerdictLine, detail: string): void {
    this.#parts.audit.findings.add(code, detail, { work_id, hotkey });
  }

  async #one(verdict: VerdictLine, draw: ReportedDraw | undefined): Promise<Recheck> {
    const { work_id, hotkey, receipt_id, code } = verdict;
    const unchecked: Recheck = { work_id, hotkey, outcome: "unchecked", code };
    const owned = this.#parts.strikes.find(
      ({ hotkey: owner, strike: { evidence } }) =>
        owner === hotkey && evidence.work_id === work_id && evidence.receipt_id === receipt_id,
    );
    if (owned === undefined) {
      this.#find("recheck_not_found", verdict, "no strike of the hotkey is for this work");
      return unchecked;
    }
    const { evidence, lane } = owned.strike;
    const differing = this.#differing(verdict, draw, evidence);
    if (lane !== verdict.lane) differing.push("lane");
    for (const what of differing)
      this.#find("recheck_differs", verdict, `the ${what} in the strike is not the one in the log`);
    const again = await this.#again(verdict, evidence);
    if (again === null) return unchecked;
    const isSame = again.outcome === "invalid" && again.code === verdict.code;
    if (!isSame) this.#find("recheck_refuted", verdict, `${said(again)}; the log states ${verdict.code}`);
    const outcome = isSame && differing.length === 0 ? "confirmed" : "refuted";
    return { work_id, hotkey, outcome, code: "code" in again ? again.code : null };
  }

  /** The parts of the strike that differ from the log. */
  #differing(verdict: VerdictLine, draw: ReportedDraw | undefined, evidence: Evidence): string[] {
    const differing: string[] = [];
    const answer = verdict.receipt_id === null ? verdict.answer_sha256 : draw?.answerSha256;
    const { exhibit } = evidence;
    const isOther = exhibit !== undefined && sha256Hex(exhibit.answer) !== evidence.answer_sha256;
    if (evidence.answer_sha256 !== answer || isOther) differing.push("answer");
    if (evidence.verdict.code !== verdict.code) differing.push("verdict");
    if (!this.#isDraw(draw, evidence)) differing.push("draw");
    return differing;
  }

  #isDraw(draw: ReportedDraw | undefined, evidence: Evidence): boolean {
    const { rules } = this.#parts.audit;
    if (draw === undefined || rules === null) return false;
    return canonical(recompute(rules, draw)) === canonical(evidence.draw);
  }

  async #again(verdict: VerdictLine, { exhibit }: Evidence): Promise<Verdict | null> {
    const impossible = (detail: string): null => {
      this.#find("recheck_impossible", verdict, detail);
      return null;
    };
    if (exhibit === undefined) return impossible("the strike does not hold the answer");
    if (verdict.lane !== "groth16")
      return impossible(`answers of lane ${verdict.lane} cannot be checked again, only those of groth16`);
    const key = this.#parts.circuits.get(exhibit.kind);
    if (key === undefined) return impossible(`give --circuit ${exhibit.kind}=verification_key.json`);
    try {
      return await verdictOn(exhibit, key, this.#parts.random);
    } catch (error) {
      if (error instanceof AssayError && error.code === "file_unreadable") throw error;
      return impossible(causeText(error));
    }
  }
}

const said = (verdict: Verdict): string =>
  verdict.outcome === "valid" ? "the answer is valid" : `the check gives ${verdict.outcome}, ${verdict.code}`;
