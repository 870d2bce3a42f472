import type { ToolName } from '#core/tools/definition.ts';
import { answerFromPassages } from './answer-from-passages.ts';
import { answerWithModel } from './answer-with-model.ts';
import { collectReportFacts } from './collect-report-facts.ts';
import { composeMailSummary } from './compose-mail-summary.ts';
import { composeReport } from './compose-report.ts';
import { computeTable } from './compute-table.ts';
import { explainLimits } from './explain-limits.ts';
import { findAsks } from './find-asks.ts';
import { findFreeSlots } from './find-free-slots.ts';
import { joinAnswers } from './join-answers.ts';
import { listEvents } from './list-events.ts';
import { findWaiting } from './find-waiting.ts';
import { readBusyTimes } from './read-busy-times.ts';
import { readTable } from './read-table.ts';
import { readThreads } from './read-threads.ts';
import { resolveCorrections } from './resolve-corrections.ts';
import { searchPassages } from './search-passages.ts';
import { summariseThreads } from './summarise-threads.ts';
import { wordAnswer } from './word-answer.ts';
import type { Tool } from './tool.ts';

const ALL: readonly Tool[] = [
  readThreads,
  findAsks,
  findWaiting,
  summariseThreads,
  composeMailSummary,
  readBusyTimes,
  findFreeSlots,
  listEvents,
  readTable,
  computeTable,
  collectReportFacts,
  resolveCorrections,
  composeReport,
  searchPassages,
  answerFromPassages,
  explainLimits,
  answerWithModel,
  wordAnswer,
  joinAnswers,
];

/** Every tool by its name. A new tool is one file beside this one and one line here. */
export const tools: ReadonlyMap<ToolName, Tool> = new Map(ALL.map((tool) => [tool.definition.name, tool]));
