import { dueEffects, isEnded, type Effect } from '#core/agent/transition.ts';
import type { StepMaker } from '#core/agent/events.ts';
import type { Run } from '#core/agent/run.ts';
import type { ActorId } from '#core/actors/envelope.ts';
import { assert, InvariantError } from '#core/base/assert.ts';
import type { CommandId, Epoch, Ms, RunId, Sequence, SourceId, StepId } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import { RETRY_WAIT_MS } from '#core/base/limits.ts';
import { err, type Result } from '#core/base/result.ts';
import type { WhyAnew } from '#core/policy/approval.ts';
import type { SignedRecord } from '#core/identity/record.ts';
import type { ToolError } from '#core/tools/definition.ts';
import type { Command, CommandOutcome, Doomed } from '../contract/commands.ts';
import type { StoredIdentity } from '../identity/identity-facts.ts';
import type { JournalError } from '../journal/parts.ts';
import { waited } from '../time-limit.ts';
import { doomedKey, type Note, noteOf, withNotes } from './destruction.ts';
import { type Doom, isRunEvent, runOf, type Fact } from './facts.ts';
import type { ProjectionRow } from '#ports/agent-store.ts';
import type { EventBody, RunInterpreter } from './run-interpreter.ts';
import { foldHistory } from './fold-history.ts';
import { obey, refuseDestroying } from './obey.ts';
import type { AgentPorts, JournalSink } from './ports.ts';
import {
  EMPTY_STATE,
  project,
  ROW_KINDS,
  stateFromRows,
  type AgentState,
  type Destroying,
  type Projected,
} from './projection.ts';
import { RowKeeper } from './row-keeper.ts';
import { listStrayed, strayedRows } from './strayed-rows.ts';
import { believedSnapshot, endedRuns, withoutEnded, withRuns } from './state-snapshot.ts';
import type { ProgressReport } from './tab-message.ts';
import { throttled } from './throttled.ts';

/** What changed, for every tab to read again. */
export interface Change {
  readonly rows: readonly { readonly kind: string; readonly id: string }[];
  readonly done: readonly { readonly id: CommandId; readonly outcome: CommandOutcome }[];
  readonly size: number;
}

export interface LeadingOptions {
  readonly ports: AgentPorts;
  readonly journal: JournalSink;
  readonly interpreter: RunInterpreter;
  readonly epoch: Epoch;
  /** Journal size when leading began. */
  readonly size: number;
  /** The facts in the journal from this sequence on. */
  readonly history: (from: number) => AsyncIterable<{ readonly sequence: number; readonly fact: Fact }>;
  /** The signed head that was written with an entry, as the copies of the journal hold it; null when none holds it. */
  readonly headAt: (sequence: number) => Promise<string | null>;
  /** What is to be destroyed for good: finding it in the journal, and doing it. Each may be done again. */
  readonly contents: {
    readonly find: (doomed: Doomed, progress: (fraction: number) => void) => Promise<Doom>;
    readonly destroy: (destroying: Destroying, progress: (fraction: number) => void) => Promise<JournalError | null>;
  };
  readonly zone: () => string;
  readonly changed: (change: Change) => void;
  /** How far a long order is, from 0 to 1. */
  readonly working: (order: CommandId, fraction: number) => void;
  /** How far a running step is, a few times a second; for display only. */
  readonly progress: (report: ProgressReport) => void;
  /** Aborts when leading ends: nothing is begun after. */
  readonly lost: AbortSignal;
  /** Makes the record that another key signs from this entry on; left out where one key signs all. */
  readonly changeKey?: ChangeKey;
  /** Leading cannot go on: a write was refused; 'fenced' when another tab leads by now. */
  readonly broken: (code: string, reason: string) => void;
}

/**
 * Signs the record by which another key follows.
 * @param from the first entry that the new key answers for
 * @returns an error in words for the owner
 */
export type ChangeKey = (identity: StoredIdentity | null, from: number) => Promise<Result<KeyChange, string>>;

export interface KeyChange {
  readonly records: readonly SignedRecord[];
  /** Called once the records are durable: from then on the new key signs. */
  readonly use: () => Promise<void>;
}

