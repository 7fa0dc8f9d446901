import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import type { BlockRef } from "../../src/chain/subtensor/node.ts";
import type { RunningDouble } from "../../test/support/chain/startChainDouble.ts";
import { median } from "../report.ts";
import { type ChainPlan, NETUID, openChainUnderTest } from "./chainUnderTest.ts";

const WARM_UPS = 5;
const REPEATS = 41;
const SETTLE_MS = 30;

export interface MetagraphTimes {
  readonly ms: number;
  readonly requests: number;
  readonly rows: number;
  /** The bytes of the same runtime call alone, neither decoded nor checked. */
  readonly floorMs: number;
}

/** Runtime calls that this process sends on any socket while something runs. */
async function calls(work: () => Promise<unknown>): Promise<number> {
  const { send } = WebSocket.prototype;
  let sent = 0;
  WebSocket.prototype.send = function (this: WebSocket, ...args: unknown[]): void {
    if (/"(chainHead_v1_call|chainHead_v1_storage|state_\w+)"/.test(String(args[0]))) sent++;
    Reflect.apply(send, this, args);
  };
  try {
    await work();
    return sent;
  } finally {
    WebSocket.prototype.send = send;
  }
}

/** The median of reads at as many blocks: what was read at a block is not asked for again. */
async function medianMs(
  next: () => Promise<BlockRef>,
  read: (at: BlockRef) => Promise<unknown>,
): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < WARM_UPS + REPEATS; i++) {
    const at = await next();
    const begun = performance.now();
    await read(at);
    if (i >= WARM_UPS) times.push(performance.now() - begun);
  }
  return median(times);
}

async function floorMs(url: string, next: () => Promise<BlockRef>): Promise<number> {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  const netuid = `0x${Buffer.from(Uint16Array.of(NETUID).buffer).toString("hex")}`;
  let id = 0;
  const call = ({ hash }: BlockRef): Promise<void> =>
    new Promise((resolve) => {
      socket.once("message", () => resolve());
      const params = ["SubnetInfoRuntimeApi_get_metagraph", netuid, hash];
      socket.send(JSON.stringify({ jsonrpc: "2.0", id: ++id, method: "state_call", params }));
    });
  try {
    return await medianMs(next, call);
  } finally {
    socket.terminate();
  }
}

/** From the call to checked rows, each at a finalised block of its own. */
export async function metagraphTimes(double: RunningDouble, plan: ChainPlan): Promise<MetagraphTimes> {
  const { chain, node } = await openChainUnderTest(plan);
  await double.control({ do: "run", blockMs: 0 });
  /** The next finalised block, once all that the chain itself reads of it is there. */
  const next = async (): Promise<BlockRef> => {
    const before = node.finalized()?.number ?? 0;
    await double.control({ do: "produce" });
    while ((node.finalized()?.number ?? 0) <= before) await sleep(5);
    await sleep(SETTLE_MS);
    return node.finalized() ?? fail();
  };
  try {
    const ms = await medianMs(next, (at) => node.metagraph(at));
    const at = await next();
    let rows = 0;
    const requests = await calls(async () => {
      rows = (await node.metagraph(at)).neurons.length;
    });
    return { ms, requests, rows, floorMs: await floorMs(double.url, next) };
  } finally {
    await chain.close();
  }
}

function fail(): never {
  throw new Error("the double sent no block");
}
