import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { filesOf } from "../../../ops/make/files.ts";
import { limitsOf } from "../../../ops/table/limits.ts";
import { configSchema } from "../../../src/config/schema.ts";
import { dashboards, opsDir, ruleFile } from "../../support/ops/queries.ts";

const rules = ruleFile().groups.flatMap((group) => group.rules);

test("the boards and rules that are shipped are what the table makes", () => {
  const made = filesOf(limitsOf());
  for (const [path, text] of made)
    assert.equal(readFileSync(join(opsDir, path), "utf8"), text, `ops/${path}: run \`npm run ops\``);
  assert.deepEqual(
    readdirSync(join(opsDir, "grafana")).filter((name) => name.endsWith(".json")).length,
    made.size - 1,
    "a board that the table does not make",
  );
});

test("thresholds are the program's own: a configuration changes the rules that it decides", () => {
  const config = configSchema.parse({
    admit: { gate: { wait_ms: 777 }, signature_window_ms: 44_000 },
    store: { replica_max_lag_s: 55 },
    chain: { kind: "subtensor", endpoints: ["ws://node"], netuid: 1, stale_after_ms: 66_000 },
  });
  const text = filesOf(limitsOf(config)).get("prometheus/rules.yaml") ?? "";
  assert.match(text, /assay_chain_block_age_seconds\{job="assay"\} > 66\n/);
  assert.match(text, /abs\(assay_chain_clock_drift_seconds\{job="assay"\}\) > 44\n/);
  assert.match(text, /assay_store_wait_seconds_bucket.* > 0.777\n/);
  const board = filesOf(limitsOf(config)).get("grafana/assay-store.json") ?? "";
  assert.match(board, /"value": 55\b/);
});

test("every rule is complete, has a name of its own, and points to its section of the runbook", () => {
  const names = rules.map(({ alert }) => alert);
  assert.equal(new Set(names).size, names.length);
  for (const { alert, for: lasting, labels, annotations } of rules) {
    assert.match(alert, /^assay(_[a-z0-9]+)+$/);
    assert.match(lasting, /^\d+[mh]$/, alert);
    assert.deepEqual(Object.keys(labels), ["severity", "service"], alert);
    assert.match(labels.severity ?? "", /^(critical|warning)$/);
    assert.deepEqual(Object.keys(annotations), ["summary", "runbook_url", "dashboard"], alert);
    assert.equal(annotations.runbook_url, `docs/runbook.md#${alert}`);
    assert.match(annotations.summary ?? "", /[.?]$/, alert);
  }
  const uids = dashboards().map(({ uid }) => uid);
  assert.deepEqual(
    rules.filter(({ annotations }) => !uids.includes(annotations.dashboard ?? "")),
    [],
  );
});

test("every board is of Grafana's present form: fixed address, data source as a variable, panels that explain themselves", () => {
  const ids = dashboards().map(({ uid }) => uid);
  assert.deepEqual(
    ids.sort(),
    ["admission", "chain", "dispatch", "economics", "overview", "store", "verification"].map(
      (name) => `assay-${name}`,
    ),
  );
  for (const { uid, schemaVersion, panels, templating } of dashboards()) {
    assert.equal(schemaVersion, 42);
    assert.deepEqual(
      templating.list.map(({ name, type }) => [name, type]),
      [
        ["datasource", "datasource"],
        ["job", "query"],
        ["instance", "query"],
      ],
    );
    assert.deepEqual(
      panels.map(({ id }) => id),
      panels.map((_, at) => at + 1),
    );
    for (const { type, title, description, datasource, fieldConfig, targets } of panels) {
      const where = `${uid}: ${title}`;
      assert.ok(["row", "timeseries", "stat", "state-timeline"].includes(type), where);
      if (type === "row") continue;
      assert.ok((description ?? "").length > 10 && description?.endsWith("."), where);
      assert.equal(datasource?.uid, "$datasource", where);
      assert.ok((fieldConfig?.defaults.unit ?? "") !== "", where);
      assert.ok((targets ?? []).length > 0, where);
      assert.equal(new Set(targets?.map(({ legendFormat }) => legendFormat)).size, targets?.length, where);
    }
  }
});

test("panels of a board do not overlap, and stay within its width", () => {
  for (const { uid, panels } of dashboards()) {
    const taken = new Set<string>();
    for (const { title, gridPos } of panels) {
      assert.ok(gridPos.x + gridPos.w <= 24, `${uid}: ${title}`);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          assert.ok(!taken.has(`${x} ${y}`), `${uid}: ${title}`);
          taken.add(`${x} ${y}`);
        }
    }
  }
});
