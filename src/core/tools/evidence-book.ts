import type { EvidenceId } from '../base/ids.ts';
import type { AnswerDraft, AnswerSection, Claim, Computation, EvidenceDraft } from './answer.ts';

/** Numbers the evidence and the claims of an answer while it is put together; the same span and quote is one piece. */
export class EvidenceBook {
  readonly #evidence = new Map<string, EvidenceDraft>();
  #claims = 0;

  cite(piece: Omit<EvidenceDraft, 'id'>): EvidenceId {
    const key = `${piece.source}:${String(piece.start)}:${String(piece.end)}:${piece.locator}:${piece.quote}`;
    const known = this.#evidence.get(key);
    if (known !== undefined) return known.id;
    const id = `e${String(this.#evidence.size + 1)}` as EvidenceId;
    this.#evidence.set(key, { ...piece, id });
    return id;
  }

  claim(
    text: string,
    basis: Claim['basis'],
    evidence: readonly EvidenceId[],
    computation: Computation | null = null,
  ): Claim {
    this.#claims++;
    return { id: `c${String(this.#claims)}`, text, basis, evidence: [...new Set(evidence)], computation };
  }

  /** The draft of these sections, with the evidence that their claims use. */
  draft(
    outcome: AnswerDraft['outcome'],
    sections: readonly AnswerSection[],
    rest: Partial<Pick<AnswerDraft, 'notes' | 'chart' | 'table' | 'workings' | 'suggestions'>> = {},
  ): AnswerDraft {
    const full = sections.filter((section) => section.claims.length > 0);
    const used = new Set(full.flatMap((section) => section.claims).flatMap(evidenceOf));
    return {
      outcome,
      sections: full,
      evidence: [...this.#evidence.values()].filter((piece) => used.has(piece.id)),
      notes: rest.notes ?? [],
      chart: rest.chart ?? null,
      table: rest.table ?? null,
      workings: rest.workings ?? [],
      suggestions: rest.suggestions ?? [],
    };
  }
}

function evidenceOf(claim: Claim): EvidenceId[] {
  const { computation } = claim;
  if (computation?.kind === 'aggregate') {
    return [...claim.evidence, ...computation.values.flatMap(({ evidence }) => (evidence === null ? [] : [evidence]))];
  }
  if (computation?.kind === 'free-slot')
    return [...claim.evidence, ...computation.busy.map(({ evidence }) => evidence)];
  if (computation?.kind === 'date') return [...claim.evidence, computation.evidence];
  return [...claim.evidence];
}
