/** What a process says of itself when it joins. */
export interface NodeStart {
  readonly name: string;
  /** Words of lower-case letters. */
  readonly roles: readonly string[];
  readonly version: string;
  /** Where others reach it; absent: nowhere. */
  readonly url?: string;
}

/** A process that shares the store, or did. Times in Unix ms of the store's clock. */
export interface NodeRecord extends NodeStart {
  readonly token: number;
  /** Its lease holds: it has not left, and has renewed it in time. */
  readonly alive: boolean;
  /** It takes no new work. */
  readonly cordoned: boolean;
  /** It also ends what it has, and then leaves. */
  readonly draining: boolean;
  readonly joinedAt: number;
  /** When its lease runs out, or ran out, or was given up. */
  readonly until: number;
}

/** What a node hears at its heartbeat. Not `alive`: others may have its work by now, so it joins anew. */
export interface NodeState {
  readonly alive: boolean;
  readonly cordoned: boolean;
  readonly draining: boolean;
}

/** `uncordon` also ends a drain. */
export type NodeOrder = "cordon" | "uncordon" | "drain";

/** The most nodes of one listing: the living first, then those gone last. */
export const NODES_LISTED = 1000;

/**
 * Processes that share the store, each under one lease. Leases are timed by the store's clock, never by that of a process, so that
 * clocks that differ change nothing. A lease that ran out is never renewed. A store that only one process can have open ends the
 * leases of all earlier nodes when it is opened.
 */
export interface Nodes {
  /** A token greater than every earlier one; never 0, which means nobody. */
  joinNode(start: NodeStart, ttlMs: number): Promise<number>;
  renewNode(token: number, ttlMs: number): Promise<NodeState>;
  /** Ends its lease and every lease that it holds; its streams are dropped. */
  leaveNode(token: number): Promise<void>;
  /** Those that live and those gone in the last day; at most `NODES_LISTED`. */
  nodes(): Promise<NodeRecord[]>;
  /** By token, or every living node of a name; returns how many heard it. */
  orderNode(node: number | string, order: NodeOrder): Promise<number>;
}
