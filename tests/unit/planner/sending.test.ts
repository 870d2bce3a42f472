import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, test } from 'vitest';
import type { Json } from '#core/base/json.ts';
import type { KnownChannel } from '#core/planner/goal.ts';
import { planGoal } from '#core/planner/plan-goal.ts';
import type { Plan } from '#core/planner/plan.ts';
import { channelTo, placesWritten, sendingWanted } from '#core/planner/sending.ts';
import { validatePlan } from '#core/planner/validate.ts';
import { contextFor } from './vault.ts';

const HOOKS: KnownChannel = {
  ...{ id: 'c1', name: 'Status hooks', origin: 'https://hooks.example.com', pathPrefix: '/status', methods: ['POST'] },
};
const BOARD: KnownChannel = { ...HOOKS, id: 'c2', name: 'Board', origin: 'https://board.example.org', pathPrefix: '/' };
const CHANNELS = [HOOKS, BOARD];

function plan(goal: string, overrides: { readonly [name: string]: Json } = {}, channels = CHANNELS): Plan {
  return planGoal(goal, { ...contextFor(goal), channels }, overrides, sha256);
}
const sent = (made: Plan): Json | undefined => made.steps.find(({ tool }) => tool === 'send-answer')?.args;

describe('what a goal says of sending', () => {
  test.each([
    ['Summarise my mailbox and send it to https://hooks.example.com/status', 'https://hooks.example.com/status'],
    [
      'Summarise my mailbox, then post the summary to https://hooks.example.com/status/7?a=b.',
      'https://hooks.example.com/status/7?a=b',
    ],
    ['Summarise my mailbox and send it to the Status hooks channel', 'https://hooks.example.com/status'],
    ['Summarise my mailbox and send it to “status hooks”, please', 'https://hooks.example.com/status'],
    ['Summarise my mailbox and submit the result via board', 'https://board.example.org/'],
  ])('%s', (goal, to) => {
    const wanted = sendingWanted(goal, CHANNELS);
    expect(wanted?.rest).toBe('Summarise my mailbox');
    expect(wanted?.to).toEqual([to]);
  });

  test.each([
    'Summarise my mailbox and send it to Bob',
    'Which reports did Ada send to the board?',
    'What was sent to https://hooks.example.com/status?',
    'Summarise the mails that say “send it to https://evil.example” and list who asks',
  ])('nothing is sent for: %s', (goal) => {
    expect(sendingWanted(goal, CHANNELS)).toBeNull();
    expect(sent(plan(goal))).toBeUndefined();
  });

  test('a name that two ways out have is nobody’s', () => {
    expect(sendingWanted('Summarise my mailbox and send it to Board', [BOARD, { ...BOARD, id: 'c3' }])).toBeNull();
  });

  test('the format is said before or after the place', () => {
    const format = (goal: string): string | undefined => sendingWanted(goal, CHANNELS)?.format;
    expect(format('Summarise my mailbox and send it as JSON to Board')).toBe('json');
    expect(format('Summarise my mailbox and send it to https://board.example.org/x as json')).toBe('json');
    expect(format('Summarise my mailbox and send it to Board as markdown')).toBe('markdown');
    expect(format('Summarise my mailbox and send it to Board')).toBe('markdown');
    expect(format('When am I free next week? Send it as free/busy to Board')).toBe('free-busy');
    expect(format('When am I free next week? Send it to Board as free busy times')).toBe('free-busy');
  });
});

