import type { Trace } from '#core/agent/trace.ts';
import { hex } from '#core/base/bytes.ts';
import type { CommandId, Ms, RunId } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import type { UnderstoodGoal } from '#core/planner/goal.ts';
import type { Plan } from '#core/planner/plan.ts';
import type { DoomView, VerifyReport } from '../contract/agent-api.ts';
import { findDoom } from './destruction.ts';
import type { Command, CommandOutcome, Doomed } from '../contract/commands.ts';
import type { EntryView, Overview, RunView } from '../contract/views.ts';
import { readEntries } from '../journal/reader.ts';
import { furthestPin } from '../journal/pin-keeper.ts';
import type { StoredChannel } from '../channels/channel-facts.ts';
import { Interpreter } from './interpreter.ts';
import type { Change } from './leading-agent.ts';
import { readableSources, sampleClock } from './obey.ts';
import { EMPTY_STATE, type AgentState } from './projection.ts';
import { readOverview, settingsInForce, zoneInForce } from './read-views.ts';
import { TabErasing } from './tab-erasing.ts';
import { TabLeading } from './tab-leading.ts';
import type { TabMessage } from './tab-message.ts';
import type { TabOptions } from './tab-options.ts';
import { TabOrders } from './tab-orders.ts';
import { TabVerification } from './tab-verification.ts';
import { TabViews } from './tab-views.ts';

/** How long a tab waits to learn whether what it stored is lost. */
const LOSS_KNOWN_MS = 5_000 as Ms;

/**
 * One tab's part of the agent, as its page sees it. All tabs read the same projections; the one that leads also writes
 * them. Leading, orders, verifying and pushing views each have a file of their own; this one joins them.
 */
export class Tab {
  readonly #options: TabOptions;
  readonly #interpreter: Interpreter;
  readonly #leading: TabLeading;
  readonly #orders: TabOrders;
  readonly #verification: TabVerification;
  readonly #views: TabViews;
  readonly #erasing: TabErasing;
  readonly #closing = new AbortController();

