/** Where the demo's table is shown. */
export interface Screen {
  /** Shows a block of lines in place of the one before. */
  show(lines: readonly string[]): void;
  /** Prints a line that stays. */
  say(line: string): void;
}

type Out = Pick<NodeJS.WriteStream, "write"> & { readonly isTTY?: boolean; readonly columns?: number };

/** A terminal without a width of its own. */
const COLUMNS = 80;

/** On a terminal each block replaces the one before, cut to its width; elsewhere blocks follow each other. */
export function terminalScreen(out: Out = process.stdout): Screen {
  let height = 0;
  return {
    say(line) {
      out.write(`${line}\n`);
      height = 0;
    },
    show(lines) {
      const width = out.columns ?? COLUMNS;
      const shown = out.isTTY ? lines.map((line) => line.slice(0, width - 1)) : lines;
      const back = out.isTTY && height > 0 ? `\u001b[${height}A\u001b[J` : "";
      out.write(`${back}${shown.join("\n")}\n`);
      height = shown.length;
    },
  };
}
