import { beforeAll, expect, test } from 'vitest';
import { sha256 } from '#adapters/noble/sha256.ts';
import { cosign } from '#core/audit/cosignature.ts';
import { type Dossier, encodeDossier, makeDossier, verifyDossier } from '#core/audit/dossier.ts';
import type { ExportRecord } from '#core/audit/export-contents.ts';
import { payloadJson } from '#core/audit/entry.ts';
import { inclusionProof, merkleTree } from '#core/audit/merkle-tree.ts';
import { parseNote } from '#core/audit/note.ts';
import { base64, hex, utf8 } from '#core/base/bytes.ts';
import { canonicalJson, type Json } from '#core/base/json.ts';
import { agentIdOf } from '#core/identity/did-key.ts';
import { checkTools, rememberingTools, type TestFact, testJournal, type TestJournal } from '#tests/fakes/journal.ts';
import { RUN, runFacts, runJournal } from '#tests/fakes/run-journal.ts';
import { seededSigner } from '#tests/fakes/seeded-signer.ts';
import { files } from '#tests/fakes/sentence-vault.ts';

const journal = runJournal();
const recordsOf = (from: TestJournal): ExportRecord[] =>
  from.texts.map((text, i) => ({ text, entry: from.entries[i]!, payload: from.payloads[i]! }));
const make = async (from: TestJournal, size = 17, change: Partial<Parameters<typeof makeDossier>[1]> = {}) =>
  makeDossier(sha256, {
    agent: from.agent,
    run: RUN,
    records: recordsOf(from),
    tree: merkleTree(sha256, from.leafHashes),
    checkpoint: await from.checkpointAt(size),
    ...change,
  });
let dossier: Dossier;

beforeAll(async () => {
  const made = await make(journal);
  if (!made.ok) throw new Error(made.error);
  dossier = made.value;
});

const verify = (value: unknown, trust = {}): ReturnType<typeof verifyDossier> =>
  verifyDossier(checkTools, `${canonicalJson(value)}\n`, trust);
const bad = (value: unknown, trust = {}): string | undefined => verify(value, trust).firstBad?.why;
const edited = (change: (copy: Record<string, Json>) => void): unknown => {
  const copy = JSON.parse(canonicalJson(dossier)) as Record<string, Json>;
  change(copy);
  return copy;
};

test('a dossier says who wanted what, what was allowed and approved, what was read and what came out', () => {
  const report = verifyDossier(checkTools, encodeDossier(dossier));
  expect(report).toMatchObject({ ok: true, agent: journal.agent, size: 17, vouched: null, firstBad: null });
  expect(report.account).toMatchObject({
    goal: { text: 'What is the ceiling?', entry: 2 },
    outcome: 'complete',
    plan: { method: 'answer-question', entry: 3 },
    steps: [
      { step: 's1', tool: 'answer-from-passages', toolVersion: 3, model: null, decision: 'allowed: reads only' },
      { step: 's2', tool: 'save-file', decision: 'approved by the owner', started: 11, ended: 12 },
    ],
    approvals: [{ decision: 'given', entry: 9, decided: 10, fileName: 'facts.md' }],
    answer: { verdict: 'PASS', checks: 2, checksFailed: 1, entry: 8 },
    written: [{ name: 'facts.md', entry: 12 }],
  });
  expect(report.account?.sources).toEqual([
    { file: 'mail/budget.eml', sha256: hex(sha256(utf8(files['mail/budget.eml']))), entry: 0 },
    { file: 'notes/größe.txt', sha256: hex(sha256(utf8(files['notes/größe.txt']))), entry: 1 },
  ]);
  expect(report.account?.answer?.sentences[0]?.evidence[0]?.quote).toBe('The ceiling is 4,200 euro');
});

test('what other runs say is not in a dossier, only that their entries stand between', () => {
  expect(dossier.entries.map(({ entry, payload }) => [entry.sequence, payload !== null])).toEqual(
    Array.from({ length: 12 }, (_, i) => [i + 2, i !== 3 && i !== 4]),
  );
});

