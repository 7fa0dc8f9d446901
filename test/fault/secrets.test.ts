import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "../../src/core/clock.ts";
import { deriveKey } from "../../src/core/hash.ts";
import { epochAt } from "../../src/core/ids.ts";
import { AssayError } from "../../src/core/problems/assayError.ts";
import type { JobView, NewTokenView } from "../../src/http/handlers.ts";
import { examine } from "../../src/validator/doctor.ts";
import { Said, type Secret, secretHex, secretText } from "../support/fault/secrets.ts";
import { clientOf, ended, planted, receiptIn, submit } from "../support/lanes/sat/answers.ts";
import { operatorAsks } from "../support/validator/operator.ts";
import { circuit, fakeProof, honest, PushWorld, pushDir } from "../support/validator/push/world.ts";
import {
  dataDirWith,
  removeDir,
  runAssay,
  testSecret,
  type Validator,
} from "../support/validator/validator.ts";

// What must never be said, and everything that is: each secret is searched for in bytes, hex and base64.

/** Everything that `fetch` gets back, but for an answer that is there to tell a new token. */
function record(said: Said): void {
  const ask = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const response = await ask(input, init);
    const text = await response.clone().text();
    const headers = JSON.stringify([...response.headers]);
    const isToken = String(input).endsWith("/v1/admin/tokens") && response.status === 201;
    said.add(`${init?.method ?? "GET"} ${String(input)}`, isToken ? headers : headers + text);
    return response;
  };
}

/** The log from now on; what was written before is taken over. */
function follow(said: Said, { process: child, stdout, stderr }: Validator): () => void {
  const texts = { stdout: stdout(), stderr: stderr() };
  child.stdout?.on("data", (chunk: Buffer) => {
    texts.stdout += chunk.toString();
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    texts.stderr += chunk.toString();
  });
  return () => {
    said.add("stdout", texts.stdout);
    said.add("stderr", texts.stderr);
  };
}

const read = (dir: string, file: string): string => readFileSync(join(dir, "keys", file), "utf8").trim();

/** What the files of a data directory hold. */
function secretsOf(dir: string): Secret[] {
  const hotkey = JSON.parse(read(dir, "hotkey.json")) as Record<string, string>;
  const { d = "" } = JSON.parse(read(dir, "publishing.json")) as { d?: string };
  const epoch = epochAt(systemClock.nowMs(), 1);
  const master = Buffer.from(testSecret);
  const derived = (purpose: string) =>
    [-1, 0, 1].map((step) => ({
      name: `key ${purpose} of epoch ${step}`,
      bytes: deriveKey(master, `assay/v1/${purpose}/${epoch + step}`).export(),
    }));
  return [
    secretText("challenge secret", testSecret),
    secretText("admin token", read(dir, "admin.token")),
    secretText("mnemonic", hotkey.secretPhrase ?? assert.fail("no phrase")),
    secretHex("hotkey seed", hotkey.secretSeed ?? assert.fail("no seed")),
    { name: "publishing key", bytes: Buffer.from(d, "base64url") },
    ...["sample", "id/tag", "id/mask", "seed"].flatMap(derived),
  ];
}

