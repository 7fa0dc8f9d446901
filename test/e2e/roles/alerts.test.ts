import assert from "node:assert/strict";
import { test } from "node:test";
import { startReceiver } from "../../support/alerts/receiver.ts";
import { testDatabases } from "../../support/store/postgresDatabases.ts";
import { until } from "../../support/until.ts";
import { fleetFor } from "../../support/validator/fleet.ts";
import { operatorAsks } from "../../support/validator/operator.ts";

const databases = testDatabases();

interface Told {
  readonly alerts: readonly { readonly rule: string; readonly state: string; readonly text: string }[];
}

test("one process tells of the faults of all, and each shows them and takes mutes", async (t) => {
  const receiver = await startReceiver(t);
  const alerts = {
    ...{ evaluate_s: 0.3, for: 1, digest_s: 0, refusal_window_s: 2 },
    sinks: [{ kind: "webhook", url: `${receiver.url}/hook` }],
  };
  const fleet = await fleetFor(t, await databases.get(), { observe: { alerts } });
  const [api] = await Promise.all([fleet.start("api", "front"), fleet.start("verify,weigh", "back")]);
  const told = () =>
    receiver
      .bodies<Told>("/hook")
      .flatMap((body) => body.alerts)
      .filter(({ rule }) => rule === "refusals");
  const body = JSON.stringify({ challenge_id: `pm-t1-e1-${"a".repeat(24)}`, solution: "v 1 0" });
  const headers = { "content-type": "application/json" };
  // Asked until it fires: the window may be over before any process leads.
  while (told().length === 0) await fetch(`${api.url}/v1/submissions`, { method: "POST", headers, body });
  await until(() => told().some(({ state }) => state === "resolved"));
  assert.deepEqual(
    told().map(({ state }) => state),
    ["firing", "resolved"],
    "one process tells it",
  );
  assert.match(told()[0]?.text ?? "", /^process front: 100 % of \d+ requests/);
  const mute = { rule: "restarts", minutes: 5, reason: "a rolling restart" };
  assert.equal((await operatorAsks(api, "POST", "/v1/admin/alerts/mutes", mute)).status, 201);
  const { document } = await operatorAsks<{ items: { rule: string; state: string }[] }>(
    ...([api, "GET", "/v1/admin/alerts"] as const),
  );
  const states = document.items.filter(({ rule }) => rule === "refusals" || rule === "restarts");
  assert.deepEqual(
    states.map(({ rule, state }) => `${rule} ${state}`),
    ["restarts muted", "refusals resolved"],
  );
});
