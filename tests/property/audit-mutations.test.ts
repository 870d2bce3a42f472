import { createHash, createPublicKey, type KeyObject, verify as nodeVerify } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { linesOf } from '#adapters/platform/lines-of.ts';
import { cosign } from '#core/audit/cosignature.ts';
import {
  checkExportLine,
  endExportCheck,
  type ExportCheck,
  type FileTools,
  startExportCheck,
  verifyExportFile,
} from '#core/audit/export-check.ts';
import type { Trust } from '#core/audit/export-report.ts';
import { writeExportEntry } from '#core/audit/export.ts';
import type { VerifyEd25519 } from '#core/audit/note.ts';
import { concat, equalBytes, hex, utf8 } from '#core/base/bytes.ts';
import type { Sha256 } from '#core/base/ids.ts';
import { seededRandom, type Random } from '#core/base/random.ts';
import { exportBytes, plainFacts, testJournal } from '#tests/fakes/journal.ts';
import { seededSigner } from '#tests/fakes/seeded-signer.ts';

const MUTATIONS = 100_000;
const SEED = 20261121;

const journal = testJournal(plainFacts(7));
/** The same journal by the same key with another past: what a forger who owns the device could write. */
const forged = testJournal(plainFacts(7).map((fact, i) => (i === 2 ? { ...fact, value: 'another past' } : fact)));
const witness = seededSigner(90);
const key = { name: 'witness.example/w', publicKey: witness.publicKey };

/** The platform's own, which are fast. */
const sha256: Sha256 = (bytes) => new Uint8Array(createHash('sha256').update(bytes).digest());
/** A mutated signature must be judged anew each time. */
const keys = new Map<string, KeyObject>();
const verifyEd25519: VerifyEd25519 = (publicKey, message, signature) => {
  const x = Buffer.from(publicKey).toString('base64url');
  const known = keys.get(x) ?? createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x } });
  keys.set(x, known);
  return nodeVerify(null, message, known, signature);
};
const tools: FileTools = { sha256, verifyEd25519, lines: linesOf };

let original = new Uint8Array(0);
let trust: Trust = {};
/** Where each line starts, and what is known before it is read. */
let starts: readonly number[] = [];
let states: readonly ExportCheck[] = [];

beforeAll(async () => {
  const note = await journal.checkpointAt(4);
  const line = await cosign(sha256, note.slice(0, note.indexOf('\n\n') + 1), key, 1_764_000_000, witness.sign);
  original = new Uint8Array(await exportBytes(journal, [4, 7], { cosigned: { 4: [line] } }));
  trust = { anchor: await journal.checkpointAt(5), witnesses: [key] };
  starts = [0, ...[...original.keys()].filter((at) => original[at] === 0x0a).map((at) => at + 1)];
  const reached = [startExportCheck(trust)];
  for (const text of linesOf(original)) reached.push(checkExportLine(tools, reached.at(-1)!, text));
  states = reached;
});

/** Verifies a mutated file from its first changed line on: what stands before it was verified already. */
function isFound(mutated: Uint8Array): boolean {
  const end = Math.min(mutated.length, original.length);
  let same = 0;
  while (same < end && mutated[same] === original[same]) same++;
  const line = starts.findLastIndex((start) => start <= same);
  let check = states[line]!;
  for (const text of linesOf(mutated.subarray(starts[line]))) {
    check = checkExportLine(tools, check, text);
    if (check.firstBad !== null) return true;
  }
  // Nothing bad so far: the whole file has the last word, its last byte included.
  return !endExportCheck(tools, check).ok || !verifyExportFile(tools, mutated, trust).ok;
}

type Mutation = (random: Random) => Uint8Array;

const at = (random: Random): number => random.below(original.length);
const splice = (from: number, remove: number, add: Uint8Array): Uint8Array =>
  concat(original.subarray(0, from), add, original.subarray(from + remove));
