import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { after, describe, it, test } from "node:test";
import { promisify } from "node:util";
import { parse } from "yaml";
import {
  challengeOffline,
  checkOffline,
  issueOffline,
  recoverOffline,
} from "../../../src/cli/shared/offline.ts";
import { defaultConfig } from "../../../src/config/load.ts";
import { generatePrivateJwk, makeSigner } from "../../../src/core/ed25519.ts";
import { sha256Hex } from "../../../src/core/hash.ts";
import type { InvalidCode } from "../../../src/flow/verdict.ts";
import { parseHotkeyFile } from "../../../src/keys/hotkeyFile.ts";
import { keypairOfUri } from "../../../src/keys/uri.ts";
import { checkAnswer } from "../../../src/lanes/sat/check.ts";
import { parseCnf } from "../../../src/lanes/sat/dimacs.ts";
import { faultText } from "../../../src/lanes/sat/faultText.ts";
import { problemOf } from "../../support/thrown.ts";
import { removeDir, runAssay, temporaryDir } from "../../support/validator/validator.ts";

// The command line as its users meet it: real processes; the many vectors go through the same functions in this one.

interface Place {
  hotkey: string;
  epoch: number;
  tier: number;
  seq: number;
  challenge_id: string;
  seed: string;
}

interface SmallInstance extends Place {
  n_vars: number;
  n_clauses: number;
  method: "biased" | "ajm";
  cnf_text: string;
  cnf_sha256: string;
  planted: number[];
}

interface LargeInstance extends Place {
  served_cnf_sha256: string;
}

const vectorFile = (name: string): string =>
  readFileSync(new URL(`../../vectors/${name}.json`, import.meta.url), "utf8");
const sealed = JSON.parse(vectorFile("sealed")) as { master_utf8: string; vectors: Place[] };
const indexed = JSON.parse(vectorFile("indexed-and-sat")) as {
  secret: string;
  instances: LargeInstance[];
  small_instances: SmallInstance[];
  solution_verdicts: {
    cnf_text: string;
    cases: { case: string; solution: string; ok: boolean; reason: string | null }[];
  };
};

const dir = temporaryDir();
after(() => removeDir(dir));

let names = 0;
function file(content: string): string {
  const path = join(dir, `file-${names++}`);
  writeFileSync(path, content);
  return path;
}

const sealedSecret = file(`${sealed.master_utf8}\n`);
const indexedSecret = file(indexed.secret);
const schemes = [
  { scheme: "sealed", secretFile: sealedSecret, bare: sealed.master_utf8, places: sealed.vectors },
  {
    scheme: "indexed",
    secretFile: indexedSecret,
    bare: indexed.secret,
    places: [...indexed.instances, ...indexed.small_instances],
  },
] as const;

interface Outcome {
  readonly code: number | null;
  readonly document: unknown;
}

/** Runs a command with `--json`: stdout is one document, stderr is empty. */
async function json(...args: string[]): Promise<Outcome> {
  const { code, stdout, stderr } = await runAssay([...args, "--json"]);
  assert.equal(stderr, "", args.join(" "));
  return { code, document: JSON.parse(stdout) };
}

function errorCode({ document }: Outcome): string {
  const { error, ...rest } = document as { error: { code: string; message: string } };
  assert.deepEqual([Object.keys(rest), Object.keys(error)], [[], ["code", "message"]]);
  assert.ok(error.message.length > 0);
  return error.code;
}

