/** A 1-based place in a text; a column counts UTF-16 units from the start of its line. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/**
 * Turns character offsets into lines and columns. Lines end with a line feed, so Windows and Unix files count alike.
 * The line counter of the YAML library is not used: it misses lines inside a quote that is never closed.
 * Example: `positionsIn("a: 1\nb: 2")(8)` is line 2, column 4.
 */
export function positionsIn(text: string): (offset: number) => Position {
  const starts = [0];
  for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", end + 1)) starts.push(end + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}
