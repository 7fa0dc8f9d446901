import { setTimeout as sleep } from "node:timers/promises";
import type { JobView, Status } from "../../src/http/handlers.ts";
import { TcpProxy } from "../../test/support/fault/postgres/tcpProxy.ts";
import { operatorAsks } from "../../test/support/validator/operator.ts";
import { FleetMiner } from "../../test/support/validator/push/fleet.ts";
import { isOf, KIND, pushConfig, trueProof, writeCircuit } from "../../test/support/validator/push/world.ts";
import { database } from "../database.ts";
import { round } from "../report.ts";
import type { BenchServer } from "../server.ts";
import { BenchFleet } from "./fleet.ts";

type Front = Parameters<typeof operatorAsks>[0];

async function putJob(front: Front, x: string): Promise<string> {
  const request = { lane: "groth16", kind: KIND, input: { x }, client_key: `failover ${x}` };
  const { status, document } = await operatorAsks<JobView>(front, "POST", "/v1/jobs", request);
  if (status !== 202) throw new Error(`no job was taken: ${JSON.stringify(document)}`);
  return document.job_id;
}

async function untilDone(front: Front, id: string): Promise<void> {
  for (;;) {
    const { document } = await operatorAsks<JobView>(front, "GET", `/v1/jobs/${id}`);
    if (document.state === "done") return;
    await sleep(20);
  }
}

/** A miner behind a balancer that answers everything but the first job of an input. */
async function keeping(x: string, url: string): Promise<FleetMiner> {
  const { validator } = (await (await fetch(`${url}/v1/status`)).json()) as Status;
  let kept = 0;
  return new FleetMiner({
    ...{ url, validator, name: "failover", capacity: 2 },
    work: (order, miner) => {
      if (isOf(x)(order) && kept++ === 0) return;
      miner.answer(order.job_id, trueProof(order));
    },
  });
}

/** Kills the process that has a customer's job out; seconds until the job is done by way of the other one. */
async function afterKill(
  front: Front,
  [one, two]: readonly [BenchServer, BenchServer],
  balancer: TcpProxy,
): Promise<number> {
  const x = "102";
  const miner = await keeping(x, `http://127.0.0.1:${balancer.port}`);
  void miner.persist();
  try {
    await untilDone(front, await putJob(front, "101"));
    const id = await putJob(front, x);
    await miner.order(0, isOf(x));
    balancer.target = two.port;
    const since = performance.now();
    process.kill(one.pid, "SIGKILL");
    await untilDone(front, id);
    return round((performance.now() - since) / 1000, 2);
  } finally {
    miner.leave();
  }
}

/** Two processes hand out jobs, and one is killed. */
export async function failover(): Promise<number> {
  const { url, drop } = await database();
  const fleet = await BenchFleet.on(url, pushConfig());
  writeCircuit(fleet.dir);
  try {
    const { url: frontUrl } = await fleet.start("api,verify,weigh", "front");
    const both = [await fleet.start("dispatch", "one"), await fleet.start("dispatch", "two")] as const;
    const balancer = await TcpProxy.to(both[0].port);
    const seconds = await afterKill({ url: frontUrl, dataDir: fleet.dir }, both, balancer);
    await balancer.close();
    return seconds;
  } finally {
    await fleet.stop();
    await drop();
  }
}