test('an entry left out, added, exchanged or without its contents is found', () => {
  const entries = dossier.entries as unknown as Json[];
  const without = (i: number): unknown => edited((copy) => (copy.entries = entries.toSpliced(i, 1)));
  expect(bad(without(3))).toBe('entry 5 is left out: entry 6 stands in its place');
  expect(bad(without(6))).toBe('entry 8 is left out: entry 9 stands in its place');
  // The last entry of a run can be left out of the file, and then the account shows another end.
  expect(bad(without(11))).toBe('the account is not what the entries come to');
  expect(bad(without(0))).toBe('the first entry of the run is not its start');
  const silent = edited((copy) => (copy.entries = entries.with(6, { ...dossier.entries[6]!, payload: null } as never)));
  expect(bad(silent)).toBe('entry 8 is without what it says');
  const told = edited((copy) => {
    const payload = { salt: 'A'.repeat(43) + '=', value: 1 };
    copy.entries = entries.with(3, { ...dossier.entries[3]!, payload } as never);
  });
  expect(bad(told)).toBe('the payload of entry 5 is not what the entry commits to');
  const strange = edited((copy) => {
    copy.entries = entries.with(3, { ...dossier.entries[3]!, inclusion: ['?'] } as never);
  });
  expect(bad(strange)).toBe('the inclusion proof of entry 5 is not a list of hashes');
  expect(bad(edited((copy) => (copy.sources = [entries[3]!])))).toContain('is not what the entry commits to');
  expect(bad(edited((copy) => (copy.sources = [entries[0]!])))).toBe('entry 2 is not the import of a file');
  expect(bad(edited((copy) => (copy.sources = [copy.sources as Json].flat().slice(1) as Json)))).toBe(
    'the account is not what the entries come to',
  );
});

test('of a dossier that does not hold, as much is told as was found to hold', async () => {
  const report = (value: unknown, trust = {}): unknown => verify(value, trust);
  const refused = (why: string, known: object = {}, sequence: number | null = null) => ({
    ok: false,
    agent: null,
    account: null,
    size: null,
    cosignatures: [],
    vouched: null,
    ...known,
    firstBad: { sequence, why },
  });
  const [agent, size] = [journal.agent, 17];
  expect(verifyDossier(checkTools, 'nonsense')).toEqual(refused('the dossier cannot be read: the text is not JSON'));
  expect(report({})).toEqual(refused('this is not a dossier of a run'));
  expect(report({ ...dossier, format: 'x' })).toEqual(refused('this is not a dossier of a run'));
  expect(report({ ...dossier, checkpoint: 'x' })).toEqual(
    refused('the checkpoint is not signed by the agent', { agent }),
  );
  const agentless = { ...dossier, agent: 'did:web:x' };
  expect(report(agentless)).toEqual(
    refused('the agent is not named by a did:key of an Ed25519 key', { agent: 'did:web:x' }),
  );
  expect(report({ ...dossier, entries: dossier.entries.toSpliced(3, 1) })).toEqual(
    refused('entry 5 is left out: entry 6 stands in its place', { agent, size }, 5),
  );
  expect(report({ ...dossier, entries: dossier.entries.slice(1) })).toEqual(
    refused('the first entry of the run is not its start', { agent, size }, 3),
  );
  expect(report({ ...dossier, account: { ...dossier.account, outcome: 'failed' } })).toEqual(
    refused('the account is not what the entries come to', { agent, size }),
  );
  expect(report({ ...dossier, sources: [...dossier.sources, dossier.sources[0]] })).toEqual(
    refused('the imports are not those of the files cited', { agent, size }),
  );
  expect(report({ ...dossier, sources: [dossier.entries[0]] })).toEqual(
    refused('entry 2 is not the import of a file', { agent, size }, 2),
  );
  const altered = { ...dossier.sources[0]!, payload: dossier.sources[1]!.payload };
  expect(report({ ...dossier, sources: [altered] })).toEqual(
    refused('the payload of entry 0 is not what the entry commits to', { agent, size }, 0),
  );
  const notIts = "the anchor is not a checkpoint signed by this dossier's agent";
  expect(report(dossier, { anchor: 'x' })).toEqual(refused(notIts, { agent, size }));
  expect(report(dossier, { anchor: await journal.checkpointAt(16) })).toEqual(
    refused('the anchor covers 16 entries and the dossier 17: compare an export with it', { agent, size }),
  );
  const rewritten = runJournal((fact) => (fact.type === 'run.started' ? { ...fact, value: 1 } : fact));
  expect(report(dossier, { anchor: await rewritten.checkpointAt(17) })).toEqual(
    refused('the journal was rewritten: its head is not the one the anchor signs', { agent, size }),
  );
  const witness = seededSigner(60);
  const key = { name: 'witness.example/w', publicKey: witness.publicKey };
  const anchor = await journal.checkpointAt(17);
  const wrong = await cosign(sha256, 'another text\n', key, 1_764_000_000, witness.sign);
  expect(report(dossier, { anchor: anchor + wrong, witnesses: [key] })).toEqual(refused(notIts, { agent, size }));
  expect(report(dossier, { anchor: anchor + wrong })).toMatchObject({ ok: true });
});

