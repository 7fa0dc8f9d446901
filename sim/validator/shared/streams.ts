import { AssayError } from "../../../src/core/problems/assayError.ts";
import type { StreamTaken } from "../../../src/flow/streamRecords.ts";
import type { ModelNodes } from "./nodes.ts";

interface Stream {
  readonly number: number;
  readonly node: number;
}

/** Which process serves which hotkey. */
export class ModelStreams {
  readonly #nodes: ModelNodes;
  readonly #streams = new Map<string, Stream>();
  #last = 0;

  constructor(nodes: ModelNodes) {
    this.#nodes = nodes;
  }

  take(hotkey: string, node: number): number {
    if (!this.#nodes.isAlive(node)) throw new AssayError({ code: "fenced_off", lease: "node", token: node });
    const number = ++this.#last;
    this.#streams.set(hotkey, { number, node });
    return number;
  }

  lost(node: number, streams: readonly StreamTaken[]): string[] {
    const isLost = ({ hotkey, number }: StreamTaken): boolean => {
      const newest = this.#streams.get(hotkey);
      return (
        newest !== undefined &&
        newest.number > number &&
        newest.node !== node &&
        this.#nodes.isAlive(newest.node)
      );
    };
    return streams.filter(isLost).map(({ hotkey }) => hotkey);
  }

  unserved(hotkeys: readonly string[]): string[] {
    return hotkeys.filter((hotkey) => {
      const newest = this.#streams.get(hotkey);
      return newest === undefined || !this.#nodes.isAlive(newest.node);
    });
  }

  drop(hotkey: string, number: number): void {
    if (this.#streams.get(hotkey)?.number === number) this.#streams.delete(hotkey);
  }

  dropOf(node: number): void {
    for (const [hotkey, stream] of this.#streams) if (stream.node === node) this.#streams.delete(hotkey);
  }
}
