import type { DetailedError } from '@cedar-policy/cedar-wasm/web';
import { utf8 } from '#core/base/bytes.ts';
import type { RuleProblem } from '#ports/rules.ts';
import type { RulePart } from './split-rules.ts';

/** Cedar's own words about one rule, placed in the whole text. */
export function problemOf(error: DetailedError, part: RulePart, whole: string): RuleProblem {
  const at = error.sourceLocations?.[0];
  const message = error.message
    .replace(/^for policy `[^`]*`, /, '')
    .replace(/^failed to parse (?:policy|template)[^:]*: /, '')
    .replace(/^error parsing policy: /, '');
  const offset = part.start + (at === undefined ? 0 : unitsBefore(part.text, at.start));
  return {
    message: capitalised(message),
    help: capitalised(helpFor(message, error.help?.replace(/for policy `[^`]*`, /, '') ?? at?.label ?? '')),
    place: placeOf(whole, offset),
  };
}

/** Of a place in UTF-16 units. */
export function placeOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** Once for each thing that is wrong, not for each action that it is wrong for. */
export function withoutRepeats(problems: readonly RuleProblem[]): RuleProblem[] {
  const seen = new Map<string, RuleProblem>();
  for (const problem of problems) {
    const key = JSON.stringify([problem.place, problem.message.replace(/ for Action::"[^"]*"/, '')]);
    if (!seen.has(key)) seen.set(key, problem);
  }
  return [...seen.values()];
}

function helpFor(message: string, help: string): string {
  if (/attribute `(?:host|onDevice)` in context/.test(message))
    return 'only what leaves the device has a host: write `action in Action::"leaves"`';
  if (/optional attribute/.test(message) || /guard/.test(help))
    return `${help === '' ? '' : `${help}; `}not every request has it: ask first, as in \`context has amount && context.amount > 100\``;
  if (/^unexpected end of input/.test(message)) return 'a rule ends with a semicolon';
  return help;
}

/** Cedar counts bytes of UTF-8. */
function unitsBefore(text: string, bytes: number): number {
  let [units, counted] = [0, 0];
  for (const character of text) {
    if (counted >= bytes) break;
    counted += utf8(character).length;
    units += character.length;
  }
  return units;
}

function capitalised(text: string): string {
  return text === '' || text.startsWith('`') ? text : `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
