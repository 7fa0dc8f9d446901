import { epochOfChallenge, type ReceiptDocument } from "../audit/receipt.ts";
import { linkTo } from "../read/place.ts";
import { type LifeStep, submissionLife } from "../read/submissionLife.ts";
import { StateBadge } from "./badge.tsx";
import { Facts, Panel } from "./figure.tsx";
import { Hotkey, Id } from "./id.tsx";
import { SignatureCheck } from "./signatureCheck.tsx";
import { Time } from "./time.tsx";

const signs: Readonly<Record<LifeStep["state"], string>> = { done: "✓", now: "◷", ahead: "·" };

function Timeline({ steps }: { steps: readonly LifeStep[] }) {
  return (
    <ol class="timeline" aria-label="Life of the submission">
      {steps.map(({ name, state, at, text }) => (
        <li key={name} class={state} aria-current={state === "now" ? "step" : undefined}>
          <span class="sign" aria-hidden="true">
            {signs[state]}
          </span>
          <div>
            <strong>{name}</strong> {at === null ? null : <Time at={at} kind="both" />}
            <div class="dim">{text}</div>
          </div>
        </li>
      ))}
    </ol>
  );
}

interface ReceiptViewProps {
  readonly receipt: ReceiptDocument;
  /** What only the validator's store says; null for a receipt that was pasted. */
  readonly decidedAt: number | null;
  readonly tries?: number;
}

/** A receipt: its life, what it says, and whether this validator signed it. */
export function ReceiptView({ receipt, decidedAt, tries }: ReceiptViewProps) {
  const epoch = epochOfChallenge(receipt.challenge_id);
  return (
    <div class="stack">
      <Panel title="Life of the submission" aside={<StateBadge state={receipt.state} />}>
        <Timeline steps={submissionLife(receipt, decidedAt)} />
      </Panel>
      <Panel title="Receipt">
        <Facts
          rows={[
            ["Signature", <SignatureCheck key="g" document={receipt} />],
            ["Receipt", <Id key="r" id={receipt.receipt_id} of="receipt id" whole />],
            ["Miner", <Hotkey key="h" hotkey={receipt.hotkey} />],
            ["Lane and tier", `${receipt.lane}, tier ${receipt.tier}`],
            ["Challenge", <Id key="c" id={receipt.challenge_id} of="challenge id" whole />],
            [
              "Epoch",
              epoch === null ? (
                "–"
              ) : (
                <>
                  <a href={linkTo(["sampling", String(epoch)])}>{epoch}</a>: once it has closed, its log shows
                  whether this answer was drawn, and its verdict
                </>
              ),
            ],
            ["SHA-256 of the answer", <Id key="a" id={receipt.answer_sha256} of="answer hash" whole />],
            ...(tries === undefined ? [] : [["Checks that failed", String(tries)] as const]),
          ]}
        />
      </Panel>
    </div>
  );
}
