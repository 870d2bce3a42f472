import type { EvidenceId, SourceId } from '../../base/ids.ts';
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
/** More than this nobody reads; what is left out is said. */
const SECTION_CLAIMS_MAX = 8;
/** Sentences that others are compared with for saying the same. */
const COMPARED_MAX = 100;
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
  const unshown: string[] = [];
  let more = 0;
  const limited = (all: readonly Fact[], title: string): readonly Fact[] => {
    const left = all.length - SECTION_CLAIMS_MAX;
    if (left <= 0) return all;
    more += left;
    unshown.push(`${String(left)} under ${title}`);
    const kept = [...all].sort((a, b) => b.strength - a.strength).slice(0, SECTION_CLAIMS_MAX);
    return all.filter((fact) => kept.includes(fact));
  };
  const sections: AnswerSection[] = SECTIONS.filter(([category]) => include(category)).map(([category, title]) => ({
    title,
    claims: limited(distinct(holding.filter((fact) => fact.category === category)), title).map((fact) =>
      book.claim(oneLine(fact.text), 'extract', [cite(book, fact)]),
    ),
  }));
  const corrections = pairs(resolved?.corrections ?? []);
  if (include('corrections')) {
    const left = corrections.length - CORRECTIONS_MAX;
    if (left > 0) {
      more += left;
      unshown.push(`${String(left)} under Corrections`);
    }
    sections.push({
      title: 'Corrections',
      claims: corrections.slice(0, CORRECTIONS_MAX).flatMap((pair) => correctionClaim(book, pair, facts) ?? []),
    });
  }
  if (sections.every(({ claims }) => claims.length === 0)) return nothing(book, observed);
  const notes = [
    ...(corrections.length > 0 && include('corrections')
      ? ['Where documents disagree, the later one is taken; what it replaces is listed under Corrections.']
      : []),
    ...(observed.documents.some(({ writtenAt }) => writtenAt === null)
      ? ['Some documents carry no date; they count as the oldest.']
      : []),
    ...(more === 0
      ? []
      : [
          `${String(more)} more ${more === 1 ? 'fact is' : 'facts are'} not shown: ${unshown.join(', ')}. Name a topic, a period or fewer files to see them.`,
        ]),
    `From ${String(observed.documents.length)} ${observed.documents.length === 1 ? 'document' : 'documents'}.`,
  ];
  return book.draft('answered', sections, { notes });
}

/** Newest first in the order of their documents; of those that say the same, the surest. */
function distinct(facts: readonly Fact[]): Fact[] {
  const kept: { readonly fact: Fact; readonly stems: ReadonlySet<string> }[] = [];
  const newestFirst = [...facts].sort((a, b) => (b.writtenAt ?? 0) - (a.writtenAt ?? 0) || a.order - b.order);
  for (const fact of [...newestFirst].sort((a, b) => b.strength - a.strength)) {
    const stems = new Set(contentStems(fact.text));
    const compared = kept.slice(0, COMPARED_MAX);
    if (!compared.some((other) => overlap(stems, other.stems) >= SAME_OVERLAP_MIN)) kept.push({ fact, stems });
  }
  const chosen = new Set(kept.map(({ fact }) => fact));
  return newestFirst.filter((fact) => chosen.has(fact));
}

interface Pair {
  readonly now: number;
  readonly before: number;
  readonly explicit: boolean;
}

/** One for each thing that was said before, so that each pair can be checked by itself. */
function pairs(corrections: readonly Correction[]): Pair[] {
  return corrections.flatMap(({ now, earlier, explicit }) => earlier.map((before) => ({ now, before, explicit })));
}

function correctionClaim(book: EvidenceBook, pair: Pair, facts: readonly Fact[]): Claim | null {
  const [current, before] = [facts[pair.now], facts[pair.before]];
  if (current === undefined || before === undefined) return null;
  const verb = pair.explicit ? 'corrected to' : 'now';
  const text = `Earlier: “${oneLine(before.text)}” (${nameOf(before.file)}); ${verb}: “${oneLine(current.text)}” (${nameOf(current.file)})`;
  return book.claim(text, 'extract', [cite(book, before), cite(book, current)]);
}

function cite(book: EvidenceBook, { span, file, text, locator }: Fact): EvidenceId {
  return book.cite({ ...span, file, quote: text, locator });
}

function nameOf(file: string): string {
  return file.split('/').at(-1) ?? file;
}

function nothing(book: EvidenceBook, { topic, searched }: FactsObservation): AnswerDraft {
  const what = topic === '' ? 'facts to report' : `anything about ${topic}`;
  const computation = { kind: 'search', terms: [what], searched: searched as readonly SourceId[], hits: 0 } as const;
  const claim = book.claim(`Not found in your documents: ${what}`, 'absent', [], computation);
  return book.draft('not-found', [{ title: 'Not found', claims: [claim] }]);
}
