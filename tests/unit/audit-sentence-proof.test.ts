import { expect, test } from 'vitest';
import { sha256 } from '#adapters/noble/sha256.ts';
import { base64, utf8 } from '#core/base/bytes.ts';
import type { Json } from '#core/base/json.ts';
import type { Result } from '#core/base/result.ts';
import { citedClaim } from '#core/audit/cited-claim.ts';
import { payloadJson } from '#core/audit/entry.ts';
import { inclusionProof, merkleTree } from '#core/audit/merkle-tree.ts';
import {
  checkSourceFile,
  encodeSentenceProof,
  type JournalRecord,
  makeSentenceProof,
  type SentenceProof,
  verifySentenceProof,
} from '#core/audit/sentence-proof.ts';
import type { ProvedEntry } from '#core/audit/proved-entry.ts';
import { checkTools, plainFacts, rememberingTools, type TestJournal, testJournal } from '#tests/fakes/journal.ts';
import { answerFact, claims, files, importFact, sentenceJournal, sourceIdOf } from '#tests/fakes/sentence-vault.ts';

const journal = sentenceJournal();

const NOTHING = { ok: false, agent: null, claim: null, evidence: [], answeredAt: null, size: null };

function recordsOf(of: TestJournal, type: string): JournalRecord[] {
  return of.texts.flatMap((text, i) => {
    const payload = of.payloads[i];
    return of.entries[i]?.type === type && payload !== undefined ? [{ text, payload }] : [];
  });
}

async function make(claim: string, of: TestJournal = journal, size = 11): Promise<Result<SentenceProof, string>> {
  const [answer] = recordsOf(of, 'answer.verified');
  if (answer === undefined) throw new Error('the journal has an answer');
  return makeSentenceProof(sha256, {
    agent: of.agent,
    claim,
    answer,
    imported: recordsOf(of, 'source.imported'),
    tree: merkleTree(sha256, of.leafHashes),
    checkpoint: await of.checkpointAt(size),
  });
}

async function proofOf(claim: string, of: TestJournal = journal): Promise<SentenceProof> {
  const made = await make(claim, of);
  if (!made.ok) throw new Error(made.error);
  return made.value;
}

function provedEntry(of: TestJournal, sequence: number, size: number): ProvedEntry {
  const [entry, payload] = [of.entries[sequence], of.payloads[sequence]];
  if (entry === undefined || payload === undefined) throw new Error('the journal has the entry');
  const inclusion = inclusionProof(sha256, merkleTree(sha256, of.leafHashes), sequence, size).map(base64);
  return { entry, payload: payloadJson(payload), inclusion };
}

test('each sentence of an answer is proved from its words to the checkpoint', async () => {
  for (const { id, text, basis, evidence } of claims) {
    const report = verifySentenceProof(checkTools, encodeSentenceProof(await proofOf(id)));
    expect(report).toMatchObject({
      ok: true,
      agent: journal.agent,
      claim: { id, text, basis },
      size: 11,
      firstBad: null,
    });
    expect(report.evidence).toHaveLength(evidence.length);
    expect(report.answeredAt).toEqual({ sequence: 8, time: journal.entries[8]?.time });
  }
});

test('a proof holds the import of each cited file once, in the order of the first citation', async () => {
  const proof = await proofOf('c2');
  expect(proof.sources.map(({ entry }) => entry.sequence)).toEqual([5, 2]);
  expect(proof.evidence.map(({ quote }) => quote)).toEqual([
    'Die Größe ist 12 m²',
    'The mill opens at 9.',
    'The ceiling is 4,200 euro',
  ]);
});

test('what is not in the journal cannot be proved', async () => {
  expect(await make('c9')).toEqual({ ok: false, error: 'the answer does not hold the sentence' });
  expect(await make('c1', journal, 8)).toEqual({ ok: false, error: 'the answer is not under the checkpoint yet' });
  expect(await make('c1', sentenceJournal(answerFact('FAIL')))).toEqual({
    ok: false,
    error: 'the answer did not pass its verification',
  });
  const [answer] = recordsOf(journal, 'answer.verified');
  if (answer === undefined) throw new Error('the journal has an answer');
  const parts = { agent: journal.agent, claim: 'c1', answer, tree: merkleTree(sha256, journal.leafHashes) };
  const checkpoint = await journal.checkpointAt(11);
  expect(makeSentenceProof(sha256, { ...parts, imported: [], checkpoint })).toEqual({
    ok: false,
    error: 'the import of mail/budget.eml is not in the journal',
  });
  const other = await sentenceJournal(answerFact('FAIL')).checkpointAt(11);
  expect(makeSentenceProof(sha256, { ...parts, imported: [], checkpoint: other })).toEqual({
    ok: false,
    error: 'the journal is not what the checkpoint signs',
  });
});