test('an entry that only says it is an import, and one that says no file, stand for none', async () => {
  const facts = runFacts();
  const mislabelled = { ...facts[0]!, type: 'source.removed' };
  const empty = { ...facts[0]!, value: { type: 'source.imported' } };
  const from = testJournal([...facts, mislabelled, empty]);
  const made = await make(from, 19);
  if (!made.ok) throw new Error(made.error);
  expect(verify(made.value).ok).toBe(true);
  const tree = merkleTree(sha256, from.leafHashes);
  for (const sequence of [17, 18]) {
    const inclusion = inclusionProof(sha256, tree, sequence, 19).map(base64);
    const proved = { entry: from.entries[sequence]!, payload: payloadJson(from.payloads[sequence]!), inclusion };
    expect(verify({ ...made.value, sources: [...made.value.sources, proved] }).firstBad).toEqual({
      sequence,
      why: `entry ${String(sequence)} is not the import of a file`,
    });
  }
});

test('of those who vouch for a dossier the trusted witness is named, and one of another key or name is not', async () => {
  const [witness, other] = [seededSigner(60), seededSigner(61)];
  const agent = { name: `windhover/${agentIdOf(witness.publicKey)}`, publicKey: witness.publicKey };
  const parsed = parseNote(dossier.checkpoint);
  if (!parsed.ok) throw new Error('a note');
  const line = await cosign(sha256, parsed.value.text, agent, 1_764_000_000, witness.sign);
  const cosigned = { ...dossier, checkpoint: dossier.checkpoint + line };
  const found = (trusted: boolean) => [{ name: agent.name, time: 1_764_000_000_000, size: 17, trusted }];
  for (const witnesses of [
    [],
    [{ name: agent.name, publicKey: other.publicKey }],
    [{ name: 'witness.example', publicKey: witness.publicKey }],
  ])
    expect(verify(cosigned, { witnesses })).toMatchObject({ ok: true, vouched: null, cosignatures: found(false) });
  const vouched = { size: 17, time: 1_764_000_000_000, by: agent.name };
  const witnesses = [{ name: agent.name, publicKey: other.publicKey }, agent];
  expect(verify(cosigned, { witnesses })).toMatchObject({ ok: true, vouched, cosignatures: found(true) });
  const anchor = await journal.checkpointAt(17);
  expect(verify(cosigned, { witnesses, anchor })).toMatchObject({ ok: true, vouched });
  expect(verify(cosigned, { anchor })).toMatchObject({ ok: true, vouched: { size: 17, time: null, by: null } });
});

test('an account that says more than the entries is found', () => {
  const text = encodeDossier(dossier);
  const forged = text.replace('"checksFailed":1', '"checksFailed":0');
  expect(forged).not.toBe(text);
  expect(verifyDossier(checkTools, forged).firstBad?.why).toBe('the account is not what the entries come to');
});

test('a change of any character of a dossier is found', { timeout: 20_000 }, () => {
  const text = encodeDossier(dossier);
  const tools = rememberingTools();
  for (let at = 0; at < text.length - 1; at += 23) {
    const other = text.charAt(at) === 'A' ? 'B' : 'A';
    const report = verifyDossier(tools, text.slice(0, at) + other + text.slice(at + 1));
    expect(report.ok, `character ${String(at)}: ${text.slice(at - 20, at + 20)}`).toBe(false);
  }
});

test('a file that is no dossier, of another version or shape, or with an empty signature is refused', () => {
  expect(verifyDossier(checkTools, 'nonsense').firstBad?.why).toContain('cannot be read');
  expect(bad({})).toBe('this is not a dossier of a run');
  expect(bad(edited((copy) => (copy.version = 2)))).toBe('version 2 of the dossier is unknown');
  for (const key of ['agent', 'run', 'checkpoint', 'entries', 'sources'])
    expect(bad(edited((copy) => (copy[key] = 5)))).toBe('the dossier does not have the shape of one');
  expect(bad(edited((copy) => (copy.entries = [1])))).toBe('the dossier does not have the shape of one');
  expect(bad(edited((copy) => (copy.agent = 'did:web:x')))).toContain('did:key');
  expect(bad(edited((copy) => (copy.checkpoint = 'x')))).toBe('the checkpoint is not signed by the agent');
});

