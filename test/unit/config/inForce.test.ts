import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import type { ConfigItem } from "../../../src/config/inForce.ts";
import { type ConfigSources, defaultConfig, loadConfigItems } from "../../../src/config/load.ts";
import { HIDDEN, shownValue } from "../../../src/config/shownValue.ts";
import { removeDir, temporaryDir } from "../../support/validator/validator.ts";

const dir = temporaryDir();
after(() => removeDir(dir));

function itemsOf(yaml: string, rest: Partial<ConfigSources> = {}): Map<string, ConfigItem> {
  const file = join(dir, "assay.yaml");
  writeFileSync(file, yaml);
  const { items } = loadConfigItems({ file, env: {}, ...rest });
  return new Map(items.map((item) => [item.key, item]));
}

function told(items: Map<string, ConfigItem>, key: string): unknown[] {
  const item = items.get(key);
  return [item?.value, item?.source, item?.place];
}

test("without any source every key has its default, and every key is there", () => {
  const { items, config } = loadConfigItems({ file: null, env: {} });
  assert.deepEqual(config, defaultConfig());
  assert.deepEqual([...new Set(items.map(({ source }) => source))], ["default"]);
  const keys = items.map(({ key }) => key);
  for (const key of ["network", "admit.gate.wait_ms", "lanes.sat.tiers.2.weight", "observe.metrics.port"])
    assert.ok(keys.includes(key), key);
});

test("each value names the source that decided it, and its place there", () => {
  const yaml = "netuid: 7\nadmit:\n  gate:\n    slots: 8\n    queue: 9\nhttp: { port: 1 }\n";
  const items = itemsOf(yaml, {
    env: { ASSAY_ADMIT_GATE_QUEUE: "10", ASSAY_VERIFY_CONCURRENCY: "3" },
    override: (raw) => {
      raw.http = { ...(raw.http as object), port: 2 };
      raw.dispatch = { ceiling: 5 };
    },
  });
  assert.deepEqual(told(items, "netuid"), [7, "file", "line 1"]);
  assert.deepEqual(told(items, "admit.gate.slots"), [8, "file", "line 4"]);
  assert.deepEqual(told(items, "admit.gate.queue"), [10, "environment", "ASSAY_ADMIT_GATE_QUEUE"]);
  assert.deepEqual(told(items, "verify.concurrency"), [3, "environment", "ASSAY_VERIFY_CONCURRENCY"]);
  assert.deepEqual(told(items, "http.port"), [2, "flag", null]);
  assert.deepEqual(told(items, "dispatch.ceiling"), [5, "flag", null]);
  assert.deepEqual(told(items, "admit.gate.wait_ms"), [250, "default", null]);
});

test("a null in the file is a value of the file", () => {
  assert.deepEqual(told(itemsOf("verify: { concurrency: null }"), "verify.concurrency"), [
    null,
    "file",
    "line 1",
  ]);
});

test("a variable that sets one key of a branch leaves its neighbours their defaults", () => {
  const items = itemsOf("", { env: { ASSAY_LANES_SAT_TIERS_1_WEIGHT: "3" } });
  assert.deepEqual(told(items, "lanes.sat.tiers.1.weight").slice(0, 2), [3, "environment"]);
  assert.deepEqual(told(items, "lanes.sat.tiers.1.vars").slice(0, 2), [400, "default"]);
});

test("a choice that the environment changes to another form takes nothing of the file's form along", () => {
  const items = itemsOf("observe: { metrics: { port: 1 } }", {
    env: { ASSAY_OBSERVE_METRICS_SOCKET: "m.sock" },
  });
  assert.deepEqual(told(items, "observe.metrics.socket").slice(0, 2), ["m.sock", "environment"]);
  assert.equal(items.has("observe.metrics.port"), false);
  const off = itemsOf("", { env: { ASSAY_OBSERVE_METRICS: "off" } });
  assert.deepEqual(told(off, "observe.metrics"), ["off", "environment", "ASSAY_OBSERVE_METRICS"]);
});

test("no password, no key of a provider and no secret is shown; files are named", () => {
  const url = "postgres://assay:hunter2@db.example:5432/assay?sslpassword=x";
  const items = itemsOf(`store: { kind: postgres, url: "${url}" }`);
  assert.equal(items.get("store.url")?.value, `postgres://db.example:5432/assay ${HIDDEN}`);
  assert.equal(JSON.stringify([...items]).includes("hunter2"), false);
  assert.deepEqual(told(items, "challenge.secret_file"), ["keys/challenge.secret", "default", null]);
  assert.deepEqual(told(items, "admin.token_file")[0], "keys/admin.token");
});

test("addresses keep scheme, host and port; lists and mappings are looked through", () => {
  const shown: [string, unknown, unknown][] = [
    [
      "endpoints",
      ["wss://a.example", "wss://b.example/key123"],
      ["wss://a.example", `wss://b.example ${HIDDEN}`],
    ],
    ["url", "https://u:p@host.example/hook", `https://host.example ${HIDDEN}`],
    ["url", "https://", HIDDEN],
    ["sinks", [{ kind: "slack", signing_secret: "s" }], [{ kind: "slack", signing_secret: HIDDEN }]],
    ["password", "x", HIDDEN],
    ["secret_file", "keys/a.secret", "keys/a.secret"],
    ["retention", { token_bytes: 5, admin_token: null }, { token_bytes: 5, admin_token: null }],
    ["hotkey", "//Alice", "//Alice"],
  ];
  for (const [key, value, expected] of shown) assert.deepEqual(shownValue(key, value), expected, key);
});
