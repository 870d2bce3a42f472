import type { Json } from '../base/json.ts';
import { GOAL_CHARS_MAX } from '../base/limits.ts';
import type { GoalContext, GoalKind, ModelReading, Parameter, UnderstoodGoal } from './goal.ts';
import type { GoalMethod } from './goal-method.ts';
import { limitOf, limitOfRest, UNKNOWN, type Limit } from './limits.ts';
import { kindOf } from './goal-forms.ts';
import { METHODS } from './methods/all-methods.ts';
import { parameter, withOverrides } from './parameters.ts';
import { readGoal, type Reading } from './reading.ts';
import { suggestionsFor } from './suggestions.ts';
import { isSurer } from './surer.ts';
import { VOCABULARY } from './vocabulary.ts';

/** Below this nothing was recognised. */
const SCORE_MIN = 0.3;
/** A reading this sure stands against a limit elsewhere in the goal. */
const SCORE_SURE = 0.6;
/** How near to the best another kind must come to be shown as an alternative. */
const ALTERNATIVE_SHARE = 0.35;

/**
 * Says which kind of goal a text is, with its parameters: as the rules read it, or as a model does that is surer than
 * they are. Pure and total: any text gives a goal, if only one that says why it was not understood.
 * @param overrides the owner's edits by parameter name; `kind` chooses another kind of goal, as the rules read it
 */
export function understandGoal(
  text: string,
  context: GoalContext,
  overrides: { readonly [name: string]: Json } = {},
): UnderstoodGoal {
  const ruled = understandByRules(text, context, overrides);
  const { reading } = context;
  if (reading === undefined || METHODS.some(({ kind }) => kind === overrides.kind) || !isSurer(reading, ruled))
    return ruled;
  return understandByModel(text, reading, ruled, context, overrides);
}

/** The goal as the model put it in plain English, read by the rules for what the model says it is. */
function understandByModel(
  text: string,
  reading: ModelReading,
  ruled: UnderstoodGoal,
  context: GoalContext,
  overrides: { readonly [name: string]: Json },
): UnderstoodGoal {
  const kind = kindOf(reading.form);
  const readBy = { model: reading.model, confidence: Math.round(reading.confidence * 100) / 100 };
  if (kind === 'not-understood') {
    const { suggestions, alternatives } = ruled;
    const instead = ruled.kind === 'not-understood' ? alternatives : [ruled, ...alternatives];
    return {
      ...ruled,
      kind,
      restated: NOT_FOR_IT,
      reason: NOT_FOR_IT,
      parameters: notUnderstoodParameters('not-understood'),
      confidence: readBy.confidence,
      alternatives: instead.map(({ kind: other, restated }) => ({ kind: other, restated })),
      suggestions: suggestions.length > 0 ? suggestions : suggestionsFor(context, []),
      readBy,
    };
  }
  const language = reading.language ?? context.language;
  const read = understandByRules(reading.plain ?? text, { ...context, language }, { ...overrides, kind });
  const others = [ruled, ...ruled.alternatives].filter((other) => other.kind !== 'not-understood');
  return {
    ...read,
    text: ruled.text,
    confidence: readBy.confidence,
    alternatives: others
      .filter(
        ({ restated }, at) =>
          restated !== read.restated && others.findIndex((other) => other.restated === restated) === at,
      )
      .map(({ kind: other, restated }) => ({ kind: other, restated })),
    readBy,
  };
}

const NOT_FOR_IT = 'This does not seem to be something to find, count or write from your files.';

/** By the evidence for each kind. */
function understandByRules(
  text: string,
  context: GoalContext,
  overrides: { readonly [name: string]: Json },
): UnderstoodGoal {
  const goal = text.isWellFormed()
    ? text.slice(0, GOAL_CHARS_MAX).toWellFormed()
    : text.toWellFormed().slice(0, GOAL_CHARS_MAX);
  const reading = readGoal(goal, context);
  const chosen = METHODS.find(({ kind }) => kind === overrides.kind);
  if (chosen) return understood(chosen, 1, [], goal, reading, context, overrides, '');
  if (reading.words.length === 0) return notUnderstood(goal, reading, context, EMPTY, [], 'not-understood');
  const { code } = context.language;
  if (code !== 'en' && code !== 'und' && !speaksEnglish(reading)) return foreign(goal, reading, context, code);

  const ranked = METHODS.map((method) => ({ method, score: method.score(reading, context) })).sort(
    (a, b) => b.score - a.score,
  );
  const [best] = ranked;
  const limit = limitOf(reading, context);
  if (limit !== null) return notUnderstood(goal, reading, context, limit, ranked, 'not-understood');
  if (best === undefined || best.score < SCORE_MIN)
    return notUnderstood(goal, reading, context, UNKNOWN, ranked, 'not-understood');
  const rest = limitOfRest(reading);
  const others = ranked.slice(1).filter(({ score }) => score >= best.score * ALTERNATIVE_SHARE && score > 0.2);
  const rival = others[0]?.score ?? 0;
  const confidence = Math.min(
    1,
    best.score * (1 - 0.5 * (rival / best.score) ** 2) * (rest === null ? 1 : 0.7) +
      (best.score > SCORE_SURE ? 0.1 : 0),
  );
  return understood(
    best.method,
    confidence,
    others.map(({ method }) => method),
    goal,
    reading,
    context,
    overrides,
    rest?.reason ?? '',
  );
}

