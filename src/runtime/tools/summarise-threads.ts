import { err, ok } from '#core/base/result.ts';
import { summariseThreads as definition } from '#core/tools/mail/definitions.ts';
import {
  refOf,
  type MessageRef,
  type SummariesObservation,
  type ThreadsObservation,
} from '#core/tools/mail/observations.ts';
import { displayName } from '#core/tools/mail/people.ts';
import { rankThreads, summariseThread } from '#core/tools/mail/summarise.ts';
import { asJson, inputOf, numberOf } from './arguments.ts';
import { eachMessage } from './read-mail.ts';
import type { Tool } from './tool.ts';

/** Threads summarised unless the plan says otherwise. */
export const THREADS_SUMMARISED = 120;
/** Text of a message that is looked at for a summary, in UTF-16 units. */
const MESSAGE_CHARS_MAX = 20_000;

export const summariseThreads: Tool = {
  definition,
  run: async (args, context) => {
    const threads = inputOf<ThreadsObservation>(context, 'threads');
    if (threads === null) return err({ code: 'bad-arguments', message: 'The threads to summarise are missing.' });
    const ranked = rankThreads(threads.threads);
    const chosen = ranked.slice(0, numberOf(args, 'threads', THREADS_SUMMARISED));
    const texts = new Map<string, string>();
    const complete = await eachMessage({ ...threads, threads: chosen }, context, (header, message) => {
      if (!header.noise) texts.set(header.id, message.text.slice(0, MESSAGE_CHARS_MAX));
    });
    if (!complete) return err({ code: 'cancelled', message: 'Stopped while summarising.' });
    const observation: SummariesObservation = {
      kind: 'thread-summaries',
      threads: chosen.map((thread) => summariseThread(thread, texts)),
      threadsLeftOut: ranked.length - chosen.length,
      noise: noiseBySender(threads),
    };
    return ok(asJson(observation));
  },
};

function noiseBySender({ threads }: ThreadsObservation): SummariesObservation['noise'] {
  const senders = new Map<string, MessageRef[]>();
  for (const message of threads.flatMap(({ messages }) => messages)) {
    if (!message.noise || !message.wanted) continue;
    const sender = displayName(message.from);
    senders.set(sender, [...(senders.get(sender) ?? []), refOf(message)]);
  }
  return [...senders]
    .map(([sender, messages]) => ({ sender, messages }))
    .sort((a, b) => b.messages.length - a.messages.length);
}
