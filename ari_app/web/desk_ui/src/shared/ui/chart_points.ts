// Which values of a line need a point of their own.

/** The places of values between two gaps: no line leads there. Null if there is none. */
export function alone(values: ArrayLike<number | null | undefined> = []): number[] | null {
  const found = Array.from(values, (_value, at) => at)
    .filter((at) => values[at] != null && values[at - 1] == null && values[at + 1] == null);
  return found.length === 0 ? null : found;
}
