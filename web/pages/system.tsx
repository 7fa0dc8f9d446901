import type { Readiness } from "../../src/http/handlers.ts";
import type { SystemState } from "../../src/http/routes/systemSchemas.ts";
import { useLoaded, useReading } from "../live/reading.ts";
import { Alerts } from "../operate/alerts.tsx";
import { Configuration } from "../operate/configuration.tsx";
import { Drain, Processes } from "../operate/processes.tsx";
import { StoreGrowth } from "../operate/storeGrowth.tsx";
import { Suspensions } from "../operate/suspensions.tsx";
import { Badge } from "../parts/badge.tsx";
import { Bars } from "../parts/bars.tsx";
import { Facts, Figure, Figures, Panel } from "../parts/figure.tsx";
import { Loaded } from "../parts/state.tsx";
import { urlOf } from "../read/api.ts";
import { bytes, duration, number } from "../read/format.ts";
import { ApiProblem, problemOf, unreachable } from "../read/problem.ts";
import * as resources from "../read/resources.ts";
import type { Page } from "./page.ts";

const day = 86_400_000;
/** Fewer days than this are a warning, and fewer than the second a fault. */
const [soonDays, nowDays] = [14, 3];

function Forecast({ disk: { forecast, days_until_full: days } }: { disk: NonNullable<SystemState["disk"]> }) {
  if (forecast === "not_known_yet") return <Badge tone="quiet">known after an hour</Badge>;
  if (forecast === "not_filling" || days === null) return <Badge tone="good">not filling up</Badge>;
  const tone = days < nowDays ? "bad" : days < soonDays ? "warn" : "good";
  return <Badge tone={tone}>full in {duration(days * day)}</Badge>;
}

function StorePanel({ system: { store, disk } }: { system: SystemState }) {
  return (
    <Panel title="Store" aside={disk === null ? undefined : <Forecast disk={disk} />}>
      <Figures>
        <Figure label="Kind" value={store.kind} />
        <Figure label="Size" value={store.bytes === null ? "on the server" : bytes(store.bytes)} />
        {disk === null ? null : (
          <>
            <Figure label="Free on the disk" value={bytes(disk.free_bytes)} />
            <Figure label="Reserve" value={bytes(disk.reserve_bytes)} note="below it no new work is taken" />
          </>
        )}
      </Figures>
      <StoreGrowth />
    </Panel>
  );
}

function ThisProcess({ system }: { system: SystemState }) {
  return (
    <Panel title="This process">
      <Facts
        rows={[
          ["Version", system.version],
          ["Node", system.node_version],
          ["Roles", system.roles.join(", ")],
          ["Running for", duration(system.running_ms)],
          ["Memory", bytes(system.memory_bytes)],
        ]}
      />
    </Panel>
  );
}

function Bounds({ system: { bounds } }: { system: SystemState }) {
  const bars = bounds.map(({ name, used, most, waiting, unit }) => ({
    ...{ key: name, label: name, value: most === 0 ? 0 : used / most },
    text: `${number(used)} of ${number(most)} ${unit}${waiting === null ? "" : `, ${number(waiting)} wait`}`,
    tone: used >= most ? ("bad" as const) : ("info" as const),
  }));
  return (
    <Panel title="Gates and pools">
      <Bars label="Held of each bound" bars={bars} max={1} />
    </Panel>
  );
}

/** A validator that is not ready answers 503 with the same document. */
async function readChecks(signal: AbortSignal): Promise<Readiness> {
  const answer = await fetch(urlOf("readyz"), { signal }).catch((error: unknown) => {
    throw signal.aborted ? error : new ApiProblem(unreachable);
  });
  const document: unknown = await answer.json().catch(() => null);
  if (answer.status !== 200 && answer.status !== 503)
    throw new ApiProblem(problemOf(answer.status, document, answer.headers.get("retry-after")));
  return document as Readiness;
}

function Checks() {
  const { reading, again } = useLoaded("checks", readChecks, { everyMs: 10_000 });
  return (
    <Loaded reading={reading} again={again} what="the checks">
      {({ checks }) => (
        <Panel title="Readiness">
          <Facts
            rows={checks.map(({ name, ok, detail }) => [
              name,
              <span key={name}>
                <Badge tone={ok ? "good" : "bad"}>{ok ? "ok" : "fails"}</Badge> {detail}
              </span>,
            ])}
          />
        </Panel>
      )}
    </Loaded>
  );
}

function System() {
  const status = useReading(resources.status, { everyMs: 15_000 });
  const { reading, again } = useReading(resources.system, { everyMs: 5000 });
  return (
    <div class="stack">
      <Alerts />
      <Loaded reading={reading} again={again} what="the process">
        {(system) => (
          <div class="grid">
            <StorePanel system={system} />
            <Bounds system={system} />
            <Drain />
            <ThisProcess system={system} />
          </div>
        )}
      </Loaded>
      <Processes />
      <Loaded reading={status.reading} again={status.again} what="the status">
        {(document) => <Suspensions status={document} />}
      </Loaded>
      <Checks />
      <Configuration />
    </div>
  );
}

export const systemPage: Page = { path: "system", title: "System", operator: true, view: () => <System /> };
