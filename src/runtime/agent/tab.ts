import type { RunId, SourceId, UnixMs, CommandId } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import { COMMAND_ACK_TIMEOUT_MS, DELETED_SOURCE_KEPT_MS } from '#core/base/limits.ts';
import type { Ms } from '#core/base/ids.ts';
import type { AgentId } from '#core/identity/did-key.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import type { UnderstoodGoal } from '#core/planner/goal.ts';
import type { Plan } from '#core/planner/plan.ts';
import type { Broadcast } from '#ports/coordination.ts';
import type { Command, CommandOutcome } from '../contract/commands.ts';
import type { EntryView, Health, JournalView, Overview, RunView } from '../contract/views.ts';
import type { VerifyReport } from '../contract/agent-api.ts';
import type { Leadership } from '../leader.ts';
import { furthestPin } from '../journal/pin-keeper.ts';
import { openJournal } from '../journal/open-journal.ts';
import type { JournalParts, JournalState } from '../journal/parts.ts';
import { readEntries, readGroups } from '../journal/reader.ts';
import { verifyJournal } from '../journal/verify-journal.ts';
import type { Fact } from './facts.ts';
import { Interpreter } from './interpreter.ts';
import { LeadingAgent, type Change } from './leading-agent.ts';
import { presentSources, sampleClock } from './obey.ts';
import type { AgentPorts } from './ports.ts';
import { EMPTY_STATE, type AgentState } from './projection.ts';
import { readOverview, readRun, settingsInForce } from './read-views.ts';

/** What tabs tell each other. Nothing in it is trusted: it only says that something may be read again. */
export type TabMessage =
  | {
      readonly type: 'changed';
      readonly rows: readonly { readonly kind: string; readonly id: string }[];
      readonly journal: JournalState | null;
    }
  | { readonly type: 'done'; readonly id: CommandId; readonly outcome: CommandOutcome }
  | { readonly type: 'nudge' }
  /** A tab that has just joined: who knows of a loss tells it. */
  | { readonly type: 'joined' }
  | { readonly type: 'lost'; readonly state: Loss; readonly message: string };

/** What has befallen the data, and not just one tab. */
type Loss = Extract<Health['state'], 'amnesia' | 'damaged'>;

export interface TabOptions {
  readonly ports: AgentPorts;
  readonly journal: Omit<JournalParts, 'changed'>;
  readonly agent: AgentId;
  readonly messages: Broadcast<TabMessage>;
  /**
   * Competes for leading and calls back each time this tab leads, or hears that another does; `lost` aborts when it must
   * stop at once.
   */
  readonly compete: (
    lead: (lost: AbortSignal) => Promise<void>,
    follow: () => void,
    failed: (error: unknown) => void,
  ) => Leadership;
  /** Settings until the owner has saved any. */
  readonly defaults: OwnerSettings;
  /** The fixed clock of demonstrations and tests; null for the real one. */
  readonly fixedNow: UnixMs | null;
  readonly missing: readonly string[];
}

/** How long a tab waits to learn whether what it stored is lost. */
const LOSS_KNOWN_MS = 5_000 as Ms;
const VERIFY_DELAY_MS = 700 as Ms;
/** Above this many entries the whole journal is verified at the start and when asked, and no longer at each change. */
const VERIFY_ALWAYS_ENTRIES_MAX = 5_000;

/**
 * One tab's part of the agent. All tabs read the same projections; the one that leads also writes them. An order goes
 * into the durable inbox whichever tab it comes from, and the leader's answer comes back over the channel.
 */
