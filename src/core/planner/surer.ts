import { kindOf } from './goal-forms.ts';
import type { GoalKind, ModelReading, UnderstoodGoal } from './goal.ts';
import { UNKNOWN } from './limits.ts';

/**
 * How sure a model must be to be followed rather than the rules, by what they made of the goal; 1 for never. Where the
 * rules name a kind with some confidence they are hardly ever wrong (of goals of the training grammar, which they were
 * not made for, 251 of 263), and what they name a limit of stays one. A question is to them whatever begins like one, and
 * where they understood nothing, or not the language, most goals were ones that could be met.
 */
function suretyNeeded(read: GoalKind, { kind, confidence, reason, parameters }: UnderstoodGoal): number {
  // Whatever is asked may be answered in some file: no question is a report, and none is given up unread.
  if (kind === 'answer-question')
    return confidence < 0.8 && read !== 'write-report' && read !== 'not-understood' ? 0.8 : 1;
  if (kind !== 'not-understood') return confidence < 0.35 ? 0.75 : 1;
  const outcome = parameters.find(({ name }) => name === 'outcome')?.value;
  return outcome === 'language-not-understood' || reason === UNKNOWN.reason ? 0.65 : 1;
}

/** Whether the model's reading of a goal is to be taken in place of the rules'. */
export function isSurer(reading: ModelReading, ruled: UnderstoodGoal): boolean {
  const read = kindOf(reading.form);
  return read !== ruled.kind && reading.confidence > suretyNeeded(read, ruled);
}
