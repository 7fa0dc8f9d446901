import { useSignal } from "@preact/signals";
import { browserSubtle } from "../audit/ed25519.ts";
import type { EvidenceFinding } from "../audit/evidence.ts";
import { read } from "../read/api.ts";
import type { Strike } from "../read/documents.ts";
import { type Problem, problemFrom } from "../read/problem.ts";
import { epochRecord, keys } from "../read/resources.ts";
import { Badge, type Tone } from "./badge.tsx";
import { ProblemNote } from "./state.tsx";

const tones: Readonly<Record<EvidenceFinding["outcome"], Tone>> = {
  confirmed: "good",
  refuted: "bad",
  unchecked: "quiet",
};

const titles: Readonly<Record<EvidenceFinding["what"], string>> = {
  whose: "Whose",
  commitment: "Commitment",
  draw: "Draw",
  answer: "Answer",
  verdict: "Verdict",
};

/** The code that checks is loaded with the first check. */
async function checked(hotkey: string, strike: Strike): Promise<readonly EvidenceFinding[]> {
  const { checkEvidence } = await import("../audit/evidence.ts");
  const [sampling, jwks] = await Promise.all([
    read(epochRecord(strike.evidence.draw.epoch)).catch(() => null),
    read(keys),
  ]);
  return checkEvidence({ hotkey, strike, sampling, jwks, subtle: browserSubtle() });
}

function Findings({ findings }: { findings: readonly EvidenceFinding[] }) {
  return (
    <div role="status">
      <ul class="checks">
        {findings.map(({ what, outcome, text }) => (
          <li key={what} data-check={what} data-outcome={outcome}>
            <Badge tone={tones[outcome]}>{outcome === "unchecked" ? "not checked" : outcome}</Badge>{" "}
            <strong>{titles[what]}</strong> <span>{text}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Checks the evidence of a strike again in this browser, when asked. */
export function EvidenceCheck({ hotkey, strike }: { hotkey: string; strike: Strike }) {
  const findings = useSignal<readonly EvidenceFinding[] | null>(null);
  const problem = useSignal<Problem | null>(null);
  const isBusy = useSignal(false);
  const check = async () => {
    isBusy.value = true;
    problem.value = null;
    try {
      findings.value = await checked(hotkey, strike);
    } catch (error) {
      problem.value = problemFrom(error);
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <div class="stack">
      {findings.value === null ? null : <Findings findings={findings.value} />}
      {problem.value === null ? null : <ProblemNote problem={problem.value} />}
      <div>
        <button type="button" disabled={isBusy.value} onClick={check}>
          {findings.value === null ? "Check the evidence again" : "Check once more"}
        </button>
      </div>
    </div>
  );
}
