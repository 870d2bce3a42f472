import { err, ok } from '#core/base/result.ts';
import { asksOfOwner } from '#core/tools/mail/asks.ts';
import { findAsks as definition } from '#core/tools/mail/definitions.ts';
import type { AsksObservation, ThreadsObservation } from '#core/tools/mail/observations.ts';
import { matchesPerson } from '#core/tools/mail/people.ts';
import { asJson, inPeriod, inputOf, peopleOf, periodOf } from './arguments.ts';
import { readRequests } from './read-mail.ts';
import type { Tool } from './tool.ts';

/** Asks of the newest threads that are handed on: some 2 kB of JSON each at most. */
export const ASKS_HELD_MAX = 1_000;

export const findAsks: Tool = {
  definition,
  run: async (args, context) => {
    const threads = inputOf<ThreadsObservation>(context, 'threads');
    if (threads === null) return err({ code: 'bad-arguments', message: 'The threads to look through are missing.' });
    const reading = await readRequests(threads, context);
    if (reading === null) return err({ code: 'cancelled', message: 'Stopped while looking for requests.' });
    const askers = peopleOf(args, 'people');
    const due = periodOf({ between: args.due ?? null });
    const all = threads.threads
      .flatMap((thread) => asksOfOwner(thread, reading))
      .filter((ask) => askers.length === 0 || askers.some((person) => matchesPerson(person, ask.message.from)));
    const asks = all.filter((ask) => due === null || inPeriod(ask.due?.value.slice(0, 10) ?? '', due));
    const open = asks.filter(({ status }) => status === 'open');
    const undated = all.filter((ask) => ask.status === 'open' && ask.due === null && !open.includes(ask));
    const observation: AsksObservation = {
      kind: 'asks',
      asks: open.slice(0, ASKS_HELD_MAX),
      closed: asks.length - open.length,
      undated: undated.length,
      messagesRead: threads.messages,
    };
    return ok(asJson(observation));
  },
};
