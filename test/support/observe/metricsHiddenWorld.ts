import assert from "node:assert/strict";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { makeSealed } from "../../../src/challenge/sealed.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { systemClock } from "../../../src/core/clock.ts";
import { parseFraction } from "../../../src/core/fraction.ts";
import { silentLog } from "../../../src/core/log.ts";
import { systemRandom } from "../../../src/core/random.ts";
import { startHttp } from "../../../src/http/server.ts";
import { generate } from "../../../src/lanes/sat/generate.ts";
import { encodeBitset } from "../../../src/lanes/sat/solution.ts";
import { drawX, isSampled, sampleKey } from "../../../src/sample/draw.ts";
import { assemble } from "../../../src/validator/assemble.ts";
import { Closers } from "../../../src/validator/closers.ts";
import { makeHandlers } from "../../../src/validator/handlers.ts";
import type { Parts } from "../../../src/validator/parts.ts";
import { epistulaHeaders, signingOf } from "../epistula/signing.ts";
import { until } from "../until.ts";
import { dataDirWith, removeDir, testSecret } from "../validator/validator.ts";

const shape = { vars: 40, clauses: 160, method: "biased" } as const;
const tiers = { 1: { ...shape, weight: 1, allotment: 10_000 } };
const secret = Buffer.from(testSecret);
const miner = signingOf("lone miner");

/** What the validator says of itself; what every process says of itself left out. */
export const ownLines = (text: string): string[] =>
  text.split("\n").filter((line) => line.startsWith("assay_"));

/** Durations are those of a machine that others use as well; how many there are is not. */
const isDuration = (series: string): boolean => /_seconds_(bucket|sum)(\{|$)/.test(series);

/** What moved from one exposition to the next, and by how much. */
export function moved(before: string, after: string): string {
  const read = (text: string): Map<string, number> =>
    new Map(
      ownLines(text).map((line) => {
        const at = line.lastIndexOf(" ");
        return [line.slice(0, at), Number(line.slice(at + 1))];
      }),
    );
  const was = read(before);
  return [...read(after)]
    .filter(([series, value]) => !isDuration(series) && value !== (was.get(series) ?? 0))
    .map(([series, value]) => `${series} by ${value - (was.get(series) ?? 0)}`)
    .join("\n");
}

/** A validator with its store, its workers and its server in this process; nothing runs in it but what a miner asks for. */
export class MetricsHiddenWorld {
  readonly #parts: Parts;
  readonly #url: string;

  static async open(t: TestContext, rate: string): Promise<MetricsHiddenWorld> {
    const dataDir = dataDirWith({
      lanes: { sat: { rate, tiers } },
      sample: { classes: { cold_start: rate, struck: rate } },
      admit: { per_ip_per_min: 100_000, per_hotkey: { burst: 10_000, per_s: 10_000 } },
    });
    t.after(() => removeDir(dataDir));
    const config = loadConfig({ file: join(dataDir, "assay.yaml"), env: {} });
    const closers = new Closers(silentLog);
    const place = { dataDir, host: "127.0.0.1", port: 0 };
    const options = { ...place, config, demo: false, version: "0.0.1" };
    const modules = { clock: systemClock, random: systemRandom, log: silentLog };
    const parts = await assemble(options, modules, closers);
    const bounds = { maxBodyBytes: 65_536, bodyDeadlineMs: 5000, maxConnections: 16, trustedProxies: [] };
    const server = await startHttp(
      { ...place, ...bounds, version: options.version },
      { handlers: makeHandlers(parts), log: silentLog, metrics: parts.metrics },
    );
    t.after(async () => {
      await server.close(0);
      await parts.verifier.drain(0);
      await closers.close();
    });
    return new MetricsHiddenWorld(parts, server.url);
  }

  private constructor(parts: Parts, url: string) {
    this.#parts = parts;
    this.#url = url;
  }

  async metrics(): Promise<string> {
    return (await this.#parts.metrics.expose()).body;
  }

  /** Hands in a right answer, and waits for its end; tells whether it was sampled. */
  async submit(seq: number): Promise<boolean> {
    const { challenges, lanes, verifier } = this.#parts;
    const epoch = challenges.currentEpoch();
    const { challengeId, seed } = makeSealed(secret).issue(miner.hotkey, epoch, 1, seq);
    const assignment_b64 = Buffer.from(encodeBitset(generate({ seed, ...shape }).model)).toString("base64");
    const reply = await this.#post(JSON.stringify({ challenge_id: challengeId, assignment_b64 }));
    assert.equal(reply.status, 202, await reply.text());
    await until(() => verifier.pendingUnits() === 0);
    const rate = parseFraction(lanes.get("sat")?.policy.rate.text ?? "") ?? assert.fail();
    return isSampled(drawX(sampleKey(secret, epoch), "sat", miner.hotkey, challengeId), rate);
  }

  #post(body: string): Promise<Response> {
    const headers = epistulaHeaders({
      ...{ hotkey: miner.hotkey, sign: miner.sign, body: Buffer.from(body) },
      signedFor: this.#parts.hotkey,
      timestamp: String(systemClock.nowMs()),
      uuid: systemRandom.uuid(),
    });
    return fetch(`${this.#url}/v1/submissions`, {
      ...{ method: "POST", body },
      headers: { ...headers, "content-type": "application/json" },
    });
  }
}
