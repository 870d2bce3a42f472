import { AN_ANSWER, type ToolDefinition } from '../definition.ts';

const READS_TABLES = {
  reads: ['tables'],
  writes: [],
  egress: 'none',
  irreversible: false,
  idempotent: true,
  inverse: null,
} as const;

export const readTable: ToolDefinition = {
  name: 'read-table',
  version: 1,
  title: 'Read the rows that match',
  effects: READS_TABLES,
  takes: { needs: [] },
  gives: ['rows'],
  parallelSafe: true,
};

export const computeTable: ToolDefinition = {
  name: 'compute-table',
  version: 1,
  title: 'Compute the answer from the rows',
  effects: READS_TABLES,
  takes: { needs: ['rows'] },
  gives: AN_ANSWER,
  parallelSafe: true,
};

export const tableDefinitions: readonly ToolDefinition[] = [readTable, computeTable];
