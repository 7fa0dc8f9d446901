/** The last so many ended jobs and who had them; adding one costs the same however many there are. */
export class Recent {
  readonly #limit: number;
  readonly #hotkeys = new Map<string, string>();
  readonly #ids: string[] = [];
  #at = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Of a job that was added before the last miner counts; it goes no later for that. */
  add(jobId: string, hotkey: string): void {
    const oldest = this.#ids[this.#at];
    if (oldest !== undefined) this.#hotkeys.delete(oldest);
    this.#ids[this.#at] = jobId;
    this.#at = (this.#at + 1) % this.#limit;
    this.#hotkeys.set(jobId, hotkey);
  }

  /** Who had it last. */
  get(jobId: string): string | undefined {
    return this.#hotkeys.get(jobId);
  }
}
