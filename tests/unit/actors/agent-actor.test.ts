import { describe, expect, test } from 'vitest';
import { agentBehaviour, bodyOf, openTasks } from '#core/actors/agent-actor.ts';
import type { AgentActor, AgentMessage, Outcome } from '#core/actors/agent-messages.ts';
import { RUNS } from '#core/actors/agent-messages.ts';
import { readDelegation } from '#core/actors/delegation.ts';
import {
  ACTOR_DEPTH_MAX,
  OWNER,
  requestFault,
  type ActorId,
  type Draft,
  type Envelope,
} from '#core/actors/envelope.ts';
import type { Digest, RunId, SourceId, UnixMs } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';

const AT = 1_000 as UnixMs;
const STAMP = { by: 'receiver', entries: 0 } as const;
const MAIL = 'mail' as ActorId;
const DESK = 'desk' as ActorId;
const AGENTS = [
  { id: MAIL, name: 'Mail' },
  { id: DESK, name: 'Desk' },
  { id: 'mail-old' as ActorId, name: 'Mail archive' },
];
let ids = 0;

/** An agent that is fed messages, as its log makes it. */
function agent(id: ActorId, name: string, sources: readonly SourceId[] | null = null) {
  let state: AgentActor = agentBehaviour.initial(id);
  const tell = (body: AgentMessage, rest: Partial<Envelope> = {}): readonly Draft[] => {
    const message = { stamp: STAMP, id: `m${String(++ids)}`, from: OWNER, to: id, at: AT, path: [], ...rest };
    const { event, outbox } = agentBehaviour.receive(state, { ...message, body: body as unknown as Json }, AT);
    state = agentBehaviour.apply(state, JSON.parse(JSON.stringify(event)) as Json);
    return outbox;
  };
  tell({ type: 'create', name, sources });
  return {
    tell,
    get state() {
      return state;
    },
  };
}

function goal(words: string): AgentMessage {
  return { type: 'goal', goal: words, asker: 'you', asks: readDelegation(words, AGENTS) };
}

function answered(run: string): Outcome {
  const citation = { source: 's1' as SourceId, file: 'a.eml', locator: 'page 1', quote: 'Yes.', digest: 'd' as Digest };
  const sentence = { text: 'Alice said yes.', by: '', run: run as RunId, answer: 'e' as Digest, citations: [citation] };
  return { status: 'answered', reason: null, sentences: [sentence], more: 0 };
}