interface Printed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs command lines one after the other in one process. */
async function batch(lines: readonly string[][]): Promise<Printed[]> {
  const script = resolve(import.meta.dirname, "../../support/cli/batch.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(lines)]);
  return JSON.parse(stdout) as Printed[];
}

/** Runs the cases four at a time: every one is a process. */
async function each<T>(cases: readonly T[], run: (one: T) => Promise<void>): Promise<void> {
  const rest = [...cases];
  const worker = async (): Promise<void> => {
    for (let one = rest.shift(); one !== undefined; one = rest.shift()) await run(one);
  };
  await Promise.all(Array.from({ length: 4 }, worker));
}

const identity = (secretFile: string, place: Place): string[] => [
  ...["--secret-file", secretFile],
  ...["--hotkey", place.hotkey],
];
const placeOf = ({ epoch, tier, seq }: Place): string[] => [
  ...["--epoch", String(epoch)],
  ...["--tier", String(tier)],
  ...["--seq", String(seq)],
];

describe("help", () => {
  const tops = [
    "up",
    "miner",
    "init",
    "doctor",
    "status",
    "keygen",
    "keys",
    "id",
    "challenge",
    "check",
    "plan",
    "simulate",
    "audit",
    "skiplist",
    "nodes",
    "drain",
    "ready",
    "jobs",
    "token",
    "clock",
    "chain",
    "weights",
    "timelock",
    "store",
    "adopt",
    "bench",
  ];
  const subs = [
    "id issue",
    "id recover",
    "keys rotate",
    "skiplist list",
    "skiplist add",
    "skiplist release",
    "clock show",
    "clock accept",
    "weights show",
    "weights verify",
    "weights timeline",
    "chain status",
    "chain metagraph",
    "chain weights",
    "chain resume",
    "timelock encrypt",
    "timelock decrypt",
  ];
  /** A default that the help must name. */
  const defaults: Record<string, RegExp> = {
    up: /--host .*\n?.*127\.0\.0\.1[\s\S]*--port[\s\S]*8420/,
    miner: /http:\/\/127\.0\.0\.1:8420[\s\S]*sat/,
    init: /default: "data"/,
    doctor: /default: "data"/,
    status: /http:\/\/127\.0\.0\.1:8420/,
    keygen: /default: "hotkey"/,
    bench: /default: 10\)/,
    "id issue": /default: "sealed"/,
    "id recover": /default: 10000/,
    challenge: /default: "sealed"/,
    "skiplist list": /http:\/\/127\.0\.0\.1:8420/,
    "weights show": /http:\/\/127\.0\.0\.1:8420/,
  };

  it("lists every command, and only those", async () => {
    const { code, stdout, stderr } = await runAssay(["--help"]);
    assert.deepEqual([code, stderr], [0, ""]);
    const listed = stdout.split(/Commands:|Examples:/)[1]?.matchAll(/^ {2}([a-z]+) /gm) ?? [];
    assert.deepEqual(
      [...listed].map(([, name]) => name),
      [...tops, "help"],
    );
    assert.match(stdout, /Examples:\n {2}assay up --demo 4/);
    assert.match(stdout, /Exit status: 0 done, 1 failed, 2 usage/);
  });

  it("of every command says what it is for, its defaults and, at the top, an example", async () => {
    const commands = [...tops, ...subs];
    const outcomes = await batch(commands.map((name) => [...name.split(" "), "--help"]));
    for (const [i, name] of commands.entries()) {
      const { code, stdout, stderr } = outcomes[i] ?? assert.fail(name);
      assert.deepEqual([code, stderr], [0, ""], name);
      const [usage = "", , purpose = ""] = stdout.split("\n");
      assert.ok(usage.startsWith(`Usage: assay ${name}`), usage);
      assert.match(purpose, /^[A-Z].{15,}/, name);
      if (!name.includes(" ")) assert.match(stdout, new RegExp(`Examples?:\n[^]*assay ${name} `), name);
      assert.match(stdout, defaults[name] ?? /Usage/, name);
    }
  });

  it("has the version of package.json", async () => {
    const manifest = readFileSync(resolve(import.meta.dirname, "../../../package.json"), "utf8");
    const { version } = JSON.parse(manifest) as { version: string };
    for (const flag of ["--version", "-V"])
      assert.deepEqual(await runAssay([flag]), { code: 0, stdout: `${version}\n`, stderr: "" });
  });
});

