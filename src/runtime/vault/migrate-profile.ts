import { checkEntries, startCheck } from '#core/audit/journal-check.ts';
import { field } from '#core/audit/json-fields.ts';
import { parsePayload, payloadDigest, type Payload } from '#core/audit/entry.ts';
import { hex, utf8 } from '#core/base/bytes.ts';
import type { Sequence, SourceId } from '#core/base/ids.ts';
import { BLOB_CHUNK_BYTES } from '#core/base/limits.ts';
import type { Result } from '#core/base/result.ts';
import { agentIdOf } from '#core/identity/did-key.ts';
import type { Group } from '#ports/journal-leg.ts';
import type { ProfileOne } from '#ports/profile-one.ts';
import type { RestorePlace } from '#ports/restore-place.ts';
import { AdoptedJournal } from '../backup/adopt-journal.ts';
import type { IncrementalHash } from '../blobs/sealed-blob-store.ts';
import type { JournalParts } from '../journal/parts.ts';
import { verifyJournal } from '../journal/verify-journal.ts';

export interface MigrationParts extends Pick<JournalParts, 'entropy' | 'sealer' | 'tools'> {
  readonly signer: Pick<JournalParts['signer'], 'publicKey'>;
  readonly hash: () => IncrementalHash;
}

export interface MigrationReport {
  readonly entries: number;
  /** Entries whose payload was destroyed on purpose: there is nothing to be found. */
  readonly destroyed: number;
  /** Entries whose payload could not be read before, and cannot be now: the old place is to be kept. */
  readonly unreadable: number;
  readonly files: number;
  /** Files that could not be read any more: they are not in the new place, so the old one is to be kept. */
  readonly lost: readonly LostFile[];
}

export interface LostFile {
  readonly id: SourceId;
  /** As its owner knows it; the id where no entry that can be read names it. */
  readonly path: string;
}

/** Whether all that was in the old place is in the new one, so that the old one may go. */
export function isWhole({ unreadable, lost }: Pick<MigrationReport, 'unreadable' | 'lost'>): boolean {
  return unreadable === 0 && lost.length === 0;
}

/** What was copied is not what was there, or could not be written: nothing is switched. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

const PAGE_ENTRIES = 256;

/**
 * Copies a profile from before there was a vault into empty stores, sealed anew, and reads all of it again: journal,
 * payloads, orders that wait, files and their items. The old one is only fenced off; who calls switches, or does not.
 * @throws MigrationError
 */
export async function migrateProfile(
  parts: MigrationParts,
  old: ProfileOne,
  place: RestorePlace,
): Promise<MigrationReport> {
  // The next leader's epoch must lie above all that have written.
  await place.store.raiseEpoch(await old.store.fence());
  const copied = await copyJournal(parts, old, place);
  const entries = await verifyCopied(parts, old, place, copied.readable);
  for (const command of await old.store.pending()) await place.store.enqueue(command);
  // A file whose list of parts is spoilt is not listed: the journal tells that it was there.
  const ids = new Set([...(await old.blobs.list()), ...copied.present]);
  const lost = await migrateFiles(
    parts,
    old.blobs,
    place.blobs,
    [...ids].map((id) => ({ id, path: copied.paths.get(id) ?? id })),
  );
  const { destroyed, readable } = copied;
  return { entries, destroyed, unreadable: entries - readable - destroyed, files: ids.size - lost.length, lost };
}

/** Copies these files and reads each again. @returns those that cannot be read */
export async function migrateFiles(
  parts: Pick<MigrationParts, 'hash'>,
  old: ProfileOne['blobs'],
  blobs: RestorePlace['blobs'],
  files: readonly LostFile[],
): Promise<readonly LostFile[]> {
  const lost: LostFile[] = [];
  for (const file of files) if (!(await copyBlob(parts, old, blobs, file.id))) lost.push(file);
  return lost;
}

interface CopiedJournal {
  /** Entries whose payload could be read, and such as was destroyed on purpose. */
  readonly readable: number;
  readonly destroyed: number;
  /** Of every file that the entries name. */
  readonly paths: ReadonlyMap<SourceId, string>;
  /** Files that were brought in and not deleted since. */
  readonly present: ReadonlySet<SourceId>;
}

async function copyJournal(parts: MigrationParts, old: ProfileOne, place: RestorePlace): Promise<CopiedJournal> {
  const size = (await old.store.head())?.size ?? 0;
  const journal = await AdoptedJournal.open({ ...parts, sha256: parts.tools.sha256 }, place);
  let check = startCheck(agentIdOf(parts.signer.publicKey));
  let [readable, destroyed] = [0, 0];
  const paths = new Map<SourceId, string>();
  const present = new Set<SourceId>();
  try {
    while (check.frontier.size < size) {
      const groups = await groupsFrom(old, check.frontier.size);
      for (const group of groups.filter(({ firstSequence }) => firstSequence < size)) {
        const checked = checkEntries(parts.tools, check, { ...group, payloads: [] }, 'root');
        if (!checked.ok) throw new MigrationError(`Entry ${String(checked.error.sequence)}: ${checked.error.why}`);
        check = checked.value;
        const entries = await openEntries(parts, old, group);
        for (const entry of entries) {
          if (entry.payload !== null) readable++;
          else if (entry.destroyed) destroyed++;
          noteFile(entry.payload?.value, paths, present);
        }
        await journal.add({ kind: 'group', entries, checkpoint: group.checkpoint, check });
      }
    }
  } finally {
    await journal.close();
  }
  return { readable, destroyed, paths, present };
}

