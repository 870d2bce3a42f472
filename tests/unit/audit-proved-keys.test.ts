import { beforeAll, expect, test } from 'vitest';
import { sha256 } from '#adapters/noble/sha256.ts';
import { verifyEd25519 } from '#adapters/noble/ed25519.ts';
import { signCheckpoint } from '#core/audit/checkpoint.ts';
import { encodeDossier, makeDossier, verifyDossier } from '#core/audit/dossier.ts';
import type { ExportRecord } from '#core/audit/export-contents.ts';
import { merkleTree, rootAt } from '#core/audit/merkle-tree.ts';
import { encodeSentenceProof, makeSentenceProof, verifySentenceProof } from '#core/audit/sentence-proof.ts';
import { utf8 } from '#core/base/bytes.ts';
import { canonicalJson, type Json } from '#core/base/json.ts';
import { agentIdOf } from '#core/identity/did-key.ts';
import type { RecordSigner } from '#ports/identity-keys.ts';
import { Chain, keys } from '#tests/fakes/identities.ts';
import { checkTools, plainFacts, type TestFact, type TestJournal, testJournal } from '#tests/fakes/journal.ts';
import { RUN, runJournal } from '#tests/fakes/run-journal.ts';
import { seededSigner } from '#tests/fakes/seeded-signer.ts';
import { answerFact, importFact } from '#tests/fakes/sentence-vault.ts';

/** A journal whose key changes from OLD to NEW at entry 10; its answer stands at entry 8. */
const [OLD, NEW, STRANGER] = [1, 2, 3] as const;
const recordSigner = (seed: number): RecordSigner =>
  keys.ed25519(sha256(utf8(`windhover test signer ${String(seed)}`)));
let journal: TestJournal;

const fact = (type: string, value: Json): TestFact => ({ type, value: { type, at: 1, ...(value as object) } });
const recordsOf = (of: TestJournal): ExportRecord[] =>
  of.texts.map((text, i) => ({ text, entry: of.entries[i]!, payload: of.payloads[i]! }));

beforeAll(async () => {
  const chain = await Chain.begun(undefined, recordSigner(OLD));
  await chain.succeed(recordSigner(NEW).key, 10, [recordSigner(OLD), recordSigner(NEW)]);
  const records = (from: number, to?: number): Json => ({ records: chain.records.slice(from, to) as unknown as Json });
  const facts = plainFacts(12)
    .with(1, fact('agent.genesis', records(0, 1)))
    .with(2, importFact('mail/budget.eml'))
    .with(5, importFact('notes/größe.txt'))
    .with(8, answerFact())
    .with(9, fact('agent.certified', records(1)));
  journal = testJournal(facts, OLD);
});

function headBy(of: TestJournal, seed: number, size: number): Promise<string> {
  const root = rootAt(sha256, merkleTree(sha256, of.leafHashes), size);
  return signCheckpoint(sha256, { size, root }, seededSigner(seed), of.agent);
}

async function sentenceUnder(seed: number, size: number) {
  const records = recordsOf(journal);
  const made = makeSentenceProof(sha256, {
    agent: journal.agent,
    claim: 'c1',
    answer: records[8] as ExportRecord & { payload: NonNullable<ExportRecord['payload']> },
    imported: records.filter(({ entry }) => entry.type === 'source.imported') as never,
    telling: records,
    tree: merkleTree(sha256, journal.leafHashes),
    checkpoint: await headBy(journal, seed, size),
  });
  if (!made.ok) throw new Error(made.error);
  return made.value;
}

const why = (value: unknown): string | undefined =>
  verifySentenceProof(checkTools, `${canonicalJson(value)}\n`).firstBad?.why;

test('proofs of a sentence made before and after a change of the key verify by themselves', async () => {
  const before = await sentenceUnder(OLD, 9);
  expect(before).toMatchObject({ version: 1 });
  expect(verifySentenceProof(checkTools, encodeSentenceProof(before))).toMatchObject({ ok: true, size: 9 });
  for (const [seed, size] of [
    [OLD, 10],
    [NEW, 12],
  ] as const) {
    const after = await sentenceUnder(seed, size);
    expect(after.version).toBe(2);
    expect(after.identity?.map(({ entry }) => entry.sequence)).toEqual([1, 9]);
    const report = verifySentenceProof(checkTools, encodeSentenceProof(after));
    expect(report).toMatchObject({ ok: true, agent: journal.agent, size });
  }
});

test('after the change the old key proves nothing more, and no stranger does', async () => {
  for (const seed of [OLD, STRANGER])
    expect(why(await sentenceUnder(seed, 12))).toBe('the checkpoint is not signed by the agent');
});

test('entries about keys that are left out, changed, out of turn or of another kind are found', async () => {
  const proof = await sentenceUnder(NEW, 12);
  const [genesis, certified] = proof.identity ?? [];
  const unsigned = 'the checkpoint is not signed by the agent';
  expect(why({ ...proof, identity: [genesis] })).toBe(unsigned);
  expect(why({ ...proof, identity: [] })).toBe(unsigned);
  expect(why({ ...proof, identity: [certified] })).toBe('the entries about keys do not begin an identity');
  expect(why({ ...proof, identity: [certified, genesis] })).toContain('does not tell of keys in turn');
  expect(why({ ...proof, identity: [genesis, proof.answer] })).toContain('does not tell of keys in turn');
  const other = { ...genesis, inclusion: certified?.inclusion };
  expect(why({ ...proof, identity: [other, certified] })).toContain('is not in the tree');
  expect(why({ ...proof, identity: 1 })).toContain('does not have the shape');
  expect(why({ ...proof, version: 1 })).toContain('version 1');
  expect(why({ ...proof, checkpoint: 'nothing\n' })).toBe(unsigned);
  expect(why({ ...proof, agent: 'did:key:none' })).toBe(unsigned);
});

test('a dossier made after the change verifies by itself, and so does one of a key that a restore brought', async () => {
  const run = runJournal();
  const size = run.texts.length;
  const first = { ...checkTools, verifyEd25519 };
  const dossierOf = async (of: TestJournal, seed: number) =>
    makeDossier(sha256, {
      agent: of.agent,
      run: RUN,
      records: recordsOf(of),
      tree: merkleTree(sha256, of.leafHashes),
      checkpoint: await headBy(of, seed, of.texts.length),
    });
  const chain = await Chain.begun(undefined, recordSigner(OLD));
  const changed = await Chain.begun(undefined, recordSigner(OLD));
  await changed.succeed(recordSigner(NEW).key, size + 2, [recordSigner(OLD), recordSigner(NEW)]);
  const facts = (last: TestFact): TestFact[] => [
    ...run.entries.map(({ type, run: id }, i) => ({ type, run: id, value: run.payloads[i]?.value ?? null })),
    fact('agent.genesis', { records: chain.records as unknown as Json }),
    last,
    ...plainFacts(1),
  ];
  const certified = fact('agent.certified', { records: changed.records.slice(1) as unknown as Json });
  const continued = fact('agent.continued', { agent: agentIdOf(seededSigner(NEW).publicKey) });
  const made = await dossierOf(testJournal(facts(certified), OLD), NEW);
  expect(made).toMatchObject({ ok: true, value: { version: 2 } });
  if (made.ok) expect(verifyDossier(first, encodeDossier(made.value))).toMatchObject({ ok: true, size: size + 3 });
  const waiting = await dossierOf(testJournal(facts(continued), OLD), NEW);
  expect(waiting.ok && verifyDossier(first, encodeDossier(waiting.value)).firstBad?.why).toBe(
    'the checkpoint is signed by a key that the identity does not name',
  );
});
