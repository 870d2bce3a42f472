import { bm25, countStems, idf } from '../../text/bm25.ts';
import { contentStems } from '../../text/tokens.ts';
import { searchedText, type Passage } from './passage.ts';
import { termMatch, type Question, type QuestionTerm } from './question.ts';
import { synonymsOf } from './synonyms.ts';

/** Passages handed on, best first. */
export const PASSAGES_MAX = 60;
/** Candidates kept while searching; beyond that the weakest half is dropped. */
const CANDIDATES_MAX = 4_000;
/** A term found around a sentence counts this much of one found in it. */
export const CONTEXT_SHARE = 0.7;
/** Names weigh this much more: an answer about another name is none. */
const HARD_FACTOR = 1.6;

interface Candidate {
  readonly passage: Passage;
  readonly counts: ReadonlyMap<string, number>;
  readonly length: number;
  readonly matched: number;
}

/** Finds the passages that share words with a question among any number of passages, holding few. */
export class Retriever {
  readonly #question: Question;
  readonly #found = new Map<string, number>();
  #candidates: Candidate[] = [];
  #units = 0;
  #length = 0;

  constructor(question: Question) {
    this.#question = question;
  }

  see(passage: Passage): void {
    const own = contentStems(searchedText(passage));
    const stems = new Set([...own, ...contentStems(`${passage.next} ${passage.context.join(' ')}`)]);
    const ownSet = new Set(own);
    this.#units++;
    this.#length += own.length;
    let matched = 0;
    for (const term of this.#question.terms) {
      if (termMatch(term, ownSet) > 0) this.#found.set(term.stem, (this.#found.get(term.stem) ?? 0) + 1);
      if (termMatch(term, stems) > 0) matched += term.hard ? HARD_FACTOR : 1;
    }
    if (matched === 0) return;
    this.#candidates.push({ passage, counts: countStems(own), length: own.length, matched });
    if (this.#candidates.length > CANDIDATES_MAX) this.#candidates = this.#best(CANDIDATES_MAX / 2);
  }

  /** @returns weights by stem and the best passages */
  finish(): {
    readonly weights: Record<string, number>;
    readonly passages: { passage: Passage; score: number }[];
    readonly units: number;
  } {
    const weights: Record<string, number> = {};
    for (const term of this.#question.terms) weights[term.stem] = this.#weight(term);
    const corpus = {
      units: this.#units,
      meanLength: this.#units === 0 ? 1 : this.#length / this.#units,
      frequency: (stem: string) => this.#found.get(stem) ?? 1,
    };
    const expanded = this.#question.terms.flatMap(({ stem, hard }) => (hard ? [stem] : [stem, ...synonymsOf(stem)]));
    const passages = this.#candidates
      .map(({ passage, counts, length, matched }) => ({
        passage,
        score: matched + 0.2 * bm25(new Set(expanded), counts, length, corpus),
      }))
      .sort((a, b) => b.score - a.score)
      .slice(0, PASSAGES_MAX);
    return { weights, passages, units: this.#units };
  }

  /** Rarer words weigh more; words in no passage most of all, so that their absence shows. */
  #weight(term: QuestionTerm): number {
    const weight = 0.5 + idf(this.#found.get(term.stem) ?? 0, Math.max(1, this.#units)) / Math.log(2 + this.#units);
    return weight * (term.hard ? HARD_FACTOR : 1);
  }

  #best(count: number): Candidate[] {
    return [...this.#candidates].sort((a, b) => b.matched - a.matched || a.length - b.length).slice(0, count);
  }
}
