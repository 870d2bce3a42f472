import type { Json } from '../base/json.ts';
import type { GoalContext, KnownChannel, UnderstoodGoal } from './goal.ts';
import { parameter } from './parameters.ts';
import { channelTo, placesWritten, restatedWithSending, sendingWanted, type SendFormat } from './sending.ts';
import { understandGoal } from './understand.ts';

/** Where an answer is to be sent. */
export interface Sending {
  readonly to: string;
  readonly format: SendFormat;
  /** The way out that leads there; null while none does. */
  readonly channel: KnownChannel | null;
}

export interface UnderstoodSending {
  /** As the owner reads it. */
  readonly goal: UnderstoodGoal;
  /** What there is to be done before anything is sent. */
  readonly task: UnderstoodGoal;
  /** One for each place, in order. */
  readonly sendings: readonly Sending[];
}

/** The goal, and where its answer is to be sent: read off the goal's last words, and understood without them. */
export function understandSending(
  text: string,
  context: GoalContext,
  overrides: { readonly [name: string]: Json },
): UnderstoodSending {
  const channels = context.channels ?? [];
  const wanted = sendingWanted(text, channels);
  const whole = (): UnderstoodSending => {
    const goal = understandGoal(text, context, overrides);
    return { goal, task: goal, sendings: [] };
  };
  if (wanted === null) return whole();
  const dates = context.language.dates.filter(({ end }) => end <= wanted.rest.length);
  // The model read the whole goal, and never learned of sending: what is left of it is for the rules.
  const task = understandGoal(
    wanted.rest,
    { ...context, language: { ...context.language, dates }, reading: undefined },
    overrides,
  );
  if (task.kind === 'not-understood') return whole();
  const { sendTo } = overrides;
  const places = typeof sendTo === 'string' ? placesWritten(sendTo, channels) : wanted.to;
  const format = FORMATS.find(({ value }) => value === overrides['sendAs'])?.value ?? wanted.format;
  const sendings = places.map((to) => ({ to, format, channel: channelTo(to, channels) }));
  const parameters = [
    ...task.parameters,
    parameter('sendTo', 'Send to (empty for not)', 'text', places.join(', '), 'sendTo' in overrides ? 'owner' : 'goal'),
    parameter('sendAs', 'Send as', 'choice', format, 'sendAs' in overrides ? 'owner' : 'goal', FORMATS),
  ];
  const restated = places.length === 0 ? task.restated : restatedWithSending(task.restated, places);
  return { goal: { ...task, text, restated, parameters }, task, sendings };
}

const FORMATS: readonly { readonly value: SendFormat; readonly label: string }[] = [
  { value: 'markdown', label: 'Markdown' },
  { value: 'json', label: 'JSON' },
  { value: 'free-busy', label: 'Free/busy: only the free times' },
];