function noteFile(fact: unknown, paths: Map<SourceId, string>, present: Set<SourceId>): void {
  const [type, source] = [field(fact, 'type'), field(fact, 'source')];
  const id = (type === 'source.imported' ? field(source, 'id') : source) as SourceId;
  if (type === 'source.removed') present.delete(id);
  if (type === 'source.imported' || type === 'source.restored') present.add(id);
  if (type === 'source.imported') paths.set(id, String(field(source, 'path')));
}

/** From the first copy that holds what comes next. */
async function groupsFrom(old: ProfileOne, from: number): Promise<readonly Group[]> {
  for (const leg of old.legs) {
    const { groups } = await leg.read(from as Sequence, PAGE_ENTRIES);
    if (groups[0]?.firstSequence === from) return groups;
  }
  throw new MigrationError(`No copy of the journal holds entry ${String(from)}.`);
}

interface OpenedEntry {
  readonly text: string;
  readonly payload: Payload | null;
  readonly destroyed: boolean;
}

/** As they lay then: each under a record key of its own, which the device's key wrapped. */
async function openEntries({ tools }: MigrationParts, old: ProfileOne, group: Group): Promise<readonly OpenedEntry[]> {
  const keys = await old.store.wrappedKeys(group.firstSequence, group.count);
  return Promise.all(
    group.entries.map(async (text, index) => {
      const [ciphertext, wrappedKey] = [group.payloads[index], keys[index] ?? null];
      if (ciphertext === undefined || wrappedKey === null) return { text, payload: null, destroyed: false };
      const plain = await old.sealer.open({ ciphertext, wrappedKey }, 'journal/payload');
      const payload = plain.ok ? parsePayload(new TextDecoder().decode(plain.value)) : null;
      const committed = payload?.ok === true && text.includes(payloadDigest(tools.sha256, payload.value));
      const destroyed = !plain.ok && plain.error === 'destroyed';
      return { text, payload: committed ? payload.value : null, destroyed };
    }),
  );
}

async function verifyCopied(
  parts: MigrationParts,
  old: ProfileOne,
  { store, legs }: RestorePlace,
  readable: number,
): Promise<number> {
  const [before, after] = [await old.store.head(), await store.head()];
  const proved = await verifyJournal({ ...parts, store, legs }, { payloads: true });
  const whole =
    (before?.size ?? 0) === proved.verifiedUpTo &&
    (before?.root ?? '') === (after?.root ?? '') &&
    proved.problem === null;
  if (!whole || proved.payloads !== readable || proved.copies.some(({ verifiedUpTo }) => verifiedUpTo < proved.size))
    throw new MigrationError(
      `What was copied does not verify: ${proved.problem?.why ?? 'it is not the same journal'}.`,
    );
  return proved.size;
}

/** @returns false when the old file cannot be read */
async function copyBlob(
  parts: Pick<MigrationParts, 'hash'>,
  old: ProfileOne['blobs'],
  after: RestorePlace['blobs'],
  id: SourceId,
): Promise<boolean> {
  const before = await digestOf(parts, old, id);
  if (before?.bytes !== id) return false;
  const stage = await after.stage();
  for await (const bytes of chunksOf(old, id)) must(await stage.write(bytes));
  for await (const batch of old.items(id)) must(await stage.writeItems(batch));
  must(await stage.commit());
  const again = await digestOf(parts, after, id);
  if (again?.bytes !== before.bytes || again.items !== before.items)
    throw new MigrationError(`The file ${id} reads back as something else. The disk may be at fault.`);
  return true;
}

/** Null when the file or its items cannot be read. */
async function digestOf(
  { hash }: Pick<MigrationParts, 'hash'>,
  blobs: ProfileOne['blobs'],
  id: SourceId,
): Promise<{ readonly bytes: string; readonly items: string } | null> {
  const [bytes, items] = [hash(), hash()];
  try {
    for await (const chunk of chunksOf(blobs, id)) bytes.update(chunk);
    for await (const batch of blobs.items(id)) items.update(utf8(JSON.stringify(batch)));
  } catch {
    return null;
  }
  return { bytes: hex(bytes.digest()), items: hex(items.digest()) };
}

async function* chunksOf(blobs: ProfileOne['blobs'], id: SourceId): AsyncIterable<Uint8Array> {
  for (let at = 0; ; at += BLOB_CHUNK_BYTES) {
    const chunk = must(await blobs.read(id, at, at + BLOB_CHUNK_BYTES));
    if (chunk.length > 0) yield chunk;
    if (chunk.length < BLOB_CHUNK_BYTES) return;
  }
}

function must<T>(done: Result<T, { readonly message: string }>): T {
  if (!done.ok) throw new MigrationError(done.error.message);
  return done.value;
}
