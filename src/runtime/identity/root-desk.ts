import { err, ok, type Result } from '#core/base/result.ts';
import type { ProofKey } from '#core/identity/key-document.ts';
import type { SignedRecord } from '#core/identity/record.ts';
import { certificateFor } from '#core/identity/verify-identity.ts';
import type { RecordSigner } from '#ports/identity-keys.ts';
import type { IdentityApi } from '../contract/identity-api.ts';
import type { IdentityBook, OpenedIdentity } from './identity-book.ts';
import { readSecretBackup, secretBackup } from './secret-backup.ts';
import { certifyOwnKeys, proofCertificate, succession } from './write-records.ts';

type RootApi = Pick<
  IdentityApi,
  'certifyDevice' | 'changeKey' | 'strengthenRoot' | 'exportRoot' | 'importRoot' | 'removeRoot'
>;

/** What the owner's root is for: certifying keys, giving way to a stronger root, and being kept somewhere safe. */
export class RootDesk implements RootApi {
  readonly #book: IdentityBook;
  readonly #refreshSigner: () => Promise<void>;

  /** @param refreshSigner takes up the key that another tab put to use */
  constructor(book: IdentityBook, refreshSigner: () => Promise<void> = () => Promise.resolve()) {
    this.#book = book;
    this.#refreshSigner = refreshSigner;
  }

  async certifyDevice(): Promise<Result<void, string>> {
    const opened = await this.#book.opened();
    if (!opened.ok) return opened;
    const { identity, stored } = opened.value;
    const size = (await this.#book.parts.store.head())?.size ?? 0;
    const records = await certifyOwnKeys(this.#book, stored, identity, size);
    if (records === null) return err(NO_ROOT);
    return records.length === 0 ? ok(undefined) : this.#book.certify(stored, records);
  }

  async changeKey(): Promise<Result<void, string>> {
    const outcome = await this.#book.parts.command({ type: 'change-key' });
    await this.#refreshSigner();
    return outcome.ok ? ok(undefined) : err(outcome.message);
  }

  async strengthenRoot(): Promise<Result<void, string>> {
    const opened = await this.#openedWithRoot();
    if (!opened.ok) return opened;
    const { identity, stored, root: old } = opened.value;
    if (identity.root.algorithm === 'Ed25519+ML-DSA-65') return err('The root signs with ML-DSA-65 already.');
    const root = await this.#book.ring.newSigner('Ed25519+ML-DSA-65');
    const from = (await this.#book.parts.store.head())?.size ?? 0;
    const records: SignedRecord[] = [await succession(this.#book, identity, { role: 'root', next: root, from }, old)];
    const proving = certificateFor(identity, 'prove', this.#book.parts.clock.now());
    if (proving !== null)
      records.push(await proofCertificate(this.#book, identity, records.at(-1), proving.subject as ProofKey, root));
    const done = await this.#book.certify(stored, records);
    if (done.ok) await this.#book.ring.remove(old.key);
    return done;
  }

  async exportRoot(): Promise<Result<string, string>> {
    const opened = await this.#book.opened();
    if (!opened.ok) return opened;
    const { id, root } = opened.value.identity;
    const secret = await this.#book.ring.secretOf(root);
    return secret === null ? err('The root is not on this device.') : ok(secretBackup('root', id, root, secret));
  }

  async importRoot(backup: string): Promise<Result<void, string>> {
    const opened = await this.#book.opened();
    if (!opened.ok) return opened;
    const { id, root } = opened.value.identity;
    const read = readSecretBackup('root', backup);
    if (read === null) return err('This is not the backup of a root, or a part of it is missing.');
    if (read.agent !== id) return err(`This is the root of another agent, ${read.agent}.`);
    if (!(await this.#book.ring.restore(root, read.secret)))
      return err('This root was replaced by a newer one. Use the backup of that one.');
    // After a restore this is what the keys of this device were waiting for.
    return this.certifyDevice();
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
    return root === null ? err(NO_ROOT) : ok({ ...opened.value, root });
  }
}

const NO_ROOT = 'The root is not on this device. Bring it back from its backup first.';
