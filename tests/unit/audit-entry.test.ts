import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256 } from '#adapters/noble/sha256.ts';
import {
  encodeEntry,
  encodePayload,
  entryFor,
  hasKeys,
  parseCommitted,
  parseEntry,
  parsePayload,
  payloadDigest,
} from '#core/audit/entry.ts';
import { field, list, text as textOf } from '#core/audit/json-fields.ts';
import type { RunId, Sequence } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import { plainFacts, testJournal } from '#tests/fakes/journal.ts';

const journal = testJournal(plainFacts(3));
const [text = ''] = journal.texts;

test('an entry is canonical JSON and comes back from it', () => {
  expect(text).toMatch(/^\{"epoch":1,"payload":"[0-9a-f]{64}","run":"run-1","sequence":0,"time":1763700000000,"type":/);
  for (const [i, entry] of journal.entries.entries()) {
    expect(encodeEntry(entry)).toBe(journal.texts[i]);
    expect(parseEntry(journal.texts[i] ?? '')).toEqual({ ok: true, value: entry });
  }
});

test('the payload digest is SHA-256 of the salt and the canonical value', () => {
  const salt = Uint8Array.from({ length: 32 }, (_, i) => i);
  const expected = createHash('sha256').update(salt).update('{"a":[1,"é"],"b":null}').digest('hex');
  expect(payloadDigest(sha256, { salt, value: { b: null, a: [1, 'é'] } })).toBe(expected);
});

test('an entry that is not well formed is not written, nor a payload whose salt has another length', () => {
  const [entry, payload] = [journal.entries[0] ?? never(), journal.payloads[0] ?? never()];
  expect(entryFor(sha256, entry, payload)).toEqual(entry);
  expect(() => entryFor(sha256, { ...entry, type: 'Step started' }, payload)).toThrow(
    'an entry is well formed: the type is not words of a-z joined by dots or dashes',
  );
  expect(() => entryFor(sha256, { ...entry, sequence: -1 as Sequence }, payload)).toThrow(
    'an entry is well formed: sequence is not a whole number from 0',
  );
  for (const length of [31, 33])
    expect(() => payloadDigest(sha256, { salt: new Uint8Array(length), value: 1 })).toThrow('a salt has 32 bytes');
});

test('of what comes from outside only own fields of their kind are read', () => {
  expect(field({ a: 1 }, 'a')).toBe(1);
  for (const value of [undefined, null, 7, 'text', [], {}, { b: 1 }]) expect(field(value, 'a')).toBeUndefined();
  for (const name of ['toString', 'constructor', '__proto__']) expect(field({}, name)).toBeUndefined();
  expect(field('text', 'length')).toBeUndefined();
  expect(list([1, 2])).toEqual([1, 2]);
  for (const value of [undefined, null, 'ab', { length: 1 }]) expect(list(value)).toEqual([]);
  expect(textOf('')).toBe('');
  for (const value of [undefined, null, 7, ['a']]) expect(textOf(value)).toBeNull();
  expect(hasKeys({ b: 1, a: 2 }, ['a', 'b'])).toBe(true);
  for (const value of [{ a: 1 }, { a: 1, b: 2, c: 3 }, { a: 1, c: 2 }, ['a', 'b'], null, 'ab', undefined])
    expect(hasKeys(value, ['a', 'b'])).toBe(false);
  expect(hasKeys([1], ['0'])).toBe(false);
});

test('a payload comes back from its sealed text, and loose texts are refused', () => {
  for (const payload of journal.payloads)
    expect(parsePayload(encodePayload(payload))).toEqual({ ok: true, value: payload });
  const short = '{"salt":"AAAA","value":1}';
  for (const bad of ['', '{}', '[]', 'null', short, encodePayload(journal.payloads[0] ?? never()).replace(':', ': ')])
    expect(parsePayload(bad).ok, bad).toBe(false);
  expect(parseCommitted(sha256, short).ok).toBe(false);
});

test('what a sealed text commits to is the digest of its payload, whatever its value is', () => {
  const salt = Uint8Array.from({ length: 32 }, (_, i) => 255 - i);
  const json = fc.jsonValue({ stringUnit: 'grapheme' }).map((value) => JSON.parse(JSON.stringify(value)) as Json);
  fc.assert(
    fc.property(json, (value) => {
      const committed = parseCommitted(sha256, encodePayload({ salt, value }));
      expect(committed).toEqual({
        ok: true,
        value: { payload: { salt, value }, digest: payloadDigest(sha256, { salt, value }) },
      });
    }),
  );
});

test('an entry with another key, a key too few, a wrong value or loose writing is refused', () => {
  const changes: readonly (readonly [string | RegExp, string])[] = [
    ['{', '{"extra":1,'],
    ['"run":"run-1",', ''],
    ['"run":"run-1"', '"run":""'],
    ['"run":"run-1"', '"run":7'],
    ['"version":1', '"version":2'],
    ['"version":1', '"version":1.0'],
    ['"sequence":0', '"sequence":-1'],
    ['"sequence":0', '"sequence":0.5'],
    ['"sequence":0', '"sequence":9007199254740992'],
    ['"sequence":0', '"sequence":0,"sequence":0'],
    ['"sequence":0', '"sequence":00'],
    ['"sequence":0', '"sequence":-0'],
    ['"epoch":1', '"epoch":"1"'],
    ['"epoch":1', '"epoch":1e3'],
    ['"epoch":1', '"epoch":99999999999999999999'],
    ['"time":1763700000000', '"time":8640000000000001'],
    ['"run":"run-1"', `"run":"${'r'.repeat(129)}"`],
    ['"run":"run-1"', '"run":"run\u00071"'],
    ['"type":"step.started"', `"type":"${'t'.repeat(65)}"`],
    [/"payload":"[0-9a-f]{64}"/, '"payload":7'],
    ['step.started', 'Step Started'],
    ['step.started', ''],
    [/"payload":"../, '"payload":"AB'],
    [/"payload":"../, '"payload":"'],
    [',', ', '],
    ['"run-1"', '"run\\u002d1"'],
    [/^/, '\ufeff'],
    [/$/, '\n'],
  ];
  for (const [from, to] of changes) {
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    expect(parseEntry(changed).ok, changed).toBe(false);
  }
  expect(parseEntry(`${'['.repeat(200_000)}${']'.repeat(200_000)}`).ok).toBe(false);
});

test('whatever run an entry names, and whatever one character becomes, only the one text of an entry is read', () => {
  const [entry = never()] = journal.entries;
  const run = fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }), fc.constant(null));
  const changes = fc.tuple(fc.nat(), fc.string({ unit: 'binary', maxLength: 2 }), fc.nat(2));
  fc.assert(
    fc.property(run, fc.nat(), changes, (name, sequence, [where, put, taken]) => {
      fc.pre(name?.isWellFormed() !== false);
      const right = { ...entry, run: name as RunId | null, sequence: sequence as Sequence };
      const written = encodeEntry(right);
      expect(parseEntry(written)).toEqual({ ok: true, value: right });
      const at = where % written.length;
      const changed = written.slice(0, at) + put + written.slice(at + taken);
      const parsed = parseEntry(changed);
      if (parsed.ok) expect(encodeEntry(parsed.value)).toBe(changed);
    }),
    { numRuns: 2_000 },
  );
}, 60_000);

function never(): never {
  throw new Error('the test journal has entries');
}
