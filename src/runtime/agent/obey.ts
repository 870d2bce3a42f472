import { blanked, goalsOfRuns } from '#core/actors/blank.ts';
import { isEnded } from '#core/agent/transition.ts';
import { labelToUse } from '#core/agent/run-labels.ts';
import { whyNotTicked, type Ticked } from '#core/agent/plan-consent.ts';
import type { PlanAct } from '#core/agent/run.ts';
import type { Run } from '#core/agent/run.ts';
import type { RunId, Sha256, SourceId, UnixMs } from '#core/base/ids.ts';
import { GOAL_CHARS_MAX } from '#core/base/limits.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import { mayBeUsedFor, SAMPLE_PURPOSES } from '#core/items/purposes.ts';
import { folderName, inSealedFolders, sealedFilesOf, staysHere, withSeal } from '#core/items/sealing.ts';
import { MAIN_AGENT } from '#core/policy/rule-request.ts';
import { attenuate, grantId, samePlace, type Grant, type GrantChoice } from '#core/policy/grant.ts';
import type { Command, CommandOutcome, Doomed } from '../contract/commands.ts';
import { type ChannelCommand, type EgressIntent, obeyChannel } from '../channels/channel-facts.ts';
import { obeyGrant } from '../policy/grant-facts.ts';
import { obeyIdentity } from '../identity/identity-facts.ts';
import { obeyPolicy } from '../policy/policy-facts.ts';
import { obeyWitness } from '../proofs/witness-facts.ts';
import { BY_HAND, costOfCall, planCost } from '../spend/plan-cost.ts';
import { ending, obeySpend, reserve } from '../spend/spend-facts.ts';
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
export function obey(
  state: AgentState,
  command: Order,
  at: UnixMs,
  zone: string,
  sha256: Sha256,
): Result<readonly Fact[], Refusal> {
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
        ...ofAgents(command),
        now,
        zone,
      });
    }
    case 'save-answer': {
      const run = state.runs.get(command.run);
      if (run?.status !== 'complete') return refuse('illegal', 'Only a complete, verified answer can be saved.');
      if (state.runs.has(command.as)) return refuse('stale', 'This run has started already.');
      const label = labelToUse(run, state.sources);
      if (label.confidentiality === 'sealed') return refuse('illegal', staysHere(sealedFilesOf(label, state.sources)));
      const overrides = { ...run.overrides, saveAs: command.fileName };
      return one({
        type: 'run.started',
        run: command.as,
        at,
        goal: run.goal,
        overrides,
        sources: run.sources,
        ...(run.leftOut === undefined ? {} : { leftOut: run.leftOut }),
        ...ofAgents(run),
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
      return onApproval(state, command, (run) => {
        const { approval, digest, acts } = command;
        const not = refuseTicked(run.approval?.acts, acts);
        if (not !== null) return not;
        const named = acts === undefined ? {} : { acts };
        const given = { type: 'approval.given', run: run.id, at, approval, digest, ...named, command: id } as const;
        if (command.grant === undefined) return ok([given]);
        const granted = grantOf(state, run, command.grant, at, sha256);
        return granted.ok ? ok([given, { type: 'grant.given', at, grant: granted.value }]) : granted;
      });
    case 'deny':
      return onApproval(state, command, (run) =>
        one({ type: 'approval.denied', run: run.id, at, approval: command.approval, reason: command.reason }),
      );
    case 'edit-approval': {
      const { approval, content } = command;
      if (content.trim() === '') return refuse('illegal', 'Nothing is left of the text. Deny it instead.');
      return onApproval(state, command, (run) =>
        run.approval?.content === content
          ? refuse('illegal', 'This is the text as it was.')
          : one({ type: 'approval.voided', run: run.id, at, approval, why: 'edited', edited: content }),
      );
    }
    case 'add-source': {
      const present = state.sources.get(command.source.id);
      if (present?.removedAt === null) return refuse('stale', 'This file is in already.');
      const { source } = command;
      const purposes = source.purposes ?? (source.sample ? SAMPLE_PURPOSES : state.newFiles);
      const placed = inSealedFolders(source, state.sealedFolders);
      // A file that was deleted comes back with the seal that it had.
      const keeps = present?.sealed === 'file' || (present?.sealed === 'folder' && placed.sealed === undefined);
      return one({ type: 'source.imported', at, source: { ...withSeal(placed, keeps), purposes } });
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
    case 'change-seal':
      return 'folder' in command.of
        ? obeyFolderSeal(state, command.of.folder, command.sealed, (change) => one({ ...change, at }))
        : obeySeal(state, command.of.sources, command.sealed, (change) => one({ ...change, at }));
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
    case 'reach-witness':
      return reachWitness(state, command, at);
    case 'approve-witness':
    case 'dismiss-witness':
    case 'note-witness-asked':
    case 'keep-cosignature':
    case 'cosign-log': {
      const obeyed = obeyWitness(state.witnesses, command);
      if ('refused' in obeyed) return refuse('stale', obeyed.refused);
      const fact = { ...obeyed, at, command: id };
      return ok(command.type === 'dismiss-witness' ? [...closedWith(state, command.key, at), fact] : [fact]);
    }
    case 'revoke-grant': {
      const obeyed = obeyGrant(state.grants, command);
      return 'refused' in obeyed ? refuse('stale', obeyed.refused) : one({ ...obeyed, at });
    }
    case 'adopt-rules': {
      const obeyed = obeyPolicy(state.rules, command, sha256);
      return 'refused' in obeyed ? refuse('stale', obeyed.refused) : one({ ...obeyed, at });
    }
    case 'approve-channel':
    case 'change-channel':
    case 'revoke-channel':
    case 'note-key':
    case 'intend-egress':
    case 'answer-egress': {
      if (command.type === 'intend-egress' && isTakenBack(state, command.intent))
        return refuse('stale', 'The standing yes that covered this was taken back, so nothing was sent.');
      const obeyed = obeyChannel(state, command, at);
      if ('refused' in obeyed) return refuse('stale', obeyed.refused);
      const money = moneyWith(state, command, at);
      return money.ok ? ok([...money.value, { ...obeyed, at, command: id }]) : refuse('stale', money.error);
    }
    case 'change-caps':
    case 'adopt-prices':
    case 'settle-spending': {
      const obeyed = obeySpend(state.spend, command);
      return 'refused' in obeyed ? refuse('stale', obeyed.refused) : one({ ...obeyed, at });
    }
  }
}

/** What happens to money together with what an order does to a way out: in one write with it, and before it. */
function moneyWith(
  state: AgentState,
  command: Extract<Order, { type: ChannelCommand['type'] }>,
  at: UnixMs,
): Result<readonly Fact[], string> {
  switch (command.type) {
    case 'approve-channel':
    case 'change-channel': {
      const { prices = [] } = command;
      if (prices.length === 0) return ok([]);
      const adopted = obeySpend(state.spend, { type: 'adopt-prices', prices });
      return 'refused' in adopted ? err(adopted.refused) : ok([{ ...adopted, at }]);
    }
    case 'revoke-channel':
    case 'note-key':
      return ok([]);
    case 'intend-egress': {
      const { intent, cost, under } = command;
      const run = intent.by.run === BY_HAND ? null : state.runs.get(intent.by.run as RunId);
      const due = planCost(state.spend, cost ?? costOfCall(intent.channel), at);
      if (due === null && cost === undefined) return ok([]);
      if (due === null || cost === undefined)
        return err('What this costs changed meanwhile, so nothing was sent. Try again.');
      if (run === undefined || (run !== null && isEnded(run))) return err('This run has ended, so it spends nothing.');
      const reserved = reserve(
        state.spend,
        {
          ...{ id: intent.id, cost, day: intent.day, agent: agentOf(state, run?.id ?? null), run: run?.id ?? null },
          ofPerDay: under.moneyPerDay ?? null,
          approved: intent.approval !== null,
        },
        at,
      );
      return reserved.ok ? ok([{ ...reserved.value, at }]) : reserved;
    }
    case 'answer-egress': {
      const { intent, answer, came } = command;
      const ended = ending(state.spend, intent, answer.sent, came ?? null);
      return ok(ended === null ? [] : [{ ...ended, at }]);
    }
  }
}

function ofAgents({ agents = [] }: Pick<Run, 'agents'>): Pick<Run, 'agents'> {
  return agents.length === 0 ? {} : { agents };
}

/** Which agent of the owner a run belongs to; in journals of before, the agents tell. */
function agentOf({ actors, runs }: AgentState, run: RunId | null): string {
  const own = run === null ? undefined : runs.get(run)?.agents?.at(-1);
  if (own !== undefined) return own;
  for (const [id, { state }] of actors) if (run !== null && state.tasks.some((task) => task.run === run)) return id;
  return MAIN_AGENT;
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

type SealChange = Omit<Extract<Fact, { type: 'seal.changed' }>, 'at' | 'command'>;

function obeySeal(
  state: AgentState,
  named: readonly SourceId[],
  sealed: boolean,
  act: (change: SealChange) => Result<readonly Fact[], Refusal>,
): Result<readonly Fact[], Refusal> {
  const sources = named.flatMap((id) => state.sources.get(id) ?? []);
  if (sources.length < named.length) return refuse('not-found', 'There is no such file.');
  const inFolder = sources.find((source) => !sealed && source.sealed === 'folder');
  if (inFolder) return refuse('illegal', `${inFolder.path} lies in a sealed folder. Take the seal off the folder.`);
  const changing = sources.filter((source) => (source.sealed === 'file') !== sealed);
  if (changing.length === 0) return refuse('stale', sealed ? 'It is sealed already.' : 'It is not sealed.');
  return act({ type: 'seal.changed', of: { sources: changing.map(({ id }) => id) }, sealed });
}

function obeyFolderSeal(
  state: AgentState,
  given: string,
  sealed: boolean,
  act: (change: SealChange) => Result<readonly Fact[], Refusal>,
): Result<readonly Fact[], Refusal> {
  const folder = folderName(given);
  if (folder === '') return refuse('illegal', 'A folder needs a name.');
  if (state.sealedFolders.includes(folder) === sealed)
    return refuse('stale', sealed ? 'This folder is sealed already.' : 'This folder is not sealed.');
  return act({ type: 'seal.changed', of: { folder }, sealed });
}

/** The witness and the way out to it, or neither. */
function reachWitness(
  state: AgentState,
  { id, key, address, opens }: Extract<Command, { type: 'reach-witness' }>,
  at: UnixMs,
): Result<readonly Fact[], Refusal> {
  // The way that it had before gives way to this one.
  const closed = closedWith(state, key, at);
  const opened = obeyChannel(
    {
      ...state,
      channels: new Map([...state.channels].filter(([kept]) => !closed.some(({ channel }) => channel === kept))),
    },
    { type: 'approve-channel', ...opens },
    at,
  );
  if ('refused' in opened) return refuse('stale', opened.refused);
  const channel = opens.channel.id;
  return ok([
    ...closed,
    ...(state.witnesses.approved.includes(key) ? [] : [{ type: 'witness.approved', key, at } as const]),
    { ...opened, at },
    { type: 'witness.reached', key, address, channel, at, command: id },
  ]);
}

/** A yes to a plan says to what of it, and to nothing that the card did not show. */
function refuseTicked(
  shown: readonly PlanAct[] | undefined,
  ticked: readonly Ticked[] | undefined,
): Result<never, Refusal> | null {
  if (shown === undefined && ticked === undefined) return null;
  if (ticked === undefined) return refuse('illegal', 'This asks about several acts: say to which of them you say yes.');
  switch (whyNotTicked(shown ?? [], ticked)) {
    case 'nothing':
      return refuse('illegal', 'Nothing is ticked. Deny it instead.');
    case 'other':
      return refuse('stale', 'What would be done has changed since it was shown.');
    case null:
      return null;
  }
}

/** A standing yes to more of what a card shows: never wider than the card offers, nor than one of the same run. */
function grantOf(
  { grants }: AgentState,
  run: Run,
  choice: GrantChoice,
  at: UnixMs,
  sha256: Sha256,
): Result<Grant, Refusal> {
  const { offer, id } = run.approval ?? {};
  if (offer === undefined || id === undefined) return refuse('illegal', 'This is asked about each time.');
  const chosen = attenuate(offer, choice);
  if (chosen === null) return refuse('illegal', 'A standing yes is for what its card shows, and for nothing else.');
  const wanted = { ...chosen, run: run.id };
  if (wanted.uses === 0 || wanted.bytes === 0 || wanted.until <= at)
    return refuse('illegal', 'A standing yes needs a number of times, a size and an end to come.');
  const before = [...grants.values()].find(
    ({ grant, revokedAt }) => revokedAt === null && grant.run === run.id && samePlace(grant, wanted),
  );
  return before === undefined
    ? ok({ ...wanted, id: grantId(wanted, id, sha256) })
    : refuse('stale', 'This run has a standing yes for this already. Take that back first.');
}

/** Whether what is about to leave is covered by a grant that was taken back meanwhile. */
function isTakenBack({ runs, grants }: AgentState, { by, approval }: EgressIntent): boolean {
  const waiting = runs.get(by.run as RunId)?.approval;
  if (waiting?.id !== approval || waiting.cover?.kind !== 'grant') return false;
  return grants.get(waiting.cover.grant)?.revokedAt !== null;
}

/** A witness that is dismissed takes its way out along. */
function closedWith(
  state: AgentState,
  key: string,
  at: UnixMs,
): readonly { readonly type: 'channel.revoked'; readonly channel: string; readonly at: UnixMs }[] {
  const channel = state.witnesses.reached?.find((witness) => witness.key === key)?.channel ?? '';
  return state.channels.get(channel)?.revokedAt === null ? [{ type: 'channel.revoked', channel, at }] : [];
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
  command: Extract<Command, { type: 'approve' | 'deny' | 'edit-approval' }>,
  act: (run: Run) => Result<readonly Fact[], Refusal>,
): Result<readonly Fact[], Refusal> {
  return onRun(state, command.run, (run) => {
    if (run.anew || (run.approval?.id !== command.approval && run.approval?.anew !== undefined))
      return refuse('stale', 'This question stands no more: it is put anew, and the new one says why.');
    if (run.status !== 'waiting-approval' || run.approval?.id !== command.approval)
      return refuse('stale', 'This question was answered already.');
    if (command.type === 'approve' && run.approval.digest !== command.digest)
      return refuse('stale', 'What would be done has changed since it was shown.');
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
