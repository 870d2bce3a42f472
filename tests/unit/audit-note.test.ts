import { expect, test } from 'vitest';
import { sha256 } from '#adapters/noble/sha256.ts';
import { verifyEd25519 } from '#adapters/noble/ed25519.ts';
import {
  checkpointKey,
  formatCheckpoint,
  journalNameIn,
  openSignedBy,
  originOf,
  parseCheckpoint,
  readCheckpoint,
} from '#core/audit/checkpoint.ts';
import {
  formatNote,
  formatNoteKey,
  keyIdOf,
  openNote,
  parseNote,
  parseNoteKey,
  parseSignatureLine,
  signNote,
} from '#core/audit/note.ts';
import { base64, concat, hex } from '#core/base/bytes.ts';
import { agentIdOf } from '#core/identity/did-key.ts';
import { plainFacts, testJournal } from '#tests/fakes/journal.ts';
import { seededSigner } from '#tests/fakes/seeded-signer.ts';

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

test('a note is written with a line for each signature, and what cannot be read as one is not signed', async () => {
  const signature = { name: 'example.org/log', keyId: Uint8Array.of(1, 2, 3, 4), signature: Uint8Array.of(5) };
  const signatures = [signature, { ...signature, name: 'second' }];
  const written = 'text\n\n\u2014 example.org/log AQIDBAU=\n\u2014 second AQIDBAU=\n';
  expect(formatNote({ text: 'text\n', signatures })).toBe(written);
  expect(parseNote(written)).toEqual({ ok: true, value: { text: 'text\n', signatures } });
  const key = { name: 'example.org/log', publicKey: journal.signer.publicKey };
  for (const text of ['no end', 'a tab\t\n'])
    await expect(signNote(sha256, text, key, journal.signer.sign)).rejects.toThrow(
      'what is signed can be read as a note',
    );
  await expect(signNote(sha256, 'text\n', { ...key, name: 'two words' }, journal.signer.sign)).rejects.toThrow();
});

test('a signature is of the key whose name and id it says, and of no other', async () => {
  const key = { name: 'example.org/log', publicKey: journal.signer.publicKey };
  const note = await signNote(sha256, 'text\n', key, journal.signer.sign);
  const open = (of: typeof key, text = note) => openNote(sha256, verifyEd25519, of, text);
  expect(open(key)).toMatchObject({ ok: true, value: { text: 'text\n' } });
  expect(open({ ...key, name: 'example.org/other' })).toEqual({ ok: false, error: 'unsigned' });
  expect(open({ ...key, publicKey: seededSigner(2).publicKey })).toEqual({ ok: false, error: 'unsigned' });
  expect(open(key, note.replace('text', 'test'))).toEqual({ ok: false, error: 'bad-signature' });
  const renamed = note.replace('example.org/log', 'example.org/other');
  expect(open({ ...key, name: 'example.org/other' }, renamed)).toEqual({ ok: false, error: 'unsigned' });
  expect(hex(keyIdOf(sha256, key))).toBe(
    hex(sha256(concat(Buffer.from('example.org/log\n\u0001'), key.publicKey))).slice(0, 8),
  );
});

test('a key for notes is a name without spaces and plus signs, eight digits and base64, and nothing around it', () => {
  const key = { name: 'example.org/log', publicKey: journal.signer.publicKey };
  const text = formatNoteKey(sha256, key);
  const [name, id, encoded] = text.split(/\+(.{8})\+/s);
  expect([name, id]).toEqual([key.name, hex(keyIdOf(sha256, key))]);
  expect(encoded).toBe(base64(concat(Uint8Array.of(1), key.publicKey)));
  for (const wrong of [
    `more+${text}`,
    `+${id!}+${encoded!}`,
    text.replace(id!, id!.toUpperCase().replace(/[0-9]/g, 'A')),
    text.replace(id!, id!.slice(1)),
    `${text}\n`,
    ` ${text}`,
    `${name!}+${id!}+`,
    `${name!}\ud800+${id!}+${encoded!}`,
  ])
    expect(parseNoteKey(sha256, wrong), wrong).toEqual({ ok: false, error: 'malformed' });
  const short = base64(concat(Uint8Array.of(1), key.publicKey.slice(1)));
  expect(parseNoteKey(sha256, `${name!}+${id!}+${short}`)).toEqual({ ok: false, error: 'not-ed25519' });
});

test('a checkpoint is an origin, a size without leading zeros and a root of 32 bytes, a line each', () => {
  const root = Uint8Array.from({ length: 32 }, (_, i) => i);
  const checkpoint = { origin: 'example.org/log', size: 7, root, extensions: [] };
  const text = `example.org/log\n7\n${base64(root)}\n`;
  expect(formatCheckpoint(checkpoint)).toBe(text);
  expect(parseCheckpoint(text)).toEqual({ ok: true, value: checkpoint });
  const more = { ...checkpoint, size: 0, extensions: ['one', 'two'] };
  expect(parseCheckpoint(formatCheckpoint(more))).toEqual({ ok: true, value: more });
  expect(parseCheckpoint(text.replace('\n7\n', '\n9007199254740991\n'))).toMatchObject({ ok: true });
  for (const size of ['07', '-7', '+7', '7 ', ' 7', '7.0', '', 'x', '1e3', '9007199254740992', '7x', 'x7'])
    expect(parseCheckpoint(text.replace('\n7\n', `\n${size}\n`)), size).toEqual({ ok: false, error: 'malformed' });
  for (const wrong of [
    text.slice(0, -1),
    text.replace('example.org/log', ''),
    `${text}\n`,
    `${text}more`,
    text.replace(base64(root), base64(root.slice(1))),
    text.replace(base64(root), base64(concat(root, root))),
    text.replace(base64(root), '?'),
    'example.org/log\n7\n',
    'example.org/log\n',
    '',
  ])
    expect(parseCheckpoint(wrong), wrong).toEqual({ ok: false, error: 'malformed' });
});

test('a journal is named in the first line of its checkpoint, by the key it has or the one it began with', async () => {
  const note = await journal.checkpointAt(4);
  expect(journalNameIn(note)).toBe(journal.agent);
  expect(journalNameIn(note.replace('windhover/', 'other/'))).toBeNull();
  expect(journalNameIn(note.replace('did:key:z', 'did:web:'))).toBeNull();
  expect(journalNameIn(`windhover/${journal.agent}`)).toBeNull();
  expect(readCheckpoint('nothing')).toEqual({ ok: false, error: 'malformed' });
  const tools = { sha256, verifyEd25519 };
  const [first, later] = [seededSigner(5), journal.agent];
  const named = agentIdOf(first.publicKey);
  expect(openSignedBy(tools, [named], later, note)).toMatchObject({ ok: true, value: { size: 4 } });
  expect(openSignedBy(tools, [later, named], 'did:web:x' as never, note)).toEqual({ ok: false, error: 'bad-agent' });
  expect(openSignedBy(tools, [later], named, note)).toEqual({ ok: false, error: 'unsigned' });
  expect(checkpointKey(first.publicKey)).toEqual({ name: originOf(named), publicKey: first.publicKey });
});
