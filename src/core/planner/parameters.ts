import type { Json } from '../base/json.ts';
import type { GoalContext, Parameter, ParameterType } from './goal.ts';
import { isIsoDate, type DateRange } from './local-dates.ts';
import type { Person } from './people.ts';
import type { TimeRange } from './times.ts';

export interface Option {
  readonly value: string;
  readonly label: string;
}

export function parameter(
  name: string,
  label: string,
  type: ParameterType,
  value: Json,
  from: Parameter['from'],
  options: readonly Option[] = [],
): Parameter {
  return { name, label, type, value, options, from };
}

/** The value of a parameter as its type says; the type is the caller's promise, kept by the method that made it. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller names the shape of the value
export function valueOf<T = Json>(parameters: readonly Parameter[], name: string): T {
  return (parameters.find((each) => each.name === name)?.value ?? null) as T;
}

export const rangeValue = (range: DateRange | null): Json =>
  range === null ? null : { from: range.from, to: range.to };
export const timesValue = (range: TimeRange | null): Json =>
  range === null ? null : { from: range.from, to: range.to };
export const peopleValue = (people: readonly Person[]): Json => people.map(({ name, address }) => ({ name, address }));

export const WEEKDAY_OPTIONS: readonly Option[] = [
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
  'Sunday',
].map((label, index) => ({ value: String(index + 1), label }));

/** "Monday or Tuesday" of the values of those options. */
export function weekdayNames(digits: readonly string[]): string {
  return digits.map((digit) => WEEKDAY_OPTIONS[Number(digit) - 1]?.label ?? '').join(' or ');
}

/** The sources of some kinds, to choose from. */
export function sourceOptions(context: GoalContext, kinds: readonly string[]): Option[] {
  return context.inventory.sources
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ id, path }) => ({ value: id, label: path }));
}

/** The owner's edits in place of what was read; an edit that does not fit the parameter's type is left out. */
export function withOverrides(
  parameters: readonly Parameter[],
  overrides: { readonly [name: string]: Json },
): Parameter[] {
  return parameters.map((each) => {
    const value = overrides[each.name];
    return value === undefined || !fits(each, value) ? each : { ...each, value, from: 'owner' };
  });
}

function fits({ type, options }: Parameter, value: Json): boolean {
  const offered = (choice: Json): boolean =>
    typeof choice === 'string' && options.some((option) => option.value === choice);
  switch (type) {
    case 'text':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number' && Number.isInteger(value) && value >= 0;
    case 'minutes':
      return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= 1440;
    case 'boolean':
      return typeof value === 'boolean';
    case 'date':
      return isIsoDate(value);
    case 'date-range':
      return (
        value === null || (isRecord(value) && isIsoDate(value.from) && isIsoDate(value.to) && value.from <= value.to)
      );
    case 'time-range':
      return value === null || (isRecord(value) && isMinute(value.from) && isMinute(value.to) && value.from < value.to);
    case 'choice':
      return offered(value);
    case 'choices':
      return Array.isArray(value) && value.every((choice: Json) => offered(choice));
    case 'people':
      return (
        Array.isArray(value) &&
        value.every(
          (person: Json) => isRecord(person) && typeof person.name === 'string' && typeof person.address === 'string',
        )
      );
    case 'filters':
      return (
        Array.isArray(value) &&
        value.every(
          (filter: Json) =>
            isRecord(filter) && ['column', 'op', 'value'].every((key) => typeof filter[key] === 'string'),
        )
      );
  }
}

function isRecord(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isMinute(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 1440;
}
