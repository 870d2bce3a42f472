import type { Json } from '#core/base/json.ts';
import type { Address } from '#core/items/item.ts';
import type { AnswerDraft } from '#core/tools/answer.ts';
import type { Said } from '../agent/ask-model-act.ts';
import type { JsonObject, ToolContext } from './tool.ts';

/** Days, both inclusive; null where it is open. */
export interface Period {
  readonly from: string | null;
  readonly to: string | null;
}

/** `{between: {from, to}}`, or null when no period was asked for. */
export function periodOf(args: JsonObject): Period | null {
  const period = args.between;
  if (!isObject(period)) return null;
  const from = typeof period.from === 'string' ? period.from : null;
  const to = typeof period.to === 'string' ? period.to : null;
  return from === null && to === null ? null : { from, to };
}

/** @param day ISO date, '' when unknown: then only an open period holds it */
export function inPeriod(day: string, period: Period | null): boolean {
  if (period === null) return true;
  if (day === '') return false;
  return (period.from === null || day >= period.from) && (period.to === null || day <= period.to);
}

export function textOf(args: JsonObject, name: string): string {
  const value = args[name];
  return typeof value === 'string' ? value.trim() : '';
}

export function numberOf(args: JsonObject, name: string, otherwise: number): number {
  const value = args[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
}

export function textsOf(args: JsonObject, name: string): string[] {
  const value = args[name];
  return isList(value) ? value.filter((entry): entry is string => typeof entry === 'string' && entry !== '') : [];
}

export function peopleOf(args: JsonObject, name: string): Address[] {
  const value = args[name];
  if (!isList(value)) return [];
  return value
    .map((entry): Address => {
      if (typeof entry === 'string')
        return entry.includes('@') ? { name: '', address: entry } : { name: entry, address: '' };
      if (!isObject(entry)) return { name: '', address: '' };
      return {
        name: typeof entry.name === 'string' ? entry.name : '',
        address: typeof entry.address === 'string' ? entry.address.toLowerCase() : '',
      };
    })
    .filter((person) => person.name !== '' || person.address !== '');
}

/** The observation of this kind among what the step consumes, or null. Its shape is what the tool of that kind gave. */
export function inputOf<T extends { readonly kind: string }>(context: ToolContext, kind: T['kind']): T | null {
  for (const value of context.inputs.values()) {
    if (isObject(value) && value.kind === kind) return value as unknown as T;
  }
  return null;
}

/** The answer as it was found before a model comes to it; null where the step consumes none. */
export function draftOf(context: ToolContext): AnswerDraft | null {
  return (context.inputs.get('draft') ?? null) as unknown as AnswerDraft | null;
}

/** What came of asking a provider in a step before; null where none was to be asked. */
export function saidOf(context: ToolContext): Said | null {
  return (context.inputs.get('said') ?? null) as unknown as Said | null;
}

/** An observation as JSON: the observations of the tools hold nothing else. */
export function asJson(value: object): Json {
  return value as unknown as Json;
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
