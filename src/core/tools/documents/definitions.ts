import { AN_ANSWER, type ToolDefinition } from '../definition.ts';

const READS_DOCUMENTS = {
  reads: ['documents'],
  writes: [],
  egress: 'none',
  irreversible: false,
  idempotent: true,
  inverse: null,
} as const;
const READS_ALL = { ...READS_DOCUMENTS, reads: ['messages', 'events', 'documents', 'tables'] } as const;
const READS_NOTHING = { ...READS_DOCUMENTS, reads: [] } as const;

export const collectReportFacts: ToolDefinition = {
  name: 'collect-report-facts',
  version: 1,
  title: 'Collect decisions, dates, amounts, risks and next steps',
  effects: READS_DOCUMENTS,
  takes: { needs: [] },
  gives: ['facts'],
  parallelSafe: true,
};

export const resolveCorrections: ToolDefinition = {
  name: 'resolve-corrections',
  version: 1,
  title: 'Find where a later document corrects an earlier one',
  effects: READS_NOTHING,
  takes: { needs: ['facts'] },
  gives: ['resolved'],
  parallelSafe: true,
};

export const composeReport: ToolDefinition = {
  name: 'compose-report',
  version: 1,
  title: 'Write the report with its sources',
  effects: READS_NOTHING,
  takes: { needs: ['resolved'] },
  gives: AN_ANSWER,
  parallelSafe: true,
};

export const searchPassages: ToolDefinition = {
  name: 'search-passages',
  version: 1,
  title: 'Search your files for passages that could answer',
  effects: READS_ALL,
  takes: { needs: [] },
  gives: ['passages'],
  parallelSafe: true,
};

export const answerFromPassages: ToolDefinition = {
  name: 'answer-from-passages',
  version: 1,
  title: 'Answer from the best passages',
  effects: READS_NOTHING,
  takes: { needs: ['passages'] },
  gives: AN_ANSWER,
  parallelSafe: true,
};

export const explainLimits: ToolDefinition = {
  name: 'explain-limits',
  version: 1,
  title: 'Say what can be done instead',
  effects: READS_NOTHING,
  takes: { needs: [] },
  gives: AN_ANSWER,
  parallelSafe: true,
};

export const documentDefinitions: readonly ToolDefinition[] = [
  collectReportFacts,
  resolveCorrections,
  composeReport,
  searchPassages,
  answerFromPassages,
  explainLimits,
];
