/** A counter that is also kept over time: which of its series, and under which name. */
export interface TallyRow {
  /** The name under which it is kept. */
  readonly series: string;
  /** The counter. */
  readonly metric: string;
  /** Only what has these labels. */
  readonly where?: Readonly<Record<string, string>>;
  /** The label that is kept; what is not among its words is kept as `other`. */
  readonly label?: { readonly name: string; readonly words: readonly string[] };
}

export const OTHER = "other";

type Labels = Readonly<Record<string, string>>;

/** The name of a series: that of the row, with the label's word where it keeps one. */
function seriesOf({ series, label }: TallyRow, labels: Labels): string {
  if (label === undefined) return series;
  const word = labels[label.name] ?? OTHER;
  return `${series}:${label.words.includes(word) ? word : OTHER}`;
}

/** What asks a count's labels whether it belongs to the row. */
function testOf({ where = {} }: TallyRow): (labels: Labels) => boolean {
  const wanted = Object.entries(where);
  return (labels) => wanted.every(([name, word]) => labels[name] === word);
}

/** Sums what the counters of a closed table count until it is taken. As many series as the table allows, and no more. */
export class Tally {
  readonly #rows: ReadonlyMap<string, readonly TallyRow[]>;
  #sums = new Map<string, number>();

  constructor(rows: readonly TallyRow[]) {
    this.#rows = Map.groupBy(rows, ({ metric }) => metric);
  }

  /** What a counter calls with each of its counts; null for one that is not kept. */
  tapOf(metric: string): ((labels: Labels, by: number) => void) | null {
    const rows = this.#rows.get(metric);
    if (rows === undefined) return null;
    const tested = rows.map((row) => ({ row, matches: testOf(row) }));
    return (labels, by) => {
      for (const { row, matches } of tested) {
        if (!matches(labels)) continue;
        const series = seriesOf(row, labels);
        this.#sums.set(series, (this.#sums.get(series) ?? 0) + by);
      }
    };
  }

  /** What was counted since it was last taken. */
  peek(): ReadonlyMap<string, number> {
    return this.#sums;
  }

  take(): ReadonlyMap<string, number> {
    const sums = this.#sums;
    this.#sums = new Map();
    return sums;
  }
}
