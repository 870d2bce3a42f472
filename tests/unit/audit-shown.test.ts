import { beforeAll, expect, test } from 'vitest';
import { sha256 } from '#adapters/noble/sha256.ts';
import { checkpointKey } from '#core/audit/checkpoint.ts';
import { checkFile, type FileReport } from '#core/audit/check-file.ts';
import { cosign } from '#core/audit/cosignature.ts';
import { encodeDossier, makeDossier } from '#core/audit/dossier.ts';
import { writeExportCheckpoint, writeExportEntry, writeExportHeader } from '#core/audit/export.ts';
import { merkleTree } from '#core/audit/merkle-tree.ts';
import { formatNoteKey, parseNote } from '#core/audit/note.ts';
import { encodeSentenceProof, makeSentenceProof } from '#core/audit/sentence-proof.ts';
import { concat, hex, utf8 } from '#core/base/bytes.ts';
import type { UnixMs } from '#core/base/ids.ts';
import { fileTools } from '#tests/fakes/file-tools.ts';
import { exportBytes, sealOf, testJournal, type TestJournal } from '#tests/fakes/journal.ts';
import { RUN, runFacts, runJournal } from '#tests/fakes/run-journal.ts';
import { seededSigner } from '#tests/fakes/seeded-signer.ts';
import { files, sentenceJournal, sourceIdOf } from '#tests/fakes/sentence-vault.ts';

/** All that is shown of a proof, word for word: who reads it decides on these words. */
const journal = runJournal();
const witness = seededSigner(70);
const witnessKey = { name: 'witness.example/w', publicKey: witness.publicKey };
const shownOf = ({ facts }: FileReport): string[] => facts.map(({ label, text }) => `${label}: ${text}`);

async function cosigned(from: TestJournal, size: number): Promise<string> {
  const note = parseNote(await from.checkpointAt(size));
  if (!note.ok) throw new Error('a note');
  return cosign(sha256, note.value.text, witnessKey, 1_764_000_000, witness.sign);
}

async function dossierOf(from: TestJournal, more = ''): Promise<Uint8Array> {
  const made = makeDossier(sha256, {
    agent: from.agent,
    run: RUN,
    records: from.texts.map((text, i) => ({ text, entry: from.entries[i]!, payload: from.payloads[i]! })),
    tree: merkleTree(sha256, from.leafHashes),
    checkpoint: (await from.checkpointAt(from.texts.length)) + more,
  });
  if (!made.ok) throw new Error(made.error);
  return utf8(encodeDossier(made.value));
}

let key = '';
beforeAll(() => {
  key = formatNoteKey(sha256, checkpointKey(journal.signer.publicKey));
});

test('of a whole export everything that was found is shown', async () => {
  const bytes = await exportBytes(journal, [10, 17], { cosigned: { 10: [await cosigned(journal, 10)] } });
  const report = checkFile(fileTools, bytes);
  expect(report.title).toBe(`Export of the journal of ${journal.agent}`);
  expect(report).toMatchObject({ kind: 'export', ok: true, firstBad: null });
  expect(shownOf(report)).toEqual([
    `Key for signed notes: ${key}`,
    'Entries: 17 entries read, 17 signed for',
    'Payloads: 17 payloads present, as their entries commit to',
    'Checkpoints: 2 checkpoints signed by the agent',
    'File: sealed: no byte of it was changed since',
    'Anchor: none was given: whoever has the key could have rewritten all of it',
  ]);
  const trusted = checkFile(fileTools, bytes, { witnesses: [witnessKey], anchor: await journal.checkpointAt(16) });
  expect(shownOf(trusted).slice(-2)).toEqual([
    'Cosigned: up to 10 at 2025-11-24T16:00:00.000Z by witness.example/w',
    'Anchor: agrees with it up to 16',
  ]);
  expect(trusted.verdict).toBe(
    'Proved up to 16 at 2025-11-21T04:40:15.000Z; unproved after that (1 entry follows). Up to 17 the agent alone signs, as a continuation.',
  );
  const early = await journal.checkpointAt(9);
  expect(checkFile(fileTools, bytes, { anchor: early }).verdict).toContain('(8 entries follow)');
  expect(checkFile(fileTools, bytes, { anchor: await journal.checkpointAt(17) }).verdict).toBe(
    'Proved up to 17 at 2025-11-21T04:40:16.000Z; unproved after that (no entries follow).',
  );
});

test('an export of one entry counts in the singular, and one whose anchor is not met says nothing of an anchor', async () => {
  const one = testJournal(runFacts().slice(0, 1));
  const bytes = await exportBytes(one, [1]);
  expect(shownOf(checkFile(fileTools, bytes)).slice(1, 4)).toEqual([
    'Entries: 1 entry read, 1 signed for',
    'Payloads: 1 payload present, as their entries commit to',
    'Checkpoints: 1 checkpoint signed by the agent',
  ]);
  const report = checkFile(fileTools, bytes, { anchor: await journal.checkpointAt(2) });
  expect(report).toMatchObject({
    ok: false,
    verdict:
      'Proved up to 1 at 2025-11-21T04:40:00.000Z; unproved after that. First bad entry: 1, line 5: the anchor covers 2 entries and the export holds 1.',
    firstBad: { sequence: 1, why: 'the anchor covers 2 entries and the export holds 1' },
  });
  expect(shownOf(report).filter((text) => text.startsWith('Anchor'))).toEqual([]);
  const foreign = await testJournal(runFacts(), 9).checkpointAt(0);
  expect(checkFile(fileTools, bytes, { anchor: foreign })).toMatchObject({
    kind: 'unknown',
    verdict: "The anchor is not a checkpoint signed by this export's agent.",
  });
});

