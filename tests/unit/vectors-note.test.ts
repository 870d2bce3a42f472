import { expect, test } from 'vitest';
import { createNobleSigner, verifyEd25519 } from '#adapters/noble/ed25519.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { fromBase64 } from '#core/base/bytes.ts';
import {
  formatNote,
  formatNoteKey,
  openNote,
  parseNote,
  parseNoteKey,
  signNote,
  type NoteKey,
} from '#core/audit/note.ts';
import { seededSigner } from '#tests/fakes/seeded-signer.ts';
import { testWithVectors, vectorJson } from '#tests/fakes/vectors.ts';

interface NoteVectors {
  readonly cases: readonly {
    readonly name: string;
    readonly vkey: string;
    readonly test_skey_from_public_test_file?: string;
    readonly text: string;
    readonly sig: string;
    readonly valid: boolean;
  }[];
  readonly bad_vkeys: readonly string[];
}

const read = (): NoteVectors => vectorJson('note/note.json') as NoteVectors;

testWithVectors('note', 'the signed notes of the vectors open with their keys', () => {
  const { cases } = read();
  expect(cases.length).toBeGreaterThan(1);
  for (const { name, vkey, text, sig, valid } of cases) {
    const key = keyFrom(vkey);
    expect(key.name).toBe(name);
    expect(formatNoteKey(sha256, key)).toBe(vkey);
    const note = `${text}\n${sig}`;
    expect(openNote(sha256, verifyEd25519, key, note).ok).toBe(valid);
    const parsed = parseNote(note);
    expect(parsed.ok && formatNote(parsed.value)).toBe(note);
    expect(openNote(sha256, verifyEd25519, key, note.replace('a', 'b'))).toEqual({ ok: false, error: 'bad-signature' });
  }
});

testWithVectors('note', 'signing with the secret key of the vectors gives the signature of the vectors', async () => {
  for (const { vkey, test_skey_from_public_test_file: skey, text, sig } of read().cases) {
    if (skey === undefined) continue;
    const secret = fromBase64(skey.slice(-44)) ?? new Uint8Array(0); // 0x01, then 32 bytes
    expect(secret[0]).toBe(1);
    const signer = createNobleSigner(secret.slice(1));
    expect(await signNote(sha256, text, keyFrom(vkey), signer.sign)).toBe(`${text}\n${sig}`);
  }
});

testWithVectors('note', 'the bad verifier keys of the vectors are refused', () => {
  for (const vkey of read().bad_vkeys) expect(parseNoteKey(sha256, vkey).ok).toBe(false);
});

test('a note signed here opens, ignores cosignatures of others, and refuses changes', async () => {
  const signer = seededSigner(1);
  const key = { name: 'windhover/test', publicKey: signer.publicKey };
  const note = await signNote(sha256, 'one line\n\nand another\n', key, signer.sign);
  const cosigned = `${note}\u2014 witness.example/w AAAAAAECAwQ=\n`;
  expect(openNote(sha256, verifyEd25519, key, note).ok).toBe(true);
  expect(openNote(sha256, verifyEd25519, key, cosigned).ok).toBe(true);
  expect(openNote(sha256, verifyEd25519, { ...key, name: 'windhover/other' }, note)).toEqual({
    ok: false,
    error: 'unsigned',
  });
  const lines = note.split('\n');
  const malformed = [
    note.slice(0, -1),
    `${note}\n`,
    note.replace('one', 'o\u0001e'),
    note.replace('\u2014', '-'),
    lines.slice(0, 3).join('\n'),
    '',
  ];
  for (const bad of malformed)
    expect(openNote(sha256, verifyEd25519, key, bad)).toEqual({ ok: false, error: 'malformed' });
});

test('a second signature under the same key that does not hold spoils the note', async () => {
  const signer = seededSigner(2);
  const key = { name: 'windhover/test', publicKey: signer.publicKey };
  const note = await signNote(sha256, 'text\n', key, signer.sign);
  const other = await signNote(sha256, 'other text\n', key, signer.sign);
  const twice = `${note}${other.slice('other text\n\n'.length)}`;
  expect(openNote(sha256, verifyEd25519, key, twice)).toEqual({ ok: false, error: 'bad-signature' });
});

function keyFrom(vkey: string): NoteKey {
  const key = parseNoteKey(sha256, vkey);
  if (!key.ok) throw new Error(`not a key: ${vkey}`);
  return key.value;
}
