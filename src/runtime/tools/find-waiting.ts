import { err, ok } from '#core/base/result.ts';
import { asksByOwner, asksOfOwner } from '#core/tools/mail/asks.ts';
import { findWaiting as definition } from '#core/tools/mail/definitions.ts';
import type { ThreadsObservation, WaitingObservation } from '#core/tools/mail/observations.ts';
import { asJson, inputOf } from './arguments.ts';
import { readRequests } from './read-mail.ts';
import type { Tool } from './tool.ts';

export const findWaiting: Tool = {
  definition,
  run: async (_args, context) => {
    const threads = inputOf<ThreadsObservation>(context, 'threads');
    if (threads === null) return err({ code: 'bad-arguments', message: 'The threads to look through are missing.' });
    const reading = await readRequests(threads, context);
    if (reading === null) return err({ code: 'cancelled', message: 'Stopped while looking for who waits.' });
    const observation: WaitingObservation = {
      kind: 'waiting',
      forOwner: threads.threads.flatMap((thread) => latestOfEach(asksOfOwner(thread, reading))),
      forOthers: threads.threads.flatMap((thread) => latestOfEach(asksByOwner(thread, reading))),
      messagesRead: threads.messages,
    };
    return ok(asJson(observation));
  },
};

/** The last open ask of each person. */
function latestOfEach<T extends WaitingObservation['forOwner'][number]>(asks: readonly T[]): T[] {
  const open = asks.filter(({ status }) => status === 'open');
  const keyOf = (ask: T): string => [ask.message.from, ...ask.asked].map(({ address }) => address).join(' ');
  return [...new Map(open.map((ask) => [keyOf(ask), ask])).values()];
}
