import { utf8 } from '#core/base/bytes.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type { Sealer } from '#ports/crypto.ts';
import type { SecretStore } from '#ports/secret-store.ts';
import { UNNAMED_KEY } from '../channels/channel-facts.ts';

const PREFIX = 'model-key/';
const KEY_CHARS_MAX = 4_096;
/** What may stand in a header (RFC 9110, 5.5), without blanks. */
const KEY = /^[\x21-\x7e]+$/;
/** A key as it is kept: behind what the journal names it by; earlier versions kept it alone. */
const BETWEEN = ' ';
const KEPT = /^(?:[0-9a-f]{16} )?[\x21-\x7e]{1,4096}$/;

export interface KeyParts {
  readonly secrets: SecretStore;
  readonly sealer: Pick<Sealer, 'seal' | 'open'>;
}

/** The keys that hosts of models know the owner by: sealed by the vault, and read only where a request is composed. */
export class ProviderKeys {
  readonly #parts: KeyParts;

  constructor(parts: KeyParts) {
    this.#parts = parts;
  }

  /** As it would be kept, or why it cannot be one. @param typed empty for none */
  read(typed: string): Result<string, string> {
    const key = typed.trim();
    if (key.length > KEY_CHARS_MAX) return err(`A key has at most ${String(KEY_CHARS_MAX)} characters.`);
    if (key !== '' && !KEY.test(key))
      return err('A key has letters, digits and signs, and no blanks. Copy it again from the provider.');
    return ok(key);
  }

  /** In place of the one before. @param id what the journal names it by */
  keep(provider: string, id: string, key: string): Promise<void> {
    return this.#keep(provider, [id, key].join(BETWEEN));
  }

  /** The key, if it is the one of this name; null where that does not lie here, or cannot be opened here. */
  async of(provider: string, id: string): Promise<string | null> {
    const kept = await this.#kept(provider);
    return kept?.id === id ? kept.key : null;
  }

  /** All of them, for a backup; null for none. @param names of all secrets there are */
  async asText(names: readonly string[]): Promise<string | null> {
    const keys: Record<string, string> = {};
    for (const name of names) {
      if (!name.startsWith(PREFIX)) continue;
      const provider = name.slice(PREFIX.length);
      const kept = await this.#kept(provider);
      if (kept !== null) keys[provider] = kept.text;
    }
    return Object.keys(keys).length === 0 ? null : JSON.stringify(keys);
  }

  /** Keeps what a backup carried; what cannot be a key is left out. @param text as `asText` gave it */
  async keepText(text: string): Promise<void> {
    for (const [provider, kept] of entriesIn(text)) {
      if (typeof kept === 'string' && KEPT.test(kept)) await this.#keep(provider, kept);
    }
  }

  async remove(provider: string): Promise<void> {
    await this.#parts.secrets.remove(nameOf(provider));
  }

  async #keep(provider: string, text: string): Promise<void> {
    const name = nameOf(provider);
    await this.#parts.secrets.put(name, await this.#parts.sealer.seal(utf8(text), name));
  }

  async #kept(provider: string): Promise<{ readonly id: string; readonly key: string; readonly text: string } | null> {
    const name = nameOf(provider);
    const sealed = await this.#parts.secrets.get(name);
    const opened = sealed === null ? null : await this.#parts.sealer.open(sealed, name);
    if (opened?.ok !== true) return null;
    // It is ASCII.
    const text = Array.from(opened.value, (code) => String.fromCharCode(code)).join('');
    const [key = '', id = UNNAMED_KEY] = text.split(BETWEEN).reverse();
    return { id, key, text };
  }
}

function nameOf(provider: string): string {
  return PREFIX + provider;
}

function entriesIn(text: string): readonly (readonly [string, unknown])[] {
  try {
    return Object.entries((JSON.parse(text) ?? {}) as object);
  } catch {
    return [];
  }
}
