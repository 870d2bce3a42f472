import { createPublicKey, verify as nodeVerify } from 'node:crypto';
import { expect, test } from 'vitest';
import { verifyEd25519 } from '#adapters/noble/ed25519.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { checkpointKey, originOf } from '#core/audit/checkpoint.ts';
import { cosign, cosignaturesOn, keyInName, withSignatures } from '#core/audit/cosignature.ts';
import { consistencyProof, merkleTree } from '#core/audit/merkle-tree.ts';
import { COSIGNATURE_TYPE, formatNoteKey, type NoteKey, parseNote, parseNoteKey } from '#core/audit/note.ts';
import {
  formatAddCheckpoint,
  judgeAddCheckpoint,
  parseAddCheckpoint,
  readWitnessAnswer,
  readWitnessSize,
  type SeenLog,
} from '#core/audit/witness.ts';
import { base64, concat, hex, utf8 } from '#core/base/bytes.ts';
import { checkTools, plainFacts, testJournal } from '#tests/fakes/journal.ts';
import { seededSigner } from '#tests/fakes/seeded-signer.ts';

const journal = testJournal(plainFacts(9));
const tree = merkleTree(sha256, journal.leafHashes);
const witness = seededSigner(50);
const witnessKey: NoteKey = { name: 'witness.example/w1', publicKey: witness.publicKey };
const SECONDS = 1_763_900_000;

const textOf = (note: string): string => {
  const parsed = parseNote(note);
  if (!parsed.ok) throw new Error('a note');
  return parsed.value.text;
};
const request = async (old: number, size: number): Promise<string> =>
  formatAddCheckpoint({
    old,
    proof: old === 0 || old === size ? [] : consistencyProof(sha256, tree, old, size),
    note: await journal.checkpointAt(size),
  });
const judge = (text: string, seen: SeenLog | null): ReturnType<typeof judgeAddCheckpoint> => {
  const parsed = parseAddCheckpoint(text);
  if (!parsed.ok) throw new Error('a request');
  return judgeAddCheckpoint(checkTools, parsed.value, seen);
};

test('a cosignature is the bytes that C2SP tlog-cosignature says, judged by another implementation', async () => {
  const text = textOf(await journal.checkpointAt(5));
  const line = await cosign(sha256, text, witnessKey, SECONDS, witness.sign);
  const [dash, name, encoded = ''] = line.trimEnd().split(' ');
  expect([dash, name, line.endsWith('\n')]).toEqual(['\u2014', 'witness.example/w1', true]);
  const bytes = Buffer.from(encoded, 'base64');
  expect(bytes).toHaveLength(4 + 8 + 64);
  const keyId = sha256(concat(utf8('witness.example/w1\n'), Uint8Array.of(4), witness.publicKey)).slice(0, 4);
  expect(hex(bytes.subarray(0, 4))).toBe(hex(keyId));
  expect(bytes.readBigUInt64BE(4)).toBe(BigInt(SECONDS));
  const key = createPublicKey({
    format: 'jwk',
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(witness.publicKey).toString('base64url') },
  });
  const message = Buffer.from(`cosignature/v1\ntime ${String(SECONDS)}\n${text}`);
  expect(nodeVerify(null, message, key, bytes.subarray(12))).toBe(true);
});

test('a verifier key of a witness has type 4, and one for notes is refused in its place', () => {
  const text = formatNoteKey(sha256, witnessKey, COSIGNATURE_TYPE);
  expect(parseNoteKey(sha256, text, COSIGNATURE_TYPE)).toEqual({ ok: true, value: witnessKey });
  expect(parseNoteKey(sha256, text)).toEqual({ ok: false, error: 'not-ed25519' });
  expect(parseNoteKey(sha256, formatNoteKey(sha256, witnessKey), COSIGNATURE_TYPE).ok).toBe(false);
});

test('cosignatures of known keys and of agents are found with their time; those of strangers are passed over', async () => {
  const note = await journal.checkpointAt(5);
  const other = seededSigner(51);
  const named = checkpointKey(other.publicKey);
  const lines = [
    await cosign(sha256, textOf(note), witnessKey, SECONDS, witness.sign),
    await cosign(sha256, textOf(note), named, SECONDS + 1, other.sign),
    await cosign(sha256, textOf(note), { ...witnessKey, name: 'stranger.example' }, SECONDS, witness.sign),
  ];
  const cosigned = withSignatures(note, [...lines, ...lines]);
  expect(withSignatures(cosigned, lines)).toBe(cosigned);
  const found = cosignaturesOn(sha256, verifyEd25519, [witnessKey], cosigned);
  expect(found.ok && found.value.map(({ name, time }) => [name, time])).toEqual([
    ['witness.example/w1', SECONDS * 1000],
    [named.name, SECONDS * 1000 + 1000],
  ]);
  expect(cosignaturesOn(sha256, verifyEd25519, [], note)).toEqual({ ok: true, value: [] });
  expect(keyInName('witness.example/w1')).toBeNull();
  expect(keyInName('windhover/did:key:zAbc')).toBeNull();
});