/** Everything that happens to a validator in a day, with things going wrong in between. */
async function aDay(world: PushWorld, said: Said, hidden: string): Promise<Secret[]> {
  const { url, validator } = world;
  const made = await operatorAsks<NewTokenView>(validator, "POST", "/v1/admin/tokens", { name: "Ada" });
  const { token, token_id } = made.document;
  const miner = await world.join("Mia", honest(1));
  await world.join("Eve", (order, cheat) => cheat.answer(order.job_id, fakeProof(order)));
  const bearer = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  const job = { lane: "groth16", kind: "hidden", input: { x: "7", w: hidden }, client_key: "one" };
  const put = await fetch(`${url}/v1/jobs`, { method: "POST", headers: bearer, body: JSON.stringify(job) });
  const { job_id } = (await put.json()) as JobView;
  await world.jobInState(job_id, "done");
  for (const body of [
    { ...job, input: { x: "7", w: [hidden] } },
    { ...job, kind: hidden.slice(0, 3) },
  ])
    await fetch(`${url}/v1/jobs`, { method: "POST", headers: bearer, body: JSON.stringify(body) });
  for (const path of ["/v1/jobs", `/v1/jobs/${job_id}`]) await fetch(url + path, { headers: bearer });
  await fetch(`${url}/v1/jobs`, { headers: { Authorization: `Bearer ${token}x` } });
  await fetch(`${url}/v1/admin/tokens`, { headers: { Authorization: `Basic ${token}` } });
  await fetch(`${url}/v1/admin/skiplist`, {
    headers: { Authorization: `Bearer ${read(validator.dataDir, "admin.token")}.` },
  });
  const client = await clientOf(url, "//Alice");
  await client.openSession();
  for (const pick of ["right", "wrong"] as const) {
    const challenge = planted(client.keypair.hotkey, pick === "right" ? 0 : 1);
    await ended(client, receiptIn(await submit(client, challenge.challengeId, challenge[pick])).receipt_id);
  }
  const refused = await submit(client, planted(miner.hotkey, 3).challengeId, "AAAA");
  said.add("a refusal", refused.text);
  const order = { hotkey: client.keypair.hotkey, tempos: 1, reason: "test" };
  await operatorAsks(validator, "POST", "/v1/admin/skiplist", order);
  await operatorAsks(validator, "DELETE", `/v1/admin/tokens/${token_id}`);
  return [secretText("customer's token", token), secretText("its secret part", token.split(".")[1] ?? token)];
}

const commands = [["status"], ["skiplist", "list"], ["token", "list"], ["jobs", "list"], ["keys", "list"]];

test("a running validator says no secret: not in its log, its metrics, its answers, its commands, nor in the rows it stores", async () => {
  const said = new Said();
  const real = globalThis.fetch;
  const hidden = "918273645546372819";
  const secretCircuit = { ...circuit, id: "hidden", private_inputs: ["w"], benchmark: { enabled: false } };
  const dir = pushDir({ rate: "1", circuits: [circuit, secretCircuit] });
  const world = await PushWorld.start(dir, ["--log-level", "debug"]);
  try {
    const stopLog = follow(said, world.validator);
    record(said);
    const tokens = await aDay(world, said, hidden);
    const secrets = [...secretsOf(dir), ...tokens];
    const { paths } = (await (await fetch(`${world.url}/openapi.json`)).json()) as { paths: object };
    // A stream of events has no end; what it tells first is the overview.
    const ending = Object.keys(paths).filter((each) => !each.includes("{") && each !== "/v1/events");
    for (const path of ending) await operatorAsks(world.validator, "GET", path).catch(() => undefined);
    said.add("metrics", await world.validator.metrics());
    const run = async (command: readonly string[]): Promise<void> => {
      const where = command[0] === "doctor" ? [] : ["--url", world.url];
      const data = command[0] === "status" ? [] : ["--data", dir];
      const { stdout, stderr } = await runAssay([...command, "--json", ...where, ...data]);
      said.add(`assay ${command.join(" ")}`, stdout + stderr);
    };
    await Promise.all([...commands, ["doctor"]].map(run));
    for (const file of readdirSync(dir).filter((name) => name.startsWith("assay.db")))
      said.add(file, readFileSync(join(dir, file)));
    stopLog();
    const places = said.found([secretText("the validator's hotkey", world.hotkey)]).join();
    for (const place of ["/v1/status", "assay status", "assay doctor", "assay.db"])
      assert.ok(places.includes(place), `what is no secret is found in ${place}`);
    assert.deepEqual(said.found(secrets), []);
    assert.deepEqual(
      said.found([secretText("private input", hidden)]).filter((where) => !where.includes("assay.db")),
      [],
      "what the customer keeps private is in the store, for the miner, and nowhere else",
    );
  } finally {
    globalThis.fetch = real;
    await world.close();
  }
});