describe('an agent', () => {
  test('has a goal done by a run over the files it may read, and ends it with what the run found', () => {
    const mail = agent(MAIL, 'Mail', ['s1' as SourceId]);
    const [order] = mail.tell(goal('What did Alice decide?'), { id: 'g1' });
    expect(order).toMatchObject({ id: 'g1/run', to: RUNS });
    expect(order?.body).toEqual({
      type: 'start',
      run: 'g1',
      goal: 'What did Alice decide?',
      sources: ['s1'],
      agents: ['mail'],
    });
    expect(openTasks(mail.state)).toHaveLength(1);
    expect(mail.tell({ type: 'ran', run: 'g1' as RunId, outcome: answered('g1') }, { from: RUNS })).toEqual([]);
    expect(openTasks(mail.state)).toEqual([]);
    expect(mail.state.tasks[0]?.outcome?.sentences[0]).toMatchObject({ by: 'Mail', text: 'Alice said yes.' });
    expect(mail.state.ended).toEqual({ answered: 1, other: 0 });
  });

  test('takes one goal at a time, orders before everything, and nothing but orders after a crash', () => {
    const mail = agent(MAIL, 'Mail');
    const waiting = (id: string, body: AgentMessage, from: string = OWNER): Envelope => ({
      ...{ id, from, to: MAIL, at: AT, path: [] },
      body: body as unknown as Json,
      stamp: STAMP,
    });
    const first = waiting('g2', goal('two'));
    const notice = waiting('n1', { type: 'ran', run: 'g1' as RunId, outcome: answered('g1') }, RUNS);
    const order = waiting('o1', { type: 'stop' });
    const chosen = (mails: Envelope[], calm = true) => agentBehaviour.choose(mail.state, mails, calm)?.id ?? null;
    expect(chosen([first, waiting('g3', goal('three'))])).toBe('g2');
    mail.tell(goal('one'), { id: 'g1' });
    expect(chosen([first])).toBeNull();
    expect(chosen([first, notice])).toBe('n1');
    expect(chosen([first, notice, order])).toBe('o1');
    expect(chosen([first, notice], false)).toBeNull();
    expect(chosen([first, notice, order], false)).toBe('o1');
    mail.tell({ type: 'ran', run: 'g1' as RunId, outcome: answered('g1') });
    expect(chosen([first])).toBe('g2');
    mail.tell({ type: 'stop' });
    expect(chosen([first])).toBeNull();
  });

  test('asks others in its stead and gathers their answers with their citations', () => {
    const desk = agent(DESK, 'Desk');
    const requests = desk.tell(goal('Ask Mail: what did Alice decide?; ask Mail archive: what did Bob say?'), {
      id: 'g1',
    });
    expect(requests.map(({ id, to, path }) => ({ id, to, path }))).toEqual([
      { id: 'g1.1', to: MAIL, path: [DESK] },
      { id: 'g1.2', to: 'mail-old', path: [DESK] },
    ]);
    const mail = agent(MAIL, 'Mail');
    mail.tell(bodyOf(requests[0] as Envelope), requests[0]);
    const [reply] = mail.tell({ type: 'ran', run: 'g1.1' as RunId, outcome: answered('g1.1') });
    expect(reply).toMatchObject({ id: 'g1.1/answer', to: DESK });
    desk.tell(bodyOf(reply as Envelope), reply);
    expect(desk.state.tasks[0]).toMatchObject({ status: 'asking' });
    const none: Outcome = { status: 'not-found', reason: 'Nothing was found.', sentences: [], more: 0 };
    desk.tell({ type: 'answer', ask: 'g1.2', outcome: none }, { from: 'mail-old' });
    expect(desk.state.tasks[0]?.outcome).toMatchObject({
      status: 'answered',
      reason: 'Mail archive: Nothing was found.',
      sentences: [{ by: 'Mail', run: 'g1.1', citations: [{ file: 'a.eml', quote: 'Yes.' }] }],
    });
  });

  test('does not ask one who waits for its answer, and says so', () => {
    const mail = agent(MAIL, 'Mail');
    const replies = mail.tell(goal('ask Desk: what is new?'), { id: 'g1.1', from: DESK, path: [DESK] });
    expect(replies.map(({ id, to }) => ({ id, to }))).toEqual([{ id: 'g1.1/answer', to: DESK }]);
    expect(mail.state.tasks[0]?.outcome).toMatchObject({ status: 'refused' });
    expect(mail.state.tasks[0]?.outcome?.reason).toContain('itself waiting');
  });

  test('passes a request on only so far', () => {
    const path = Array.from({ length: ACTOR_DEPTH_MAX - 1 }, (_, index) => `a${String(index)}` as ActorId);
    const near = agent(DESK, 'Desk').tell(goal('ask Mail: what is new?'), { from: 'a6', path: path.slice(1) });
    expect(near.map(({ to }) => to)).toEqual([MAIL]);
    const [reply] = agent(DESK, 'Desk').tell(goal('ask Mail: what is new?'), { from: 'a6', path });
    expect((reply?.body as { outcome?: Outcome }).outcome?.reason).toContain('too often');
  });

  test('that is killed ends everything it has in hand, tells whoever waits, and goes on only when started', () => {
    const desk = agent(DESK, 'Desk');
    desk.tell(goal('How much did we spend?'), { id: 'g1', from: MAIL, path: [MAIL] });
    desk.tell(goal('Ask Mail archive: what did Bob say?'), { id: 'g2' });
    const told = desk.tell({ type: 'kill' });
    expect(told.map(({ to, body }) => [to, (body as { type: string }).type])).toEqual([
      [RUNS, 'cancel'],
      [MAIL, 'answer'],
      ['mail-old', 'cancel'],
    ]);
    expect([desk.state.phase, openTasks(desk.state)]).toEqual(['stopped', []]);
    expect(desk.tell({ type: 'ran', run: 'g1' as RunId, outcome: answered('g1') })).toEqual([]);
    desk.tell({ type: 'start' });
    expect(desk.state.phase).toBe('running');
  });

  test('pauses its run when it is stopped and lets it go on when it is started', () => {
    const desk = agent(DESK, 'Desk');
    desk.tell(goal('How much did we spend?'), { id: 'g1' });
    expect(desk.tell({ type: 'stop' }).map(({ body }) => body)).toEqual([{ type: 'pause', run: 'g1' }]);
    expect(desk.tell({ type: 'start' }).map(({ body }) => body)).toEqual([{ type: 'resume', run: 'g1' }]);
  });

  test('never begins a goal that was taken back while it waited', () => {
    const desk = agent(DESK, 'Desk');
    desk.tell({ type: 'cancel', task: 'g1' });
    expect(desk.tell(goal('How much did we spend?'), { id: 'g1' })).toEqual([]);
    expect(desk.state.tasks[0]).toMatchObject({ status: 'ended', outcome: { status: 'cancelled' } });
    expect(desk.state.takenBack).toEqual([]);
  });

  test('that was removed or never made refuses goals, so that nobody waits for it', () => {
    const gone = agent(MAIL, 'Mail');
    gone.tell({ type: 'retire' });
    const [reply] = gone.tell(goal('What is new?'), { id: 'g1.1', from: DESK, path: [DESK] });
    expect(reply?.body).toMatchObject({ type: 'answer', outcome: { status: 'refused' } });
    expect(gone.tell({ type: 'start' })).toEqual([]);
    expect(gone.state.phase).toBe('retired');
  });

  test('keeps open tasks and the last that ended, and counts them all', () => {
    const desk = agent(DESK, 'Desk');
    desk.tell(goal('Ask Mail: what is new?'), { id: 'open' });
    for (let index = 0; index < 20; index++) {
      const id = `g-${String(index)}`;
      desk.tell(goal('How much did we spend?'), { id });
      desk.tell({ type: 'ran', run: id as RunId, outcome: answered(id) });
    }
    expect(desk.state.tasks[0]?.id).toBe('open');
    expect(desk.state.tasks.at(-1)?.id).toBe('g-19');
    expect(desk.state.tasks).toHaveLength(13);
    expect(desk.state.ended.answered).toBe(20);
  });

  test('only the owner gives it orders', () => {
    expect(() => agent(DESK, 'Desk').tell({ type: 'kill' }, { from: MAIL })).toThrow('only the owner');
  });
});

