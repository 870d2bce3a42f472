import { ORIGIN_PREFIX, readCheckpoint } from '#core/audit/checkpoint.ts';
import { checkEntries, startCheck } from '#core/audit/journal-check.ts';
import { hex } from '#core/base/bytes.ts';
import type { Epoch, SourceId } from '#core/base/ids.ts';
import { BLOB_CHUNK_BYTES } from '#core/base/limits.ts';
import type { AgentId } from '#core/identity/did-key.ts';
import type { JournalHead } from '#ports/agent-store.ts';
import { BackupError } from '#ports/backup-error.ts';
import type { BlobStore } from '#ports/blob-store.ts';
import type { Group } from '#ports/journal-leg.ts';
import type { JournalReading } from '../journal/parts.ts';
import { readGroups } from '../journal/reader.ts';
import type { CheckedPart } from './checked-series.ts';
import type { BackupTools } from './parts.ts';

/** What a vault is restored from: a backup, or what is left of it in this browser. */
export interface RestoreSource {
  /** The name of its journal. */
  readonly agent: string;
  /** The last head that was signed for it. */
  readonly last: { readonly epoch: Epoch; readonly to: number; readonly checkpoint: string };
  /** All of it, each part given once it is checked. @param progress from 0 to 1 */
  readonly parts: (progress: (fraction: number) => void) => AsyncIterable<CheckedPart>;
}

/** What is left in this browser of a vault whose store is lost. */
export interface Remains {
  readonly journal: JournalReading;
  readonly blobs: Pick<BlobStore, 'list' | 'size' | 'read' | 'items'>;
}

/** An entry weighs about so much, beside the bytes of files. */
const ENTRY_BYTES = 1_024;

/** The longest copy of a journal; null when there is none. */
export async function longestCopy({ legs }: Pick<JournalReading, 'legs'>): Promise<Group | null> {
  const heads = await Promise.all(legs.map((leg) => leg.head().catch(() => null)));
  const end = (group: Group | null): number => (group === null ? 0 : group.firstSequence + group.count);
  return heads.reduce((most, group) => (end(group) > end(most) ? group : most), null);
}

/** The same journal with the end of this copy as its head, where the store no longer tells one. */
export function endingWith(reading: JournalReading, last: Group): JournalReading & { readonly size: number } {
  const { epoch, checkpoint } = last;
  const size = last.firstSequence + last.count;
  const head = { epoch, size, root: '', frontier: [], checkpoint } satisfies JournalHead;
  return { ...reading, store: { ...reading.store, head: () => Promise.resolve(head) }, size };
}

/** Whose journal a signed head is of. */
export function journalOf(note: string): AgentId {
  const checkpoint = readCheckpoint(note);
  return (checkpoint.ok ? checkpoint.value.origin.slice(ORIGIN_PREFIX.length) : '') as AgentId;
}

/**
 * What is left here, as a source to restore from. Nothing of it is changed.
 * @throws BackupError when no copy of the journal is left
 */
export async function openRemains(
  tools: Pick<BackupTools, 'tools' | 'hash'>,
  remains: Remains,
): Promise<RestoreSource> {
  const last = await longestCopy(remains.journal);
  if (last === null) throw new BackupError('nothing', 'No copy of the journal is left here. A backup can be restored.');
  const { epoch, checkpoint } = last;
  const journal = endingWith(remains.journal, last);
  const agent = journalOf(checkpoint);
  return {
    agent,
    last: { epoch, to: journal.size, checkpoint },
    parts: async function* (progress) {
      const files = await Promise.all(
        (await remains.blobs.list()).map(async (id) => ({
          id,
          size: (await remains.blobs.size(id).catch(() => null)) ?? 0,
        })),
      );
      const total = files.reduce((sum, { size }) => sum + size, 1 + journal.size * ENTRY_BYTES);
      let done = 0;
      const did = (bytes: number): void => progress((done += bytes) / total);
      yield* checkedJournal(tools, agent, journal, did);
      for (const { id, size } of files) yield* checkedFile(tools, remains.blobs, id, size, did);
    },
  };
}

async function* checkedJournal(
  { tools }: Pick<BackupTools, 'tools'>,
  agent: AgentId,
  journal: JournalReading & { readonly size: number },
  did: (bytes: number) => void,
): AsyncIterable<CheckedPart> {
  let check = startCheck(agent);
  let readable = 0;
  for await (const { entries, checkpoint, size } of readGroups(journal)) {
    const group = {
      entries: entries.map(({ text }) => text),
      payloads: entries.map(({ payload }) => payload),
      checkpoint,
    };
    // The last head is signed over all of these; each must still be the root that the entries give.
    const checked = checkEntries(tools, check, group, size === journal.size ? 'signature' : 'root');
    if (!checked.ok) throw new BackupError('damaged', `What is left of the journal is damaged: ${checked.error.why}.`);
    check = checked.value;
    readable += group.payloads.filter((payload) => payload !== null).length;
    yield { kind: 'group', entries, checkpoint, check };
    did(entries.length * ENTRY_BYTES);
  }
  if (readable === 0)
    throw new BackupError('wrong-key', 'Nothing of what is left here can be opened: its key is lost.');
}

async function* checkedFile(
  { hash }: Pick<BackupTools, 'hash'>,
  blobs: Remains['blobs'],
  id: SourceId,
  size: number,
  did: (bytes: number) => void,
): AsyncIterable<CheckedPart> {
  const digest = hash();
  yield { kind: 'file', id, size };
  for (let at = 0; at < size; at += BLOB_CHUNK_BYTES) {
    const read = await blobs.read(id, at, Math.min(size, at + BLOB_CHUNK_BYTES));
    if (!read.ok) {
      yield { kind: 'lost', id, why: read.error.message };
      return;
    }
    digest.update(read.value);
    yield { kind: 'bytes', bytes: read.value };
    did(read.value.length);
  }
  if (hex(digest.digest()) !== id) {
    yield { kind: 'lost', id, why: 'its bytes are not what they were' };
    return;
  }
  try {
    for await (const items of blobs.items(id)) yield { kind: 'items', items };
  } catch (error) {
    yield { kind: 'lost', id, why: String(error) };
    return;
  }
  yield { kind: 'stored', id, size };
}
