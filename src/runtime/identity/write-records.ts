import type { Sequence } from '#core/base/ids.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type { ProofKey } from '#core/identity/key-document.ts';
import {
  type Certificate,
  type CosignerChange,
  type Cosigners,
  type NextRecord,
  recordHash,
  type SignedRecord,
  type Succession,
} from '#core/identity/record.ts';
import type { Identity } from '#core/identity/verify-identity.ts';
import type { RecordSigner } from '#ports/identity-keys.ts';
import type { IdentityBook } from './identity-book.ts';
import type { StoredIdentity } from './identity-facts.ts';

/** A record that names co-signers in place of those in force, signed by nobody yet. */
export function cosignerChange(
  book: IdentityBook,
  identity: Pick<Identity, 'id' | 'head'>,
  cosigners: Cosigners,
): CosignerChange {
  return { ...follows(book, identity), type: 'windhover.cosigners', cosigners };
}

/**
 * A record by which `next` stands in the place of the key it succeeds, from this journal entry on.
 * @param signer of those who may name it; null where co-signers will sign
 */
export function succession(
  book: IdentityBook,
  identity: Pick<Identity, 'id' | 'head'>,
  { role, next, from }: { readonly role: Succession['role']; readonly next: RecordSigner; readonly from: number },
  signer: RecordSigner | null,
): Promise<SignedRecord<Succession>> {
  const place = { role, key: next.key, from: from as Sequence };
  const record: Succession = { ...follows(book, identity), type: 'windhover.succession', ...place };
  return book.ring.sign(record, ...(signer === null ? [] : [signer]), next);
}

/**
 * A certificate for a key for proofs.
 * @param after the record that it follows, when that is newer than the identity
 * @param root null where co-signers will sign
 */
export function proofCertificate(
  book: IdentityBook,
  identity: Pick<Identity, 'id' | 'head'>,
  after: SignedRecord | undefined,
  subject: ProofKey,
  root: RecordSigner | null,
): Promise<SignedRecord<Certificate>> {
  const first = follows(book, identity, after);
  const valid = { purpose: 'prove', subject, notBefore: first.at, notAfter: null } as const;
  return book.ring.sign({ ...first, ...valid, type: 'windhover.certificate' }, ...(root === null ? [] : [root]));
}

/**
 * What the root writes so that the keys of this device stand in place of those that it lacks: after a restore, say.
 * @param size entries in the journal
 * @returns null when the root is not on this device; no record when nothing is lacking
 */
export async function certifyOwnKeys(
  book: IdentityBook,
  stored: StoredIdentity,
  identity: Identity,
  size: number,
): Promise<readonly SignedRecord[] | null> {
  const root = await book.ring.signerOf(identity.root);
  if (root === null) return null;
  const lacks = await book.lacks(identity, book.parts.clock.now());
  const records: SignedRecord[] = [];
  if (lacks.includes('journal-key')) {
    const from = signsFrom(stored, book.ring.own.key.keys[0] ?? '') ?? size;
    records.push(await succession(book, identity, { role: 'agent', next: book.ring.own, from }, root));
  }
  if (lacks.includes('proof-key'))
    records.push(await proofCertificate(book, identity, records.at(-1), (await book.ring.newProver()).key, root));
  return records;
}

/** The entry from which a key of this device has signed without being named; null when it has signed nothing. */
export function signsFrom(stored: StoredIdentity, agent: string): number | null {
  return stored.continued?.findLast((continued) => continued.agent === agent)?.from ?? null;
}

/** Why these records cannot follow, or nothing. */
export async function checkedRecords(
  book: IdentityBook,
  stored: StoredIdentity,
  records: readonly SignedRecord[],
): Promise<Result<readonly SignedRecord[], string>> {
  const whole = await book.verified({ ...stored, records: [...stored.records, ...records] });
  return whole.ok ? ok(records) : err(whole.error);
}

/** What each record says first: whose it is, and what it follows. @param after a record newer than the identity */
function follows(
  book: IdentityBook,
  { id, head }: Pick<Identity, 'id' | 'head'>,
  after?: SignedRecord,
): Pick<NextRecord, 'version' | 'agent' | 'previous' | 'at'> {
  const previous = after === undefined ? head : recordHash(book.parts.sha256, after);
  return { version: 1, agent: id, previous, at: book.parts.clock.now() };
}
