import { useSignal } from "@preact/signals";
import type { TargetedSubmitEvent } from "preact";
import type { AuditProgress } from "../audit/messages.ts";
import { audit, beginAudit, cancelAudit } from "../live/audit.ts";
import { seenOf } from "../live/seenEpochs.ts";
import { urlOf } from "../read/api.ts";
import { bytes, number } from "../read/format.ts";
import { AuditReportView } from "./auditReport.tsx";
import { Panel } from "./figure.tsx";

/** Larger than any sampling document: 64 heads have about 20 kB. */
const seenBytesMax = 1_000_000;

async function documentIn(file: FormDataEntryValue | null): Promise<unknown[]> {
  if (!(file instanceof File) || file.size === 0) return [];
  if (file.size > seenBytesMax) throw new TypeError(`${file.name} is too large for a sampling document`);
  try {
    return [JSON.parse(await file.text())];
  } catch {
    throw new TypeError(`${file.name} is not JSON; save /v1/sampling/{epoch} of this epoch`);
  }
}

function Order({ epoch }: { epoch: number }) {
  const problem = useSignal<string | null>(null);
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const key = String(form.get("key") ?? "").trim();
    problem.value = null;
    try {
      const seen = [...seenOf(epoch), ...(await documentIn(form.get("seen")))];
      beginAudit({ base: urlOf("").href, epoch, key: key === "" ? null : key, seen });
    } catch (error) {
      problem.value = String(error instanceof Error ? error.message : error);
    }
  };
  return (
    <form class="stack" onSubmit={submit}>
      <p>
        This browser downloads the log and recomputes its chain, its signed heads, its commitment and every
        draw, with the rules of <code>assay audit</code>. Nothing is sent anywhere.
      </p>
      <p class="dim">
        {seenOf(epoch).length > 0
          ? "This browser looked at the epoch while it was open: the log is held against what was signed then."
          : "This browser did not look at the epoch while it was open, so nothing shows that the log was not signed anew since."}
      </p>
      <details>
        <summary>A key or a document from another source</summary>
        <label>
          Publishing key of the validator, taken from elsewhere
          <input
            name="key"
            autocomplete="off"
            spellcheck={false}
            placeholder="43 base64url characters, 64 hex digits, or a JWK"
          />
        </label>
        <label>
          Sampling document of this epoch, saved earlier
          <input name="seen" type="file" accept=".json,application/json" />
        </label>
      </details>
      {problem.value === null ? null : (
        <p class="note bad" role="alert">
          {problem.value}
        </p>
      )}
      <div>
        <button type="submit" class="main">
          Audit epoch {epoch}
        </button>
      </div>
    </form>
  );
}

function Progress({ progress, isCancelling }: { progress: AuditProgress | null; isCancelling: boolean }) {
  const { lines = 0, lines_total = 0, draws = 0, findings = 0 } = progress ?? {};
  const share = lines_total === 0 ? 0 : Math.min(1, lines / lines_total);
  return (
    <div class="stack">
      <label>
        Auditing: {Math.floor(share * 100)} %
        <progress max={1} value={progress === null ? undefined : share} />
      </label>
      <p role="status">
        {progress === null
          ? "Reading the sampling document and the keys"
          : `${number(lines)} of ${number(lines_total)} lines, ${number(draws)} draws recomputed, ${bytes(progress.bytes)}; ${number(findings)} findings so far`}
      </p>
      <div>
        <button type="button" disabled={isCancelling} onClick={cancelAudit}>
          Cancel
        </button>
      </div>
    </div>
  );
}

function Result({ epoch }: { epoch: number }) {
  const state = audit.value;
  if (state === null || state.epoch !== epoch) return null;
  if (state.kind === "running")
    return <Progress progress={state.progress} isCancelling={state.isCancelling} />;
  if (state.kind === "report") return <AuditReportView report={state.report} progress={state.progress} />;
  return (
    <div class="note bad" role="alert">
      <strong>Nothing was audited</strong>
      <p>{state.message}</p>
      <p class="dim">
        <code>{state.code}</code>
      </p>
    </div>
  );
}

/** Audits a closed epoch in this browser. */
export function AuditPanel({ epoch }: { epoch: number }) {
  const state = audit.value;
  const isRunning = state?.kind === "running";
  return (
    <Panel title="Audit in this browser" id="audit">
      <div class="stack">
        {isRunning && state.epoch !== epoch ? (
          <p class="dim">Epoch {state.epoch} is being audited; a new audit ends that one.</p>
        ) : null}
        {isRunning && state.epoch === epoch ? null : <Order epoch={epoch} />}
        <Result epoch={epoch} />
      </div>
    </Panel>
  );
}
