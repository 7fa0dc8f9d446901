import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "../../../../src/core/log.ts";
import { AssayError } from "../../../../src/core/problems/assayError.ts";
import type { Connection } from "../../../../src/store/postgres/connection.ts";
import { ServerError } from "../../../../src/store/postgres/failure.ts";
import { Replica } from "../../../../src/store/postgres/replica/replica.ts";
import type { Statement } from "../../../../src/store/postgres/sql.ts";
import { Counts } from "../../../support/counts.ts";
import { FakeClock } from "../../../support/fakeClock.ts";

const unavailable = () => new AssayError({ code: "store_unavailable", retry_after_s: 1 });

/** A primary and a replica that answer the statements of a look. */
function servers() {
  const state = { system: "a", written: 0, other: "a", standby: 1, replayed: 0, gone: "" };
  const row = ({ name }: Statement) =>
    name === "position_written"
      ? { system: state.system, position: state.written }
      : { system: state.other, standby: state.standby, position: state.replayed };
  const pool = (who: string) => ({
    use: async <T>(work: (connection: Connection) => Promise<T>): Promise<T> => {
      if (state.gone === who) throw unavailable();
      return work({ rows: async (of: Statement) => [row(of)] } as unknown as Connection);
    },
    close: async () => {},
  });
  const clock = new FakeClock(0);
  const metrics = new Counts();
  const replica = new Replica({
    ...{ primary: pool("primary"), pool: pool("replica"), maxLagMs: 10_000, readMs: 50 },
    ...{ shown: "replica", clock, log: silentLog, metrics },
  });
  return { state, clock, metrics, replica };
}

const read = <T>(replica: Replica, answer: () => Promise<T>, willDo = (_: T) => true) =>
  replica.read<T | "primary">({
    replica: answer,
    primary: async () => "primary",
    willDo: (value) => value !== "primary" && willDo(value),
  });

test("a replica at its bound is read, and one past it is not", async () => {
  const { state, clock, replica, metrics } = servers();
  const where = () => read(replica, async () => "replica");
  assert.equal(await where(), "primary", "before the first look");
  await replica.look();
  assert.equal(await where(), "replica");
  state.written = 1;
  clock.advance(1000);
  await replica.look();
  clock.advance(9000);
  await replica.look();
  assert.equal(await where(), "replica", "10 s behind");
  clock.advance(1);
  assert.equal(await where(), "primary", "1 ms more");
  state.replayed = 1;
  await replica.look();
  assert.equal(await where(), "replica");
  assert.equal(metrics.get("assay_store_stale_reads_total", { where: "replica" }), 3);
  assert.equal(metrics.get("assay_store_stale_reads_total", { where: "primary" }), 2);
});

test("a replica that is gone costs no read an error, and is asked again after the next look that finds it", async () => {
  const { state, replica, metrics } = servers();
  await replica.look();
  const gone = async (): Promise<string> => {
    throw unavailable();
  };
  assert.equal(await read(replica, gone), "primary");
  assert.equal(await read(replica, async () => assert.fail("it was asked again")), "primary");
  assert.equal(metrics.get("assay_store_replica_failed_total"), 1);
  state.gone = "replica";
  await replica.look();
  assert.equal(replica.isUsable(), false);
  state.gone = "";
  await replica.look();
  assert.equal(await read(replica, async () => "replica"), "replica");
});

test("a read that the replica does not answer in time is answered by the primary", async () => {
  const { replica } = servers();
  await replica.look();
  assert.equal(await read(replica, () => new Promise<string>(() => {})), "primary");
  assert.equal(replica.isUsable(), false);
});

test("a read that conflicts with what the replica replays fails alone", async () => {
  const { replica } = servers();
  await replica.look();
  const conflict = Object.assign(new Error("conflict with recovery"), { code: "40001", severity: "ERROR" });
  const fails = async (): Promise<string> => {
    throw new ServerError(conflict);
  };
  assert.equal(await read(replica, fails), "primary");
  assert.equal(await read(replica, async () => "replica"), "replica");
});

test("an answer that may still change is asked of the primary", async () => {
  const { replica } = servers();
  await replica.look();
  for (const [answer, want] of [
    [null, "primary"],
    ["pending", "primary"],
    ["accepted", "accepted"],
  ] as const)
    assert.equal(
      await read<string | null>(
        replica,
        async () => answer,
        (value) => value !== null && value !== "pending",
      ),
      want,
    );
});

test("a server that is no standby, or of other data, is not read", async () => {
  const { state, replica } = servers();
  state.standby = 0;
  await replica.look();
  assert.equal(replica.isUsable(), false);
  state.standby = 1;
  state.other = "b";
  await replica.look();
  assert.equal(replica.isUsable(), false);
  state.other = "a";
  await replica.look();
  assert.equal(replica.isUsable(), true);
});

test("while the primary cannot be seen the lag grows, until the replica is not read", async () => {
  const { state, clock, replica } = servers();
  await replica.look();
  state.gone = "primary";
  clock.advance(10_000);
  await replica.look();
  assert.equal(replica.isUsable(), true);
  clock.advance(1);
  assert.equal(replica.isUsable(), false);
});
