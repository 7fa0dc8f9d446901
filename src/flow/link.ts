import type { JobAnswer, JobOrder } from "./job.ts";

/** A connection to a miner, whichever side dialled. A hotkey has at most one: the newest wins. */
export interface MinerLink {
  readonly hotkey: string;
  readonly transport: "stream" | "dial";
  /** Push lanes that the miner works for. */
  readonly lanes: readonly string[];
  /** Kinds of work that the miner says it has; absent: it did not say, and counts as having all. */
  readonly kinds?: ReadonlySet<string> | null;
  /** The most jobs that the miner wants at once. */
  readonly capacity: number;
  /** False while earlier jobs are still unsent: then no job is sent until `drained`. */
  readonly writable: boolean;
  /** Sends a job; returns its size on the wire in bytes. */
  send(order: JobOrder): number;
  /** Ends the link; its listener hears `closed`. */
  close(reason: LinkEnd): void;
}

/** Why a link ended. */
export type LinkEnd =
  | "replaced"
  | "suspended"
  | "shutting_down"
  /** The miner closed, or the connection broke. */
  | "gone"
  /** Nothing was received within the bound. */
  | "silent"
  /** The miner broke the protocol. */
  | "protocol"
  /** The miner did not read what was sent. */
  | "slow"
  /** A message of the miner was not whole within its time. */
  | "unfinished"
  /** The miner sent more frames or bytes than it may. */
  | "flooding";

/** Why a frame about a job has no effect; reported to the miner, never a strike. */
export type FrameRefusal = "job_unknown" | "job_not_yours" | "job_already_answered";

/** Listens to links: the dispatcher. */
export interface LinkListener {
  opened(link: MinerLink): void;
  /** The link is writable again. */
  drained(link: MinerLink): void;
  /** Null when the answer was accepted. */
  answered(link: MinerLink, jobId: string, answer: JobAnswer): FrameRefusal | null;
  /** The miner gives the job back. */
  failed(link: MinerLink, jobId: string, code: string): FrameRefusal | null;
  /** A dialled miner did not answer the connection attempt for this job. */
  unreachable(link: MinerLink, jobId: string): void;
  closed(link: MinerLink, reason: LinkEnd): void;
}