export class Tab {
  readonly #options: TabOptions;
  readonly #interpreter: Interpreter;
  readonly #overviewListeners = new Set<(overview: Overview) => void>();
  readonly #runListeners = new Map<RunId, Set<(view: RunView | null) => void>>();
  readonly #waiting = new Map<CommandId, (outcome: CommandOutcome) => void>();
  #agent: LeadingAgent | null = null;
  #role: Overview['role'] = 'starting';
  #health: Health;
  #journalState: JournalState | null = null;
  #verified: { upTo: number | null; state: JournalView['verification']; problem: string | null } = {
    upTo: null,
    state: 'checking',
    problem: null,
  };
  #draining: Promise<void> = Promise.resolve();
  #leadership: Leadership | null = null;
  #decided: () => void = () => undefined;
  readonly #reads = new Map<RunId, Promise<void>>();
  #refreshing = false;
  #refreshAgain = false;
  #cancelVerify: () => void = () => undefined;

  constructor(options: TabOptions) {
    this.#options = options;
    this.#health = { state: 'ok', message: '', missing: options.missing };
    this.#interpreter = new Interpreter(options.ports, (state) =>
      settingsInForce(state.settings, state.suggested, [...state.sources.values()], options.defaults),
    );
  }

  /** Joins the other tabs. Resolves with what is stored, before it is known who leads. */
  async start(): Promise<Overview> {
    this.#options.messages.listen((message) => this.#hear(message));
    this.#leadership = this.#options.compete(
      (lost) => this.#lead(lost),
      () => this.#follow(),
      (error) => this.#ail('failed', `This tab could not lead: ${String(error)}`),
    );
    this.#options.messages.post({ type: 'joined' });
    this.#verifySoon();
    await this.#unlessLost();
    return this.overview();
  }

  /** An empty store beside a head pin is a loss, not a beginning: nothing is shown before it is known which. */
  async #unlessLost(): Promise<void> {
    const { journal, ports } = this.#options;
    if ((await journal.store.head()) !== null || (await furthestPin(journal.pins)) === null) return;
    await new Promise<void>((resolve) => {
      const cancel = ports.clock.after(LOSS_KNOWN_MS, resolve);
      this.#decided = () => {
        cancel();
        resolve();
      };
      if (this.#role !== 'starting' || this.#health.state !== 'ok') this.#decided();
    });
  }

  async overview(): Promise<Overview> {
    const [stored, head] = await Promise.all([
      readOverview(this.#options.ports.store, this.#options.defaults),
      this.#options.journal.store.head(),
    ]);
    const state = this.#journalState;
    return {
      ...stored,
      role: this.#role,
      health: this.#health,
      journal: {
        size: head?.size ?? 0,
        verifiedUpTo: this.#verified.upTo,
        verification: this.#verified.state,
        problem: this.#verified.problem,
        root: head?.root ?? '',
        secondCopyLag: state?.lag ?? 0,
        copies: state?.copies ?? this.#options.journal.legs.map((leg) => leg.name),
        agent: this.#options.agent,
      },
    };
  }

  onOverview(listener: (overview: Overview) => void): void {
    this.#overviewListeners.add(listener);
    this.#refresh();
  }

  watchRun(run: RunId, listener: (view: RunView | null) => void): () => void {
    const listeners = this.#runListeners.get(run) ?? new Set();
    listeners.add(listener);
    this.#runListeners.set(run, listeners);
    this.#showRun(run);
    return () => listeners.delete(listener);
  }

  /** Puts an order into the inbox and waits for the leader, which may be this tab. */
  async command(given: Command): Promise<CommandOutcome> {
    const { ports, fixedNow } = this.#options;
    const command = given.type === 'start-run' && fixedNow !== null ? { ...given, now: fixedNow } : given;
    if (this.#health.state !== 'ok') return { ok: false, code: 'io', message: this.#health.message };
    const answered = new Promise<CommandOutcome>((resolve) => this.#waiting.set(command.id, resolve));
    try {
      await ports.store.enqueue({ id: command.id, at: ports.clock.now(), command });
    } catch (error) {
      this.#waiting.delete(command.id);
      return { ok: false, code: 'quota', message: `The order could not be kept: ${String(error)}` };
    }
    if (this.#agent) this.#drain();
    else this.#options.messages.post({ type: 'nudge' });
    const cancel = ports.clock.after(COMMAND_ACK_TIMEOUT_MS as Ms, () => {
      this.#answer(command.id, {
        ok: false,
        code: 'no-leader',
        message: 'No tab has carried this out yet. It is kept and done as soon as one can.',
      });
    });
    const outcome = await answered;
    cancel();
    return outcome;
  }

  /** Reads a goal without running it. */
  async preview(
    goal: string,
    overrides: { readonly [name: string]: Json },
  ): Promise<{ goal: UnderstoodGoal; plan: Plan }> {
    const state = this.#agent?.state ?? (await this.#storedState());
    const now = this.#options.fixedNow ?? sampleClock(state) ?? this.#options.ports.clock.now();
    const zone = this.#zoneOf(state);
    const planned = await this.#interpreter.plan({ goal, overrides, sources: presentSources(state), now, zone }, state);
    if (!planned.ok) throw new Error(planned.error.message);
    return { goal: planned.value.goal, plan: planned.value };
  }

  async entries(from: number, count: number): Promise<EntryView[]> {
    const read = await readEntries(this.#options.journal, from, count);
    return read.map(({ entry, payload }) => ({
      sequence: entry.sequence,
      epoch: entry.epoch,
      time: entry.time,
      type: entry.type,
      run: entry.run,
      payloadDigest: entry.payload,
      payload: payload?.value ?? null,
    }));
  }

  /** Proves the journal again from its bytes, every copy and every payload. */
  async verify(progress: (fraction: number) => void): Promise<VerifyReport> {
    const started = this.#options.ports.clock.monotonic();
    const result = await verifyJournal(this.#options.journal, { payloads: true, progress });
    this.#verified = {
      upTo: result.verifiedUpTo,
      state: result.problem === null ? 'verified' : 'failed',
      problem: result.problem === null ? null : `Entry ${result.problem.sequence}: ${result.problem.why}`,
    };
    this.#refresh();
    return {
      verifiedUpTo: result.verifiedUpTo,
      size: result.size,
      ok: result.problem === null,
      problem: this.#verified.problem,
      ms: this.#options.ports.clock.monotonic() - started,
    };
  }

  /** Drops every projection and folds the journal anew. Only the leader can; it is asked to through the inbox. */
  async rebuild(): Promise<void> {
    if (!this.#agent) throw new Error('Another tab leads. Rebuild there, or close it first.');
    await this.#agent.rebuild(this.#factsFrom(0));
    this.#refresh();
  }

  /** Stops leading and lets go of the journal's files, for good. */
  async close(): Promise<void> {
    this.#cancelVerify();
    await this.#leadership?.stop();
  }

  /** What reading the journal needs. */
  get reading(): TabOptions['journal'] {
    return this.#options.journal;
  }

  async #lead(lost: AbortSignal): Promise<void> {
    const { ports } = this.#options;
    const opened = await openJournal({ ...this.#options.journal, changed: (state) => (this.#journalState = state) });
    if (lost.aborted) return opened.ok ? opened.value.journal.close() : undefined;
    if (!opened.ok) {
      this.#role = 'leading';
      this.#ail(opened.error.code === 'amnesia' ? 'amnesia' : 'failed', opened.error.message);
      return untilAborted(lost);
    }
    const { journal, report } = opened.value;
    this.#health = { state: 'ok', message: '', missing: this.#options.missing };
    this.#journalState = journal.state;
    const ended = new AbortController();
    const stop = AbortSignal.any([lost, ended.signal]);
    const agent = await LeadingAgent.fromStore({
      ports,
      journal,
      interpreter: this.#interpreter,
      epoch: journal.epoch,
      size: journal.head.size,
      zone: () => this.#zoneOf(agent.state),
      changed: (change) => this.#tell(change),
      lost: stop,
      broken: (code, reason) => {
        // Fenced is no harm: another tab leads by now, and this one follows.
        if (code !== 'fenced') this.#ail('failed', `The journal cannot be written: ${reason}`);
        ended.abort();
      },
    });
    const applied = await ports.store.applied();
    if (applied >= journal.head.size) await agent.rebuild(this.#factsFrom(0));
    else await agent.catchUp(this.#factsFrom(applied + 1));
    if (report.unreadable > 0) {
      this.#ail(
        'damaged',
        `The keys of ${report.unreadable} entries are lost: they still verify, but what they say can no longer be read.`,
      );
    }
    if (agent.state.agent === null)
      await agent.commit([{ type: 'agent.created', at: ports.clock.now(), agent: this.#options.agent }]);
    this.#agent = agent;
    this.#role = 'leading';
    this.#tellLoss();
    this.#refresh();
    agent.resume();
    this.#drain();
    void this.#sweep(agent.state).catch(() => undefined);
    await untilAborted(stop);
    this.#agent = null;
    this.#role = 'following';
    await journal.close();
    this.#refresh();
  }

  /** Another tab was heard to lead. */
  #follow(): void {
    if (this.#role !== 'starting') return;
    this.#role = 'following';
    this.#refresh();
  }

  #ail(state: Health['state'], message: string): void {
    this.#health = { state, message, missing: this.#options.missing };
    this.#tellLoss();
    this.#refresh();
  }

  /** No tab may look empty while another knows why it is. */
  #tellLoss(): void {
    const { state, message } = this.#health;
    if (this.#role === 'leading' && (state === 'amnesia' || state === 'damaged'))
      this.#options.messages.post({ type: 'lost', state, message });
  }

  async *#factsFrom(from: number): AsyncIterable<{ sequence: number; fact: Fact }> {
    for await (const group of readGroups(this.#options.journal, from)) {
      for (const { entry, payload } of group.entries) {
        if (payload !== null) yield { sequence: entry.sequence, fact: payload.value as unknown as Fact };
      }
    }
  }

  /** Carries out what waits in the inbox, in order. */
  #drain(): void {
    this.#draining = this.#draining
      .then(async () => {
        const agent = this.#agent;
        if (!agent) return;
        for (const { id, command } of await this.#options.ports.store.pending()) {
          const outcome = await agent.handle(command as Command);
          this.#answer(id, outcome);
          this.#options.messages.post({ type: 'done', id, outcome });
        }
      })
      .catch(() => undefined);
  }

  #hear(message: TabMessage): void {
    switch (message.type) {
      case 'nudge':
        this.#drain();
        return;
      case 'done':
        this.#answer(message.id, message.outcome);
        return;
      case 'joined':
        this.#tellLoss();
        return;
      case 'lost':
        this.#ail(message.state, message.message);
        return;
      case 'changed':
        if (message.journal && !this.#agent) this.#journalState = message.journal;
        this.#show(message.rows);
    }
  }

  #tell(change: Change): void {
    for (const { id, outcome } of change.done) this.#answer(id, outcome);
    this.#options.messages.post({ type: 'changed', rows: change.rows, journal: this.#journalState });
    this.#show(change.rows);
  }

  #show(rows: readonly { readonly kind: string; readonly id: string }[]): void {
    for (const row of rows) {
      if (row.kind !== 'run') continue;
      if (this.#runListeners.get(row.id as RunId)?.size) this.#showRun(row.id as RunId);
    }
    this.#refresh();
    this.#verifySoon();
  }

  /** One reading after the other, so that an older view never comes after a newer one. */
  #showRun(id: RunId): void {
    const reading = (this.#reads.get(id) ?? Promise.resolve())
      .then(() => readRun(this.#options.ports.store, id))
      .then((view) => this.#runListeners.get(id)?.forEach((listener) => listener(view)))
      .catch(() => undefined);
    this.#reads.set(id, reading);
  }

  #answer(id: CommandId, outcome: CommandOutcome): void {
    this.#waiting.get(id)?.(outcome);
    this.#waiting.delete(id);
  }

  /** Reads the overview again; changes that come while it is read are read once more, not one by one. */
  #refresh(): void {
    if (this.#role !== 'starting' || this.#health.state !== 'ok') this.#decided();
    if (this.#refreshing) {
      this.#refreshAgain = true;
      return;
    }
    this.#refreshing = true;
    void this.overview()
      .then((overview) => this.#overviewListeners.forEach((listener) => listener(overview)))
      .catch(() => undefined)
      .finally(() => {
        this.#refreshing = false;
        if (!this.#refreshAgain) return;
        this.#refreshAgain = false;
        this.#refresh();
      });
  }

  /** Keeps "verified up to" true without being asked, after things have settled. */
  #verifySoon(): void {
    if (this.#verified.upTo !== null && this.#verified.upTo > VERIFY_ALWAYS_ENTRIES_MAX) return;
    this.#cancelVerify();
    this.#cancelVerify = this.#options.ports.clock.after(VERIFY_DELAY_MS, () => {
      void this.verify(() => undefined).catch((error: unknown) => {
        this.#verified = { upTo: 0, state: 'failed', problem: String(error) };
        this.#refresh();
      });
    });
  }

  /** Takes away the bytes of files deleted long ago, and of imports that were never finished. */
  async #sweep(state: AgentState): Promise<void> {
    const { blobs, clock } = this.#options.ports;
    const keep = new Set<SourceId>();
    for (const source of state.sources.values()) {
      if (source.removedAt === null || clock.now() - source.removedAt < DELETED_SOURCE_KEPT_MS) keep.add(source.id);
    }
    await blobs.sweep(keep);
  }

  #zoneOf(state: AgentState): string {
    return settingsInForce(state.settings, state.suggested, [...state.sources.values()], this.#options.defaults).zone;
  }

  async #storedState(): Promise<AgentState> {
    const { sources, settings } = await readOverview(this.#options.ports.store, this.#options.defaults);
    return { ...EMPTY_STATE, settings, sources: new Map(sources.map((source) => [source.id, source])) };
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
