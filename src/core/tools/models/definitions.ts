import { AN_ANSWER, type ToolDefinition } from '../definition.ts';

/** A host of models is asked by the gate, which decides about each request by itself. */
const ASKS_A_MODEL = {
  reads: [],
  writes: [],
  egress: 'model',
  irreversible: false,
  idempotent: true,
  inverse: null,
} as const;

export const answerWithModel: ToolDefinition = {
  name: 'answer-with-model',
  version: 1,
  title: 'Have a model answer from the passages',
  effects: ASKS_A_MODEL,
  takes: { needs: ['passages', 'draft'], may: ['said'] },
  gives: AN_ANSWER,
  parallelSafe: false,
};

export const wordAnswer: ToolDefinition = {
  name: 'word-answer',
  version: 1,
  title: 'Have a model word the answer',
  effects: ASKS_A_MODEL,
  takes: { needs: ['draft'], may: ['said'] },
  gives: AN_ANSWER,
  parallelSafe: false,
};

export const joinAnswers: ToolDefinition = {
  name: 'join-answers',
  version: 1,
  title: 'Put the answers together',
  effects: { ...ASKS_A_MODEL, egress: 'none' },
  takes: { needs: ['answer'] },
  gives: AN_ANSWER,
  parallelSafe: true,
};

const askModel: ToolDefinition = {
  name: 'ask-model',
  version: 1,
  title: 'Ask a model of a provider',
  effects: { ...ASKS_A_MODEL, egress: 'channel', irreversible: true, idempotent: false },
  takes: { needs: [], may: ['passages', 'draft'] },
  gives: ['said'],
  parallelSafe: false,
};

export const modelDefinitions: readonly ToolDefinition[] = [answerWithModel, wordAnswer, joinAnswers, askModel];
