import { mayBeUsedFor } from '#core/items/purposes.ts';
import type { Source } from '#core/items/source.ts';
import type { Json } from '#core/base/json.ts';
import type { JournalReading } from '../journal/parts.ts';
import { readGroups } from '../journal/reader.ts';

/** Entries that say what files hold: what steps found, the answer, and what was asked to be written. */
const CARRYING: ReadonlySet<string> = new Set(['step.finished', 'approval.requested', 'answer.verified']);

/** Of each run that quotes files which may not be shared: the paths of those files. */
export type Withheld = ReadonlyMap<string, readonly string[]>;

/** Whether what this entry says stays here. */
export function isWithheld(withheld: Withheld, entry: { readonly type: string; readonly run: string | null }): boolean {
  return entry.run !== null && CARRYING.has(entry.type) && withheld.has(entry.run);
}

/**
 * The runs whose contents must not be given to others. A run is taken as a whole: what one step found goes into the
 * next, and a later entry need not name the file that its words come from.
 */
export async function withheldRuns(
  parts: JournalReading,
  sources: readonly Pick<Source, 'id' | 'path' | 'purposes' | 'sample'>[],
): Promise<Withheld> {
  const kept = new Map(
    sources.filter((source) => !mayBeUsedFor('sharing', source)).map(({ id, path }) => [id as string, path]),
  );
  const withheld = new Map<string, readonly string[]>();
  if (kept.size === 0) return withheld;
  for await (const { entries } of readGroups(parts)) {
    for (const { entry, payload } of entries) {
      if (entry.run === null || payload === null || !CARRYING.has(entry.type)) continue;
      const named = [...textsIn(payload.value)].flatMap((text) => kept.get(text) ?? []);
      if (named.length > 0)
        withheld.set(entry.run, [...new Set([...(withheld.get(entry.run) ?? []), ...named])].sort());
    }
  }
  return withheld;
}

/** In words for the owner, who can change it. */
export function refusalToShare(paths: readonly string[]): string {
  const shown = paths.slice(0, 3).join(', ');
  const rest = paths.length > 3 ? ` and ${String(paths.length - 3)} more` : '';
  return `It quotes ${shown}${rest}, which you do not allow to be shared. You can allow that on the Files page.`;
}

/** Every text in a value, but for the list of what was searched in vain. */
export function* textsIn(value: Json): Iterable<string> {
  if (typeof value === 'string') yield value;
  else if (Array.isArray(value)) for (const member of value as readonly Json[]) yield* textsIn(member);
  else if (value !== null && typeof value === 'object')
    for (const [key, member] of Object.entries(value as { readonly [key: string]: Json }))
      if (key !== 'searched') yield* textsIn(member);
}
