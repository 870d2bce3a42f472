import { err, ok, type Result } from '#core/base/result.ts';
import type { ProofKey } from '#core/identity/key-document.ts';
import { recordHash, type Certificate, type SignedRecord, type Succession } from '#core/identity/record.ts';
import { certificateFor, type Identity } from '#core/identity/verify-identity.ts';
import type { RecordSigner } from '#ports/identity-keys.ts';
import type { IdentityApi } from '../contract/identity-api.ts';
import type { IdentityBook, OpenedIdentity } from './identity-book.ts';
import { readRootBackup, rootBackup } from './root-backup.ts';

type RootApi = Pick<IdentityApi, 'certifyDevice' | 'strengthenRoot' | 'exportRoot' | 'importRoot' | 'removeRoot'>;

/** What the owner's root is for: certifying keys, giving way to a stronger root, and being kept somewhere safe. */
export class RootDesk implements RootApi {
  readonly #book: IdentityBook;

  constructor(book: IdentityBook) {
    this.#book = book;
  }

  async certifyDevice(): Promise<Result<void, string>> {
    const opened = await this.#openedWithRoot();
    if (!opened.ok) return opened;
    const { identity, stored, root } = opened.value;
    const lacks = await this.#book.lacks(identity, this.#book.parts.clock.now());
    const records: SignedRecord[] = [];
    if (lacks.includes('journal-key'))
      records.push(await this.#succession(identity, 'agent', this.#book.ring.own, root));
    if (lacks.includes('proof-key'))
      records.push(await this.#certificate(identity, records.at(-1), (await this.#book.ring.newProver()).key, root));
    return records.length === 0 ? ok(undefined) : this.#book.certify(stored, records);
  }

  async strengthenRoot(): Promise<Result<void, string>> {
    const opened = await this.#openedWithRoot();
    if (!opened.ok) return opened;
    const { identity, stored, root: old } = opened.value;
    if (identity.root.algorithm === 'Ed25519+ML-DSA-65') return err('The root signs with ML-DSA-65 already.');
    const root = await this.#book.ring.newSigner('Ed25519+ML-DSA-65');
    const records: SignedRecord[] = [await this.#succession(identity, 'root', root, old)];
    const proving = certificateFor(identity, 'prove', this.#book.parts.clock.now());
    if (proving !== null)
      records.push(await this.#certificate(identity, records.at(-1), proving.subject as ProofKey, root));
    const done = await this.#book.certify(stored, records);
    if (done.ok) await this.#book.ring.remove(old.key);
    return done;
  }

  async exportRoot(): Promise<Result<string, string>> {
    const opened = await this.#book.opened();
    if (!opened.ok) return opened;
    const { id, root } = opened.value.identity;
    const secret = await this.#book.ring.secretOf(root);
    return secret === null ? err('The root is not on this device.') : ok(rootBackup(id, root, secret));
  }

  async importRoot(backup: string): Promise<Result<void, string>> {
    const opened = await this.#book.opened();
    if (!opened.ok) return opened;
    const { id, root } = opened.value.identity;
    const read = readRootBackup(backup);
    if (read === null) return err('This is not the backup of a root, or a part of it is missing.');
    if (read.agent !== id) return err(`This is the root of another agent, ${read.agent}.`);
    return (await this.#book.ring.restore(root, read.secret))
      ? ok(undefined)
      : err('This root was replaced by a newer one. Use the backup of that one.');
  }

  async removeRoot(): Promise<Result<void, string>> {
    const opened = await this.#book.opened();
    if (!opened.ok) return opened;
    await this.#book.ring.remove(opened.value.identity.root);
    return ok(undefined);
  }

  async #openedWithRoot(): Promise<Result<OpenedIdentity & { readonly root: RecordSigner }, string>> {
    const opened = await this.#book.opened();
    if (!opened.ok) return opened;
    const root = await this.#book.ring.signerOf(opened.value.identity.root);
    return root === null
      ? err('The root is not on this device. Bring it back from its backup first.')
      : ok({ ...opened.value, root });
  }

  /** From the next entry on, `next` stands in the place of the key it succeeds. */
  async #succession(
    identity: Identity,
    role: Succession['role'],
    next: RecordSigner,
    root: RecordSigner,
  ): Promise<SignedRecord<Succession>> {
    const { clock, store } = this.#book.parts;
    const from = ((await store.head())?.size ?? 0) as Succession['from'];
    const follows = { version: 1, agent: identity.id, previous: identity.head, at: clock.now() } as const;
    return this.#book.ring.sign({ ...follows, type: 'windhover.succession', role, key: next.key, from }, root, next);
  }

  /** @param after the record that it follows, when that is newer than the identity */
  #certificate(
    identity: Identity,
    after: SignedRecord | undefined,
    subject: ProofKey,
    root: RecordSigner,
  ): Promise<SignedRecord<Certificate>> {
    const at = this.#book.parts.clock.now();
    const previous = after === undefined ? identity.head : recordHash(this.#book.parts.sha256, after);
    const follows = { version: 1, agent: identity.id, previous, at } as const;
    const valid = { purpose: 'prove', subject, notBefore: at, notAfter: null } as const;
    return this.#book.ring.sign({ ...follows, ...valid, type: 'windhover.certificate' }, root);
  }
}
