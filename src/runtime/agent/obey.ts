import { blanked, goalsOfRuns } from '#core/actors/blank.ts';
import { isEnded } from '#core/agent/transition.ts';
import type { Run } from '#core/agent/run.ts';
import type { RunId, SourceId, UnixMs } from '#core/base/ids.ts';
import { GOAL_CHARS_MAX } from '#core/base/limits.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import { mayBeUsedFor, SAMPLE_PURPOSES } from '#core/items/purposes.ts';
import type { Command, CommandOutcome, Doomed } from '../contract/commands.ts';
import { obeyIdentity } from '../identity/identity-facts.ts';
import { obeyWitness } from '../proofs/witness-facts.ts';
import type { Fact } from './facts.ts';
import type { AgentState } from './projection.ts';

type Refusal = Extract<CommandOutcome, { ok: false }>;

/**
 * The orders that become facts by themselves. Rebuilding changes none, destroying takes reading the journal, and a change
 * of the key is signed first.
 */
type Order = Exclude<Command, { type: 'rebuild' | 'destroy' | 'change-key' }>;

/**
 * What an order comes to: the facts that carry it out, or why it cannot be. Pure; the leader journals the facts.
 * @param zone the owner's time zone, for a run's clock
 */
export function obey(state: AgentState, command: Order, at: UnixMs, zone: string): Result<readonly Fact[], Refusal> {
  const id = command.id;
  const one = (fact: Fact): Result<readonly Fact[], Refusal> => ok([{ ...fact, command: id }]);
  switch (command.type) {
    case 'start-run': {
      const goal = command.goal.trim();
      if (goal === '') return refuse('illegal', 'A goal needs words.');
      if (goal.length > GOAL_CHARS_MAX)
        return refuse(
          'illegal',
          `A goal may have ${String(GOAL_CHARS_MAX)} characters; this one has ${String(goal.length)}.`,
        );
      if (state.runs.has(command.run)) return refuse('stale', 'This run has started already.');
      const { sources: readable, leftOut } = readableSources(state);
      const sources = readable.filter((source) => command.sources?.includes(source) ?? true);
      const now = command.now ?? sampleClock(state) ?? at;
      return one({
        type: 'run.started',
        run: command.run,
        at,
        goal,
        overrides: command.overrides,
        sources,
        ...leftOut,
        now,
        zone,
      });
    }
    case 'save-answer': {
      const run = state.runs.get(command.run);
      if (run?.status !== 'complete') return refuse('illegal', 'Only a complete, verified answer can be saved.');
      if (state.runs.has(command.as)) return refuse('stale', 'This run has started already.');
      const overrides = { ...run.overrides, saveAs: command.fileName };
      return one({
        type: 'run.started',
        run: command.as,
        at,
        goal: run.goal,
        overrides,
        sources: run.sources,
        ...(run.leftOut === undefined ? {} : { leftOut: run.leftOut }),
        now: run.now,
        zone: run.zone,
      });
    }
    case 'stop-run':
      return onRun(state, command.run, (run) => one({ type: 'run.cancelled', run: run.id, at }));
    case 'pause-run':
      return onRun(state, command.run, (run) =>
        run.status === 'paused'
          ? refuse('illegal', 'This run is paused already.')
          : one({ type: 'run.paused', run: run.id, at }),
      );
    case 'resume-run':
      return onRun(state, command.run, (run) =>
        run.status === 'paused'
          ? one({ type: 'run.resumed', run: run.id, at })
          : refuse('illegal', 'This run is not paused.'),
      );
    case 'approve':
      return onApproval(state, command, (run) =>
        one({ type: 'approval.given', run: run.id, at, approval: command.approval, digest: command.digest }),
      );
    case 'deny':
      return onApproval(state, command, (run) =>
        one({ type: 'approval.denied', run: run.id, at, approval: command.approval, reason: command.reason }),
      );
    case 'add-source': {
      const present = state.sources.get(command.source.id);
      if (present?.removedAt === null) return refuse('stale', 'This file is in already.');
      const { source } = command;
      const purposes = source.purposes ?? (source.sample ? SAMPLE_PURPOSES : state.newFiles);
      return one({ type: 'source.imported', at, source: { ...source, purposes } });
    }
    case 'remove-source':
      return onSource(state, command.source, false, () => one({ type: 'source.removed', at, source: command.source }));
    case 'restore-source':
      return onSource(state, command.source, true, () => one({ type: 'source.restored', at, source: command.source }));
    case 'change-purposes': {
      const { sources, purposes } = command;
      if (sources !== 'new' && !sources.every((source) => state.sources.has(source)))
        return refuse('not-found', 'There is no such file.');
      return sources.length === 0
        ? refuse('illegal', 'No file was named.')
        : one({ type: 'purposes.changed', at, sources, purposes });
    }
    case 'forget-run':
    case 'remember-run': {
      const run = state.runs.get(command.run);
      if (!run) return refuse('not-found', 'There is no such run.');
      if (!isEnded(run)) return refuse('illegal', 'Stop the run first.');
      const forget = command.type === 'forget-run';
      if (state.forgotten.has(run.id) === forget)
        return refuse('stale', forget ? 'This run is off the list already.' : 'This run is on the list already.');
      return one({ type: forget ? 'run.forgotten' : 'run.remembered', run: run.id, at });
    }
    case 'note-actor': {
      const destroying = [...state.destroying.values()].flatMap(({ doom }) => doom.runs);
      const entry = blanked(command.entry, goalsOfRuns(destroying));
      return one({ type: 'actor.noted', at, actor: command.actor, entry });
    }
    case 'change-settings':
      return one({ type: 'settings.changed', at, settings: command.settings });
    case 'suggest-settings':
      return one({ type: 'settings.suggested', at, settings: command.settings });
    case 'certify':
    case 'state-claims':
    case 'give-proof':
    case 'accept-proof':
    case 'ask-signatures':
    case 'keep-signature':
    case 'withdraw-signatures':
    case 'name-cosigners':
    case 'begin-vouching':
    case 'note-cosigned': {
      const obeyed = obeyIdentity(state.identity, command);
      return 'refused' in obeyed ? refuse('stale', obeyed.refused) : one({ ...obeyed, at });
    }
    case 'approve-witness':
    case 'dismiss-witness':
    case 'keep-cosignature':
    case 'cosign-log': {
      const obeyed = obeyWitness(state.witnesses, command);
      return 'refused' in obeyed ? refuse('stale', obeyed.refused) : one({ ...obeyed, at });
    }
  }
}

