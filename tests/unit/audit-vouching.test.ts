import { expect, test } from 'vitest';
import { sha256 } from '#adapters/noble/sha256.ts';
import { BUNDLE_JOURNAL, makeBundle, verifyBundle } from '#core/audit/bundle.ts';
import { checkBundle } from '#core/audit/check-file.ts';
import { originOf } from '#core/audit/checkpoint.ts';
import { cosign } from '#core/audit/cosignature.ts';
import { verifyExportFile } from '#core/audit/export-check.ts';
import { merkleTree } from '#core/audit/merkle-tree.ts';
import type { NoteKey } from '#core/audit/note.ts';
import { accountOf } from '#core/audit/run-account.ts';
import { makeSentenceProof, verifySentenceProof } from '#core/audit/sentence-proof.ts';
import { canonicalJson } from '#core/base/json.ts';
import { agentIdOf } from '#core/identity/did-key.ts';
import { fileTools } from '#tests/fakes/file-tools.ts';
import { checkTools, exportBytes, plainFacts, testJournal } from '#tests/fakes/journal.ts';
import { RUN, runJournal } from '#tests/fakes/run-journal.ts';
import { seededSigner } from '#tests/fakes/seeded-signer.ts';
import { sentenceJournal } from '#tests/fakes/sentence-vault.ts';

/** Who is believed: only whom the reader names, by name and by key. */
const journal = testJournal(plainFacts(9));
const [witness, other] = [seededSigner(70), seededSigner(71)];
const textOf = (note: string): string => note.slice(0, note.indexOf('\n\n') + 1);
const named = (name: string): NoteKey => ({ name, publicKey: witness.publicKey });
const lineOn = async (size: number, key: NoteKey): Promise<string> =>
  cosign(sha256, textOf(await journal.checkpointAt(size)), key, 1_764_000_000, witness.sign);

test('a cosigner whose name says its key is shown, and trusted only when name and key are those of a witness', async () => {
  const agent = named(originOf(agentIdOf(witness.publicKey)));
  const bytes = await exportBytes(journal, [4, 9], { cosigned: { 4: [await lineOn(4, agent)] } });
  const told = (witnesses: readonly NoteKey[]) => verifyExportFile(fileTools, bytes, { witnesses });
  const cosignatures = (trusted: boolean) => [{ name: agent.name, size: 4, time: 1_764_000_000_000, trusted }];
  for (const witnesses of [
    [],
    [named('witness.example/w')],
    [{ name: agent.name, publicKey: other.publicKey }],
    [{ name: 'witness.example/w', publicKey: witness.publicKey }],
  ])
    expect(told(witnesses)).toMatchObject({ ok: true, vouched: null, cosignatures: cosignatures(false) });
  expect(told([agent])).toMatchObject({
    ok: true,
    vouched: { size: 4, time: 1_764_000_000_000, by: agent.name },
    cosignatures: cosignatures(true),
  });
});

test('an anchor that a witness cosigned is vouched for by the witness, and by nobody when it is not trusted', async () => {
  const key = named('witness.example/w');
  const bytes = await exportBytes(journal, [9]);
  const anchor = (await journal.checkpointAt(6)) + (await lineOn(6, key));
  expect(verifyExportFile(fileTools, bytes, { anchor, witnesses: [key] })).toMatchObject({
    ok: true,
    anchoredAt: 6,
    vouched: { size: 6, time: 1_764_000_000_000, by: key.name },
    cosignatures: [{ name: key.name, size: 6, trusted: true }],
  });
  expect(verifyExportFile(fileTools, bytes, { anchor })).toMatchObject({
    anchoredAt: 6,
    vouched: { size: 6, time: journal.entries[5]?.time, by: null },
    cosignatures: [],
  });
  // A cosigner whose name says its key is shown, and says nothing of when the anchor was there.
  const unknown = named(originOf(agentIdOf(witness.publicKey)));
  const shown = (await journal.checkpointAt(6)) + (await lineOn(6, unknown));
  expect(verifyExportFile(fileTools, bytes, { anchor: shown, witnesses: [key] })).toMatchObject({
    anchoredAt: 6,
    vouched: { size: 6, time: journal.entries[5]?.time, by: null },
    cosignatures: [{ name: unknown.name, size: 6, trusted: false }],
  });
});

