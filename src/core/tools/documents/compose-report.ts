import type { EvidenceId, SourceId } from '../../base/ids.ts';
import { CLAIMS_PER_ANSWER_MAX } from '../../base/limits.ts';
import { overlap } from '../../text/rank-sentences.ts';
import { contentStems, oneLine } from '../../text/tokens.ts';
import type { AnswerDraft, AnswerSection, Claim } from '../answer.ts';
import { EvidenceBook } from '../evidence-book.ts';
import type { Correction, ResolvedObservation } from './corrections.ts';
import type { Fact, FactCategory, FactsObservation } from './facts.ts';

const SECTIONS: readonly (readonly [FactCategory, string])[] = [
  ['status', 'Status'],
  ['decisions', 'Decisions'],
  ['dates', 'Dates'],
  ['money', 'Money'],
  ['people', 'People'],
  ['risks', 'Risks'],
  ['next-steps', 'Next steps'],
];
const SECTION_CLAIMS_MAX = 24;
const CORRECTIONS_MAX = 24;
/** A sentence that shares more than this with one shown already says the same. */
const SAME_OVERLAP_MIN = 0.85;

/** The report: the sentences that hold now, by section and newest first, and what was corrected on the way. */
export function composeReport(
  observed: FactsObservation,
  resolved: ResolvedObservation | null,
  wanted: readonly string[],
): AnswerDraft {
  const book = new EvidenceBook();
  const { facts } = observed;
  const superseded = new Set(resolved?.superseded ?? []);
  const holding = facts.filter((_, i) => !superseded.has(i));
  if (holding.length === 0) return nothing(book, observed);
  const include = (name: string): boolean => wanted.length === 0 || wanted.includes(name);
  const sections: AnswerSection[] = SECTIONS.filter(([category]) => include(category)).map(([category, title]) => ({
    title,
    claims: chosen(holding.filter((fact) => fact.category === category)).map((fact) =>
      book.claim(oneLine(fact.text), 'extract', [cite(book, fact)]),
    ),
  }));
  const corrections = (resolved?.corrections ?? []).slice(0, CORRECTIONS_MAX);
  if (include('corrections')) {
    sections.push({
      title: 'Corrections',
      claims: corrections.flatMap((correction) => correctionClaims(book, correction, facts)),
    });
  }
  const notes = [
    ...(corrections.length > 0
      ? ['Where documents disagree, the later one is taken; what it replaces is listed under Corrections.']
      : []),
    ...(observed.documents.some(({ writtenAt }) => writtenAt === null)
      ? ['Some documents carry no date; they count as the oldest.']
      : []),
    `From ${String(observed.documents.length)} ${observed.documents.length === 1 ? 'document' : 'documents'}.`,
  ];
  return book.draft('answered', withinLimit(sections), { notes });
}

/** The surest first, repeats left out, then newest first in the order of their documents. */
function chosen(facts: readonly Fact[]): Fact[] {
  const kept: Fact[] = [];
  const newestFirst = [...facts].sort((a, b) => (b.writtenAt ?? 0) - (a.writtenAt ?? 0) || a.order - b.order);
  const ranked = [...newestFirst].sort((a, b) => b.strength - a.strength);
  for (const fact of ranked) {
    if (kept.length >= SECTION_CLAIMS_MAX) break;
    const stems = new Set(contentStems(fact.text));
    if (!kept.some((other) => overlap(stems, new Set(contentStems(other.text))) >= SAME_OVERLAP_MIN)) kept.push(fact);
  }
  return newestFirst.filter((fact) => kept.includes(fact));
}

/** One claim for each thing that was said before, so that each pair can be checked by itself. */
function correctionClaims(book: EvidenceBook, { now, earlier, explicit }: Correction, facts: readonly Fact[]): Claim[] {
  const current = facts[now];
  if (current === undefined) return [];
  return earlier.flatMap((index) => {
    const before = facts[index];
    if (before === undefined) return [];
    const verb = explicit ? 'corrected to' : 'now';
    const text = `Earlier: “${oneLine(before.text)}” (${nameOf(before.file)}); ${verb}: “${oneLine(current.text)}” (${nameOf(current.file)})`;
    return [book.claim(text, 'extract', [cite(book, before), cite(book, current)])];
  });
}

function cite(book: EvidenceBook, { span, file, text, locator }: Fact): EvidenceId {
  return book.cite({ ...span, file, quote: text, locator });
}

function nameOf(file: string): string {
  return file.split('/').at(-1) ?? file;
}

/** Sections shrink from their ends, evenly, when the answer would be too long; said by the sections' own order. */
function withinLimit(sections: readonly AnswerSection[]): AnswerSection[] {
  const all = sections.reduce((sum, { claims }) => sum + claims.length, 0);
  if (all <= CLAIMS_PER_ANSWER_MAX) return [...sections];
  const share = CLAIMS_PER_ANSWER_MAX / all;
  return sections.map((section) => ({
    ...section,
    claims: section.claims.slice(0, Math.floor(section.claims.length * share)),
  }));
}

function nothing(book: EvidenceBook, { topic, searched }: FactsObservation): AnswerDraft {
  const what = topic === '' ? 'facts to report' : `anything about ${topic}`;
  const computation = { kind: 'search', terms: [what], searched: searched as readonly SourceId[], hits: 0 } as const;
  const claim = book.claim(`Not found in your documents: ${what}`, 'absent', [], computation);
  return book.draft('not-found', [{ title: 'Not found', claims: [claim] }]);
}