test('flipping a bit of any byte of a proof is found', { timeout: 120_000 }, async () => {
  const bytes = utf8(encodeSentenceProof(await proofOf('c2')));
  const tools = rememberingTools();
  for (let at = 0; at < bytes.length; at += 1) {
    const flipped = bytes.with(at, (bytes[at] ?? 0) ^ (1 << (at % 7)));
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(flipped);
    expect(verifySentenceProof(tools, text).ok, `byte ${String(at)} of ${text.slice(at - 20, at + 20)}`).toBe(false);
  }
});

test('a proof put together from true parts that do not belong together is refused, with the reason', async () => {
  const [proof, other] = [await proofOf('c2'), await proofOf('c1')];
  const first = proof.evidence[0];
  const [note, mail] = proof.sources;
  if (first === undefined || note === undefined || mail === undefined) throw new Error('c2 cites two files');
  const changes: readonly (readonly [Partial<SentenceProof>, string, number | null])[] = [
    [{ claim: { ...proof.claim, text: 'It is 13 m².' } }, 'the sentence is not the one in the answer', 8],
    [{ claim: other.claim }, 'the evidence is not what the answer gives for the sentence', 8],
    [
      { evidence: [{ ...first, start: 1 }, ...proof.evidence.slice(1)] },
      'the evidence is not what the answer gives for the sentence',
      8,
    ],
    [{ evidence: [] }, 'the evidence is not what the answer gives for the sentence', 8],
    [{ sources: [note] }, 'the sentence cites 2 files, not 1', 8],
    [{ sources: [mail, note] }, 'entry 2 is not the import of notes/größe.txt', 2],
    [{ sources: [note, note] }, 'entry 5 is not the import of mail/budget.eml', 5],
    [{ answer: mail }, 'entry 2 is no verified answer', 2],
    [
      { answer: { ...proof.answer, inclusion: mail.inclusion } },
      'entry 8 is not in the tree that the checkpoint signs',
      8,
    ],
    [{ answer: { ...proof.answer, inclusion: ['?'] } }, 'the inclusion proof of entry 8 is not a list of hashes', 8],
    [
      { answer: { ...proof.answer, payload: mail.payload } },
      'the payload of entry 8 is not what the entry commits to',
      8,
    ],
    [{ checkpoint: await journal.checkpointAt(12) }, 'entry 8 is not in the tree that the checkpoint signs', 8],
    [{ agent: testJournal([], 2).agent }, 'the checkpoint is not signed by the agent', null],
    [
      { agent: 'did:web:example.org' as SentenceProof['agent'] },
      'the agent is not named by a did:key of an Ed25519 key',
      null,
    ],
    [{ version: 2 }, 'version 2 of the proof is unknown', null],
  ];
  for (const [change, why, sequence] of changes) {
    const report = verifySentenceProof(checkTools, encodeSentenceProof({ ...proof, ...change }));
    expect(report.ok).toBe(false);
    const known = sequence === null ? {} : { agent: journal.agent, size: change.checkpoint === undefined ? 11 : 12 };
    const agent = why.startsWith('version') ? null : (change.agent ?? proof.agent);
    expect(report).toEqual({ ...NOTHING, agent, ...known, firstBad: { sequence, why } });
  }
});

test('an answer given before its file was imported is refused', async () => {
  const facts = plainFacts(12).with(8, answerFact()).with(9, importFact('mail/budget.eml'));
  const report = verifySentenceProof(checkTools, encodeSentenceProof(await proofOf('c1', testJournal(facts))));
  expect(report.firstBad).toEqual({ sequence: 9, why: 'mail/budget.eml was imported after the answer was given' });
});

test('only the import of the cited file, under the cited name, stands for it', async () => {
  const path = 'mail/budget.eml';
  const imported = importFact(path);
  const renamed = {
    ...imported,
    value: { type: 'source.imported', source: { id: sourceIdOf(path), path: 'copy.eml' } },
  };
  const mislabelled = { ...imported, type: 'source.removed' };
  const facts = plainFacts(12).with(2, imported).with(3, renamed).with(4, mislabelled).with(8, answerFact());
  const of = testJournal(facts);
  const proof = await proofOf('c1', of);
  expect(proof.sources.map(({ entry }) => entry.sequence)).toEqual([2]);
  for (const sequence of [3, 4]) {
    const swapped = { ...proof, sources: [provedEntry(of, sequence, 11)] };
    const report = verifySentenceProof(checkTools, encodeSentenceProof(swapped));
    expect(report.firstBad).toEqual({ sequence, why: `entry ${String(sequence)} is not the import of ${path}` });
  }
});

