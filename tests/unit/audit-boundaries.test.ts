import { expect, test } from 'vitest';
import { sha256 } from '#adapters/noble/sha256.ts';
import { makeBundle, verifyBundle } from '#core/audit/bundle.ts';
import { checkpointKey, openCheckpoint, signCheckpoint } from '#core/audit/checkpoint.ts';
import { importedSource } from '#core/audit/cited-claim.ts';
import { parseSignatureLines } from '#core/audit/cosignature.ts';
import { type Dossier, encodeDossier, makeDossier, verifyDossier } from '#core/audit/dossier.ts';
import { parseEntry, payloadFrom } from '#core/audit/entry.ts';
import { verifyExportFile } from '#core/audit/export-check.ts';
import { writeExportCheckpoint, writeExportHeader } from '#core/audit/export.ts';
import { checkCheckpoint, checkEntries, startCheck } from '#core/audit/journal-check.ts';
import { merkleTree } from '#core/audit/merkle-tree.ts';
import { signNote } from '#core/audit/note.ts';
import { checkIncluded } from '#core/audit/proved-entry.ts';
import { makeSentenceProof } from '#core/audit/sentence-proof.ts';
import { utf8 } from '#core/base/bytes.ts';
import { canonicalJson } from '#core/base/json.ts';
import { agentIdOf } from '#core/identity/did-key.ts';
import { fileTools } from '#tests/fakes/file-tools.ts';
import { checkTools, exportBytes, plainFacts, testJournal, type TestJournal } from '#tests/fakes/journal.ts';
import { RUN, runJournal } from '#tests/fakes/run-journal.ts';
import { seededSigner } from '#tests/fakes/seeded-signer.ts';
import { sentenceJournal } from '#tests/fakes/sentence-vault.ts';

/** What is damaged, foreign or too short ends in a refusal that says what it is. */
const journal = testJournal(plainFacts(9));

test('a bundle without its journal, and attestations that are no text, are refused', async () => {
  const run = runJournal();
  expect(verifyBundle(fileTools, new Map())).toMatchObject({
    ok: false,
    tiles: 0,
    attestations: 0,
    firstBad: null,
    journal: { firstBad: { why: 'the file is empty' } },
  });
  const ndjson = await exportBytes(run, [17]);
  const made = await makeBundle(fileTools, ndjson, { keyId: run.agent, sign: run.signer.sign });
  if (!made.ok) throw new Error(made.error);
  const files = new Map([['journal.ndjson', ndjson], ...made.value.map(({ path, bytes }) => [path, bytes] as const)]);
  expect(verifyBundle(fileTools, files).ok).toBe(true);
  files.set('attestations.intoto.jsonl', Uint8Array.of(0xff, 0x0a));
  expect(verifyBundle(fileTools, files).firstBad).toEqual({
    sequence: null,
    file: 'attestations.intoto.jsonl',
    why: 'attestation 1 is not signed by the agent (malformed)',
  });
});

test('a run whose entries contradict one another is not attested', async () => {
  const run = runJournal((fact) =>
    fact.type === 'approval.given' ? { ...fact, value: { ...(fact.value as object), digest: 'ff' } } : fact,
  );
  const ndjson = await exportBytes(run, [17]);
  const made = await makeBundle(fileTools, ndjson, { keyId: run.agent, sign: run.signer.sign });
  if (!made.ok) throw new Error(made.error);
  const files = new Map([['journal.ndjson', ndjson], ...made.value.map(({ path, bytes }) => [path, bytes] as const)]);
  expect(verifyBundle(fileTools, files)).toMatchObject({ ok: true, attestations: 0 });
});