const password = "hunter2-of-the-operator";
const words = "legal winner thank year wave sausage worth useful legal winner thank yellow";
const seedHex = `0x${"5e".repeat(32)}`;

interface Mistake {
  readonly name: string;
  readonly config?: object;
  readonly text?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly files?: Readonly<Record<string, string>>;
}

const node = `wss://user:${password}@127.0.0.1:1/${password}?key=${password}`;
const subnet = {
  kind: "subtensor",
  netuid: 1,
  genesis: `0x${"00".repeat(32)}`,
  wallet: { file: "keys/hotkey.json" },
};
const database = `postgres://assay:${password}@db.example/assay`;

const mistakes: readonly Mistake[] = [
  { name: "a database", config: { store: { kind: "postgres", url: database, replica_url: database } } },
  { name: "a database of the wrong kind", config: { store: { url: `mysql://a:${password}@b/c` } } },
  { name: "a database in the environment", env: { ASSAY_STORE_URL: database } },
  { name: "a misspelt key", config: { store: { ulr: database } } },
  { name: "a misspelt variable", env: { ASSAY_STORE_ULR: database } },
  {
    name: "an endpoint of another kind",
    config: { chain: { ...subnet, endpoints: [`http://u:${password}@x`] } },
  },
  { name: "an endpoint that is not there", config: { chain: { ...subnet, endpoints: [node] } } },
  { name: "an endpoint twice", config: { chain: { ...subnet, endpoints: [node, node] } } },
  { name: "words for a file", config: { keys: { hotkey: words } } },
  { name: "a seed for a file", config: { keys: { hotkey: seedHex } } },
  { name: "a URI with a password", config: { keys: { hotkey: `//Alice///${password}` }, netuid: -1 } },
  { name: "words in the environment", env: { ASSAY_KEYS_HOTKEY: words } },
  { name: "a line that is no YAML", text: `keys: {hotkey: "${words}\nstore: ${database}\n` },
  { name: "a tab", text: `store:\n\turl: ${database}\n` },
  { name: "a token too short", files: { "admin.token": "hunter2-of-the" } },
  {
    name: "a hotkey file cut off",
    files: { "hotkey.json": `{"secretPhrase":"${words}","secretSeed":"${seedHex}` },
  },
  { name: "a hotkey file of a word too many", files: { "hotkey.json": `${words} zoo` } },
  {
    name: "a publishing key of another kind",
    files: { "publishing.json": `{"kty":"RSA","d":"${password}"}` },
  },
  {
    name: "a publishing key cut off",
    files: { "publishing.json": `{"kty":"OKP","crv":"Ed25519","d":"${password}` },
  },
];

/** What `assay doctor --json` prints; null when it finds nothing wrong. */
async function doctored(dir: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  try {
    const findings = await examine({ dataDir: dir, configFile: join(dir, "assay.yaml"), env });
    return findings.some(({ state }) => state === "fail") ? JSON.stringify(findings) : null;
  } catch (error) {
    if (!(error instanceof AssayError)) throw error;
    return error.message + JSON.stringify(error.problem);
  }
}

test("no mistake in a configuration or a key file has its secret shown by doctor, which runs the checks of a start", async () => {
  const secrets = [
    secretText("password", password),
    secretText("mnemonic", words),
    secretText("part of a mnemonic", "thank year wave sausage"),
    secretHex("seed", seedHex),
    secretText("seed's digits", seedHex.slice(2)),
    secretText("short token", "hunter2-of-the"),
  ];
  for (const { name, config = {}, text, env = {}, files = {} } of mistakes) {
    const dir = dataDirWith(config);
    if (text !== undefined) writeFileSync(join(dir, "assay.yaml"), text);
    for (const [file, content] of Object.entries(files)) writeFileSync(join(dir, "keys", file), content);
    const said = new Said();
    const report = (await doctored(dir, env)) ?? assert.fail(`${name}: nothing is wrong`);
    said.add(report, report);
    assert.deepEqual(said.found(secrets), [], name);
    removeDir(dir);
  }
});
