import { expect, test } from 'vitest';
import { sha256 } from '#adapters/noble/sha256.ts';
import { checkBundle, checkFile } from '#core/audit/check-file.ts';
import { encodeDossier, makeDossier } from '#core/audit/dossier.ts';
import { furthest, type Vouched } from '#core/audit/export-report.ts';
import { merkleTree } from '#core/audit/merkle-tree.ts';
import { provenanceOf } from '#core/audit/provenance.ts';
import { accountOf, type RunAccount } from '#core/audit/run-account.ts';
import { encodeSentenceProof, makeSentenceProof } from '#core/audit/sentence-proof.ts';
import { visible } from '#core/audit/visible.ts';
import { utf8 } from '#core/base/bytes.ts';
import { canonicalJson, digestOf, type Json } from '#core/base/json.ts';
import { readExport } from '#core/audit/export-contents.ts';
import { fileTools } from '#tests/fakes/file-tools.ts';
import { exportBytes, type TestFact, testJournal, type TestJournal } from '#tests/fakes/journal.ts';
import { RUN, runFacts } from '#tests/fakes/run-journal.ts';
import { files, sentenceJournal } from '#tests/fakes/sentence-vault.ts';

const fact = (type: string, rest: { readonly [key: string]: Json } = {}): TestFact => ({
  type,
  run: RUN,
  value: { type, run: RUN, ...rest },
});
const account = (facts: readonly TestFact[]): ReturnType<typeof accountOf> => {
  const journal = testJournal(facts);
  const logged = journal.entries.map((entry, i) => ({ entry, value: journal.payloads[i]!.value }));
  return accountOf(sha256, RUN, logged, []);
};
const accounted = (facts: readonly TestFact[]): RunAccount => {
  const made = account(facts);
  if (!made.ok) throw new Error(made.error.why);
  return made.value;
};
async function dossierOf(journal: TestJournal): Promise<Uint8Array> {
  const made = makeDossier(sha256, {
    agent: journal.agent,
    run: RUN,
    records: journal.texts.map((text, i) => ({ text, entry: journal.entries[i]!, payload: journal.payloads[i]! })),
    tree: merkleTree(sha256, journal.leafHashes),
    checkpoint: await journal.checkpointAt(journal.texts.length),
  });
  if (!made.ok) throw new Error(made.error);
  return utf8(encodeDossier(made.value));
}
const started = fact('run.started', { goal: 'Do it' });
const planned = (steps: readonly Json[]): TestFact =>
  fact('plan.committed', { plan: { method: 'm', digest: 'd', goal: { restated: '' }, steps } });
const asked = fact('approval.requested', {
  approval: { id: 'a', step: 's', digest: 'x', sentence: 'Save', reason: 'r', fileName: 'f.md', content: 'c' },
});

test('runs that ended early are accounted for as far as they went', () => {
  expect(accounted([started])).toMatchObject({ outcome: 'unfinished', plan: null, steps: [], answer: null });
  expect(accounted([started, fact('run.cancelled')]).outcome).toBe('cancelled');
  expect(accounted([fact('run.started')]).goal.text).toBe('');
  const steps = [{ id: 's', tool: 'save-file', title: 'Save', approval: true }, {}];
  const open = accounted([started, planned(steps), asked, fact('run.failed')]);
  expect(open).toMatchObject({
    outcome: 'failed',
    steps: [
      { decision: 'not reached', toolVersion: null, model: null },
      { step: '', tool: '', title: '' },
    ],
    approvals: [{ decision: 'open', decided: null }],
    written: [],
  });
  const denied = accounted([started, planned(steps), asked, fact('approval.denied', { approval: 'a', reason: 'no' })]);
  expect(denied).toMatchObject({
    steps: [{ decision: 'denied' }, {}],
    approvals: [{ decision: 'denied', decided: 3 }],
  });
  const refused = accounted([
    started,
    planned([{ id: 's', tool: 't', title: 'T', approval: false }]),
    fact('step.started', { step: 's', by: { version: 2, model: 'ab' } }),
    fact('step.failed', { step: 's', error: { code: 'denied' } }),
  ]);
  expect(refused.steps).toMatchObject([
    { decision: 'denied', toolVersion: 2, model: 'ab', observation: null, ended: 3 },
  ]);
  expect(provenanceOf(refused, 'did:key:z' as never, String)).toBeNull();
});

test('a journal with gaps in what its facts say is accounted for without them', () => {
  const bare = accounted([
    started,
    fact('plan.committed'),
    fact('approval.requested'),
    fact('answer.verified', {
      answer: null,
      digest: '74234e98afe7498fb5daf1f36ac2d78acc339464f950703b8c019892f982b90b',
    }),
  ]);
  expect(bare.plan).toMatchObject({ restated: '', method: '', digest: '' });
  expect(bare.approvals).toMatchObject([{ step: '', asked: '', reason: '', fileName: '', digest: '' }]);
  expect(bare.answer).toMatchObject({ verdict: '', confidence: null, checks: 0, sentences: [] });
});

