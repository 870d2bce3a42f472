import type { CommandId, Epoch, Ms, SourceId } from '#core/base/ids.ts';
import { DELETED_SOURCE_KEPT_MS } from '#core/base/limits.ts';
import type { Command } from '../contract/commands.ts';
import type { Health, Overview } from '../contract/views.ts';
import type { Leadership } from '../leader.ts';
import type { Journal } from '../journal/journal.ts';
import type { JournalError, JournalReading, JournalState, OpenReport } from '../journal/parts.ts';
import type { Doomed } from '../contract/commands.ts';
import { findDoom } from './destruction.ts';
import { isOutOfRoom } from '../journal/ballast.ts';
import { openJournal } from '../journal/open-journal.ts';
import { DamagedCopies, checkpointOf, readGroups } from '../journal/reader.ts';
import type { JournalVerification } from '../journal/verify-journal.ts';
import type { Doom, Fact } from './facts.ts';
import type { Interpreter } from './interpreter.ts';
import { LeadingAgent, type Change } from './leading-agent.ts';
import { EMPTY_STATE, type AgentState } from './projection.ts';
import { zoneInForce } from './read-views.ts';
import type { Loss, ProgressReport } from './tab-message.ts';
import type { TabOptions } from './tab-options.ts';

const NO_ROOM =
  'There is no room left on this device, not even for a small note. All that was kept is still there. Free some space: Windhover then goes on by itself where it stopped.';

export interface LeadingHooks {
  /** The role, the health or the journal's state is another. */
  readonly changed: () => void;
  /** This tab leads and takes orders now. */
  readonly began: () => void;
  /** The leading agent changed what every tab shows. */
  readonly projected: (change: Change) => void;
  /** The leading agent is so far with a long order, from 0 to 1. */
  readonly working: (order: CommandId, fraction: number) => void;
  /** A step that is running is so far. */
  readonly progress: (report: ProgressReport) => void;
}

const DESTROYED_AT_ONCE = 16;

/**
 * One tab's turns at leading: opens the journal, brings the projections up to it, and lets the agent act until the lead
 * is lost. Between turns it knows whether another tab leads, and what is wrong.
 */
export class TabLeading {
  readonly #options: TabOptions;
  readonly #interpreter: Interpreter;
  readonly #hooks: LeadingHooks;
  #agent: LeadingAgent | null = null;
  #role: Overview['role'] = 'starting';
  #health: Health;
  #journalState: JournalState | null = null;
  #leadership: Leadership | null = null;
  /** Has a damaged copy mended, once a turn; null while this tab does not lead. */
  #mend: (() => Promise<void>) | null = null;
  /** Has copies that are whole put in order, once a turn. */
  #pack: (() => Promise<void>) | null = null;
  /** Copies were found damaged and could not be mended: the next opening reads everything, and says what is lost. */
  #thorough = false;
  #decided: () => void = () => undefined;

  constructor(options: TabOptions, interpreter: Interpreter, hooks: LeadingHooks) {
    this.#options = options;
    this.#interpreter = interpreter;
    this.#hooks = hooks;
    this.#health = { state: 'ok', message: '', missing: options.missing };
  }

  /** The agent while this tab leads and takes orders; null otherwise. */
  get agent(): LeadingAgent | null {
    return this.#agent;
  }

  get role(): Overview['role'] {
    return this.#role;
  }

  get health(): Health {
    return this.#health;
  }

  /** As the leader last told it, or is writing it; null before anything was heard. */
  get journalState(): JournalState | null {
    return this.#journalState;
  }

