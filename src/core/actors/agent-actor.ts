import { assert } from '../base/assert.ts';
import type { RunId, UnixMs } from '../base/ids.ts';
import type { Json } from '../base/json.ts';
import type { Behaviour, Reaction } from './actor.ts';
import type {
  AgentActor,
  AgentEvent,
  AgentMessage,
  AgentRequest,
  Ask,
  Outcome,
  OwnerOrder,
  RunOrder,
  Task,
} from './agent-messages.ts';
import { RUNS } from './agent-messages.ts';
import { OWNER, requestFault, type ActorId, type Draft, type Envelope } from './envelope.ts';

/** Ended tasks that stay in an agent's state; older ones are in its log. */
const TASKS_KEPT = 12;
const TAKEN_BACK_KEPT = 100;
const SENTENCES_PASSED_MAX = 20;

/** Where no reason is given. */
const WORDS: { readonly [status in Outcome['status']]: string } = {
  answered: 'answered.',
  'not-found': 'nothing was found.',
  failed: 'failed.',
  cancelled: 'was stopped.',
  refused: 'did not take it.',
};

const ALREADY_TAKEN: AgentEvent = { type: 'ignored', reason: 'This goal was taken already.' };

const NO_ANSWER = { sentences: [], more: 0 };

/**
 * An agent of the owner: works on one goal after the other, each by a run, or asks others and gathers their answers. It
 * keeps taking goals while it waits for others, so that two that ask each other never wait for ever.
 */
export const agentBehaviour: Behaviour<AgentActor> = {
  initial: (id) => ({
    id,
    name: '',
    sources: null,
    phase: 'new',
    tasks: [],
    ended: { answered: 0, other: 0 },
    takenBack: [],
  }),
  apply: (state, event) => apply(state, event as unknown as AgentEvent),
  choose: (state, mail, calm) => {
    const order = mail.find((message) => isOrder(message));
    if (order !== undefined || !calm) return order ?? null;
    const notice = mail.find((message) => bodyOf(message).type !== 'goal');
    if (notice !== undefined) return notice;
    const busy = state.phase === 'stopped' || state.tasks.some((task) => task.status === 'working');
    return busy ? null : (mail[0] ?? null);
  },
  receive: (state, message, at) => {
    const body = bodyOf(message);
    switch (body.type) {
      case 'goal':
        return takeGoal(state, message, body, at);
      case 'ran':
        return onTask(state, body.run, (task) => endTask(state, task, byName(state, body.outcome), at, 'run-ended'));
      case 'answer':
        return answerCame(state, body.ask, body.outcome, at);
      case 'cancel':
        return cancelTask(state, body.task, at);
      default:
        assert(isOrder(message), 'only the owner gives orders');
        return obey(state, message, body, at);
    }
  },
  setAside: (state, message, reason, at) => {
    const body = bodyOf(message);
    if (body.type !== 'goal') return ignored(reason);
    return refuse(state, message, body, { ...NO_ANSWER, status: 'failed', reason }, at);
  },
};

/**
 * Makes an agent what the journal tells that it was, where the end of its own log is lost. With it may have gone what it
 * had to send: that is sent once more under the same ids, which count once.
 */
export function restoredAgent(state: AgentActor, at: UnixMs): Reaction {
  const outbox = openTasks(state).flatMap(({ id, goal, run, asks, path }): Draft[] => {
    if (run !== null) return [runOrder(state, `${id}/run`, startOf(state, run, goal, path), at)];
    return asks
      .filter(({ outcome }) => outcome === null)
      .map((ask) => request(state, [...path, state.id], ask, [], at));
  });
  return react({ type: 'restored', state }, outbox);
}

export function bodyOf(message: Envelope): AgentMessage {
  return message.body as unknown as AgentMessage;
}

/** Tasks that are not over. */
export function openTasks(state: AgentActor): Task[] {
  return state.tasks.filter((task) => task.status !== 'ended');
}

function isOrder(message: Envelope): boolean {
  return message.from === OWNER && !['goal', 'ran', 'answer', 'cancel'].includes(bodyOf(message).type);
}

function apply(state: AgentActor, event: AgentEvent): AgentActor {
  switch (event.type) {
    case 'created':
      return { ...state, name: event.name, sources: event.sources, phase: 'running' };
    case 'changed':
      return { ...state, name: event.name, sources: event.sources };
    case 'restored':
      return event.state;
    case 'started':
    case 'restarted':
      return { ...withTasks(state, event.tasks), phase: 'running' };
    case 'stopped':
    case 'killed':
      return { ...withTasks(state, event.tasks), phase: 'stopped' };
    case 'retired':
      return { ...withTasks(state, event.tasks), phase: 'retired' };
    case 'goal-taken':
    case 'goal-refused':
    case 'goal-cancelled':
    case 'run-ended':
    case 'answer-came': {
      const takenBack = state.takenBack.filter((id) => id !== event.task.id);
      return withTasks({ ...state, takenBack }, [event.task]);
    }
    case 'taken-back':
      return { ...state, takenBack: [...state.takenBack, event.task].slice(-TAKEN_BACK_KEPT) };
    case 'ignored':
      return state;
  }
}

