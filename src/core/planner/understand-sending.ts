import type { Json } from '../base/json.ts';
import type { GoalContext, KnownChannel, UnderstoodGoal } from './goal.ts';
import { parameter } from './parameters.ts';
import { channelTo, restatedWithSending, sendingWanted, type SendFormat } from './sending.ts';
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
  readonly sending: Sending | null;
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
    return { goal, task: goal, sending: null };
  };
  if (wanted === null) return whole();
  const dates = context.language.dates.filter(({ end }) => end <= wanted.rest.length);
  const task = understandGoal(wanted.rest, { ...context, language: { ...context.language, dates } }, overrides);
  if (task.kind === 'not-understood') return whole();
  const to = typeof overrides['sendTo'] === 'string' ? overrides['sendTo'].trim() : wanted.to;
  const format =
    overrides['sendAs'] === 'json' || overrides['sendAs'] === 'markdown' ? overrides['sendAs'] : wanted.format;
  const sending = to === '' ? null : { to, format, channel: channelTo(to, channels) };
  const parameters = [
    ...task.parameters,
    parameter('sendTo', 'Send to (empty for not)', 'text', to, 'sendTo' in overrides ? 'owner' : 'goal'),
    parameter('sendAs', 'Send as', 'choice', format, 'sendAs' in overrides ? 'owner' : 'goal', FORMATS),
  ];
  const restated = sending === null ? task.restated : restatedWithSending(task.restated, to);
  return { goal: { ...task, text, restated, parameters }, task, sending };
}

const FORMATS = [
  { value: 'markdown', label: 'Markdown' },
  { value: 'json', label: 'JSON' },
];
