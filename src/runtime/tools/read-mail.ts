import type { Message } from '#core/items/item.ts';
import { isHolding, isWithdrawing, type ThreadReading } from '#core/tools/mail/asks.ts';
import { findRequests, type FoundRequest } from '#core/tools/mail/find-requests.ts';
import type { ThreadsObservation } from '#core/tools/mail/observations.ts';
import type { Owner } from '#core/tools/mail/people.ts';
import type { MailHeader } from '#core/tools/mail/threads.ts';
import { ownText } from '#core/text/strip-quotes.ts';
import { readingProgress } from './reading-progress.ts';
import type { ToolContext } from './tool.ts';

/** What was said in the messages of these threads; texts are read one by one and not kept. Null when stopped. */
export async function readRequests(
  observation: ThreadsObservation,
  context: ToolContext,
): Promise<ThreadReading | null> {
  const owner: Owner = {
    addresses: new Set(observation.owner.addresses),
    words: new Set(observation.owner.words),
    assumed: observation.owner.assumed,
  };
  const people = new Set(observation.people);
  const requests = new Map<string, FoundRequest[]>();
  const holding = new Set<string>();
  const withdrawing = new Set<string>();
  const complete = await eachMessage(observation, context, (header, message) => {
    if (header.noise) return;
    const findDates = (text: string) => context.language.dates.find(text, header.sentAt ?? context.now, context.zone);
    const found = findRequests(header, message.text, owner, people, findDates);
    if (found.length > 0) requests.set(header.id, found);
    const own = ownText(message.text);
    if (isHolding(own)) holding.add(header.id);
    if (isWithdrawing(own)) withdrawing.add(header.id);
  });
  return complete ? { requests, holding, withdrawing } : null;
}

/** Visits the messages of the threads in the order of the sources. @returns false when stopped */
export async function eachMessage(
  observation: ThreadsObservation,
  context: ToolContext,
  visit: (header: MailHeader, message: Message) => void,
): Promise<boolean> {
  const headers = new Map<string, MailHeader>();
  for (const { messages } of observation.threads) for (const header of messages) headers.set(header.id, header);
  const passing = readingProgress(context, context.items.count('messages'));
  for await (const message of passing(context.items.messages())) {
    if (context.signal.aborted) return false;
    const header = headers.get(message.id);
    if (header !== undefined) visit(header, message);
  }
  return true;
}
