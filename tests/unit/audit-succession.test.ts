import { beforeAll, expect, test } from 'vitest';
import { sha256 } from '#adapters/noble/sha256.ts';
import { checkFile } from '#core/audit/check-file.ts';
import { signCheckpoint } from '#core/audit/checkpoint.ts';
import { cosign } from '#core/audit/cosignature.ts';
import { verifyExportFile } from '#core/audit/export-check.ts';
import { consistencyProof, merkleTree, rootAt } from '#core/audit/merkle-tree.ts';
import { formatAddCheckpoint, judgeAddCheckpoint, parseAddCheckpoint } from '#core/audit/witness.ts';
import { utf8 } from '#core/base/bytes.ts';
import type { Json } from '#core/base/json.ts';
import { agentIdOf } from '#core/identity/did-key.ts';
import type { SignedRecord } from '#core/identity/record.ts';
import type { RecordSigner } from '#ports/identity-keys.ts';
import { fileTools } from '#tests/fakes/file-tools.ts';
import { Chain, hybridOf, keys, signerOf } from '#tests/fakes/identities.ts';
import { exportBytes, plainFacts, testJournal, type TestFact, type TestJournal } from '#tests/fakes/journal.ts';
import { seededSigner } from '#tests/fakes/seeded-signer.ts';

/** A journal that two keys signed, one after the other: OLD up to 6 entries, NEW from entry 6 on. */
const [OLD, NEW] = [1, 2] as const;
const oldId = agentIdOf(seededSigner(OLD).publicKey);
const newId = agentIdOf(seededSigner(NEW).publicKey);
const witness = seededSigner(91);
const witnessKey = { name: 'witness.example/w', publicKey: witness.publicKey };
const recordSigner = (seed: number): RecordSigner =>
  keys.ed25519(sha256(utf8(`windhover test signer ${String(seed)}`)));
let chain: Chain;
let old: TestJournal;
let line = '';

const fact = (type: string, value: Json): TestFact => ({ type, value: { type, at: 1, ...(value as object) } });
const records = (from: number, to?: number): Json => ({ records: chain.records.slice(from, to) as unknown as Json });
const facts = (): TestFact[] =>
  plainFacts(9)
    .with(1, fact('agent.genesis', records(0, 1)))
    .with(5, fact('agent.certified', records(1)));

/** The journal with each head signed by the key that `signs` names, under its first key's name or, as before, its own. */
function signedBy(journal: TestJournal, signs: (size: number) => number, name: 'first' | 'own' = 'first'): TestJournal {
  const tree = merkleTree(sha256, journal.leafHashes);
  const agentOf = (seed: number) => (name === 'first' ? journal.agent : agentIdOf(seededSigner(seed).publicKey));
  const signer = seededSigner(signs(journal.texts.length));
  return {
    ...journal,
    agent: agentOf(signs(journal.texts.length)),
    signer,
    checkpointAt: (size) =>
      signCheckpoint(
        sha256,
        { size, root: rootAt(sha256, tree, size) },
        seededSigner(signs(size)),
        agentOf(signs(size)),
      ),
  };
}

const inTurn = (size: number): number => (size <= 6 ? OLD : NEW);

beforeAll(async () => {
  chain = await Chain.begun(undefined, recordSigner(OLD));
  await chain.succeed(recordSigner(NEW).key, 6, [recordSigner(OLD), recordSigner(NEW)]);
  old = testJournal(facts(), OLD);
  const note = await old.checkpointAt(4);
  line = await cosign(sha256, note.slice(0, note.indexOf('\n\n') + 1), witnessKey, 1_764_000_000, witness.sign);
});

