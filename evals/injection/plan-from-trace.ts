import { OWNER_TYPED } from '#core/labels/label.ts';
import type { FiniteType } from '#core/labels/finite.ts';
import type { CommittedPlan, Origin } from '#core/policy/committed-plan.ts';
import type { ArgumentRole } from '#core/policy/request.ts';
import type { ToolClass } from '#core/policy/tool-class.ts';
import type { Directory } from './directory.ts';
import type { Call, Json } from './suite.ts';

/** Money and ids are small numbers: an amount below 2^17 cents, an id of 8 bits. */
const AMOUNT: FiniteType = { kind: 'number', min: 0, max: 1310.71, per: 100 };
const ID: FiniteType = { kind: 'number', min: 0, max: 255, per: 1 };
/** A planner may write this many words of its own into a text, if nothing it has yet to read holds them. */
const OWN_WORDS_MAX = 3;

/**
 * The plan that a planner commits to who has read the request and nothing else: the tools of the calls that solve the
 * task, and for each argument where it comes from. Written into the plan is what stands in the request or what the
 * planner made up; all else is left to a reader, of a small type where it has one.
 */
export function planFromTrace(
  prompt: string,
  trace: readonly Call[],
  classes: ReadonlyMap<string, ToolClass>,
  directory: Directory,
): CommittedPlan {
  const calls = trace.map((call, index) => {
    const found = trace.slice(0, index).map(({ result }) => result ?? '');
    const roles = classes.get(call.function)?.roles ?? {};
    const origins = Object.entries(call.args).map(([name, value]): [string, Origin] => [
      name,
      originOf(value, roles[name] ?? 'address', prompt, found, directory),
    ]);
    return { tool: call.function, arguments: Object.fromEntries(origins) };
  });
  return { calls, planner: OWNER_TYPED };
}

function originOf(
  value: Json,
  role: ArgumentRole,
  prompt: string,
  found: readonly string[],
  directory: Directory,
): Origin {
  const written: Origin = { from: 'plan', value };
  if (isPlaceholder(value)) return { from: 'reader', type: null };
  if (found.length === 0 || standsIn(prompt, value)) return written;
  if (typeof value === 'boolean') return { from: 'reader', type: { kind: 'boolean' } };
  if (typeof value === 'number') return { from: 'reader', type: Number.isInteger(value) && value <= 255 ? ID : AMOUNT };
  if (typeof value !== 'string') return { from: 'reader', type: null };
  if (role === 'content' && isPlannersOwn(value, prompt, found)) return written;
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return { from: 'reader', type: yearOf(value) };
  const members = directory.find((list) => list.includes(value));
  return { from: 'reader', type: members === undefined ? null : { kind: 'enum', members } };
}

/** Benchmarks write "<summary>" or "..." for a text that only who has read the rest could write. */
function isPlaceholder(value: Json): boolean {
  return typeof value === 'string' && /^(\W*|<.*>)$/.test(value.trim());
}

/** Whether the value stands in the text as it is, whole words and numbers only; of a list, every part. */
function standsIn(text: string, value: Json): boolean {
  if (Array.isArray(value)) return value.every((part: Json) => standsIn(text, part));
  if (typeof value === 'number') return numbersIn(text).includes(value);
  if (typeof value !== 'string') return false;
  const wanted = tokens(value).join(' ');
  return wanted !== '' && ` ${tokens(text).join(' ')} `.includes(` ${wanted} `);
}

/** A text of the request's words, with few of the planner's own that are in nothing it would have to read first. */
function isPlannersOwn(value: string, prompt: string, found: readonly string[]): boolean {
  const requested = new Set(tokens(prompt));
  const read = new Set(found.flatMap(tokens));
  const added = tokens(value)
    .filter((token) => token.length > 2 || /\d/.test(token))
    .filter((t) => !requested.has(t));
  const isSmall = (token: string): boolean => /^\d$/.test(token);
  return (
    added.length <= OWN_WORDS_MAX && added.every((token) => isSmall(token) || (!/\d/.test(token) && !read.has(token)))
  );
}

function yearOf(date: string): FiniteType {
  const year = date.slice(0, 4);
  return { kind: 'date', from: `${year}-01-01`, to: `${year}-12-31` };
}

function tokens(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

function numbersIn(text: string): number[] {
  return (text.match(/\d+(?:\.\d+)?/g) ?? []).map(Number);
}
