import { useSignal } from "@preact/signals";
import type { TargetedSubmitEvent } from "preact";
import { type ReceiptDocument, readReceipt } from "../audit/receipt.ts";
import { useReading } from "../live/reading.ts";
import { operator } from "../live/session.ts";
import { Panel } from "../parts/figure.tsx";
import { ReceiptView } from "../parts/receiptView.tsx";
import { Loaded } from "../parts/state.tsx";
import { linkTo } from "../read/place.ts";
import * as resources from "../read/resources.ts";
import type { Page } from "./page.ts";

function Pasted() {
  const receipt = useSignal<ReceiptDocument | null>(null);
  const fault = useSignal<string | null>(null);
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get("receipt") ?? "");
    receipt.value = null;
    fault.value = null;
    try {
      receipt.value = readReceipt(text);
    } catch (error) {
      fault.value = error instanceof Error ? error.message : String(error);
    }
  };
  return (
    <div class="stack">
      <Panel title="Look at a receipt">
        <form class="stack" onSubmit={submit}>
          <p>
            Paste a receipt as the validator answered it, to a submission or at <code>/v1/receipts/ID</code>.
            It is read and its signature checked in this browser; it is sent nowhere.
          </p>
          <label>
            Receipt, JSON
            <textarea name="receipt" rows={6} required spellcheck={false} />
          </label>
          {fault.value === null ? null : (
            <p class="note bad" role="alert">
              {fault.value}
            </p>
          )}
          <div>
            <button type="submit" class="main">
              Look at it
            </button>
          </div>
        </form>
      </Panel>
      {receipt.value === null ? null : <ReceiptView receipt={receipt.value} decidedAt={null} />}
    </div>
  );
}

function LookUp({ id }: { id: string }) {
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const asked = String(new FormData(event.currentTarget).get("id") ?? "").trim();
    location.hash = linkTo(["submission", asked]);
  };
  return (
    <Panel title="Look a submission up">
      <form class="row" onSubmit={submit}>
        <label>
          Receipt id
          <input
            name="id"
            defaultValue={id}
            required
            pattern="\s*rc_[0-9a-f]{32}\s*"
            spellcheck={false}
            autocomplete="off"
          />
        </label>
        <button type="submit" class="main">
          Look up
        </button>
      </form>
    </Panel>
  );
}

function Found({ id }: { id: string }) {
  const { reading, again } = useReading(resources.submission(id), { everyMs: 5000 });
  return (
    <Loaded reading={reading} again={again} what="the submission" lines={8}>
      {({ receipt, decided_at, tries }) => (
        <ReceiptView receipt={receipt as ReceiptDocument} decidedAt={decided_at} tries={tries} />
      )}
    </Loaded>
  );
}

function Submission({ id }: { id: string | undefined }) {
  if (operator.value)
    return (
      <div class="stack">
        <LookUp key={id} id={id ?? ""} />
        {id === undefined ? <Pasted /> : <Found key={id} id={id} />}
      </div>
    );
  return (
    <div class="stack">
      <p class="note info">
        A validator shows a receipt only to the hotkey that submitted the answer. Miners: ask for yours with{" "}
        <code>GET /v1/receipts/{id ?? "ID"}</code>, signed, and paste it here. Operators can look any up after
        a <a href={linkTo("log-in", { back: linkTo("submission") })}>log-in</a>.
      </p>
      <Pasted />
    </div>
  );
}

export const submissionPage: Page = {
  path: "submission",
  title: "Submission",
  operator: false,
  view: ({ rest: [id] }) => <Submission id={id} />,
};
