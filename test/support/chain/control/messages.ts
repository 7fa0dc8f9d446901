import type { Upgrade } from "../metadata/upgrade.ts";
import type { NeuronOptions } from "../options.ts";
import type { Faults } from "../rpc/faults.ts";

/** What a test tells the double to do; JSON, big numbers as text. */
export type ControlCommand =
  /** Makes blocks now, one after the other. */
  | { readonly do: "produce"; readonly blocks?: number; readonly isEmpty?: boolean }
  /** Makes a block each so many ms; 0 stops. */
  | { readonly do: "run"; readonly blockMs: number }
  /** Another branch from below the best block becomes the best. */
  | {
      readonly do: "reorganize";
      readonly depth: number;
      readonly length?: number;
      readonly keepsExtrinsics?: boolean;
    }
  /** Sets faults of one endpoint; those that are not named stay. */
  | { readonly do: "faults"; readonly endpoint?: number; readonly set: Partial<Faults> }
  | { readonly do: "healthy"; readonly endpoint?: number }
  | { readonly do: "closeSockets"; readonly endpoint?: number }
  | { readonly do: "stopFollows"; readonly endpoint?: number }
  /** Stores a value in the next block. */
  | {
      readonly do: "store";
      readonly pallet?: string;
      readonly name: string;
      readonly keys: readonly unknown[];
      readonly value: unknown;
    }
  | {
      readonly do: "remove";
      readonly pallet?: string;
      readonly name: string;
      readonly keys: readonly unknown[];
    }
  /** Registers a hotkey at a uid; whoever held it loses it. */
  | { readonly do: "neuron"; readonly netuid: number; readonly uid: number; readonly neuron: NeuronOptions }
  | { readonly do: "permit"; readonly netuid: number; readonly uid: number; readonly permit: boolean }
  | { readonly do: "shrink"; readonly netuid: number; readonly count: number }
  /** An endpoint tells of other blocks, from some finalised ones ago. */
  | { readonly do: "disagree"; readonly endpoint?: number; readonly depth?: number }
  /** The endpoint tells of the chain again that the others tell of. */
  | { readonly do: "agree"; readonly endpoint?: number }
  /** The next block brings another runtime. */
  | { readonly do: "upgrade"; readonly upgrade: Upgrade }
  /** Forgets what waits for a block. */
  | { readonly do: "clearPool" }
  /** Rounds of the beacon: stopped, never stored, or with a signature that is given. */
  | {
      readonly do: "beacon";
      readonly isStopped?: boolean;
      readonly skip?: readonly number[];
      readonly give?: { readonly round: number; readonly signature: string };
    }
  /** Moves the time that blocks carry. */
  | { readonly do: "clock"; readonly offsetMs: number }
  /** Reads a value at the best block. */
  | {
      readonly do: "read";
      readonly pallet?: string;
      readonly name: string;
      readonly keys: readonly unknown[];
    }
  | { readonly do: "status" };

export interface ControlRequest {
  readonly id: number;
  readonly command: ControlCommand;
}

export interface ControlReply {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** What `status` tells. */
export interface DoubleStatus {
  readonly best: { readonly number: number; readonly hash: string };
  readonly finalized: { readonly number: number; readonly hash: string };
  readonly genesis: string;
  readonly specVersion: number;
  readonly pool: number;
  /** Hashes of the last extrinsics that it took, included by now or not. */
  readonly taken: readonly string[];
  readonly connections: readonly number[];
  /** Sockets that each endpoint took since the start. */
  readonly accepted: readonly number[];
}
