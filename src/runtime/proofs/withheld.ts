import { goalsIn, goalsOfRuns } from '#core/actors/blank.ts';
import type { RunId, SourceId } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import { mayBeUsedFor } from '#core/items/purposes.ts';
import { fileOfLabel } from '#core/items/sealing.ts';
import type { Source } from '#core/items/source.ts';
import type { Label } from '#core/labels/label.ts';
import type { Fact } from '../agent/facts.ts';
import type { JournalReading } from '../journal/parts.ts';
import { readGroups, type ReadGroup } from '../journal/reader.ts';

/** Entries that say what files hold: what steps found, the answer, and what was asked to be written. */
const CARRYING: ReadonlySet<string> = new Set([
  'step.finished',
  'approval.requested',
  'approval.covered',
  'approval.voided',
  'answer.verified',
]);
/** Entries that may name what a file of their run holds: a column, a person, a title. */
const TELLING: ReadonlySet<string> = new Set(['plan.committed', 'step.failed', 'run.failed']);

/** What of the journal is not given away. */
export interface Withheld {
  /** Of each run that is made of files which stay here: the paths of those files. */
  readonly runs: ReadonlyMap<string, readonly string[]>;
  /** Of each run over sealed files, made of them or not: the paths of those files, of which its plan may tell. */
  readonly plans: ReadonlyMap<string, readonly string[]>;
  /** Sequences of all entries whose contents stay. */
  readonly entries: ReadonlySet<number>;
}

export const NOTHING_WITHHELD: Withheld = { runs: new Map(), plans: new Map(), entries: new Set() };

type Held = Pick<Source, 'id' | 'path' | 'purposes' | 'sample' | 'sealed'>;

/** What stays when something is given to others. */
export function heldFromOthers(source: Held): boolean {
  return !mayBeUsedFor('sharing', source);
}

/** What stays even from the owner's own copies outside this device. */
export function heldFromCopies(source: Held): boolean {
  return source.sealed !== undefined;
}

/**
 * What must not leave with the journal. A run is taken as a whole: what one step found goes into the next, and a later
 * entry need not name the file that its words come from.
 * @param sources files there are, deleted ones too
 */
export function withheldRuns(
  parts: JournalReading,
  sources: readonly Held[],
  held: (source: Held) => boolean = heldFromOthers,
): Promise<Withheld> {
  return withheldAmong(readGroups(parts), sources, held);
}

/** The same of entries that were read already. */
export async function withheldAmong(
  groups: AsyncIterable<Pick<ReadGroup, 'entries'>> | Iterable<Pick<ReadGroup, 'entries'>>,
  sources: readonly Held[],
  held: (source: Held) => boolean,
): Promise<Withheld> {
  const kept = new Map(sources.filter(held).map(({ id, path }) => [id, path]));
  const known = new Map(sources.map((source) => [source.id, source]));
  const sealed = (id: SourceId): boolean => known.get(id)?.sealed !== undefined;
  const paths = new Map<string, Set<string>>();
  const plans = new Map<string, readonly string[]>();
  const entries = new Set<number>();
  const carrying: { readonly sequence: number; readonly run: RunId }[] = [];
  const notes: { readonly sequence: number; readonly goals: ReadonlySet<string>; readonly names: boolean }[] = [];
  for await (const group of groups) {
    for (const { entry, payload } of group.entries) {
      if (payload === null) continue;
      const { sequence } = entry;
      const fact = payload.value as unknown as Fact;
      const named = (): readonly string[] =>
        [...textsIn(payload.value)].flatMap((text) => kept.get(text as SourceId) ?? []);
      if (fact.type === 'source.imported' && sealed(fact.source.id)) entries.add(sequence);
      if (fact.type === 'actor.noted') notes.push({ sequence, goals: goalsIn(fact.entry), names: named().length > 0 });
      if (entry.run === null) continue;
      if (fact.type === 'run.started') {
        const over = fact.sources.filter(sealed).map((id) => known.get(id)?.path ?? id);
        if (over.length > 0) plans.set(entry.run, over.sort());
      }
      if (TELLING.has(entry.type) && plans.has(entry.run)) entries.add(sequence);
      if (!CARRYING.has(entry.type)) continue;
      carrying.push({ sequence, run: entry.run });
      const found = [...named(), ...sealedBehind((payload.value as { readonly label?: Label }).label, known)];
      if (found.length > 0) paths.set(entry.run, new Set([...(paths.get(entry.run) ?? []), ...found]));
    }
  }
  for (const { sequence, run } of carrying) if (paths.has(run)) entries.add(sequence);
  const goals = goalsOfRuns([...paths.keys()]);
  for (const note of notes)
    if (note.names || [...note.goals].some((goal) => goals.has(goal))) entries.add(note.sequence);
  return { runs: new Map([...paths].map(([run, named]) => [run, [...named].sort()])), plans, entries };
}

/** In words for the owner, who can change it. */
export function refusalToShare(paths: readonly string[]): string {
  const shown = paths.slice(0, 3).join(', ');
  const rest = paths.length > 3 ? ` and ${String(paths.length - 3)} more` : '';
  return `It was made from ${shown}${rest}, which you do not allow to be shared. You can allow that on the Files page.`;
}

/** Every text in a value, but for the list of what was searched in vain. */
export function* textsIn(value: Json): Iterable<string> {
  if (typeof value === 'string') yield value;
  else if (Array.isArray(value)) for (const member of value as readonly Json[]) yield* textsIn(member);
  else if (value !== null && typeof value === 'object')
    for (const [key, member] of Object.entries(value as { readonly [key: string]: Json }))
      if (key !== 'searched') yield* textsIn(member);
}

/** The sealed files that were read for what has this label; one that was destroyed since counts as it did then. */
function sealedBehind(label: Label | undefined, known: ReadonlyMap<SourceId, Held>): readonly string[] {
  const files = (label?.sources ?? []).flatMap((source) => fileOfLabel(source) ?? []);
  return files.flatMap((id) => {
    const source = known.get(id);
    if (source === undefined) return label?.confidentiality === 'sealed' ? ['a file that was destroyed'] : [];
    return source.sealed === undefined ? [] : [source.path];
  });
}
