import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { sha256 } from '#adapters/noble/sha256.ts';
import type { LoggedFact } from '#core/audit/export-contents.ts';
import { provenanceOf } from '#core/audit/provenance.ts';
import { accountOf, type RunAccount } from '#core/audit/run-account.ts';
import { canonicalJson, digestOf, type Json } from '#core/base/json.ts';
import { type TestFact, testJournal, type TestJournal } from '#tests/fakes/journal.ts';
import { RUN, runFacts, runJournal } from '#tests/fakes/run-journal.ts';
import { answerFact, claims, evidenceFor, sourceIdOf } from '#tests/fakes/sentence-vault.ts';

/** What the entries of a run come to, whole: a reader believes nothing that is not in here, and all that is. */
const SECOND_0 = 1_763_700_000_000;
const iso = (time: number): string => new Date(time).toISOString();
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const factsOf = (journal: TestJournal): LoggedFact[] =>
  journal.entries.map((entry, i) => ({ entry, value: journal.payloads[i]!.value }));
const account = (journal: TestJournal): ReturnType<typeof accountOf> => {
  const facts = factsOf(journal);
  return accountOf(
    sha256,
    RUN,
    facts.filter(({ entry }) => entry.run === RUN),
    facts.filter(({ entry }) => entry.type === 'source.imported'),
  );
};
const accounted = (journal: TestJournal): RunAccount => {
  const made = account(journal);
  if (!made.ok) throw new Error(made.error.why);
  return made.value;
};
const fact = (type: string, rest: { readonly [key: string]: Json } = {}): TestFact => ({
  type,
  run: RUN,
  value: { type, run: RUN, ...rest },
});

const answer = (answerFact().value as { readonly [key: string]: Json }).answer ?? null;
const SAVED = hashOf('# Facts\n\nThe ceiling is 4,200 euro.\n');
const ANSWERED = hashOf(canonicalJson(answer));

test('the account of a run is all that its entries say, and where they say it', () => {
  const step = { toolVersion: 3, model: null };
  const spans = new Map(
    [
      evidenceFor('e1', 'mail/budget.eml', 'The ceiling is 4,200 euro'),
      evidenceFor('e2', 'notes/größe.txt', 'Die Größe ist 12 m²'),
      evidenceFor('e3', 'notes/größe.txt', 'The mill opens at 9.'),
    ].map(({ id, source, file, start, end, digest, quote }) => [
      id as string,
      { source, file, start, end, digest, quote },
    ]),
  );
  expect(accounted(runJournal())).toEqual({
    run: RUN,
    goal: { text: 'What is the ceiling?', at: SECOND_0 + 2_000, entry: 2 },
    outcome: 'complete',
    plan: {
      restated: 'Say what the ceiling is, and save it.',
      method: 'answer-question',
      digest: 'cc'.repeat(32),
      entry: 3,
      choices: [],
    },
    steps: [
      {
        ...step,
        step: 's1',
        title: 'Answer from your files',
        tool: 'answer-from-passages',
        decision: 'allowed: reads only',
        startedAt: SECOND_0 + 4_000,
        endedAt: SECOND_0 + 7_000,
        started: 4,
        ended: 7,
        observation: 'dd'.repeat(32),
      },
      {
        ...step,
        step: 's2',
        title: 'Save the answer',
        tool: 'save-file',
        decision: 'approved by the owner',
        startedAt: SECOND_0 + 11_000,
        endedAt: SECOND_0 + 12_000,
        started: 11,
        ended: 12,
        observation: 'ee'.repeat(32),
      },
    ],
    approvals: [
      {
        step: 's2',
        asked: 'Save 1 file, 0.1 kB, as facts.md',
        reason: 'Saving a file changes something outside the app.',
        fileName: 'facts.md',
        sha256: SAVED,
        digest: 'aa'.repeat(32),
        entry: 9,
        decision: 'given',
        decided: 10,
      },
    ],
    sources: [
      { sha256: sourceIdOf('mail/budget.eml'), file: 'mail/budget.eml', entry: 0 },
      { sha256: sourceIdOf('notes/größe.txt'), file: 'notes/größe.txt', entry: 1 },
    ],
    answer: {
      digest: ANSWERED,
      entry: 8,
      at: SECOND_0 + 8_000,
      verdict: 'PASS',
      confidence: 1,
      checks: 2,
      checksFailed: 1,
      sentences: claims.map(({ id, text, basis, evidence }) => ({
        id,
        text,
        basis,
        evidence: evidence.map((cited) => spans.get(cited)),
      })),
    },
    written: [{ name: 'facts.md', sha256: SAVED, step: 's2', entry: 12 }],
  });
});

