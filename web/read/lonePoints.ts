/** Which values stand alone: a line through one point would not be seen. */
export function lonePoints(values: ArrayLike<number | null | undefined>): number[] {
  const has = (at: number): boolean => values[at] !== null && values[at] !== undefined;
  return Array.from({ length: values.length }, (_, at) => at).filter(
    (at) => has(at) && !has(at - 1) && !has(at + 1),
  );
}
