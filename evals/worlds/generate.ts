import type { Method, World } from '../world.ts';
import { agendaWorld } from './agenda.ts';
import { calendarWorld } from './calendar.ts';
import { mailWorld } from './mail.ts';
import { questionWorld } from './question.ts';
import { reportWorld } from './report.ts';
import { sampleWorld } from './sample.ts';
import { tableWorld } from './table.ts';
import { unfitWorld } from './unfit.ts';

export const METHODS: readonly Method[] = [
  'mail',
  'calendar',
  'agenda',
  'report',
  'question',
  'table',
  'unfit',
  'sample',
];

/** The vault, goals and truths of a seed. `heldOut` takes the phrasings that the methods' authors have not seen. */
export function generate(method: Method, seed: number, heldOut: boolean): World {
  return {
    mail: mailWorld,
    calendar: calendarWorld,
    agenda: agendaWorld,
    report: reportWorld,
    question: questionWorld,
    table: tableWorld,
    unfit: unfitWorld,
    sample: sampleWorld,
  }[method](seed, heldOut);
}
