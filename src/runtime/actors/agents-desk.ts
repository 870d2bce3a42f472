import { type ActorEntry, type Supervised } from '#core/actors/actor.ts';
import { agentBehaviour, bodyOf, restoredAgent } from '#core/actors/agent-actor.ts';
import {
  JOURNAL,
  RUNS,
  type AgentActor,
  type AgentMessage,
  type AgentRequest,
  type Outcome,
  type RunOrder,
  type Task,
} from '#core/actors/agent-messages.ts';
import { readDelegation } from '#core/actors/delegation.ts';
import { OWNER, type ActorId, type Draft, type Envelope } from '#core/actors/envelope.ts';
import { outcomeOfRun } from '#core/actors/run-outcome.ts';
import type { Run } from '#core/agent/run.ts';
import { hex } from '#core/base/bytes.ts';
import type { CommandId, RunId, SourceId } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import { GOAL_CHARS_MAX } from '#core/base/limits.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type { ActorStore } from '#ports/actor-store.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { Clock } from '#ports/clock.ts';
import type { Broadcast, LeaderLock } from '#ports/coordination.ts';
import type { Entropy } from '#ports/crypto.ts';
import type { AgentOrder, AgentsApi, AgentsView, AgentView } from '../contract/agents-api.ts';
import type { Command, CommandOutcome } from '../contract/commands.ts';
import { ActorSystem, type ActorNews } from './actor-system.ts';
import { revive } from './run-actor.ts';

export interface AgentsDeskParts {
  readonly store: ActorStore;
  /** Projections of the owner's journal. */
  readonly rows: Pick<AgentStore, 'row' | 'rows'>;
  readonly lock: LeaderLock;
  readonly broadcast: Broadcast<ActorNews>;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly visible: () => Promise<boolean>;
  /** Orders of the owner's journal and runs, each done once for its id. */
  readonly command: (command: Command) => Promise<CommandOutcome>;
}

const NAME_CHARS_MAX = 40;
const LOG_LINES = 30;

type Revived = Supervised<AgentActor>;

/**
 * The owner's agents in one tab: gives them messages, has their work done by runs, brings what came of it back to them,
 * and shows how they stand. Any tab may do any of this at any time: each message has an id, and counts once.
 */
export class AgentsDesk implements AgentsApi {
  readonly #parts: AgentsDeskParts;
  readonly #system: ActorSystem<AgentActor>;
  readonly #listeners = new Set<(view: AgentsView) => void>();
  #telling: Promise<void> = Promise.resolve();
  #tellAgain = false;
  #settling = false;

