/** What the built-in model tells goals apart by: the kinds of goal, and finer where that decides the parameters. */
export const FORMS = [
  'none',
  'mail-summary',
  'mail-asks',
  'mail-waiting',
  'mail-awaited',
  'free-time',
  'agenda',
  'report',
  'question',
  'table-sum',
  'table-mean',
  'table-count',
  'table-most',
  'table-least',
  'table-top',
  'table-largest',
  'table-smallest',
  'table-trend',
  'table-list',
  'table-other',
] as const;
export type GoalForm = (typeof FORMS)[number];

/** The parts of a goal that the model points out, each a run of words. */
export const SLOTS = [
  'person',
  'date',
  'not',
  'long',
  'hours',
  'count',
  'topic',
  'file',
  'measure',
  'group',
  'value',
  'table',
  'limit',
] as const;
export type GoalSlot = (typeof SLOTS)[number];

export interface SlotText {
  readonly slot: GoalSlot;
  readonly text: string;
}