test('the statement on an answer is in-toto and PROV-O, word for word', () => {
  const journal = runJournal();
  const { agent } = journal;
  const named = (hash: string): string => `ni:///sha-256;${Buffer.from(hash, 'hex').toString('base64url')}`;
  const moment = (second: number) => ({
    '@type': 'xsd:dateTime',
    '@value': `2025-11-21T04:40:${String(second).padStart(2, '0')}.000Z`,
  });
  const [mail, note] = [sourceIdOf('mail/budget.eml'), sourceIdOf('notes/größe.txt')];
  // Names of bytes are in the alphabet of URLs: these hashes hold a + and a / in the other.
  expect(named(mail) + named(note)).toMatch(/-.*_|_.*-/);
  const activity = (step: string, from: number, to: number, entry: number, rest: object) => ({
    '@id': `#step-${step}`,
    '@type': 'prov:Activity',
    'prov:wasAssociatedWith': { '@id': agent },
    'prov:qualifiedAssociation': { 'prov:agent': { '@id': agent }, 'prov:hadPlan': { '@id': '#plan' } },
    'prov:startedAtTime': moment(from),
    'prov:endedAtTime': moment(to),
    toolVersion: 3,
    modelDigest: null,
    model: 'none: symbolic engine',
    logIndex: entry,
    ...rest,
  });
  const observation = (step: string, hash: string, entry: number) => ({
    '@id': `#observation-${step}`,
    '@type': 'prov:Entity',
    sha256: hash,
    'prov:wasGeneratedBy': { '@id': `#step-${step}` },
    logIndex: entry,
  });
  expect(provenanceOf(accounted(journal), agent, iso)).toEqual({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [
      { name: 'answer of run run-7', digest: { sha256: ANSWERED } },
      { name: 'facts.md', digest: { sha256: SAVED } },
    ],
    predicateType: 'http://www.w3.org/ns/prov#',
    predicate: {
      '@context': {
        '@vocab': 'urn:windhover:',
        prov: 'http://www.w3.org/ns/prov#',
        xsd: 'http://www.w3.org/2001/XMLSchema#',
      },
      '@id': 'urn:windhover:run:run-7',
      '@graph': [
        { '@id': agent, '@type': 'prov:SoftwareAgent' },
        { '@id': '#owner', '@type': 'prov:Person' },
        {
          '@id': '#goal',
          '@type': 'prov:Entity',
          'prov:value': 'What is the ceiling?',
          'prov:wasAttributedTo': { '@id': '#owner' },
          logIndex: 2,
        },
        { '@id': named(mail), '@type': 'prov:Entity', sha256: mail, file: 'mail/budget.eml', logIndex: 0 },
        { '@id': named(note), '@type': 'prov:Entity', sha256: note, file: 'notes/größe.txt', logIndex: 1 },
        {
          '@id': '#plan',
          '@type': ['prov:Entity', 'prov:Plan'],
          sha256: 'cc'.repeat(32),
          method: 'answer-question',
          logIndex: 3,
        },
        activity('s1', 4, 7, 4, { tool: 'answer-from-passages', decision: 'allowed: reads only' }),
        observation('s1', 'dd'.repeat(32), 7),
        activity('s2', 11, 12, 11, { tool: 'save-file', decision: 'approved by the owner' }),
        observation('s2', 'ee'.repeat(32), 12),
        {
          '@id': '#approval-9',
          '@type': 'prov:Activity',
          'prov:wasAssociatedWith': { '@id': '#owner' },
          'prov:wasInformedBy': { '@id': '#step-s2' },
          approved: 'aa'.repeat(32),
          decision: 'given',
          logIndex: 10,
        },
        {
          '@id': named(ANSWERED),
          '@type': 'prov:Entity',
          sha256: ANSWERED,
          verdict: 'PASS',
          'prov:wasAttributedTo': { '@id': agent },
          'prov:wasDerivedFrom': [{ '@id': named(mail) }, { '@id': named(note) }],
          'prov:generatedAtTime': moment(8),
          logIndex: 8,
        },
        {
          '@id': named(SAVED),
          '@type': 'prov:Entity',
          sha256: SAVED,
          file: 'facts.md',
          'prov:wasDerivedFrom': { '@id': named(ANSWERED) },
          'prov:wasGeneratedBy': { '@id': '#step-s2' },
          logIndex: 12,
        },
      ],
    },
  });
});