test('a cosignature on another checkpoint, at another time, too short or after the end of dates does not hold', async () => {
  const note = await journal.checkpointAt(5);
  const elsewhere = await cosign(sha256, textOf(await journal.checkpointAt(4)), witnessKey, SECONDS, witness.sign);
  const right = await cosign(sha256, textOf(note), witnessKey, SECONDS, witness.sign);
  const edit = (change: (bytes: Buffer) => Buffer): string => {
    const bytes = Buffer.from(right.trimEnd().split(' ')[2] ?? '', 'base64');
    return `\u2014 witness.example/w1 ${change(bytes).toString('base64')}\n`;
  };
  const later = edit((bytes) => {
    bytes.writeBigUInt64BE(BigInt(SECONDS + 60), 4);
    return bytes;
  });
  const never = edit((bytes) => {
    bytes.writeBigUInt64BE(2n ** 63n, 4);
    return bytes;
  });
  const short = edit((bytes) => bytes.subarray(0, 70));
  const bare = edit((bytes) => bytes.subarray(0, 9));
  const long = edit((bytes) => Buffer.concat([bytes, Buffer.of(0)]));
  for (const line of [elsewhere, later, never, short, bare, long])
    expect(cosignaturesOn(sha256, verifyEd25519, [witnessKey], note + line), line).toEqual({
      ok: false,
      error: 'bad-cosignature',
    });
  expect(cosignaturesOn(sha256, verifyEd25519, [witnessKey], 'no note')).toEqual({ ok: false, error: 'malformed' });
});

test('a witness cosigns a log it never saw, then each larger head that grew from it', async () => {
  const first = judge(await request(0, 4), null);
  if (!first.ok) throw new Error(first.error.why);
  expect(first.value.seen).toMatchObject({ origin: originOf(journal.agent), size: 4 });
  expect(first.value.text).toBe(textOf(await journal.checkpointAt(4)));
  const second = judge(await request(4, 9), first.value.seen);
  expect(second.ok && second.value.seen.size).toBe(9);
  const same = judge(await request(4, 4), first.value.seen);
  expect(same).toEqual(first);
  const fromNothing = judge(await request(0, 9), { ...first.value.seen, size: 0 });
  expect(fromNothing.ok).toBe(true);
});

test('a witness refuses what did not grow from what it saw, and says where it stands', async () => {
  const seen = judge(await request(0, 5), null);
  if (!seen.ok) throw new Error(seen.error.why);
  const refusal = (text: string, known: SeenLog | null = seen.value.seen): unknown => {
    const judged = judge(text, known);
    return judged.ok ? null : judged.error;
  };
  const stands = (size: number) => ({
    code: 'conflict',
    size,
    why: `this device last saw ${String(size)} entries of this log`,
  });
  const inconsistent = (size: number) => ({
    code: 'inconsistent',
    why: `the first ${String(size)} entries are not those this device saw: the log was rewritten`,
  });
  expect(refusal(await request(4, 9))).toEqual(stands(5));
  expect(refusal(await request(0, 9))).toEqual(stands(5));
  expect(refusal(await request(3, 9), null)).toEqual(stands(0));
  expect(refusal((await request(5, 9)).replace('old 5', 'old 10'))).toEqual({
    code: 'malformed',
    why: 'the proof starts at a larger size than the checkpoint has',
  });
  expect(refusal((await request(5, 9)).replace('old 5', 'old 9'))).toEqual(stands(5));
  expect(refusal(await request(5, 9), { ...seen.value.seen, origin: 'windhover/other' })).toEqual({
    code: 'unknown-log',
    why: 'this is another log',
  });

  const rewritten = testJournal(plainFacts(9).map((fact, i) => (i === 1 ? { ...fact, value: 'another past' } : fact)));
  const newTree = merkleTree(sha256, rewritten.leafHashes);
  const forged = {
    old: 5,
    proof: consistencyProof(sha256, newTree, 5, 9),
    note: await rewritten.checkpointAt(9),
  };
  expect(refusal(formatAddCheckpoint(forged))).toEqual(inconsistent(5));
  const sameSize = { old: 5, proof: [], note: await rewritten.checkpointAt(5) };
  expect(refusal(formatAddCheckpoint(sameSize))).toEqual(inconsistent(5));
  const padded = { old: 5, proof: forged.proof.slice(0, 1), note: await journal.checkpointAt(5) };
  expect(refusal(formatAddCheckpoint(padded))).toEqual(inconsistent(5));
  const needless = { old: 0, proof: forged.proof, note: await journal.checkpointAt(5) };
  expect(refusal(formatAddCheckpoint(needless), null)).toEqual(inconsistent(0));
  expect(refusal(formatAddCheckpoint(needless), { ...seen.value.seen, size: 0 })).toEqual(inconsistent(0));
  expect(refusal(formatAddCheckpoint({ ...forged, proof: [] }))).toEqual(inconsistent(5));
  expect(refusal(await request(5, 9), { ...seen.value.seen, root: 'xx' })).toEqual(inconsistent(5));

  const note = await journal.checkpointAt(9);
  const malformed = { code: 'malformed', why: 'this is not a checkpoint' };
  expect(refusal(formatAddCheckpoint({ old: 5, proof: [], note: 'no note' }))).toEqual(malformed);
  expect(refusal(formatAddCheckpoint({ old: 5, proof: [], note: note.replace('\n9\n', '\n09\n') }))).toEqual(malformed);
  const unsigned = note.replace('\n9\n', '\n8\n');
  expect(refusal(formatAddCheckpoint({ old: 5, proof: [], note: unsigned }))).toEqual({
    code: 'bad-signature',
    why: 'the checkpoint is not signed by the agent whose journal it names',
  });
  const foreign = note.replaceAll(originOf(journal.agent), 'log.example/x');
  expect(refusal(formatAddCheckpoint({ old: 5, proof: [], note: foreign }))).toEqual({
    code: 'unknown-log',
    why: 'log.example/x is not the journal of an agent',
  });
});

