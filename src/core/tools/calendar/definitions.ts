import { AN_ANSWER, type ToolDefinition } from '../definition.ts';

const READS_EVENTS = {
  reads: ['events'],
  writes: [],
  egress: 'none',
  irreversible: false,
  idempotent: true,
  inverse: null,
} as const;

export const readBusyTimes: ToolDefinition = {
  name: 'read-busy-times',
  version: 1,
  title: 'Read when someone is busy',
  effects: READS_EVENTS,
  takes: { needs: [] },
  gives: ['busy'],
  parallelSafe: true,
};

export const findFreeSlots: ToolDefinition = {
  name: 'find-free-slots',
  version: 1,
  title: 'Find times that are free for everyone',
  effects: { ...READS_EVENTS, reads: [] },
  takes: { needs: ['busy'] },
  gives: AN_ANSWER,
  parallelSafe: true,
};

export const listEvents: ToolDefinition = {
  name: 'list-events',
  version: 1,
  title: 'List the entries of a calendar',
  effects: { ...READS_EVENTS, reads: [] },
  takes: { needs: ['busy'] },
  gives: AN_ANSWER,
  parallelSafe: true,
};

export const calendarDefinitions: readonly ToolDefinition[] = [readBusyTimes, findFreeSlots, listEvents];