test('a model is named by its hash, and an account that names no hash is a mistake', () => {
  const model = 'ab'.repeat(32);
  const by = accounted(
    runJournal((same) =>
      same.type === 'step.started'
        ? { ...same, value: { ...(same.value as object), by: { version: 1, model } } }
        : same,
    ),
  );
  expect(by.steps.map((step) => [step.model, step.toolVersion])).toEqual([
    [model, 1],
    [model, 1],
  ]);
  const statement = JSON.stringify(provenanceOf(by, runJournal().agent, iso));
  expect(statement).toContain(`"modelDigest":"${model}","model":"${model}"`);
  const nameless = { ...by, answer: { ...by.answer!, digest: 'none' } };
  expect(() => provenanceOf(nameless, runJournal().agent, iso)).toThrow(
    'an account names files and answers by their hash',
  );
});

const start = fact('run.started', { goal: 'Do it' });
const plan = (steps: readonly Json[]): TestFact =>
  fact('plan.committed', { plan: { method: 'm', digest: 'd', goal: { restated: 'r' }, steps } });
const step = { id: 's', tool: 't', title: 'T', approval: false };
const question = (id: string, digest: string, of = 's'): TestFact =>
  fact('approval.requested', {
    approval: { id, step: of, digest, sentence: 'Save', reason: 'r', fileName: `${id}.md`, content: id },
  });
const decisionsOf = (...facts: readonly TestFact[]): readonly string[] =>
  accounted(testJournal([start, ...facts])).steps.map(({ decision }) => decision);

test('a step that was refused and then done was allowed; one that failed otherwise was not refused', () => {
  const began = fact('step.started', { step: 's' });
  const refused = fact('step.failed', { step: 's', error: { code: 'denied' } });
  const done = fact('step.finished', { step: 's', digest: 'ff' });
  expect(decisionsOf(plan([step]), began, refused)).toEqual(['denied']);
  expect(decisionsOf(plan([step]), refused)).toEqual(['denied']);
  expect(decisionsOf(plan([step]), began, refused, began, done)).toEqual(['allowed: reads only']);
  expect(decisionsOf(plan([step]), began, fact('step.failed', { step: 's', error: { code: 'timeout' } }))).toEqual([
    'allowed: reads only',
  ]);
  expect(decisionsOf(plan([step, { ...step, id: 'u' }]), began)).toEqual(['allowed: reads only', 'not reached']);
});