/** The share of finding what is to be destroyed. */
const FOUND = 0.5;

/** Notes of agents that are remembered, for what is being destroyed while they are written. */
const NOTES_KEPT = 1_000;

const PROGRESS_INTERVAL_MS = 200 as Ms;

/** Leading ended before it was written: the order stays in the inbox, and who leads next carries it out. */
const NOT_WRITTEN: CommandOutcome = {
  ok: false,
  code: 'no-leader',
  message: 'The journal could not be written. The order is kept and done as soon as it can be.',
};

const BYTES_GONE: CommandOutcome = {
  ok: false,
  code: 'not-found',
  message: 'This file was destroyed while it was being brought in. Bring it in again.',
};

/**
 * The one agent that acts. Orders become facts, facts are folded, journaled, projected, and then what is due begins;
 * nothing else changes anything. State is only ever ahead of the journal by what is being written at this moment: an
 * effect begins after the entry that calls for it is durable.
 */
export class LeadingAgent {
  #state: AgentState;
  #next: number;
  readonly #options: LeadingOptions;
  readonly #rows: RowKeeper;
  #listStrayed = (): Promise<boolean> => Promise.resolve(false);
  readonly #underWay = new Map<string, AbortController>();
  /** Files that were destroyed while this leads. */
  readonly #destroyed = new Set<SourceId>();
  #writing: Promise<unknown> = Promise.resolve();
  /** Since this began: finding what is to be destroyed may have read past where they stand. */
  readonly #notes: Note[] = [];
  /** While the rows are built anew, or the key changes: nothing else is committed until it is over. */
  #held: Promise<void> | null = null;