test('a payload is read with care: a sentence or evidence that is twice there, or misshapen, is not taken', () => {
  const value = answerFact().value as { readonly answer: { readonly sections: Json[]; readonly evidence: Json[] } };
  const { answer } = value;
  const [span] = answer.evidence;
  const spoiled: readonly Json[] = [
    null,
    'answer.verified',
    { ...value, type: 'answer.drafted' },
    { ...value, answer: { ...answer, sections: [...answer.sections, ...answer.sections] } },
    { ...value, answer: { ...answer, sections: 'none' } },
    { ...value, answer: { ...answer, evidence: [...answer.evidence, span] } } as Json,
    { ...value, answer: { ...answer, evidence: [] } },
    ...Object.entries({ source: 'no hash', digest: 7, file: null, quote: 7, start: -1, end: 0, id: 'e7' }).map(
      ([key, other]) => ({ ...value, answer: { ...answer, evidence: [{ ...(span as object), [key]: other }] } }),
    ),
  ];
  expect(citedClaim(value as Json, 'c1').ok).toBe(true);
  for (const payload of spoiled) expect(citedClaim(payload, 'c1').ok, JSON.stringify(payload)).toBe(false);
  const why = (payload: Json, id = 'c1'): string => {
    const found = citedClaim(payload, id);
    return found.ok ? 'found' : found.error;
  };
  expect(why({ ...value, type: 'answer.drafted' })).toBe('the payload is no verified answer');
  expect(why({ ...value, verdict: { result: 'FAIL' } })).toBe('the answer did not pass its verification');
  expect(why(value as Json, 'c9')).toBe('the answer does not hold the sentence');
  const unfounded = { ...value, answer: { ...answer, evidence: [] } };
  expect(why(unfounded)).toBe('the answer does not hold the evidence that the sentence cites');
  expect(why(unfounded, 'c3')).toBe('found');
  const spanWith = (change: object): string =>
    why({ ...value, answer: { ...answer, evidence: [{ ...(span as object), ...change }] } });
  for (const change of [{}, { start: 0 }, { start: 44 }, { digest: 'a'.repeat(64) }, { quote: '', file: '' }])
    expect(spanWith(change), JSON.stringify(change)).toBe('found');
  for (const change of [
    { start: 45 },
    { start: 0.5 },
    { end: 2 ** 53 },
    { start: '19' },
    { digest: 'A'.repeat(64) },
    { digest: `${'a'.repeat(64)}a` },
    { source: 'a'.repeat(63) },
    { source: `x${'a'.repeat(64)}` },
  ])
    expect(spanWith(change), JSON.stringify(change)).toBe(
      'the answer does not hold the evidence that the sentence cites',
    );
  const [section] = answer.sections as [{ readonly claims: readonly object[] }];
  for (const change of [{ text: 7 }, { basis: null }]) {
    const [first, ...rest] = section.claims;
    const sections = [{ ...section, claims: [{ ...first, ...change }, ...rest] }] as unknown as Json;
    expect(why({ ...value, answer: { ...answer, sections } })).toBe('the answer does not hold the sentence');
  }
});

test('the cited bytes are looked up in the file itself', async () => {
  const { evidence } = await proofOf('c2');
  const [cited] = evidence;
  if (cited === undefined) throw new Error('c2 cites something');
  const file = utf8(files['notes/größe.txt']);
  expect(checkSourceFile(sha256, cited, file)).toEqual({ ok: true, value: 'bytes-are-quote' });
  expect(checkSourceFile(sha256, { ...cited, quote: 'read otherwise' }, file)).toEqual({
    ok: true,
    value: 'bytes-match',
  });
  expect(checkSourceFile(sha256, { ...cited, start: cited.start + 1 }, file)).toEqual({
    ok: false,
    error: 'bytes 1 to 22 are not those cited',
  });
  const whole = { ...cited, start: 0, end: file.length, digest: cited.source as string as typeof cited.digest };
  expect(checkSourceFile(sha256, whole, file)).toEqual({ ok: true, value: 'bytes-match' });
  expect(checkSourceFile(sha256, { ...cited, end: 10_000 }, file)).toEqual({
    ok: false,
    error: 'the file ends before byte 10000',
  });
  expect(checkSourceFile(sha256, cited, file.with(0, 0))).toBe(null);
  expect(cited.source).toBe(sourceIdOf('notes/größe.txt'));
});

test('text that is no proof is refused', () => {
  for (const text of ['', '{}', '[]', 'null', '{"format":"windhover-sentence-proof"}', 'proof'])
    expect(verifySentenceProof(checkTools, text)).toMatchObject(NOTHING);
  expect(verifySentenceProof(checkTools, 'proof').firstBad).toEqual({
    sequence: null,
    why: 'the proof cannot be read: the text is not JSON',
  });
});