describe('a goal that names agents', () => {
  test.each([
    ['Ask Mail: what did Alice decide?', ['Mail: what did Alice decide?']],
    ['ask mail to summarise the mailbox', ['Mail: summarise the mailbox']],
    ['Ask Mail archive, who wrote?', ['Mail archive: who wrote?']],
    ['Ask Mail: who wrote?; and ask Desk: how much?', ['Mail: who wrote?', 'Desk: how much?']],
    ['Ask Mail: who wrote?\nAsk Desk: how much?', ['Mail: who wrote?', 'Desk: how much?']],
    ['What did Alice ask Mail about?', []],
    ['Ask Nobody: who wrote?', []],
    ['Ask Mail: who wrote?; ask Nobody: how much?', []],
    ['Ask Mailing: who wrote?', []],
  ])('“%s”', (words, expected) => {
    expect(readDelegation(words, AGENTS).map(({ name, goal: asked }) => `${name}: ${asked}`)).toEqual(expected);
  });

  test('may have one agent ask another', () => {
    const [ask] = readDelegation('Ask Desk: ask Mail: who wrote?', AGENTS);
    expect(ask).toMatchObject({ to: DESK, asks: [{ to: MAIL, goal: 'who wrote?', asks: [] }] });
  });
});

test('a request is refused to one on its own path, and beyond the depth that is allowed', () => {
  expect(requestFault([DESK], MAIL)).toBeNull();
  expect(requestFault([DESK, MAIL], DESK)).toBe('cycle');
  expect(requestFault(Array<ActorId>(ACTOR_DEPTH_MAX).fill(DESK), MAIL)).toBe('depth');
});
