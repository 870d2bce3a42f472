import { beforeAll, expect, test } from 'vitest';
import { sha256 } from '#adapters/noble/sha256.ts';
import { writeZipOf } from '#adapters/zip/write-zip.ts';
import { BUNDLE_JOURNAL, makeBundle } from '#core/audit/bundle.ts';
import { compareFiles, type GivenFile } from '#core/audit/compare-files.ts';
import { encodeSentenceProof, makeSentenceProof } from '#core/audit/sentence-proof.ts';
import { merkleTree } from '#core/audit/merkle-tree.ts';
import { utf8 } from '#core/base/bytes.ts';
import { fileTools } from '#tests/fakes/file-tools.ts';
import { exportBytes, plainFacts, testJournal, type TestJournal } from '#tests/fakes/journal.ts';
import { sentenceJournal } from '#tests/fakes/sentence-vault.ts';

/** What is said of two files, word for word: on these words their owner decides which to keep. */
const journal = testJournal(plainFacts(9));
const shorter = testJournal(plainFacts(6));
const compare = (first: GivenFile, second: GivenFile): ReturnType<typeof compareFiles> =>
  compareFiles(fileTools, first, second);
let [long, short]: Uint8Array[] = [];

beforeAll(async () => {
  [long, short] = await Promise.all([exportBytes(journal, [4, 9]), exportBytes(shorter, [5])]);
});

async function bundleOf(from: TestJournal, ndjson: Uint8Array): Promise<ReadonlyMap<string, Uint8Array>> {
  const made = await makeBundle(fileTools, ndjson, { keyId: from.agent, sign: from.signer.sign });
  if (!made.ok) throw new Error(made.error);
  return new Map([[BUNDLE_JOURNAL, ndjson], ...made.value.map(({ path, bytes }) => [path, bytes] as const)]);
}

test('of two exports of one journal the longer is named, whichever comes first', () => {
  const proof = 'The head of 9 entries grew from the head of 5 (consistency proof of 5 hashes, RFC 9162).';
  const advice = 'Keep the longer one: the shorter adds nothing to it.';
  expect(compare(short!, long!)).toEqual({
    outcome: 'second-continues',
    ok: true,
    forkedAt: null,
    verdict: `Both are one journal: the second continues the first. ${proof}`,
    advice,
  });
  expect(compare(long!, short!)).toEqual({
    outcome: 'first-continues',
    ok: true,
    forkedAt: null,
    verdict: `Both are one journal: the first continues the second. ${proof}`,
    advice,
  });
});

test('two exports that end at the same entry leave nothing to do, whatever they are packed in', async () => {
  const bundle = await bundleOf(journal, long!);
  const zip = await writeZipOf([...bundle].map(([path, bytes]) => ({ path, bytes })));
  const same = {
    outcome: 'same',
    ok: true,
    forkedAt: null,
    verdict:
      'Both are one journal: both end at the same entry. The head of 9 entries grew from the head of 9 (consistency proof of 0 hashes, RFC 9162).',
    advice: 'There is nothing to do.',
  };
  for (const given of [long!, bundle, zip]) {
    expect(compare(long!, given)).toEqual(same);
    expect(compare(given, long!)).toEqual(same);
  }
});

test('a proof of one hash is told in the singular', async () => {
  const [three, four] = [testJournal(plainFacts(3)), testJournal(plainFacts(4))];
  const compared = compare(await exportBytes(testJournal(plainFacts(2)), [2]), await exportBytes(four, [4]));
  expect(compared.verdict).toContain('grew from the head of 2 (consistency proof of 1 hash, RFC 9162)');
  const two = compare(await exportBytes(three, [3]), await exportBytes(testJournal(plainFacts(8)), [8]));
  expect(two.verdict).toContain('(consistency proof of 4 hashes, RFC 9162)');
});

test('of two exports that part, the first entry that differs is named, and what to do', async () => {
  const rewritten = testJournal(plainFacts(9).with(5, plainFacts(9)[7]!));
  expect(compare(long!, await exportBytes(rewritten, [9]))).toEqual({
    outcome: 'forked',
    ok: false,
    forkedAt: 5,
    verdict:
      'Forked at 5. First bad entry: 5. The two disagree: entry 5 is not the same in both: one of them was rewritten.',
    advice:
      'Keep both files. One was rewritten, or two devices went on from one backup: the one to trust is the one that a checkpoint kept elsewhere, or a witness, agrees with. If you did neither yourself, change the signing key.',
  });
});

test('exports of two journals are not compared further', async () => {
  const other = testJournal(plainFacts(9), 4);
  expect(compare(long!, await exportBytes(other, [9]))).toEqual({
    outcome: 'other-log',
    ok: false,
    forkedAt: null,
    verdict: 'Not the same log: they are exports of two different agents.',
    advice: 'Choose two exports of one journal: its name is the same in the first line of both.',
  });
});

test('a file that does not hold by itself proves nothing about another: it is told which of the two it is', () => {
  const cut = long!.slice(0, -1);
  const unusable = {
    outcome: 'unusable',
    ok: false,
    forkedAt: null,
    advice: 'Export again on the device, or take another copy of the file.',
  };
  const why = 'the last line has no end: the file was cut';
  const first = compare(cut, long!);
  expect(first).toMatchObject(unusable);
  expect(first.verdict).toMatch(/^The first file does not hold by itself: Proved up to 9 at /);
  expect(first.verdict).toContain(why);
  const second = compare(long!, cut);
  expect(second).toMatchObject(unusable);
  expect(second.verdict).toMatch(/^The second file does not hold by itself: Proved up to 9 at /);
  const empty = compare(long!, new Map([[BUNDLE_JOURNAL, utf8('')]]));
  expect(empty.verdict).toBe('The second file does not hold by itself: The file is empty.');
});

test('a proof that holds but is no export cannot be compared with one', async () => {
  const from = sentenceJournal();
  const made = makeSentenceProof(sha256, {
    agent: from.agent,
    claim: 'c3',
    answer: { text: from.texts[8]!, payload: from.payloads[8]! },
    imported: [],
    tree: merkleTree(sha256, from.leafHashes),
    checkpoint: await from.checkpointAt(12),
  });
  if (!made.ok) throw new Error(made.error);
  const proof = utf8(encodeSentenceProof(made.value));
  for (const compared of [compare(proof, long!), compare(long!, proof)])
    expect(compared).toEqual({
      outcome: 'unusable',
      ok: false,
      forkedAt: null,
      verdict: 'Only exports and bundles can be compared.',
      advice: 'Export again on the device, or take another copy of the file.',
    });
});
