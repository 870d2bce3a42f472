import { blanked, goalsOfRuns } from '#core/actors/blank.ts';
import type { Supervised } from '#core/actors/actor.ts';
import type { AgentActor } from '#core/actors/agent-messages.ts';
import type { ActorId } from '#core/actors/envelope.ts';
import { isEnded, runAfter } from '#core/agent/transition.ts';
import type { Run } from '#core/agent/run.ts';
import type { CommandId, RunId, Sequence, SourceId } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import { DEFAULT_PURPOSES, purposesOf, type Purposes } from '#core/items/purposes.ts';
import { inSealedFolders, withSeal } from '#core/items/sealing.ts';
import type { AgentId } from '#core/identity/did-key.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import type { ProjectionRow } from '#ports/agent-store.ts';
import type { CommandOutcome, Doomed } from '../contract/commands.ts';
import { doomedKey } from './destruction.ts';
import type { RunSummary, SourceView, TimelineEntry } from '../contract/views.ts';
import { projectActor } from '../actors/actor-facts.ts';
import { type Departure, projectChannels, type StoredChannel } from '../channels/channel-facts.ts';
import { projectIdentity, type StoredIdentity } from '../identity/identity-facts.ts';
import { projectGrant, projectUse, type StoredGrant, type StoredGrants } from '../policy/grant-facts.ts';
import type { AdoptedRules } from '../policy/policy-facts.ts';
import { type Doom, isRunEvent, type Fact } from './facts.ts';
import { NO_WITNESSES, projectWitnesses, type StoredWitnesses } from '../proofs/witness-facts.ts';
import { NO_SPENDING, projectRunEnd, projectSpend, type StoredSpend } from '../spend/spend-facts.ts';
import { sentenceFor } from './timeline.ts';

/**
 * What the journal comes to: folded from its facts, one after the other, and kept in rows that can be dropped and
 * built again. `project` is the only place where it changes.
 */
export interface AgentState {
  readonly agent: string | null;
  /** Null in a journal that does not have its genesis record yet. */
  readonly identity: StoredIdentity | null;
  readonly witnesses: StoredWitnesses;
  /** The owner's agents, as their own logs were noted. */
  readonly actors: ReadonlyMap<ActorId, Supervised<AgentActor>>;
  /** Ways out, by id. */
  readonly channels: ReadonlyMap<string, StoredChannel>;
  /** What was about to leave and has no answer yet, by intent. */
  readonly leaving: ReadonlyMap<string, Departure>;
  /** The owner's standing yeses, by id. */
  readonly grants: StoredGrants;
  /** The version of the owner's rules that is in force; null: none was adopted, what the app came with holds. */
  readonly rules: AdoptedRules | null;
  /** Money: the price list, the caps, and what counts against them. */
  readonly spend: StoredSpend;
  readonly runs: ReadonlyMap<RunId, Run>;
  /** Runs that the owner took from the list: they have no summary row. */
  readonly forgotten: ReadonlySet<RunId>;
  readonly sources: ReadonlyMap<SourceId, SourceView>;
  /** What files that come in may be used for. */
  readonly newFiles: Purposes;
  /** Folders whose files are sealed, also those that come in later. */
  readonly sealedFolders: readonly string[];
  readonly settings: OwnerSettings | null;
  readonly suggested: OwnerSettings | null;
  /** Observations of the steps of unfinished runs, by `${run}/${step}`. */
  readonly observations: ReadonlyMap<string, Json>;
  readonly timelines: ReadonlyMap<RunId, readonly TimelineEntry[]>;
  /** What is being destroyed and is not yet known to be gone, by `doomedKey`. */
  readonly destroying: ReadonlyMap<string, Destroying>;
}

export interface Destroying {
  readonly doomed: Doomed;
  readonly doom: Doom;
}

type Row = ProjectionRow & { readonly kind: RowKind };

