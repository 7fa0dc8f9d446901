import type { TestContext } from "node:test";
import { silentLog } from "../../../../src/core/log.ts";
import { AssayError } from "../../../../src/core/problems/assayError.ts";
import type { Caller } from "../../../../src/flow/caller.ts";
import type { JobAnswer, JobOrder } from "../../../../src/flow/job.ts";
import type { FrameRefusal, LinkListener, MinerLink } from "../../../../src/flow/link.ts";
import { type HttpOptions, type HttpServer, startHttp } from "../../../../src/http/server.ts";
import type { StreamOptions } from "../../../../src/http/stream/options.ts";
import { Counts } from "../../counts.ts";
import { FakeClock } from "../../fakeClock.ts";
import { standIn } from "../server.ts";
import { endMiners } from "./miner.ts";

/** What a listener heard, in order. */
export type Heard =
  | { readonly kind: "opened"; readonly link: MinerLink }
  | { readonly kind: "drained"; readonly link: MinerLink }
  | {
      readonly kind: "answered";
      readonly link: MinerLink;
      readonly jobId: string;
      readonly answer: JobAnswer;
    }
  | { readonly kind: "failed"; readonly link: MinerLink; readonly jobId: string; readonly code: string }
  | { readonly kind: "unreachable"; readonly link: MinerLink; readonly jobId: string }
  | { readonly kind: "closed"; readonly link: MinerLink; readonly reason: string };

/** A listener that writes down what it hears; `refusal` is what it says to answers and failures. */
export class Recorder implements LinkListener {
  readonly heard: Heard[] = [];
  refusal: FrameRefusal | null = null;

  opened(link: MinerLink): void {
    this.heard.push({ kind: "opened", link });
  }

  drained(link: MinerLink): void {
    this.heard.push({ kind: "drained", link });
  }

  answered(link: MinerLink, jobId: string, answer: JobAnswer): FrameRefusal | null {
    this.heard.push({ kind: "answered", link, jobId, answer });
    return this.refusal;
  }

  failed(link: MinerLink, jobId: string, code: string): FrameRefusal | null {
    this.heard.push({ kind: "failed", link, jobId, code });
    return this.refusal;
  }

  unreachable(link: MinerLink, jobId: string): void {
    this.heard.push({ kind: "unreachable", link, jobId });
  }

  closed(link: MinerLink, reason: string): void {
    this.heard.push({ kind: "closed", link, reason });
  }

  /** The kinds of what was heard, with the reason of an end. */
  get story(): string[] {
    return this.heard.map((one) => (one.kind === "closed" ? `closed ${one.reason}` : one.kind));
  }

  /** The newest link of a hotkey that was opened. */
  link(hotkey: string): MinerLink {
    const opened = this.heard.findLast(({ kind, link }) => kind === "opened" && link.hotkey === hotkey);
    if (opened === undefined) throw new Error(`no link of ${hotkey}`);
    return opened.link;
  }

  of<K extends Heard["kind"]>(kind: K): Extract<Heard, { kind: K }>[] {
    return this.heard.filter((one) => one.kind === kind) as Extract<Heard, { kind: K }>[];
  }
}

export interface StreamWorld extends HttpServer {
  readonly listener: Recorder;
  readonly clock: FakeClock;
  readonly counts: Counts;
  /** How often the streams' bounds in time were looked at. */
  looks(): number;
  /** Every caller that was asked who it is. */
  readonly callers: Caller[];
}

export interface StreamWorldOptions {
  readonly streams?: Partial<StreamOptions>;
  readonly http?: Partial<HttpOptions>;
  /** Takes the header `x-hotkey` at its word unless given. */
  readonly authenticate?: (caller: Caller) => Promise<string>;
  readonly off?: boolean;
}

const atItsWord = async (caller: Caller): Promise<string> => {
  const hotkey = caller.headers["x-hotkey"];
  if (typeof hotkey === "string") return hotkey;
  throw new AssayError({ code: "header_missing", header: "Epistula-Signed-By" });
};

/** Serves streams of the lanes `groth16` and `other` on a free port until the test ends. The clock stands still. */
export async function serveStreams(t: TestContext, given: StreamWorldOptions = {}): Promise<StreamWorld> {
  const listener = new Recorder();
  const clock = new FakeClock(1_700_000_000_000);
  const counts = new Counts();
  const callers: Caller[] = [];
  let looks = 0;
  const gauge = (name: string) => ({ set: () => name === "assay_streams" && looks++ });
  const metrics = { counter: (name: string) => counts.counter(name), histogram: counts.histogram, gauge };
  const authenticate = (caller: Caller): Promise<string> => {
    callers.push(caller);
    return (given.authenticate ?? atItsWord)(caller);
  };
  const server = await startHttp(
    {
      host: "127.0.0.1",
      port: 0,
      maxBodyBytes: 65_536,
      bodyDeadlineMs: 5000,
      maxConnections: 4096,
      perAddressConnections: 4096,
      trustedProxies: [],
      version: "0.0.1",
      streams: { lookMs: 5, ...given.streams },
      ...given.http,
    },
    {
      handlers: standIn(),
      log: silentLog,
      metrics,
      ...(given.off
        ? {}
        : {
            streams: {
              authenticate,
              lanes: ["groth16", "other"],
              kinds: ["square", "cube"],
              listener,
              clock,
            },
          }),
    },
  );
  t.after(() => {
    endMiners();
    return server.close(0);
  });
  return { ...server, listener, clock, counts, callers, looks: () => looks };
}

/** The id of the n-th job. */
export const jobId = (n: number): string => `jb_${n.toString(16).padStart(32, "0")}`;

export const order = (n: number, input: JobOrder["input"] = { a: "1", b: ["2", "3"] }): JobOrder => ({
  job_id: jobId(n),
  lane: "groth16",
  kind: "multiplier",
  input,
  deadline_ms: 180_000,
});