test('a changed tile of a long log is named with the first entry that it holds', { timeout: 60_000 }, async () => {
  const long = testJournal(plainFacts(300));
  const ndjson = await exportBytes(long, [300]);
  const made = await makeBundle(fileTools, ndjson, { keyId: long.agent, sign: long.signer.sign });
  if (!made.ok) throw new Error(made.error);
  const files = new Map([['journal.ndjson', ndjson], ...made.value.map(({ path, bytes }) => [path, bytes] as const)]);
  const changed = (path: string): unknown => verifyBundle(fileTools, new Map(files).set(path, utf8('x'))).firstBad;
  const why = 'this file is not what the journal gives';
  for (const path of ['tile/0/001.p/44', 'tile/entries/001.p/44'])
    expect(changed(path)).toEqual({ sequence: 256, file: path, why });
  expect(changed('tile/0/000')).toEqual({ sequence: 0, file: 'tile/0/000', why });
  expect(changed('tile/1/000.p/1')).toEqual({ sequence: null, file: 'tile/1/000.p/1', why });
  files.delete('tile/entries/001.p/44');
  expect(verifyBundle(fileTools, files).firstBad).toEqual({
    sequence: 256,
    file: 'tile/entries/001.p/44',
    why: 'this file is missing',
  });
});

test('a signed note that is no checkpoint opens as none', async () => {
  const key = checkpointKey(journal.signer.publicKey);
  const note = await signNote(sha256, `${key.name}\nfour\n`, key, journal.signer.sign);
  expect(openCheckpoint(sha256, checkTools.verifyEd25519, key, note)).toEqual({ ok: false, error: 'malformed' });
});

test('only the import of a file with id and path counts as one', () => {
  const source = { id: 'ab', path: 'a.txt' };
  expect(importedSource({ type: 'source.imported', source })).toEqual(source);
  expect(importedSource({ type: 'source.removed', source })).toBeNull();
  expect(importedSource({ type: 'source.imported', source: { path: 'a.txt' } })).toBeNull();
  expect(importedSource({ type: 'source.imported', source: { id: 'ab' } })).toBeNull();
  expect(importedSource({ type: 'source.imported' })).toBeNull();
});

test('the answer of a witness is whole lines', async () => {
  const note = await journal.checkpointAt(4);
  const line = note.slice(note.indexOf('\n\n') + 2);
  expect(parseSignatureLines(line)).toMatchObject({ ok: true, value: [{ name: `windhover/${journal.agent}` }] });
  expect(parseSignatureLines(line.slice(0, -1))).toEqual({ ok: false, error: 'malformed' });
  expect(parseSignatureLines(`${line}words\n`)).toEqual({ ok: false, error: 'malformed' });
});

function dossierOf(from: TestJournal, checkpoint: string): Dossier {
  const made = makeDossier(sha256, {
    agent: from.agent,
    run: RUN,
    records: from.texts.map((text, i) => ({ text, entry: from.entries[i]!, payload: from.payloads[i]! })),
    tree: merkleTree(sha256, from.leafHashes),
    checkpoint,
  });
  if (!made.ok) throw new Error(made.error);
  return made.value;
}

test('a dossier that leaves out an import, or brings one that nothing cites, is found', async () => {
  const run = runJournal();
  const dossier = dossierOf(run, await run.checkpointAt(17));
  const verify = (changed: unknown) => verifyDossier(checkTools, `${canonicalJson(changed)}\n`);
  const [mail] = dossier.account.sources;
  const lost = { ...dossier.account, sources: dossier.account.sources.with(0, { ...mail!, entry: null }) };
  expect(verify({ ...dossier, account: lost, sources: dossier.sources.slice(1) })).toMatchObject({
    ok: false,
    agent: run.agent,
    size: 17,
    firstBad: { why: 'the imports are not those of the files cited: mail/budget.eml' },
  });
  const twice = { ...dossier, sources: [...dossier.sources, dossier.sources[0]] };
  expect(verify(twice).firstBad?.why).toBe('the imports are not those of the files cited');
});

test('a dossier that tells what another run said is refused', async () => {
  const run = runJournal();
  const dossier = dossierOf(run, await run.checkpointAt(17));
  const payload = { salt: Buffer.from(run.payloads[5]!.salt).toString('base64'), value: run.payloads[5]!.value };
  const told = { ...dossier, entries: dossier.entries.with(3, { ...dossier.entries[3]!, payload }) };
  expect(verifyDossier(checkTools, encodeDossier(told)).firstBad).toEqual({
    sequence: 5,
    why: 'entry 5 is of another run',
  });
});

