/** The place of a row in the order of its table, or of its epoch's part of it. */
export type RowKey = readonly (string | number)[];

/** The last rows that were stored. */
export interface Position {
  readonly table: string;
  readonly epoch: number | null;
  readonly key: RowKey;
}

/** How far a copy is, and of what: a note of the target. */
export interface Marker {
  /** The fingerprint of the source. */
  readonly source: string;
  readonly rows: number;
  readonly at: Position | null;
}

export const markerText = (marker: Marker): string => JSON.stringify(marker);

export const markerOf = (text: string): Marker => JSON.parse(text) as Marker;
