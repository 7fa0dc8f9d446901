import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, describe, it, test } from "node:test";
import { parse } from "yaml";
import { INDEX_ALLOTMENT_MAX } from "../../../src/challenge/indexTable.ts";
import { leafPaths, variableName } from "../../../src/config/environment.ts";
import { configJsonSchemaText } from "../../../src/config/jsonSchema.ts";
import { defaultConfig, loadConfig } from "../../../src/config/load.ts";
import { nearest } from "../../../src/config/nearest.ts";
import type { Config } from "../../../src/config/schema.ts";
import { starterConfig } from "../../../src/config/starter.ts";
import { problemOf } from "../../support/thrown.ts";
import { removeDir, temporaryDir } from "../../support/validator/validator.ts";

type Tree = Record<string, unknown>;

const dir = temporaryDir();
after(() => removeDir(dir));
const root = resolve(import.meta.dirname, "../../..");

function load(yaml: string | Buffer, env: NodeJS.ProcessEnv = {}): Config {
  const file = join(dir, "assay.yaml");
  writeFileSync(file, yaml);
  return loadConfig({ file, env });
}

/** The faults that a configuration is refused for, with their lines or variables. */
async function placedFaultsOf(
  yaml: string | Buffer,
  env: NodeJS.ProcessEnv = {},
): Promise<readonly string[]> {
  const problem = await problemOf(() => load(yaml, env));
  assert.equal(problem.code, "config_invalid");
  return "faults" in problem ? problem.faults : assert.fail("no faults");
}

async function faultsOf(yaml: string, env: NodeJS.ProcessEnv = {}): Promise<readonly string[]> {
  return (await placedFaultsOf(yaml, env)).map((fault) => fault.replace(/ \((line \d+|ASSAY_\w+)\)$/, ""));
}

const documented = `
network: local
netuid: 0
keys: { hotkey: keys/hotkey.json, publishing: keys/publishing.json }
chain: { kind: local, block_ms: 12000, genesis_ms: 0, tempo: 360, miners: open }
challenge:
  scheme: sealed
  accept: [sealed]
  secret_file: keys/challenge.secret
  secret_file_previous: null
  epoch_hours: 1
  index_maps: 64
  index_bytes: 100000000
lanes:
  sat:
    rate: "1"
    penalty: reject
    partial: reject
    max_attempts: 3
    tiers:
      1: { allotment: 10000, weight: 1.0, vars: 400, clauses: 1704, method: biased }
      2: { allotment: 10000, weight: 2.0, vars: 400, clauses: 1704, method: ajm }
    share: 0.5
  groth16: { rate: "20/500", penalty: strike, circuits: [], share: 0.5 }
admit:
  max_body_bytes: 65536
  body_deadline_ms: 5000
  gate: { slots: 64, wait_ms: 250, queue: 256 }
  new_hotkeys_per_address_hour: 64
  per_ip_per_min: 6000
  per_hotkey: { burst: 60, per_s: 20 }
  signature_window_ms: 8000
judge:
  strikes: 1
  window_blocks: 7200
  suspension_tempos: 20
  unreachable_tempos: 1
  cold_start_blocks: 1800
  retention_blocks: 50400
  history: 8192
  outage_miners: 4
verify: { concurrency: null, pending_factor: 4 }
dispatch: { ceiling: null, allow_private: false, bytes_in_flight: 268435456 }
jobs: { deadline_s: 86400, again_s: 60, per_token: { burst: 60, per_s: 20, queued: 1000 } }
weigh: { window_hours: 24, region_cap: 0.25, burn: { share: 0, uid: null, hotkey: null, absent: skip }, every_tempos: 1 }
sample: { floor: "1/100", classes: { customer: "1", cold_start: "1/5", struck: "1/2" } }
store: { kind: sqlite, url: null, replica_url: null, replica_max_lag_s: 10, fsync: full }
observe: { metrics: { host: 127.0.0.1, port: 9420 }, clock_step_ms: 60000, disk_reserve: 536870912 }
http: { host: 127.0.0.1, port: 8420, trusted_proxies: [], max_connections: 4096, max_event_streams: 256, per_address_connections: 64, cors_origins: [] }
admin: { token_file: keys/admin.token }
`;

