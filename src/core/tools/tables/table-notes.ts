import { formatCount } from '../format.ts';
import type { Computation } from './computation.ts';
import type { NumbersRead, RowCiter } from './operand.ts';

const PLACES_NAMED_MAX = 10;

/** Says how many rows entered without being cited one by one. */
export function citedNote(citer: RowCiter): string[] {
  if (citer.uncited === 0) return [];
  return [
    `Of long lists of rows the first and last are cited; ${formatCount(citer.uncited, 'row')} in between entered too.`,
  ];
}

/** What was left out or kept apart when a column was read as numbers. */
export function numberNotes(computation: Computation, numbers: NumbersRead): string[] {
  const name = computation.column?.name ?? '';
  const { empty, unreadable, byUnit } = numbers;
  const places = unreadable.slice(0, PLACES_NAMED_MAX).map(String);
  const more = unreadable.length > places.length ? ' and others' : '';
  return [
    ...(empty > 0 ? [`${formatCount(empty, 'row')} with an empty ${name} left out.`] : []),
    ...(unreadable.length > 0
      ? [
          `${formatCount(unreadable.length, 'row')} left out: ${name} is not a number there (row ${places.join(', ')}${more}).`,
        ]
      : []),
    ...(byUnit.length > 1
      ? [
          `${name} is in different units (${byUnit.map(({ unit }) => unit || 'none').join(', ')}); they were not added together.`,
        ]
      : []),
    ...(byUnit[0]?.unit === '%' && computation.operation === 'mean'
      ? ['The mean of percentages is not weighted by what they are percentages of.']
      : []),
  ];
}
