import { type Entry, parseEntry, type Payload } from '#core/audit/entry.ts';
import type { Sequence } from '#core/base/ids.ts';
import type { JournalHead } from '#ports/agent-store.ts';
import type { Group, JournalLeg } from '#ports/journal-leg.ts';
import { endOf } from './copies.ts';
import type { JournalReading } from './parts.ts';
import { KeyFinder } from './record-keys.ts';
import { openPayload, type OpenedPayload } from './sealed-payload.ts';

/** An entry with what it commits to, as far as that can still be read. */
export interface ReadEntry {
  readonly entry: Entry;
  /** Its canonical JSON, the bytes that are hashed. */
  readonly text: string;
  readonly payload: Payload | null;
  /** Why there is no payload. */
  readonly missing: OpenedPayload['missing'];
}

/** Entries flushed together, and the signed head over all up to the last of them. */
export interface ReadGroup {
  readonly entries: readonly ReadEntry[];
  readonly checkpoint: string;
  /** Entries the checkpoint covers. */
  readonly size: number;
}

/** No copy holds entries that were acknowledged, as far as they were read. */
export class DamagedCopies extends Error {}

const PAGE_ENTRIES = 256;

/**
 * Acknowledged entries [from, from + count) with their payloads, from the first copy that holds them; for any tab. Fewer
 * come back at the end of the journal.
 * @throws DamagedCopies when no copy holds an acknowledged entry: the journal must be repaired
 */
export async function readEntries(parts: JournalReading, from: number, count: number): Promise<readonly ReadEntry[]> {
  const head = await parts.store.head();
  const to = Math.min(head?.size ?? 0, from + count);
  if (head === null || to <= from) return [];
  const groups = await groupsOf(await trusted(parts, head), from, to - from);
  const keys = new KeyFinder(parts);
  const entries: ReadEntry[] = [];
  for (const group of groups) entries.push(...(await openGroup(parts, keys, group, from, to)));
  return entries;
}

/** Every acknowledged group in order, for exports and for folding the journal anew; memory stays bounded. */
export async function* readGroups(parts: JournalReading, from = 0): AsyncIterable<ReadGroup> {
  const head = await parts.store.head();
  if (head === null) return;
  const { size } = head;
  const keys = new KeyFinder(parts);
  const legs = await trusted(parts, head);
  for (let next = from; next < size;) {
    for (const group of await groupsOf(legs, next, Math.min(PAGE_ENTRIES, size - next))) {
      const end = endOf(group);
      yield { entries: await openGroup(parts, keys, group, from, size), checkpoint: group.checkpoint, size: end };
      next = end;
    }
  }
}

/** The signed head that was written with an entry, from the first copy that holds it; null when none does. */
export async function checkpointOf(parts: JournalReading, sequence: number): Promise<string | null> {
  const head = await parts.store.head();
  if (head === null || sequence >= head.size) return null;
  for (const leg of await trusted(parts, head)) {
    const { groups } = await leg.read(sequence as Sequence, 1);
    if (groups[0] !== undefined) return groups[0].checkpoint;
  }
  return null;
}

/**
 * The copies, those that tell what was acknowledged first. One that a leader could not open keeps what was written to it
 * last and never counted, until the next one mends it.
 */
async function trusted(parts: JournalReading, head: JournalHead): Promise<readonly JournalLeg[]> {
  const [first, ...others] = parts.legs;
  if (first === undefined || others.length === 0) return parts.legs;
  const { groups } = await first.read((head.size - 1) as Sequence, 1);
  const other = groups[0] !== undefined && groups[0].checkpoint !== head.checkpoint;
  return other ? [...others, first] : parts.legs;
}

/** Intact groups that hold all these entries. */
async function groupsOf(legs: readonly JournalLeg[], from: number, count: number): Promise<readonly Group[]> {
  const faults: string[] = [];
  for (const leg of legs) {
    const { groups, damage } = await leg.read(from as Sequence, count);
    const [begun, ended] = [groups.some(({ firstSequence }) => firstSequence <= from), groups.map(endOf)];
    if (begun && Math.max(...ended) >= from + count) return groups;
    faults.push(`${leg.name}: ${damage ?? 'shorter than the head'}`);
  }
  throw new DamagedCopies(
    `No copy of the journal holds the entries ${String(from)} to ${String(from + count - 1)} (${faults.join('; ')}).`,
  );
}

/** The entries [from, to) of a group. */
export async function openGroup(
  parts: JournalReading,
  keys: KeyFinder,
  group: Group,
  from: number,
  to: number,
): Promise<readonly ReadEntry[]> {
  const opened: ReadEntry[] = [];
  for (const [index, text] of group.entries.entries()) {
    const sequence = group.firstSequence + index;
    if (sequence < from || sequence >= to) continue;
    const parsed = parseEntry(text);
    if (!parsed.ok) throw new Error(`Entry ${String(sequence)} cannot be read: ${parsed.error.message}`);
    const key = await keys.find(parsed.value.epoch, sequence);
    const sealed = group.payloads[index] ?? new Uint8Array();
    const payload = await openPayload({ sealer: parts.sealer, sha256: parts.tools.sha256 }, parsed.value, sealed, key);
    opened.push({ entry: parsed.value, text, ...payload });
  }
  return opened;
}