/** Whether at least half the words are words English goals are made of: names in them weigh nothing. */
function speaksEnglish({ words }: Reading): boolean {
  const known = words.filter(({ lower }) => VOCABULARY.has(lower) || ENGLISH.has(lower)).length;
  return known >= ENGLISH_WORDS_MIN && known * 2 >= words.length;
}

const ENGLISH_WORDS_MIN = 3;
const ENGLISH = new Set(['the', 'and', 'of', 'my', 'what', 'which', 'who', 'how', 'for', 'with', 'from', 'to']);

const EMPTY: Limit = { reason: 'There is no goal yet.', near: [] };

function understood(
  method: GoalMethod,
  confidence: number,
  others: readonly GoalMethod[],
  goal: string,
  reading: Reading,
  context: GoalContext,
  overrides: { readonly [name: string]: Json },
  reason: string,
): UnderstoodGoal {
  const parameters = withOverrides(method.parameters(reading, context), overrides);
  return {
    kind: method.kind,
    text: goal,
    restated: method.restate(parameters, context),
    parameters,
    confidence: Math.round(confidence * 100) / 100,
    alternatives: others.map((other) => ({
      kind: other.kind,
      restated: other.restate(other.parameters(reading, context), context),
    })),
    reason,
    suggestions: [],
  };
}

function notUnderstood(
  goal: string,
  reading: Reading,
  context: GoalContext,
  limit: Limit,
  ranked: readonly { readonly method: GoalMethod; readonly score: number }[],
  outcome: 'not-understood' | 'language-not-understood',
): UnderstoodGoal {
  const possible = ranked.filter(({ method, score }) => score >= SCORE_MIN && method.missing(context) === null);
  const near: GoalKind[] = [...new Set([...limit.near, ...possible.map(({ method }) => method.kind)])];
  const instead = possible
    .filter(({ method }) => limit.near.includes(method.kind) && method.kind !== 'answer-question')
    .map(({ method }) => firstSentence(method.restate(method.parameters(reading, context), context)));
  return {
    kind: 'not-understood',
    text: goal,
    restated: limit.reason,
    parameters: notUnderstoodParameters(outcome),
    confidence: 1,
    alternatives: possible.map(({ method }) => ({
      kind: method.kind,
      restated: method.restate(method.parameters(reading, context), context),
    })),
    reason: limit.reason,
    suggestions: [...new Set([...instead.slice(0, 1), ...suggestionsFor(context, near)])].slice(0, 4),
  };
}

function notUnderstoodParameters(outcome: string): Parameter[] {
  return [parameter('outcome', 'Outcome', 'choice', outcome, 'goal', [{ value: outcome, label: outcome }])];
}

function firstSentence(text: string): string {
  return /^.*?[.?!](?=\s[A-Z]|$)/.exec(text)?.[0] ?? text;
}

const LANGUAGE_NAMES: Readonly<Record<string, string>> = {
  ar: 'Arabic',
  cs: 'Czech',
  da: 'Danish',
  de: 'German',
  el: 'Greek',
  es: 'Spanish',
  fi: 'Finnish',
  fr: 'French',
  he: 'Hebrew',
  hi: 'Hindi',
  hu: 'Hungarian',
  id: 'Indonesian',
  it: 'Italian',
  ja: 'Japanese',
  ko: 'Korean',
  nl: 'Dutch',
  pl: 'Polish',
  pt: 'Portuguese',
  ru: 'Russian',
  sv: 'Swedish',
  th: 'Thai',
  tr: 'Turkish',
  uk: 'Ukrainian',
  zh: 'Chinese',
};

function foreign(goal: string, reading: Reading, context: GoalContext, code: string): UnderstoodGoal {
  const name = LANGUAGE_NAMES[code] ?? `a language it does not know (${code})`;
  const limit = { reason: `This goal seems to be in ${name}. It understands goals in English only.`, near: [] };
  return notUnderstood(goal, reading, context, limit, [], 'language-not-understood');
}
