import type { Digest, Epoch, RunId, Sequence, Sha256, UnixMs } from '../base/ids.ts';
import { assert } from '../base/assert.ts';
import { base64, concat, fromBase64, hex, utf8 } from '../base/bytes.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import { textLeafHash } from './merkle.ts';

/**
 * One journal entry, a leaf of the tree. It says that something happened and commits to what, by a salted digest: the
 * payload lies apart under its own key and can be destroyed without a trace of it staying here.
 */
export interface Entry {
  readonly version: 1;
  /** Position in the journal, from 0: the index of the leaf. */
  readonly sequence: Sequence;
  /** Fencing epoch of the leader that wrote it; never goes down. */
  readonly epoch: Epoch;
  /** The device's clock, for display: may jump, and is not checked. */
  readonly time: UnixMs;
  /** `run.started`, `source.imported`: lowercase words joined by dots or dashes. */
  readonly type: string;
  readonly run: RunId | null;
  /** SHA-256(salt || canonical JSON of the payload's value). */
  readonly payload: Digest;
}

/** What an entry commits to; sealed as `encodePayload` writes it. */
export interface Payload {
  /** 32 random bytes, so that the digest of a guessable value tells nothing. */
  readonly salt: Uint8Array;
  readonly value: Json;
}

/** Closed reasons, in words for people. */
export type EntryError = { readonly code: 'not-json' | 'not-canonical' | 'wrong-shape'; readonly message: string };

export const SALT_BYTES = 32;
/** Characters before the value in a payload's text: `{"salt":"`, 44 of base64, `","value":`. */
const BEFORE_VALUE = 63;
const ENTRY_KEYS = ['epoch', 'payload', 'run', 'sequence', 'time', 'type', 'version'];
/** The last moment an ECMAScript date can be (ECMA-262 section 21.4.1.1): whoever shows a time need not check it. */
export const TIME_MS_MAX = 8_640_000_000_000_000;
const TYPE_CHARS_MAX = 64;
const RUN_CHARS_MAX = 128;

export function entryFor(
  sha256: Sha256,
  facts: Pick<Entry, 'sequence' | 'epoch' | 'time' | 'type' | 'run'>,
  payload: Payload,
): Entry {
  const { sequence, epoch, time, type, run } = facts;
  const entry: Entry = { version: 1, sequence, epoch, time, type, run, payload: payloadDigest(sha256, payload) };
  const fault = faultOf({ ...entry });
  assert(fault === null, `an entry is well formed: ${fault ?? ''}`);
  return entry;
}

/** Canonical JSON (RFC 8785): the one text of an entry, the bytes that are hashed. */
export function encodeEntry(entry: Entry): string {
  return canonicalJson(entry);
}

/** The hash of an entry as a leaf of the tree. */
export function entryHash(sha256: Sha256, text: string): Uint8Array {
  return textLeafHash(sha256, text);
}

/**
 * Canonical text of an entry whose run needs no escape: almost every one. What does not match may still be an entry.
 * Groups: epoch, payload, run, sequence, time, type.
 */
const USUAL =
  /^\{"epoch":(0|[1-9]\d*),"payload":"([0-9a-f]{64})","run":(?:null|"([ !#-[\]-~]{1,128})"),"sequence":(0|[1-9]\d*),"time":(0|[1-9]\d*),"type":"([a-z0-9]+(?:[.-][a-z0-9]+)*)","version":1\}$/;

/** Strict: exactly these keys, in canonical form, with values in their ranges. */
export function parseEntry(text: string): Result<Entry, EntryError> {
  return parseUsual(text) ?? parseAny(text);
}

/** @returns null when the text is not as usual: reading it whole then tells what it is */
function parseUsual(text: string): Result<Entry, EntryError> | null {
  const [, epochText, payload = '', runText, sequenceText, timeText, type = ''] = USUAL.exec(text) ?? [];
  const [epoch, sequence, time] = [Number(epochText), Number(sequenceText), Number(timeText)];
  const run = (runText ?? null) as RunId | null;
  const usual =
    Number.isSafeInteger(epoch) &&
    Number.isSafeInteger(sequence) &&
    time <= TIME_MS_MAX &&
    type.length <= TYPE_CHARS_MAX;
  if (!usual) return null;
  return ok({
    version: 1,
    sequence: sequence as Sequence,
    epoch: epoch as Epoch,
    time: time as UnixMs,
    type,
    run,
    payload: payload as Digest,
  });
}

