import { digestOf } from '#core/base/json.ts';
import type { Sha256 } from '#core/base/ids.ts';
import { type KeyDocument, keyIdOf } from '#core/identity/key-document.ts';
import { requestText } from '#core/identity/signature-request.ts';
import type { AskedView, VouchingView } from '../contract/cosigning-api.ts';
import type { IdentityView } from '../contract/identity-api.ts';
import type { KeyView } from '../contract/key-view.ts';
import type { IdentityBook, OpenedIdentity } from './identity-book.ts';
import type { StoredIdentity } from './identity-facts.ts';

/** What the identity page shows of co-signers: who they are, what they are asked for, and for whom this device is one. */
export async function cosigningView(
  book: IdentityBook,
  { stored, identity }: OpenedIdentity,
): Promise<Pick<IdentityView, 'cosigners' | 'asked' | 'vouching'>> {
  const { sha256 } = book.parts;
  const keys = identity.cosigners.keys.map((key) => {
    const view = keyView(sha256, key);
    return { ...view, name: stored.names?.[view.id] ?? '' };
  });
  const { threshold } = identity.cosigners;
  const cosigners = new Set<string>(keys.map(({ id }) => id));
  return {
    cosigners: { keys, threshold },
    asked: askedView(sha256, stored, cosigners, threshold),
    vouching: await vouchingView(book, stored),
  };
}

export function keyView(sha256: Sha256, key: KeyDocument): KeyView {
  const text = key.algorithm === 'ristretto255' ? key.key : (key.keys[0] ?? '');
  return { algorithm: key.algorithm, id: keyIdOf(sha256, key), text, document: key };
}

function askedView(
  sha256: Sha256,
  { asked, records }: StoredIdentity,
  cosigners: ReadonlySet<string>,
  threshold: number,
): AskedView | null {
  if (asked == null) return null;
  const signed = asked.signatures.map(({ by }) => by).filter((by) => cosigners.has(by));
  return {
    record: asked.record,
    digest: digestOf(sha256, asked.record),
    request: requestText(records, asked),
    signed,
    missing: Math.max(0, threshold - signed.length),
  };
}

async function vouchingView(book: IdentityBook, { vouching, cosigned }: StoredIdentity): Promise<VouchingView | null> {
  if (vouching === undefined) return null;
  return {
    key: keyView(book.parts.sha256, vouching),
    here: (await book.ring.signerOf(vouching)) !== null,
    signed: (cosigned ?? []).map(({ agent, name, type, at }) => ({ agent, name, type, at })),
  };
}
