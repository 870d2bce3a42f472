import { sha256 } from '#adapters/noble/sha256.ts';
import { digestOf, type Json } from '#core/base/json.ts';
import { answerFact, importFact } from './sentence-vault.ts';
import { plainFacts, type TestFact, testJournal, type TestJournal } from './journal.ts';

export const RUN = 'run-7';
const SAVED = '# Facts\n\nThe ceiling is 4,200 euro.\n';

const fact = (type: string, rest: { readonly [key: string]: Json } = {}): TestFact => ({
  type,
  run: RUN,
  value: { type, run: RUN, at: 1, ...rest },
});

/** One run from its goal to a saved file, as the agent journals it, with entries of another run among them. */
export function runFacts(change: (fact: TestFact) => TestFact = (same) => same): TestFact[] {
  const answered = answerFact().value as { readonly [key: string]: Json };
  const answer = answered.answer ?? null;
  const approval = {
    id: 'a1',
    step: 's2',
    digest: 'aa'.repeat(32),
    sentence: 'Save 1 file, 0.1 kB, as facts.md',
    reason: 'Saving a file changes something outside the app.',
    fileName: 'facts.md',
    mediaType: 'text/markdown',
    content: SAVED,
    nonce: '00',
  };
  const plan = {
    goal: { restated: 'Say what the ceiling is, and save it.' },
    method: 'answer-question',
    digest: 'cc'.repeat(32),
    answerStep: 's1',
    steps: [
      { id: 's1', tool: 'answer-from-passages', title: 'Answer from your files', approval: false },
      { id: 's2', tool: 'save-file', title: 'Save the answer', approval: true },
    ],
  };
  const by = { version: 3, model: null };
  return [
    importFact('mail/budget.eml'),
    importFact('notes/größe.txt'),
    fact('run.started', { goal: 'What is the ceiling?', overrides: {}, sources: [], now: 1, zone: 'UTC' }),
    fact('plan.committed', { plan }),
    fact('step.started', { step: 's1', attempt: 1, by }),
    ...plainFacts(2),
    fact('step.finished', { step: 's1', observation: { found: 3 }, digest: 'dd'.repeat(32) }),
    fact('answer.verified', {
      answer,
      verdict: { result: 'PASS', confidence: 1, checks: [{ passed: true }, { passed: false }], repairs: [] },
      digest: digestOf(sha256, answer),
    }),
    fact('approval.requested', { approval }),
    fact('approval.given', { approval: 'a1', digest: approval.digest }),
    fact('step.started', { step: 's2', attempt: 1, by }),
    fact('step.finished', { step: 's2', observation: { name: 'facts.md', where: 'folder' }, digest: 'ee'.repeat(32) }),
    fact('run.completed'),
    ...plainFacts(3),
  ].map(change);
}

/** Entries 2 to 13 are those of the run, with two of another in between; 17 entries in all. */
export function runJournal(change?: (fact: TestFact) => TestFact): TestJournal {
  return testJournal(runFacts(change));
}
