import { useSignal } from "@preact/signals";
import type { AlertList } from "../../src/http/routes/alertSchemas.ts";
import { now } from "../live/clock.ts";
import { useReading } from "../live/reading.ts";
import { Action } from "../parts/action.tsx";
import { Badge } from "../parts/badge.tsx";
import { Panel } from "../parts/figure.tsx";
import { Loaded } from "../parts/state.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { Time } from "../parts/time.tsx";
import { send } from "../read/api.ts";
import { duration, local } from "../read/format.ts";
import { resource } from "../read/resources.ts";

type AlertItem = AlertList["items"][number];
type AlertEvent = AlertList["history"][number];

const alerts = resource<AlertList>("v1/admin/alerts");

const tones = { firing: "bad", pending: "warn", muted: "quiet", resolved: "good" } as const;

/** Of one rule, or of the one that is named in the form: before a maintenance, nothing has been found yet. */
function Mute({ rule, again }: { rule: string | null; again: () => void }) {
  const minutes = useSignal(60);
  const named = useSignal("");
  return (
    <Action
      name={rule === null ? "Mute a rule" : "Mute"}
      effect={
        <p>
          Nobody is told of <code>{rule ?? (named.value || "the rule")}</code> for{" "}
          {duration(minutes.value * 60_000)}, until {local(now.value + minutes.value * 60_000)}. It is still
          watched and shown here, and told again after that if it still fires.
        </p>
      }
      fields={
        <>
          {rule === null && (
            <label>
              Rule
              <input
                name="rule"
                required
                maxLength={64}
                value={named.value}
                onInput={({ currentTarget }) => {
                  named.value = currentTarget.value.trim();
                }}
              />
            </label>
          )}
          <label>
            Minutes
            <input
              name="minutes"
              type="number"
              required
              min={1}
              max={43_200}
              value={minutes.value}
              onInput={({ currentTarget }) => {
                minutes.value = Number(currentTarget.value);
              }}
            />
          </label>
        </>
      }
      run={(reason, form) =>
        send("POST", "v1/admin/alerts/mutes", {
          ...{ rule: rule ?? named.value, minutes: Number(form.get("minutes")), reason },
        })
      }
      onDone={again}
    />
  );
}

function Unmute({ rule, again }: { rule: string; again: () => void }) {
  return (
    <Action
      name="Unmute"
      asksReason={false}
      effect={
        <p>
          <code>{rule}</code> is told again from now on.
        </p>
      }
      run={() => send("DELETE", `v1/admin/alerts/mutes/${encodeURIComponent(rule)}`)}
      onDone={again}
    />
  );
}

const columnsOf = (again: () => void): readonly Column<AlertItem>[] => [
  { key: "rule", title: "Rule", value: ({ rule }) => rule, view: ({ rule }) => <code>{rule}</code> },
  {
    ...{ key: "state", title: "State", value: ({ state }) => state, choices: Object.keys(tones) },
    view: ({ state, severity }) => (
      <Badge tone={tones[state as keyof typeof tones] ?? "quiet"}>
        {state}, {severity}
      </Badge>
    ),
  },
  { key: "text", title: "What it says", value: ({ text }) => text },
  {
    ...{ key: "since", title: "Since", kind: "time", value: ({ since }) => since },
    view: ({ since }) => <Time at={since} kind="relative" />,
  },
  {
    ...{
      key: "until",
      title: "Muted until",
      kind: "time",
      isMinor: true,
      value: ({ muted_until }) => muted_until,
    },
    view: ({ muted_until }) => <Time at={muted_until} />,
  },
  {
    ...{ key: "mute", title: "Mute", value: () => null },
    view: ({ rule, muted_until }) =>
      muted_until === null ? <Mute rule={rule} again={again} /> : <Unmute rule={rule} again={again} />,
  },
];

const eventColumns: readonly Column<AlertEvent>[] = [
  {
    ...{ key: "at", title: "When", kind: "time", value: ({ at }) => at },
    view: ({ at }) => <Time at={at} kind="relative" />,
  },
  { key: "rule", title: "Rule", value: ({ rule }) => rule, view: ({ rule }) => <code>{rule}</code> },
  {
    ...{ key: "what", title: "What", value: ({ what }) => what },
    choices: ["firing", "resolved", "muted", "unmuted"],
  },
  { key: "text", title: "What it said", value: ({ text }) => text },
];

/** What is wrong, or was; and who need not be told of it. */
export function Alerts() {
  const { reading, again } = useReading(alerts, { everyMs: 15_000, on: ["alert"] });
  return (
    <Loaded reading={reading} again={again} what="the alerts">
      {({ items, history }) => (
        <>
          <Panel title="Alerts">
            <Table
              name="alerts"
              caption="alerts"
              columns={columnsOf(again)}
              rows={items}
              rowKey={({ rule }) => rule}
              sort="state"
              hasSearch={false}
              empty={{
                title: "No alert",
                text: "No rule fires, none is muted, and none has resolved in the time that is kept.",
              }}
            />
            <Mute rule={null} again={again} />
          </Panel>
          <Panel title="Alerts until now">
            <Table
              name="events"
              caption="events"
              columns={eventColumns}
              rows={history.map((event, index) => ({ ...event, index }))}
              rowKey={({ index }) => String(index)}
              sort="-at"
              empty={{ title: "Nothing yet", text: "No alert has fired, been resolved or been muted." }}
            />
          </Panel>
        </>
      )}
    </Loaded>
  );
}
