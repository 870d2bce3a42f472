import type { EvidenceId } from '#core/base/ids.ts';
import type { Answer, Evidence } from '#core/tools/answer.ts';

/** Evidence by id, each with the number it is shown by, from 1. */
export type NumberedEvidence = ReadonlyMap<EvidenceId, { readonly number: number; readonly evidence: Evidence }>;

/** The evidence of an answer in the order its sentences first use it; the place is the number shown, from 1. */
export function numberEvidence(answer: Answer): NumberedEvidence {
  const known = new Map(answer.evidence.map((evidence) => [evidence.id, evidence]));
  const numbered = new Map<EvidenceId, { number: number; evidence: Evidence }>();
  for (const section of answer.sections) {
    for (const claim of section.claims) {
      for (const id of claim.evidence) {
        const evidence = known.get(id);
        if (evidence && !numbered.has(id)) numbered.set(id, { number: numbered.size + 1, evidence });
      }
    }
  }
  return numbered;
}

/** An answer as plain text with numbered sources, for the clipboard. */
export function answerText(answer: Answer): string {
  const numbered = numberEvidence(answer);
  const lines: string[] = [];
  for (const section of answer.sections) {
    if (section.title !== '') lines.push(section.title, '');
    for (const claim of section.claims) {
      const marks = claim.evidence.map((id) => numbered.get(id)?.number).filter((number) => number !== undefined);
      lines.push(marks.length === 0 ? claim.text : `${claim.text} [${marks.join('][')}]`);
    }
    lines.push('');
  }
  for (const note of answer.notes) lines.push(`Note: ${note}`);
  if (answer.notes.length > 0) lines.push('');
  for (const { number, evidence } of numbered.values()) {
    lines.push(`[${String(number)}] ${evidence.file}, ${evidence.locator}: "${oneLine(evidence.quote)}"`);
  }
  return lines.join('\n').trim() + '\n';
}

function oneLine(text: string): string {
  return text.replace(/\s+/gu, ' ').trim();
}