describe("usage errors end with 2", () => {
  const hotkey = indexed.instances[0]?.hotkey ?? "";
  const wrong: [string[], RegExp][] = [
    [["nonsense"], /unknown command 'nonsense'/],
    [["id", "nonsense"], /unknown command 'nonsense'/],
    [["status", "--nonsense"], /unknown option '--nonsense'/],
    [["status", "extra"], /too many arguments/],
    [["check", "--cnf", "x"], /--solution/],
    [["miner"], /--key/],
    [["id", "issue", "--secret-file", "x"], /--hotkey/],
    [["skiplist", "add", hotkey, "--tempos", "0", "--reason", "r"], /--tempos.*from 1 to 100000/],
    [["up", "--port", "65536"], /--port.*from 0 to 65535/],
    [["up", "--port", "8e3"], /--port.*integer/],
    [["up", "--demo", "0"], /--demo.*from 1 to 64/],
    [["up", "--log-level", "loud"], /--log-level.*debug, info/],
    [["keygen", "--kind", "other"], /hotkey, publishing, secret/],
    [["bench", "nonsense"], /recover, generate, check/],
    [["bench"], /missing required argument 'name'/],
    [
      [
        "challenge",
        ...identity(sealedSecret, { hotkey: "5nobody" } as Place),
        "--epoch",
        "1",
        "--tier",
        "1",
        "--seq",
        "1",
      ],
      /ss58/,
    ],
  ];

  it("with the reason on stderr and the way to help, or in one document on stdout", async () => {
    const lines = wrong.map(([args]) => args);
    const plain = await batch(lines);
    const documents = await batch(lines.map((args) => [...args, "--json"]));
    for (const [i, [args, reason]] of wrong.entries()) {
      assert.deepEqual([plain[i]?.code, plain[i]?.stdout], [2, ""], args.join(" "));
      assert.match(plain[i]?.stderr ?? "", reason);
      assert.deepEqual([documents[i]?.code, documents[i]?.stderr], [2, ""], args.join(" "));
      const document: unknown = JSON.parse(documents[i]?.stdout ?? "");
      assert.equal(errorCode({ code: 2, document }), "usage");
      assert.match((document as { error: { message: string } }).error.message, reason);
    }
    for (const i of [0, 1, 2, 3]) assert.match(plain[i]?.stderr ?? "", /add --help/);
  });

  it("as a process too", async () => {
    const outcome = await json("id", "nonsense");
    assert.deepEqual([outcome.code, errorCode(outcome)], [2, "usage"]);
  });

  it("a bare command group prints its help to stderr", async () => {
    for (const args of [[], ["id"]]) {
      const { code, stdout, stderr } = await runAssay(args);
      assert.deepEqual([code, stdout], [2, ""]);
      assert.match(stderr, /^Usage: assay/);
    }
  });
});

