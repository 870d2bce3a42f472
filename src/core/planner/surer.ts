import { kindOf } from './goal-forms.ts';
import type { GoalKind, ModelReading, UnderstoodGoal } from './goal.ts';
import { UNKNOWN } from './limits.ts';

/**
 * How sure a model must be to be followed rather than the rules, by what they made of the goal. Chosen on goals that it
 * neither learned from nor is judged by (evals/training/choose-surety.ts); a question's would be 0.5, but below 0.75 goals
 * that the rules are known to read right are read as something else (tests/unit/planner/phrasings.txt).
 */
const SURETY = { question: 0.75, unsure: 0.9, nothing: 0.5 } as const;

/**
 * What the rules made of a goal, where a model may know better; null where it may not. Where the rules name a kind with some
 * confidence they are hardly ever wrong (of goals of the training grammar, which they were not made for, 251 of 263), and
 * what they name a limit of stays one. A question is to them whatever begins like one, and where they understood nothing, or
 * not the language, most goals were ones that could be met.
 */
export function openTo(read: GoalKind, ruled: UnderstoodGoal): keyof typeof SURETY | null {
  const { kind, confidence, reason, parameters } = ruled;
  // Whatever is asked may be answered in some file: no question is a report, and none is given up unread.
  if (kind === 'answer-question')
    return confidence < 0.8 && read !== 'write-report' && read !== 'not-understood' ? 'question' : null;
  if (kind !== 'not-understood') return confidence < 0.35 ? 'unsure' : null;
  const outcome = parameters.find(({ name }) => name === 'outcome')?.value;
  return outcome === 'language-not-understood' || reason === UNKNOWN.reason ? 'nothing' : null;
}

/** Whether the model's reading of a goal is to be taken in place of the rules'. */
export function isSurer(reading: ModelReading, ruled: UnderstoodGoal): boolean {
  const read = kindOf(reading.form);
  const open = openTo(read, ruled);
  return read !== ruled.kind && reading.confidence > (open === null ? 1 : SURETY[open]);
}