  constructor(options: TabOptions) {
    const { ports, journal, messages, defaults } = options;
    this.#options = options;
    this.#interpreter = new Interpreter(ports, (state) =>
      settingsInForce(state.settings, state.suggested, [...state.sources.values()], defaults),
    );
    this.#views = new TabViews(ports.store, ports.clock, () => this.overview());
    this.#verification = new TabVerification(
      journal,
      ports.clock,
      () => this.#views.refresh(),
      (result, whole) => void this.#leading.checked(result, whole),
    );
    this.#leading = new TabLeading(options, this.#interpreter, {
      changed: () => this.#views.refresh(),
      began: () => this.#orders.drain(),
      projected: (change) => this.#tell(change),
      working: (order, fraction) => {
        this.#orders.working(order, fraction);
        messages.post({ type: 'working', order, fraction });
      },
      progress: (report) => {
        this.#views.showProgress(report);
        messages.post({ type: 'progress', ...report });
      },
    });
    this.#erasing = new TabErasing(
      hex(ports.entropy.bytes(8)),
      ports.clock,
      messages,
      async () => {
        await this.close();
        ports.store.close();
      },
      () => this.#views.end({ state: 'erased', message: '', missing: [] }),
    );
    this.#orders = new TabOrders(ports, messages, () => this.#leading.agent);
  }

  /** Joins the other tabs. Resolves with what is stored, before it is known who leads. */
  async start(): Promise<Overview> {
    this.#options.messages.listen((message) => this.#hear(message));
    this.#leading.compete();
    this.#options.messages.post({ type: 'joined' });
    this.#verification.soon();
    await this.#unlessLost();
    return this.overview();
  }

  async overview(): Promise<Overview> {
    const { ports, journal, defaults, agent } = this.#options;
    const [stored, head] = await Promise.all([readOverview(ports.store, defaults), journal.store.head()]);
    const { role, health, journalState } = this.#leading;
    // The store hears of the head a little later than the other tabs do.
    const told = journalState !== null && journalState.size > (head?.size ?? 0) ? journalState : head;
    return {
      ...stored,
      role,
      health,
      journal: {
        size: told?.size ?? 0,
        ...this.#verification.verified,
        root: told?.root ?? '',
        secondCopyLag: journalState?.lag ?? 0,
        full: journalState?.full ?? false,
        mended: (journalState?.mended ?? []).map(({ copy }) => copy),
        copies: journalState?.copies ?? journal.legs.map((leg) => leg.name),
        agent,
      },
    };
  }

  onOverview(listener: (overview: Overview) => void): void {
    this.#views.onOverview(listener);
  }

  watchRun(run: RunId, listener: (view: RunView | null) => void): () => void {
    return this.#views.watchRun(run, listener);
  }

  /** Gives an order; resolves when the leading tab has carried it out or refused it. */
  async command(given: Command): Promise<CommandOutcome> {
    const { fixedNow } = this.#options;
    const { health } = this.#leading;
    if (health.state !== 'ok') return { ok: false, code: 'io', message: health.message };
    return this.#orders.give(given.type === 'start-run' && fixedNow !== null ? { ...given, now: fixedNow } : given);
  }

  /** Reads a goal without running it. */
  async preview(
    goal: string,
    overrides: { readonly [name: string]: Json },
  ): Promise<{ goal: UnderstoodGoal; plan: Plan }> {
    const { ports, fixedNow, defaults } = this.#options;
    const state = this.#leading.agent?.state ?? (await this.#storedState());
    const now = fixedNow ?? sampleClock(state) ?? ports.clock.now();
    const zone = zoneInForce(state, defaults);
    const planned = await this.#interpreter.plan(
      { goal, overrides, sources: readableSources(state).sources, now, zone },
      state,
    );
    if (!planned.ok) throw new Error(planned.error.message);
    const { plan } = planned.value;
    return { goal: plan.goal, plan };
  }

  /** A run as spans in time; null where it cannot be read any more. */
  async trace(run: RunId): Promise<Trace | null> {
    const { readTrace } = await import('./read-trace.ts');
    return readTrace(this.#options.journal, this.#options.ports.store, run);
  }

  async entries(from: number, count: number): Promise<EntryView[]> {
    const read = await readEntries(this.#options.journal, from, count);
    return read.map(({ entry, payload, missing }) => ({
      sequence: entry.sequence,
      epoch: entry.epoch,
      time: entry.time,
      type: entry.type,
      run: entry.run,
      payloadDigest: entry.payload,
      payload: payload?.value ?? null,
      destroyed: missing === 'destroyed',
    }));
  }

  /** Proves the journal again from its bytes, every copy and every payload. */
  verify(progress: (fraction: number) => void): Promise<VerifyReport> {
    return this.#verification.verify(progress);
  }

  /**
   * Has the leading tab drop every projection and fold the journal anew.
   * @param progress from 0 to 1, once it is at it
   */
  async rebuild(progress: (fraction: number) => void): Promise<CommandOutcome> {
    const { health } = this.#leading;
    // What is damaged can still be made again from what is left; without a journal there is nothing to make it from.
    if (health.state !== 'ok' && health.state !== 'damaged') return { ok: false, code: 'io', message: health.message };
    const id = hex(this.#options.ports.entropy.bytes(16)) as CommandId;
    return this.#orders.give({ id, type: 'rebuild' }, progress);
  }

  /** What goes with something that is to be destroyed: how many entries, and which runs. */
  async doomOf(doomed: Doomed): Promise<DoomView> {
    const { entries, runs } = await findDoom(this.#options.journal, doomed);
    return { entries: entries.length, runs };
  }

  /**
   * Has the leading tab destroy something for good.
   * @param progress from 0 to 1, once it is at it
   */
  async destroy(doomed: Doomed, progress: (fraction: number) => void): Promise<CommandOutcome> {
    const { health } = this.#leading;
    if (health.state !== 'ok') return { ok: false, code: 'io', message: health.message };
    const id = hex(this.#options.ports.entropy.bytes(16)) as CommandId;
    return this.#orders.give({ id, type: 'destroy', doomed }, progress);
  }

  /** Stops leading and lets go of the journal's files, for good. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#verification.stop();
    await this.#leading.stop();
  }

  /** Aborts when the tab lets go: nothing is to be stored from then on. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Has every tab let go of what is stored, this one last, erases it, and has the others begin anew. */
  async eraseWith(erase: () => Promise<void>): Promise<void> {
    await this.#erasing.clearOthers();
    await this.close();
    await erase();
    this.#erasing.done();
  }

  /** What reading the journal needs. */
  get reading(): TabOptions['journal'] {
    return this.#options.journal;
  }

  /** An empty store beside a head pin is a loss, not a beginning: nothing is shown before it is known which. */
  async #unlessLost(): Promise<void> {
    const { store, pins } = this.#options.journal;
    if ((await store.head()) !== null || (await furthestPin(pins)) === null) return;
    await this.#leading.known(LOSS_KNOWN_MS);
  }

  #hear(message: TabMessage): void {
    switch (message.type) {
      case 'nudge':
        return this.#orders.drain();
      case 'done':
        return this.#orders.answer(message.id, message.outcome);
      case 'working':
        return this.#orders.working(message.order, message.fraction);
      case 'progress':
        return this.#views.showProgress(message);
      case 'erasing':
        return this.#erasing.hear(message);
      case 'joined':
        return this.#leading.tellLoss();
      case 'lost':
        return this.#leading.heardLoss(message.state, message.message);
      case 'changed':
        if (message.journal) this.#leading.heardJournal(message.journal);
        if (message.rows.some(({ kind }) => kind === 'identity')) void this.#options.keys?.refresh();
        this.#show(message.rows);
    }
  }

  #tell({ rows, done }: Change): void {
    for (const { id, outcome } of done) this.#orders.answer(id, outcome);
    this.#options.messages.post({ type: 'changed', rows, journal: this.#leading.journalState });
    this.#show(rows);
  }

  #show(rows: Change['rows']): void {
    this.#views.show(rows);
    this.#verification.soon();
  }

  async #storedState(): Promise<AgentState> {
    const { store } = this.#options.ports;
    const [{ sources, settings }, channels] = await Promise.all([
      readOverview(store, this.#options.defaults),
      store.rows('channel'),
    ]);
    return {
      ...EMPTY_STATE,
      settings,
      sources: new Map(sources.map((source) => [source.id, source])),
      channels: new Map(channels.map(({ id, value }) => [id, value as StoredChannel])),
    };
  }
}
