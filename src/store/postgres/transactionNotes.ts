import type { NudgeTopic } from "../../flow/nudges.ts";

/** What a transaction says of itself when it commits. */
export class TransactionNotes {
  /** Hotkeys whose standing it changes, in order. */
  readonly standing: string[] = [];
  readonly #topics: NudgeTopic[] = [];
  #mark = { standing: 0, topics: 0 };

  get topics(): ReadonlySet<NudgeTopic> {
    return new Set(this.#topics);
  }

  tell(topic: NudgeTopic): void {
    this.#topics.push(topic);
  }

  /** Remembers where a savepoint is. */
  mark(): void {
    this.#mark = { standing: this.standing.length, topics: this.#topics.length };
  }

  /** Forgets what was noted since the savepoint. */
  back(): void {
    this.standing.length = this.#mark.standing;
    this.#topics.length = this.#mark.topics;
  }

  clear(): void {
    this.#mark = { standing: 0, topics: 0 };
    this.back();
  }
}
