import { utf8 } from '#core/base/bytes.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type { Sealer } from '#ports/crypto.ts';
import type { SecretStore } from '#ports/secret-store.ts';

const KEY_CHARS_MAX = 4_096;
/** What may stand in a header (RFC 9110, 5.5), without blanks. */
const KEY = /^[\x21-\x7e]+$/;

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

  async keep(provider: string, key: string): Promise<void> {
    const name = nameOf(provider);
    await this.#parts.secrets.put(name, await this.#parts.sealer.seal(utf8(key), name));
  }

  /** Null where none lies here, or it cannot be opened here. */
  async of(provider: string): Promise<string | null> {
    const name = nameOf(provider);
    const sealed = await this.#parts.secrets.get(name);
    const opened = sealed === null ? null : await this.#parts.sealer.open(sealed, name);
    // It is ASCII.
    return opened?.ok === true ? Array.from(opened.value, (code) => String.fromCharCode(code)).join('') : null;
  }

  async has(provider: string): Promise<boolean> {
    return (await this.#parts.secrets.get(nameOf(provider))) !== null;
  }

  async remove(provider: string): Promise<void> {
    await this.#parts.secrets.remove(nameOf(provider));
  }
}

function nameOf(provider: string): string {
  return `model-key/${provider}`;
}
