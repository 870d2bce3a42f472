import { ok, type Result } from '#core/base/result.ts';
import { err } from '#core/base/result.ts';
import type { RecordSigner } from '#ports/identity-keys.ts';
import type { IdentityBook } from './identity-book.ts';

/**
 * The key that this device vouches for others with: as a co-signer of their identities, and as the witness of their logs. It
 * is a key of its own, so that those who named it go on knowing it when the journal's key changes, and nothing that it signs
 * can speak for this agent. It lies on this device, sealed, and in its
 * backups. What it has signed is remembered in the journal, and comes back with the same backup: what it signed after that
 * was made is forgotten with the rest, so whoever restores an old one while a newer journal is about can be brought to sign
 * two things of which either alone is true.
 */
export class VouchingKey {
  readonly #book: IdentityBook;

  constructor(book: IdentityBook) {
    this.#book = book;
  }

  /** Null while this device vouches for nobody, or where the key did not come along: backups of version 1 do not hold it. */
  async existing(): Promise<RecordSigner | null> {
    const key = (await this.#book.stored())?.vouching;
    return key === undefined ? null : this.#book.ring.signerOf(key);
  }

  /** Made and noted in the journal when first asked for; post-quantum where the owner's root is. */
  async ready(): Promise<Result<RecordSigner, string>> {
    const existing = await this.existing();
    if (existing !== null) return ok(existing);
    const opened = await this.#book.opened();
    if (!opened.ok) return opened;
    const { stored, identity } = opened.value;
    const signer = await this.#book.ring.newSigner(identity.root.algorithm);
    const instead = stored.vouching ?? null;
    const outcome = await this.#book.parts.command({ type: 'begin-vouching', key: signer.key, instead });
    if (outcome.ok) return ok(signer);
    await this.#book.ring.remove(signer.key);
    const other = await this.existing();
    return other === null ? err(outcome.message) : ok(other);
  }
}
