import { useEffect } from "preact/hooks";
import { place } from "../live/router.ts";
import { noteSeen } from "../live/seenEpochs.ts";
import { AuditPanel } from "../parts/auditPanel.tsx";
import { StateBadge } from "../parts/badge.tsx";
import { Facts, Panel } from "../parts/figure.tsx";
import { CopyButton, Id } from "../parts/id.tsx";
import { Empty } from "../parts/state.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { urlOf } from "../read/api.ts";
import type { EpochRecord } from "../read/documents.ts";
import { number } from "../read/format.ts";
import { linkTo } from "../read/place.ts";

type Head = EpochRecord["heads"][number];

const headColumns: readonly Column<Head>[] = [
  {
    ...{ key: "signed", title: "Signed", kind: "time" },
    value: ({ signed_at }) => signed_at,
    view: ({ signed_at }) => <Time at={signed_at} />,
  },
  {
    ...{ key: "head", title: "Head of the log" },
    value: ({ log_head }) => log_head,
    view: ({ log_head }) => <Id id={log_head} of="head" />,
  },
  {
    ...{ key: "key", title: "Key", isMinor: true },
    value: ({ key_id }) => key_id,
    view: ({ key_id }) => <Id id={key_id} of="key id" />,
  },
];

function policyRows({ lanes, classes, floor }: EpochRecord["policy"]): (readonly [string, string])[] {
  const byLane = Object.entries(lanes).map(([lane, rate]) => [`lane ${lane}`, rate] as const);
  const byClass = Object.entries(classes).map(([name, rate]) => [name.replaceAll("_", " "), rate] as const);
  return [...byLane, ...byClass, ["floor", floor]];
}

function Commands({ epoch }: { epoch: number }) {
  const command = `assay audit --url ${urlOf("").href.replace(/\/$/, "")} --epoch ${epoch} --key=KEY`;
  return (
    <p>
      The same from a terminal: <code>{command}</code> <CopyButton text={command} of="the command" />
    </p>
  );
}

function Record({ record }: { record: EpochRecord }) {
  const { epoch, commitment, committed_at, key_id, closed_at, revealed_key, log_head, log_length, state } =
    record;
  const key =
    revealed_key === null ? (
      <span class="dim">revealed when the epoch has closed</span>
    ) : (
      <Id id={revealed_key} of="revealed key" whole />
    );
  const length = <a href={urlOf(`v1/audit/${epoch}`).href}>{number(log_length)} lines</a>;
  return (
    <Panel title={`Epoch ${epoch}`} aside={<StateBadge state={state} />}>
      <Facts
        rows={[
          ["Commitment", <Id key="c" id={commitment} of="commitment" whole />],
          ["Committed", <Time key="t" at={committed_at} kind="both" />],
          ["Signed by key", <Id key="k" id={key_id} of="key id" />],
          [
            "Closed",
            closed_at === null ? <span class="dim">not yet</span> : <Time at={closed_at} kind="both" />,
          ],
          ["Key of the draws", key],
          ["Log head", <Id key="h" id={log_head} of="log head" whole />],
          ["Log", state === "closed" ? length : <span class="dim">published when the epoch has closed</span>],
        ]}
      />
    </Panel>
  );
}

/** What is on record of one epoch, and its audit once it has closed. */
export function SampledEpoch({ record }: { record: EpochRecord }) {
  const { epoch, state, heads, policy } = record;
  useEffect(() => noteSeen([record]), [record]);
  const isAsked = place.value.query.audit !== undefined;
  useEffect(() => {
    if (isAsked) document.getElementById("audit")?.scrollIntoView();
  }, [isAsked]);
  return (
    <div class="stack">
      <p>
        <a href={linkTo("sampling")}>All epochs</a>
      </p>
      <Record record={record} />
      {state === "closed" ? (
        <AuditPanel epoch={epoch} />
      ) : (
        <Panel title="Audit in this browser">
          <Empty title="This epoch is open">
            It can be audited when it has closed: when the second epoch after it has begun and its verdicts
            are in. Keep this document until then:{" "}
            <a href={urlOf(`v1/sampling/${epoch}`).href} download={`sampling-${epoch}.json`}>
              save it
            </a>
            , and the audit will hold the log against it.
          </Empty>
        </Panel>
      )}
      <Panel title="Policy">
        <Facts rows={policyRows(policy)} />
      </Panel>
      <Panel title="Signed heads">
        <Table
          name="heads"
          caption="signed heads"
          columns={headColumns}
          rows={heads}
          rowKey={({ log_head, signed_at }) => `${log_head} ${signed_at}`}
          sort="-signed"
          hasSearch={false}
          pageSize={20}
          empty={{
            title: "No head is signed yet",
            text: "Twelve times per epoch the end of the log is signed, if the log has grown.",
          }}
        />
      </Panel>
      {state === "closed" ? <Commands epoch={epoch} /> : null}
    </div>
  );
}
