import { isJobId } from "../../flow/job.ts";

const SPACE = 32;
const DIGIT_0 = 48;
const JOB_ID_LENGTH = 35;

/** Reads the rows of `draws` one after the other, without an object for each: `{index} {job id} {class} {0 or 1}`. */
export class RowReader {
  index = 0;
  jobId = "";
  class = "";
  sampled = false;

  /** False when the text is no row; what it held before is then in part overwritten. */
  read(text: string): boolean {
    const first = this.#readIndex(text);
    const second = first + 1 + JOB_ID_LENGTH;
    const last = text.length - 2;
    if (
      first < 1 ||
      text.charCodeAt(second) !== SPACE ||
      last < second + 2 ||
      text.charCodeAt(last) !== SPACE
    )
      return false;
    this.jobId = text.slice(first + 1, second);
    this.class = text.slice(second + 1, last);
    const bit = text.charCodeAt(last + 1) - DIGIT_0;
    this.sampled = bit === 1;
    return (bit === 0 || bit === 1) && isJobId(this.jobId);
  }

  /** Where the number ends, or 0: at most 7 digits, no leading zero, a blank behind it. */
  #readIndex(text: string): number {
    let [value, at] = [0, 0];
    for (; at < 8; at++) {
      const digit = text.charCodeAt(at) - DIGIT_0;
      if (!(digit >= 0 && digit <= 9)) break;
      value = value * 10 + digit;
    }
    if (at > 7 || text.charCodeAt(at) !== SPACE || (at > 1 && text.charCodeAt(0) === DIGIT_0)) return 0;
    this.index = value;
    return at;
  }
}