function withTasks(state: AgentActor, changed: readonly Task[]): AgentActor {
  const byId = new Map(state.tasks.map((task) => [task.id, task]));
  let { answered, other } = state.ended;
  for (const task of changed) {
    if (task.status === 'ended' && byId.get(task.id)?.status !== 'ended') {
      if (task.outcome?.status === 'answered') answered += 1;
      else other += 1;
    }
    byId.set(task.id, task);
  }
  const tasks = [...byId.values()];
  let surplus = tasks.filter((task) => task.status === 'ended').length - TASKS_KEPT;
  const kept = tasks.filter((task) => task.status !== 'ended' || surplus-- <= 0);
  return { ...state, tasks: kept, ended: { answered, other } };
}

function takeGoal(state: AgentActor, message: Envelope, body: AgentRequest, at: UnixMs): Reaction {
  if (state.phase === 'new' || state.phase === 'retired')
    return refuse(state, message, body, { ...NO_ANSWER, status: 'refused', reason: 'There is no such agent.' }, at);
  const known = state.tasks.find(({ id }) => id === message.id);
  // Where the mailbox was cut off and what the agent did was not, a goal may come once more.
  if (known !== undefined) return react(ALREADY_TAKEN, known.status === 'ended' ? reply(state, known, at) : []);
  if (state.takenBack.includes(message.id))
    return refuse(state, message, body, { ...NO_ANSWER, status: 'cancelled', reason: null }, at);
  const task = taskFor(message, body, at);
  if (body.asks.length === 0) {
    const run = task.id as RunId;
    return react({ type: 'goal-taken', task: { ...task, status: 'working', run } }, [
      runOrder(state, `${task.id}/run`, startOf(state, run, body.goal, message.path), at),
    ]);
  }
  const path = [...message.path, state.id];
  const asks = body.asks.map((ask, index): Ask => {
    const fault = requestFault(path, ask.to);
    const { to, name, goal } = ask;
    return { id: `${task.id}.${String(index + 1)}`, to, name, goal, outcome: fault && guarded(fault, name) };
  });
  const requests = asks.flatMap((ask, index): Draft[] => {
    if (ask.outcome !== null) return [];
    return [request(state, path, ask, body.asks[index]?.asks ?? [], at)];
  });
  const asking: Task = { ...task, status: 'asking', asks };
  if (requests.length > 0) return react({ type: 'goal-taken', task: asking }, requests);
  return endTask(state, asking, gathered(asks), at, 'goal-refused');
}

function answerCame(state: AgentActor, id: string, outcome: Outcome, at: UnixMs): Reaction {
  const task = state.tasks.find(({ asks }) => asks.some((ask) => ask.id === id));
  return onTask(state, task?.id ?? id, (open) => {
    if (open.asks.some((ask) => ask.id === id && ask.outcome !== null)) return ignored('This was answered already.');
    const asks = open.asks.map((ask) => (ask.id === id ? { ...ask, outcome } : ask));
    const next = { ...open, asks };
    if (asks.some((ask) => ask.outcome === null)) return react({ type: 'answer-came', task: next }, []);
    return endTask(state, next, gathered(asks), at, 'answer-came');
  });
}

function cancelTask(state: AgentActor, id: string, at: UnixMs): Reaction {
  const task = state.tasks.find((known) => known.id === id);
  if (task === undefined) return react({ type: 'taken-back', task: id }, []);
  return onTask(state, id, (open) => {
    const { tasks, outbox } = cancelled(state, [open], at);
    return react({ type: 'goal-cancelled', task: tasks[0] ?? open }, outbox);
  });
}

function obey(state: AgentActor, message: Envelope, order: OwnerOrder, at: UnixMs): Reaction {
  switch (order.type) {
    case 'create':
      if (state.phase !== 'new') return ignored('This agent is there already.');
      return react({ type: 'created', name: order.name, sources: order.sources }, []);
    default:
      if (state.phase === 'new' || state.phase === 'retired') return ignored('There is no such agent.');
  }
  const working = openTasks(state).flatMap((task) => (task.run === null ? [] : [task.run]));
  const tell = (type: 'pause' | 'resume'): Draft[] =>
    working.map((run) => runOrder(state, `${message.id}/${run}`, { type, run }, at));
  switch (order.type) {
    case 'change':
      return react({ type: 'changed', name: order.name, sources: order.sources }, []);
    case 'start':
      return react({ type: 'started', tasks: [] }, tell('resume'));
    case 'restart':
      return react({ type: 'restarted', tasks: [] }, state.phase === 'stopped' ? tell('resume') : []);
    case 'stop':
      return react({ type: 'stopped', tasks: [] }, tell('pause'));
    case 'kill':
    case 'retire': {
      const { tasks, outbox } = cancelled(state, openTasks(state), at);
      return react({ type: order.type === 'kill' ? 'killed' : 'retired', tasks }, outbox);
    }
  }
}

