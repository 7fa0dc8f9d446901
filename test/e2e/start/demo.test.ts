import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { heapOptions } from "../../support/run/nodeOptions.ts";
import { entry, removeDir, temporaryDir } from "../../support/validator/validator.ts";

// The demo as a newcomer runs it: honest miners earn, the cheat does not, and a signal ends all of it.

/** A table is printed every 3 s; a vector is signed every 20 s, newcomers earn after 10 s, a forger is soon caught by chance. */
const TABLES_MAX = 100;
const dir = temporaryDir();
after(() => removeDir(dir));

interface Row {
  readonly name: string;
  readonly lane: string;
  readonly accepted: number;
  readonly rejected: number;
  readonly weight: number;
  readonly why: string;
  readonly refused: Readonly<Record<string, number>>;
}

function rowOf(line: string, refusals: ReadonlyMap<string, string>): Row {
  const cells =
    /^(.+?) +(sat|groth16) +(\d+) +(\d+) +(\d+\.\d) %(?: +(\S.*))?$/.exec(line) ?? assert.fail(line);
  const [, name = "", lane = "", accepted, rejected, weight, why = ""] = cells;
  assert.ok(line.length < 80, line);
  assert.equal(why === "", Number(weight) > 0, line);
  const counts =
    refusals
      .get(name)
      ?.split(", ")
      .map((part) => part.split(" ")) ?? [];
  return {
    ...{ name, lane, why },
    ...{ accepted: Number(accepted), rejected: Number(rejected), weight: Number(weight) },
    refused: Object.fromEntries(counts.map(([code, count]) => [code ?? "", Number(count)])),
  };
}

const table =
  /^\d\d:\d\d:\d\d UTC {2}block \d+ {2}signed weights: (.+), next in \d+ s\nminer .*\n((?:(?!\d\d:).+\n)*)/gm;

/** The complete tables that were printed so far: head line, one row per miner, one line per miner with refusals. */
function tablesIn(stdout: string): { signed: string; rows: Row[] }[] {
  return [...stdout.matchAll(table)].map(([, signed = "", body = ""]) => {
    const lines = body.trimEnd().split("\n");
    const said = lines.flatMap((line) => /^refused: (.+?): (.+)$/.exec(line)?.slice(1) ?? []);
    const refusals = new Map(
      Array.from({ length: said.length / 2 }, (_, i) => [said[2 * i] ?? "", said[2 * i + 1] ?? ""]),
    );
    return {
      signed,
      rows: lines.filter((line) => !line.startsWith("refused: ")).map((line) => rowOf(line, refusals)),
    };
  });
}

const isCheat = ({ name }: Row): boolean => name.endsWith("(cheat)");
const ofLane = (rows: readonly Row[], lane: string): Row[] => rows.filter((row) => row.lane === lane);

/** What the demo is there to show: solvers earn and a guesser does not; provers work and a forger is put out. */
function shown({ signed, rows }: { signed: string; rows: Row[] }): boolean {
  const [guesser] = ofLane(rows, "sat").filter(isCheat);
  const [forger] = ofLane(rows, "groth16").filter(isCheat);
  const tricks = [guesser?.rejected, guesser?.refused.not_your_challenge, guesser?.refused.timestamp_stale];
  const honest = rows.filter((row) => !isCheat(row));
  return (
    signed !== "none yet" &&
    honest.every(({ accepted }) => accepted > 0) &&
    ofLane(honest, "sat").every(({ weight }) => weight > 0) &&
    tricks.every((count) => (count ?? 0) > 0) &&
    forger?.why.startsWith("suspended") === true
  );
}

for (const signal of ["SIGTERM", "SIGINT"] as const)
  test(`honest miners earn, the cheat does not; ${signal} ends with 0 and leaves nothing running`, async () => {
    const data = join(dir, signal);
    // In a process group of its own, so that whatever it starts can be found.
    const args = ["up", "--demo", "4", "--port", "0", "--data", data];
    const child = spawn(process.execPath, [...heapOptions, entry, ...args], {
      detached: true,
      env: { ...process.env, ASSAY_OBSERVE_METRICS: "off" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, stderr] = ["", ""];
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    const closed = once(child, "close");
    try {
      for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
        stdout += String(chunk);
        const tables = tablesIn(stdout);
        const last = tables.at(-1);
        if (last && (signal === "SIGINT" || shown(last))) break;
        assert.ok(
          tables.length < TABLES_MAX,
          `not shown after ${TABLES_MAX} tables:\n${stdout.slice(-2000)}`,
        );
      }
      child.stdout.resume();
      child.kill(signal);
      assert.deepEqual(await closed, [0, null], stderr);
      assert.throws(() => process.kill(-(child.pid ?? 0), 0), { code: "ESRCH" });
    } finally {
      child.kill("SIGKILL");
    }
    assert.match(stdout, /^listening on http:\/\/127\.0\.0\.1:\d+\ndemo: 7 miners/);
    for (const { rows } of tablesIn(stdout)) {
      assert.deepEqual(
        rows.map(({ name }) => name),
        ["Alice", "Bob", "Charlie", "Mallory (cheat)", "Grace", "Heidi", "Trudy (cheat)"],
      );
      const [guesser] = rows.filter(isCheat);
      assert.deepEqual([guesser?.accepted, guesser?.weight], [0, 0]);
      for (const { rejected, why } of rows.filter((row) => !isCheat(row)))
        assert.deepEqual([rejected, why.startsWith("suspended")], [0, false]);
    }
    assert.equal(statSync(join(data, "keys/challenge.secret")).mode & 0o777, 0o600);
    const events = stderr.split("\n").flatMap((line) => /"event":"(\w+)"/.exec(line)?.[1] ?? []);
    assert.deepEqual(
      events.filter((event) => !["strike", "suspended"].includes(event)),
      [],
      stderr,
    );
    assert.ok(stderr.endsWith(`assay: ${signal} received, draining\nassay: stopped\n`), stderr);
  });