test('requests are read as they were written, and nothing else is taken for one', async () => {
  const text = await request(4, 9);
  const proof = consistencyProof(sha256, tree, 4, 9).map((bytes) => `${base64(bytes)}\n`);
  expect(text).toBe(`old 4\n${proof.join('')}\n${await journal.checkpointAt(9)}`);
  const parsed = parseAddCheckpoint(text);
  expect(parsed.ok && formatAddCheckpoint(parsed.value)).toBe(text);
  const hash = 'A'.repeat(43);
  const bad = [
    '',
    'old 4',
    text.replace('old 4', 'old 04'),
    text.replace('old 4', 'new 4'),
    text.replace('old 4\n', 'old 4\nAAAA\n'),
    text.replace('old 4\n', 'old 4\n?\n'),
    text.replace('old 4', 'old 9007199254740993'),
    `old 4\n${`${hash}=\n`.repeat(64)}\n${text.slice(text.indexOf('\n\n') + 2)}`,
    'old 4\n',
    `old 4\n${hash}=\n`,
    `\n\n${text}`,
    text.replace('old 4', ' old 4'),
    text.replace('old 4', 'old 4 '),
    text.replace('old 4', 'old'),
  ];
  const longest = parseAddCheckpoint(`old 4\n${`${hash}=\n`.repeat(63)}\nnote`);
  expect(longest).toMatchObject({ ok: true, value: { old: 4, note: 'note' } });
  expect(parseAddCheckpoint('old 0\n\nnote')).toEqual({ ok: true, value: { old: 0, proof: [], note: 'note' } });
  expect(parseAddCheckpoint('old 10\n\nnote')).toMatchObject({ value: { old: 10 } });
  for (const wrong of bad) expect(parseAddCheckpoint(wrong), wrong).toEqual({ ok: false, error: 'malformed' });
});

test("a witness's answer is kept only when it holds; a number is where it stands", async () => {
  const note = await journal.checkpointAt(9);
  const line = await cosign(sha256, textOf(note), witnessKey, SECONDS, witness.sign);
  const stranger = await cosign(sha256, textOf(note), { ...witnessKey, name: 'other.example' }, SECONDS, witness.sign);
  const read = (answer: string, sent = note): ReturnType<typeof readWitnessAnswer> =>
    readWitnessAnswer(checkTools, witnessKey, sent, answer);
  for (const answer of [line, line.trimEnd(), stranger + line])
    expect(read(answer)).toMatchObject({ ok: true, value: { line, cosignature: { time: SECONDS * 1000 } } });
  expect(read(stranger)).toEqual({ ok: false, error: 'there is no cosignature of witness.example/w1 in this answer' });
  expect(read(line, await journal.checkpointAt(8))).toEqual({
    ok: false,
    error: 'the cosignature does not hold: it is not of witness.example/w1 on this checkpoint',
  });
  expect(read('404 not found')).toEqual({
    ok: false,
    error: 'this is not the answer of a witness: it has lines that are no signatures',
  });
  expect(read(line, 'no note')).toEqual({ ok: false, error: 'the checkpoint that was sent cannot be read' });
  expect(
    ['12\n', '12', '0', '-1', '1.5', '012', 'x', '9007199254740993', '12\n\n', 'x12', ''].map(readWitnessSize),
  ).toEqual([12, 12, 0, null, null, null, null, null, null, null, null]);
});
