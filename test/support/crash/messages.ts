import type { EndState } from "./goOn.ts";
import type { Recording } from "./recording.ts";
import type { Left } from "./survive.ts";

/** What a thread of the crash points is asked. */
export type Asked =
  | { readonly kind: "record"; readonly seed: number }
  /** Crashes of a recording, by the numbers of their points in ascending order; those that `playEvery` divides are played to the end. */
  | {
      readonly kind: "points";
      readonly recording: Recording;
      readonly numbers: readonly number[];
      readonly playEvery: number;
    }
  /** What a process left that was really killed. */
  | {
      readonly kind: "left";
      readonly left: Left;
      readonly seed: number;
      readonly life: string;
      readonly wanted: EndState;
    };

/** Why a point does not hold. */
export interface Fault {
  readonly number: number;
  readonly what: string;
}

export type Told =
  | { readonly kind: "recorded"; readonly recording: Recording }
  /** So many more points were checked. */
  | { readonly kind: "checked"; readonly count: number; readonly fault: Fault | null }
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly what: string };
