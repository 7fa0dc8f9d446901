import type { JobChoice } from "../../src/flow/claims.ts";
import type { CustomerJob } from "../../src/flow/job.ts";
import type { Fence } from "../../src/flow/leases.ts";
import type { NodeOrder, NodeRecord, NodeStart, NodeState } from "../../src/flow/nodes.ts";
import type { NudgeTopic } from "../../src/flow/nudges.ts";
import type { StandingState } from "../../src/flow/standing.ts";
import type { StandingChanges } from "../../src/flow/standingChanges.ts";
import type { StreamTaken } from "../../src/flow/streamRecords.ts";
import { Listeners } from "../../src/store/nudges.ts";
import type { SharedModelledStore } from "./modelledStore.ts";
import { ModelStreams } from "./shared/streams.ts";
import { ModelStore } from "./store.ts";

/** The modelled store with what several processes need of it: leases, claims, streams, and news of each other's changes. */
export class SharedModelStore extends ModelStore implements SharedModelledStore {
  readonly listeners = new Listeners();
  readonly #streams = new ModelStreams(this.nodeLeases);

  listen(topic: NudgeTopic, heard: () => void): () => void {
    return this.listeners.listen(topic, heard);
  }

  joinNode(start: NodeStart, ttlMs: number): Promise<number> {
    return this.write(() => this.nodeLeases.join(start, ttlMs));
  }

  renewNode(token: number, ttlMs: number): Promise<NodeState> {
    return this.write(() => this.nodeLeases.renew(token, ttlMs));
  }

  leaveNode(token: number): Promise<void> {
    return this.write(() => {
      this.nodeLeases.leave(token);
      this.#streams.dropOf(token);
    });
  }

  nodes(): Promise<NodeRecord[]> {
    return this.read(this.nodeLeases.list());
  }

  orderNode(node: number | string, order: NodeOrder): Promise<number> {
    return this.write(() => this.nodeLeases.order(node, order));
  }

  takeLease(name: string, node: number, ttlMs: number): Promise<Fence | null> {
    return this.write(() => this.nodeLeases.take(name, node, ttlMs));
  }

  releaseLease(fence: Fence): Promise<void> {
    return this.write(() => this.nodeLeases.release(fence));
  }

  claimCustomerJobs(node: number, limit: number, choice?: JobChoice): Promise<CustomerJob[]> {
    return this.write(() => this.jobs.claim(node, limit, choice));
  }

  releaseCustomerJobs(node: number, jobIds: readonly string[]): Promise<void> {
    return this.write(() => this.jobs.release(node, jobIds));
  }

  lostCustomerJobs(node: number, jobIds: readonly string[]): Promise<string[]> {
    return this.read(this.jobs.lost(node, jobIds));
  }

  takeStream(hotkey: string, node: number): Promise<number> {
    return this.write(() => this.#streams.take(hotkey, node));
  }

  lostStreams(node: number, streams: readonly StreamTaken[]): Promise<string[]> {
    return this.read(this.#streams.lost(node, streams));
  }

  unservedHotkeys(hotkeys: readonly string[]): Promise<string[]> {
    return this.read(this.#streams.unserved(hotkeys));
  }

  dropStream(hotkey: string, number: number): Promise<void> {
    return this.write(() => this.#streams.drop(hotkey, number));
  }

  standingChanges(after: number | null, limit: number): Promise<StandingChanges> {
    return this.read(this.standing.changes.since(after, limit));
  }

  standingOf(hotkeys: readonly string[], strikes?: number): Promise<StandingState> {
    return this.read(this.standing.of(hotkeys, strikes));
  }
}