describe("id", () => {
  for (const { scheme, secretFile, bare, places } of schemes) {
    it(`${scheme}: issues and recovers every vector`, async () => {
      assert.ok(places.length > 0);
      const withNewline = file(`${bare}\n`);
      const without = file(bare);
      for (const { challenge_id, seed, ...place } of places)
        for (const secret of [withNewline, without]) {
          const { hotkey, epoch, tier, seq } = place;
          const who = { scheme, secretFile: secret, hotkey };
          assert.deepEqual(issueOffline({ ...who, epoch, tier, seq }), { challenge_id, seed });
          const found = await recoverOffline({ ...who, id: challenge_id, allotment: 10_000 });
          assert.deepEqual(found, { tier, epoch, seq });
        }
    });

    it(`${scheme}: refuses a foreign id, one of another epoch or tier, and one beyond the allotment`, async () => {
      const place = places[0] ?? assert.fail();
      const foreigner = (await keypairOfUri("//Bob")).hotkey;
      const id = place.challenge_id;
      const foreign: { hotkey?: string; id?: string; allotment?: number; secretFile?: string }[] = [
        { hotkey: foreigner },
        { id: id.replace(`-e${place.epoch}-`, `-e${place.epoch + 1}-`) },
        { id: id.replace(`pm-t${place.tier}-`, `pm-t${place.tier + 1}-`) },
        { id: id.replace(/.$/, (last) => (last === "0" ? "1" : "0")) },
        { secretFile: file(`${bare}\n\n`) },
      ];
      for (const change of foreign) {
        const query = { scheme, secretFile, hotkey: place.hotkey, id, allotment: 10_000, ...change };
        assert.deepEqual(await problemOf(() => recoverOffline(query)), { code: "not_your_challenge" });
      }
      const late = places.find(({ seq }) => seq > 0) ?? assert.fail("no late vector");
      const query = { scheme, secretFile, hotkey: late.hotkey, id: late.challenge_id };
      assert.equal((await recoverOffline({ ...query, allotment: late.seq + 1 })).seq, late.seq);
      assert.deepEqual(await problemOf(() => recoverOffline({ ...query, allotment: late.seq })), {
        code: "not_your_challenge",
      });
    });

    it(`${scheme}: the command does the same`, async () => {
      const place = places[1] ?? assert.fail("one vector only");
      const { challenge_id, seed, epoch, tier, seq } = place;
      const who = ["--scheme", scheme, ...identity(secretFile, place)];
      assert.deepEqual(await json("id", "issue", ...who, ...placeOf(place)), {
        code: 0,
        document: { challenge_id, seed },
      });
      assert.deepEqual(await json("id", "recover", ...who, challenge_id), {
        code: 0,
        document: { tier, epoch, seq },
      });
      const plain = await runAssay(["id", "issue", ...who, ...placeOf(place)]);
      assert.ok(plain.stdout.includes(challenge_id) && plain.stdout.includes(seed));
      const stranger = { ...place, hotkey: (await keypairOfUri("//Bob")).hotkey };
      const refused = await json(
        "id",
        "recover",
        "--scheme",
        scheme,
        ...identity(secretFile, stranger),
        challenge_id,
      );
      assert.deepEqual([refused.code, errorCode(refused)], [1, "not_your_challenge"]);
    });
  }

  it("tells a malformed id, an empty secret and a missing secret file apart", async () => {
    const [place] = sealed.vectors;
    assert.ok(place);
    const cases: [string, string, string][] = [
      [sealedSecret, place.challenge_id.toUpperCase(), "malformed_challenge_id"],
      [sealedSecret, `${place.challenge_id}0`, "malformed_challenge_id"],
      [file("\n"), place.challenge_id, "secret_too_short"],
      [join(dir, "none"), place.challenge_id, "file_unreadable"],
    ];
    await each(cases, async ([secretFile, id, code]) => {
      const outcome = await json("id", "recover", ...identity(secretFile, place), id);
      assert.deepEqual([outcome.code, errorCode(outcome)], [1, code]);
    });
    const plain = await runAssay(["id", "recover", ...identity(sealedSecret, place), "nonsense"]);
    assert.deepEqual([plain.code, plain.stdout], [1, ""]);
    assert.match(plain.stderr, /\(malformed_challenge_id\)/);
  });
});

