import { fold, STOP_WORDS } from '../text/words.ts';
import type { GoalContext } from './goal.ts';
import type { Person } from './people.ts';
import type { Reading } from './reading.ts';

const ABOUT =
  /\b(?:about|regarding|concerning|re|on the (?:subject|topic|matter|status|progress|state) of|related to|relating to|to do with|mentioning|mentions?|covering|(?:status|state|progress|summary|overview) (?:of|for|on))\s+/gi;

/** Words that end a topic and begin the rest of the goal. */
const END =
  /[,;.!?](?=\s|$)|\s+(?:from|by|with|between|since|until|till|before|after|during|in the (?:last|past|next)|this|last|next|and (?:save|store|write|export|tell|show|list|put|send|who|what|whom|then)|using|based on|out of|into|in a single|over the|for (?:me|my|the (?:board|boss|team|meeting|call|week|month))|as (?:a|an) (?:file|document|report)|saved? (?:it|as)|please|so far|today|yesterday|tomorrow|right now|thanks|sent|we|to my|in (?:my|the|our|these|this|those) (?:mails?|e-?mails?|inbox|mailbox|files?|documents?|notes?|folders?|messages?|calendar))\b/i;

/**
 * The subject after "about", "regarding" and the like, as written; '' when none is named. Dates, people who wrote and
 * closing words are not part of it.
 */
export function topicOf(reading: Reading, extra: RegExp | null = null): string {
  for (const pattern of extra === null ? [ABOUT] : [ABOUT, extra]) {
    for (const match of reading.text.matchAll(pattern)) {
      const start = match.index + match[0].length;
      const topic = trimmed(cut(reading, start));
      if (topic !== '') return topic;
    }
  }
  return '';
}

function cut(reading: Reading, start: number): string {
  const date = reading.dates.find((found) => found.end > start);
  const rest = reading.text.slice(start, date === undefined ? undefined : Math.max(start, date.start));
  const end = END.exec(rest);
  return end ? rest.slice(0, end.index) : rest;
}

const EDGES = new Set(
  `the a an my our your these those this that all any it them everything anything us me please of to in on at for from
  by with and or as is are was were be been being s so far now there here what which who`.split(/\s+/),
);

/** Without articles, stray prepositions and punctuation at its ends. */
export function trimmed(topic: string): string {
  let words = topic
    .trim()
    .replace(/^["'“‘(]+|["'”’).,;:!?]+$/g, '')
    .split(/\s+/);
  const edge = (word: string | undefined): boolean =>
    word !== undefined && EDGES.has(fold(word).replace(/[^\p{L}']/gu, ''));
  while (words.length > 0 && edge(words[0])) words = words.slice(1);
  while (words.length > 0 && edge(words.at(-1))) words = words.slice(0, -1);
  return words.join(' ').replace(/^["'“‘(]+|["'”’).,;:!?]+$/g, '');
}

/** Whether a text is only the name of one of these people. */
export function isPerson(topic: string, people: readonly Person[]): boolean {
  const words = fold(topic).split(/\s+/);
  return people.some(({ name, address }) => {
    const parts = fold(name).split(/\s+/);
    return topic === address || words.every((word) => parts.includes(word.replace(/'s?$/, '')));
  });
}

const THREAD =
  /\b(?:the|our|this|that|any|all|from|in|of)\s+((?:[\p{L}\p{N}'’&-]+\s+){1,3}?)(?:threads?|discussions?|conversations?|correspondence|mails?|e-?mails?|messages)\b/iu;
const GENERAL =
  /^(?:the|my|our|all|any|these|those|this|that|last|latest|new|newest|recent|unread|important|urgent|whole|entire|long|open|unanswered|other|week|month|year|first|\p{L}+['’]s?)$/iu;

/** "the budget thread": what stands before the noun, without what only describes it. */
export function topicBefore(reading: Reading, people: readonly Person[]): string {
  const words = (THREAD.exec(reading.text)?.[1] ?? '')
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '' && !GENERAL.test(word) && !STOP_WORDS.has(fold(word)));
  const topic = words.join(' ');
  const at = topic === '' ? -1 : reading.text.indexOf(topic);
  const dated = reading.dates.some((date) => date.start < at + topic.length && at < date.end);
  return dated || isPerson(topic, people) || topic.includes('@') ? '' : topic;
}

/** Sources named in the goal by path, file name or whole title; best first. */
export function namedSources(reading: Reading, context: GoalContext, kinds: readonly string[]): string[] {
  const said = ` ${reading.words.map((word) => word.lower).join(' ')} `;
  const { sources, documents } = context.inventory;
  return sources
    .filter(({ kind }) => kinds.includes(kind))
    .filter(({ path }) => {
      const file = fold(path.split('/').at(-1) ?? path);
      const bare = file.replace(/\.[a-z0-9]{2,5}$/, '');
      const title = fold(documents.find((document) => document.path === path)?.title ?? '');
      return [file, bare, title].some((name) => names(said, name));
    })
    .map(({ id }) => id);
}

const GENERIC = new Set([
  'inbox',
  'mail',
  'mailbox',
  'notes',
  'report',
  'status report',
  'project',
  'calendar',
  'documents',
  'data',
  'table',
  'sent',
  'archive',
  'status',
]);

function names(said: string, name: string): boolean {
  const words = name.replace(/[_\-\s]+/g, ' ').trim();
  const whole = words
    .replace(/[^\p{L}\p{N}. ]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  if (whole === '') return false;
  if (/\.[a-z0-9]{2,5}$/.test(whole)) return said.includes(` ${whole} `) || said.includes(` ${name} `);
  const dotless = whole.replaceAll('.', ' ').trim();
  if (GENERIC.has(dotless) || STOP_WORDS.has(dotless) || dotless.length < 4) return false;
  return said.includes(` ${dotless} `) && (dotless.includes(' ') || dotless.length > 5);
}
