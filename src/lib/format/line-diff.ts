export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
}

/** Lines above which only the ends are compared: the table has one cell for each pair of lines. */
const TABLE_MAX = 2_000_000;

/** What lines were taken out of a text and put into it, in the order of reading: a longest common subsequence. */
export function lineDiff(before: string, after: string): readonly DiffLine[] {
  const [a, b] = [linesOf(before), linesOf(after)];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const middle = between(a.slice(start, a.length - end), b.slice(start, b.length - end));
  const same = (lines: readonly string[]): DiffLine[] => lines.map((text) => ({ kind: 'same', text }));
  return [...same(a.slice(0, start)), ...middle, ...same(a.slice(a.length - end))];
}

/** Lines that are the same and far from any change, as their number. */
export interface LeftOut {
  readonly kind: 'left-out';
  readonly count: number;
}

/** A comparison without the lines that are far from what changed. @param near lines kept before and after a change */
export function aroundChanges(lines: readonly DiffLine[], near = 3): readonly (DiffLine | LeftOut)[] {
  const changes = lines.flatMap(({ kind }, index) => (kind === 'same' ? [] : [index]));
  const shown: (DiffLine | LeftOut)[] = [];
  let count = 0;
  for (const [index, line] of lines.entries()) {
    const isNear = changes.some((change) => Math.abs(change - index) <= near);
    if (isNear && count > 0) shown.push({ kind: 'left-out', count });
    if (isNear) shown.push(line);
    count = isNear ? 0 : count + 1;
  }
  return count > 0 ? [...shown, { kind: 'left-out', count }] : shown;
}

function between(a: readonly string[], b: readonly string[]): readonly DiffLine[] {
  const removed = (text: string): DiffLine => ({ kind: 'removed', text });
  const added = (text: string): DiffLine => ({ kind: 'added', text });
  if (a.length * b.length > TABLE_MAX) return [...a.map(removed), ...b.map(added)];
  const longest = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  const at = (i: number, j: number): number => longest[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      longest[i]?.fill(a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1)), j, j + 1);
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i], b[j]];
    if (left !== undefined && left === right) {
      lines.push({ kind: 'same', text: left });
      [i, j] = [i + 1, j + 1];
    } else if (left !== undefined && (right === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push(removed(left));
      i++;
    } else {
      lines.push(added(right ?? ''));
      j++;
    }
  }
  return lines;
}

function linesOf(text: string): readonly string[] {
  const trimmed = text.replace(/\n$/, '');
  return trimmed === '' ? [] : trimmed.split('\n');
}