test('cosignatures and anchors vouch for a dossier, and those that do not hold are found', async () => {
  const witness = seededSigner(60);
  const key = { name: 'witness.example/w', publicKey: witness.publicKey };
  const parsed = parseNote(dossier.checkpoint);
  if (!parsed.ok) throw new Error('a note');
  const line = await cosign(sha256, parsed.value.text, key, 1_764_000_000, witness.sign);
  const cosigned = { ...dossier, checkpoint: dossier.checkpoint + line };
  expect(verify(cosigned)).toMatchObject({ ok: true, vouched: null, cosignatures: [] });
  expect(verify(cosigned, { witnesses: [key] })).toMatchObject({
    ok: true,
    vouched: { size: 17, time: 1_764_000_000_000, by: key.name },
    cosignatures: [{ name: key.name, trusted: true }],
  });
  const wrong = await cosign(sha256, 'another text\n', key, 1_764_000_000, witness.sign);
  expect(bad({ ...dossier, checkpoint: dossier.checkpoint + wrong }, { witnesses: [key] })).toBe(
    'a cosignature on the checkpoint does not hold',
  );
  expect(verify(dossier, { anchor: await journal.checkpointAt(17) }).vouched).toEqual({
    size: 17,
    time: null,
    by: null,
  });
  expect(bad(dossier, { anchor: await journal.checkpointAt(16) })).toContain('compare an export with it');
  expect(bad(dossier, { anchor: 'x' })).toContain('the anchor is not a checkpoint');
  const other = runJournal((fact) => (fact.type === 'source.imported' ? { ...fact, run: null, value: 1 } : fact));
  expect(bad(dossier, { anchor: await other.checkpointAt(17) })).toContain('the journal was rewritten');
});

test('a run that is not whole, not there or not under the checkpoint makes no dossier', async () => {
  expect(await make(journal, 13)).toEqual({ ok: false, error: 'the end of the run is not under the checkpoint yet' });
  expect(await make(journal, 17, { run: 'none' })).toEqual({ ok: false, error: 'the journal has no such run' });
  const notIts = { ok: false, error: 'the checkpoint is not one of this journal' };
  expect(await make(journal, 17, { checkpoint: 'x' })).toEqual(notIts);
  const small = merkleTree(sha256, journal.leafHashes.slice(0, 16));
  expect(await make(journal, 17, { tree: small })).toEqual(notIts);
  expect(await make(journal, 16, { tree: small })).toMatchObject({ ok: true });
  expect(await make(journal, 14)).toMatchObject({ ok: true });
  expect(await make(journal, 17, { checkpoint: await runJournal().checkpointAt(17) })).toMatchObject({ ok: true });
  const other = runJournal((fact) => ({ ...fact, value: { ...(fact.value as object), more: 1 } }));
  expect(await make(journal, 17, { checkpoint: await other.checkpointAt(17) })).toEqual({
    ok: false,
    error: 'the journal is not what the checkpoint signs',
  });
  const destroyed = recordsOf(journal).map((record, i) => (i === 6 ? record : { ...record, payload: null }));
  expect(await make(journal, 17, { records: destroyed })).toEqual({
    ok: false,
    error: 'contents of this run were destroyed',
  });
  const unsourced = recordsOf(journal).map((record, i) => (i === 1 ? { ...record, payload: null } : record));
  expect(await make(journal, 17, { records: unsourced })).toEqual({
    ok: false,
    error: 'the import of notes/größe.txt is not in the journal',
  });
});

test('entries that contradict one another make no dossier, and the first that does is named', async () => {
  const edit = (type: string, change: (value: Record<string, Json>) => object): ((fact: TestFact) => TestFact) => {
    return (fact) =>
      fact.type === type ? { ...fact, value: change(fact.value as Record<string, Json>) as Json } : fact;
  };
  const why = async (change: (fact: TestFact) => TestFact): Promise<string> => {
    const made = await make(runJournal(change));
    return made.ok ? 'no fault' : made.error;
  };
  expect(await why(edit('approval.given', (value) => ({ ...value, digest: 'ff' })))).toBe(
    'entry 10 (approval.given): it approves something else than was asked',
  );
  expect(await why(edit('answer.verified', (value) => ({ ...value, digest: 'ff' })))).toContain('entry 8');
  expect(await why(edit('answer.verified', (value) => ({ ...value, run: 'other' })))).toBe('no fault');
  expect(await why(edit('run.completed', (value) => ({ ...value, type: 'run.failed' })))).toBe(
    'entry 13 (run.completed): it does not say what its entry says',
  );
  expect(await why(edit('approval.given', (value) => ({ ...value, approval: 'a9' })))).toBe(
    'the step "Save the answer" needed an approval and began without one',
  );
  expect(await why(edit('run.started', (value) => ({ ...value, run: 'other' })))).toContain('is not its start');
});
