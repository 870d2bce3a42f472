import type { EvidenceId } from '../base/ids.ts';
import type { AnswerDraft, Claim, Computation, EvidenceDraft } from './answer.ts';

/** Several answers as one, in their order: the sections of each under what it answers, its evidence under names of its own. */
export function joinAnswers(answers: readonly AnswerDraft[], titles: readonly string[]): AnswerDraft {
  const parts = answers.map((answer, at) => renamed(answer, at + 1));
  const sections = parts.flatMap((part, at) =>
    part.sections.map((section) => ({ ...section, title: [titles[at], section.title].filter(Boolean).join(' ') })),
  );
  const found = parts.some(({ outcome }) => outcome === 'answered');
  const engines = parts.flatMap((part) => part.engines ?? []);
  return {
    outcome: found ? 'answered' : 'not-found',
    sections,
    evidence: parts.flatMap(({ evidence }) => evidence),
    notes: [...new Set(parts.flatMap(({ notes }) => notes))],
    chart: parts.find(({ chart }) => chart !== null)?.chart ?? null,
    table: parts.find(({ table }) => table !== null)?.table ?? null,
    workings: parts.flatMap(({ workings }) => workings),
    suggestions: [],
    ...(engines.length === 0 ? {} : { engines }),
  };
}

function renamed(answer: AnswerDraft, part: number): AnswerDraft {
  const name = (id: string): EvidenceId => `p${String(part)}${id}` as EvidenceId;
  const claim = (each: Claim): Claim => ({
    ...each,
    id: name(each.id),
    evidence: each.evidence.map(name),
    computation: each.computation === null ? null : computed(each.computation, name),
  });
  return {
    ...answer,
    sections: answer.sections.map((section) => ({ ...section, claims: section.claims.map(claim) })),
    evidence: answer.evidence.map((piece): EvidenceDraft => ({ ...piece, id: name(piece.id) })),
  };
}

function computed(computation: Computation, name: (id: string) => EvidenceId): Computation {
  switch (computation.kind) {
    case 'aggregate':
      return {
        ...computation,
        values: computation.values.map((each) => ({
          ...each,
          evidence: each.evidence === null ? null : name(each.evidence),
        })),
      };
    case 'conversion': {
      const of = computation.of === null ? null : computed(computation.of, name);
      return { ...computation, of: of?.kind === 'aggregate' ? of : null };
    }
    case 'free-slot':
      return { ...computation, busy: computation.busy.map((each) => ({ ...each, evidence: name(each.evidence) })) };
    case 'date':
      return { ...computation, evidence: name(computation.evidence) };
    case 'search':
      return computation;
  }
}
