import { encodePayload, parsePayload, type Entry, type Payload, payloadDigest, SALT_BYTES } from '#core/audit/entry.ts';
import { utf8 } from '#core/base/bytes.ts';
import type { Sha256 } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import type { Entropy, Sealed, Sealer } from '#ports/crypto.ts';

/**
 * What the seal authenticates. It does not name the entry: a payload is sealed before its sequence is known, and the
 * entry's salted digest already says which payload is its own.
 */
const CONTEXT = 'journal/payload';

const decoder = new TextDecoder();

/**
 * Salts a value and begins to seal it. The entry needs only the payload, so it can be hashed and signed meanwhile.
 * @throws NotJsonError when the value is not JSON
 */
export function sealPayload(
  parts: { readonly entropy: Entropy; readonly sealer: Pick<Sealer, 'seal'> },
  value: Json,
): { readonly payload: Payload; readonly plainBytes: number; readonly sealed: Promise<Sealed> } {
  const payload: Payload = { salt: parts.entropy.bytes(SALT_BYTES), value };
  const plain = utf8(encodePayload(payload));
  const sealed = parts.sealer.seal(plain, CONTEXT);
  // Who takes it up hears of a failure; nobody may before that.
  sealed.catch(() => undefined);
  return { payload, plainBytes: plain.length, sealed };
}

export type OpenedPayload =
  | { readonly payload: Payload; readonly missing: null }
  /** Destroyed on purpose; its key lost; sealed by another device's key; or not what the entry commits to. */
  | { readonly payload: null; readonly missing: 'destroyed' | 'key-lost' | 'wrong-key' | 'not-committed' };

export async function openPayload(
  parts: { readonly sealer: Pick<Sealer, 'open'>; readonly sha256: Sha256 },
  entry: Entry,
  ciphertext: Uint8Array,
  wrappedKey: Uint8Array | null,
): Promise<OpenedPayload> {
  if (wrappedKey === null) return { payload: null, missing: 'key-lost' };
  const plain = await parts.sealer.open({ ciphertext, wrappedKey }, CONTEXT);
  if (!plain.ok) return { payload: null, missing: plain.error };
  const payload = parsePayload(decoder.decode(plain.value));
  if (!payload.ok || payloadDigest(parts.sha256, payload.value) !== entry.payload)
    return { payload: null, missing: 'not-committed' };
  return { payload: payload.value, missing: null };
}
