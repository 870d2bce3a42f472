import type { Claim, Evidence } from '../tools/answer.ts';
import { check, short } from './check.ts';
import { checkComputation } from './check-computation.ts';
import { checkWords } from './check-words.ts';
import { occursIn, partsOf } from './claim-parts.ts';
import type { Check } from './verdict.ts';

/** Every check of one claim, passed or not. */
export function checkClaim(claim: Claim, evidence: ReadonlyMap<string, Evidence>): Check[] {
  const cited = claim.evidence.flatMap((id) => evidence.get(id) ?? []);
  const presence = checkPresence(claim, cited);
  if (!presence.every(({ passed }) => passed)) return presence;
  const computed = checkComputation(claim, evidence);
  // A conversion is compared as a whole: it has no words of its own.
  if (claim.basis === 'absent' || claim.computation?.kind === 'conversion') return [...presence, ...computed];
  if (claim.basis === 'extract' && isVerbatim(claim.text, cited)) {
    return [...presence, ...computed, check(claim, 'quote', true, 'the sentence stands in the evidence word for word')];
  }
  return [...presence, ...computed, ...checkQuotes(claim, cited), ...checkWords(claim, cited)];
}

export function isVerbatim(text: string, cited: readonly Evidence[]): boolean {
  return cited.some(({ quote }) => occursIn(text, quote));
}

function checkPresence(claim: Claim, cited: readonly Evidence[]): Check[] {
  const { computation, basis } = claim;
  const missing = claim.evidence.length - cited.length;
  if (missing > 0) return [check(claim, 'evidence', false, `${String(missing)} of its citations point to nothing`)];
  if (basis === 'absent') {
    const searched = computation?.kind === 'search';
    return [
      check(claim, 'evidence', searched, searched ? 'it says what was searched' : 'it does not say what was searched'),
    ];
  }
  const needsNone =
    computation?.kind === 'free-slot' || (computation?.kind === 'aggregate' && computation.values.length === 0);
  if (cited.length === 0 && !needsNone) return [check(claim, 'evidence', false, 'it cites nothing')];
  if (basis === 'computed' && computation === null)
    return [check(claim, 'computation', false, 'it shows no computation')];
  const spans = cited.filter(({ start, end, digest }) => start < end && start >= 0 && /^[0-9a-f]{64}$/.test(digest));
  return [
    check(claim, 'evidence', true, `it cites ${String(cited.length)} passages`),
    check(claim, 'bytes', spans.length === cited.length, 'each citation is a span of bytes with its hash'),
  ];
}

function checkQuotes(claim: Claim, cited: readonly Evidence[]): Check[] {
  return partsOf(claim.text).quotes.map((quote) => {
    const passed = cited.some((piece) => occursIn(quote, piece.quote));
    return check(
      claim,
      'quote',
      passed,
      passed ? `“${short(quote)}” stands in the evidence` : `“${short(quote)}” does not stand in the evidence`,
    );
  });
}