export interface Projected {
  readonly state: AgentState;
  readonly rows: readonly Row[];
  readonly done: readonly { readonly id: CommandId; readonly outcome: CommandOutcome }[];
}

/** The kinds of rows that the journal is folded into. */
export const ROW_KINDS = [
  'agent',
  'identity',
  'witnesses',
  'actor',
  'channel',
  'rules',
  'grant',
  'egress',
  'spend',
  'spending',
  'run',
  'summary',
  'source',
  'purposes',
  'sealed-folders',
  'settings',
  'observation',
  'timeline',
  'destroying',
] as const;
export type RowKind = (typeof ROW_KINDS)[number];

export const EMPTY_STATE: AgentState = {
  agent: null,
  identity: null,
  witnesses: NO_WITNESSES,
  actors: new Map(),
  channels: new Map(),
  leaving: new Map(),
  rules: null,
  grants: new Map(),
  spend: NO_SPENDING,
  runs: new Map(),
  forgotten: new Set(),
  sources: new Map(),
  newFiles: DEFAULT_PURPOSES,
  sealedFolders: [],
  settings: null,
  suggested: null,
  observations: new Map(),
  timelines: new Map(),
  destroying: new Map(),
};

export function observationKey(run: RunId, step: string): string {
  return `${run}/${step}`;
}

/** @throws InvariantError when the fact may not follow the state */
export function project(state: AgentState, fact: Fact, sequence: Sequence): Projected {
  const { state: next, rows } = isRunEvent(fact)
    ? projectRun(state, fact, sequence)
    : projectVault(state, fact, sequence);
  const done = fact.command ? [{ id: fact.command, outcome: { ok: true as const, sequence } }] : [];
  return { state: next, rows, done };
}

function projectRun(
  state: AgentState,
  fact: Extract<Fact, { run: RunId }>,
  sequence: Sequence,
): Omit<Projected, 'done'> {
  if (!isRunEvent(fact)) return { state, rows: [] };
  const run = runAfter(state.runs.get(fact.run) ?? null, fact);
  const entry: TimelineEntry = { sequence, at: fact.at, type: fact.type, text: sentenceFor(fact, run) };
  const timeline = [...(state.timelines.get(run.id) ?? []), entry];
  const rows: Row[] = [
    { kind: 'run', id: run.id, sequence, value: run },
    { kind: 'summary', id: run.id, sequence, value: summaryOf(run, timeline) },
    { kind: 'timeline', id: run.id, sequence, value: timeline },
  ];
  const used = projectUse(state.grants, fact, sequence);
  const grants = used === null ? state.grants : new Map(state.grants).set(used.grant.id, used);
  if (used !== null) rows.push({ kind: 'grant', id: used.grant.id, sequence, value: used });
  let observations = state.observations;
  let { spend } = state;
  if (fact.type === 'step.finished') {
    const key = observationKey(run.id, fact.step);
    observations = new Map(observations).set(key, fact.observation);
    rows.push({ kind: 'observation', id: key, sequence, value: fact.observation });
  }
  if (isEnded(run)) {
    // An ended run needs its observations no more: the answer holds what counts, the journal holds them all.
    const left = new Map(observations);
    for (const step of Object.keys(run.steps)) {
      const key = observationKey(run.id, step);
      if (left.delete(key)) rows.push({ kind: 'observation', id: key, sequence, value: null });
    }
    observations = left;
    const without = projectRunEnd(spend, run.id);
    spend = without.spend;
    rows.push(...without.rows.map((row) => ({ ...row, sequence })));
  }
  return {
    state: {
      ...state,
      runs: new Map(state.runs).set(run.id, run),
      timelines: new Map(state.timelines).set(run.id, timeline),
      grants,
      observations,
      spend,
    },
    rows,
  };
}

