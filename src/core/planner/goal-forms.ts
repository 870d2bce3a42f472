import type { GoalKind } from './goal.ts';
import type { GoalForm, GoalSlot, SlotText } from './forms.ts';

export function kindOf(form: GoalForm): GoalKind {
  if (form === 'none') return 'not-understood';
  if (form.startsWith('mail-')) return 'summarise-mail';
  if (form.startsWith('table-')) return 'query-table';
  return KINDS[form] ?? 'not-understood';
}

const KINDS: Readonly<Record<string, GoalKind>> = {
  'free-time': 'find-free-time',
  agenda: 'list-events',
  report: 'write-report',
  question: 'answer-question',
};

/**
 * The same goal in plain English, as the planner's own rules read it, made from its form and the words of its slots;
 * null for goals whose own words must stand (questions, and tables asked in other ways).
 */
export function plainGoal(form: GoalForm, slots: readonly SlotText[]): string | null {
  const all = (slot: GoalSlot): string[] => slots.filter((each) => each.slot === slot).map(({ text }) => text);
  const listed = (slot: GoalSlot): string => all(slot).join(' and ');
  const led = (lead: string, slot: GoalSlot): string => (all(slot).length === 0 ? '' : ` ${lead} ${listed(slot)}`);
  const when = all('date')
    .map((text) => ` ${text}`)
    .join('');
  const hours = all('hours')
    .map((text) => `, ${text}`)
    .join('');
  const not = all('not').length === 0 ? '' : `, not on ${listed('not')}`;
  const mail = `${led('from', 'person')}${led('about', 'topic')}${when}`;
  const measure = all('measure')[0] ?? '';
  const rows = `${led('for', 'value')}${all('limit')
    .map((text) => ` ${text}`)
    .join('')}${when}${led('in', 'table')}`;
  switch (form) {
    case 'mail-summary':
      return `Summarise my mails${mail}`;
    case 'mail-asks':
      return `What is asked of me in my mails${mail}?`;
    case 'mail-waiting':
      return `Who is waiting for my answer in my mails${mail}?`;
    case 'mail-awaited':
      return `Whose answers am I waiting for in my mails${mail}?`;
    case 'free-time':
      return `Find ${all('count').length === 0 ? 'free time' : `${all('count')[0] ?? ''} free slots`}${led('of', 'long')}${led('with', 'person')}${when}${hours}${not}`;
    case 'agenda':
      return `What is on ${all('person').length === 0 ? 'my' : `${all('person')[0] ?? ''}'s`} calendar${when}${not}?`;
    case 'report':
      return `Write a status report${led('about', 'topic')}${when}${all('file').length === 0 ? '' : `, and save it as ${all('file')[0] ?? ''}`}`;
    case 'table-sum':
      return `Total ${measure}${led('by', 'group')}${rows}`;
    case 'table-mean':
      return `Average ${measure}${led('by', 'group')}${rows}`;
    case 'table-count':
      return `How many rows${led('by', 'group')}${rows}?`;
    case 'table-most':
      return `Which ${listed('group')} has the highest total ${measure}${rows}?`;
    case 'table-least':
      return `Which ${listed('group')} has the lowest total ${measure}${rows}?`;
    case 'table-top':
      return `Top ${all('count')[0] ?? '3'} ${listed('group')} by ${measure}${rows}`;
    case 'table-largest':
      return `Maximum ${measure}${rows}`;
    case 'table-smallest':
      return `Minimum ${measure}${rows}`;
    case 'table-trend':
      return `Monthly trend of ${measure}${rows}`;
    case 'table-list':
      return `List the rows${led('with', 'measure')}${rows}`;
    case 'none':
    case 'question':
    case 'table-other':
      return null;
  }
}