test('payloads that were destroyed and kept back are counted apart', async () => {
  const missing = ['destroyed', 'destroyed', 'withheld'] as const;
  const header = {
    agent: journal.agent,
    createdAt: 1_763_800_000_000 as UnixMs,
    size: 17,
    checkpoints: 1,
    version: 3,
  } as const;
  const lines = [
    writeExportHeader(header),
    ...journal.texts.map((text, i) => writeExportEntry(sha256, text, missing[i] ?? journal.payloads[i] ?? null)),
    writeExportCheckpoint(await journal.checkpointAt(17), 17),
  ];
  const report = checkFile(fileTools, utf8(lines.join('') + (await sealOf(journal, lines))));
  expect(report.ok).toBe(true);
  expect(shownOf(report).slice(2, 5)).toEqual([
    'Payloads: 14 payloads present, as their entries commit to',
    'Destroyed: 2 payloads destroyed for good by the owner',
    'Kept back: 1 payload kept back by the owner',
  ]);
});

test('of a proved sentence its words, its evidence and its place in the journal are shown', async () => {
  const from = sentenceJournal();
  const record = (i: number) => ({ text: from.texts[i]!, payload: from.payloads[i]! });
  const made = makeSentenceProof(sha256, {
    agent: from.agent,
    claim: 'c1',
    answer: record(8),
    imported: [record(2), record(5)],
    tree: merkleTree(sha256, from.leafHashes),
    checkpoint: await from.checkpointAt(12),
  });
  if (!made.ok) throw new Error(made.error);
  const bytes = utf8(encodeSentenceProof(made.value));
  const quote = 'The ceiling is 4,200 euro';
  const shown = [
    'Sentence: The ceiling is 4,200 euro.',
    `Evidence: mail/budget.eml, bytes 19 to 44: "${quote}"`,
    `: SHA-256 of the bytes ${hex(sha256(utf8(quote)))}`,
    `: SHA-256 of the file  ${sourceIdOf('mail/budget.eml')}`,
    'Answer: entry 8, 2025-11-21T04:40:08.000Z',
    `Checkpoint: 12 entries, signed by ${from.agent}`,
  ];
  const report = checkFile(fileTools, bytes);
  expect(report).toMatchObject({
    kind: 'sentence',
    ok: true,
    title: 'Proof of a sentence',
    verdict: "The agent's signed journal holds this sentence and its evidence.",
    firstBad: null,
  });
  expect(shownOf(report)).toEqual([...shown, 'Files: the files themselves were not looked at']);
  const mail = { name: 'mail.eml', bytes: utf8(files['mail/budget.eml']) };
  expect(shownOf(checkFile(fileTools, bytes, { sources: [mail] }))).toEqual([
    ...shown,
    'File: mail.eml: the cited bytes are the quote',
  ]);
  const other = checkFile(fileTools, bytes, { sources: [mail, { name: 'other.txt', bytes: utf8('x') }] });
  const why = 'other.txt is not a file that the sentence cites, or it was changed since.';
  expect(other).toMatchObject({ ok: false, verdict: why, firstBad: { sequence: null, why } });
  // A second line that is no text makes it another file than the one that was made.
  expect(checkFile(fileTools, concat(bytes, Uint8Array.of(0xff, 0x0a)))).toMatchObject({
    kind: 'sentence',
    ok: false,
    verdict: 'The proof cannot be read: the text is not JSON.',
  });
});

test('evidence that reads otherwise than it is quoted, or cites bytes beyond the file, is said of that file', async () => {
  const proofOf = async (change: (span: Record<string, unknown>) => object): Promise<Uint8Array> => {
    const of = sentenceJournal();
    const facts = of.entries.map(({ type, run }, i) => {
      const value = structuredClone(of.payloads[i]!.value) as { answer?: { evidence: Record<string, unknown>[] } };
      if (value.answer) value.answer.evidence = value.answer.evidence.map((span) => ({ ...span, ...change(span) }));
      return { type, run, value: value as never };
    });
    const from = testJournal(facts);
    const record = (i: number) => ({ text: from.texts[i]!, payload: from.payloads[i]! });
    const made = makeSentenceProof(sha256, {
      agent: from.agent,
      claim: 'c1',
      answer: record(8),
      imported: [record(2), record(5)],
      tree: merkleTree(sha256, from.leafHashes),
      checkpoint: await from.checkpointAt(12),
    });
    if (!made.ok) throw new Error(made.error);
    return utf8(encodeSentenceProof(made.value));
  };
  const sources = [{ name: 'mail.eml', bytes: utf8(files['mail/budget.eml']) }];
  const reworded = checkFile(fileTools, await proofOf(() => ({ quote: 'a paraphrase' })), { sources });
  expect(shownOf(reworded).at(-1)).toBe('File: mail.eml: the cited bytes are there');
  expect(checkFile(fileTools, await proofOf(() => ({ end: 9_999 })), { sources })).toMatchObject({
    ok: false,
    verdict: 'mail.eml: the file ends before byte 9999.',
  });
  expect(checkFile(fileTools, await proofOf(() => ({ digest: '0'.repeat(64) })), { sources })).toMatchObject({
    ok: false,
    verdict: 'mail.eml: bytes 19 to 44 are not those cited.',
  });
});