describe("defaults", () => {
  it("are those of the documentation, whether written out or left out", () => {
    assert.deepEqual(defaultConfig(), parse(documented));
    assert.deepEqual(load(documented), defaultConfig());
    assert.deepEqual(load(""), defaultConfig());
    assert.deepEqual(load("{}"), defaultConfig());
    assert.deepEqual(loadConfig({ file: null, env: {} }), defaultConfig());
  });

  it("complete every section that is given in part", () => {
    for (const key of Object.keys(defaultConfig()))
      if (key !== "network" && key !== "netuid") assert.deepEqual(load(`${key}: {}`), defaultConfig(), key);
  });

  it("are what the starter file holds, and every key is in it", () => {
    assert.deepEqual(load(starterConfig()), defaultConfig());
    assert.deepEqual(parse(starterConfig()), defaultConfig());
    assert.match(starterConfig(), /^ {2}# Scheme of the ids that are issued$/m);
  });

  it("and everything else that is loaded is frozen through and through", () => {
    for (const config of [defaultConfig(), load("judge: { strikes: 2 }")]) {
      const open: unknown[] = [config];
      for (let value = open.pop(); value !== undefined; value = open.pop()) {
        assert.ok(Object.isFrozen(value), JSON.stringify(value));
        open.push(...Object.values(value as Tree).filter((v) => typeof v === "object" && v !== null));
      }
    }
  });
});

describe("the text of a file", () => {
  const yaml = "netuid: 7\r\nadmit:\r\n  gate: { slots: 9 }\r\n";
  it("may have a byte order mark and CRLF", () => {
    const config = load(`\ufeff${yaml}`);
    assert.deepEqual([config.netuid, config.admit.gate.slots], [7, 9]);
  });

  it("is refused in another encoding, with what to do", async () => {
    const utf16 = Buffer.from(`\ufeff${yaml}`, "utf16le");
    for (const bytes of [utf16, Buffer.from(utf16).swap16(), Buffer.from(yaml, "utf16le")])
      assert.match((await placedFaultsOf(bytes))[0] ?? "", /UTF-16.*save it as UTF-8/);
    assert.match((await placedFaultsOf(Buffer.from([0x61, 0x3a, 0xe9, 0x0a])))[0] ?? "", /save it as UTF-8/);
  });

  it("may repeat values by aliases, but not grow by them", async () => {
    assert.equal((load("chain: &c { tempo: 10 }\n").chain as { tempo: number }).tempo, 10);
    const shared = load(
      "admit: { gate: &g { slots: 2 } }\nlanes: { sat: { tiers: { 1: &t { vars: 9 }, 2: *t } } }",
    );
    assert.equal(shared.lanes.sat.tiers["2"]?.vars, 9);
    const levels = Array.from({ length: 9 }, (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`)}]`);
    const bomb = `l0: &l0 [x, x, x]\n${levels.join("\n")}\n`;
    assert.match((await placedFaultsOf(bomb))[0] ?? "", /alias/i);
    assert.match((await placedFaultsOf("netuid: *nothing"))[0] ?? "", /alias.*nothing/i);
    assert.equal((await placedFaultsOf("a: ".concat("[".repeat(20_000)))).length > 0, true);
  });

  it("is at most 1 MiB", async () => {
    const comment = `#${"x".repeat(1_048_574)}\n`;
    assert.equal(load(comment).netuid, 0);
    assert.equal((await problemOf(() => load(`#${comment}`))).code, "config_unreadable");
  });

  it("is named by line in every fault, and a variable by its name", async () => {
    assert.deepEqual(await placedFaultsOf("netuid: 1\nadmit:\n  gate:\n    slotz: 1\n    wait_ms: -1\n"), [
      "admit.gate.wait_ms: Too small: expected number to be >=0 (line 5)",
      'admit.gate.slotz: unknown key; did you mean "slots"? (line 4)',
    ]);
    assert.match((await placedFaultsOf("netuid: 1", { ASSAY_NETUID: "-2" }))[0] ?? "", /\(ASSAY_NETUID\)$/);
    assert.match((await placedFaultsOf("a: 1\nb: [1\n"))[0] ?? "", /at line [23]/);
  });
});

describe("faults", () => {
  it("of unknown keys name the nearest known one, wherever they stand", async () => {
    assert.deepEqual(await faultsOf("chalenge: {}"), ['chalenge: unknown key; did you mean "challenge"?']);
    assert.deepEqual(await faultsOf("admit: { gate: { slotz: 1 } }"), [
      'admit.gate.slotz: unknown key; did you mean "slots"?',
    ]);
    assert.deepEqual(await faultsOf("lanes: { sat: { tiers: { 1: { varz: 5 } } } }"), [
      'lanes.sat.tiers.1.varz: unknown key; did you mean "vars"?',
    ]);
    assert.deepEqual(await faultsOf("lanes: { zat: {} }"), ['lanes.zat: unknown key; did you mean "sat"?']);
  });

  it("all stand in one report: file and environment, each with its path", async () => {
    const faults = await faultsOf(
      "netuid: 65536\njudge: { strikes: 0, windw_blocks: 1 }\nlanes: { sat: { rate: 3/2, penalty: fine } }",
      { ASSAY_NETWROK: "x" },
    );
    const starts = [
      "ASSAY_NETWROK",
      "netuid",
      "judge.strikes",
      "judge.windw_blocks",
      "lanes.sat.rate",
      "lanes.sat.penalty",
    ];
    assert.equal(faults.length, starts.length);
    for (const start of starts)
      assert.equal(faults.filter((fault) => fault.startsWith(`${start}: `)).length, 1, start);
  });

  it("of YAML syntax and shape are named, not thrown as they come", async () => {
    assert.match((await faultsOf("admit: [1"))[0] ?? "", /flow|\]/i);
    assert.match((await faultsOf("netuid: 1\nnetuid: 2"))[0] ?? "", /unique/);
    assert.deepEqual(await faultsOf("- 1"), ["not a YAML mapping"]);
    assert.deepEqual(await faultsOf("just text"), ["not a YAML mapping"]);
    assert.match((await faultsOf("admit: 5"))[0] ?? "", /^admit: .*object/);
    assert.match((await faultsOf("admit:"))[0] ?? "", /^admit: .*object/);
  });

  it("of a file that is not there name it", async () => {
    const file = join(dir, "missing.yaml");
    const problem = await problemOf(() => loadConfig({ file, env: {} }));
    assert.equal(problem.code, "config_unreadable");
    assert.equal("file" in problem && problem.file, file);
  });
});

test("every bound holds at its edge and one past it", async () => {
  const edges: [string, (value: number) => string, number, number][] = [
    ["netuid", (v) => `netuid: ${v}`, 0, 65_535],
    ["admit.gate.slots", (v) => `admit: { gate: { slots: ${v} } }`, 1, 4096],
    ["admit.max_body_bytes", (v) => `admit: { max_body_bytes: ${v} }`, 1024, 16_777_216],
    ["judge.history", (v) => `judge: { history: ${v} }`, 16, 1_000_000],
    ["challenge.epoch_hours", (v) => `challenge: { epoch_hours: ${v} }`, 1, 8760],
    ["verify.concurrency", (v) => `verify: { concurrency: ${v} }`, 1, 1024],
    ["lanes.sat.tiers.1.vars", (v) => `lanes: { sat: { tiers: { 1: { vars: ${v} } } } }`, 3, 20_000],
  ];
  for (const [path, yaml, least, most] of edges) {
    for (const value of [least, most]) load(yaml(value));
    for (const value of [least - 1, most + 1, least + 0.5]) {
      const faults = await faultsOf(yaml(value));
      assert.equal(faults.length, 1, path);
      assert.ok(faults[0]?.startsWith(`${path}: `), faults[0]);
    }
  }
});

describe("environment variables", () => {
  it("reach every key that exists", () => {
    const complete = defaultConfig() as unknown as Tree;
    for (const path of leafPaths(complete)) {
      const value = path.reduce<unknown>((node, key) => (node as Tree)[key], complete);
      const text = typeof value === "string" ? value : JSON.stringify(value);
      assert.deepEqual(load("", { [variableName(path)]: text }), defaultConfig(), variableName(path));
    }
  });

  it("override the file, and leave its other keys", () => {
    const config = load("admit: { gate: { slots: 5, queue: 7 } }\nnetwork: file", {
      ASSAY_ADMIT_GATE_SLOTS: "6",
      ASSAY_NETWORK: "123",
      ASSAY_CHALLENGE_ACCEPT: "[sealed, indexed]",
      ASSAY_LANES_SAT_RATE: "20/500",
      ASSAY_VERIFY_CONCURRENCY: "null",
    });
    assert.deepEqual(config.admit.gate, { slots: 6, wait_ms: 250, queue: 7 });
    assert.equal(config.network, "123");
    assert.deepEqual(config.challenge.accept, ["sealed", "indexed"]);
    assert.equal(config.lanes.sat.rate, "20/500");
  });

  it("change one tier without dropping the other", () => {
    const { tiers } = load("", { ASSAY_LANES_SAT_TIERS_2_VARS: "50" }).lanes.sat;
    assert.deepEqual(tiers, { ...defaultConfig().lanes.sat.tiers, 2: { ...tiers["2"], vars: 50 } });
    assert.equal(tiers["2"]?.clauses, 1704);
  });

  it("that are unknown are faults that name the nearest; those without the prefix are ignored", async () => {
    assert.deepEqual(await faultsOf("", { ASSAY_ADMIT_GATE_SLOT: "1", HOME: "/", ASSAYER: "x" }), [
      "ASSAY_ADMIT_GATE_SLOT: unknown variable; did you mean ASSAY_ADMIT_GATE_SLOTS?",
    ]);
  });

  it("with values out of bounds or unreadable are faults", async () => {
    assert.match((await faultsOf("", { ASSAY_NETUID: "many" }))[0] ?? "", /^netuid: /);
    assert.match((await faultsOf("", { ASSAY_NETUID: "[1" }))[0] ?? "", /^ASSAY_NETUID: .*YAML/);
  });

  it("do not hide a fault of the file", async () => {
    assert.match((await faultsOf("admit: 5", { ASSAY_ADMIT_GATE_SLOTS: "3" }))[0] ?? "", /^admit: /);
  });

  it("come before the override of flags", () => {
    const file = join(dir, "assay.yaml");
    writeFileSync(file, "netuid: 1");
    const override = (raw: Tree): void => {
      assert.equal(raw.netuid, 2);
      raw.netuid = 3;
    };
    assert.equal(loadConfig({ file, env: { ASSAY_NETUID: "2" }, override }).netuid, 3);
  });
});

describe("fractions", () => {
  const rate = (text: string) => load(`lanes: { sat: { rate: ${text} } }`).lanes.sat.rate;

  it("are kept as they are written, as text or as a number", () => {
    const cases = [
      ["20/500", "20/500"],
      ['"0.04"', "0.04"],
      ["0.04", "0.04"],
      ["1", "1"],
      ["0", "0"],
      ["0/1", "0/1"],
    ];
    for (const [written, read] of cases) assert.equal(rate(written ?? ""), read, written);
    assert.equal(rate('"0.100000000000000001"'), "0.100000000000000001");
    assert.equal(rate("0.123456789012345"), "0.123456789012345");
  });

  it("outside 0..1 or of another form are refused", async () => {
    for (const text of [
      "3/2",
      "1.1",
      "-0.1",
      "1/0",
      "half",
      "1e-7",
      '""',
      "null",
      "[1]",
      "0x1/2",
      "1/-2",
      ".inf",
    ])
      assert.deepEqual(
        await faultsOf(`lanes: { sat: { rate: ${text} } }`),
        ["lanes.sat.rate: must be a fraction in 0..1, such as 20/500 or 0.04"],
        text,
      );
  });

  it("never pass through a float: digits that one would lose are refused", async () => {
    const [fault = ""] = await faultsOf("lanes: { sat: { rate: 0.1000000000000000055 } }");
    assert.match(fault, /^0\.1000000000000000055: .*quotes/);
    load(`chain: { genesis_ms: ${Number.MAX_SAFE_INTEGER} }`);
  });
});

describe("tiers", () => {
  const tiersOf = (yaml: string) => load(`lanes: { sat: { tiers: ${yaml} } }`).lanes.sat.tiers;

  it("1 and 2 may be given in part, others must be whole", async () => {
    const whole = defaultConfig().lanes.sat.tiers;
    assert.deepEqual(tiersOf("{ 1: { vars: 50 }, 2: {} }"), {
      1: { ...whole["1"], vars: 50 },
      2: whole["2"],
    });
    assert.deepEqual(tiersOf("{ 1: {} }"), { 1: whole["1"] });
    const faults = await faultsOf("lanes: { sat: { tiers: { 3: { vars: 50 } } } }");
    const missing = ["allotment", "weight", "clauses", "method"];
    assert.deepEqual(
      faults.map((fault) => fault.split(":")[0]),
      missing.map((key) => `lanes.sat.tiers.3.${key}`),
    );
    const three = { allotment: 1, weight: 0.5, vars: 3, clauses: 1, method: "ajm" };
    assert.deepEqual(tiersOf(JSON.stringify({ 3: three })), { 3: three });
  });

  it("are numbered from 1, and there is at least one", async () => {
    for (const key of ["0", "01", "a", "1000000"])
      assert.deepEqual(
        await faultsOf(
          `lanes: { sat: { tiers: { "${key}": ${JSON.stringify(defaultConfig().lanes.sat.tiers["1"])} } } }`,
        ),
        [`lanes.sat.tiers.${key}: a tier is a number from 1`],
      );
    assert.match((await faultsOf("lanes: { sat: { tiers: {} } }"))[0] ?? "", /at least one tier/);
  });
});

const HOTKEY = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";

describe("relations", () => {
  it("a burn share needs the uid or the hotkey that receives it", async () => {
    const [fault = ""] = await faultsOf("weigh: { burn: { share: 0.1 } }");
    assert.match(fault, /^weigh\.burn\.uid: /);
    load("weigh: { burn: { share: 0.1, uid: 0 } }");
    load(`weigh: { burn: { share: 0.1, hotkey: ${HOTKEY} } }`);
    load(`weigh: { burn: { share: 0.1, uid: 3, hotkey: ${HOTKEY} } }`);
    const [bad = ""] = await faultsOf("weigh: { burn: { share: 0.1, hotkey: 5Grw } }");
    assert.match(bad, /^weigh\.burn\.hotkey: must be an ss58 hotkey/);
    load("weigh: { burn: { share: 0, uid: null, hotkey: null } }");
    load(`weigh: { burn: { share: 0.1, hotkey: ${HOTKEY}, absent: own } }`);
    const [word = ""] = await faultsOf("weigh: { burn: { absent: spread } }");
    assert.match(word, /^weigh\.burn\.absent: /);
  });

  it("owner receives the burn only where a chain tells who that is", async () => {
    const [fault = ""] = await faultsOf("weigh: { burn: { share: 0.1, hotkey: owner } }");
    assert.match(fault, /^weigh\.burn\.hotkey: owner needs a chain .* chain\.kind subtensor$/);
  });

  it("indexed ids, issued or accepted, bound the allotment; sealed ids do not", async () => {
    const yaml = (allotment: number, challenge: object): string =>
      JSON.stringify({ challenge, lanes: { sat: { tiers: { 1: {}, 2: { allotment } } } } });
    const indexed = [{ scheme: "indexed" }, { accept: ["indexed"] }, { accept: ["sealed", "indexed"] }];
    for (const challenge of indexed) {
      load(yaml(INDEX_ALLOTMENT_MAX, challenge));
      const faults = await faultsOf(yaml(INDEX_ALLOTMENT_MAX + 1, challenge));
      assert.equal(faults.length, 1);
      assert.match(faults[0] ?? "", /^lanes\.sat\.tiers\.2\.allotment: .*1000000.*challenge\.accept/);
    }
    load(yaml(INDEX_ALLOTMENT_MAX + 1, {}));
  });

  it("origins are those that browsers send, in a list or as a star", async () => {
    const good = ["https://check.example", "http://localhost:5173", "https://[2001:db8::1]:8443", "*"];
    assert.deepEqual(load(`http: { cors_origins: ${JSON.stringify(good)} }`).http.cors_origins, good);
    assert.equal(load('http: { cors_origins: "*" }').http.cors_origins, "*");
    const env = { ASSAY_HTTP_CORS_ORIGINS: '["https://a.example"]' };
    assert.deepEqual(load("", env).http.cors_origins, ["https://a.example"]);
    for (const bad of [
      "https://a.example/",
      "https://a.example/x",
      "a.example",
      "ftp://a.example",
      "",
      "null",
      "HTTPS://A.example",
    ])
      assert.equal((await faultsOf(`http: { cors_origins: ${JSON.stringify([bad])} }`)).length, 1, bad);
  });

  it("trusted proxies are addresses or ranges", async () => {
    const good = ["127.0.0.1", "10.0.0.0/8", "10.1.2.3/32", "0.0.0.0/1", "::1", "fd00::/8", "::1/128"];
    assert.deepEqual(load(`http: { trusted_proxies: ${JSON.stringify(good)} }`).http.trusted_proxies, good);
    const bad = [
      "",
      "proxy",
      "loopback",
      "10.0.0.0/0",
      "10.0.0.0/33",
      "::/129",
      "::1/0",
      "10.0.0/8",
      "10.0.0.1/08",
    ];
    bad.push("10.0.0.1/8/8", "10.0.0.1/", "/8", "fe80::1%eth0", "10.0.0.1/255.0.0.0", " 10.0.0.1");
    const faults = await faultsOf(`http: { trusted_proxies: ${JSON.stringify(bad)} }`);
    assert.deepEqual(
      faults,
      bad.map((_, i) => `http.trusted_proxies.${i}: must be an IP address or a range such as 10.0.0.0/8`),
    );
  });
});

describe("where metrics are read", () => {
  const metricsOf = (given: string, env: NodeJS.ProcessEnv = {}): unknown =>
    load(`observe: { metrics: ${given} }`, env).observe.metrics;
  const none = "observe.metrics: must be {host, port}, {socket: path} or off";

  it("is an address, a socket or off", () => {
    assert.deepEqual(metricsOf("{ port: 0 }"), { host: "127.0.0.1", port: 0 });
    assert.deepEqual(metricsOf("{ host: '::1', port: 65535 }"), { host: "::1", port: 65_535 });
    assert.deepEqual(metricsOf("{ socket: run/metrics.sock }"), { socket: "run/metrics.sock" });
    assert.equal(metricsOf("off"), "off");
  });

  it("has no other form, and no two at once", async () => {
    const faults = (given: string): Promise<readonly string[]> => faultsOf(`observe: { metrics: ${given} }`);
    for (const given of [
      "on",
      "false",
      "9420",
      "[]",
      "{ host: x, socket: y }",
      "{ socket: 5 }",
      '{ socket: "" }',
    ])
      assert.deepEqual(await faults(given), [none], given);
    assert.deepEqual(await faults("{ sockt: x }"), [
      'observe.metrics.sockt: unknown key; did you mean "socket"?',
    ]);
    assert.match((await faults("{ port: 65536 }"))[0] ?? "", /^observe\.metrics\.port: /);
  });

  it("may be set by the environment, which replaces another form of the file", async () => {
    const [whole, port, socket] = ["", "_PORT", "_SOCKET"].map((key) => `ASSAY_OBSERVE_METRICS${key}`);
    assert.ok(whole && port && socket);
    assert.equal(metricsOf("{ socket: a }", { [whole]: "off" }), "off");
    assert.deepEqual(metricsOf("off", { [whole]: "{ socket: b }" }), { socket: "b" });
    assert.deepEqual(metricsOf("{ host: '::1' }", { [port]: "1" }), { host: "::1", port: 1 });
    for (const given of ["off", "{ socket: a }", "{}"])
      assert.deepEqual(metricsOf(given, { [port]: "1" }), { host: "127.0.0.1", port: 1 });
    for (const given of ["off", "{ port: 1 }", "{ socket: a }"])
      assert.deepEqual(metricsOf(given, { [socket]: "5" }), { socket: "5" });
    assert.deepEqual(load("", { [socket]: "b" }).observe.metrics, { socket: "b" });
    const [first = ""] = await faultsOf("", { [whole]: "off", [port]: "1" });
    assert.ok(first.startsWith(`${whole} and ${port} exclude each other: observe.metrics must be `), first);
    const [second = ""] = await faultsOf("", { [socket]: "a", [port]: "1" });
    assert.ok(second.startsWith(`${port} and ${socket} exclude each other: `), second);
  });
});

test("the nearest word is the one with the fewest edits", () => {
  assert.equal(nearest("slotz", ["queue", "slots", "wait_ms"]), "slots");
  assert.equal(nearest("same", ["some", "same"]), "same");
  assert.equal(nearest("", ["ab", "a"]), "a");
  assert.equal(nearest("x", []), undefined);
  assert.equal(nearest(`${"a".repeat(100_000)}`, ["b", "a".repeat(64)]), "a".repeat(64));
});

test("docs/assay.schema.json is current", () => {
  const file = join(root, "docs/assay.schema.json");
  const command = `node -e 'process.stdout.write(require("./src/config/jsonSchema.ts").configJsonSchemaText())' > docs/assay.schema.json`;
  assert.ok(readFileSync(file, "utf8") === configJsonSchemaText(), `out of date; run: ${command}`);
});

test("the JSON Schema knows the defaults and takes tiers in part", () => {
  const schema = JSON.parse(configJsonSchemaText()) as Tree;
  const at = (...path: string[]): unknown =>
    path.reduce<unknown>((node, key) => (node as Tree | undefined)?.[key], schema);
  const sat = (...path: string[]) => at("properties", "lanes", "properties", "sat", "properties", ...path);
  assert.equal(schema.title, "assay.yaml");
  assert.equal(schema.additionalProperties, false);
  assert.equal(sat("rate", "default"), "1");
  assert.deepEqual(sat("tiers", "default"), defaultConfig().lanes.sat.tiers);
  assert.equal(sat("tiers", "additionalProperties", "required"), undefined);
  assert.deepEqual(Object.keys(at("properties") as Tree), Object.keys(defaultConfig()));
});

test("docs/configuration.md names every section", () => {
  const text = readFileSync(join(root, "docs/configuration.md"), "utf8");
  for (const key of Object.keys(defaultConfig())) assert.match(text, new RegExp(`\`${key}[\`.]`), key);
});
