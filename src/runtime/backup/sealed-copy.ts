/**
 * A sealed copy, version 1: what lies in this browser as it lies there, for an owner who cannot open it now and may again
 * some day. Nothing in it is opened, and nothing opens it but what opened the vault. The members of one archive:
 *
 *     windhover-sealed.json                  JSON {"createdAt":n,"format":"windhover-sealed","record":{…},"version":1}, the
 *                                            vault's record as runtime/vault/record-copy.ts writes it
 *     windhover-sealed-entries-<first>.bin   groups of the journal end to end (core/audit/group-frame.ts), from this entry on
 *     windhover-sealed-keys.ndjson           pools of record keys, sealed, one a line (runtime/journal/copied-keys.ts)
 *     windhover-sealed-secrets.ndjson        JSON {"name":"…","value":…}, the sealed keys and secrets, one a line
 *     windhover-sealed-blob-<name>           each file of the blob store, byte for byte
 */
import { encodeGroup } from '#core/audit/group-frame.ts';
import { concat, utf8 } from '#core/base/bytes.ts';
import type { Epoch, Sequence, UnixMs } from '#core/base/ids.ts';
import { BLOB_CHUNK_BYTES } from '#core/base/limits.ts';
import type { AgentStore, KeyPool } from '#ports/agent-store.ts';
import { BackupError } from '#ports/backup-error.ts';
import type { BlobFiles } from '#ports/blob-files.ts';
import type { Group, JournalLeg } from '#ports/journal-leg.ts';
import type { KeyHolder } from '#ports/key-holder.ts';
import type { VaultRecord } from '#ports/vault.ts';
import { encodeValue, isCopied } from '../identity/copied-key-holder.ts';
import { encodePool } from '../journal/copied-keys.ts';
import { encodeRecord } from '../vault/record-copy.ts';
import type { ArchiveMember } from './archive.ts';
import { longestCopy } from './salvaged-parts.ts';
import { once } from './write-series.ts';

export const SEALED_FORMAT = 'windhover-sealed';
export const SEALED_VERSION = 1;
export const SEALED_HEAD = 'windhover-sealed.json';
export const SEALED_KEYS = 'windhover-sealed-keys.ndjson';
export const SEALED_SECRETS = 'windhover-sealed-secrets.ndjson';
export const SEALED_BLOB = 'windhover-sealed-blob-';
export const entriesName = (first: number): string => `windhover-sealed-entries-${String(first)}.bin`;

/** What can be read of a vault without opening it. */
export interface SealedHere {
  readonly record: VaultRecord;
  readonly legs: readonly JournalLeg[];
  readonly store: Pick<AgentStore, 'keyPool'>;
  readonly blobs: Pick<BlobFiles, 'list' | 'size' | 'read'>;
  readonly keys: Pick<KeyHolder, 'names' | 'get'>;
}

const PAGE_ENTRIES = 256;

/** File by file, for an archive: each is to be read to its end before the next. */
export async function* sealedCopyMembers(here: SealedHere, createdAt: UnixMs): AsyncIterable<ArchiveMember> {
  const record = JSON.parse(encodeRecord(here.record)) as unknown;
  const head = { format: SEALED_FORMAT, version: SEALED_VERSION, createdAt, record };
  yield member(SEALED_HEAD, JSON.stringify(head));
  const last = await longestCopy(here);
  const size = last === null ? 0 : last.firstSequence + last.count;
  const pools = new Map<string, KeyPool>();
  for (let next = 0; next < size;) {
    const groups = await groupsFrom(here.legs, next);
    yield { name: entriesName(next), bytes: once(concat(...groups.map(encodeGroup))) };
    for (const group of groups) {
      await notePools(here.store, group, pools);
      next = group.firstSequence + group.count;
    }
  }
  yield member(SEALED_KEYS, lines([...pools.values()].map(encodePool)));
  const secrets: string[] = [];
  for (const name of await here.keys.names())
    if (isCopied(name))
      secrets.push(`{"name":${JSON.stringify(name)},"value":${encodeValue(await here.keys.get(name))}}`);
  yield member(SEALED_SECRETS, lines(secrets));
  for (const name of await here.blobs.list()) yield { name: SEALED_BLOB + name, bytes: bytesOf(here.blobs, name) };
}

/** Whole groups from this entry on, from the first copy that holds them. */
async function groupsFrom(legs: readonly JournalLeg[], from: number): Promise<readonly Group[]> {
  for (const leg of legs) {
    const { groups } = await leg.read(from as Sequence, PAGE_ENTRIES);
    if (groups[0]?.firstSequence === from) return groups;
  }
  throw new BackupError('damaged', `No copy of the journal holds entry ${String(from)}.`);
}

/** The record keys of a group, as far as they are left. */
async function notePools(
  store: SealedHere['store'],
  { epoch, firstSequence, count }: Group,
  pools: Map<string, KeyPool>,
): Promise<void> {
  for (let at: number = firstSequence; at < firstSequence + count;) {
    const pool = await store.keyPool(epoch, at as Sequence);
    const end = pool === null ? 0 : pool.first + pool.count;
    if (pool !== null && end > at) pools.set(poolName(pool.epoch, pool.first), pool);
    at = Math.max(at + 1, end);
  }
}

export function poolName(epoch: Epoch, first: Sequence): string {
  return `${String(epoch)}-${String(first)}`;
}

async function* bytesOf(files: SealedHere['blobs'], name: string): AsyncIterable<Uint8Array> {
  const size = (await files.size(name)) ?? 0;
  for (let at = 0; at < size; at += BLOB_CHUNK_BYTES) {
    const read = await files.read(name, at, Math.min(size, at + BLOB_CHUNK_BYTES));
    if (!read.ok) throw new BackupError('io', read.error.message);
    yield read.value;
  }
}

function member(name: string, text: string): ArchiveMember {
  return { name, bytes: once(utf8(text)) };
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}