test.each(['first', 'own'] as const)(
  'heads before and after a change of the key hold, each under the key of then (name: %s)',
  async (name) => {
    const changed = signedBy(old, inTurn, name);
    const bytes = await exportBytes(changed, [4, 6, 9], { cosigned: { 4: [line] } });
    const report = verifyExportFile(fileTools, bytes, { witnesses: [witnessKey] });
    expect(report).toMatchObject({
      ok: true,
      agent: name === 'first' ? oldId : newId,
      signer: newId,
      verifiedUpTo: 9,
      vouched: { size: 4, by: witnessKey.name },
      keys: [
        { agent: oldId, size: 6, certified: true },
        { agent: newId, size: 9, certified: true },
      ],
    });
    const shown = checkFile(fileTools, bytes).facts.filter(({ label }) => label === 'Key');
    expect(shown.map(({ text }) => text)).toEqual([
      `${oldId} signs up to 6, certified for it by the identity in the journal`,
      `${newId} signs up to 9, certified for it by the identity in the journal`,
    ]);
  },
);

test('the old key is refused once its successor began, and the new one before its time', async () => {
  const late = await exportBytes(
    signedBy(old, () => OLD),
    [6, 9],
  );
  expect(verifyExportFile(fileTools, late)).toMatchObject({
    ok: false,
    verifiedUpTo: 6,
    firstBad: { sequence: 6, why: `a checkpoint is signed by ${oldId}, a key that was not in force there` },
  });
  const early = await exportBytes(
    signedBy(old, (size) => (size <= 5 ? OLD : NEW)),
    [6, 9],
  );
  expect(verifyExportFile(fileTools, early)).toMatchObject({
    ok: false,
    verifiedUpTo: 0,
    firstBad: { why: `a checkpoint is signed by ${newId}, a key that was not in force there` },
  });
  const sealed = await exportBytes({ ...signedBy(old, inTurn), signer: seededSigner(OLD) }, [9]);
  expect(verifyExportFile(fileTools, sealed).firstBad?.why).toBe('the seal is not signed by the agent');
});

test('a key that no record names signs nothing', async () => {
  const bytes = await exportBytes(
    signedBy(old, () => 8),
    [9],
  );
  expect(verifyExportFile(fileTools, bytes)).toMatchObject({
    ok: false,
    verifiedUpTo: 0,
    firstBad: { why: 'a checkpoint has no signature of this agent' },
  });
});

test('a succession that does not hold names no key, and is itself the first bad entry', async () => {
  const forged = await Chain.begun(undefined, recordSigner(OLD));
  await forged.succeed(recordSigner(NEW).key, 6, [recordSigner(NEW)]);
  const given = { records: forged.records.slice(1) as unknown as Json };
  const journal = testJournal(facts().with(5, fact('agent.certified', given)), OLD);
  expect(verifyExportFile(fileTools, await exportBytes(signedBy(journal, inTurn), [6, 9]))).toMatchObject({
    ok: false,
    firstBad: {
      sequence: 5,
      why: 'a record of the identity in entry 5 does not hold: the record lacks the signature of a key that must sign it',
    },
  });
});

test('an anchor of the old key or of the new one is an anchor of the continued journal', async () => {
  const changed = signedBy(old, inTurn);
  const bytes = await exportBytes(changed, [9]);
  for (const size of [3, 8])
    expect(verifyExportFile(fileTools, bytes, { anchor: await changed.checkpointAt(size) })).toMatchObject({
      ok: true,
      anchoredAt: size,
    });
  const own = await exportBytes(signedBy(old, inTurn, 'own'), [9]);
  expect(verifyExportFile(fileTools, own, { anchor: await old.checkpointAt(3) }).anchoredAt).toBe(3);
  const notIts = "the anchor is not a checkpoint signed by this export's agent";
  const stranger = testJournal(plainFacts(12), 7);
  for (const given of [bytes, own])
    for (const size of [0, 3, 9, 12])
      expect(verifyExportFile(fileTools, given, { anchor: await stranger.checkpointAt(size) }).firstBad?.why).toBe(
        notIts,
      );
  const late = { anchor: await signedBy(old, () => OLD).checkpointAt(8) };
  expect(verifyExportFile(fileTools, bytes, late).firstBad?.why).toBe(notIts);
  expect(verifyExportFile(fileTools, bytes, { anchor: 'none\n' }).firstBad?.why).toBe(notIts);
});