test('answers to questions not asked yet, and sentences without their evidence, are faults', () => {
  const early = account([started, fact('approval.given', { approval: 'a', digest: 'x' }), asked]);
  expect(early).toMatchObject({ ok: false, error: { sequence: 1 } });
  expect(!early.ok && early.error.why).toContain('a question that was asked later');
  const answer = { sections: [{ claims: [{ id: 'c', text: 't', basis: 'extract', evidence: ['e1'] }] }], evidence: [] };
  const digest = digestOf(sha256, answer);
  const lost = account([started, fact('answer.verified', { answer, verdict: { result: 'PASS' }, digest })]);
  expect(!lost.ok && lost.error.why).toContain('does not hold the evidence');
  const nameless = { sections: [{ claims: [{}] }], evidence: [] };
  const unnamed = { answer: nameless, verdict: { result: 'PASS' }, digest: digestOf(sha256, nameless) };
  expect(account([started, fact('answer.verified', unnamed)]).ok).toBe(false);
  expect(account([])).toEqual({
    ok: false,
    error: { sequence: null, why: 'the first entry of the run is not its start' },
  });
});

test('a dossier says what files chose in the plan, and of how many', async () => {
  const choices = [{ name: 'method', type: { kind: 'boolean' }, value: 'write-report', bits: 3 }];
  const plan = fact('plan.committed', { plan: { goal: { restated: 'r' }, steps: [] }, choices });
  const { facts } = checkFile(fileTools, await dossierOf(testJournal([started, plan, fact('run.cancelled')])));
  expect(facts).toContainEqual({ label: 'Chosen by files', text: 'method = write-report, one of 8 at most' });
});

