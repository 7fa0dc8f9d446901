import type { Validity } from "../node/validity.ts";
import { isHex } from "../node/validity.ts";
import type { Faults } from "./faults.ts";
import { RpcFault } from "./message.ts";
import type { View } from "./view.ts";

const MAX_BROADCASTS = 16;

type Submitted = Validity & { readonly isTaken: boolean };

/** The refusal of a pool, in a node's words. */
function refusal(submitted: Submitted): RpcFault {
  const { invalid } = submitted;
  if (invalid === null) return new RpcFault(1014, "Priority is too low: (1 vs 1)");
  const words: Readonly<Record<string, string>> = {
    Stale: "Transaction is outdated",
    BadProof: "Transaction has a bad signature",
    AncientBirthBlock: "Transaction has an ancient birth block",
    Custom: `Custom error: ${String(invalid.value)}`,
  };
  return new RpcFault(1010, "Invalid Transaction", words[invalid.type] ?? invalid.type);
}

/** The extrinsics that one connection hands in. */
export class Transactions {
  readonly #view: View;
  readonly #faults: Faults;
  readonly #broadcasts = new Map<string, string>();
  #next = 0;

  constructor(view: View, faults: Faults) {
    this.#view = view;
    this.#faults = faults;
  }

  readonly methods: Readonly<Record<string, (params: readonly unknown[]) => unknown>> = {
    transaction_v1_broadcast: ([bytes]) => this.#broadcast(bytes),
    transaction_v1_stop: ([id]) => void this.#broadcasts.delete(String(id)),
    author_submitExtrinsic: ([bytes]) => this.#submit(bytes),
    author_pendingExtrinsics: () => this.#view.chain.pool.ordered().map(({ bytes }) => bytes),
  };

  /** A broadcast goes on until it is stopped: what is not in the pool is handed in again. */
  retry(): void {
    for (const bytes of this.#broadcasts.values()) this.#hand(bytes);
  }

  #broadcast(bytes: unknown): string | null {
    if (!isHex(bytes)) throw new RpcFault(-32602, "Invalid params");
    if (this.#broadcasts.size >= MAX_BROADCASTS) return null;
    const id = `broadcast-${this.#next++}`;
    this.#broadcasts.set(id, bytes);
    this.#hand(bytes);
    return id;
  }

  #hand(bytes: string): void {
    if (!this.#faults.dropExtrinsics && !this.#faults.nonceErrors) this.#view.chain.submit(bytes);
  }

  #submit(bytes: unknown): string {
    if (!isHex(bytes)) throw new RpcFault(-32602, "Invalid params");
    if (this.#faults.nonceErrors) throw new RpcFault(1010, "Invalid Transaction", "Transaction is outdated");
    const submitted = this.#faults.dropExtrinsics
      ? { ...this.#view.chain.validity(bytes, this.#view.best), isTaken: true }
      : this.#view.chain.submit(bytes);
    if (!submitted.isTaken || submitted.invalid !== null) throw refusal(submitted);
    return submitted.extrinsic.hash;
  }
}
