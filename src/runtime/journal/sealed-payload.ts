import { encodePayload, parseCommitted, type Entry, type Payload, SALT_BYTES } from '#core/audit/entry.ts';
import { openRecord, RECORD_NONCE_BYTES, sealRecord } from '#core/audit/record-seal.ts';
import { concat, utf8 } from '#core/base/bytes.ts';
import type { Sha256 } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import { KIB } from '#core/base/limits.ts';
import type { Entropy, Sealed, Sealer } from '#ports/crypto.ts';

/**
 * How a payload lies in a copy: a byte that says which, then
 *
 *     1 | box of the payload under its record key
 *     2 | length of a u16, box under its record key of the key that the platform's cipher used | that cipher's box
 *
 * The second for large payloads, where the platform's cipher is several times faster. Either way whoever has no record
 * key has nothing.
 */
const DIRECT = 1;
const BY_PLATFORM = 2;
const DIRECT_BYTES_MAX = 16 * KIB;

/**
 * What the seal authenticates. It does not name the entry: the record key is that entry's alone, and its salted digest
 * says which payload is its own.
 */
const CONTEXT = 'journal/payload';
const CONTEXT_BYTES = utf8(CONTEXT);

const decoder = new TextDecoder();

/** A payload on its way into an entry. */
export interface PreparedPayload {
  readonly payload: Payload;
  readonly plainBytes: number;
  /** Its bytes; or already under way to the platform's cipher. */
  readonly content: Uint8Array | Promise<Sealed>;
}

/**
 * Salts a value, and hands a large one to the platform's cipher at once. The entry needs only the payload, so it can be
 * hashed meanwhile.
 * @throws NotJsonError when the value is not JSON
 */
export function preparePayload(
  parts: { readonly entropy: Entropy; readonly sealer: Pick<Sealer, 'seal'> },
  value: Json,
): PreparedPayload {
  return preparedPayload(parts.sealer, { salt: parts.entropy.bytes(SALT_BYTES), value });
}

/** A payload that has its salt: an entry may commit to it already. */
export function preparedPayload(sealer: Pick<Sealer, 'seal'>, payload: Payload): PreparedPayload {
  const plain = utf8(encodePayload(payload));
  if (plain.length <= DIRECT_BYTES_MAX) return { payload, plainBytes: plain.length, content: plain };
  const sealed = sealer.seal(plain, CONTEXT);
  // Who takes it up hears of a failure; nobody may before that.
  sealed.catch(() => undefined);
  return { payload, plainBytes: plain.length, content: sealed };
}

/** @param key the record key of the entry */
export function sealPayload(key: Uint8Array, entropy: Entropy, content: Uint8Array | Sealed): Uint8Array {
  const nonce = entropy.bytes(RECORD_NONCE_BYTES);
  if (content instanceof Uint8Array)
    return concat(Uint8Array.of(DIRECT), sealRecord(key, nonce, content, CONTEXT_BYTES));
  const box = sealRecord(key, nonce, content.wrappedKey, CONTEXT_BYTES);
  return concat(Uint8Array.of(BY_PLATFORM, box.length & 255, box.length >> 8), box, content.ciphertext);
}

export type OpenedPayload =
  | { readonly payload: Payload; readonly missing: null }
  /** Destroyed on purpose; its key lost; sealed by another device's key; or not what the entry commits to. */
  | { readonly payload: null; readonly missing: 'destroyed' | 'key-lost' | 'wrong-key' | 'not-committed' };

/** @param key the record key, or why there is none */
export async function openPayload(
  parts: { readonly sealer: Pick<Sealer, 'open'>; readonly sha256: Sha256 },
  entry: Entry,
  sealed: Uint8Array,
  key: Uint8Array | 'destroyed' | 'key-lost' | 'wrong-key',
): Promise<OpenedPayload> {
  if (typeof key === 'string') return { payload: null, missing: key };
  const plain = await openContent(parts.sealer, sealed, key);
  if (plain === null) return { payload: null, missing: 'wrong-key' };
  const committed = parseCommitted(parts.sha256, decoder.decode(plain));
  if (!committed.ok || committed.value.digest !== entry.payload) return { payload: null, missing: 'not-committed' };
  return { payload: committed.value.payload, missing: null };
}

async function openContent(
  sealer: Pick<Sealer, 'open'>,
  sealed: Uint8Array,
  key: Uint8Array,
): Promise<Uint8Array | null> {
  if (sealed[0] === DIRECT) return openRecord(key, sealed.subarray(1), CONTEXT_BYTES);
  if (sealed[0] !== BY_PLATFORM) return null;
  const end = 3 + (sealed[1] ?? 0) + 256 * (sealed[2] ?? 0);
  const wrappedKey = openRecord(key, sealed.subarray(3, end), CONTEXT_BYTES);
  if (wrappedKey === null) return null;
  const plain = await sealer.open({ ciphertext: sealed.subarray(end), wrappedKey }, CONTEXT);
  return plain.ok ? plain.value : null;
}