test('of a step that was tried again the last attempt counts, and of its questions the last', () => {
  const again = accounted(
    testJournal([
      start,
      plan([step]),
      fact('step.started', { step: 's', by: { version: 1, model: null } }),
      fact('step.failed', { step: 's', error: { code: 'timeout' } }),
      fact('step.started', { step: 's', by: { version: 2, model: null } }),
      fact('step.finished', { step: 's', digest: 'ff' }),
    ]),
  );
  expect(again.steps).toMatchObject([{ toolVersion: 2, started: 4, ended: 5, observation: 'ff' }]);
  const given = (id: string, digest: string): TestFact => fact('approval.given', { approval: id, digest });
  const denied = (id: string): TestFact => fact('approval.denied', { approval: id });
  const asking = { ...step, approval: true };
  expect(decisionsOf(plan([asking]), question('a', 'x'), denied('a'), question('b', 'y'), given('b', 'y'))).toEqual([
    'approved by the owner',
  ]);
  expect(decisionsOf(plan([asking]), question('a', 'x'), given('a', 'x'), question('b', 'y'), denied('b'))).toEqual([
    'denied',
  ]);
  // What was asked of another step says nothing of this one.
  expect(decisionsOf(plan([asking]), question('a', 'x', 'u'), given('a', 'x'))).toEqual(['not reached']);
});

test('what was written is what the owner allowed, once the step that wrote it is done', () => {
  const asking = { ...step, approval: true };
  const given = fact('approval.given', { approval: 'a', digest: 'x' });
  const began = fact('step.started', { step: 's' });
  const written = (...facts: readonly TestFact[]) => accounted(testJournal([start, plan([asking]), ...facts])).written;
  expect(written(question('a', 'x'), given, began, fact('step.finished', { step: 's', digest: 'ff' }))).toEqual([
    { name: 'a.md', sha256: hashOf('a'), step: 's', entry: 5 },
  ]);
  expect(written(question('a', 'x'), given, began)).toEqual([]);
  expect(written(question('a', 'x'), given, began, fact('step.failed', { step: 's' }))).toEqual([]);
  expect(written(question('a', 'x'), given, began, fact('step.finished', { step: 's' }))).toEqual([]);
});

test('how a run ended is what its last entry says', () => {
  const outcome = (...facts: readonly TestFact[]): string => accounted(testJournal([start, ...facts])).outcome;
  expect(outcome(fact('run.completed'))).toBe('complete');
  expect(outcome(fact('run.failed'))).toBe('failed');
  expect(outcome(fact('run.cancelled'))).toBe('cancelled');
  expect(outcome(fact('run.failed'), plan([]))).toBe('unfinished');
});

test('what contradicts itself is told with the entry that does', () => {
  const fault = (...facts: readonly TestFact[]): unknown => {
    const made = account(testJournal(facts));
    return made.ok ? null : made.error;
  };
  const begin = 'the first entry of the run is not its start';
  expect(fault(plan([]))).toEqual({ sequence: 0, why: begin });
  expect(fault({ ...start, value: { type: 'run.started', run: 'other' } })).toEqual({ sequence: 0, why: begin });
  expect(fault(start, { ...plan([]), value: { type: 'plan.dropped' } })).toEqual({
    sequence: 1,
    why: 'entry 1 (plan.committed): it does not say what its entry says',
  });
  const logged = factsOf(testJournal([start, fact('run.failed')]));
  const strange = { ...logged[1]!, entry: { ...logged[1]!.entry, run: null } };
  expect(accountOf(sha256, RUN, [logged[0]!, strange], [])).toEqual({
    ok: false,
    error: { sequence: 1, why: 'entry 1 (run.failed): it does not say what its entry says' },
  });
  expect(fault(start, fact('approval.given', { approval: 'a', digest: 'x' }), question('a', 'x'))).toEqual({
    sequence: 1,
    why: 'entry 1 (approval.given): it answers a question that was asked later',
  });
  expect(fault(start, fact('approval.denied', { approval: 'a' }), question('a', 'x'))).toEqual({
    sequence: 1,
    why: 'entry 1 (approval.denied): it answers a question that was asked later',
  });
  expect(fault(start, question('a', 'x'), fact('approval.given', { approval: 'a', digest: 'y' }))).toEqual({
    sequence: 2,
    why: 'entry 2 (approval.given): it approves something else than was asked',
  });
  // Who says no need not say to what.
  expect(fault(start, question('a', 'x'), fact('approval.denied', { approval: 'a', digest: 'y' }))).toBeNull();
  expect(fault(start, plan([{ ...step, approval: true }]), fact('step.started', { step: 's' }))).toEqual({
    sequence: 2,
    why: 'the step "T" needed an approval and began without one',
  });
  expect(fault(start, plan([{ ...step, approval: true }]))).toBeNull();
});

