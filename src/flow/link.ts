import type { JobAnswer, JobOrder } from "./job.ts";

/** One way to one miner, whichever side dialled. Several links of a hotkey never stand at once: the newest wins. */
export interface MinerLink {
  readonly hotkey: string;
  readonly transport: "stream" | "dial";
  /** Push lanes that the miner works for. */
  readonly lanes: readonly string[];
  /** Jobs that the miner wants at once, at most. */
  readonly capacity: number;
  /** False while earlier jobs have not gone out: then no job is sent until `drained`. */
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
  /** No sign of life within the bound. */
  | "silent"
  /** What the miner sent cannot be gone on with. */
  | "protocol"
  /** It did not read what was sent. */
  | "slow";

/** Why a frame about a job has no effect; told to the miner, and never a strike. */
export type FrameRefusal = "job_unknown" | "job_not_yours" | "job_already_answered";

/** What hears of links: the dispatcher. */
export interface LinkListener {
  opened(link: MinerLink): void;
  /** The link is writable again. */
  drained(link: MinerLink): void;
  /** Null when the answer was taken. */
  answered(link: MinerLink, jobId: string, answer: JobAnswer): FrameRefusal | null;
  /** The miner gives the job back. */
  failed(link: MinerLink, jobId: string, code: string): FrameRefusal | null;
  /** A dialled miner did not answer the connection attempt for this job. */
  unreachable(link: MinerLink, jobId: string): void;
  closed(link: MinerLink, reason: LinkEnd): void;
}