test('a bundle lays out what its newest checkpoint signs, and is shown with tiles and attestations', async () => {
  const run = runJournal();
  const ndjson = await exportBytes(run, [14]);
  const made = await makeBundle(fileTools, ndjson, { keyId: run.agent, sign: run.signer.sign });
  if (!made.ok) throw new Error(made.error);
  const files = new Map([[BUNDLE_JOURNAL, ndjson], ...made.value.map(({ path, bytes }) => [path, bytes] as const)]);
  expect([...files.keys()]).toContain('tile/0/000.p/14');
  expect(verifyBundle(fileTools, files)).toMatchObject({ ok: true, tiles: 2, attestations: 1 });
  const shown = checkBundle(fileTools, files);
  expect(shown.facts.slice(-2)).toEqual([
    { label: 'Tiles', text: '2 files of hashes and entries, as the journal gives them (C2SP tlog-tiles)' },
    { label: 'Attestations', text: '1 answer attested by the agent (in-toto, PROV-O)' },
  ]);
  const cut = checkBundle(fileTools, new Map(files).set(BUNDLE_JOURNAL, ndjson.slice(0, -1)));
  expect(cut).toMatchObject({ kind: 'bundle', ok: false, title: `Export bundle of the journal of ${run.agent}` });
  expect(cut.facts.some(({ label }) => label === 'Tiles')).toBe(false);
  expect(cut.verdict).toContain('the last line has no end: the file was cut');
  const bare = checkBundle(fileTools, new Map(files).set('tile/0/000.p/14', new Uint8Array(1)));
  expect(bare).toMatchObject({
    kind: 'bundle',
    ok: false,
    firstBad: { sequence: 0, why: 'tile/0/000.p/14: this file is not what the journal gives' },
  });
  expect(bare.verdict).toMatch(
    /^Proved up to 14 at .*; unproved after that\. First bad entry: 0, tile\/0\/000\.p\/14: this file is not what the journal gives\.$/,
  );
  const strange = checkBundle(fileTools, new Map(files).set('x', new Uint8Array(0)));
  expect(strange.verdict).toMatch(/unproved after that\. x: this file does not belong to the bundle\.$/);
  expect(checkBundle(fileTools, new Map())).toMatchObject({
    kind: 'unknown',
    verdict: 'The zip holds no journal.ndjson, as an export bundle does.',
  });
});

test('what contradicts itself in a run is said of the entry', () => {
  const why = (type: string, change: object): string => {
    const run = runJournal((fact) =>
      fact.type === type ? { ...fact, value: { ...(fact.value as object), ...change } } : fact,
    );
    const facts = run.entries.map((entry, i) => ({ entry, value: run.payloads[i]!.value }));
    const account = accountOf(
      sha256,
      RUN,
      facts.filter(({ entry }) => entry.run === RUN),
      facts,
    );
    return account.ok ? 'nothing' : account.error.why;
  };
  expect(why('answer.verified', { digest: 'ff' })).toContain('the answer is not the one its digest names');
  expect(why('approval.given', { approval: 'a2' })).toBe(
    'the step "Save the answer" needed an approval and began without one',
  );
  expect(why('plan.committed', { run: 'other' })).toBe('nothing');
});

test('a proof of a sentence has texts and lists where it must', async () => {
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
  const why = (change: object): string | undefined =>
    verifySentenceProof(checkTools, `${canonicalJson({ ...made.value, ...change })}\n`).firstBad?.why;
  expect(why({})).toBeUndefined();
  const shape = 'the proof does not have the shape of a proof of a sentence';
  for (const key of ['agent', 'checkpoint', 'sources', 'answer']) expect(why({ [key]: 5 }), key).toBe(shape);
  expect(why({ sources: [5] })).toBe(shape);
  expect(why({ format: 'x' })).toBe('this is not a proof of a sentence');
  expect(why({ version: 3 })).toBe('version 3 of the proof is unknown');
  expect(why({ identity: [] })).toBe('version 1 of the proof is unknown');
  expect(why({ identity: 5, version: 2 })).toBe(shape);
  expect(why({ sources: [] })).toBe('the sentence cites 1 files, not 0');
  expect(why({ claim: { ...made.value.claim, text: 'x' } })).toBe('the sentence is not the one in the answer');
  expect(why({ claim: 'c1' })).toBe('the answer does not hold the sentence');
  expect(why({ evidence: [] })).toBe('the evidence is not what the answer gives for the sentence');
});