function projectVault(state: AgentState, fact: Fact, sequence: Sequence): Omit<Projected, 'done'> {
  switch (fact.type) {
    case 'agent.created':
      return {
        state: { ...state, agent: fact.agent },
        rows: [{ kind: 'agent', id: 'agent', sequence, value: fact.agent }],
      };
    case 'agent.continued':
      return withContinued(state, fact.agent as AgentId, sequence);
    case 'source.imported':
      return withSource(state, { ...fact.source, removedAt: null }, sequence);
    case 'source.removed': {
      const source = state.sources.get(fact.source);
      return source ? withSource(state, { ...source, removedAt: fact.at }, sequence) : { state, rows: [] };
    }
    case 'source.restored': {
      const source = state.sources.get(fact.source);
      return source ? withSource(state, { ...source, removedAt: null }, sequence) : { state, rows: [] };
    }
    case 'purposes.changed': {
      if (fact.sources === 'new') {
        const newFiles = { ...state.newFiles, ...fact.purposes };
        return { state: { ...state, newFiles }, rows: [{ kind: 'purposes', id: 'new', sequence, value: newFiles }] };
      }
      const rows: Row[] = [];
      let next = state;
      for (const id of fact.sources) {
        const source = next.sources.get(id);
        if (!source) continue;
        const changed = withSource(
          next,
          { ...source, purposes: { ...purposesOf(source), ...fact.purposes } },
          sequence,
        );
        next = changed.state;
        rows.push(...changed.rows);
      }
      return { state: next, rows };
    }
    case 'seal.changed':
      return withChangedSeal(state, fact, sequence);
    case 'contents.destroying':
      return withoutDoomed(state, fact, sequence);
    case 'contents.destroyed': {
      const id = doomedKey(fact.doomed);
      const destroying = new Map(state.destroying);
      destroying.delete(id);
      return { state: { ...state, destroying }, rows: [{ kind: 'destroying', id, sequence, value: null }] };
    }
    case 'settings.changed':
      return {
        state: { ...state, settings: fact.settings },
        rows: [{ kind: 'settings', id: 'owner', sequence, value: fact.settings }],
      };
    case 'settings.suggested':
      return {
        state: { ...state, suggested: fact.settings },
        rows: [{ kind: 'settings', id: 'suggested', sequence, value: fact.settings }],
      };
    case 'run.forgotten':
    case 'run.remembered': {
      const run = state.runs.get(fact.run);
      if (!run) return { state, rows: [] };
      const forget = fact.type === 'run.forgotten';
      const forgotten = new Set(state.forgotten);
      if (forget) forgotten.add(run.id);
      else forgotten.delete(run.id);
      const value = forget ? null : summaryOf(run, state.timelines.get(run.id) ?? []);
      return { state: { ...state, forgotten }, rows: [{ kind: 'summary', id: run.id, sequence, value }] };
    }
    case 'agent.genesis':
    case 'agent.certified':
    case 'claims.stated':
    case 'proof.given':
    case 'proof.accepted':
    case 'signatures.asked':
    case 'signature.received':
    case 'signatures.withdrawn':
    case 'cosigners.named':
    case 'vouching.begun':
    case 'record.cosigned': {
      const identity = projectIdentity(state.identity, fact);
      if (identity === state.identity) return { state, rows: [] };
      return { state: { ...state, identity }, rows: [{ kind: 'identity', id: 'identity', sequence, value: identity }] };
    }
    case 'witness.approved':
    case 'witness.dismissed':
    case 'witness.reached':
    case 'witness.asked':
    case 'checkpoint.cosigned':
    case 'log.cosigned': {
      const witnesses = projectWitnesses(state.witnesses, fact);
      return {
        state: { ...state, witnesses },
        rows: [{ kind: 'witnesses', id: 'witnesses', sequence, value: witnesses }],
      };
    }
    case 'actor.noted': {
      const actor = projectActor(state.actors.get(fact.actor), fact);
      if (actor === null) return { state, rows: [] };
      const actors = new Map(state.actors).set(fact.actor, actor);
      return { state: { ...state, actors }, rows: [{ kind: 'actor', id: fact.actor, sequence, value: actor }] };
    }
    case 'policy.adopted': {
      const { digest, set, at } = fact;
      const rules: AdoptedRules = { digest, set, at };
      const row = (id: string): Row => ({ kind: 'rules', id, sequence, value: rules });
      return { state: { ...state, rules }, rows: [row('in-force'), row(String(sequence))] };
    }
    case 'grant.given':
    case 'grant.revoked': {
      const grant = projectGrant(state.grants, fact, sequence);
      if (grant === null) return { state, rows: [] };
      const { id } = grant.grant;
      const grants = new Map(state.grants).set(id, grant);
      return { state: { ...state, grants }, rows: [{ kind: 'grant', id, sequence, value: grant }] };
    }
    case 'channel.approved':
    case 'channel.changed':
    case 'channel.revoked':
    case 'channel.key-set':
    case 'channel.key-changed':
    case 'channel.key-found':
    case 'channel.key-removed':
    case 'egress.intent':
    case 'egress.answered': {
      const { channels, leaving, rows } = projectChannels(state, fact, sequence);
      return { state: { ...state, channels, leaving }, rows: rows.map((row) => ({ ...row, sequence })) };
    }
    case 'price.adopted':
    case 'caps.changed':
    case 'spend.reserved':
    case 'spend.settled':
    case 'spend.given-back': {
      const { spend, rows } = projectSpend(state.spend, fact, sequence);
      return { state: { ...state, spend }, rows: rows.map((row) => ({ ...row, sequence })) };
    }
    default:
      return { state, rows: [] };
  }
}