describe("challenge", () => {
  it("prints the instances of every vector", () => {
    const who = { scheme: "indexed", secretFile: indexedSecret } as const;
    for (const { hotkey, epoch, tier, seq, challenge_id, served_cnf_sha256 } of indexed.instances) {
      const { cnf, ...rest } = challengeOffline({ ...who, hotkey, epoch, tier, seq });
      assert.deepEqual(rest, { challenge_id, cnf_sha256: served_cnf_sha256 });
      assert.equal(sha256Hex(cnf), served_cnf_sha256);
    }
    for (const one of indexed.small_instances) {
      const { hotkey, epoch, tier, seq, n_vars: vars, n_clauses: clauses, method } = one;
      const place = { ...who, hotkey, epoch, tier, seq, vars, clauses, method, witness: true };
      const { challenge_id, cnf_text: cnf, cnf_sha256, planted } = one;
      assert.deepEqual(challengeOffline(place), { challenge_id, cnf, cnf_sha256, planted });
    }
  });

  it("takes overrides and --witness on the command line", async () => {
    const one = indexed.small_instances[1] ?? assert.fail("one vector only");
    const shape = ["--vars", String(one.n_vars), "--clauses", String(one.n_clauses), "--method", one.method];
    const args = [
      "challenge",
      "--scheme",
      "indexed",
      ...identity(indexedSecret, one),
      ...placeOf(one),
      ...shape,
    ];
    const { challenge_id, cnf_text: cnf, cnf_sha256, planted } = one;
    assert.deepEqual(await json(...args), { code: 0, document: { challenge_id, cnf, cnf_sha256 } });
    assert.deepEqual(await json(...args, "--witness"), {
      code: 0,
      document: { challenge_id, cnf, cnf_sha256, planted },
    });
    assert.deepEqual(await runAssay(args), { code: 0, stdout: cnf, stderr: "" });
    const withWitness = await runAssay([...args, "--witness"]);
    assert.equal(withWitness.stdout, `c planted ${planted.join(" ")} 0\n${cnf}`);
  });

  it("prints what `check` accepts with the planted answer", async () => {
    const place = sealed.vectors[1] ?? assert.fail("one vector only");
    const args = ["challenge", ...identity(sealedSecret, place), ...placeOf(place)];
    const { document } = await json(...args, "--witness");
    const { cnf, planted } = document as { cnf: string; planted: number[] };
    assert.equal(cnf.split("\n", 1)[0], "p cnf 400 1704");
    const solution = file(`s SATISFIABLE\nv ${planted.join(" ")} 0\n`);
    const printed = file((await runAssay([...args, "--witness"])).stdout);
    assert.deepEqual(await json("check", "--cnf", printed, "--solution", solution), {
      code: 0,
      document: { valid: true },
    });
    const complement = planted.map((literal) => (literal > 0 ? -literal : literal));
    const wrong = file(`s SATISFIABLE\nv ${complement.join(" ")} 0\n`);
    assert.deepEqual(await json("check", "--cnf", printed, "--solution", wrong), {
      code: 1,
      document: { valid: false, code: "solution_unsatisfied" },
    });
  });
});

describe("check", () => {
  const { cnf_text: cnf, cases } = indexed.solution_verdicts;
  const cnfFile = file(cnf);

  it("judges every vector as recorded, and as the server does", () => {
    assert.ok(cases.length > 0);
    for (const { case: name, solution, ok, reason } of cases) {
      const verdict = checkOffline(cnfFile, file(solution), "reject").document;
      assert.deepEqual(verdict, ok ? { valid: true } : { valid: false, code: reason }, name);
      const served = checkAnswer(parseCnf(cnf), { encoding: "text", bytes: Buffer.from(solution) });
      assert.equal(served.outcome === "valid", verdict.valid, name);
    }
  });

  it("ends with 0 or 1 and says why", async () => {
    const spot = [...cases.filter(({ ok }) => ok).slice(0, 1), ...cases.filter(({ ok }) => !ok).slice(0, 2)];
    await each(spot, async ({ solution, ok, reason }) => {
      const args = ["check", "--cnf", cnfFile, "--solution", file(solution)];
      const document = ok ? { valid: true } : { valid: false, code: reason };
      assert.deepEqual(await json(...args), { code: ok ? 0 : 1, document });
      const [first, second] = (await runAssay(args)).stdout.split("\n");
      assert.equal(first, ok ? "valid" : `invalid: ${reason}`);
      if (reason !== null) assert.ok(second?.endsWith(faultText(reason as InvalidCode)), second);
    });
  });

  const three = file("\ufeffp cnf 3 2\r\n1 2 0\r\n-1 3 0\r\n");
  const places: readonly (readonly [string, string])[] = [
    ["s SATISFIABLE\nv 1 2 -3 0", "clause 2: A clause"],
    ["s SATISFIABLE\nv 1 0", "variable 2: A variable has no value"],
    ["s SATISFIABLE\nv 1 -1 0", "variable 1: A variable is assigned both"],
    ["s SATISFIABLE\nv 9 0", "variable 9 of 3: A literal names"],
    ["s SATISFIABLE\nv \u001b[2J 0", '"\\u001b[2J": A `v` line'],
  ];
  it("names the place of a fault, and sends no control character to the terminal", () => {
    for (const [solution, expected] of places) {
      const { text } = checkOffline(three, file(solution), "reject");
      assert.ok(text.split("\n")[1]?.startsWith(expected), text);
    }
  });

  it("says when a model with open variables satisfies every clause, and takes it where asked to", () => {
    const open = file("s SATISFIABLE\nv 1 3 0");
    const strict = checkOffline(three, open, "reject");
    assert.deepEqual(strict.document, { valid: false, code: "solution_incomplete_assignment" });
    assert.match(strict.text, /satisfies, 1 variable unassigned/);
    assert.deepEqual(checkOffline(three, open, "accept").document, { valid: true });
    const short = checkOffline(three, file("s SATISFIABLE\nv 1 0"), "accept");
    assert.deepEqual(short.document, { valid: false, code: "solution_incomplete_assignment" });
    assert.doesNotMatch(short.text, /satisfies/);
  });

  it("tells a formula that it cannot read from a wrong answer", async () => {
    const solution = file("s SATISFIABLE\n");
    for (const [cnfPath, code] of [
      [file("hello\n"), "failed"],
      [join(dir, "none"), "file_unreadable"],
      [dir, "file_unreadable"],
    ]) {
      const outcome = await json("check", "--cnf", cnfPath ?? "", "--solution", solution);
      assert.deepEqual([outcome.code, errorCode(outcome)], [1, code]);
    }
  });
});

