import type { LineSink } from "../../../sim/engine/trace.ts";

interface LogLine {
  readonly type: "draws" | "verdict";
  readonly hotkeys: readonly string[];
  readonly rows: readonly string[];
  readonly work_id: string;
  readonly hotkey: string;
  readonly state: "accepted" | "rejected" | "void";
}

/** What the decision logs of one validator say, and the rules that they keep however its processes fare. */
export class SimHistory implements LineSink {
  /** Class of each sampled draw, by work and hotkey. */
  readonly #drawn = new Map<string, string>();
  readonly #ended = new Map<string, LogLine["state"]>();
  readonly #faults: string[] = [];

  write(line: string): void {
    const { log } = JSON.parse(line) as { log?: LogLine };
    if (log?.type === "draws") for (const row of log.rows) this.#draw(log.hotkeys, row);
    else if (log?.type === "verdict") this.#end(log);
  }

  get drawn(): number {
    return this.#drawn.size;
  }

  /** Sampled draws without an end. */
  get open(): number {
    return this.#drawn.size - this.#ended.size;
  }

  get voids(): number {
    return [...this.#ended.values()].filter((state) => state === "void").length;
  }

  /** Accepted answers of a class. */
  paid(drawClass: string): number {
    const accepted = [...this.#ended].filter(
      ([key, state]) => state === "accepted" && this.#drawn.get(key) === drawClass,
    );
    return accepted.length;
  }

  faults(): readonly string[] {
    return this.#faults;
  }

  #draw(hotkeys: readonly string[], row: string): void {
    const [index, workId, drawClass = "", sampled] = row.split(" ");
    if (sampled !== "1") return;
    const key = `${workId} of ${hotkeys[Number(index)]}`;
    if (this.#drawn.has(key)) this.#faults.push(`${key} is drawn twice`);
    this.#drawn.set(key, drawClass);
  }

  #end({ work_id, hotkey, state }: LogLine): void {
    const key = `${work_id} of ${hotkey}`;
    if (!this.#drawn.has(key)) this.#faults.push(`${key} ends without a draw`);
    if (this.#ended.has(key)) this.#faults.push(`${key} ends twice`);
    this.#ended.set(key, state);
  }
}
