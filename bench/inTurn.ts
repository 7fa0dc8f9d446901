import type { Loader } from "./loader.ts";
import type { BenchOptions } from "./report.ts";
import type { BenchServer } from "./server.ts";

/** Slices of one second in turn: what else the machine does meets both alike. */
const SLICE_S = 1;
const PER_S_MOST = 3000;

/** A server that is measured beside another one. */
export interface Subject {
  readonly server: BenchServer;
  readonly loader: Loader;
  /** Accepted answers and the time that they took. */
  readonly total: { accepted: number; seconds: number };
}

export const perSecond = ({ total }: Subject): number => total.accepted / total.seconds;

/** Loads all of them, one at a time, in slices. */
export async function inSlices(
  subjects: Readonly<Record<string, Subject>>,
  { seconds, clients, progress }: BenchOptions,
): Promise<void> {
  const signed = Object.entries(subjects).map(([name, subject]) => ({
    ...subject,
    requests: subject.loader.sign(name, seconds * PER_S_MOST),
  }));
  progress(`in turn: ${seconds} slices of ${SLICE_S} s each, ${clients} clients`);
  for (let slice = 0; slice < seconds; slice++) {
    for (const { loader, requests, total } of signed) {
      const { accepted, sent, seconds: took } = await loader.send(requests, { clients, seconds: SLICE_S });
      requests.splice(0, sent);
      total.accepted += accepted;
      total.seconds += took;
    }
  }
}
