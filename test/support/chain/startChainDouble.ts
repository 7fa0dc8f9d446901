import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { heapOptions } from "../run/nodeOptions.ts";
import type { ControlCommand, ControlReply, DoubleStatus } from "./control/messages.ts";
import type { ChainDoubleOptions } from "./options.ts";

/** A double in a process of its own. */
export interface RunningDouble {
  /** The first endpoint. */
  readonly url: string;
  readonly urls: readonly string[];
  control(command: ControlCommand): Promise<unknown>;
  status(): Promise<DoubleStatus>;
  close(): Promise<void>;
}

/** Within a run of all tests a bundle of it, which starts sooner. */
const program = process.env.ASSAY_TEST_DOUBLE ?? join(import.meta.dirname, "main.ts");

type Settle = (reply: ControlReply) => void;

/** Starts a double in another process; it ends with this one. */
export async function startChainDouble(options: ChainDoubleOptions): Promise<RunningDouble> {
  const child = fork(program, ["--json", JSON.stringify(options)], {
    execArgv: [...heapOptions],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const waiting = new Map<number, Settle>();
  let next = 1;
  const reply = (id: number): Promise<unknown> =>
    new Promise((resolve, reject) => {
      waiting.set(id, ({ result, error }) =>
        error === undefined ? resolve(result) : reject(new Error(error)),
      );
    });
  const started = reply(0);
  child.on("message", (message: ControlReply) => {
    waiting.get(message.id)?.(message);
    waiting.delete(message.id);
  });
  child.on("exit", (code) => {
    for (const [id, settle] of waiting) settle({ id, error: `the chain double ended with ${code}` });
    waiting.clear();
  });
  const urls = (await started) as string[];
  const control = (command: ControlCommand): Promise<unknown> => {
    const id = next++;
    const answered = reply(id);
    child.send({ id, command });
    return answered;
  };
  return {
    url: urls[0] ?? "",
    urls,
    control,
    status: async () => (await control({ do: "status" })) as DoubleStatus,
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
    },
  };
}
