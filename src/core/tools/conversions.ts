import { convertAmount, findAmounts, systemOf, type Amount, type System } from '../text/amounts.ts';
import { closeTo } from '../text/numbers.ts';
import { normaliseForMatch } from '../text/tokens.ts';
import type { AnswerDraft, Claim, EvidenceDraft } from './answer.ts';

/** An answer is to be read, not to be a conversion table. */
const CONVERSIONS_MAX = 12;

/**
 * The answer with each amount that is in the other units than the owner's followed by a sentence that converts it:
 * "12 km is about 7.46 miles." What the files say stays as it is; the sentence is computed, cited and verified like any
 * other.
 */
export function withConversions(draft: AnswerDraft, owner: System): AnswerDraft {
  if (draft.outcome !== 'answered') return draft;
  const evidence = new Map(draft.evidence.map((piece) => [piece.id, piece]));
  const told = new Set<string>();
  let left = 0;
  const sections = draft.sections.map((section) => ({
    ...section,
    claims: section.claims.flatMap((claim) => {
      const fresh = conversionsOf(claim, evidence, owner).filter(({ text }) => !told.has(text));
      const kept = fresh.slice(0, Math.max(0, CONVERSIONS_MAX - told.size));
      left += fresh.length - kept.length;
      for (const { text } of kept) told.add(text);
      return [claim, ...kept];
    }),
  }));
  if (told.size === 0) return draft;
  const note = `Only the first ${String(CONVERSIONS_MAX)} amounts are converted to ${owner} units.`;
  return { ...draft, sections, notes: left === 0 ? draft.notes : [...draft.notes, note] };
}

function conversionsOf(claim: Claim, evidence: ReadonlyMap<string, EvidenceDraft>, owner: System): Claim[] {
  const foreign = findAmounts(claim.text).filter(({ unit }) => systemOf(unit) !== owner);
  return foreign.flatMap((amount, index): Claim[] => {
    const of = resultIn(claim, amount);
    const cited = claim.evidence.filter((id) => of !== null || holds(evidence.get(id)?.quote ?? '', amount.text));
    if (of === null && cited.length === 0) return [];
    const id = `${claim.id}-units${String(index + 1)}`;
    const computation = { kind: 'conversion', words: amount.text, of } as const;
    return [
      { id, text: `${amount.text} is ${convertAmount(amount)}.`, basis: 'computed', evidence: cited, computation },
    ];
  });
}

/** The computation that an amount is the result of, when it is of one. */
function resultIn({ computation }: Claim, { values }: Amount) {
  if (computation?.kind !== 'aggregate' || computation.operation === 'count' || computation.operation === 'share')
    return null;
  const [value] = values;
  return values.length === 1 && value !== undefined && closeTo(value, computation.result) ? computation : null;
}

function holds(quote: string, words: string): boolean {
  return normaliseForMatch(quote).includes(normaliseForMatch(words));
}
