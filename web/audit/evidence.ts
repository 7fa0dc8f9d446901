import { isSampling, readSampling } from "../../src/audit/log/document.ts";
import { recompute } from "../../src/audit/log/draws.ts";
import { Findings } from "../../src/audit/log/findings.ts";
import { keysInJwks } from "../../src/audit/log/jwks.ts";
import { checkRecord, type DrawRules } from "../../src/audit/log/record.ts";
import { canonical } from "../../src/core/canonical.ts";
import type { Subtle } from "./ed25519.ts";
import { pageHashes as hashes } from "./hashes.ts";
import { answeredKeys } from "./keys.ts";

/** A strike as `/v1/miners/{hotkey}/strikes` serves it; what is needed of it. */
export interface CheckedStrike {
  readonly lane: string;
  readonly evidence: {
    readonly work_id: string;
    readonly receipt_id: string | null;
    readonly answer_sha256: string;
    readonly draw: {
      readonly epoch: number;
      readonly lane: string;
      readonly hotkey: string;
      readonly work_id: string;
      readonly class: string;
    };
    readonly verdict: { readonly code: string };
    readonly exhibit?: { readonly kind: string; readonly answer: string };
    readonly exhibit_dropped?: { readonly why: string; readonly sha256: string };
  };
}

/** One thing that was looked at again. `unchecked`: it cannot be checked here, and the text says why. */
export interface EvidenceFinding {
  readonly what: "whose" | "commitment" | "draw" | "answer" | "verdict";
  readonly outcome: "confirmed" | "refuted" | "unchecked";
  readonly text: string;
}

export interface EvidenceRequest {
  readonly hotkey: string;
  readonly strike: CheckedStrike;
  /** The sampling document of the draw's epoch; null where it could not be read. */
  readonly sampling: unknown;
  readonly jwks: unknown;
  readonly subtle: Subtle | undefined;
}

/** The evidence must be of this hotkey, this lane and this work. */
function whose({ hotkey, strike: { lane, evidence } }: EvidenceRequest): EvidenceFinding {
  const { draw, work_id } = evidence;
  const isTheirs = draw.hotkey === hotkey && draw.lane === lane && draw.work_id === work_id;
  return isTheirs
    ? { what: "whose", outcome: "confirmed", text: "The draw is of this hotkey, this lane and this work." }
    : {
        ...{ what: "whose", outcome: "refuted" },
        text: `The draw is of ${draw.hotkey}, lane ${draw.lane}, work ${draw.work_id}: not what the strike is for.`,
      };
}

interface Rules {
  readonly rules: DrawRules | null;
  readonly finding: EvidenceFinding;
}

/** What the epoch's draws follow from, if its key is revealed and is what was committed to. */
async function committed({ strike, sampling, jwks, subtle }: EvidenceRequest): Promise<Rules> {
  const { epoch } = strike.evidence.draw;
  const unchecked = (text: string): Rules => ({
    rules: null,
    finding: { what: "commitment", outcome: "unchecked", text },
  });
  if (!isSampling(sampling)) return unchecked(`The sampling document of epoch ${epoch} could not be read.`);
  const { revealed_key, epoch: stated } = sampling as {
    readonly revealed_key?: unknown;
    readonly epoch?: unknown;
  };
  if (revealed_key === null)
    return unchecked(
      `Epoch ${epoch} is open: the key of its draws is revealed when it has closed. Look again then.`,
    );
  if (stated !== epoch) return unchecked(`The sampling document is of epoch ${String(stated)}.`);
  const record = readSampling(sampling, "The sampling document");
  const { keys, unchecked: why } = await answeredKeys(subtle, keysInJwks(jwks), (asked) => {
    checkRecord(record, { keys: asked, hashes }, new Findings());
  });
  const findings = new Findings();
  const rules = checkRecord(record, { keys, hashes }, findings);
  const [fault] = findings.kept;
  if (fault !== undefined)
    return {
      rules,
      finding: { what: "commitment", outcome: "refuted", text: `${fault.code}: ${fault.detail}.` },
    };
  const held = `The revealed key and the policy of epoch ${epoch} are what the validator committed to`;
  const text = why === null ? `${held}, and signed.` : `${held}. Its signature was not checked: ${why}.`;
  return { rules, finding: { what: "commitment", outcome: "confirmed", text } };
}

function drawn({ strike: { evidence } }: EvidenceRequest, rules: DrawRules | null): EvidenceFinding {
  const { draw } = evidence;
  if (rules === null)
    return {
      what: "draw",
      outcome: "unchecked",
      text: "The draw cannot be recomputed without the epoch's key.",
    };
  const { epoch, lane, hotkey, work_id: workId, class: name } = draw;
  const again = recompute(rules, { epoch, lane, hotkey, workId, class: name });
  if (again?.sampled && canonical(again) === canonical(draw))
    return {
      ...{ what: "draw", outcome: "confirmed" },
      text: `Recomputed: x ${again.x} is below the rate ${again.rate}, so this work was due for a check.`,
    };
  const found = again === null ? `class ${name} does not exist` : `x ${again.x} at rate ${again.rate}`;
  return { what: "draw", outcome: "refuted", text: `The draw is not what key and policy give: ${found}.` };
}

function answered({ strike: { evidence } }: EvidenceRequest): EvidenceFinding {
  const { exhibit, exhibit_dropped, answer_sha256, receipt_id } = evidence;
  if (exhibit !== undefined) {
    const isSame = hashes.sha256Hex(exhibit.answer) === answer_sha256;
    return {
      ...{ what: "answer", outcome: isSame ? "confirmed" : "refuted" },
      text: isSame
        ? "The answer that is kept has the hash that the strike states."
        : "The answer that is kept has another hash than the strike states.",
    };
  }
  const kept =
    receipt_id === null
      ? `The answer is no longer kept (${exhibit_dropped?.why ?? "never kept"}).`
      : "Answers to challenges are not published with their strikes.";
  return {
    ...{ what: "answer", outcome: "unchecked" },
    text: `${kept} Whoever has it can compare its SHA-256 with ${answer_sha256}.`,
  };
}

/** What only others can do again. */
function judged({ strike: { lane, evidence } }: EvidenceRequest): EvidenceFinding {
  const { exhibit, draw, work_id, verdict } = evidence;
  const log = `The log of epoch ${draw.epoch} must have the same verdict: audit it once it has closed.`;
  const text =
    exhibit === undefined
      ? `That the answer is wrong (${verdict.code}) cannot be checked again without the answer. ${log}`
      : `This page does not check answers of lane ${lane}. The command does: assay audit --epoch ${draw.epoch} --recheck ${work_id}. ${log}`;
  return { what: "verdict", outcome: "unchecked", text };
}

/** Looks at the evidence of a strike again, as far as a page can, and says of the rest why not. */
export async function checkEvidence(request: EvidenceRequest): Promise<EvidenceFinding[]> {
  const { rules, finding } = await committed(request);
  return [whose(request), finding, drawn(request, rules), answered(request), judged(request)];
}
