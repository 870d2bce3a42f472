import type { GoalContext, GoalLanguage, ModelReading, UnderstoodGoal } from '#core/planner/goal.ts';
import { readByModel } from '#core/planner/model-reading.ts';
import { understandGoal } from '#core/planner/understand.ts';
import type { GoalReader } from '#ports/goal-reader.ts';
import type { Language } from '#runtime/agent/ports.ts';
import { weekdayOf } from '../worlds/words.ts';
import type { HeldOutWorld } from './held-out.ts';

type Place = Pick<HeldOutWorld, 'inventory' | 'owner' | 'now' | 'today'>;

export interface Parses {
  readonly rules: UnderstoodGoal;
  /** Null without a model. */
  readonly model: UnderstoodGoal | null;
  readonly both: UnderstoodGoal;
  readonly reading: ModelReading | null;
}

/** A goal as the rules read it, as the model does, and as the app does with both. */
export function parses(
  text: string,
  { inventory, owner, now, today }: Place,
  language: Language,
  reader: GoalReader | null,
): Parses {
  const languageOf = (said: string): GoalLanguage => ({
    code: language.detector.detect(said),
    dates: language.dates.find(said, now, owner.zone),
    ...language.entities.find(said),
  });
  const context: GoalContext = {
    now,
    owner,
    today: { iso: today, weekday: weekdayOf(today) },
    inventory,
    language: languageOf(text),
  };
  const rules = understandGoal(text, context);
  const reading = reader === null ? null : readByModel(text, inventory, reader, languageOf);
  if (reading === null) return { rules, model: null, both: rules, reading };
  return {
    rules,
    model: understandGoal(text, { ...context, reading: { ...reading, confidence: Infinity } }),
    both: understandGoal(text, { ...context, reading }),
    reading,
  };
}