describe("keygen", () => {
  it("makes hotkey files that can be read, mode 0600, and never over a file", async () => {
    const out = join(dir, "new", "hotkey.json");
    const { code, document } = await json("keygen", "--out", out);
    assert.equal(code, 0);
    const { hotkey } = await parseHotkeyFile(out, readFileSync(out, "utf8"));
    assert.deepEqual(document, { kind: "hotkey", hotkey, file: out });
    assert.equal(statSync(out).mode & 0o777, 0o600);
    const before = readFileSync(out);
    const again = await json("keygen", "--out", out);
    assert.deepEqual([again.code, errorCode(again)], [1, "file_unreadable"]);
    assert.deepEqual(readFileSync(out), before);
    const { stdout } = await runAssay(["keygen"]);
    assert.notEqual((await parseHotkeyFile("stdout", stdout)).hotkey, hotkey);
  });

  it("makes publishing keys and secrets", async () => {
    const publishing = (await json("keygen", "--kind", "publishing")).document as {
      kind: string;
      content: string;
    };
    assert.deepEqual(Object.keys(JSON.parse(publishing.content) as object).sort(), ["crv", "d", "kty", "x"]);
    const secrets = await Promise.all([
      runAssay(["keygen", "--secret"]),
      runAssay(["keygen", "--kind", "secret"]),
    ]);
    for (const { code, stdout } of secrets) {
      assert.equal(code, 0);
      assert.match(stdout, /^[\w-]{43}\n$/);
    }
    assert.notEqual(secrets[0]?.stdout, secrets[1]?.stdout);
  });
});