test('a dossier of a run without plan or answer, or with a model and a denied step, is shown as it is', async () => {
  const short = checkFile(fileTools, await dossierOf(testJournal([started, fact('run.cancelled')])));
  expect(short).toMatchObject({ kind: 'dossier', ok: true });
  expect(short.facts.map(({ label }) => label)).toEqual(['Goal', 'Outcome', 'Checkpoint']);
  const journal = testJournal(
    runFacts((same) =>
      same.type === 'step.started'
        ? { ...same, value: { ...(same.value as object), by: { version: 1, model: 'ab'.repeat(32) } } }
        : same.type === 'plan.committed'
          ? {
              ...same,
              value: JSON.parse(JSON.stringify(same.value).replace(/"restated":"[^"]*"/, '"restated":""')) as Json,
            }
          : same,
    ),
  );
  const whole = checkFile(fileTools, await dossierOf(journal), { anchor: await journal.checkpointAt(17) });
  const text = whole.facts.map(({ label, text: said }) => `${label}: ${said}`).join('\n');
  expect(whole.ok).toBe(true);
  expect(whole.verdict).not.toContain("Only the device's own key");
  expect(text).toContain('Plan: answer-question (entry 3)');
  expect(text).toContain(`model ${'ab'.repeat(32)}`);
  const broken = checkFile(fileTools, utf8('{"format":"windhover-dossier"}\n'));
  expect(broken).toMatchObject({ kind: 'dossier', ok: false, verdict: 'This is not a dossier of a run.' });
});

test('a sentence without evidence, and files that do not fit, are said in words', async () => {
  const journal = sentenceJournal();
  const record = (i: number) => ({ text: journal.texts[i]!, payload: journal.payloads[i]! });
  const prove = async (claim: string): Promise<Uint8Array> => {
    const proof = makeSentenceProof(sha256, {
      agent: journal.agent,
      claim,
      answer: record(8),
      imported: [record(2), record(5)],
      tree: merkleTree(sha256, journal.leafHashes),
      checkpoint: await journal.checkpointAt(12),
    });
    if (!proof.ok) throw new Error(proof.error);
    return utf8(encodeSentenceProof(proof.value));
  };
  const absent = checkFile(fileTools, await prove('c3'));
  expect(absent.facts.find(({ label }) => label === 'Evidence')?.text).toBe('none is cited: the sentence is absent');
  const cited = await prove('c1');
  const right = { name: 'mail.eml', bytes: utf8(files['mail/budget.eml']) };
  expect(checkFile(fileTools, cited, { sources: [right] }).facts.at(-1)?.text).toContain('are the quote');
  expect(checkFile(fileTools, cited, { sources: [{ name: 'other', bytes: utf8('x') }] })).toMatchObject({ ok: false });
  expect(checkFile(fileTools, cited.slice(0, -9))).toMatchObject({ kind: 'sentence', ok: false });
  expect(checkFile(fileTools, utf8('{"format":"windhover-sentence-proof"}\u0000'))).toMatchObject({ ok: false });
});

test('broken zips, files that are no text and bundles whose journal fails are called that', async () => {
  expect(checkFile(fileTools, utf8('PK\u0003\u0004'))).toMatchObject({
    kind: 'unknown',
    verdict: 'The zip is damaged or larger than an export can be.',
  });
  expect(checkFile(fileTools, new Uint8Array(0))).toMatchObject({ kind: 'unknown', ok: false });
  expect(checkFile(fileTools, Uint8Array.of(0xff, 0xfe))).toMatchObject({ kind: 'unknown' });
  const journal = testJournal(runFacts());
  const cut = (await exportBytes(journal, [17])).slice(0, -1);
  expect(checkFile(fileTools, cut).verdict).toContain('the last line has no end: the file was cut');
  const bundle = checkBundle(fileTools, new Map([['journal.ndjson', cut]]));
  expect(bundle).toMatchObject({ kind: 'bundle', ok: false });
  expect(checkBundle(fileTools, new Map([['journal.ndjson', utf8('x')]]))).toMatchObject({
    kind: 'unknown',
    ok: false,
  });
  const unsealed = checkFile(fileTools, await exportBytes(journal, [17], { version: 1 }));
  expect(unsealed.facts).toContainEqual({ label: 'File', text: 'not sealed by the agent' });
  const header = new TextDecoder().decode(await exportBytes(journal, [17])).replace('"version":3', '"version":9');
  expect(checkFile(fileTools, utf8(header))).toMatchObject({
    kind: 'unknown',
    verdict: 'Version 9 of the export is unknown.',
  });
});

test('of two who vouch the one for more counts, and for the same size the later witness', () => {
  const by = (size: number, time: number | null, name: string | null): Vouched => ({
    size,
    time: time as never,
    by: name,
  });
  expect(furthest(null)).toBeNull();
  expect(furthest(null, by(1, 1, 'a'), by(2, 0, 'b'))).toEqual(by(2, 0, 'b'));
  expect(furthest(by(2, 5, 'a'), by(2, 6, 'b'))).toEqual(by(2, 6, 'b'));
  expect(furthest(by(2, 5, 'a'), by(2, 4, 'b'))).toEqual(by(2, 5, 'a'));
  expect(furthest(by(2, 5, null), by(2, 4, 'b'))).toEqual(by(2, 4, 'b'));
  expect(furthest(by(2, 5, 'a'), by(2, 9, null))).toEqual(by(2, 5, 'a'));
  expect(furthest(by(2, null, 'a'), by(2, null, 'b'))).toEqual(by(2, null, 'a'));
});

test('nothing from a file can hide in what is shown of it, or command a terminal', () => {
  expect(visible('a\u202eb\u001b[31mc\u200b\n漢 é')).toBe('a⟨U+202E⟩b⟨U+001B⟩[31mc⟨U+200B⟩⟨U+000A⟩漢 é');
});

test('a verified answer without a plan, and a step that did not come back, are attested as far as they went', () => {
  const answer = { sections: [], evidence: [] };
  const verified = fact('answer.verified', { answer, verdict: { result: 'PASS' }, digest: digestOf(sha256, answer) });
  const unplanned = JSON.stringify(provenanceOf(accounted([started, verified]), 'did:key:z' as never, String));
  expect(unplanned).not.toContain('prov:Plan');
  const steps = [
    { id: 's', tool: 't', title: 'T', approval: false },
    { id: 'u', tool: 't', title: 'U', approval: false },
  ];
  const running = accounted([started, planned(steps), fact('step.started', { step: 's' }), asked, verified]);
  const statement = provenanceOf(running, 'did:key:z' as never, String) as unknown as {
    predicate: { '@graph': { '@id': string; [key: string]: unknown }[] };
  };
  const nodes = new Map(statement.predicate['@graph'].map((node) => [node['@id'], node]));
  expect(nodes.get('#step-s')).toMatchObject({ 'prov:endedAtTime': null, toolVersion: null });
  expect(nodes.has('#step-u')).toBe(false);
  expect(nodes.has('#observation-s')).toBe(false);
  expect(nodes.get('#approval-3')).toMatchObject({ decision: 'open', logIndex: 3 });
});

test('contents are read of exports only: any other line is refused by name', async () => {
  const lines = [...fileTools.lines(await exportBytes(testJournal(runFacts()), [17]))];
  const read = (line: string) => readExport(sha256, [lines[0]!, line]);
  expect(read('{}')).toMatchObject({ ok: false });
  expect(read('{"checkpoint":"x","size":1}')).toEqual({ ok: false, error: 'a checkpoint cannot be read' });
  expect(read('{"entry":{},"leaf":"x"}')).toMatchObject({ ok: false });
  for (const line of [
    '{"checkpoint":1,"size":1}',
    '{"seal":1}',
    '{"entry":{},"leaf":1}',
    '{"entry":{},"leaf":"","payload":1}',
  ])
    expect(read(line), line).toMatchObject({ ok: false });
  const header = (change: object): unknown => {
    const text = canonicalJson({ ...(JSON.parse(lines[0]!) as object), ...change });
    return readExport(sha256, [text]);
  };
  expect(header({ size: -1 })).toMatchObject({ ok: false });
  expect(header({ createdAt: 9e15 })).toMatchObject({ ok: false });
  expect(header({ agent: 'did:web:x' })).toMatchObject({ ok: false });
});
