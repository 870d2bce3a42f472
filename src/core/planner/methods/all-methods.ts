import type { GoalMethod } from '../goal-method.ts';
import { answerQuestion } from './answer-question.ts';
import { findFreeTime } from './find-free-time.ts';
import { listEvents } from './list-events.ts';
import { queryTable } from './query-table.ts';
import { summariseMail } from './summarise-mail.ts';
import { writeReport } from './write-report.ts';

/** Every kind of goal it can reach. A new kind is one file beside this one and one line here. */
export const METHODS: readonly GoalMethod[] = [
  summariseMail,
  findFreeTime,
  listEvents,
  writeReport,
  queryTable,
  answerQuestion,
];