  compete(): void {
    this.#leadership = this.#options.compete(
      (epoch, lost) => this.#lead(epoch, lost),
      () => this.#follow(),
      (error) => this.#ail('failed', isOutOfRoom(error) ? NO_ROOM : `This tab could not lead: ${String(error)}`),
    );
  }

  /** Stops leading and lets go of the journal's files, for good. */
  async stop(): Promise<void> {
    await this.#leadership?.stop();
  }

  /** Resolves once it is known who leads or what is wrong, or when the time is over. */
  known(within: Ms): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.ports.clock.after(within, resolve);
      this.#decided = () => {
        cancel();
        resolve();
      };
      this.#decideIfKnown();
    });
  }

  /** The leader told how the journal stands. */
  heardJournal(state: JournalState): void {
    if (!this.#agent) this.#journalState = state;
  }

  /** Another tab found that data is lost. */
  heardLoss(state: Loss, message: string): void {
    // It is not told on: of two tabs that both believe to lead, neither would ever stop telling the other.
    this.#health = { state, message, missing: this.#options.missing };
    this.#changed();
  }

  /** No tab may look empty while another knows why it is. */
  tellLoss(): void {
    const { state, message } = this.#health;
    if (this.#role === 'leading' && (state === 'amnesia' || state === 'damaged'))
      this.#options.messages.post({ type: 'lost', state, message });
  }

  /**
   * What this tab found when it read every copy again, as it does soon after it began: opening looks at the ends only, so
   * damage in the middle of a copy is found here.
   * @param whole whether every copy was read from its start
   */
  async checked({ copies, size }: JournalVerification, whole: boolean): Promise<void> {
    if (copies.some(({ problem }) => problem !== null)) await this.#mend?.();
    else if (whole && copies.every(({ verifiedUpTo }) => verifiedUpTo === size)) await this.#pack?.();
  }

  async #lead(epoch: Epoch, lost: AbortSignal): Promise<void> {
    const opened = await openJournal(
      { ...this.#options.journal, changed: (state) => (this.#journalState = state) },
      { epoch, thorough: this.#thorough },
    );
    if (lost.aborted) return opened.ok ? opened.value.journal.close() : undefined;
    if (!opened.ok) {
      // A disk that fails now may answer in a moment: the lead is given up, and taken again later.
      if (opened.error.code === 'fenced') return;
      if (opened.error.code !== 'amnesia') throw new Error(opened.error.message);
      this.#role = 'leading';
      this.#ail('amnesia', opened.error.message);
      return untilAborted(lost);
    }
    const { journal, report } = opened.value;
    try {
      await this.#act(journal, report, lost);
    } finally {
      this.#agent = null;
      // Whoever leads meanwhile may destroy what was found here.
      this.#interpreter.forget();
      this.#mend = null;
      this.#pack = null;
      this.#role = 'following';
      await journal.close();
      this.#changed();
    }
  }

  async #act(journal: Journal, report: OpenReport, lost: AbortSignal): Promise<void> {
    const { ports } = this.#options;
    this.#health = { state: 'ok', message: '', missing: this.#options.missing };
    this.#journalState = journal.state;
    const ended = new AbortController();
    const stop = AbortSignal.any([lost, ended.signal]);
    const agent: LeadingAgent = new LeadingAgent(EMPTY_STATE, {
      ports,
      journal,
      interpreter: this.#interpreter,
      epoch: journal.epoch,
      size: journal.head.size,
      contents: {
        find: async (doomed, progress) => {
          // What was told a moment ago may not be acknowledged yet.
          await journal.settle();
          return findDoom(journal.reading, doomed, progress);
        },
        destroy: ({ doomed, doom }, progress) => this.#destroy(journal, doomed, doom, progress),
      },
      zone: () => zoneInForce(agent.state, this.#options.defaults),
      history: (from) => factsFrom(journal.reading, from),
      headAt: (sequence) => checkpointOf(journal.reading, sequence),
      changed: this.#hooks.projected,
      working: this.#hooks.working,
      progress: this.#hooks.progress,
      lost: stop,
      ...(this.#options.keys === undefined ? {} : { changeKey: this.#options.keys.change }),
      broken: (code, reason) => {
        // Fenced is no harm: another tab leads by now, and this one follows.
        if (code !== 'fenced') this.#ail('failed', `The journal cannot be written: ${reason}`);
        ended.abort();
      },
    });
    const unreadable = await this.#bringUp(agent, report);
    if (unreadable !== null) {
      // What cannot be read may have been a yes, or its effect: on a state with holes nothing is done.
      this.#role = 'leading';
      this.#ail('damaged', unreadable);
      return untilAborted(stop);
    }
    await agent.commit(await this.#begin(agent.state, journal.head.size));
    this.#agent = agent;
    this.#role = 'leading';
    this.#mend = async () => {
      this.#mend = null;
      const mended = await journal.repair().catch(() => null);
      if (mended?.ok === true) this.#hooks.projected({ rows: [], done: [], size: journal.head.size });
      else ended.abort();
      this.#thorough = mended?.ok !== true;
    };
    this.#pack = async () => {
      this.#pack = null;
      // It is order, not safety: what fails is done by a later turn.
      await journal.pack().catch(() => undefined);
    };
    this.tellLoss();
    this.#changed();
    // What an earlier leader could not project any more, no other tab has heard of.
    const runs = [...agent.state.runs.keys()].map((id) => ({ kind: 'run', id }));
    this.#hooks.projected({ rows: runs, done: [], size: journal.head.size });
    agent.resume();
    this.#hooks.began();
    void agent.checkList().catch(() => undefined);
    void this.#sweep(agent).catch(() => undefined);
    await untilAborted(stop);
  }

  /** Has the agent take up the journal. @returns what can no longer be read, in words, or null */
  async #bringUp(agent: LeadingAgent, report: OpenReport): Promise<string | null> {
    if (report.unreadable > 0)
      return `The keys of ${report.unreadable} entries are lost: they still verify, but what they say can no longer be read.`;
    try {
      await agent.takeUp();
      return null;
    } catch (error) {
      if (error instanceof UnreadableEntry) return error.message;
      // The opening looked at the ends only: the next reads everything, mends what it can, and says what is lost.
      if (error instanceof DamagedCopies) this.#thorough = true;
      throw error;
    }
  }

  /** What a journal begins with and this one lacks, and what its keys need. */
  async #begin(state: AgentState, size: number): Promise<Fact[]> {
    const at = this.#options.ports.clock.now();
    const facts: Fact[] = [];
    const { keys } = this.#options;
    if (state.identity !== null && keys !== undefined)
      for (const fact of await keys.settle(state.identity, size)) facts.push({ ...fact, at });
    if (state.agent === null) facts.push({ type: 'agent.created', at, agent: this.#options.agent });
    if (state.identity === null)
      facts.push({ type: 'agent.genesis', at, records: await this.#options.beginIdentity(at) });
    return facts;
  }

  /** Another tab was heard to lead: what this one failed at is done there. */
  #follow(): void {
    const recovered = this.#health.state === 'failed' && this.#agent === null;
    if (this.#role !== 'starting' && !recovered) return;
    if (recovered) this.#health = { state: 'ok', message: '', missing: this.#options.missing };
    this.#role = 'following';
    this.#changed();
  }

  #ail(state: Health['state'], message: string): void {
    this.#health = { state, message, missing: this.#options.missing };
    this.tellLoss();
    this.#changed();
  }

  #changed(): void {
    this.#decideIfKnown();
    this.#hooks.changed();
  }

  #decideIfKnown(): void {
    if (this.#role !== 'starting' || this.#health.state !== 'ok') this.#decided();
  }

  /**
   * The agents' own logs first, so that none of it is noted anew. Then the keys: from then on nobody reads what the entries
   * say, in no copy. Then the file's bytes.
   */
  async #destroy(
    journal: Journal,
    doomed: Doomed,
    { entries, runs }: Doom,
    progress: (fraction: number) => void,
  ): Promise<JournalError | null> {
    await this.#options.forgetRuns?.(runs);
    for (let at = 0; at < entries.length; at += DESTROYED_AT_ONCE) {
      const failure = await journal.destroy(entries.slice(at, at + DESTROYED_AT_ONCE));
      if (failure !== null) return failure;
      progress(Math.min(1, (at + DESTROYED_AT_ONCE) / entries.length));
    }
    if (doomed.kind === 'source') await this.#options.ports.blobs.remove(doomed.id);
    return null;
  }

  /** Takes away the bytes of files deleted long ago, and of imports that were never finished. */
  async #sweep(agent: LeadingAgent): Promise<void> {
    const { blobs, clock, store } = this.#options.ports;
    // An order that waits may be as old as what it wants to keep. Read first: what is carried out meanwhile is in the state.
    const keep = new Set(sourcesWanted((await store.pending()).map(({ command }) => command as Command)));
    for (const source of agent.state.sources.values()) {
      if (source.removedAt === null || clock.now() - source.removedAt < DELETED_SOURCE_KEPT_MS) keep.add(source.id);
    }
    await blobs.sweep(keep);
  }
}

async function* factsFrom(parts: JournalReading, from: number): AsyncIterable<{ sequence: number; fact: Fact }> {
  for await (const group of readGroups(parts, from)) {
    for (const { entry, payload, missing } of group.entries) {
      if (payload !== null) yield { sequence: entry.sequence, fact: payload.value as unknown as Fact };
      else if (missing !== 'destroyed') throw new UnreadableEntry(entry.sequence);
    }
  }
}

/** The files that orders add or bring back. */
function sourcesWanted(orders: readonly Command[]): SourceId[] {
  return orders.flatMap((order) =>
    order.type === 'add-source' ? [order.source.id] : order.type === 'restore-source' ? [order.source] : [],
  );
}

/** Its key is lost or does not fit; unlike one that was destroyed on purpose, it may say what must be known. */
class UnreadableEntry extends Error {
  constructor(sequence: number) {
    super(
      `What entry ${sequence} says can no longer be read, so what came of it is not known. Nothing is done until it is.`,
    );
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