test('of a dossier the whole run is shown, and who vouches for it', async () => {
  const report = checkFile(fileTools, await dossierOf(journal));
  const sha = (text: string): string => hex(sha256(utf8(text)));
  const saved = sha('# Facts\n\nThe ceiling is 4,200 euro.\n');
  expect(report).toMatchObject({ kind: 'dossier', ok: true, title: 'Dossier of a run', firstBad: null });
  expect(shownOf(report)).toEqual([
    'Goal: What is the ceiling? (entry 2), 2025-11-21T04:40:02.000Z',
    'Outcome: complete',
    'Plan: Say what the ceiling is, and save it. (entry 3)',
    'Step: Answer from your files: answer-from-passages 3, allowed: reads only, model none: symbolic engine (entry 4)',
    'Step: Save the answer: save-file 3, approved by the owner, model none: symbolic engine (entry 11)',
    `Approval: Save 1 file, 0.1 kB, as facts.md: given (entry 10), content SHA-256 ${saved}`,
    `Source: mail/budget.eml (entry 0), SHA-256 ${sourceIdOf('mail/budget.eml')}`,
    `Source: notes/größe.txt (entry 1), SHA-256 ${sourceIdOf('notes/größe.txt')}`,
    'Verdict: PASS, 2 checks, 1 failed (entry 8)',
    'Sentence: The ceiling is 4,200 euro.',
    ': mail/budget.eml: "The ceiling is 4,200 euro"',
    'Sentence: It is 12 m², and the mill opens at 9.',
    ': notes/größe.txt: "Die Größe ist 12 m²"',
    ': notes/größe.txt: "The mill opens at 9."',
    ': mail/budget.eml: "The ceiling is 4,200 euro"',
    'Sentence: Nothing is said of December.',
    `Written: facts.md (entry 12), SHA-256 ${saved}`,
    `Checkpoint: 17 entries, signed by ${journal.agent}`,
  ]);
  expect(report.verdict).toBe(
    "The entries of the run are all here and in the agent's signed journal. Proved up to 17; unproved after that. Only the device's own key says so: no anchor or witness was given.",
  );
  const vouched = checkFile(fileTools, await dossierOf(journal, await cosigned(journal, 17)), {
    witnesses: [witnessKey],
  });
  expect(vouched.verdict).toBe(
    "The entries of the run are all here and in the agent's signed journal. Proved up to 17 at 2025-11-24T16:00:00.000Z; unproved after that.",
  );
  expect(shownOf(vouched).at(-1)).toBe('Cosigned: up to 17 at 2025-11-24T16:00:00.000Z by witness.example/w');
});

test('of a dossier that does not hold the first bad entry is shown', async () => {
  const text = new TextDecoder().decode(await dossierOf(journal));
  const forged = checkFile(
    fileTools,
    utf8(text.replace('4,200 euro for', '4,300 euro for').replace('"run-1"', '"run-2"')),
  );
  expect(forged).toMatchObject({
    ok: false,
    facts: [],
    verdict: 'First bad entry: 5. Entry 5 is not in the tree that the checkpoint signs.',
    firstBad: { sequence: 5, why: 'entry 5 is not in the tree that the checkpoint signs' },
  });
});

test('steps and questions that came to nothing are shown without a place in the journal', async () => {
  const facts = runFacts().filter(({ type }, i) => i < 10 && type !== 'step.started' && type !== 'step.finished');
  const report = checkFile(fileTools, await dossierOf(testJournal(facts)));
  expect(report.ok).toBe(true);
  const shown = shownOf(report);
  expect(shown).toContain('Outcome: unfinished');
  expect(shown).toContain('Step: Save the answer: save-file, not reached, model none: symbolic engine');
  expect(shown.find((text) => text.startsWith('Approval'))).toContain('as facts.md: open (entry 5), content');
});

test('what is no proof is called that', () => {
  expect(checkFile(fileTools, utf8('{"format":"something"}\n'))).toEqual({
    kind: 'unknown',
    ok: false,
    title: 'This is neither an export of a journal nor a proof',
    facts: [],
    verdict: 'It is no export, bundle, dossier or proof of a sentence that this program knows.',
    firstBad: {
      sequence: null,
      why: 'it is no export, bundle, dossier or proof of a sentence that this program knows',
    },
  });
});
