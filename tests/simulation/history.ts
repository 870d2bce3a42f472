import { entryHash, parseEntry } from '#core/audit/entry.ts';
import { appendLeaf, EMPTY_FRONTIER, frontierRoot, type Frontier } from '#core/audit/merkle.ts';
import { LEGAL } from '#core/agent/transition.ts';
import type { Run } from '#core/agent/run.ts';
import { hex } from '#core/base/bytes.ts';
import type { Epoch, RunId, Sequence, SourceId, UnixMs } from '#core/base/ids.ts';
import { digestOf } from '#core/base/json.ts';
import { STEP_ATTEMPTS_MAX, STEPS_PARALLEL_MAX } from '#core/base/limits.ts';
import type { ActionRequest, Permit } from '#core/policy/permit.ts';
import { requestDigest } from '#core/policy/decide.ts';
import type { Group } from '#ports/journal-leg.ts';
import { runOf, type Fact } from '#runtime/agent/facts.ts';
import { doomedKey } from '#runtime/agent/destruction.ts';
import { obey } from '#runtime/agent/obey.ts';
import { EMPTY_STATE, project, type AgentState } from '#runtime/agent/projection.ts';
import { mayBeUsedFor, PURPOSES, SAMPLE_PURPOSES, type Purpose } from '#core/items/purposes.ts';
import type { Command, CommandOutcome } from '#runtime/contract/commands.ts';
import type { SourceView } from '#runtime/contract/views.ts';
import { sha256 } from './crypto.ts';
import { ModelsWatch } from './models-watch.ts';
import { RulesWatch } from './rules-watch.ts';

export type Invariant =
  `I${number}` | 'history' | 'projection' | 'report' | 'crash' | 'actors' | 'destroyed' | 'backup' | 'erased' | 'model';

export interface Violation {
  readonly invariant: Invariant;
  readonly message: string;
  /** Microseconds. */
  readonly at: number;
}

/** An entry that was acknowledged: it may never be lost in silence. */
export interface Acknowledged {
  readonly text: string;
  readonly fact: Fact;
  readonly epoch: Epoch;
  readonly at: number;
}

export interface CommandRecord {
  readonly command: Command;
  readonly tab: string;
  readonly asked: number;
  readonly sizeAsked: number;
  answered: number | null;
  sizeAnswered: number;
  outcome: CommandOutcome | null;
}

export interface Save {
  readonly request: ActionRequest;
  readonly digest: string;
  readonly begun: number;
  written: number;
  /** Microseconds; when it was last written. */
  writtenAt: number;
}

/** Who saves, and whether what was saved before could have been read back. */
export interface Saving {
  readonly epoch: number;
  readonly newest: number;
  readonly readable: boolean;
}

/** A question that comes so long after a file was there was asked without looking. */
const LOOKED_MICROSECONDS = 500_000;

/**
 * What the world knows for certain, seen from outside: every acknowledged entry at the moment it became durable, every
 * order with its answer, every file saved. Rules that can be checked as things happen are checked here.
 */
export class History {
  readonly entries: Acknowledged[] = [];
  readonly states: AgentState[] = [EMPTY_STATE];
  readonly commands: CommandRecord[] = [];
  readonly saves: Save[] = [];
  readonly violations: Violation[];
  /** The owner has begun to erase everything: nothing is judged any more but whether it is gone in the end. */
  ended = false;
  /**
   * A disk that loses what it said was durable can be caught only by a pin on another disk, and a pin follows an
   * acknowledgement within a moment. Entries from here on were acknowledged and not yet pinned when the disk lied.
   */
  provable = Infinity;
  /** By the size they end at, in the order they were written. */
  readonly #written = new Map<number, readonly Group[]>();
  /** The newest that went on from anything. */
  #epoch = 0;
  readonly #frontiers: Frontier[] = [EMPTY_FRONTIER];
  /** Entries whose contents the owner has destroyed, and by which order. */
  readonly #doomed = new Map<number, string>();
  readonly #byCommand = new Map<string, number>();
  /** Files that a run may not use, since before it began. */
  readonly #forbidden = new Map<RunId, Set<SourceId>>();
  /** How many entries there were when each was used. */
  readonly #usedApprovals = new Map<string, number>();
  readonly #rules = new RulesWatch(this);
  readonly #models = new ModelsWatch(this);
  readonly #now: () => number;
  readonly #open: (group: Group, index: number) => Fact | null;