test('a payload needs a salt of 32 bytes in base64', () => {
  const salt = Buffer.alloc(32).toString('base64');
  expect(payloadFrom({ salt, value: 1 })).toMatchObject({ ok: true });
  for (const wrong of [7, null, 'AAAA', '?'])
    expect(payloadFrom({ salt: wrong, value: 1 })).toEqual({
      ok: false,
      error: { code: 'wrong-shape', message: 'the salt is not the base64 of 32 bytes' },
    });
  expect(payloadFrom({ salt })).toMatchObject({ error: { message: 'a payload has a salt and a value' } });
  expect(payloadFrom([salt, 1])).toMatchObject({ error: { message: 'a payload has a salt and a value' } });
});

test('an entry that cannot be read is told why', () => {
  const [text = ''] = journal.texts;
  const why = (changed: string): string => {
    const parsed = parseEntry(changed);
    return parsed.ok ? 'read' : `${parsed.error.code}: ${parsed.error.message}`;
  };
  expect(why('{')).toBe('not-json: the text is not JSON');
  expect(why('['.repeat(200_000) + ']'.repeat(200_000))).toBe('not-json: the text is nested too deeply');
  expect(why(text.replace(':', ': '))).toBe('not-canonical: the text is not canonical JSON (RFC 8785)');
  expect(why('"\\ud800"')).toContain('not-');
  expect(why('{}')).toBe(
    'wrong-shape: an entry has exactly the keys epoch, payload, run, sequence, time, type, version',
  );
  const shape = (from: string | RegExp, to: string): string => why(text.replace(from, to)).replace('wrong-shape: ', '');
  expect(shape('"version":1', '"version":2')).toBe('the version is not 1');
  for (const key of ['sequence', 'epoch', 'time'])
    for (const value of ['-1', '0.5', '"1"'])
      expect(shape(new RegExp(`"${key}":\\d+`), `"${key}":${value}`)).toBe(`${key} is not a whole number from 0`);
  expect(shape(/"time":\d+/, '"time":8640000000000000')).toBe('read');
  expect(shape(/"time":\d+/, '"time":8640000000000001')).toBe('the time is later than a date can be');
  const type = 'the type is not words of a-z joined by dots or dashes';
  for (const wrong of ['Step', '.step', 'step.', 'step..one', 'step one', 't'.repeat(65), ''])
    expect(shape('step.started', wrong), wrong).toBe(type);
  for (const right of ['step', 'step.one-2', 't'.repeat(64)]) expect(shape('step.started', right)).toBe('read');
  expect(shape('"step.started"', '["step.started"]')).toBe(type);
  for (const wrong of ['""', '7', '["r"]', `"${'r'.repeat(129)}"`])
    expect(shape('"run-1"', wrong)).toBe('the run is neither an id nor null');
  for (const right of ['"\\n"', `"${'r'.repeat(128)}"`, 'null']) expect(shape('"run-1"', right)).toBe('read');
  for (const wrong of ['7', '"ab"', `"${'A'.repeat(64)}"`, `"${'a'.repeat(65)}"`])
    expect(shape(/"[0-9a-f]{64}"/, wrong)).toBe('the payload digest is not 64 lowercase hex digits');
});

test('a head of a journal whose agent is named by no key, or that one’s own device did not sign, is refused', async () => {
  const empty = { ...startCheck('did:web:x' as never) };
  const head = checkCheckpoint(checkTools, empty, await journal.checkpointAt(0));
  expect(head).toEqual({
    ok: false,
    error: { code: 'bad-agent', sequence: 0, why: 'the agent is not named by a did:key of an Ed25519 key' },
  });
  const [own, stranger, named] = [seededSigner(7), seededSigner(8), agentIdOf(seededSigner(1).publicKey)];
  const known = { own: [agentIdOf(stranger.publicKey), agentIdOf(own.publicKey)] };
  const check = startCheck(named, known);
  const root = sha256(new Uint8Array(0));
  const byOwn = await signCheckpoint(sha256, { size: 0, root }, own, named);
  expect(checkCheckpoint(checkTools, check, byOwn)).toMatchObject({ ok: true, value: { proved: { size: 0 } } });
  const byOther = await signCheckpoint(sha256, { size: 0, root }, seededSigner(9), named);
  expect(checkCheckpoint(checkTools, check, byOther)).toMatchObject({
    ok: false,
    error: { code: 'bad-signature', why: 'a checkpoint has no signature of this agent' },
  });
});

