import pg from "pg";
import type { NudgeTopic } from "../../flow/nudges.ts";
import type { Row } from "../records/rows.ts";
import { ABORTED, isLost, ServerError } from "./failure.ts";
import type { Sql, Statement } from "./sql.ts";
import { numberChanges } from "./tables/numberChanges.ts";
import { TransactionNotes } from "./transactionNotes.ts";

/** int8 as numbers: none of ours exceeds 2^53. Booleans as flags. */
const own: Readonly<Record<number, (text: string) => number>> = {
  16: (text) => (text === "t" ? 1 : 0),
  20: Number,
  21: Number,
  23: Number,
  700: Number,
  701: Number,
  1700: Number,
};

export const typesOfColumns: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text") => own[oid] ?? pg.types.getTypeParser(oid, format)) as never,
};

/** One connection, whose statements are sent at once and answered in order. */
export class Connection implements Sql {
  readonly #client: pg.Client;
  /** The first error since a transaction began: those after it only say that it failed. */
  #first: ServerError | null = null;
  #lost = false;
  #warned = false;
  readonly #notes = new TransactionNotes();
  readonly #committed: (topics: ReadonlySet<NudgeTopic>) => void;
  /** When it was opened. */
  readonly sinceMs: number;

  /** `committed` is told the topics of what was committed. */
  constructor(
    client: pg.Client,
    sinceMs: number,
    committed: (topics: ReadonlySet<NudgeTopic>) => void = () => {},
  ) {
    this.#client = client;
    this.sinceMs = sinceMs;
    this.#committed = committed;
    client.on("error", () => {
      this.#lost = true;
    });
    client.on("end", () => {
      this.#lost = true;
    });
    client.on("notice", ({ severity }) => {
      if (severity === "WARNING") this.#warned = true;
    });
  }

  get isUsable(): boolean {
    return !this.#lost;
  }

  async rows({ name, text }: Statement, values: readonly unknown[] = []): Promise<readonly Row[]> {
    return (await this.#query({ name, text, values: [...values] })).rows;
  }

  async run({ name, text }: Statement, values: readonly unknown[] = []): Promise<number> {
    return (await this.#query({ name, text, values: [...values] })).rowCount ?? 0;
  }

  noteStanding(hotkey: string): void {
    this.#notes.standing.push(hotkey);
    this.tell("standing");
  }

  tell(topic: NudgeTopic): void {
    this.#notes.tell(topic);
  }

  /** Hears what other connections notify of, each with the topic that it names. Those of this one are left out. */
  async listen(channel: string, heard: (topic: string) => void): Promise<void> {
    const own = await this.rows({ name: "", text: "SELECT pg_backend_pid() AS pid" });
    this.#client.on("notification", ({ processId, payload }) => {
      if (processId !== own[0]?.pid) heard(payload ?? "");
    });
    await this.command(`LISTEN ${channel}`);
  }

  /** Called once, when it is of no use any more. */
  onEnd(ended: () => void): void {
    this.#client.once("end", ended);
  }

  /** Runs a command without values. */
  async command(text: string): Promise<void> {
    await this.#query({ text });
  }

  /** Sends it ahead; when it fails, so does what follows. */
  begin(how = ""): void {
    this.#first = null;
    this.#notes.clear();
    this.ahead(`BEGIN ${how}`);
  }

  /** Sends a command without waiting for its answer. */
  ahead(text: string): void {
    this.#query({ text }).catch(() => {});
  }

  /**
   * Throws when the transaction was not committed, or may not have been. After a warning the server has not waited for its
   * synchronous standby, so a failover could lose what it committed.
   */
  async commit(): Promise<void> {
    this.#warned = false;
    const { standing, topics } = this.#notes;
    if (standing.length > 0) this.rows(numberChanges, [standing]).catch(() => {});
    const { command } = await this.#query({ text: "COMMIT" });
    if (command !== "COMMIT") throw this.#first ?? new ServerError(new Error("the server rolled back"));
    if (this.#warned) throw new ServerError(new Error("the commit may not have reached the standby"));
    if (topics.size > 0) this.#committed(topics);
  }

  /** Sends it ahead. */
  savepoint(): void {
    this.#notes.mark();
    this.ahead("SAVEPOINT one");
  }

  /** Undoes what followed the savepoint: the transaction goes on. */
  async undo(): Promise<void> {
    await this.command("ROLLBACK TO one");
    this.ahead("RELEASE one");
    this.#notes.back();
    this.#first = null;
  }

  async rollback(): Promise<void> {
    if (!this.#lost) await this.command("ROLLBACK").catch(() => this.close());
  }

  async close(): Promise<void> {
    this.#lost = true;
    await this.#client.end().catch(() => {});
  }

  #query(config: pg.QueryConfig): Promise<pg.QueryResult> {
    return new Promise((resolve, reject) => {
      this.#client.query(config, (error: Error | null, result: pg.QueryResult) => {
        if (error === null) resolve(result);
        else reject(this.#failed(error));
      });
    });
  }

  #failed(error: unknown): ServerError {
    const failure = new ServerError(error);
    if (isLost(failure)) this.#lost = true;
    if (failure.state === ABORTED && this.#first !== null) return this.#first;
    this.#first ??= failure;
    return failure;
  }
}