const lineBytes = (i: number): Uint8Array => original.subarray(starts[i], starts[i + 1]);
const anyLine = (random: Random): number => random.below(starts.length - 1);
const withLines = (order: readonly number[]): Uint8Array => concat(...order.map(lineBytes));
const allLines = (): number[] => starts.slice(0, -1).map((_, i) => i);
/** The next byte from here on that fits, cyclically. */
const nextByte = (from: number, fits: (byte: number) => boolean): number => {
  for (let i = 0; i < original.length; i++) {
    const place = (from + i) % original.length;
    if (fits(original[place] ?? 0)) return place;
  }
  return from;
};

const mutations: readonly Mutation[] = [
  // a bit, a byte, a byte more, a few bytes less
  (random) => {
    const place = at(random);
    return splice(place, 1, Uint8Array.of((original[place] ?? 0) ^ (1 << random.below(8))));
  },
  (random) => splice(at(random), 1, Uint8Array.of(random.below(256))),
  (random) => splice(at(random), 0, Uint8Array.of(random.below(256))),
  (random) => splice(at(random), 1 + random.below(40), new Uint8Array(0)),
  // cut off, or something put at the end
  (random) => original.slice(0, at(random)),
  (random) => splice(original.length, 0, utf8(['\n', ' ', '{}\n', '\u0000'][random.below(4)] ?? '')),
  // whole lines: left out, twice, exchanged, moved
  (random) => withLines(allLines().toSpliced(anyLine(random), 1)),
  (random) => {
    const i = anyLine(random);
    return withLines(allLines().toSpliced(random.below(starts.length), 0, i));
  },
  (random) => {
    const [i, j] = [anyLine(random), anyLine(random)];
    return withLines(allLines().with(i, j).with(j, i));
  },
  // fields: a digit of a number, a letter of a text, in place, so that it is still well-formed JSON
  (random) => {
    const place = nextByte(at(random), (byte) => byte >= 0x30 && byte <= 0x39);
    return splice(place, 1, Uint8Array.of(0x30 + (((original[place] ?? 0) - 0x30 + 1 + random.below(9)) % 10)));
  },
  (random) => {
    const place = nextByte(at(random), (byte) => byte >= 0x61 && byte <= 0x7a);
    return splice(place, 1, Uint8Array.of(0x61 + (((original[place] ?? 0) - 0x61 + 1 + random.below(25)) % 26)));
  },
  // a payload taken out whole, and an entry by somebody who has the key and hashes it right
  (random) => {
    const i = anyLine(random);
    const text = new TextDecoder().decode(lineBytes(i)).replace(/,"payload":.*\}\n$/s, '}\n');
    return splice(starts[i] ?? 0, lineBytes(i).length, utf8(text));
  },
  (random) => {
    const i = anyLine(random);
    const sequence = random.below(7);
    const entry = writeExportEntry(sha256, forged.texts[sequence] ?? '', forged.payloads[sequence] ?? null);
    return splice(starts[i] ?? 0, lineBytes(i).length, utf8(entry));
  },
];

test(`${String(MUTATIONS)} random mutations of an anchored export are all found`, { timeout: 240_000 }, () => {
  expect(verifyExportFile(tools, original, trust)).toMatchObject({ ok: true, anchoredAt: 5, sealed: true });
  const random = seededRandom(SEED);
  const missed: string[] = [];
  let tried = 0;
  while (tried < MUTATIONS) {
    const mutate = mutations[random.below(mutations.length)]!;
    const mutated = mutate(random);
    if (equalBytes(mutated, original)) continue;
    tried++;
    if (!isFound(mutated)) missed.push(hex(mutated));
  }
  expect(missed).toEqual([]);
});

test('verifying from the first changed line on says the same as verifying the whole file', () => {
  const random = seededRandom(SEED + 1);
  for (let i = 0; i < 400; i++) {
    const mutated = mutations[i % mutations.length]!(random);
    expect(isFound(mutated)).toBe(!verifyExportFile(tools, mutated, trust).ok);
  }
});

test('an export rewritten whole by the owner of the key is found by the anchor alone', async () => {
  const rewritten = await exportBytes(forged, [4, 7]);
  expect(verifyExportFile(tools, rewritten, {}).ok).toBe(true);
  expect(verifyExportFile(tools, rewritten, trust).firstBad?.why).toContain('the journal was rewritten');
});
