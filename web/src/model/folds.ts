// Which lines of a step are to be seen when some of its groups are folded. A folded group keeps its
// first line, which is its title.

export type Range = [from: number, to: number];

// Hidden lines, sorted and apart: groups may lie in each other. The line that ends a group is never
// seen, there is nothing on it.
export function hiddenRanges(groups: Range[], folded: ReadonlySet<number>): Range[] {
  const hidden: Range[] = [];
  const wanted = groups
    .map(([from, to]): Range => [folded.has(from) ? from + 1 : to, to + 1])
    .sort((a, b) => a[0] - b[0]);
  for (const range of wanted) {
    const last = hidden.at(-1);
    if (last && range[0] <= last[1]) last[1] = Math.max(last[1], range[1]);
    else hidden.push(range);
  }
  return hidden;
}

export function visibleCount(lines: number, hidden: Range[]): number {
  return hidden.reduce((left, [from, to]) => left - (to - from), lines);
}

// The line at a row of the screen.
export function lineAtRow(row: number, hidden: Range[]): number {
  let line = row;
  for (const [from, to] of hidden) {
    if (line < from) break;
    line += to - from;
  }
  return line;
}

// The row of a line; that of its group's title where it is hidden.
export function rowOfLine(line: number, hidden: Range[]): number {
  let row = line;
  for (const [from, to] of hidden) {
    if (line < from) break;
    if (line < to) return row - (line - from) - 1;
    row -= to - from;
  }
  return row;
}
