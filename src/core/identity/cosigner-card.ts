import type { Sha256, UnixMs } from '../base/ids.ts';
import { err, ok, type Result } from '../base/result.ts';
import { armored, unarmored } from './armor.ts';
import { publicKeyOf } from './did-key.ts';
import { ed25519Key, keyIdOf, type SigningKey, signingKeyShape } from './key-document.ts';
import { type SignedRecord, signedShape, timeShape } from './record.ts';
import { object, oneOf, text } from './shape.ts';
import { holds, type SignatureTools } from './signature.ts';

/**
 * What a co-signer gives to the owner who shall name them: their public key, and a signature which shows that its secret is
 * theirs and lies ready. A bare did:key of an Ed25519 key does as well.
 */
export interface CosignerCard {
  readonly type: 'windhover.cosigner';
  readonly version: 1;
  /** What they call themselves. */
  readonly name: string;
  readonly key: SigningKey;
  readonly at: UnixMs;
}

export interface NamedCosigner {
  /** Empty for a bare did:key. */
  readonly name: string;
  readonly key: SigningKey;
}

export const COSIGNER_NAME_CHARS_MAX = 100;
const LABEL = 'WINDHOVER CO-SIGNER';

export function cosignerCardText(card: SignedRecord<CosignerCard>): string {
  return armored(LABEL, card);
}

/** Reads a card, checked, or a did:key. @returns what is wrong, in words for people */
export function readCosigner(tools: SignatureTools, given: string): Result<NamedCosigner, string> {
  const did = given.trim();
  if (did.startsWith('did:key:')) return bareKey(did);
  const json = unarmored(LABEL, given);
  if (json === null)
    return err('This is neither a did:key nor the text of a co-signer, or a part of it was lost on the way.');
  const fault = signedShape(cardShape)(json, 'co-signer');
  if (fault !== null) return err(`This co-signer cannot be read: ${fault}.`);
  const { record, signatures } = json as SignedRecord<CosignerCard>;
  const [signature, ...more] = signatures;
  return more.length === 0 && signature !== undefined && holds(tools, record.key, record, signature)
    ? ok({ name: record.name, key: record.key })
    : err('The signature of this co-signer does not hold: the text was changed.');
}

/** Whether two keys are one. */
export function sameKey(sha256: Sha256, one: SigningKey, other: SigningKey): boolean {
  return keyIdOf(sha256, one) === keyIdOf(sha256, other);
}

function bareKey(did: string): Result<NamedCosigner, string> {
  const publicKey = publicKeyOf(did);
  return publicKey.ok
    ? ok({ name: '', key: ed25519Key(publicKey.value) })
    : err('This did:key is not of an Ed25519 key. A post-quantum co-signer gives you a text to paste instead.');
}

const cardShape = object({
  type: oneOf('windhover.cosigner'),
  version: oneOf(1),
  name: text(COSIGNER_NAME_CHARS_MAX),
  key: signingKeyShape,
  at: timeShape,
});
