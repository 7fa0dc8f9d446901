import { LOG_HEADS_MAX, type LogHead } from "../../flow/draw.ts";
import { type ClosedEpoch, readHead, type SeenEpoch } from "./document.ts";
import type { Findings } from "./findings.ts";
import type { PublicKeys } from "./platform.ts";

interface Placed {
  readonly head: LogHead;
  /** The line whose hash it is; -1 before the first, null while the log has not reached it. */
  at: number | null;
}

export interface HeadsParts {
  readonly record: ClosedEpoch;
  /** Documents of the epoch that were kept from earlier. */
  readonly seen: readonly SeenEpoch[];
  readonly keys: PublicKeys;
  readonly findings: Findings;
}

const said = ({ log_head, signed_at }: LogHead): string => `${log_head}, signed at ${signed_at}`;

/** The signed heads of an epoch: the log must pass each, those on record in order, and end with the last of these. */
export class Heads {
  readonly #parts: HeadsParts;
  /** As the record lists them. */
  readonly #listed: readonly Placed[];
  /** From earlier documents. */
  readonly #kept: readonly Placed[];
  readonly #byHash = new Map<string, Placed[]>();

  constructor(parts: HeadsParts) {
    this.#parts = parts;
    const { record, seen } = parts;
    this.#listed = this.#take(record.heads);
    this.#kept = seen.flatMap((one) => this.#takeSeen(one));
    this.passed(record.commitment, -1);
  }

  #takeSeen({ epoch, commitment, heads }: SeenEpoch): readonly Placed[] {
    const { record, findings } = this.#parts;
    if (epoch !== record.epoch) {
      findings.add("epoch_mismatch", `the document saved earlier is of epoch ${epoch}`);
      return [];
    }
    if (commitment !== record.commitment)
      findings.add("commitment_changed", `it was ${commitment} earlier and is ${record.commitment} now`);
    return this.#take(heads);
  }

  #take(values: readonly unknown[]): readonly Placed[] {
    if (values.length > LOG_HEADS_MAX) {
      const detail = `there are ${values.length} heads, and an epoch has at most ${LOG_HEADS_MAX}; only the first ${LOG_HEADS_MAX} were checked`;
      this.#parts.findings.add("head_malformed", detail);
    }
    return values.slice(0, LOG_HEADS_MAX).flatMap((value) => this.#place(value) ?? []);
  }

  #place(value: unknown): Placed | null {
    const { findings } = this.#parts;
    const head = readHead(value);
    if (head === null) {
      findings.add("head_malformed", `the head is ${JSON.stringify(value).slice(0, 100)}`);
      return null;
    }
    const fault = this.#faultOf(head);
    if (fault !== null) {
      findings.add(fault, `the head is ${said(head)}, of epoch ${head.epoch}, by key ${head.key_id}`);
      return null;
    }
    const placed: Placed = { head, at: null };
    const same = this.#byHash.get(head.log_head);
    if (same === undefined) this.#byHash.set(head.log_head, [placed]);
    else same.push(placed);
    return placed;
  }

  #faultOf(head: LogHead): "epoch_mismatch" | "head_forged" | null {
    if (head.epoch !== this.#parts.record.epoch) return "epoch_mismatch";
    const key = this.#parts.keys.get(head.key_id);
    return key?.hasSigned(head) ? null : "head_forged";
  }

  /** The log has the line `n` with this hash. */
  passed(hash: string, n: number): void {
    const found = this.#byHash.get(hash);
    if (found === undefined) return;
    for (const one of found) one.at ??= n;
  }

  /** The log is over. */
  end(): void {
    const { findings } = this.#parts;
    for (const { head, at } of [...this.#listed, ...this.#kept])
      if (at === null) findings.add("head_not_in_chain", `the head is ${said(head)}`);
    this.#checkOrder();
    this.#checkLast();
  }

  #checkOrder(): void {
    let reached = -1;
    for (const { head, at } of this.#listed) {
      if (at === null) continue;
      if (at < reached)
        this.#parts.findings.add(
          "head_order",
          `the head of line ${at} comes after that of line ${reached}: ${said(head)}`,
        );
      reached = at;
    }
  }

  #checkLast(): void {
    const { record, findings } = this.#parts;
    const last = this.#listed.at(-1);
    if (record.heads.length === 0) findings.add("head_unsigned", "no head of this log is signed");
    else if (last?.head.log_head !== record.log_head)
      findings.add(
        "head_unsigned",
        `the last signed head is not ${record.log_head}, the end that the sampling document states`,
      );
  }
}