  constructor(state: AgentState, options: LeadingOptions) {
    this.#state = state;
    this.#next = options.size;
    this.#options = options;
    const { epoch, lost, changed, broken } = options;
    const { store, clock } = options.ports;
    this.#rows = new RowKeeper((options.size - 1) as Sequence, { store, clock, epoch, lost, changed, broken });
    options.lost.addEventListener('abort', () => {
      for (const controller of this.#underWay.values()) controller.abort();
    });
  }

  get state(): AgentState {
    return this.#state;
  }

  /**
   * Takes up what the journal came to: a snapshot and the entries after it; the whole journal where there is no snapshot
   * to be believed; the rows where that cannot be read any more, but came to be before. Rows that are behind are brought
   * up, and those that are lost, or say something else, are made anew.
   * @returns false when leading has ended before it was done
   */
  async takeUp(): Promise<boolean> {
    const { store } = this.#options.ports;
    const applied = await store.applied();
    // Every journal begins with its agent: a store that has applied entries and knows of none has lost its rows.
    const lost = applied >= 0 && (await store.row('agent', 'agent').catch(() => null)) === null;
    if (applied >= this.#next || lost) return this.rebuild();
    const base = await believedSnapshot(store, applied, this.#options.headAt);
    const { state: folded, whole } = await this.#fold(base?.state ?? EMPTY_STATE, base?.sequence ?? -1, applied).then(
      (state) => ({ state, whole: true }),
      async (error: unknown) => {
        const kept = await store.applied();
        if (kept < 0) throw error;
        const rows = (await Promise.all(ROW_KINDS.map((kind) => store.rows(kind)))).flat();
        return { state: await this.#fold(stateFromRows(rows), kept, kept), whole: false };
      },
    );
    if (folded === null) return false;
    this.#state = folded;
    const last = (this.#next - 1) as Sequence;
    const strayed = whole ? await strayedRows(store, folded, last) : [];
    const going = new Set([...folded.runs.values()].filter((run) => !isEnded(run)).map(({ id }) => id));
    this.#listStrayed = () => (whole ? listStrayed(store, going, last) : Promise.resolve(false));
    if (strayed.length > 0) return this.#putRight(strayed);
    this.#rows.snapshotFrom(base?.nextFrom ?? 0);
    await this.#rows.keepSnapshot(folded, this.#checkpointAt(this.#next));
    return true;
  }

  /** Makes all rows anew; where the journal cannot be read from its beginning any more, those that are wrong. */
  async #putRight(strayed: readonly ProjectionRow[]): Promise<boolean> {
    if (await this.#readable()) return this.rebuild();
    const batch = { applied: (this.#next - 1) as Sequence, rows: strayed, done: [] };
    const written = await this.#options.ports.store.apply(this.#options.epoch, batch);
    if (!written.ok) this.#break(written.error, `projections: ${written.error}`);
    return written.ok;
  }

  /** Makes all rows anew where the list shows as going on what has ended. It is long: nothing waits for it. */
  async checkList(): Promise<void> {
    if ((await this.#listStrayed()) && (await this.#readable())) await this.rebuild();
  }

  async #readable(): Promise<boolean> {
    try {
      const facts = this.#options.history(0)[Symbol.asyncIterator]();
      while ((await facts.next()).done !== true);
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Drops all rows and folds the whole journal again. What effects bring meanwhile is committed afterwards.
   * @returns false when leading has ended before it was done
   */
  async rebuild(progress: (fraction: number) => void = () => undefined): Promise<boolean> {
    const release = this.#hold();
    try {
      await this.#writing;
      if (!(await this.#rows.write())) return false;
      const { store } = this.#options.ports;
      const before = (await store.rows('summary').catch(() => [])).map(({ id }) => id);
      const cleared = await store.clearRows(this.#options.epoch);
      const folded = cleared.ok
        ? await this.#fold(EMPTY_STATE, -1, -1, progress)
        : this.#break(cleared.error, `projections: ${cleared.error}`);
      if (folded === null) return false;
      this.#state = folded;
      this.#rows.snapshotFrom(0);
      await this.#rows.keepSnapshot(folded, this.#checkpointAt(this.#next));
      const rows = [...new Set([...before, ...folded.runs.keys()])].map((id) => ({ kind: 'run', id }));
      this.#options.changed({ rows, done: [], size: this.#next });
      return true;
    } finally {
      release();
    }
  }

  #hold(): () => void {
    let resolveHeld = (): void => undefined;
    this.#held = new Promise((resolve) => (resolveHeld = resolve));
    return () => {
      this.#held = null;
      resolveHeld();
    };
  }

  /** Takes up every unfinished run where it stood. */
  resume(): void {
    this.#decideWaitingAnew();
    for (const run of this.#state.runs.values()) if (!isEnded(run)) this.#startDue(run.id);
    for (const destroying of this.#state.destroying.values()) void this.#destroy(destroying, () => undefined);
  }

  /** Carries out one order; the outcome is durable when this resolves. */
  async handle(command: Command): Promise<CommandOutcome> {
    const known = await this.#options.ports.store.outcome(command.id);
    if (known !== null && known !== undefined) return known as CommandOutcome;
    if (command.type === 'rebuild') return this.#handleRebuild(command.id);
    await this.#know(command);
    if (command.type === 'destroy') return this.#handleDestroy(command.id, command.doomed);
    if (command.type === 'change-key') return this.#changeKey(command.id);
    if (command.type === 'add-source' && !(await this.#holds(command.source.id)))
      return this.#keepOutcome(command.id, BYTES_GONE);
    if (command.type === 'approve') {
      const run = this.#state.runs.get(command.run);
      if (run !== undefined && !isEnded(run)) await this.#decideAnew(run, false);
    }
    const { clock, sha256 } = this.#options.ports;
    const facts = obey(this.#state, command, clock.now(), this.#options.zone(), sha256);
    if (!facts.ok) return this.#keepOutcome(command.id, facts.error);
    if (command.type === 'stop-run') this.#abortRun(command.run);
    const committed = await this.commit(facts.value);
    return committed === null ? NOT_WRITTEN : { ok: true, sequence: committed };
  }

  /** Folds, journals and projects facts; resolves to the last sequence once durable, or null when leading has ended. */
  async commit(facts: readonly Fact[]): Promise<Sequence | null> {
    while (this.#held !== null) await this.#held;
    return this.#commit(facts);
  }

  /** @param durably done once the entries are, before anybody hears of them */
  async #commit(facts: readonly Fact[], durably?: () => Promise<void>): Promise<Sequence | null> {
    if (this.#options.lost.aborted || facts.length === 0) return null;
    const told = facts.map((fact) => this.#project(fact));
    const own = (this.#next - 1) as Sequence;
    const begun = this.#beginSteps(facts);
    const projected = [...told, ...begun.map(({ fact }) => this.#project(fact))];
    const entries = [...facts, ...begun.map(({ fact }) => fact)];
    this.#notes.splice(0, this.#notes.length - NOTES_KEPT);
    const last = (this.#next - 1) as Sequence;
    const state = this.#state;
    const appended = this.#options.journal.append(
      entries.map((fact) => ({ time: fact.at, type: fact.type, run: runOf(fact), value: fact as unknown as Json })),
    );
    const written = this.#writing.then(async () => {
      const durable = await appended;
      if (!durable.ok) return this.#break(durable.error.code, durable.error.message);
      if (this.#options.lost.aborted) return null;
      await durably?.();
      assert(durable.value === last, `the journal and the agent agree on sequence ${String(last)}`);
      this.#rows.keep({
        state,
        applied: last,
        rows: projected.flatMap(({ rows }) => rows),
        done: projected.flatMap(({ done }) => done),
        checkpoint: this.#checkpointAt(last + 1),
        forget: facts.some(({ type }) => type === 'contents.destroying'),
      });
      if (!entries.every((fact) => isViewedOnly(state, fact)) && !(await this.#rows.write())) return null;
      for (const { run, step, signal } of begun)
        this.#follow(run, effectKey(run, step), this.#doStep(run, step, signal));
      for (const run of new Set(facts.map(runOf))) if (run !== null) this.#startDue(run);
      if (!facts.every(isRunEvent)) this.#decideWaitingAnew();
      return own;
    });
    this.#writing = written.catch((error: unknown) => this.#break('io', String(error)));
    return written;
  }

  #project(fact: Fact): Projected {
    if (fact.type === 'actor.noted')
      this.#notes.push(noteOf(fact, { epoch: this.#options.epoch, sequence: this.#next as Sequence }));
    const step = project(this.#state, fact, this.#next as Sequence);
    this.#state = step.state;
    this.#next += 1;
    return step;
  }

  /**
   * The steps that are due once these facts are durable: their intents go with them in one write, under one signature.
   * Those of which it must be found out first who does them follow by themselves.
   */
  #beginSteps(facts: readonly Fact[]): readonly BegunStep[] {
    const runs = [...new Set(facts.map(runOf))].flatMap((id) => (id === null ? [] : (this.#state.runs.get(id) ?? [])));
    return runs.flatMap((run) =>
      dueEffects(run).flatMap((effect): BegunStep[] => {
        if (effect.type !== 'run-step' || this.#underWay.has(effectKey(run.id, effect.step))) return [];
        const by = this.#options.interpreter.doneBy(run, effect.step);
        if (by instanceof Promise) return [];
        const at = this.#options.ports.clock.now();
        const fact: Fact = { ...startOf(run, effect.step, by), run: run.id, at };
        return [{ run: run.id, step: effect.step, signal: this.#under(effectKey(run.id, effect.step)), fact }];
      }),
    );
  }

  /** The signed head over exactly so many entries; null where the newest is another. */
  #checkpointAt(entries: number): string | null {
    const { size, checkpoint } = this.#options.journal.head;
    return size === entries ? checkpoint : null;
  }

  /** Has the state know the runs that an order names: those that have ended may lie in their rows only. */
  async #know(command: Command): Promise<void> {
    const named = runsIn(command);
    if (named.every((id) => this.#state.runs.has(id))) return;
    await this.#writing;
    const found = await endedRuns(this.#options.ports.store, named);
    this.#state = withRuns(this.#state, found);
  }

  /** Whether a file's bytes are here to stay: it may have been destroyed while the order to add it waited. */
  async #holds(source: SourceId): Promise<boolean> {
    if (this.#state.destroying.has(doomedKey({ kind: 'source', id: source }))) return false;
    return !this.#destroyed.has(source) || this.#options.ports.blobs.has(source);
  }

  async #handleRebuild(id: CommandId): Promise<CommandOutcome> {
    if (!(await this.rebuild((fraction) => this.#options.working(id, fraction)))) return NOT_WRITTEN;
    return this.#keepOutcome(id, { ok: true, sequence: this.#rows.applied });
  }

  async #handleDestroy(id: CommandId, doomed: Doomed): Promise<CommandOutcome> {
    const known = this.#state.destroying.get(doomedKey(doomed));
    if (known !== undefined) return this.#destroy(known, (fraction) => this.#options.working(id, fraction), id);
    const early = refuseDestroying(this.#state, doomed, []);
    if (early !== null) return this.#keepOutcome(id, early);
    const found = await this.#options.contents.find(doomed, (fraction) => this.#options.working(id, FOUND * fraction));
    while (this.#held !== null) await this.#held;
    const doom = withNotes(found, this.#notes);
    const late = refuseDestroying(this.#state, doomed, doom.runs);
    if (late !== null) return this.#keepOutcome(id, late);
    const at = this.#options.ports.clock.now();
    if ((await this.commit([{ type: 'contents.destroying', at, doomed, doom }])) === null) return NOT_WRITTEN;
    const tell = (fraction: number): void => this.#options.working(id, FOUND + (1 - FOUND) * fraction);
    return this.#destroy({ doomed, doom }, tell, id);
  }

  /** Does what was journaled to be done, and journals that it is; one that was cut off is done again from the start. */
  async #destroy(
    destroying: Destroying,
    progress: (fraction: number) => void,
    command?: CommandId,
  ): Promise<CommandOutcome> {
    const noted = await this.#noteAnew(destroying.doom.actors ?? []);
    if (!noted) return NOT_WRITTEN;
    if (destroying.doomed.kind === 'source') this.#destroyed.add(destroying.doomed.id);
    this.#options.interpreter.forget();
    const failure = await this.#options.contents
      .destroy(destroying, progress)
      .catch((error: unknown) => ({ message: String(error) }));
    if (failure !== null) return { ok: false, code: 'io', message: failure.message };
    const fact: Fact = {
      type: 'contents.destroyed',
      at: this.#options.ports.clock.now(),
      doomed: destroying.doomed,
      ...(command === undefined ? {} : { command }),
    };
    const committed = await this.commit([fact]);
    return committed === null ? NOT_WRITTEN : { ok: true, sequence: committed };
  }

  /** Agents as they are without what is destroyed: the notes that made them so go. @returns false when leading has ended */
  async #noteAnew(actors: readonly ActorId[]): Promise<boolean> {
    while (this.#held !== null) await this.#held;
    const at = this.#options.ports.clock.now();
    const { epoch } = this.#options;
    const facts = actors.flatMap((actor): Fact[] => {
      const kept = this.#state.actors.get(actor);
      if (kept === undefined) return [];
      const event = { type: 'restored', state: kept.state } as unknown as Json;
      const entry = { sequence: kept.sequence, epoch, at, message: `destroyed/${String(at)}`, event, crash: null };
      return [{ type: 'actor.noted', at, actor, entry }];
    });
    return facts.length === 0 || (await this.#commit(facts)) !== null;
  }

  /**
   * The record that names the next key stands alone under a head of the key before, and nothing is written between it and
   * the change. If this ends in between, whoever leads next makes the change before anything else.
   */
  async #changeKey(id: CommandId): Promise<CommandOutcome> {
    while (this.#held !== null) await this.#held;
    const release = this.#hold();
    try {
      await this.#writing;
      const { changeKey = () => Promise.resolve(err('The key cannot be changed here.')) } = this.#options;
      const change = await changeKey(this.#state.identity, this.#next + 1);
      if (!change.ok) return await this.#keepOutcome(id, { ok: false, code: 'illegal', message: change.error });
      const { records, use } = change.value;
      const at = this.#options.ports.clock.now();
      const sequence = await this.#commit([{ type: 'agent.certified', at, records, command: id }], use);
      return sequence === null ? NOT_WRITTEN : { ok: true, sequence };
    } catch (error) {
      this.#break('io', `the new key: ${String(error)}`);
      return NOT_WRITTEN;
    } finally {
      release();
    }
  }

  /**
   * Folds the journal after an entry onto its state.
   * @param applied rows are kept of what comes after this entry
   * @returns null when they cannot be kept
   */
  async #fold(
    state: AgentState,
    upTo: number,
    applied: number,
    progress: (fraction: number) => void = () => undefined,
  ): Promise<AgentState | null> {
    const { ports, epoch, history } = this.#options;
    const folded = await foldHistory(
      state,
      history(upTo + 1),
      ports.store,
      epoch,
      applied,
      (folding) => progress((folding + 1) / this.#next),
      withoutEnded,
    );
    return folded.ok ? folded.value : this.#break(folded.error, `projections: ${folded.error}`);
  }

  #break(code: string, reason: string): null {
    this.#options.broken(code, reason);
    return null;
  }

  /**
   * Keeps the outcome of an order that leaves no entry, in its turn among the writes: until that is durable the order is
   * not over, and is carried out again.
   */
  async #keepOutcome(id: CommandId, outcome: CommandOutcome): Promise<CommandOutcome> {
    const kept = this.#writing.then(() => {
      this.#rows.keepDone([{ id, outcome }]);
      return this.#rows.write();
    });
    this.#writing = kept.catch((error: unknown) => this.#break('io', String(error)));
    return (await kept) ? outcome : NOT_WRITTEN;
  }

  #startDue(id: RunId): void {
    const run = this.#state.runs.get(id);
    if (!run || this.#options.lost.aborted) return;
    for (const effect of dueEffects(run)) {
      // One thing at a time for each step: what is being done is not also read back.
      const key = effectKey(id, 'step' in effect ? effect.step : effect.type);
      if (this.#underWay.has(key)) continue;
      this.#follow(id, key, this.#perform(id, effect, this.#under(key)));
    }
  }

  #under(key: string): AbortSignal {
    const controller = new AbortController();
    this.#underWay.set(key, controller);
    return controller.signal;
  }

  /** @param work of an effect that is under way by this key */
  #follow(id: RunId, key: string, work: Promise<void>): void {
    void work
      .catch((error: unknown) => this.#report(id, { type: 'run.failed', error: internalError(error) }))
      .finally(() => {
        this.#underWay.delete(key);
        this.#startDue(id);
      });
  }

  async #perform(id: RunId, effect: Effect, signal: AbortSignal): Promise<void> {
    const { interpreter } = this.#options;
    const run = this.#state.runs.get(id);
    if (!run) return;
    switch (effect.type) {
      case 'plan': {
        const plan = await interpreter.plan(run, this.#state, { run: id, signal });
        if (signal.aborted) return;
        return this.#report(
          id,
          plan.ok ? { type: 'plan.committed', ...plan.value } : { type: 'run.failed', error: plan.error },
        );
      }
      case 'run-step':
        return this.#runStep(run, effect.step, signal);
      case 'ask':
        return this.#ask(run, effect.step, run.anew?.why ?? null);
      case 'act': {
        if (await this.#decideAnew(run, true)) return;
        await this.#report(id, {
          type: 'step.started',
          step: effect.step,
          attempt: 1,
          by: await interpreter.doneBy(run, effect.step),
        });
        if (signal.aborted || this.#options.lost.aborted) return;
        // Writing that took its time, or a page that was frozen: what was approved may have become too old.
        if (await this.#decideAnew(run, true)) return;
        const state = this.#state;
        const otherRules = (): boolean => this.#state.rules?.digest !== state.rules?.digest;
        // Nor may another tab have taken over meanwhile, and be doing it; nor may the rules that decide be replaced.
        const stopped = async (): Promise<boolean> => !(await this.#leads()) || signal.aborted || otherRules();
        const acted = await interpreter.act(run, effect.step, state, stopped);
        if (!acted.ok && acted.error.code === 'cancelled') {
          if (otherRules()) await this.#decideAnew(run, true);
          return;
        }
        return this.#report(
          id,
          acted.ok ? interpreter.finished(effect.step, acted.value) : stepFailed(effect.step, acted.error),
        );
      }
      case 'reconcile': {
        const found = await interpreter.reconcile(run, effect.step, this.#state);
        if (found !== null) return this.#report(id, interpreter.finished(effect.step, found));
        return this.#ask(run, effect.step, 'unknown');
      }
      case 'halt':
        return this.#report(id, { type: 'run.paused', loop: effect.loop });
      case 'verify': {
        const checked = await interpreter.verify(run, this.#state);
        return this.#report(
          id,
          checked.ok ? { type: 'answer.verified', ...checked.value } : { type: 'run.failed', error: checked.error },
        );
      }
      case 'complete':
        return this.#report(id, { type: 'run.completed' });
      case 'fail':
        return this.#report(id, { type: 'run.failed', error: failureOf(run, effect.step) });
    }
  }

  async #leads(): Promise<boolean> {
    const ours = await this.#options.journal.isOurs().catch(() => false);
    return ours && !this.#options.lost.aborted;
  }

  async #ask(run: Run, step: StepId, again: WhyAnew | null): Promise<void> {
    const { rules } = this.#state;
    const asked = await this.#options.interpreter.ask(run, step, this.#state, again);
    while (this.#held !== null) await this.#held;
    // What was decided by rules that were replaced meanwhile is decided again.
    if (this.#state.rules?.digest !== rules?.digest) return this.#ask(run, step, again);
    if (!asked.ok) return this.#report(run.id, stepFailed(step, asked.error));
    // Two runs may have looked at the last of a standing yes at once; from here on nothing comes between.
    if (!this.#options.interpreter.stillCovers(asked.value, run, this.#state)) return this.#ask(run, step, again);
    const { cover, ...approval } = asked.value;
    return this.#report(
      run.id,
      cover === undefined
        ? { type: 'approval.requested', approval }
        : { type: 'approval.covered', approval: { ...approval, cover } },
    );
  }

  /**
   * Voids the question of a run, or the yes to it, where it stands no more: it is asked anew then.
   * @param used the yes is about to be used
   * @returns whether it was voided, or is answered by now
   */
  async #decideAnew(run: Run, used: boolean): Promise<boolean> {
    const approval = run.approval?.id;
    if (approval === undefined) return false;
    const why = await this.#options.interpreter.whyAnew(run, this.#state, used);
    if (why === null) return false;
    while (this.#held !== null) await this.#held;
    // Meanwhile it may have been answered.
    if (this.#state.runs.get(run.id)?.approval?.id === approval)
      await this.#report(run.id, { type: 'approval.voided', approval, why });
    return true;
  }

  /** Questions that wait are put anew where rules or labels are other than when they were asked. */
  #decideWaitingAnew(): void {
    for (const run of this.#state.runs.values()) {
      if (isEnded(run) || run.steps[run.approval?.step ?? '']?.status !== 'asking') continue;
      // One that cannot be looked at now is looked at when it is answered.
      void this.#decideAnew(run, false).catch(() => false);
    }
  }

  /** The intent first, durable, then the tool, then its result. */
  async #runStep(run: Run, step: StepId, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options.ports;
    if (isRetry(run, step)) await waited(clock, (RETRY_WAIT_MS * 2 ** (attemptsOf(run, step) - 1)) as Ms, signal);
    const by = await this.#options.interpreter.doneBy(run, step);
    // Meanwhile it may have been paused or stopped; a run that goes on later begins it then.
    if (signal.aborted || !isDue(this.#state.runs.get(run.id), step)) return;
    await this.#report(run.id, startOf(run, step, by));
    return this.#doStep(run.id, step, signal);
  }

  /** What follows the intent. */
  async #doStep(id: RunId, step: StepId, signal: AbortSignal): Promise<void> {
    const stopped = (): boolean => signal.aborted || this.#options.lost.aborted;
    const run = this.#state.runs.get(id);
    if (run === undefined || stopped()) return;
    const { interpreter, ports } = this.#options;
    const tell = throttled(ports.clock, PROGRESS_INTERVAL_MS, (done: number, total: number) => {
      if (!stopped()) this.#options.progress({ run: id, step, done, total });
    });
    const result = await interpreter.runStep(run, step, this.#state, signal, tell);
    if (stopped()) return;
    if (result.ok) return this.#report(id, interpreter.finished(step, result.value));
    const retry = interpreter.mayRetry(result.error, run.steps[step]?.attempts ?? 1);
    return this.#report(id, { type: 'step.failed', step, error: result.error, retry });
  }

  /** Commits what an effect brought; a run that ended meanwhile takes no more facts. */
  async #report(id: RunId, event: EventBody): Promise<void> {
    const run = this.#state.runs.get(id);
    if (!run || isEnded(run)) return;
    await this.commit([{ ...event, run: id, at: this.#options.ports.clock.now() }]);
  }

  #abortRun(id: RunId): void {
    for (const [key, controller] of this.#underWay) if (key.startsWith(`${id}:`)) controller.abort();
  }
}

function runsIn(command: Command): RunId[] {
  if (command.type === 'destroy') return command.doomed.kind === 'run' ? [command.doomed.id] : [];
  return [...('run' in command ? [command.run] : []), ...('as' in command ? [command.as] : [])];
}

/** A step whose intent is being written, and who may stop it. */
interface BegunStep {
  readonly run: RunId;
  readonly step: StepId;
  readonly signal: AbortSignal;
  readonly fact: Fact;
}

/**
 * Whether nothing but a view waits for the rows of a fact: a step that asks nobody began, or found something, in a run that
 * goes on. What is sent, saved and asked is also decided on by who knows the rows only.
 */
function isViewedOnly({ runs }: AgentState, fact: Fact): boolean {
  if (fact.type !== 'step.started' && fact.type !== 'step.finished') return false;
  const run = runs.get(fact.run);
  return run?.status === 'executing' && run.plan?.steps.find(({ id }) => id === fact.step)?.approval === false;
}

function effectKey(run: RunId, of: StepId | Effect['type']): string {
  return `${run}:${of}`;
}

function startOf(run: Run, step: StepId, by: StepMaker): EventBody {
  return { type: 'step.started', step, attempt: attemptsOf(run, step) + 1, by };
}

function attemptsOf(run: Run, step: StepId): number {
  return run.steps[step]?.attempts ?? 0;
}

/** It failed, and is to be tried again. */
function isRetry(run: Run, step: StepId): boolean {
  const state = run.steps[step];
  return state?.status === 'waiting' && state.error !== null;
}

function isDue(run: Run | undefined, step: StepId): boolean {
  return run !== undefined && dueEffects(run).some((effect) => effect.type === 'run-step' && effect.step === step);
}

function stepFailed(step: StepId, error: ToolError): EventBody {
  return { type: 'step.failed', step, error, retry: false };
}

function failureOf(run: Run, step: StepId): ToolError {
  if (run.verdict?.result === 'FAIL') {
    const reason = run.verdict.checks.find((check) => !check.passed)?.reason ?? 'no claim is left';
    return { code: 'internal', message: `The answer could not be verified: ${reason}.` };
  }
  return withTheOthers(run, run.steps[step]?.error ?? { code: 'internal', message: 'A step failed.' });
}

/** Of several acts, why the others were not done, each once, and which were. */
function withTheOthers({ plan, steps }: Run, error: ToolError): ToolError {
  const acts = (plan?.steps ?? []).filter(({ approval }) => approval);
  const failed = acts.flatMap(({ id }) => (steps[id]?.status === 'failed' ? [steps[id].error?.message ?? ''] : []));
  const done = acts.flatMap(({ id, title }) => (steps[id]?.status === 'done' ? [title] : []));
  const why = failed.includes(error.message) ? [...new Set(failed)].join(' ') : error.message;
  return { ...error, message: done.length === 0 ? why : `${why} Done all the same: ${done.join('; ')}.` };
}

function internalError(error: unknown): ToolError {
  const what =
    error instanceof InvariantError
      ? `a rule was broken: ${error.message}`
      : error instanceof Error
        ? error.message
        : String(error);
  return { code: 'internal', message: `Something went wrong in the app itself: ${what}` };
}
