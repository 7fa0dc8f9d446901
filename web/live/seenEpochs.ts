import { readSeenEpochs, type SeenDocument, withSeen } from "../audit/seenEpochs.ts";

/** Of this validator: several may share an origin behind a proxy. */
const name = (): string => `assay.seen ${new URL(".", document.baseURI).pathname}`;

/** Notes sampling documents of open epochs in this browser, where it keeps anything. */
export function noteSeen(documents: readonly SeenDocument[]): void {
  try {
    const before = readSeenEpochs(localStorage.getItem(name()));
    localStorage.setItem(name(), JSON.stringify(documents.reduce(withSeen, before)));
  } catch {
    // A browser that keeps nothing, or is full: the audit then has no documents from earlier.
  }
}

/** What this browser was served of an epoch while it was open. */
export function seenOf(epoch: number): readonly SeenDocument[] {
  try {
    return readSeenEpochs(localStorage.getItem(name())).find((one) => one.epoch === epoch)?.documents ?? [];
  } catch {
    return [];
  }
}