test('a restored journal goes on under a key that counts only once the root has named it', async () => {
  const continued = fact('agent.continued', { agent: newId, before: { agent: oldId, size: 5, checkpoint: '' } });
  const before = facts().with(5, continued);
  const waiting = signedBy(testJournal(before, OLD), (size) => (size <= 5 ? OLD : NEW));
  expect(verifyExportFile(fileTools, await exportBytes(waiting, [5, 9]))).toMatchObject({
    ok: false,
    firstBad: { sequence: 5, why: expect.stringContaining("the owner's root must certify it") as string },
    keys: [
      { agent: oldId, certified: true },
      { agent: newId, certified: false },
    ],
  });
  const root = signerOf('root');
  const named = await Chain.begun(undefined, recordSigner(OLD));
  await named.succeed(recordSigner(NEW).key, 5, [root, recordSigner(NEW)]);
  const certified = fact('agent.certified', { records: named.records.slice(1) as unknown as Json });
  const settled = signedBy(testJournal(before.with(7, certified), OLD), (size) => (size <= 5 ? OLD : NEW));
  expect(verifyExportFile(fileTools, await exportBytes(settled, [5, 6, 9]))).toMatchObject({
    ok: true,
    verifiedUpTo: 9,
    keys: [
      { agent: oldId, size: 5, certified: true },
      { agent: newId, size: 9, certified: true },
    ],
  });
});

test('a key that gave way does not come back by a restore, and no key is taken that is none', async () => {
  for (const agent of [oldId, 'did:key:none', null]) {
    const journal = testJournal(facts().with(7, fact('agent.continued', { agent })), OLD);
    const back = signedBy(journal, (size) => (size <= 6 || size > 7 ? OLD : NEW));
    expect(verifyExportFile(fileTools, await exportBytes(back, [6, 7, 9]))).toMatchObject({
      ok: false,
      verifiedUpTo: 7,
      firstBad: { sequence: 7, why: `a checkpoint is signed by ${oldId}, a key that was not in force there` },
    });
  }
});

test('a head of another journal among the lines is found, and one of a false signature', async () => {
  const stranger = testJournal(plainFacts(9), 7);
  const changed = signedBy(old, inTurn);
  const spoiled = async (note: string): Promise<string> => {
    const journal = {
      ...changed,
      checkpointAt: (size: number) => (size === 4 ? Promise.resolve(note) : changed.checkpointAt(size)),
    };
    return verifyExportFile(fileTools, await exportBytes(journal, [4, 9])).firstBad?.why ?? '';
  };
  expect(await spoiled(await stranger.checkpointAt(4))).toBe('a checkpoint has no signature of this agent');
  expect(await spoiled((await old.checkpointAt(4)).replace('\n4\n', '\n4\nmore\n'))).toContain(
    'signature does not hold',
  );
});

test('an export without what the journal says of its keys holds for the key in its name, and says so', async () => {
  const restored = signedBy(old, inTurn, 'own');
  const bytes = await exportBytes(restored, [4, 9], { withheld: [1, 5] });
  expect(verifyExportFile(fileTools, bytes)).toMatchObject({ ok: true, keys: [], keysWithheld: true });
  expect(checkFile(fileTools, bytes).verdict).toContain(
    'it cannot be seen whether the key that signs here was still in force',
  );
  const anchor = { anchor: await old.checkpointAt(3) };
  expect(verifyExportFile(fileTools, bytes, anchor)).toMatchObject({ ok: true, anchoredAt: 3 });
  const stranger = testJournal(plainFacts(9), 7);
  const foreign = {
    ...restored,
    checkpointAt: (size: number) => (size === 4 ? stranger : restored).checkpointAt(size),
  };
  const spoiled = await exportBytes(foreign, [4, 9], { withheld: [1, 5] });
  expect(verifyExportFile(fileTools, spoiled).firstBad?.why).toContain('not what the checkpoint of 4 entries signs');
});