function withChangedSeal(
  state: AgentState,
  { of, sealed }: Extract<Fact, { type: 'seal.changed' }>,
  sequence: Sequence,
): Omit<Projected, 'done'> {
  const others = 'folder' in of ? state.sealedFolders.filter((folder) => folder !== of.folder) : state.sealedFolders;
  const sealedFolders = 'folder' in of && sealed ? [...others, of.folder].sort() : others;
  const named = 'folder' in of ? [...state.sources.keys()] : of.sources;
  const rows: Row[] =
    'folder' in of ? [{ kind: 'sealed-folders', id: 'sealed-folders', sequence, value: sealedFolders }] : [];
  const sources = new Map(state.sources);
  for (const id of named) {
    const source = state.sources.get(id);
    if (!source) continue;
    const own = 'folder' in of ? source : withSeal(source, sealed);
    const changed = inSealedFolders(own, sealedFolders);
    if (changed === source) continue;
    sources.set(id, changed);
    rows.push({ kind: 'source', id, sequence, value: changed });
  }
  return { state: { ...state, sources, sealedFolders }, rows };
}

/** Every view of what is destroyed goes at once; what is left of it to be done stays until it is done. */
function withoutDoomed(state: AgentState, { doomed, doom }: Destroying, sequence: Sequence): Omit<Projected, 'done'> {
  const gone = (kind: RowKind, id: string): Row => ({ kind, id, sequence, value: null });
  const [runs, timelines] = [new Map(state.runs), new Map(state.timelines)];
  const [sources, observations] = [new Map(state.sources), new Map(state.observations)];
  const forgotten = new Set(state.forgotten);
  const rows: Row[] = [];
  const actors = new Map(state.actors);
  const goals = goalsOfRuns(doom.runs);
  for (const [id, actor] of actors) {
    const without = blanked(actor, goals);
    if (without === actor) continue;
    actors.set(id, without);
    rows.push({ kind: 'actor', id, sequence, value: without });
  }
  for (const id of doom.runs) {
    for (const step of Object.keys(runs.get(id)?.steps ?? {})) {
      if (observations.delete(observationKey(id, step))) rows.push(gone('observation', observationKey(id, step)));
    }
    runs.delete(id);
    timelines.delete(id);
    forgotten.delete(id);
    rows.push(gone('run', id), gone('summary', id), gone('timeline', id));
  }
  if (doomed.kind === 'source') {
    sources.delete(doomed.id);
    rows.push(gone('source', doomed.id));
  }
  const value = { doomed, doom };
  const destroying = new Map(state.destroying).set(doomedKey(doomed), value);
  rows.push({ kind: 'destroying', id: doomedKey(doomed), sequence, value });
  return { state: { ...state, actors, runs, timelines, forgotten, sources, observations, destroying }, rows };
}

