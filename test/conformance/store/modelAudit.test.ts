import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SeededRandom } from "../../../sim/engine/seededRandom.ts";
import { signerOf } from "../../../sim/validator/signer.ts";
import { keysOf } from "../../../src/audit/keys.ts";
import { readSampling } from "../../../src/audit/log/document.ts";
import { LogAudit } from "../../../src/audit/log/logAudit.ts";
import { nodeHashes } from "../../../src/audit/nodeHashes.ts";
import { canonical } from "../../../src/core/canonical.ts";
import type { EpochRecord, LogHead } from "../../../src/flow/draw.ts";
import { WatchedNetwork } from "../../support/sim/network.ts";
import { events, fleet, HOUR, honest, MINUTE, scenario, validator } from "../../support/sim/scenario.ts";

// What a simulated validator publishes of a closed epoch is what a stranger's audit of a real one takes as sound.

type Entry = Record<string, unknown>;

const slow = { service_ms: { low: 4500, high: 5500 } };
const names = ["first", "second"] as const;
const busy = scenario({
  duration_ms: 6.5 * HOUR,
  lane: { kinds: 3 },
  validators: names.map((name, i) =>
    validator({ name, settings: { suspension_tempos: 1 }, processes: i === 0 ? 1 : 3 }),
  ),
  customers: [
    { name: "steady", validator: "second", every_ms: MINUTE, deadline_ms: MINUTE, patience_ms: null },
  ],
  fleets: [
    fleet("honest", honest, { ...slow, count: 3 }),
    fleet("cheat", { kind: "trickle", cheats: 60, window_ms: HOUR }, slow),
    fleet("late", { kind: "sybil" }, { ...slow, joins_ms: HOUR }),
    fleet("shaky", honest, { ...slow, failing: 0.2 }),
  ],
  events: events(
    { at_ms: 200 * MINUTE, do: "mute", fleet: "shaky", for_ms: 2 * MINUTE },
    { at_ms: 210 * MINUTE, do: "disconnect", fleet: "honest", for_ms: MINUTE },
    { at_ms: 220 * MINUTE, do: "restart", validator: "first", down_ms: MINUTE },
    { at_ms: 225 * MINUTE, do: "kill", validator: "second", process: 1, down_ms: MINUTE },
    { at_ms: 238 * MINUTE, do: "pause", validator: "second", process: 2, for_ms: 4 * MINUTE },
  ),
});

const written: { readonly validator: string; readonly log: Entry }[] = [];
const sink = {
  write: (line: string): void => {
    const read = JSON.parse(line) as { validator: string; log?: Entry };
    if (read.log !== undefined) written.push({ validator: read.validator, log: read.log });
  },
};
const seed = 5;
const watched = new WatchedNetwork(busy, { seed, sink });
await watched.run();

interface Published {
  readonly validator: string;
  readonly record: EpochRecord;
  readonly heads: readonly LogHead[];
  readonly lines: readonly string[];
}

const published = watched.network.validators.flatMap(({ spec, store }): Published[] => {
  const own = written.filter(({ validator }) => validator === spec.name).map(({ log }) => log);
  const epochs = [...new Set(own.map(({ epoch }) => Number(epoch)))];
  return epochs.flatMap((epoch) => {
    const record = store.log.epoch(epoch);
    if (record === null || record.closed_at === null) return [];
    const lines = own.filter((line) => line.epoch === epoch).map((line) => canonical(line));
    return [{ validator: spec.name, record, heads: store.log.heads(epoch), lines }];
  });
});

function audited({ validator: name, record, heads, lines }: Published): LogAudit {
  const signer = signerOf(new SeededRandom(seed).of(`validator ${name}`).of("signer").bytes(32));
  const audit = new LogAudit(readSampling({ ...record, heads }, name), {
    keys: keysOf(signer.jwk),
    hashes: nodeHashes,
  });
  for (const line of lines) audit.line(Buffer.from(line));
  audit.end();
  return audit;
}

describe("the logs of a simulated run", () => {
  it("are closed and revealed two epochs later, at every validator", () => {
    for (const name of names) {
      const epochs = published
        .filter(({ validator }) => validator === name)
        .map(({ record }) => record.epoch);
      assert.equal(epochs.length, 4, `${name}: ${epochs}`);
    }
  });

  it("have draws, accepted, rejected and void verdicts, and draws of every class", () => {
    const states = new Set(written.map(({ log }) => log.state ?? log.type));
    assert.deepEqual([...states].toSorted(), ["accepted", "draws", "rejected", "void"]);
    const classes = written.flatMap(({ log }) =>
      ((log.rows as string[] | undefined) ?? []).map((row) => row.split(" ")[2]),
    );
    assert.deepEqual([...new Set(classes)].toSorted(), ["cold_start", "customer", "lane", "struck"]);
  });

  it("pass an audit with no finding", () => {
    for (const one of published) {
      const audit = audited(one);
      assert.deepEqual(audit.findings.kept, [], `${one.validator} ${one.record.epoch}`);
      const counts = audit.counts();
      assert.equal(counts.lines, one.record.log_length);
      assert.ok(counts.rows > 1000 && counts.verified > 30, JSON.stringify(counts));
    }
  });

  it("do not pass it with one draw turned, one verdict left out, or the head of before", () => {
    const [one] = published;
    assert.ok(one !== undefined);
    const changed: readonly Published[] = [
      { ...one, lines: one.lines.map((line) => line.replace(/ lane 0"/, ' lane 1"')) },
      { ...one, lines: one.lines.filter((line) => !line.includes('"verdict"')) },
      { ...one, heads: one.heads.slice(0, 1) },
    ];
    for (const wrong of changed) assert.notDeepEqual(audited(wrong).findings.kept, []);
  });
});
