import { base64, fromBase64 } from '#core/base/bytes.ts';
import type { TextFiles } from '#ports/text-files.ts';
import type { Slot, VaultRecord, VaultRecordStore } from '#ports/vault.ts';

const NAME = 'record.json';
/** Fields that are bytes; they stand as base64 in the copy. */
const BYTES: ReadonlySet<string> = new Set(['wrapped', 'salt', 'credential', 'input']);

/**
 * The vault's record in two places: the copy is written after each change, and again at the start where it differs, so
 * that it is never more than one change behind and catches up by itself. Where the first place has lost the record, the
 * copy is opened with the owner's passphrase, passkey or recovery code, and the next change puts it back.
 *
 * A vault that its browser profile opens by itself cannot be copied: that key is made so that nobody can take it out of
 * IndexedDB, this app included. Such a record has no way in, and counts as none.
 */
export function copiedVaultRecords(records: VaultRecordStore, copy: TextFiles): VaultRecordStore {
  const write = async (record: VaultRecord): Promise<void> => {
    const text = encodeRecord(record);
    if ((await copy.get(NAME)) !== text) await copy.set(NAME, text);
  };
  const read = async (): Promise<VaultRecord | null> => {
    const text = await copy.get(NAME).catch(() => null);
    const record = text === null ? null : decodeRecord(text);
    return record === null || record.slots.length === 0 ? null : record;
  };
  return {
    read: async () => {
      const kept = await records.read();
      if (kept === null) return read();
      // A disk that takes no copy now takes it at the next start.
      await write(kept).catch(() => undefined);
      return kept;
    },
    change: async (next) => {
      const left = (await records.read()) === null ? await read() : null;
      const kept = await records.change((before) => next(before ?? left));
      await write(kept).catch(() => undefined);
      return kept;
    },
  };
}

/** @returns null when the text is no record */
export function decodeRecord(text: string): VaultRecord | null {
  try {
    const value = JSON.parse(text, (key, member: unknown) =>
      BYTES.has(key) && typeof member === 'string' ? (fromBase64(member) ?? broken()) : member,
    ) as Partial<VaultRecord> | null;
    return value?.version === 1 && typeof value.vault === 'string' && Array.isArray(value.slots)
      ? (value as VaultRecord)
      : null;
  } catch {
    return null;
  }
}

/** Without what only IndexedDB can hold. */
export function encodeRecord(record: VaultRecord): string {
  const slots = record.slots.filter(({ kind }) => kind !== 'device');
  return JSON.stringify({ ...record, slots } satisfies VaultRecord, (key, member: Slot[keyof Slot]) =>
    BYTES.has(key) && (member as unknown) instanceof Uint8Array ? base64(member as unknown as Uint8Array) : member,
  );
}

/** Ends the reading of a text with a field that is not base64. */
function broken(): never {
  throw new SyntaxError();
}
