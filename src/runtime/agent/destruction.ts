import type { ActorId } from '#core/actors/envelope.ts';
import { goalsIn, goalsOfRuns } from '#core/actors/blank.ts';
import type { Epoch, RunId, Sequence } from '#core/base/ids.ts';
import type { ActorFact } from '../actors/actor-facts.ts';
import type { Doomed } from '../contract/commands.ts';
import type { Doom, Fact } from './facts.ts';
import { textsIn } from '../proofs/withheld.ts';
import type { JournalReading } from '../journal/parts.ts';
import { readGroups } from '../journal/reader.ts';

/** An entry by which an agent's log was noted, and the goals that it tells of. */
export interface Note {
  readonly epoch: Epoch;
  readonly sequence: Sequence;
  readonly actor: ActorId;
  readonly goals: ReadonlySet<string>;
}

/** Entries that must stay readable although they name a file: they tell of others too, and hold no words of it. */
const KEPT: ReadonlySet<string> = new Set([
  'purposes.changed',
  'seal.changed',
  'contents.destroying',
  'contents.destroyed',
]);
/** Entries of a run that name files without holding anything of them. */
const NAMING: ReadonlySet<string> = new Set(['run.started', 'plan.committed']);

export function doomedKey({ kind, id }: Doomed): string {
  return `${kind}/${id}`;
}

/**
 * All that says what is to be destroyed: of a run each of its entries; of a file the entries that tell of it, and every
 * run that quotes it, as a whole, since its words are in there.
 * @param progress from 0 to 1
 */
export async function findDoom(
  parts: JournalReading,
  doomed: Doomed,
  progress: (fraction: number) => void = () => undefined,
): Promise<Doom> {
  const size = (await parts.store.head())?.size ?? 0;
  const runs = new Set<RunId>(doomed.kind === 'run' ? [doomed.id] : []);
  const told: Doom['entries'][number][] = [];
  const ofRuns = new Map<RunId, Doom['entries'][number][]>();
  const notes: Note[] = [];
  for await (const group of readGroups(parts)) {
    for (const { entry, payload } of group.entries) {
      if (payload === null || KEPT.has(entry.type)) continue;
      const place = { epoch: entry.epoch, sequence: entry.sequence };
      const fact = payload.value as unknown as Fact;
      if (fact.type === 'actor.noted') {
        notes.push(noteOf(fact, place));
        continue;
      }
      const named = doomed.kind === 'source' && !NAMING.has(entry.type) && names(payload.value, doomed.id);
      if (entry.run === null) {
        if (named) told.push(place);
        continue;
      }
      ofRuns.set(entry.run, [...(ofRuns.get(entry.run) ?? []), place]);
      if (named) runs.add(entry.run);
    }
    progress(group.size / size);
  }
  const entries = [...told, ...[...runs].flatMap((run) => ofRuns.get(run) ?? [])];
  return withNotes({ entries, runs: [...runs] }, notes);
}

export function noteOf(fact: ActorFact, place: { readonly epoch: Epoch; readonly sequence: Sequence }): Note {
  return { ...place, actor: fact.actor, goals: goalsIn(fact.entry) };
}

/** What the notes say of the runs goes with them: agents tell each other what was asked and found. */
export function withNotes(doom: Doom, notes: readonly Note[]): Doom {
  const goals = goalsOfRuns(doom.runs);
  const known = new Set(doom.entries.map(({ sequence }) => sequence));
  const telling = notes.filter((note) => !known.has(note.sequence) && [...note.goals].some((goal) => goals.has(goal)));
  const entries = [...doom.entries, ...telling.map(({ epoch, sequence }) => ({ epoch, sequence }))];
  const actors = new Set([...(doom.actors ?? []), ...telling.map(({ actor }) => actor)]);
  return { ...doom, entries: entries.sort((a, b) => b.sequence - a.sequence), actors: [...actors] };
}

function names(value: Parameters<typeof textsIn>[0], id: string): boolean {
  for (const text of textsIn(value)) if (text === id) return true;
  return false;
}