test('an answer is what its digest names, with the sentences that passed', () => {
  const claim = { id: 'c', text: 't', basis: 'extract', evidence: ['e1'] };
  const given = { sections: [{ claims: [claim] }], evidence: [] };
  const verified = (verdict: Json, of: Json = given): TestFact =>
    fact('answer.verified', { answer: of, verdict, digest: digestOf(sha256, of) });
  const failed = accounted(
    testJournal([start, verified({ result: 'FAIL', confidence: 0.5, checks: [{}, { passed: true }] })]),
  );
  expect(failed.answer).toMatchObject({ verdict: 'FAIL', confidence: 0.5, checks: 2, checksFailed: 1, sentences: [] });
  expect(provenanceOf(failed, 'did:key:z' as never, iso)).toBeNull();
  expect(account(testJournal([start, verified({ result: 'PASS' })]))).toEqual({
    ok: false,
    error: {
      sequence: 1,
      why: 'entry 1 (answer.verified): the answer does not hold the evidence that the sentence cites',
    },
  });
  const other = fact('answer.verified', { answer: given, verdict: { result: 'FAIL' }, digest: 'ff' });
  expect(account(testJournal([start, other]))).toEqual({
    ok: false,
    error: { sequence: 1, why: 'entry 1 (answer.verified): the answer is not the one its digest names' },
  });
  // Of two answers the last one counts.
  const twice = accounted(
    testJournal([start, verified({ result: 'FAIL' }), verified({ result: 'FAIL', checks: [1] })]),
  );
  expect(twice.answer).toMatchObject({ entry: 2, checks: 1 });
});

test('a cited file is the newest import of that content under that name', () => {
  const facts = runFacts();
  const sourcesOf = (imports: readonly TestFact[]) => accounted(testJournal([...imports, ...facts])).sources;
  expect(sourcesOf([]).map(({ entry }) => entry)).toEqual([0, 1]);
  const [mail] = facts;
  const renamed = JSON.parse(JSON.stringify(mail).replaceAll('mail/budget.eml', 'copy.eml')) as TestFact;
  const other = JSON.parse(
    JSON.stringify(mail).replaceAll(sourceIdOf('mail/budget.eml'), sourceIdOf('notes/größe.txt')),
  ) as TestFact;
  const first = [mail!, ...facts.slice(1), mail!, renamed, other];
  expect(accounted(testJournal(first)).sources.map(({ entry }) => entry)).toEqual([17, 1]);
  const lost = accounted(testJournal(facts.slice(2)));
  expect(lost.sources.map(({ entry }) => entry)).toEqual([null, null]);
});

const requested = fact('approval.requested', { approval: { id: 'a1', step: 's2', digest: 'aa'.repeat(32) } });
const voided = fact('approval.voided', { approval: 'a1', why: 'policy' });
const again = fact('approval.requested', { approval: { id: 'a2', step: 's2', digest: 'bb'.repeat(32) } });
/** The journal of the run with these facts instead of its question and its yes. */
const asking = (...facts: TestFact[]): TestJournal => {
  const all = runFacts();
  const at = all.findIndex(({ type }) => type === 'approval.requested');
  return testJournal([...all.slice(0, at), ...facts, ...all.slice(at + 2)]);
};

test('a question that stands no more is not open: the one that took its place is', () => {
  const given = fact('approval.given', { approval: 'a2', digest: 'bb'.repeat(32) });
  const { approvals } = accounted(asking(requested, voided, again, given));
  expect(approvals).toMatchObject([
    { decision: 'voided', decided: 10 },
    { decision: 'given', decided: 12 },
  ]);
});