describe("init and doctor", () => {
  const keys = ["keys/challenge.secret", "keys/hotkey.json", "keys/publishing.json", "keys/admin.token"];

  interface Report {
    made: string[];
    kept: string[];
    hotkey: string;
    key_id: string;
  }
  interface Examination {
    healthy: boolean;
    findings: { name: string; state: string; detail: string }[];
  }
  const report = (outcome: Outcome): Report => outcome.document as Report;

  test("init makes what is missing and keeps what is there; doctor finds nothing", async () => {
    const data = join(dir, "init");
    const first = report(await json("init", "--data", data));
    const files = ["assay.yaml", ...keys].map((name) => join(data, name));
    assert.deepEqual([first.made, first.kept], [files, []]);
    for (const path of files.slice(1)) assert.equal(statSync(path).mode & 0o777, 0o600, path);
    assert.deepEqual(parse(readFileSync(join(data, "assay.yaml"), "utf8")), defaultConfig());
    const before = files.map((path) => readFileSync(path));
    rmSync(join(data, "keys/admin.token"));
    const second = report(await json("init", "--data", data));
    assert.deepEqual([second.made, second.kept], [files.slice(4), files.slice(0, 4)]);
    assert.deepEqual([second.hotkey, second.key_id], [first.hotkey, first.key_id]);
    assert.deepEqual(
      files.slice(0, 4).map((path) => readFileSync(path)),
      before.slice(0, 4),
    );
    const { code, document } = await json("doctor", "--data", data);
    const { healthy, findings } = document as Examination;
    assert.deepEqual([code, healthy], [0, true]);
    assert.deepEqual([...new Set(findings.map(({ state }) => state))], ["ok"], JSON.stringify(findings));
    assert.deepEqual(readdirSync(data).sort(), ["assay.yaml", "keys"], "doctor makes nothing");
  });

  test("init makes the files where the configuration wants them, absolute paths too", async () => {
    const data = join(dir, "elsewhere");
    mkdirSync(data);
    const secret_file = join(dir, "outside", "the.secret");
    writeFileSync(
      join(data, "assay.yaml"),
      JSON.stringify({ challenge: { secret_file }, keys: { hotkey: "//Alice" } }),
    );
    const { made } = report(await json("init", "--data", data));
    assert.deepEqual(made, [secret_file, join(data, "keys/publishing.json"), join(data, "keys/admin.token")]);
    assert.ok(existsSync(secret_file));
  });

  test("doctor names every faulty file, and ends with 1", async () => {
    const data = join(dir, "faulty");
    mkdirSync(join(data, "keys"), { recursive: true });
    const settings = {
      challenge: { secret_file_previous: "keys/previous.secret" },
      chain: { miners: "miners.json" },
      lanes: {
        sat: { rate: "1/1000" },
        groth16: { circuits: [{ id: "lost", verification_key: "lost.json", public_inputs: ["x"] }] },
      },
    };
    writeFileSync(join(data, "assay.yaml"), JSON.stringify(settings));
    writeFileSync(join(data, "keys/challenge.secret"), "short\n");
    writeFileSync(join(data, "keys/hotkey.json"), "{");
    writeFileSync(join(data, "keys/publishing.json"), "{}");
    writeFileSync(join(data, "keys/admin.token"), "short\n");
    writeFileSync(join(data, "assay.db"), "this is not a database ".repeat(100));
    const { code, document } = await json("doctor", "--data", data);
    const { healthy, findings } = document as Examination;
    assert.deepEqual([code, healthy], [1, false]);
    const failing = findings
      .filter(({ state }) => state === "fail")
      .map(({ name, detail }) => `${name}: ${detail}`);
    const expected = [
      /^sampling policy: .*sat.*rate_below_floor/,
      /^circuits: .*lost.*circuit_invalid/,
      /^challenge secret: .*challenge\.secret.*secret_too_short/,
      /^previous secret: .*previous\.secret.*secret_missing/,
      /^hotkey: .*hotkey\.json.*key_malformed/,
      /^publishing key: .*publishing\.json.*key_malformed/,
      /^operator token: .*admin\.token.*key_malformed/,
      /^store: .*assay\.db.*store_corrupt/,
      /^chain: .*miners\.json/,
    ];
    assert.equal(failing.length, expected.length, failing.join("\n"));
    for (const [i, pattern] of expected.entries()) assert.match(failing[i] ?? "", pattern);
    const plain = await runAssay(["doctor", "--data", data]);
    assert.equal(plain.code, 1);
    assert.match(plain.stdout, /FAIL +challenge secret/);
  });

  test("doctor says what is wrong with a configuration, and what of an empty directory is missing", async () => {
    const data = join(dir, "empty");
    mkdirSync(data);
    const empty = (await json("doctor", "--data", data)).document as Examination;
    assert.deepEqual(
      empty.findings.filter(({ state }) => state !== "ok").map(({ name, state }) => `${name} ${state}`),
      ["challenge secret fail", "hotkey warn", "publishing key warn", "operator token warn"],
    );
    writeFileSync(join(data, "assay.yaml"), "nonsense: 1\n");
    const outcome = await json("doctor", "--data", data);
    assert.equal(outcome.code, 1);
    const faulty = (outcome.document as Examination).findings.find(({ state }) => state === "fail");
    assert.match(`${faulty?.name}: ${faulty?.detail}`, /^configuration: .*assay\.yaml[\s\S]*nonsense/);
  });
});

