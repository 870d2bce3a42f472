import { AN_ANSWER, type ToolDefinition } from '../definition.ts';

const READS_MAIL = {
  reads: ['messages'],
  writes: [],
  egress: 'none',
  irreversible: false,
  idempotent: true,
  inverse: null,
} as const;
const READS_NOTHING = { ...READS_MAIL, reads: [] } as const;

export const readThreads: ToolDefinition = {
  name: 'read-threads',
  version: 1,
  title: 'Put the messages into threads',
  effects: READS_MAIL,
  takes: { needs: [] },
  gives: ['threads'],
  parallelSafe: true,
};

export const findAsks: ToolDefinition = {
  name: 'find-asks',
  version: 1,
  title: 'Find what is asked of you, by whom and by when',
  effects: READS_MAIL,
  takes: { needs: ['threads'] },
  gives: ['asks'],
  parallelSafe: true,
};

export const findWaiting: ToolDefinition = {
  name: 'find-waiting',
  version: 1,
  title: 'Find who waits for an answer',
  effects: READS_MAIL,
  takes: { needs: ['threads'] },
  gives: ['waiting'],
  parallelSafe: true,
};

export const summariseThreads: ToolDefinition = {
  name: 'summarise-threads',
  version: 1,
  title: 'Pick the key sentences of each thread',
  effects: READS_MAIL,
  takes: { needs: ['threads'] },
  gives: ['thread-summaries'],
  parallelSafe: true,
};

export const composeMailSummary: ToolDefinition = {
  name: 'compose-mail-summary',
  version: 1,
  title: 'Write the summary with its sources',
  effects: READS_NOTHING,
  takes: { needs: ['threads'], may: ['asks', 'waiting', 'thread-summaries'] },
  gives: AN_ANSWER,
  parallelSafe: true,
};

export const mailDefinitions: readonly ToolDefinition[] = [
  readThreads,
  findAsks,
  findWaiting,
  summariseThreads,
  composeMailSummary,
];
