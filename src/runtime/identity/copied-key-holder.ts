import { base64, fromBase64, hex, utf8 } from '#core/base/bytes.ts';
import type { Sha256 } from '#core/base/ids.ts';
import type { KeyHolder } from '#ports/key-holder.ts';
import type { TextFiles } from '#ports/text-files.ts';
import { SECRET_PREFIX } from './held-secrets.ts';

/** What is copied: the journal's keys and the sealed secrets, all of which only the vault opens. */
const COPIED = new RegExp(`^(?:signing-(?:key|secret|next|past)$|${SECRET_PREFIX})`);

/** Whether what is kept under this name is sealed or wrapped by the vault, so that it may be copied. */
export function isCopied(name: string): boolean {
  return COPIED.test(name);
}

export interface CopiedKeyHolder extends KeyHolder {
  /** Brings the copy up to what is kept, and what is kept up to the copy where the first place was lost. */
  readonly catchUp: () => Promise<void>;
}

export interface KeyCopy {
  readonly files: TextFiles;
  /** Which vault sealed what is kept. What another one sealed is no copy of it: nothing here could open it. */
  readonly vault: string;
  readonly sha256: Sha256;
}

/**
 * Keys in two places, sealed or wrapped by the vault in both: where IndexedDB is lost, whoever opens the vault is the same
 * agent as before. The first place counts, and the copy answers for a name only while the first place has nothing under
 * it. So a name goes from the copy before it goes from the first place, and a copy that cannot follow a change is removed:
 * a key that was destroyed, or gave way to another, must not come back from there.
 */
export function copiedKeyHolder(kept: KeyHolder, { files, vault, sha256 }: KeyCopy): CopiedKeyHolder {
  const fileOf = (name: string): string => `${vault}.${encodeURIComponent(name)}`;
  const encode = (value: unknown): string => {
    const text = encodeValue(value);
    return `${hex(sha256(utf8(text)))}\n${text}\n`;
  };
  /** @returns null where there is no copy, or it was cut or changed */
  const read = async <T>(name: string): Promise<T | null> => {
    const [digest, text, end] = ((await files.get(fileOf(name))) ?? '').split('\n');
    return text !== undefined && end === '' && digest === hex(sha256(utf8(text))) ? (decodeValue(text) as T) : null;
  };
  /** Another tab may change the name meanwhile: in the end the copy is of what is kept in the end. */
  const follow = async (name: string): Promise<void> => {
    for (let written: string | null | undefined; ;) {
      const value = await kept.get(name);
      const text = value === null ? null : encode(value);
      if (text === written) return;
      await write(fileOf(name), text);
      written = text;
    }
  };
  const write = async (file: string, text: string | null): Promise<void> => {
    if (text === null) return files.remove(file);
    if ((await files.get(file).catch(() => null)) === text) return;
    // A disk that takes no copy now takes it at the next start.
    await files.set(file, text).catch(() => files.remove(file));
  };
  const followed = async <T>(name: string, value: T): Promise<T> => {
    if (isCopied(name)) await follow(name);
    return value;
  };
  const left = async <T>(name: string): Promise<T | null> => {
    const copied = isCopied(name) ? await read<T>(name).catch(() => null) : null;
    return copied === null ? null : kept.once(name, () => Promise.resolve(copied));
  };
  const get = async <T>(name: string): Promise<T | null> => (await kept.get<T>(name)) ?? (await left<T>(name));

  return {
    get,
    has: async (name) => (await get(name)) !== null,
    names: kept.names,
    once: async <T>(name: string, create: () => Promise<T>) => {
      const before = await get<T>(name);
      if (before !== null) return before;
      const made = await kept.once(name, create);
      // No copy of another value can stand there.
      return followed(name, made).catch(() => made);
    },
    set: async (name, value) => {
      await kept.set(name, value);
      await followed(name, value);
    },
    change: async <T>(name: string, next: (before: T | null) => T) => {
      await get(name);
      return followed(name, await kept.change<T>(name, next));
    },
    remove: async (name) => {
      if (isCopied(name)) await files.remove(fileOf(name));
      await kept.remove(name);
      await followed(name, null);
    },
    erase: async () => {
      await kept.erase();
      await files.erase();
    },
    catchUp: async () => {
      for (const file of await files.names())
        if (file.startsWith(fileOf(''))) await get(decodeURIComponent(file.slice(fileOf('').length)));
      for (const name of await kept.names()) await followed(name, null);
    },
  };
}

/** Bytes stand as base64 in it. */
export function encodeValue(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    member instanceof Uint8Array ? { base64: base64(member) } : member,
  );
}

/** @returns what `encodeValue` was given */
export function decodeValue(text: string): unknown {
  return JSON.parse(text, (_, member: unknown) => {
    const bytes = (member as { readonly base64?: unknown } | null)?.base64;
    return typeof bytes === 'string' ? fromBase64(bytes) : member;
  }) as unknown;
}