describe("commands that ask a validator", () => {
  const token = file("a-token-of-enough-characters\n");
  const asking = (url: string): string[][] => [
    ["status", "--url", url],
    ["weights", "show", "--url", url],
    ["weights", "verify", "--url", url],
    ["skiplist", "list", "--url", url, "--token-file", token],
    ["skiplist", "release", "x", "--url", url, "--token-file", token],
    ["skiplist", "add", "x", "--tempos", "1", "--reason", "r", "--url", url, "--token-file", token],
  ];

  /** A port that nobody listens on. */
  async function closedPort(): Promise<number> {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolveListening) => server.once("listening", resolveListening));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolveClosed) => server.close(resolveClosed));
    return port;
  }

  it("end with 1 and `unreachable` where none listens", async () => {
    const url = `http://127.0.0.1:${await closedPort()}`;
    await each([...asking(url), ["status", "--url", "nonsense"]], async (args) => {
      const outcome = await json(...args);
      assert.deepEqual([outcome.code, errorCode(outcome)], [1, "unreachable"], args.join(" "));
    });
    const plain = await runAssay(["status", "--url", url]);
    assert.deepEqual([plain.code, plain.stdout], [1, ""]);
    assert.ok(plain.stderr.includes(url) && plain.stderr.includes("(unreachable)"));
  });

  it("end with 1 and no stack trace where something else listens", async () => {
    const server = createServer((_, response) => response.end("<html>not a validator</html>")).listen(
      0,
      "127.0.0.1",
    );
    await new Promise((resolveListening) => server.once("listening", resolveListening));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      await each(asking(url), async (args) => {
        const outcome = await json(...args);
        assert.deepEqual([outcome.code, errorCode(outcome)], [1, "unreachable"], args.join(" "));
      });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it("verify a weight vector under either name of its period", async () => {
    const signer = makeSigner(generatePrivateJwk());
    const keys = file(JSON.stringify({ keys: [signer.jwk] }));
    const old = { version: 1, block: 1440, epoch: 3, key_id: signer.kid, weights: [] };
    await each([old, { ...old, period: 3 }], async (unsigned) => {
      const given = file(JSON.stringify({ ...unsigned, signature: signer.signDocument(unsigned) }));
      const outcome = await json("weights", "verify", "--file", given, "--keys", keys);
      assert.deepEqual(outcome.document, { valid: true, period: 3, epoch: 3, key_id: signer.kid });
    });
  });

  it("need an operator token for the skiplist, and a vector for weights", async () => {
    const missing = await json("skiplist", "list", "--data", join(dir, "nowhere"));
    assert.deepEqual([missing.code, errorCode(missing)], [1, "file_unreadable"]);
    const empty = file("{}");
    const vector = file(`{"weights":[],"key_id":"k","epoch":1}`);
    const cases: [string, string][] = [
      [join(dir, "none"), empty],
      [file("not JSON"), empty],
      [vector, join(dir, "none")],
    ];
    await each(cases, async ([given, keys]) => {
      const outcome = await json("weights", "verify", "--file", given, "--keys", keys);
      assert.deepEqual([outcome.code, errorCode(outcome)], [1, "file_unreadable"]);
    });
    for (const args of [
      ["show", "--file", empty],
      ["verify", "--file", vector, "--keys", empty],
    ]) {
      const outcome = await json("weights", ...args);
      assert.deepEqual([outcome.code, errorCode(outcome)], [1, "failed"], args.join(" "));
    }
    const unknownKey = await json("weights", "verify", "--file", vector, "--keys", file(`{"keys":[]}`));
    assert.deepEqual([unknownKey.code, (unknownKey.document as { valid: boolean }).valid], [1, false]);
  });
});
