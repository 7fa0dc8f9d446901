import { useSignal } from "@preact/signals";
import type { Status } from "../../src/http/handlers.ts";
import { useReading } from "../live/reading.ts";
import { Action } from "../parts/action.tsx";
import { Badge } from "../parts/badge.tsx";
import { Panel } from "../parts/figure.tsx";
import { Hotkey } from "../parts/id.tsx";
import { Loaded } from "../parts/state.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { send } from "../read/api.ts";
import { duration, number, untilBlock } from "../read/format.ts";
import * as resources from "../read/resources.ts";
import { type Kind, releasable, releaseAll, type Suspension } from "./bulkRelease.ts";

const kinds = ["strike", "unreachable", "operator"] as const;
const words: Readonly<Record<Kind, string>> = {
  strike: "for strikes",
  unreachable: "unreachable",
  operator: "by the operator",
};

export const release = (hotkey: string, reason: string): Promise<unknown> =>
  send("DELETE", `v1/admin/skiplist/${encodeURIComponent(hotkey)}?reason=${encodeURIComponent(reason)}`);

/** Puts a hotkey out of the network for a number of tempos. */
export function Suspend({ status, hotkey, onDone }: { status: Status; hotkey?: string; onDone: () => void }) {
  const tempos = useSignal(status.judge.suspension_tempos);
  const lasts = tempos.value * status.tempo;
  return (
    <Action
      name="Suspend"
      isDangerous
      effect={
        <p>
          {hotkey === undefined ? "The hotkey" : <code>{hotkey}</code>} is out of the network for{" "}
          {number(tempos.value)} tempos: {number(lasts)} blocks, about {duration(lasts * status.block_ms)}.
          Its jobs in flight are taken back, what it sends is refused with <code>suspended</code>, and it
          weighs nothing until then. A suspension that ends later stays. The miner sees the reason.
        </p>
      }
      fields={
        <>
          {hotkey === undefined ? (
            <label>
              Hotkey
              <input name="hotkey" required pattern="[1-9A-HJ-NP-Za-km-z]{46,50}" autocomplete="off" />
            </label>
          ) : null}
          <label>
            Tempos
            <input
              name="tempos"
              type="number"
              required
              min={1}
              max={100_000}
              value={tempos.value}
              onInput={({ currentTarget }) => {
                tempos.value = Number(currentTarget.value);
              }}
            />
          </label>
        </>
      }
      run={(reason, form) =>
        send("POST", "v1/admin/skiplist", {
          ...{ hotkey: hotkey ?? String(form.get("hotkey") ?? "").trim(), reason },
          tempos: Number(form.get("tempos")),
        })
      }
      onDone={onDone}
    />
  );
}

/** Lifts every suspension of a hotkey. */
export function Release({ hotkey, onDone }: { hotkey: string; onDone: () => void }) {
  return (
    <Action
      name="Release"
      effect={
        <p>
          Every suspension of <code>{hotkey}</code> is lifted at once, also those for strikes. The strikes
          stay on record: one more within the window suspends it again.
        </p>
      }
      run={(reason) => release(hotkey, reason)}
      onDone={onDone}
    />
  );
}

function BulkRelease({ items, onDone }: { items: readonly Suspension[]; onDone: () => void }) {
  const kind = useSignal<Kind>("unreachable");
  const hotkeys = releasable(items, kind.value);
  return (
    <Action
      name="Release many"
      isDangerous
      effect={
        <>
          <p>
            {number(hotkeys.length)} of {number(new Set(items.map(({ hotkey }) => hotkey)).size)} suspended
            hotkeys are released, one after the other. Those that are also suspended for another reason stay.
          </p>
          <ul class="preview" aria-label="Hotkeys that will be released">
            {hotkeys.map((hotkey) => (
              <li key={hotkey}>
                <code>{hotkey}</code>
              </li>
            ))}
          </ul>
        </>
      }
      fields={
        <label>
          Suspended
          <select
            name="kind"
            value={kind.value}
            onChange={({ currentTarget }) => {
              kind.value = currentTarget.value as Kind;
            }}
          >
            {kinds.map((one) => (
              <option key={one} value={one}>
                {words[one]}
              </option>
            ))}
          </select>
        </label>
      }
      run={(reason) => releaseAll(hotkeys, (hotkey) => release(hotkey, reason))}
      onDone={onDone}
    />
  );
}

const columnsOf = (status: Status, again: () => void): readonly Column<Suspension>[] => [
  {
    ...{ key: "hotkey", title: "Hotkey", value: ({ hotkey }) => hotkey },
    view: ({ hotkey }) => <Hotkey hotkey={hotkey} />,
  },
  {
    ...{ key: "kind", title: "Suspended", value: ({ kind }) => kind, choices: kinds },
    view: ({ kind }) => <Badge tone={kind === "unreachable" ? "warn" : "bad"}>{words[kind]}</Badge>,
  },
  {
    ...{ key: "until", title: "Until block", kind: "number", value: ({ until_block }) => until_block },
    view: ({ until_block }) =>
      `${number(until_block)}${
        status.block === null ? "" : ` (${duration(untilBlock(until_block, status.block, status.block_ms))})`
      }`,
  },
  { key: "reason", title: "Reason", value: ({ reason }) => reason },
  { key: "by", title: "By", value: ({ by }) => by, isMinor: true },
  {
    ...{ key: "at", title: "Since", kind: "time", isMinor: true, value: ({ at }) => at },
    view: ({ at }) => <Time at={at} kind="relative" />,
  },
  {
    ...{ key: "release", title: "Release", value: () => null },
    view: ({ hotkey }) => <Release hotkey={hotkey} onDone={again} />,
  },
];

/** Who is out of the network, and how the operator changes that. */
export function Suspensions({ status }: { status: Status }) {
  const { reading, again } = useReading(resources.skiplist, { everyMs: 15_000, on: ["standing", "strike"] });
  return (
    <Loaded reading={reading} again={again} what="the suspensions">
      {({ items }) => (
        <Panel
          title="Suspensions"
          aside={
            <span class="actions">
              <Suspend status={status} onDone={again} />
              {items.length === 0 ? null : <BulkRelease items={items} onDone={again} />}
            </span>
          }
        >
          <Table
            name="suspended"
            caption="suspensions"
            columns={columnsOf(status, again)}
            rows={items}
            rowKey={({ hotkey, kind, at }) => `${hotkey} ${kind} ${at}`}
            sort="-until"
            pageSize={25}
            empty={{ title: "Nobody is suspended" }}
          />
        </Panel>
      )}
    </Loaded>
  );
}
