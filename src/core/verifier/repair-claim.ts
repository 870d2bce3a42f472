import { splitSentences } from '../text/sentences.ts';
import { overlap } from '../text/rank-sentences.ts';
import { contentStems, oneLine } from '../text/tokens.ts';
import type { Claim, Evidence } from '../tools/answer.ts';
import { isVerbatim } from './check-claim.ts';
import { occursIn, partsOf } from './claim-parts.ts';
import type { Check } from './verdict.ts';

/** A quote that differs from a sentence of the evidence by less than this is that sentence, miswritten. */
const SAME_SENTENCE_MIN = 0.6;

/**
 * The nearest claim that the evidence can carry: without the clause that failed, with the quote as it stands, or the
 * evidence's own sentence. Null when only removing it helps: a wrong computation, or evidence about something else.
 */
export function repairClaim(
  claim: Claim,
  failed: readonly Check[],
  evidence: ReadonlyMap<string, Evidence>,
): Claim | null {
  const kinds = new Set(failed.map(({ kind }) => kind));
  const cited = claim.evidence.flatMap((id) => evidence.get(id) ?? []);
  if (cited.length === 0 || claim.basis === 'absent') return null;
  if (claim.computation !== null && claim.computation.kind !== 'date') return null;
  const parts = partsOf(claim.text);
  const clause = claim.text.lastIndexOf(' — ');
  if (!kinds.has('quote') && clause > 0 && parts.rest.slice(clause).trim() !== '') {
    return { ...claim, text: claim.text.slice(0, clause), basis: 'extract', computation: null };
  }
  const bodies = cited.filter(({ quote }) => !/^(?:From|To|Cc|Subject|Date): /.test(quote));
  if (kinds.has('quote')) {
    const text = withTrueQuotes(claim.text, parts.quotes, bodies);
    return text === null ? null : { ...claim, text };
  }
  return verbatim(claim, parts.quotes.join(' ') || claim.text, bodies);
}

/** Each wrong quote replaced by the sentence of the evidence that it is nearest to; null when there is none. */
function withTrueQuotes(text: string, quotes: readonly string[], bodies: readonly Evidence[]): string | null {
  let out = text;
  for (const quote of quotes.filter((quote) => !bodies.some((body) => occursIn(quote, body.quote)))) {
    const sentence = nearest(quote, bodies);
    if (sentence === null) return null;
    out = out.replace(`“${quote}”`, () => `“${sentence}”`);
  }
  return out === text ? null : out;
}

function verbatim(claim: Claim, about: string, bodies: readonly Evidence[]): Claim | null {
  const sentence = nearest(about, bodies);
  if (sentence === null || sentence === claim.text || !isVerbatim(sentence, bodies)) return null;
  return { ...claim, text: sentence, basis: 'extract', computation: null };
}

function nearest(about: string, bodies: readonly Evidence[]): string | null {
  const wanted = new Set(contentStems(about));
  const sentences = bodies
    .flatMap(({ quote }) => [quote, ...splitSentences(quote).map(({ text }) => text)])
    .map(oneLine);
  const scored = sentences
    .map((sentence) => ({ sentence, score: overlap(wanted, new Set(contentStems(sentence))) }))
    .sort((a, b) => b.score - a.score || a.sentence.length - b.sentence.length);
  const [best] = scored;
  return best !== undefined && best.score >= SAME_SENTENCE_MIN ? best.sentence : null;
}
