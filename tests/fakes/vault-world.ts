import { sha256 } from '#adapters/noble/sha256.ts';
import { webCryptoVault } from '#adapters/webcrypto/vault-crypto.ts';
import { concat } from '#core/base/bytes.ts';
import type { KeyQuestion, KeySharing, Stretch, Stretcher, VaultKeys, VaultRecord } from '#ports/vault.ts';
import { Vault, type VaultParts } from '#runtime/vault/vault.ts';
import { fakeClock, type FakeClock } from './fake-clock.ts';
import { seededEntropy } from './seeded-entropy.ts';

/** A browser profile with tabs: real cryptography over a record in memory, and passphrases stretched by one hash. */
export class VaultWorld {
  record: VaultRecord | null = null;
  /** The disk is full: what is kept stays as it is. */
  full = false;
  readonly clock: FakeClock = fakeClock();
  /** How passphrases were stretched, and threads that were not closed. */
  readonly stretched: Stretch[] = [];
  threads = 0;
  /** Milliseconds that a pass is said to take here. */
  passMs = 300;
  readonly #entropy = seededEntropy(11);
  readonly #answers: ((question: KeyQuestion) => Promise<VaultKeys | null>)[] = [];

  parts(): VaultParts {
    const sharing: KeySharing = {
      ask: async (question) => {
        for (const answer of this.#answers) {
          const keys = await answer(question);
          if (keys !== null) return keys;
        }
        return null;
      },
      answer: (give) => {
        this.#answers.push(give);
      },
    };
    return {
      crypto: webCryptoVault,
      records: {
        read: () => Promise.resolve(this.record),
        change: (next) =>
          this.full
            ? Promise.reject(new DOMException('The disk is full.', 'QuotaExceededError'))
            : Promise.resolve((this.record = next(this.record))),
      },
      sharing,
      entropy: this.#entropy,
      clock: this.clock,
      sha256,
      stretcher: () => this.#stretcher(),
    };
  }

  /** Another tab of the profile. */
  tab(ask = true): Promise<Vault> {
    return Vault.open(this.parts(), ask);
  }

  /** Every tab is closed: nobody answers any more. */
  closeAll(): void {
    this.#answers.length = 0;
  }

  #stretcher(): Stretcher {
    this.threads++;
    return {
      stretch: (passphrase, salt, stretch) => {
        this.stretched.push(stretch);
        return Promise.resolve(sha256(concat(salt, passphrase, Uint8Array.of(stretch.passes))));
      },
      measure: ({ memoryKib }) => Promise.resolve(memoryKib > 1_024 ? this.passMs : 1),
      close: () => {
        this.threads--;
      },
    };
  }
}