/** Ends tasks that are open: their runs, what was asked of others, and whoever waits for them are told. */
function cancelled(
  state: AgentActor,
  open: readonly Task[],
  at: UnixMs,
): { readonly tasks: Task[]; readonly outbox: Draft[] } {
  const outcome: Outcome = { ...NO_ANSWER, status: 'cancelled', reason: null };
  const tasks = open.map((task): Task => ({ ...task, status: 'ended', endedAt: at, outcome }));
  const outbox = tasks.flatMap((task) => {
    const run = task.run === null ? [] : [runOrder(state, `${task.id}/cancel`, { type: 'cancel', run: task.run }, at)];
    const asked = task.asks
      .filter((ask) => ask.outcome === null)
      .map((ask) => envelope(state, ask.to, `${ask.id}/cancel`, { type: 'cancel', task: ask.id }, at));
    return [...run, ...asked, ...reply(state, task, at)];
  });
  return { tasks, outbox };
}

function refuse(state: AgentActor, message: Envelope, body: AgentRequest, outcome: Outcome, at: UnixMs): Reaction {
  return endTask(state, taskFor(message, body, at), outcome, at, 'goal-refused');
}

function endTask(
  state: AgentActor,
  task: Task,
  outcome: Outcome,
  at: UnixMs,
  type: 'run-ended' | 'answer-came' | 'goal-refused',
): Reaction {
  const ended: Task = { ...task, status: 'ended', endedAt: at, outcome };
  return react({ type, task: ended }, reply(state, ended, at));
}

/** An agent that asked gets its answer; the owner reads it from the task. */
function reply(state: AgentActor, task: Task, at: UnixMs): Draft[] {
  if (task.from === OWNER || task.outcome === null) return [];
  return [envelope(state, task.from, `${task.id}/answer`, { type: 'answer', ask: task.id, outcome: task.outcome }, at)];
}

/** What all that were asked say together. */
function gathered(asks: readonly Ask[]): Outcome {
  const outcomes = asks.flatMap(({ name, outcome }) => (outcome === null ? [] : [{ name, outcome }]));
  const all = outcomes.flatMap(({ outcome }) => outcome.sentences);
  const left = outcomes.reduce((sum, { outcome }) => sum + outcome.more, 0);
  const without = outcomes.filter(({ outcome }) => outcome.status !== 'answered');
  const reasons = without
    .filter(({ outcome }) => outcome.sentences.length === 0)
    .map(({ name, outcome }) => `${name}: ${outcome.reason ?? WORDS[outcome.status]}`);
  const first = outcomes[0]?.outcome.status ?? 'failed';
  return {
    status: without.length < outcomes.length ? 'answered' : first,
    reason: reasons.length === 0 ? null : reasons.join(' '),
    sentences: all.slice(0, SENTENCES_PASSED_MAX),
    more: left + Math.max(0, all.length - SENTENCES_PASSED_MAX),
  };
}

function guarded(fault: 'cycle' | 'depth', name: string): Outcome {
  const reason =
    fault === 'cycle'
      ? `${name} is itself waiting for this answer, so it was not asked.`
      : `This was passed on from agent to agent too often, so ${name} was not asked.`;
  return { ...NO_ANSWER, status: 'refused', reason };
}

function byName(state: AgentActor, outcome: Outcome): Outcome {
  const sentences = outcome.sentences.slice(0, SENTENCES_PASSED_MAX).map((one) => ({ ...one, by: state.name }));
  return { ...outcome, sentences, more: outcome.more + outcome.sentences.length - sentences.length };
}

function onTask(state: AgentActor, id: string, act: (open: Task) => Reaction): Reaction {
  const task = state.tasks.find((known) => known.id === id);
  return task === undefined || task.status === 'ended' ? ignored('This goal is not open any more.') : act(task);
}

function taskFor(message: Envelope, { goal, asker }: AgentRequest, at: UnixMs): Task {
  const { id, from, path } = message;
  return { id, goal, from, asker, path, at, endedAt: null, status: 'working', run: null, asks: [], outcome: null };
}

function request(
  state: AgentActor,
  path: readonly ActorId[],
  { id, to, goal }: Ask,
  asks: AgentRequest['asks'],
  at: UnixMs,
): Draft {
  const body: AgentRequest = { type: 'goal', goal, asker: state.name, asks };
  return { id, from: state.id, to, at, path, body: body as unknown as Json };
}

function startOf({ id, sources }: AgentActor, run: RunId, goal: string, path: readonly ActorId[]): RunOrder {
  return { type: 'start', run, goal, sources, agents: [...path, id] };
}

function runOrder(state: AgentActor, id: string, order: RunOrder, at: UnixMs): Draft {
  return { id, from: state.id, to: RUNS, at, path: [], body: order };
}

function envelope(state: AgentActor, to: string, id: string, body: AgentMessage, at: UnixMs): Draft {
  return { id, from: state.id, to, at, path: [], body: body as unknown as Json };
}

function react(event: AgentEvent, outbox: readonly Draft[]): Reaction {
  return { event: event as unknown as Json, outbox };
}

function ignored(reason: string): Reaction {
  return react({ type: 'ignored', reason }, []);
}