test('a yes that was not used in time is void, and buys no beginning of the step', () => {
  const given = fact('approval.given', { approval: 'a1', digest: 'aa'.repeat(32) });
  const { approvals, steps } = accounted(asking(requested, given, voided, again, fact('run.cancelled')));
  expect(approvals.map(({ decision }) => decision)).toEqual(['voided', 'open']);
  expect(steps[1]).toMatchObject({ decision: 'allowed: reads only' });
  expect(account(asking(requested, voided))).toMatchObject({ ok: false });
});

test('an act that was covered says by what, and needs no yes', () => {
  const cover = { kind: 'rules' };
  const covered = fact('approval.covered', {
    approval: { id: 'a1', step: 's2', digest: 'aa'.repeat(32), cover, sentence: 'Send 1 POST', fileName: '' },
  });
  const { approvals, steps, written } = accounted(asking(covered));
  expect(approvals).toMatchObject([{ asked: 'Send 1 POST', decision: 'covered', by: cover, decided: null }]);
  expect(steps[1]).toMatchObject({ decision: 'covered by the rules' });
  expect(written).toEqual([]);
});

test('an act that was covered without a word of what covers it counts as covered by the rules, and says no more', () => {
  const bare = fact('approval.covered', { approval: { id: 'a1', step: 's2', digest: 'aa'.repeat(32) } });
  expect(accounted(asking(bare)).steps[1]).toMatchObject({ decision: 'covered by the rules' });
});

const bits = { name: 'calendar', value: 3, bits: 4 };

test('what files chose in a plan is told with the bits it took', () => {
  const chosen = (...choices: readonly Json[]): unknown =>
    accounted(
      testJournal([
        start,
        fact('plan.committed', { plan: { method: 'm', digest: 'd', goal: { restated: 'r' }, steps: [] }, choices }),
      ]),
    ).plan?.choices;
  expect(chosen(bits, { value: true, bits: 1 })).toEqual([
    { name: 'calendar', value: '3', bits: 4 },
    { name: '', value: 'true', bits: 1 },
  ]);
});

/** A plan of two acts under one yes. */
const acts = [
  { ...step, approval: true },
  { ...step, id: 'u', title: 'U', approval: true },
];
const [toS, toU] = [
  { step: 's', digest: 'x' },
  { step: 'u', digest: 'y' },
];
const card = fact('approval.requested', {
  approval: { id: 'card', ...toS, acts: [toS, toU], sentence: 'Save', reason: 'r', fileName: 'f', content: 'c' },
});
const yes = (...ticked: readonly Json[]): TestFact =>
  fact('approval.given', { approval: 'card', digest: 'x', acts: ticked });
const coveredBy = (consent: string, of: { readonly [key: string]: Json } = toU): TestFact =>
  fact('approval.covered', { approval: { id: `by-${consent}`, ...of, cover: { kind: 'plan', consent } } });
const begun = (of: string): TestFact => fact('step.started', { step: of });
const underOneYes = (...facts: readonly TestFact[]): unknown => {
  const made = account(testJournal([start, plan(acts), ...facts]));
  return made.ok ? made.value.steps.map(({ decision }) => decision) : made.error.why;
};
const unasked = (title: string): string => `the step "${title}" needed an approval and began without one`;

test('a yes to a plan lets begin what it named, each act covered once for what was shown', () => {
  const [byOwner, byPlan] = ['approved by the owner', 'covered by a yes to the plan'];
  expect(underOneYes(card, yes(toS, toU), begun('s'), coveredBy('card'), begun('u'))).toEqual([byOwner, byPlan]);
  expect(underOneYes(card, yes(toU), coveredBy('card'), begun('u'))).toEqual(['denied', byPlan]);
  expect(underOneYes(card, yes(toS), begun('s'), begun('u'))).toBe(unasked('U'));
  expect(underOneYes(card, yes(toS), begun('s'), coveredBy('card'), begun('u')), 'not ticked').toBe(unasked('U'));
  expect(underOneYes(card, yes(toU), begun('s')), 'left out').toBe(unasked('T'));
  const other = { ...toU, digest: 'z' };
  expect(underOneYes(card, yes(toS, toU), coveredBy('card', other), begun('u')), 'not shown').toBe(unasked('U'));
  expect(underOneYes(card, yes(toS, toU), coveredBy('old'), begun('u')), 'another card').toBe(unasked('U'));
  const swapped = { step: 's', digest: 'y' };
  expect(underOneYes(card, yes(swapped), coveredBy('card'), begun('u')), 'for another act').toBe(unasked('U'));
});

