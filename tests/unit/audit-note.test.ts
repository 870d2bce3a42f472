import { expect, test } from 'vitest';
import { sha256 } from '#adapters/noble/sha256.ts';
import { formatNoteKey, parseNote, parseNoteKey, parseSignatureLine } from '#core/audit/note.ts';
import { plainFacts, testJournal } from '#tests/fakes/journal.ts';

const journal = testJournal(plainFacts(4));

test('notes are read strictly', async () => {
  const note = await journal.checkpointAt(4);
  const line = note.slice(note.indexOf('\n\n') + 2);
  const text = note.slice(0, note.indexOf('\n\n') + 1);
  const read = (changed: string): boolean => parseNote(changed).ok;
  expect(read(note)).toBe(true);
  expect(read(note.slice(0, -1))).toBe(false);
  expect(read(`${text}${line}`)).toBe(false);
  expect(read(`${text}\n`)).toBe(false);
  expect(read(`${text}\n${line.repeat(100)}`)).toBe(true);
  expect(read(`${text}\n${line.repeat(101)}`)).toBe(false);
  expect(read(note.replace('\n', '\t\n'))).toBe(false);
  expect(read(note.replace('\n', '\u001f\n'))).toBe(false);
  expect(read(note.replace('\n', '\u0020\n'))).toBe(true);
  expect(read(note.replace('\n', '\ud800\n'))).toBe(false);
  expect(read(note.replace('\u2014', '-'))).toBe(false);
});

test('a signature line has a name, a space and the base64 of a key id and a signature', () => {
  const encoded = (length: number): string => Buffer.alloc(length).toString('base64');
  expect(parseSignatureLine(`\u2014 name ${encoded(5)}`)).toMatchObject({ name: 'name' });
  for (const line of [
    `name ${encoded(5)}`,
    `\u2014 name ${encoded(4)}`,
    `\u2014 name ${encoded(5)} more`,
    `\u2014  ${encoded(5)}`,
    `\u2014 na+me ${encoded(5)}`,
    `\u2014 na\u00a0me ${encoded(5)}`,
    '\u2014 name ?',
    '\u2014 name',
  ])
    expect(parseSignatureLine(line), line).toBeNull();
});

test('a key for notes is read back, and one of another kind, name or id is refused', () => {
  const key = { name: 'example.org/log', publicKey: journal.signer.publicKey };
  const text = formatNoteKey(sha256, key);
  expect(parseNoteKey(sha256, text)).toEqual({ ok: true, value: key });
  expect(parseNoteKey(sha256, formatNoteKey(sha256, key, 4), 4)).toEqual({ ok: true, value: key });
  expect(parseNoteKey(sha256, text, 4)).toEqual({ ok: false, error: 'not-ed25519' });
  expect(parseNoteKey(sha256, 'nothing')).toEqual({ ok: false, error: 'malformed' });
  expect(parseNoteKey(sha256, text.replace('example.org', 'example org'))).toEqual({ ok: false, error: 'malformed' });
  expect(parseNoteKey(sha256, `${text}?`)).toEqual({ ok: false, error: 'malformed' });
  expect(parseNoteKey(sha256, text.replace('example.org', 'example.net'))).toEqual({
    ok: false,
    error: 'wrong-key-id',
  });
  const long = text.replace(/[^+]+$/, Buffer.concat([Buffer.of(1), Buffer.alloc(33)]).toString('base64'));
  expect(parseNoteKey(sha256, long)).toEqual({ ok: false, error: 'not-ed25519' });
});
