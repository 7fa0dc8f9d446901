import type { SeededRandom } from "../../../sim/engine/seededRandom.ts";
import { LANE, rightAnswer } from "../../../sim/network/lane.ts";
import type { JobOrder } from "../../../src/flow/job.ts";
import type { LinkListener, MinerLink } from "../../../src/flow/link.ts";
import type { SimProcess } from "./simProcess.ts";

const RECONNECT_MS = 5000;
/** Wrong answers by one that cheats, and answers that never come. */
const CHEATS = 0.3;
const SILENT = 0.02;

/** A miner that works for every process that hands out jobs. */
export class NodeMiner {
  readonly hotkey: string;
  readonly #random: SeededRandom;
  readonly #cheats: boolean;

  constructor(hotkey: string, random: SeededRandom, cheats: boolean) {
    this.hotkey = hotkey;
    this.#random = random;
    this.#cheats = cheats;
  }

  connect(process: SimProcess, listener: LinkListener): void {
    const link: MinerLink = {
      ...{ hotkey: this.hotkey, transport: "stream", lanes: [LANE], capacity: 1, writable: true },
      send: (order) => {
        this.#work(process, listener, link, order);
        return 100;
      },
      close: (reason) => {
        listener.closed(link, reason);
        process.after(RECONNECT_MS, () => this.connect(process, listener));
      },
    };
    listener.opened(link);
  }

  #work(process: SimProcess, listener: LinkListener, link: MinerLink, order: JobOrder): void {
    const { unit } = this.#random;
    if (unit() < SILENT) return;
    const wrong = this.#cheats && unit() < CHEATS;
    const text = wrong ? "wrong" : rightAnswer(String(order.input.x));
    process.after(500 + 3000 * unit(), () => {
      listener.answered(link, order.job_id, { size: 100, text: () => text });
    });
  }
}
