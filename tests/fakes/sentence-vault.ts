import { sha256 } from '#adapters/noble/sha256.ts';
import { hex, utf8 } from '#core/base/bytes.ts';
import type { Json } from '#core/base/json.ts';
import { plainFacts, type TestFact, testJournal, type TestJournal } from './journal.ts';

/** Two small files and an answer that cites them, as a run journals them. */
export const files = {
  'mail/budget.eml': 'Subject: Budget\r\n\r\nThe ceiling is 4,200 euro for November.\r\n',
  'notes/größe.txt': 'Die Größe ist 12 m².\nThe mill opens at 9.\n',
} as const;

export type FileName = keyof typeof files;

export const sourceIdOf = (file: FileName): string => hex(sha256(utf8(files[file])));

export function evidenceFor(id: string, file: FileName, quote: string): { readonly [key: string]: Json } {
  const before = files[file].slice(0, files[file].indexOf(quote));
  const start = utf8(before).length;
  const bytes = utf8(quote);
  const digest = hex(sha256(bytes));
  const place = { start, end: start + bytes.length, digest };
  return { id, source: sourceIdOf(file), file, ...place, quote, exact: true, locator: 'line 1' };
}

export interface TestClaim {
  readonly id: string;
  readonly text: string;
  readonly basis: 'extract' | 'absent';
  readonly evidence: readonly string[];
  readonly computation: null;
}

export const claims: readonly TestClaim[] = [
  { id: 'c1', text: 'The ceiling is 4,200 euro.', basis: 'extract', evidence: ['e1'], computation: null },
  {
    id: 'c2',
    text: 'It is 12 m², and the mill opens at 9.',
    basis: 'extract',
    evidence: ['e2', 'e3', 'e1'],
    computation: null,
  },
  { id: 'c3', text: 'Nothing is said of December.', basis: 'absent', evidence: [], computation: null },
];

export function answerFact(verdict = 'PASS'): TestFact {
  const evidence = [
    evidenceFor('e1', 'mail/budget.eml', 'The ceiling is 4,200 euro'),
    evidenceFor('e2', 'notes/größe.txt', 'Die Größe ist 12 m²'),
    evidenceFor('e3', 'notes/größe.txt', 'The mill opens at 9.'),
  ];
  const answer = {
    outcome: 'answered',
    sections: [{ title: 'Facts', claims: claims.map((claim) => ({ ...claim })) }],
    evidence,
    notes: [],
  };
  const value = { type: 'answer.verified', run: 'run-1', at: 1, answer, verdict: { result: verdict }, digest: 'd' };
  return { type: 'answer.verified', run: 'run-1', value };
}

export function importFact(file: FileName): TestFact {
  const source = { id: sourceIdOf(file), path: file, kind: 'document', bytes: utf8(files[file]).length };
  return { type: 'source.imported', value: { type: 'source.imported', at: 1, source } };
}

/** Entry 2 imports the mail, 5 the note, 8 is the answer; 12 entries in all. */
export function sentenceJournal(answer: TestFact = answerFact()): TestJournal {
  const facts = plainFacts(12);
  return testJournal(
    facts.with(2, importFact('mail/budget.eml')).with(5, importFact('notes/größe.txt')).with(8, answer),
  );
}
