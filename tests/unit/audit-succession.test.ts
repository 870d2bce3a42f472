import { beforeAll, expect, test } from 'vitest';
import { sha256 } from '#adapters/noble/sha256.ts';
import { checkFile } from '#core/audit/check-file.ts';
import { signCheckpoint } from '#core/audit/checkpoint.ts';
import { cosign } from '#core/audit/cosignature.ts';
import { verifyExportFile } from '#core/audit/export-check.ts';
import { merkleTree, rootAt } from '#core/audit/merkle-tree.ts';
import { utf8 } from '#core/base/bytes.ts';
import type { Json } from '#core/base/json.ts';
import { agentIdOf } from '#core/identity/did-key.ts';
import type { RecordSigner } from '#ports/identity-keys.ts';
import { fileTools } from '#tests/fakes/file-tools.ts';
import { Chain, keys } from '#tests/fakes/identities.ts';
import { exportBytes, plainFacts, testJournal, type TestFact, type TestJournal } from '#tests/fakes/journal.ts';
import { seededSigner } from '#tests/fakes/seeded-signer.ts';

/** A journal that two keys signed, one after the other: a device, and the one it was restored to. */
const [OLD, NEW] = [1, 2] as const;
const witness = seededSigner(91);
const witnessKey = { name: 'witness.example/w', publicKey: witness.publicKey };
const recordSigner = (seed: number): RecordSigner =>
  keys.ed25519(sha256(utf8(`windhover test signer ${String(seed)}`)));
let old: TestJournal;
let restored: TestJournal;
let line = '';

beforeAll(async () => {
  const chain = await Chain.begun(undefined, recordSigner(OLD));
  const genesis = [...chain.records];
  await chain.succeed(recordSigner(NEW).key, 6, [recordSigner(OLD), recordSigner(NEW)]);
  const fact = (type: string, records: readonly unknown[]): TestFact => ({
    type,
    value: { type, at: 1, records: records as Json },
  });
  const facts = plainFacts(9)
    .with(1, fact('agent.genesis', genesis))
    .with(5, fact('agent.certified', chain.records.slice(1)));
  old = testJournal(facts, OLD);
  const signer = seededSigner(NEW);
  const tree = merkleTree(sha256, old.leafHashes);
  restored = {
    ...old,
    agent: agentIdOf(signer.publicKey),
    signer,
    // Heads up to the restore stay as they were signed.
    checkpointAt: (size) =>
      size <= 4 ? old.checkpointAt(size) : signCheckpoint(sha256, { size, root: rootAt(sha256, tree, size) }, signer),
  };
  const note = await old.checkpointAt(4);
  line = await cosign(sha256, note.slice(0, note.indexOf('\n\n') + 1), witnessKey, 1_764_000_000, witness.sign);
});

test('heads signed before a succession hold under the key of then, and what vouched for them still does', async () => {
  const bytes = await exportBytes(restored, [4, 9], { cosigned: { 4: [line] } });
  const report = verifyExportFile(fileTools, bytes, { witnesses: [witnessKey] });
  expect(report).toMatchObject({
    ok: true,
    agent: restored.agent,
    verifiedUpTo: 9,
    vouched: { size: 4, by: witnessKey.name },
    keys: [
      { agent: old.agent, size: 4, certified: true },
      { agent: restored.agent, size: 9, certified: true },
    ],
  });
  const facts = checkFile(fileTools, bytes).facts.filter(({ label }) => label === 'Key');
  expect(facts.map(({ text }) => text)).toEqual([
    `${old.agent} signs up to 4, certified for it by the identity in the journal`,
    `${restored.agent} signs up to 9, certified for it by the identity in the journal`,
  ]);
});

test('an anchor of the old key is an anchor of the continued journal', async () => {
  const bytes = await exportBytes(restored, [9]);
  const anchored = verifyExportFile(fileTools, bytes, { anchor: await old.checkpointAt(3) });
  expect(anchored).toMatchObject({ ok: true, anchoredAt: 3 });
  const stranger = testJournal(plainFacts(9), 7);
  for (const size of [0, 3, 9])
    expect(verifyExportFile(fileTools, bytes, { anchor: await stranger.checkpointAt(size) }).firstBad?.why).toBe(
      "the anchor is not a checkpoint signed by this export's agent",
    );
  const longer = testJournal(plainFacts(12), 7);
  expect(verifyExportFile(fileTools, bytes, { anchor: await longer.checkpointAt(12) }).firstBad?.why).toBe(
    "the anchor is not a checkpoint signed by this export's agent",
  );
});

test('a key that signs before its time, or that no record names, is told of', async () => {
  // The new key signs a head that was the old one's to sign.
  const early = { ...restored, checkpointAt: restored.checkpointAt, texts: restored.texts.slice(0, 5) };
  const tooEarly = verifyExportFile(fileTools, await exportBytes(early, [5]));
  expect(tooEarly.keys).toEqual([{ agent: restored.agent, size: 5, certified: false }]);
  const signer = seededSigner(8);
  const tree = merkleTree(sha256, old.leafHashes);
  const usurped: TestJournal = {
    ...old,
    agent: agentIdOf(signer.publicKey),
    signer,
    checkpointAt: (size) => signCheckpoint(sha256, { size, root: rootAt(sha256, tree, size) }, signer),
  };
  const bytes = await exportBytes(usurped, [9]);
  expect(verifyExportFile(fileTools, bytes).keys).toEqual([{ agent: usurped.agent, size: 9, certified: false }]);
  expect(checkFile(fileTools, bytes).facts.find(({ label }) => label === 'Key')?.text).toContain('NOT certified');
  expect(checkFile(fileTools, bytes).verdict).toContain('is not certified by the identity');
});

test('a head of another journal among the lines is found, and one of a false signature', async () => {
  const stranger = testJournal(plainFacts(9), 7);
  const foreign = await exportBytes(
    { ...restored, checkpointAt: (size) => (size === 4 ? stranger.checkpointAt(4) : restored.checkpointAt(size)) },
    [4, 9],
  );
  expect(verifyExportFile(fileTools, foreign).firstBad?.why).toContain('not what the checkpoint of 4 entries signs');
  const broken = await exportBytes(
    {
      ...restored,
      checkpointAt: async (size) =>
        size === 4 ? (await old.checkpointAt(4)).replace('\n4\n', '\n4\nmore\n') : restored.checkpointAt(size),
    },
    [4, 9],
  );
  expect(verifyExportFile(fileTools, broken).firstBad?.why).toContain('has no signature of this agent');
});

test('without its payloads an export tells of no keys, and holds all the same', async () => {
  const bytes = await exportBytes(restored, [4, 9], { withheld: [1] });
  expect(verifyExportFile(fileTools, bytes)).toMatchObject({ ok: true, keys: [] });
});
