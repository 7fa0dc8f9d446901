export interface PlotLine {
  readonly label: string;
  /** One per moment; null where nothing is known. */
  readonly values: readonly (number | null)[];
  /** Lines of one style differ in colour and dash: 0 to 7, in the order of the palette. */
  readonly style?: number;
  readonly isBars?: boolean;
}

export interface PlotProps {
  /** What the plot shows, in words, for those who cannot see it. */
  readonly label: string;
  /** Unix ms, rising. */
  readonly times: readonly number[];
  readonly lines: readonly PlotLine[];
  readonly unit?: string;
  /** Writes a value with its unit. */
  readonly format?: (value: number) => string;
  readonly height?: number;
  /** A grey band behind the lines. */
  readonly band?: { readonly low: number; readonly high: number };
}