  constructor(now: () => number, open: (group: Group, index: number) => Fact | null, before: readonly Violation[]) {
    this.violations = [...before];
    this.#now = now;
    this.#open = open;
  }

  /** Of the tree over all that was acknowledged, hex. */
  get root(): string {
    return hex(frontierRoot(sha256, this.#frontiers.at(-1)!));
  }

  get size(): number {
    return this.entries.length;
  }

  get state(): AgentState {
    return this.states.at(-1)!;
  }

  sequenceOf(command: string): number | undefined {
    return this.#byCommand.get(command);
  }

  /** Whether what an entry says was to be destroyed. */
  isDoomed(sequence: number): boolean {
    return this.#doomed.has(sequence);
  }

  /** Whether the journal says that it is destroyed. */
  isDestroyed(sequence: number): boolean {
    const doomed = this.#doomed.get(sequence);
    return doomed !== undefined && !this.state.destroying.has(doomed);
  }

  /** Entries whose contents were to be destroyed. */
  get destroyed(): number {
    return this.#doomed.size;
  }

  violated(invariant: Invariant, message: string): void {
    if (this.ended && invariant !== 'crash' && invariant !== 'erased') return;
    if (this.violations.length < 20) this.violations.push({ invariant, message, at: this.#now() });
  }

  /** A leader hands groups to the first copy. */
  written(groups: readonly Group[]): void {
    for (const group of groups) {
      const end = group.firstSequence + group.count;
      this.#written.set(end, [...(this.#written.get(end) ?? []), group]);
    }
  }

  /**
   * A leader goes on from this size: what it covers is acknowledged from now on. That is what this leader wrote, and
   * before it what it found of those that led before.
   */
  acknowledged(epoch: Epoch, size: number, checkpoint: string | null): void {
    if (this.ended) return;
    const groups: Group[] = [];
    let from = size;
    let newest = epoch;
    for (;;) {
      const group = this.#endingAt(from, newest, from === size ? checkpoint : null);
      if (group === undefined) break;
      groups.unshift(group);
      from = group.firstSequence;
      newest = group.epoch;
    }
    if (epoch < this.#epoch) {
      if (groups.length > 0)
        this.violated('I2', `epoch ${String(epoch)} goes on from entries that its successor does not have`);
      return;
    }
    this.#epoch = epoch;
    if (from > this.size) return;
    if (from < this.size && (groups.length > 0 || size < this.size)) this.#rewritten(from, groups.length > 0);
    for (const group of groups)
      group.entries.forEach((text, index) => this.#append(text, this.#open(group, index), group.epoch));
  }

  /** The group that was written last up to here, by this epoch or one before, unless it is known already. */
  #endingAt(end: number, epoch: Epoch, checkpoint: string | null): Group | undefined {
    const written = (this.#written.get(end) ?? []).filter(
      (other) => other.epoch <= epoch && (checkpoint === null || other.checkpoint === checkpoint),
    );
    // One that was stopped may still try to write, later than its successor; what it then writes counts nowhere.
    const newest = Math.max(...written.map((other) => other.epoch));
    const group = written.findLast((other) => other.epoch === newest);
    const known = group?.entries.every((text, index) => this.entries[group.firstSequence + index]?.text === text);
    return known === true ? undefined : group;
  }

  #rewritten(size: number, anew: boolean): void {
    if (size < this.provable)
      this.violated(
        'I19',
        `${String(this.size)} entries were acknowledged, and now entry ${String(size)} is ${anew ? 'written anew' : 'the end'}`,
      );
    this.#forget(size);
  }

  #forget(size: number): void {
    for (const { fact } of this.entries.splice(size))
      if (fact.command !== undefined) this.#byCommand.delete(fact.command);
    for (const doomed of this.#doomed.keys()) if (doomed >= size) this.#doomed.delete(doomed);
    // Where a disk forgot that something was begun, nobody can know that it was.
    for (const [digest, used] of this.#usedApprovals) if (used > size) this.#usedApprovals.delete(digest);
    // What was answered of entries that are gone fits no order any more; whether they may be gone is judged above.
    for (const record of this.commands)
      if (record.outcome?.ok === true && record.outcome.sequence >= size) record.outcome = null;
    this.states.length = size + 1;
    this.#frontiers.length = size + 1;
  }

  asked(command: Command, tab: string): CommandRecord {
    const record: CommandRecord = {
      command,
      tab,
      asked: this.#now(),
      sizeAsked: this.size,
      answered: null,
      sizeAnswered: 0,
      outcome: null,
    };
    this.commands.push(record);
    return record;
  }

  answered(record: CommandRecord, outcome: CommandOutcome): void {
    record.outcome = outcome;
    record.answered = this.#now();
    record.sizeAnswered = this.size;
    if (!outcome.ok) return;
    const entry = this.entries[outcome.sequence];
    if (entry === undefined)
      this.violated(
        'history',
        `${record.command.id} was acknowledged as entry ${String(outcome.sequence)}, which is not durable`,
      );
    else if (entry.fact.command !== record.command.id)
      this.violated(
        'history',
        `${record.command.id} was acknowledged as entry ${String(outcome.sequence)}, which is ${entry.fact.type}`,
      );
  }

  /** A worker asks its window to save a file. */
  saveBegins(permit: Permit, request: ActionRequest, content: Uint8Array, by: Saving): Save {
    const what = `${request.run}/${request.step}`;
    const run = this.state.runs.get(request.run as RunId);
    const approval = run?.approval;
    const step = run?.steps[request.step];
    const digest = hex(sha256(content));
    if (run === undefined || step?.status !== 'running')
      this.violated(
        'I1',
        `${what} is saved, and no durable entry says that it is begun (${step?.status ?? 'no step'})`,
      );
    if (run?.status === 'cancelled') this.violated('I12', `${what} is saved after its run was stopped`);
    const yes = this.entries.some(
      ({ fact }) =>
        (fact.type === 'approval.given' && fact.run === request.run && fact.digest === permit.digest) ||
        (fact.type === 'approval.covered' && fact.run === request.run && fact.approval.digest === permit.digest),
    );
    if (!yes) this.violated('I5', `${what} is saved without an approval`);
    if (approval !== undefined && approval !== null) {
      if (hex(sha256(new TextEncoder().encode(approval.content))) !== digest)
        this.violated('I6', `${what}: what is saved is not what was shown`);
    }
    if (requestDigest(request, sha256) !== permit.digest)
      this.violated('I6', `${what}: the permit is for something else`);
    if (this.#usedApprovals.has(permit.digest)) this.violated('I6', `${what}: an approval is used twice`);
    this.#usedApprovals.set(permit.digest, this.size);
    this.#rules.checkSave(request, content.length);
    const { epoch, newest, readable } = by;
    if (epoch < newest)
      this.violated('I10', `${what} is saved under epoch ${String(epoch)}; epoch ${String(newest)} leads`);
    this.#checkReadBack(permit, request, readable);
    const save: Save = { request, digest, begun: this.#now(), written: 0, writtenAt: 0 };
    this.saves.push(save);
    return save;
  }

  /** Where a file can be read back nobody is asked to save it again. */
  #checkReadBack(permit: Permit, request: ActionRequest, readable: boolean): void {
    const asked = this.entries.findLast(
      ({ fact }) => fact.type === 'approval.requested' && fact.approval.digest === permit.digest,
    );
    const before = this.saves.find(
      (save) => save.written > 0 && save.request.run === request.run && save.request.step === request.step,
    );
    if (!readable || asked === undefined || before === undefined) return;
    if (before.writtenAt < asked.at - LOOKED_MICROSECONDS)
      this.violated('I4', `${request.run}/${request.step} is saved again, though the file was there when it was asked`);
  }

  #append(text: string, fact: Fact | null, epoch: Epoch): void {
    const sequence = this.size;
    const parsed = parseEntry(text);
    if (!parsed.ok || parsed.value.sequence !== sequence)
      this.violated('I3', `what was acknowledged as entry ${String(sequence)} is not that entry`);
    if (fact === null) {
      this.violated('I3', `the payload of entry ${String(sequence)} cannot be opened`);
      return;
    }
    if (fact.command !== undefined) {
      const before = this.#byCommand.get(fact.command);
      if (before !== undefined)
        this.violated('history', `${fact.command} was done twice: entries ${String(before)} and ${String(sequence)}`);
      this.#byCommand.set(fact.command, sequence);
    }
    this.#rules.check(fact);
    this.#models.check(fact);
    this.entries.push({ text, fact, epoch, at: this.#now() });
    this.#frontiers.push(appendLeaf(sha256, this.#frontiers.at(-1)!, entryHash(sha256, text)));
    try {
      this.#checkPlan(fact);
      const { state } = project(this.state, fact, sequence as Sequence);
      this.#checkRun(fact, state);
      this.#checkPurposes(fact, state);
      if (fact.type === 'contents.destroying')
        for (const { sequence: gone } of fact.doom.entries) this.#doomed.set(gone, doomedKey(fact.doomed));
      this.states.push(state);
    } catch (error) {
      this.violated('I14', `entry ${String(sequence)} (${fact.type}): ${String(error)}`);
      this.states.push(this.state);
    }
  }

  /** What runs is the plan that was committed, step after step in its order. */
  #checkPlan(fact: Fact): void {
    if (fact.type === 'plan.committed') {
      const { digest, ...plan } = fact.plan;
      if (digestOf(sha256, plan) !== digest)
        this.violated('I15', `the plan of ${fact.run} is not the one of its digest`);
      return;
    }
    if (fact.type !== 'step.started') return;
    const run = this.state.runs.get(fact.run);
    const step = run?.plan?.steps.find(({ id }) => id === fact.step);
    if (run === undefined || step === undefined) {
      this.violated('I15', `${fact.run} begins ${fact.step}, which is not in its plan`);
      return;
    }
    const early = step.dependsOn.find((id) => run.steps[id]?.status !== 'done');
    if (early !== undefined) this.violated('I15', `${fact.run} begins ${fact.step} before ${early} is done`);
    if (step.approval && run.steps[fact.step]?.status !== 'approved')
      this.violated('I5', `${fact.run} begins ${fact.step} while it is ${String(run.steps[fact.step]?.status)}`);
  }

  /** What a file may be used for only grows by its owner's word, and what it may not be used for is in no answer. */
  #checkPurposes(fact: Fact, next: AgentState): void {
    for (const [id, source] of next.sources) {
      const before = this.state.sources.get(id);
      if (before === source) continue;
      const risen = PURPOSES.filter(
        (purpose) => mayBeUsedFor(purpose, source) && !(before !== undefined && mayBeUsedFor(purpose, before)),
      );
      const beyond = risen.filter((purpose) => !this.#allows(fact, source, purpose));
      if (beyond.length > 0) this.violated('I7', `${source.path} may be used for ${beyond.join(', ')}; nobody said so`);
    }
    if (fact.type === 'run.started')
      this.#forbidden.set(
        fact.run,
        new Set([...next.sources.values()].filter((source) => !mayBeUsedFor('inference', source)).map(({ id }) => id)),
      );
    if (fact.type === 'purposes.changed' && fact.sources !== 'new' && fact.purposes.inference === true)
      for (const ids of this.#forbidden.values()) for (const id of fact.sources) ids.delete(id);
    if (fact.type !== 'answer.verified') return;
    const quoted = fact.answer.evidence.find(({ source }) => this.#forbidden.get(fact.run)?.has(source));
    if (quoted !== undefined)
      this.violated('I7', `${fact.run} quotes ${quoted.file}, which may not be used for answers since before it began`);
  }

  #allows(fact: Fact, source: SourceView, purpose: Purpose): boolean {
    if (fact.type === 'source.imported') {
      const allowed = source.sample ? SAMPLE_PURPOSES : this.state.newFiles;
      return allowed[purpose];
    }
    const said = this.commands.find(({ command }) => command.id === fact.command)?.command;
    return said?.type === 'change-purposes' && said.purposes[purpose] === true && said.sources.includes(source.id);
  }

  #checkRun(fact: Fact, next: AgentState): void {
    const id = runOf(fact);
    if (id === null) return;
    const [before, run] = [this.state.runs.get(id), next.runs.get(id)];
    if (run === undefined) return;
    if (before !== undefined && before.status !== run.status && !LEGAL[before.status].includes(run.status))
      this.violated('I14', `${id} went from ${before.status} to ${run.status}`);
    if (fact.type === 'run.completed' && run.verdict?.result !== 'PASS')
      this.violated('I14', `${id} is complete and not verified`);
    const running = Object.values(run.steps).filter(({ status }) => status === 'running').length;
    if (running > STEPS_PARALLEL_MAX) this.violated('I13', `${id} has ${String(running)} steps under way`);
    if (fact.type === 'step.failed' && fact.retry) this.#checkAttempts(run, fact.step);
  }

  #checkAttempts(run: Run, step: string): void {
    const failures = this.entries.filter(
      ({ fact }) => fact.type === 'step.failed' && fact.run === run.id && fact.step === step && fact.retry,
    ).length;
    if (failures >= STEP_ATTEMPTS_MAX)
      this.violated('I13', `${run.id}/${step} was tried more than ${String(STEP_ATTEMPTS_MAX)} times`);
  }

  /**
   * Whether what orders were told fits one order of events: each acknowledged one took effect once, those that followed
   * one another in time follow one another in the journal, and each refusal was right at some moment while it was asked.
   */
  checkCommands(): void {
    const answered = this.commands.filter((record) => record.outcome !== null);
    for (const record of answered) {
      const { command, outcome } = record;
      if (outcome?.ok !== false) continue;
      const sequence = this.sequenceOf(command.id);
      if (outcome.code === 'no-leader' || outcome.code === 'io' || outcome.code === 'quota') continue;
      if (sequence !== undefined)
        this.violated(
          'history',
          `${command.id} (${command.type}) was refused as ${outcome.code} and yet is entry ${String(sequence)}`,
        );
      else if (!this.#refusalFits(record, outcome.code))
        this.violated(
          'history',
          `${command.id} (${command.type}) was refused as ${outcome.code}, which was never so while it was asked`,
        );
    }
    const done = answered
      .flatMap((record) => (record.outcome?.ok === true ? [{ record, sequence: record.outcome.sequence }] : []))
      .sort((a, b) => a.sequence - b.sequence);
    let latest = { asked: 0, id: '' };
    for (const { record } of done) {
      if (record.answered! < latest.asked)
        this.violated('history', `${record.command.id} was over before ${latest.id} was asked, and comes after it`);
      // The same order handed in again was asked when it was asked first.
      const { asked } = this.#first(record);
      if (asked > latest.asked) latest = { asked, id: record.command.id };
    }
  }

  #refusalFits(record: CommandRecord, code: string): boolean {
    // The same order handed in again gets the answer of the first time.
    const first = this.#first(record);
    for (let size = first.sizeAsked; size <= record.sizeAnswered; size++) {
      const state = this.states[size];
      if (state === undefined) continue;
      const { command } = record;
      if (command.type === 'rebuild' || command.type === 'destroy') return false;
      // What it says of keys is judged by the signatures that follow.
      if (command.type === 'change-key') return true;
      const facts = obey(state, command, 0 as UnixMs, 'UTC', sha256);
      if (!facts.ok && facts.error.code === code) return true;
    }
    return false;
  }

  #first(record: CommandRecord): CommandRecord {
    return this.commands.find((other) => other.command.id === record.command.id)!;
  }
}