  constructor(parts: AgentsDeskParts) {
    this.#parts = parts;
    this.#system = new ActorSystem<AgentActor>({
      ...parts,
      behaviour: agentBehaviour,
      outside: { [RUNS]: (envelope) => this.#orderRun(envelope), [JOURNAL]: (envelope) => this.#note(envelope) },
      note: (actor, entry) => noteOf(actor, entry),
      witness: {
        told: async (actor) => ((await parts.rows.row('actor', actor))?.value as Revived | undefined) ?? null,
        restored: restoredAgent,
      },
      changed: () => this.#changed(),
    });
  }

  async start(): Promise<void> {
    this.#system.start();
    await this.#wakeShortened();
    await this.settle();
  }

  /** Brings what came of runs that have ended to the agents that started them. */
  async settle(): Promise<void> {
    if (this.#settling) return;
    this.#settling = true;
    try {
      for (const { state } of await this.#agents()) {
        for (const { run } of state.tasks.filter(isWorking)) {
          if (run === null) continue;
          const row = await this.#parts.rows.row('run', run);
          const outcome = row === null ? null : outcomeOfRun(row.value as Run);
          if (outcome !== null) await this.#tellEnd(state.id, run, outcome);
        }
      }
    } finally {
      this.#settling = false;
    }
  }

  async onView(listener: (view: AgentsView) => void): Promise<void> {
    this.#listeners.add(listener);
    listener(await this.#view());
  }

  async create(name: string, sources: readonly SourceId[] | null): Promise<Result<ActorId, string>> {
    const refused = await this.#nameFault(name, null);
    if (refused !== null) return err(refused);
    const actor = hex(this.#parts.entropy.bytes(8)) as ActorId;
    const posted = await this.#post(actor, { type: 'create', name: name.trim(), sources });
    return posted.ok ? ok(actor) : posted;
  }

  async change(agent: ActorId, name: string, sources: readonly SourceId[] | null): Promise<Result<void, string>> {
    const refused = await this.#nameFault(name, agent);
    return refused === null ? this.#post(agent, { type: 'change', name: name.trim(), sources }) : err(refused);
  }

  async give(agent: ActorId, goal: string): Promise<Result<void, string>> {
    const words = goal.trim();
    if (words === '') return err('A goal needs words.');
    if (words.length > GOAL_CHARS_MAX)
      return err(`A goal may have ${String(GOAL_CHARS_MAX)} characters; this one has ${String(words.length)}.`);
    const named = (await this.#agents()).map(({ state }) => ({ id: state.id, name: state.name }));
    const asks = readDelegation(words, named);
    return this.#post(agent, { type: 'goal', goal: words, asker: '', asks } satisfies AgentRequest);
  }

  takeBack(agent: ActorId, goal: string): Promise<Result<void, string>> {
    return this.#post(agent, { type: 'cancel', task: goal });
  }

  async order(agent: ActorId, order: AgentOrder): Promise<Result<void, string>> {
    const posted = await this.#post(agent, { type: order });
    // These must also reach one that hangs or is in a tab that was stopped; the others are read when it next looks.
    if (posted.ok && order !== 'start' && order !== 'stop') this.#system.seize(agent);
    return posted;
  }

  async log(agent: ActorId, upTo: number | null): Promise<readonly ActorEntry[]> {
    const { sequence } = await this.#revived(agent);
    const last = upTo ?? sequence;
    // Where entries are missing it looks further back.
    for (let lines = LOG_LINES; ; lines *= 2) {
      const from = Math.max(1, last - lines + 1);
      const read = await this.#parts.store.log(agent, from, last - from + 1);
      if (read.length > 0 || from === 1) return [...read].reverse();
    }
  }

  async noticedDamage(): Promise<void> {
    await this.#parts.store.noticed();
    this.#changed();
  }

  freeze(): Promise<void> {
    return this.#system.rest();
  }

  resume(): Promise<void> {
    this.#system.resume();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#listeners.clear();
    await this.#system.stop();
  }

  /**
   * Activates agents of which the journal tells more than the store: it was lost, was cut off, or is another device's.
   * They are made good by that. Nothing waits for them that would activate them otherwise.
   */
  async #wakeShortened(): Promise<void> {
    for (const { id, value } of await this.#parts.rows.rows('actor')) {
      const { state, sequence } = value as Revived;
      if (state.phase === 'new' || state.phase === 'retired') continue;
      if ((await this.#revived(id as ActorId)).sequence < sequence) this.#system.wake(id as ActorId);
    }
  }

  async #orderRun({ id, from, body }: Envelope): Promise<boolean> {
    const order = body as unknown as RunOrder;
    const outcome = await this.#parts.command({ ...commandOf(order), id: `actor/${id}` as CommandId });
    if (outcome.ok) return true;
    if (['no-leader', 'io', 'quota'].includes(outcome.code)) return false;
    if (order.type !== 'start' || outcome.code === 'stale') return true;
    const failed: Outcome = { status: 'failed', sentences: [], more: 0, reason: outcome.message };
    return this.#tellEnd(from as ActorId, order.run, failed);
  }

  async #note({ id, body }: Envelope): Promise<boolean> {
    const { actor, entry } = body as unknown as { actor: ActorId; entry: ActorEntry };
    const outcome = await this.#parts.command({ id: id as CommandId, type: 'note-actor', actor, entry });
    return outcome.ok || !['no-leader', 'io', 'quota'].includes(outcome.code);
  }

  /** @returns whether it knows, now or since before */
  async #tellEnd(actor: ActorId, run: RunId, outcome: Outcome): Promise<boolean> {
    const { state, sequence } = await this.#revived(actor);
    // One that does not wait for it any more was told: its stamp would say that this is news.
    if (!state.tasks.some((task) => task.run === run && isWorking(task))) return true;
    const envelope = this.#envelope(actor, { type: 'ran', run, outcome }, `${run}/ended`, RUNS, sequence);
    return (await this.#system.post(envelope)) !== 'late';
  }

  async #post(actor: ActorId, body: AgentMessage): Promise<Result<void, string>> {
    try {
      const { sequence } = await this.#revived(actor);
      const id = hex(this.#parts.entropy.bytes(16));
      const admission = await this.#system.post(this.#envelope(actor, body, id, OWNER, sequence));
      return admission === 'late' ? err('The agent was too busy to take this. Say it again.') : ok(undefined);
    } catch (error) {
      return err(`The message could not be kept: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #envelope(to: ActorId, body: AgentMessage, id: string, from: string, entries: number): Envelope {
    const at = this.#parts.clock.now();
    return { id, from, to, at, path: [], body: body as unknown as Json, stamp: { by: 'receiver', entries } };
  }

  async #revived(actor: ActorId): Promise<Revived> {
    return revive(agentBehaviour, actor, await this.#parts.store.past(actor));
  }

  /** Names are how agents are asked: they must not be mistaken for each other. */
  async #nameFault(given: string, besides: ActorId | null): Promise<string | null> {
    const name = given.trim();
    if (name === '') return 'An agent needs a name.';
    if (name.length > NAME_CHARS_MAX) return `A name may have ${String(NAME_CHARS_MAX)} characters.`;
    if (/[:;\n]/.test(name)) return 'A name has no colon and no semicolon: they stand between names and goals.';
    const taken = (await this.#agents()).some(
      ({ state }) => state.id !== besides && state.name.toLowerCase() === name.toLowerCase(),
    );
    return taken ? `There is an agent called ${name} already.` : null;
  }

  /** Those that are there for the owner. */
  async #agents(): Promise<Revived[]> {
    const { store } = this.#parts;
    const all = await Promise.all((await store.actors()).map((actor) => this.#revived(actor)));
    return all.filter(({ state }) => state.phase === 'running' || state.phase === 'stopped');
  }

  #changed(): void {
    if (this.#tellAgain) return;
    this.#tellAgain = true;
    this.#telling = this.#telling.then(
      async () => {
        this.#tellAgain = false;
        if (this.#listeners.size === 0) return;
        const view = await this.#view();
        for (const listener of this.#listeners) listener(view);
        // What could not be read now is read at the next change.
      },
      () => undefined,
    );
  }

  async #view(): Promise<AgentsView> {
    const agents = await Promise.all((await this.#agents()).map((agent) => this.#viewOf(agent)));
    const damage = await this.#parts.store.damage();
    return { damage, agents: agents.sort((a, b) => a.name.localeCompare(b.name)) };
  }

  async #viewOf({ state, sequence, lastAt, crashes }: Revived): Promise<AgentView> {
    const mail = await this.#parts.store.mailbox(state.id);
    return {
      id: state.id,
      name: state.name,
      sources: state.sources,
      phase: state.phase === 'running' ? 'running' : 'stopped',
      awake: this.#system.isHeld(state.id),
      tasks: state.tasks,
      ended: state.ended,
      waiting: mail.flatMap((message) => {
        const body = bodyOf(message);
        return body.type === 'goal' ? [{ id: message.id, goal: body.goal, asker: body.asker, at: message.at }] : [];
      }),
      mailbox: mail.length,
      lastAt,
      crashes,
      failure: this.#system.failureOf(state.id)?.reason ?? null,
      entries: sequence,
    };
  }
}

function isWorking({ status }: Task): boolean {
  return status === 'working';
}

function noteOf(actor: ActorId, entry: ActorEntry): Draft {
  const id = `note/${actor}/${String(entry.sequence)}/${entry.message}`;
  return { id, from: actor, to: JOURNAL, at: entry.at, path: [], body: { actor, entry } as unknown as Json };
}

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

function commandOf(order: RunOrder): WithoutId<Command> {
  switch (order.type) {
    case 'start': {
      const { run, goal, sources, agents } = order;
      return { type: 'start-run', run, goal, overrides: {}, ...(sources && { sources }), ...(agents && { agents }) };
    }
    case 'cancel':
      return { type: 'stop-run', run: order.run };
    case 'pause':
      return { type: 'pause-run', run: order.run };
    case 'resume':
      return { type: 'resume-run', run: order.run };
  }
}
