import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
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
  readonly standing: string;
  readonly refused: Readonly<Record<string, number>>;
}

function rowOf(line: string): Row {
  const cells =
    /^(.+?) +(sat|groth16) +5\w{7}… +(\d+) +(\d+) +(\d+\.\d) % +(\S+) +(.+)$/.exec(line) ?? assert.fail(line);
  const [, name = "", lane = "", accepted, rejected, weight, standing = "", refused = ""] = cells;
  const counts = refused === "-" ? [] : refused.split(", ").map((part) => part.split(" "));
  return {
    ...{ name, lane, standing },
    ...{ accepted: Number(accepted), rejected: Number(rejected), weight: Number(weight) },
    refused: Object.fromEntries(counts.map(([code, count]) => [code ?? "", Number(count)])),
  };
}

/** The complete tables that were printed so far: head line and a row a miner. */
function tablesIn(stdout: string): { signed: string; rows: Row[] }[] {
  const heads = [...stdout.matchAll(/^block \d+ .*signed weights: (.+)\nminer .*\n((?:.+\n)*)/gm)];
  return heads.map(([, signed = "", body = ""]) => ({ signed, rows: body.trimEnd().split("\n").map(rowOf) }));
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
    forger?.standing === "suspended"
  );
}

for (const signal of ["SIGTERM", "SIGINT"] as const)
  test(`honest miners earn, the cheat does not; ${signal} ends with 0 and leaves nothing running`, async () => {
    const data = join(dir, signal);
    // In a process group of its own, so that whatever it starts can be found.
    const args = ["up", "--demo", "4", "--port", "0", "--data", data];
    const child = spawn(process.execPath, [entry, ...args], {
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
      for (const { rejected, standing } of rows.filter((row) => !isCheat(row)))
        assert.deepEqual([rejected, standing === "suspended"], [0, false]);
    }
    assert.equal(statSync(join(data, "keys/challenge.secret")).mode & 0o777, 0o600);
    const events = stderr.split("\n").flatMap((line) => /"event":"(\w+)"/.exec(line)?.[1] ?? []);
    assert.deepEqual(
      events.filter((event) => !["strike", "suspended"].includes(event)),
      [],
      stderr,
    );
    assert.ok(stderr.endsWith(`assay: ${signal} received, draining\n`), stderr);
  });
