import type { GoalContext, GoalKind } from './goal.ts';
import { hasCalendar } from './people.ts';
import { nameOf } from './methods/summarise-mail.ts';

export const SUGGESTIONS_MAX = 4;

/** Goals that would work with these files, ready to run, those of the nearest kinds first. */
export function suggestionsFor(context: GoalContext, near: readonly GoalKind[]): string[] {
  const all = KINDS.map((kind) => ({ kind, goals: goalsOf(kind, context) })).filter(({ goals }) => goals.length > 0);
  const order = (kind: GoalKind): number =>
    near.includes(kind) ? near.indexOf(kind) : near.length + KINDS.indexOf(kind);
  const sorted = [...all].sort((a, b) => order(a.kind) - order(b.kind));
  const nearest = sorted.filter(({ kind }) => near.includes(kind)).flatMap(({ goals }) => goals);
  const others = sorted.filter(({ kind }) => !near.includes(kind)).flatMap(({ goals }) => goals.slice(0, 1));
  return [...new Set([...nearest, ...others])].slice(0, SUGGESTIONS_MAX);
}

const KINDS: readonly GoalKind[] = [
  'summarise-mail',
  'find-free-time',
  'list-events',
  'write-report',
  'query-table',
  'answer-question',
];

function goalsOf(kind: GoalKind, context: GoalContext): string[] {
  const { inventory } = context;
  switch (kind) {
    case 'summarise-mail':
      return inventory.messages > 0
        ? ['Summarise my mailbox', 'Who is waiting for my answer?', 'What is asked of me in my mail?']
        : [];
    case 'find-free-time': {
      if (inventory.events === 0 && inventory.calendars.length === 0) return [];
      const mine = context.owner.addresses;
      const person = inventory.people.find(
        (each) =>
          hasCalendar(each, context) && !mine.includes(each.address) && !context.owner.names.includes(each.name),
      );
      return [person ? `Find 30 minutes with ${nameOf(person)} next week` : 'Find 30 minutes next week'];
    }
    case 'list-events':
      return inventory.events > 0 ? ['What is on my calendar next week?'] : [];
    case 'write-report':
      return inventory.documents.length > 0 ? ['Write a status report from my documents'] : [];
    case 'query-table':
      return inventory.tables.slice(0, 1).map(({ name, columns }) => {
        const number = columns.find(({ type, name: label }) => type === 'number' && !/\bid\b|year/i.test(label));
        const text = columns.find(({ type }) => type === 'text');
        if (number && text) return `Total ${number.name} by ${text.name} in ${name}`;
        return text ? `How many rows by ${text.name} in ${name}?` : `How many rows are in the table ${name}?`;
      });
    case 'answer-question': {
      const [document] = inventory.documents;
      return document ? [`What do my files say about ${document.title}?`] : [];
    }
    case 'parts':
    case 'not-understood':
      return [];
  }
}