test('nobody can call their journal by another agent’s name', async () => {
  const alice = agentIdOf(seededSigner(40).publicKey);
  const stolen = { ...signedBy(old, inTurn), agent: alice };
  expect(verifyExportFile(fileTools, await exportBytes(stolen, [6, 9]))).toMatchObject({
    ok: false,
    firstBad: { why: 'the identity in the journal is not that of the agent whose journal the header says this is' },
  });
  const named = signedBy({ ...old, agent: alice }, inTurn);
  expect(verifyExportFile(fileTools, await exportBytes(named, [6, 9]))).toMatchObject({ ok: false, verifiedUpTo: 0 });
});

test('a witness goes on with a log whose key changed when it is told how, and with no other', async () => {
  const changed = signedBy(old, inTurn);
  const proof = consistencyProof(sha256, merkleTree(sha256, old.leafHashes), 4, 9);
  const first = { old: 0, proof: [], note: await changed.checkpointAt(4) };
  const seen = judgeAddCheckpoint(fileTools, first, null);
  if (!seen.ok) throw new Error(seen.error.why);
  const request = { old: 4, proof, note: await changed.checkpointAt(9), records: chain.records };
  const parsed = parseAddCheckpoint(formatAddCheckpoint(request));
  expect(parsed).toEqual({ ok: true, value: request });
  const judged = judgeAddCheckpoint(fileTools, request, seen.value.seen);
  expect(judged).toMatchObject({ ok: true, value: { seen: { origin: `windhover/${oldId}`, size: 9 } } });
  const others = await Chain.begun(undefined, recordSigner(NEW));
  const late = await signedBy(old, () => OLD).checkpointAt(9);
  for (const wrong of [
    { ...request, records: [] },
    { ...request, records: chain.records.slice(0, 1) },
    { ...request, records: others.records },
    { ...request, note: late },
  ])
    expect(judgeAddCheckpoint(fileTools, wrong, seen.value.seen)).toMatchObject({
      ok: false,
      error: { code: 'bad-signature' },
    });
  const text = formatAddCheckpoint(request);
  expect(parseAddCheckpoint(text.replace(/-----END[^]*$/, '')).ok).toBe(false);
});

test('a record signed by a hybrid root names both algorithms, and without either half the export is refused', async () => {
  const hybrid = await hybridOf('root');
  const begun = await Chain.begun(hybrid, recordSigner(OLD));
  await begun.cosign({ keys: [signerOf('ann').key], threshold: 1 }, [hybrid]);
  const [genesis, change] = begun.records as [SignedRecord, SignedRecord];
  const reportOf = async (values: readonly string[]) => {
    const spoilt = { ...change, signatures: change.signatures.map((signature) => ({ ...signature, values })) };
    const told = plainFacts(9)
      .with(1, fact('agent.genesis', { records: [genesis as unknown as Json] }))
      .with(5, fact('agent.certified', { records: [spoilt as unknown as Json] }));
    return checkFile(fileTools, await exportBytes(testJournal(told, OLD), [9]));
  };
  const [ed25519 = '', mlDsa = ''] = change.signatures[0]!.values;
  const good = await reportOf([ed25519, mlDsa]);
  expect(good.ok, good.verdict).toBe(true);
  const texts = good.facts.map(({ label, text }) => `${label}: ${text}`).join('\n');
  expect(texts).toContain('entry 5: co-signers: any 1 of 1 may stand in for the root');
  expect(texts).toContain('signed by the root (Ed25519+ML-DSA-65)');
  const flipped = (value: string) => `${value.startsWith('A') ? 'B' : 'A'}${value.slice(1)}`;
  for (const values of [[ed25519], [mlDsa], [flipped(ed25519), mlDsa], [ed25519, flipped(mlDsa)], [mlDsa, ed25519]])
    expect(await reportOf(values)).toMatchObject({
      ok: false,
      firstBad: {
        sequence: 5,
        why: 'a record of the identity in entry 5 does not hold: a signature on the record does not hold',
      },
    });
}, 60_000);