function withContinued(state: AgentState, agent: AgentId, sequence: Sequence): Omit<Projected, 'done'> {
  const own: Row = { kind: 'agent', id: 'agent', sequence, value: agent };
  if (state.identity === null) return { state: { ...state, agent }, rows: [own] };
  const continued = [...(state.identity.continued ?? []), { from: sequence, agent }];
  const identity = { ...state.identity, continued };
  return {
    state: { ...state, agent, identity },
    rows: [own, { kind: 'identity', id: 'identity', sequence, value: identity }],
  };
}

function withSource(state: AgentState, source: SourceView, sequence: Sequence): Omit<Projected, 'done'> {
  const rows: Row[] = [{ kind: 'source', id: source.id, sequence, value: source }];
  return { state: { ...state, sources: new Map(state.sources).set(source.id, source) }, rows };
}

export function summaryOf(run: Run, timeline: readonly TimelineEntry[]): RunSummary {
  const states = Object.values(run.steps);
  return {
    id: run.id,
    goal: run.goal,
    kind: run.plan?.goal.kind ?? null,
    status: run.status,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    stepsDone: states.filter((step) => step.status === 'done' || step.status === 'skipped').length,
    steps: states.length,
    questions: timeline.filter(({ type }) => type === 'approval.requested').length,
  };
}

/** The state as its rows hold it. */
export function stateFromRows(rows: readonly ProjectionRow[]): AgentState {
  const of = <T>(kind: string): [string, T][] =>
    rows.filter((row) => row.kind === kind).map((row) => [row.id, row.value as T]);
  const settings = new Map(of<OwnerSettings>('settings'));
  const runs = new Map(of<Run>('run') as [RunId, Run][]);
  const listed = new Set(rows.filter((row) => row.kind === 'summary').map((row) => row.id));
  return {
    agent: of<string>('agent')[0]?.[1] ?? null,
    identity: of<StoredIdentity>('identity')[0]?.[1] ?? null,
    witnesses: of<StoredWitnesses>('witnesses')[0]?.[1] ?? NO_WITNESSES,
    actors: new Map(of<Supervised<AgentActor>>('actor') as [ActorId, Supervised<AgentActor>][]),
    grants: new Map(of<StoredGrant>('grant')),
    rules: new Map(of<AdoptedRules>('rules')).get('in-force') ?? null,
    spend: of<StoredSpend>('spend')[0]?.[1] ?? NO_SPENDING,
    channels: new Map(of<StoredChannel>('channel')),
    leaving: new Map(of<Departure>('egress').filter(([, { answer }]) => answer === null)),
    runs,
    forgotten: new Set([...runs.keys()].filter((id) => !listed.has(id))),
    sources: new Map(of<SourceView>('source') as [SourceId, SourceView][]),
    newFiles: of<Purposes>('purposes')[0]?.[1] ?? DEFAULT_PURPOSES,
    sealedFolders: of<readonly string[]>('sealed-folders')[0]?.[1] ?? [],
    settings: settings.get('owner') ?? null,
    suggested: settings.get('suggested') ?? null,
    observations: new Map(of<Json>('observation')),
    timelines: new Map(of<TimelineEntry[]>('timeline') as [RunId, TimelineEntry[]][]),
    destroying: new Map(of<Destroying>('destroying')),
  };
}
