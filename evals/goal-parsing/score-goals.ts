import { kindOf } from '#core/planner/goal-forms.ts';
import type { GoalKind, UnderstoodGoal } from '#core/planner/goal.ts';
import type { GoalReader } from '#ports/goal-reader.ts';
import { evaluationLanguage } from '../language.ts';
import { heldOutWorld, type HeldOutGoal } from './held-out.ts';
import { parses } from './parse.ts';

export type Reading = 'rules' | 'model' | 'both';

export interface Tally {
  readonly goals: number;
  /** Read as the kind of goal that was meant. */
  readonly kinds: number;
  /** That, with every parameter that the goal settles. */
  readonly exact: number;
}

export interface GoalScores {
  /** Over all goals, those in English, in other languages, with slips and without, and of each form. */
  readonly tallies: Readonly<Record<string, Readonly<Partial<Record<Reading, Tally>>>>>;
  /** Goals by the kind meant and the kind read, where these differ. */
  readonly confusions: Readonly<Partial<Record<Reading, Readonly<Record<string, number>>>>>;
  /** How often the model is right about the kind, by tenths of how sure it is; null without one. */
  readonly calibration: Calibration | null;
  /** Goals that one reading got all right and the other did not. */
  readonly won: readonly string[];
  readonly lost: readonly string[];
}

export interface Calibration {
  readonly bins: readonly {
    readonly from: number;
    readonly goals: number;
    readonly sure: number;
    readonly right: number;
  }[];
  /** Expected calibration error: how far surety and truth are apart, over all goals. */
  readonly error: number;
}

/** Reads every held-out goal of the seeds by the rules alone, by the model alone, and as the app does. */
export async function scoreGoals(seeds: readonly number[], reader: GoalReader | null): Promise<GoalScores> {
  const language = await evaluationLanguage();
  const tallies: Record<string, Partial<Record<Reading, Tally>>> = {};
  const confusions: Partial<Record<Reading, Record<string, number>>> = {};
  const sure: { confidence: number; right: boolean }[] = [];
  const [won, lost]: string[][] = [[], []];
  for (const seed of seeds) {
    const world = heldOutWorld(seed);
    for (const goal of world.goals) {
      const { rules, model, both, reading } = parses(goal.text, world, language, reader);
      const read: Partial<Record<Reading, UnderstoodGoal>> = model === null ? { rules } : { rules, model, both };
      for (const [by, parse] of Object.entries(read) as [Reading, UnderstoodGoal][]) {
        for (const group of groupsOf(goal)) count((tallies[group] ??= {}), by, goal, parse);
        if (parse.kind !== goal.kind) {
          const name = `${goal.kind} read as ${parse.kind}`;
          const of = (confusions[by] ??= {});
          of[name] = (of[name] ?? 0) + 1;
        }
      }
      if (isExact(both, goal) && !isExact(rules, goal)) won?.push(goal.text);
      if (!isExact(both, goal) && isExact(rules, goal)) lost?.push(goal.text);
      if (reading !== null) sure.push({ confidence: reading.confidence, right: kindOf(reading.form) === goal.kind });
    }
  }
  return {
    tallies,
    confusions,
    calibration: sure.length === 0 ? null : calibrationOf(sure),
    won: won ?? [],
    lost: lost ?? [],
  };
}

function groupsOf({ form, language, slipped }: HeldOutGoal): string[] {
  return [
    'all',
    language === 'en' ? 'in English' : 'in other languages',
    slipped ? 'with slips' : 'without slips',
    form,
  ];
}

function count(tally: Partial<Record<Reading, Tally>>, by: Reading, goal: HeldOutGoal, parse: UnderstoodGoal): void {
  const { goals, kinds, exact } = tally[by] ?? { goals: 0, kinds: 0, exact: 0 };
  tally[by] = {
    goals: goals + 1,
    kinds: kinds + Number(parse.kind === goal.kind),
    exact: exact + Number(isExact(parse, goal)),
  };
}

/** The kind, and every parameter that the goal settles. */
export function isExact(
  parse: UnderstoodGoal,
  goal: { readonly kind: GoalKind; readonly parameters: HeldOutGoal['parameters'] },
): boolean {
  if (parse.kind !== goal.kind) return false;
  return Object.entries(goal.parameters).every(([name, wanted]) => {
    const value = parse.parameters.find((each) => each.name === name)?.value;
    return JSON.stringify(value) === JSON.stringify(wanted);
  });
}

function calibrationOf(sure: readonly { readonly confidence: number; readonly right: boolean }[]): Calibration {
  const bins = Array.from({ length: 10 }, (_, tenth) => {
    const within = sure.filter(({ confidence }) => Math.min(9, Math.floor(confidence * 10)) === tenth);
    const mean = (of: (each: (typeof sure)[number]) => number): number =>
      within.length === 0 ? 0 : within.reduce((total, each) => total + of(each), 0) / within.length;
    return {
      from: tenth / 10,
      goals: within.length,
      sure: mean(({ confidence }) => confidence),
      right: mean(({ right }) => Number(right)),
    };
  });
  const error = bins.reduce((total, bin) => total + (bin.goals / sure.length) * Math.abs(bin.sure - bin.right), 0);
  return { bins, error };
}
