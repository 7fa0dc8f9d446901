/** A rectangle, pixels from the upper left. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Places as near to the wanted ones as their distance allows; wanted from small to large. */
export function spread(wanted: readonly number[], gap: number, from: number, to: number): number[] {
  const down: number[] = [];
  for (const at of wanted) down.push(Math.max(at, from, (down.at(-1) ?? -Infinity) + gap));
  let limit = to;
  return down
    .toReversed()
    .map((at) => {
      const placed = Math.min(at, limit);
      limit = placed - gap;
      return placed;
    })
    .toReversed();
}

/** A mark with the width of its label. */
export interface Flagged {
  readonly x: number;
  readonly width: number;
}

/** Where a label flies: its row above the plot, 0 the lowest, and on which side of its mark. */
export interface Flag<M extends Flagged = Flagged> {
  readonly mark: M;
  readonly row: number;
  readonly toLeft: boolean;
}

/** Pixels between a mark and its label, and at least between two labels. */
export const FLAG_GAP = 5;

function extent({ mark, toLeft }: Flag): { left: number; right: number } {
  return toLeft
    ? { left: mark.x - FLAG_GAP - mark.width, right: mark.x - FLAG_GAP }
    : { left: mark.x + FLAG_GAP, right: mark.x + FLAG_GAP + mark.width };
}

/** Whether the stem of a flag, which rises to its row, runs through the label of another. */
function pierces(stem: Flag, other: Flag): boolean {
  const { left, right } = extent(other);
  return stem.row >= other.row && stem.mark.x > left - 3 && stem.mark.x < right + 3;
}

function clash(a: Flag, b: Flag): boolean {
  const [one, two] = [extent(a), extent(b)];
  const overlap = one.left < two.right + FLAG_GAP && two.left < one.right + FLAG_GAP;
  return (a.row === b.row && overlap) || pierces(a, b) || pierces(b, a);
}

type Sides = Pick<Box, "left" | "right">;

function arranged<M extends Flagged>(
  marks: readonly M[],
  rows: number,
  sides: Sides,
  placed: readonly Flag<M>[] = [],
): readonly Flag<M>[] | null {
  const mark = marks[placed.length];
  if (mark === undefined) return placed;
  for (let row = 0; row < rows; row++)
    for (const toLeft of [false, true]) {
      const flag = { mark, row, toLeft };
      const { left, right } = extent(flag);
      if (left < sides.left || right > sides.right || placed.some((other) => clash(flag, other))) continue;
      const found = arranged(marks, rows, sides, [...placed, flag]);
      if (found !== null) return found;
    }
  return null;
}

/** Flags in as few rows as do, none on another label or stem. Where none do the first mark goes without; there are a handful. */
export function placeFlags<M extends Flagged>(marks: readonly M[], sides: Sides): readonly Flag<M>[] {
  for (let rows = 1; rows <= marks.length; rows++) {
    const found = arranged(marks, rows, sides);
    if (found !== null) return found;
  }
  return marks.length === 0 ? [] : placeFlags(marks.slice(1), sides);
}

/** A straight line from left to right, or upright. */
export interface Stroke {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** Whether a stroke touches a box. */
export function touches({ x1, y1, x2, y2 }: Stroke, box: Box): boolean {
  const [from, to] = [Math.max(box.left, x1), Math.min(box.right, x2)];
  if (from > to) return false;
  const y = (x: number): number => y1 + ((x - x1) / (x2 - x1)) * (y2 - y1);
  const [one, two] = x1 === x2 ? [y1, y2] : [y(from), y(to)];
  return Math.max(one, two) >= box.top && Math.min(one, two) <= box.bottom;
}

/** The first of the boxes that no stroke touches. */
export function freeBox(boxes: readonly Box[], strokes: readonly Stroke[]): Box | undefined {
  return boxes.find((box) => !strokes.some((stroke) => touches(stroke, box)));
}