test('what is wrong with a group of entries is said in one sentence', async () => {
  const group = { entries: journal.texts.slice(0, 4), payloads: [], checkpoint: await journal.checkpointAt(4) };
  const why = (change: Partial<typeof group>): string => {
    const checked = checkEntries(checkTools, startCheck(journal.agent), { ...group, ...change });
    return checked.ok ? 'nothing' : checked.error.why;
  };
  expect(why({})).toBe('nothing');
  expect(why({ entries: group.entries.toSpliced(1, 1) })).toBe('entry 1 is missing: entry 2 stands in its place');
  expect(why({ entries: group.entries.with(0, '{}') })).toContain('entry 0 cannot be read: an entry has exactly');
  const late = group.entries[3]!.replace('"epoch":1', '"epoch":0');
  expect(why({ entries: group.entries.with(3, late) })).toBe('entry 3 is of epoch 0, after one of epoch 1');
  expect(why({ checkpoint: 'x' })).toBe('a checkpoint cannot be read');
  expect(why({ checkpoint: await journal.checkpointAt(5) })).toBe('a checkpoint of 5 entries stands after 4');
  expect(why({ checkpoint: await testJournal(plainFacts(4), 3).checkpointAt(4) })).toBe(
    'a checkpoint has no signature of this agent',
  );
  const changed = group.entries.with(3, group.entries[3]!.replace(/"time":\d+/, '"time":1'));
  expect(why({ entries: changed })).toBe('entries 0 to 3 are not what the checkpoint of 4 entries signs');
  const one = { entries: changed.slice(3).map((text) => text.replace('"sequence":3', '"sequence":0')) };
  expect(why({ ...one, checkpoint: await journal.checkpointAt(1) })).toBe(
    'entry 0 is not what the checkpoint of 1 entries signs',
  );
});

test('an inclusion proof that is no list of hashes is refused', async () => {
  const checkpoint = { origin: '', size: 9, root: new Uint8Array(32), extensions: [] };
  const why = 'the inclusion proof of entry 0 is not a list of hashes';
  const [entry] = journal.entries;
  for (const inclusion of ['', null, [7], ['?']]) {
    const checked = checkIncluded(checkTools, { entry: entry!, inclusion: inclusion as never }, checkpoint);
    expect(checked).toEqual({ ok: false, error: { sequence: 0, why } });
  }
  expect(checkIncluded(checkTools, { entry: {} as never, inclusion: [] }, checkpoint)).toMatchObject({
    error: { sequence: null, why: expect.stringContaining('an entry cannot be read') as string },
  });
});

test('a sentence is proved only under a checkpoint of its own journal', async () => {
  const from = sentenceJournal();
  const record = (i: number) => ({ text: from.texts[i]!, payload: from.payloads[i]! });
  const parts = {
    agent: from.agent,
    claim: 'c3',
    answer: record(8),
    imported: [],
    tree: merkleTree(sha256, from.leafHashes.slice(0, 11)),
  };
  const why = { ok: false, error: 'the checkpoint is not one of this journal' };
  expect(makeSentenceProof(sha256, { ...parts, checkpoint: 'x' })).toEqual(why);
  expect(makeSentenceProof(sha256, { ...parts, checkpoint: await from.checkpointAt(12) })).toEqual(why);
  expect(makeSentenceProof(sha256, { ...parts, checkpoint: await from.checkpointAt(11) })).toMatchObject({ ok: true });
  const other = { text: '{}', payload: from.payloads[8]! };
  expect(makeSentenceProof(sha256, { ...parts, answer: other, checkpoint: await from.checkpointAt(11) })).toEqual({
    ok: false,
    error: 'the answer is not under the checkpoint yet',
  });
});

test('an export of another agent’s header with a checkpoint after no entries proves nothing', async () => {
  const header = { agent: journal.agent, createdAt: 1 as never, size: 0, checkpoints: 1, version: 1 } as const;
  const text = writeExportHeader(header) + writeExportCheckpoint(await journal.checkpointAt(0), 0);
  expect(verifyExportFile(fileTools, utf8(text))).toMatchObject({ ok: true, verifiedUpTo: 0, checkpoints: 1 });
});
