import { err, ok, type Result } from '../base/result.ts';
import { keyIdOf, type KeyId, type SigningKey } from './key-document.ts';
import type { Cosigners, SignedRecord } from './record.ts';
import { holds, type SignatureTools } from './signature.ts';

/** Each list must be met by one of its keys or, where it says so, by enough of the co-signers together. */
export type Signers = readonly (readonly (SigningKey | typeof COSIGNED)[])[];
export const COSIGNED = 'co-signers';

/** Who signed a record by now. */
export interface Signing {
  readonly by: readonly KeyId[];
  /** How many of them are co-signers. */
  readonly cosigned: number;
  /** All whose signatures are needed signed. */
  readonly complete: boolean;
}

export interface SignatureFault {
  readonly code: 'stranger' | 'bad-signature';
  readonly why: string;
}

const NOBODY: Cosigners = { keys: [], threshold: 0 };

/** Every signature must be of a key that has a part in the record, and must hold, with every half of it. */
export function judgeSignatures(
  tools: SignatureTools,
  { record, signatures }: SignedRecord<object>,
  needed: Signers,
  cosigners = NOBODY,
): Result<Signing, SignatureFault> {
  const idOf = (key: SigningKey): KeyId => keyIdOf(tools.sha256, key);
  const mayCosign = needed.some((keys) => keys.includes(COSIGNED));
  const named = needed.flat().filter((key) => key !== COSIGNED);
  const known = new Map([...named, ...(mayCosign ? cosigners.keys : [])].map((key) => [idOf(key), key]));
  const signed = new Set<KeyId>();
  for (const signature of signatures) {
    const key = known.get(signature.by);
    if (key === undefined) return bad('stranger', 'the record carries the signature of a key that has no part in it');
    if (signed.has(signature.by)) return bad('bad-signature', 'the record is signed twice by the same key');
    if (!holds(tools, key, record, signature)) return bad('bad-signature', 'a signature on the record does not hold');
    signed.add(signature.by);
  }
  const cosigned = cosigners.keys.filter((key) => signed.has(idOf(key))).length;
  const met = (key: SigningKey | typeof COSIGNED): boolean =>
    key === COSIGNED ? cosigners.threshold > 0 && cosigned >= cosigners.threshold : signed.has(idOf(key));
  return ok({ by: [...signed], cosigned, complete: needed.every((keys) => keys.some(met)) });
}

function bad(code: SignatureFault['code'], why: string): Result<never, SignatureFault> {
  return err({ code, why });
}