/** Why this cannot be destroyed now; null when it can. */
export function refuseDestroying(state: AgentState, doomed: Doomed, runs: readonly RunId[]): Refusal | null {
  if (doomed.kind === 'source') {
    const source = state.sources.get(doomed.id);
    if (!source) return refusal('not-found', 'There is no such file.');
    if (source.removedAt === null) return refusal('illegal', 'Delete the file first.');
  } else if (!state.runs.has(doomed.id)) return refusal('not-found', 'There is no such run.');
  for (const id of runs) {
    const run = state.runs.get(id);
    if (run && !isEnded(run)) return refusal('illegal', `Stop the run “${run.goal}” first.`);
  }
  return null;
}

/** Sources that goals may use now, in the order they came, and those that their owner does not allow them. */
export function readableSources(state: AgentState): {
  readonly sources: SourceId[];
  readonly leftOut: { readonly leftOut?: SourceId[] };
} {
  const present = [...state.sources.values()].filter((source) => source.removedAt === null);
  const leftOut = present.filter((source) => !mayBeUsedFor('inference', source)).map(({ id }) => id);
  return {
    sources: present.filter((source) => mayBeUsedFor('inference', source)).map(({ id }) => id),
    leftOut: leftOut.length === 0 ? {} : { leftOut },
  };
}

/** Over sample data alone, goals are read as of the day the sample plays on. */
export function sampleClock(state: AgentState): UnixMs | null {
  const present = [...state.sources.values()].filter((source) => source.removedAt === null);
  return present.length > 0 && present.every((source) => source.sample) ? (present[0]?.asOf ?? null) : null;
}

function onRun(
  state: AgentState,
  id: Run['id'],
  act: (run: Run) => Result<readonly Fact[], Refusal>,
): Result<readonly Fact[], Refusal> {
  const run = state.runs.get(id);
  if (!run) return refuse('not-found', 'There is no such run.');
  return isEnded(run) ? refuse('illegal', `This run has ended (${run.status}).`) : act(run);
}

function onApproval(
  state: AgentState,
  command: Extract<Command, { type: 'approve' | 'deny' }>,
  act: (run: Run) => Result<readonly Fact[], Refusal>,
): Result<readonly Fact[], Refusal> {
  return onRun(state, command.run, (run) => {
    if (run.status !== 'waiting-approval' || run.approval?.id !== command.approval)
      return refuse('stale', 'This question was answered already.');
    if (command.type === 'approve' && run.approval.digest !== command.digest)
      return refuse('stale', 'What would be saved has changed since it was shown.');
    return act(run);
  });
}

function onSource(
  state: AgentState,
  id: SourceId,
  removed: boolean,
  act: () => Result<readonly Fact[], Refusal>,
): Result<readonly Fact[], Refusal> {
  const source = state.sources.get(id);
  if (!source) return refuse('not-found', 'There is no such file.');
  if ((source.removedAt !== null) !== removed)
    return refuse('stale', removed ? 'This file is not deleted.' : 'This file is deleted already.');
  return act();
}

function refuse(code: Refusal['code'], message: string): Result<never, Refusal> {
  return err(refusal(code, message));
}

function refusal(code: Refusal['code'], message: string): Refusal {
  return { ok: false, code, message };
}