test('a yes to a plan leaves out what its own card shows, and nothing that stands on another card alone', () => {
  const cardOf = (id: string, of: { readonly [key: string]: Json }, ...others: readonly Json[]): TestFact =>
    fact('approval.requested', {
      approval: { id, ...of, acts: [of, ...others], sentence: 'Save', reason: 'r', fileName: 'f', content: 'c' },
    });
  const yesTo = (approval: string, ...ticked: readonly Json[]): TestFact =>
    fact('approval.given', { approval, digest: 'x', acts: ticked });
  const [first, second] = [cardOf('first', toS), cardOf('second', toU)];
  expect(underOneYes(first, yesTo('first', toS), second)).toEqual(['approved by the owner', 'not reached']);
  // Both cards show it, and the yes was to the first.
  expect(underOneYes(cardOf('first', toS, toU), yesTo('first', toS), cardOf('second', toU))).toEqual([
    'approved by the owner',
    'denied',
  ]);
});

test('what is covered by a yes to a plan comes after that yes, and is used up by it', () => {
  expect(underOneYes(card, coveredBy('card'), yes(toS, toU), begun('u')), 'before the yes').toBe(unasked('U'));
  const twice = [coveredBy('card'), yes(toS, toU), coveredBy('card')];
  expect(underOneYes(card, ...twice, begun('u')), 'used before').toBe(unasked('U'));
  expect(underOneYes(card, yes(toS, toU), begun('u'), coveredBy('card')), 'covered too late').toBe(unasked('U'));
  // What another step or another card was covered by uses up nothing of this one.
  const rest = [coveredBy('card', toS), coveredBy('old'), yes(toS, toU), coveredBy('card'), begun('u')];
  expect(underOneYes(card, ...rest)).toEqual([expect.any(String), 'covered by a yes to the plan']);
  const asked = fact('approval.requested', { approval: { id: 'q', ...toU, cover: { consent: 'card' } } });
  expect(underOneYes(asked, card, yes(toS, toU), coveredBy('card'), begun('u'))).toEqual([
    'approved by the owner',
    'covered by a yes to the plan',
  ]);
  const denied = fact('approval.denied', { approval: 'card', acts: [toS, toU] });
  expect(underOneYes(card, denied, coveredBy('card'), begun('u')), 'a no').toBe(unasked('U'));
});

test('what is covered otherwise than by a yes to a plan needs none', () => {
  const grant = fact('approval.covered', { approval: { id: 'g', ...toU, cover: { kind: 'grant', consent: 'card' } } });
  expect(underOneYes(grant, begun('u'))).toEqual(['not reached', 'covered by a grant']);
});

test('an act that the owner left out of a plan was denied, though nobody began it', () => {
  expect(underOneYes(card, yes(toU))).toEqual(['denied', 'not reached']);
  expect(underOneYes(card, yes(toS))).toEqual(['approved by the owner', 'denied']);
  expect(underOneYes(card, yes(toS, toU))).toEqual(['approved by the owner', 'not reached']);
  expect(underOneYes(card), 'not answered').toEqual(['not reached', 'not reached']);
  const elsewhere = fact('approval.given', { approval: 'other', digest: 'x', acts: [toS] });
  expect(underOneYes(card, elsewhere), 'the yes was to another card').toEqual(['not reached', 'not reached']);
  const no = fact('approval.denied', { approval: 'card', acts: [toS] });
  expect(underOneYes(card, no)).toEqual(['denied', 'not reached']);
});
