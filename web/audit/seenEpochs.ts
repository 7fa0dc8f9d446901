/** A sampling document, as far as it is looked at here. */
export interface SeenDocument {
  readonly epoch: number;
  readonly state: string;
  readonly commitment: string;
  readonly heads: readonly unknown[];
}

/** What a browser saw of an epoch while it was open: the first document and the last. */
export interface SeenEpoch {
  readonly epoch: number;
  readonly documents: readonly SeenDocument[];
}

/** A day of epochs of an hour, some 200 kB: the oldest is dropped. */
export const SEEN_EPOCHS_MAX = 26;

/** With a document that was served just now. Closed epochs are not kept: what was signed while they were open is what counts. */
export function withSeen(seen: readonly SeenEpoch[], document: SeenDocument): readonly SeenEpoch[] {
  const { epoch, state } = document;
  if (state !== "open") return seen;
  const [first] = seen.find((one) => one.epoch === epoch)?.documents ?? [];
  const documents = first === undefined ? [document] : [first, document];
  const others = seen.filter((one) => one.epoch !== epoch);
  return [...others, { epoch, documents }].sort((a, b) => a.epoch - b.epoch).slice(-SEEN_EPOCHS_MAX);
}

const isDocument = (value: unknown): value is SeenDocument => {
  const { epoch, commitment, heads } = Object(value) as Partial<Record<keyof SeenDocument, unknown>>;
  return typeof epoch === "number" && typeof commitment === "string" && Array.isArray(heads);
};

/** What was kept as text; nothing of it when it cannot be read. */
export function readSeenEpochs(text: string | null): readonly SeenEpoch[] {
  try {
    const value: unknown = JSON.parse(text ?? "[]");
    if (!Array.isArray(value)) return [];
    return value.filter(({ epoch, documents }: Partial<SeenEpoch>) => {
      return typeof epoch === "number" && Array.isArray(documents) && documents.every(isDocument);
    }) as SeenEpoch[];
  } catch {
    return [];
  }
}
