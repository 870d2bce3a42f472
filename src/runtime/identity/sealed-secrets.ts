import type { Sha256 } from '#core/base/ids.ts';
import { type KeyDocument, keyIdOf } from '#core/identity/key-document.ts';
import type { Sealer } from '#ports/crypto.ts';
import type { SecretStore } from '#ports/secret-store.ts';

/** Secret seeds, sealed and kept under the id of the key they make: no key's secret can stand in for another's. */
export class SealedSecrets {
  readonly #parts: SecretParts;

  constructor(parts: SecretParts) {
    this.#parts = parts;
  }

  async keep(key: KeyDocument, seeds: Uint8Array): Promise<void> {
    const name = this.#nameOf(key);
    await this.#parts.secrets.put(name, await this.#parts.sealer.seal(seeds, name));
  }

  /** Null when the secret does not lie on this device, or cannot be opened here. */
  async read(key: KeyDocument): Promise<Uint8Array | null> {
    const name = this.#nameOf(key);
    const sealed = await this.#parts.secrets.get(name);
    const opened = sealed === null ? null : await this.#parts.sealer.open(sealed, name);
    return opened?.ok === true ? opened.value : null;
  }

  async remove(key: KeyDocument): Promise<void> {
    await this.#parts.secrets.remove(this.#nameOf(key));
  }

  #nameOf(key: KeyDocument): string {
    return `identity/${keyIdOf(this.#parts.sha256, key)}`;
  }
}

export interface SecretParts {
  readonly sha256: Sha256;
  readonly sealer: Sealer;
  readonly secrets: SecretStore;
}