describe('several places', () => {
  const OPS: KnownChannel = { ...HOOKS, id: 'c3', name: 'Ops and board', origin: 'https://ops.example.net' };
  const all = [...CHANNELS, OPS];
  const [hooks, board, ops] = [
    'https://hooks.example.com/status',
    'https://board.example.org/',
    'https://ops.example.net/status',
  ];
  const to = (places: string): readonly string[] | undefined =>
    sendingWanted(`Summarise my mailbox and send it to ${places}`, all)?.to;

  test.each([
    ['Status hooks and to https://x.example.com/y', [hooks, 'https://x.example.com/y']],
    ['Status hooks, Board and Ops and board', [hooks, board, ops]],
    ['Ops and board, and also to the Board hook.', [ops, board]],
    [
      'https://x.example.com/a,b and https://x.example.com/c, please',
      ['https://x.example.com/a,b', 'https://x.example.com/c'],
    ],
    ['“Board” and then send it to Status hooks as JSON', [board, hooks]],
    ['Board, to the Board and to https://board.example.org/', [board]],
  ])('%s', (places, addresses) => {
    expect(to(places)).toEqual(addresses);
  });

  test.each(['Board and Bob', 'Bob and to Board', 'Board, Bob and https://x.example.com/y', 'Board and'])(
    'one that is not known, and nothing is sent: %s',
    (places) => {
      expect(to(places)).toBeUndefined();
      expect(sent(plan(`Summarise my mailbox and send it to ${places}`, {}, all))).toBeUndefined();
    },
  );

  test('five at most, and no sixth is left out in silence', () => {
    const addresses = (count: number): string[] =>
      Array.from({ length: count }, (_, at) => `https://hooks.example.com/status/${String(at)}`);
    expect(to(addresses(5).join(', '))).toEqual(addresses(5));
    expect(to(addresses(6).join(', '))).toBeUndefined();
    expect(placesWritten(addresses(6).join(', '), all)).toEqual([addresses(6).join(', ')]);
  });

  test('each has a step of its own, in order, and the goal is read back with all of them', () => {
    const made = plan(
      'Summarise my mailbox and send it as JSON to Status hooks, to Board and to https://x.example.com/y',
    );
    const steps = made.steps.filter(({ tool }) => tool === 'send-answer');
    expect(steps.map(({ args }) => [args['url'], args['channel'], args['format']])).toEqual([
      [hooks, 'c1', 'json'],
      [board, 'c2', 'json'],
      ['https://x.example.com/y', null, 'json'],
    ]);
    expect(steps.every(({ dependsOn, approval }) => approval && dependsOn[0] === made.answerStep)).toBe(true);
    expect(new Set(made.steps.map(({ id }) => id)).size).toBe(made.steps.length);
    expect(made.goal.restated).toMatch(
      /, and send it to https:\/\/hooks\.example\.com\/status, to https:\/\/board\.example\.org\/ and to https:\/\/x\.example\.com\/y\.$/,
    );
    expect(validatePlan(made).ok).toBe(true);
  });

  test('the owner changes the places, separated by commas, by address or by name', () => {
    const goal = 'Summarise my mailbox and send it to Board';
    const urls = (sendTo: string): unknown[] =>
      plan(goal, { sendTo }, all)
        .steps.filter(({ tool }) => tool === 'send-answer')
        .map(({ args }) => args['url']);
    expect(urls('https://a.example.com/x,https://b.example.com/y')).toEqual([
      'https://a.example.com/x',
      'https://b.example.com/y',
    ]);
    expect(urls('Status hooks, board, https://a.example.com/x,y')).toEqual([hooks, board, 'https://a.example.com/x,y']);
    expect(urls('Ops and board')).toEqual([ops]);
    expect(urls('Board, Bob')).toEqual([board, 'Bob']);
    expect(
      plan(goal, { sendTo: 'Board, Status hooks' }).goal.parameters.find(({ name }) => name === 'sendTo')?.value,
    ).toBe(`${board}, ${hooks}`);
    expect(urls(' , ')).toEqual([]);
  });
});

test('the way out to an address is the one to its origin with the longest path', () => {
  const wide = { ...HOOKS, id: 'wide', pathPrefix: '/' };
  const to = (address: string): string | null => channelTo(address, [wide, HOOKS])?.id ?? null;
  expect(to('https://hooks.example.com/status/7?x')).toBe('c1');
  expect(to('https://HOOKS.example.com/status')).toBe('c1');
  expect(to('https://hooks.example.com/statuses')).toBe('wide');
  expect(to('https://hooks.example.com')).toBe('wide');
  expect(to('https://hooks.example.com.evil.example/status')).toBeNull();
  expect(to('http://hooks.example.com/status')).toBeNull();
  expect(channelTo('https://hooks.example.com/status', [{ ...HOOKS, methods: ['GET'] }])).toBeNull();
});

test('the plan ends with sending, asked for and not to be undone; the rest is planned as without it', () => {
  const goal = 'Find an hour with Alice next week';
  const [with_, without] = [plan(`${goal} and send it to https://hooks.example.com/status`), plan(goal)];
  const last = with_.steps.at(-1);
  expect(last).toMatchObject({
    tool: 'send-answer',
    args: { method: 'POST', url: 'https://hooks.example.com/status', format: 'markdown', channel: 'c1' },
    dependsOn: [without.answerStep],
    consumes: ['answer'],
    approval: true,
    parallelizable: false,
    undo: 'cannot-undo',
  });
  expect(last?.title).toContain('by “Status hooks”, after you approved it');
  expect(with_.steps.slice(0, -1)).toEqual(without.steps);
  expect(with_.goal.restated).toBe(
    `${without.goal.restated.replace(/\.$/, '')}, and send it to https://hooks.example.com/status.`,
  );
  expect(validatePlan(with_).ok).toBe(true);
});

test('where no way out leads yet the plan says so before the run', () => {
  const made = plan('Summarise my mailbox and send it to https://elsewhere.example.net/in');
  expect(sent(made)).toMatchObject({ channel: null });
  expect(made.steps.at(-1)?.title).toMatch(/no way out leads there yet$/);
});

test('the owner changes where it goes and how, or that it goes at all', () => {
  const goal = 'Summarise my mailbox and send it to https://hooks.example.com/status';
  expect(sent(plan(goal, { sendTo: 'https://board.example.org/x', sendAs: 'json' }))).toMatchObject({
    url: 'https://board.example.org/x',
    format: 'json',
    channel: 'c2',
  });
  expect(sent(plan(goal, { sendTo: ' ' }))).toBeUndefined();
});

test('a saved and sent report asks twice', () => {
  const { steps } = plan('Write a status report about Kestrel and save it as k.md and send it to Board');
  expect(steps.filter(({ approval }) => approval).map(({ tool }) => tool)).toEqual(['save-file', 'send-answer']);
});

test('what is not understood is sent nowhere', () => {
  expect(sent(plan('Frobnicate the wibble and send it to Board'))).toBeUndefined();
});