function parseAny(text: string): Result<Entry, EntryError> {
  const parsed = parseCanonical(text);
  if (!parsed.ok) return parsed;
  const fault = faultOf(parsed.value);
  return fault === null ? ok(parsed.value as Entry) : err({ code: 'wrong-shape', message: fault });
}

/** @throws NotJsonError when the value is not JSON */
export function payloadDigest(sha256: Sha256, payload: Payload): Digest {
  assert(payload.salt.length === SALT_BYTES, 'a salt has 32 bytes');
  return hex(sha256(concat(payload.salt, utf8(canonicalJson(payload.value))))) as Digest;
}

/** The text that is sealed, and that an export carries: canonical JSON of `{salt: base64, value}`. */
export function encodePayload(payload: Payload): string {
  return canonicalJson(payloadJson(payload));
}

export function payloadJson(payload: Payload): { readonly salt: string; readonly value: Json } {
  return { salt: base64(payload.salt), value: payload.value };
}

export function parsePayload(text: string): Result<Payload, EntryError> {
  const parsed = parseCanonical(text);
  return parsed.ok ? payloadFrom(parsed.value) : parsed;
}

/** A payload as it was sealed, and what an entry that commits to it says: the digest of the very text that was read. */
export function parseCommitted(
  sha256: Sha256,
  text: string,
): Result<{ readonly payload: Payload; readonly digest: Digest }, EntryError> {
  const payload = parsePayload(text);
  if (!payload.ok) return payload;
  const { salt } = payload.value;
  // The text is canonical, so what it says of the value is the value's own canonical text.
  const digest = hex(sha256(concat(salt, utf8(text.slice(BEFORE_VALUE, -1))))) as Digest;
  return ok({ payload: payload.value, digest });
}

/** @param json what `payloadJson` gives */
export function payloadFrom(json: unknown): Result<Payload, EntryError> {
  if (!hasKeys(json, ['salt', 'value'])) return wrongShape('a payload has a salt and a value');
  const salt = json.salt;
  const bytes = typeof salt === 'string' ? fromBase64(salt) : null;
  if (bytes?.length !== SALT_BYTES) return wrongShape('the salt is not the base64 of 32 bytes');
  return ok({ salt: bytes, value: json.value as Json });
}

/** Reads JSON that must be in canonical form, so that one value has one text and no byte can change unseen. */
export function parseCanonical(text: string): Result<unknown, EntryError> {
  try {
    const value: unknown = JSON.parse(text);
    return canonicalJson(value) === text
      ? ok(value)
      : err({ code: 'not-canonical', message: 'the text is not canonical JSON (RFC 8785)' });
  } catch (error) {
    const deep = error instanceof RangeError;
    return err({ code: 'not-json', message: deep ? 'the text is nested too deeply' : 'the text is not JSON' });
  }
}

/** Whether the value is an object with exactly these keys (given sorted). */
export function hasKeys(value: unknown, keys: readonly string[]): value is { readonly [key: string]: unknown } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const own = Object.keys(value).sort();
  return own.length === keys.length && own.every((key, i) => key === keys[i]);
}

function faultOf(entry: unknown): string | null {
  if (!hasKeys(entry, ENTRY_KEYS)) return `an entry has exactly the keys ${ENTRY_KEYS.join(', ')}`;
  if (entry.version !== 1) return 'the version is not 1';
  for (const key of ['sequence', 'epoch', 'time'])
    if (!Number.isSafeInteger(entry[key]) || (entry[key] as number) < 0) return `${key} is not a whole number from 0`;
  if ((entry.time as number) > TIME_MS_MAX) return 'the time is later than a date can be';
  if (!isText(entry.type, TYPE_CHARS_MAX) || !/^[a-z0-9]+(?:[.-][a-z0-9]+)*$/.test(entry.type))
    return 'the type is not words of a-z joined by dots or dashes';
  if (entry.run !== null && !isText(entry.run, RUN_CHARS_MAX)) return 'the run is neither an id nor null';
  if (typeof entry.payload !== 'string' || !/^[0-9a-f]{64}$/.test(entry.payload))
    return 'the payload digest is not 64 lowercase hex digits';
  return null;
}

function isText(value: unknown, charsMax: number): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= charsMax;
}

function wrongShape(message: string): Result<never, EntryError> {
  return err({ code: 'wrong-shape', message });
}
