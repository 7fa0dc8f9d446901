import type { SigningMark, SigningMarks } from "../../src/flow/weights.ts";

/** Keeps the mark of the last signed period. */
export class ModelMarks implements SigningMarks {
  readonly place = "model";
  #mark: SigningMark | null = null;

  read(): Promise<SigningMark | null> {
    return Promise.resolve(this.#mark);
  }

  write(mark: SigningMark): Promise<void> {
    this.#mark = mark;
    return Promise.resolve();
  }
}
