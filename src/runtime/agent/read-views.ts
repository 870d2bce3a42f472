import type { Run } from '#core/agent/run.ts';
import type { RunId } from '#core/base/ids.ts';
import { DEFAULT_PURPOSES, type Purposes } from '#core/items/purposes.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import { BY_MODEL } from '#core/planner/plan.ts';
import type { ToolName } from '#core/tools/definition.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import { agentNames } from '../actors/agent-names.ts';
import type { Departure } from '../channels/channel-facts.ts';
import type { StoredGrant } from '../policy/grant-facts.ts';
import type { Spending } from '../spend/spend-facts.ts';
import type { AgentState } from './projection.ts';
import type {
  ApprovalView,
  Overview,
  RunLeft,
  RunSpent,
  RunSummary,
  RunView,
  SourceView,
  TimelineEntry,
} from '../contract/views.ts';

/** What every tab shows, read from the projections: the leader's own tab reads them the same way as the others. */
export type StoredOverview = Pick<
  Overview,
  | 'settings'
  | 'settingsSaved'
  | 'newFiles'
  | 'sealedFolders'
  | 'sources'
  | 'runs'
  | 'approvals'
  | 'grants'
  | 'agentNames'
>;

export async function readOverview(store: AgentStore, defaults: OwnerSettings): Promise<StoredOverview> {
  const [sourceRows, summaryRows, settingsRows, newFiles, sealedFolders, grants, agents] = await Promise.all([
    store.rows('source'),
    store.rows('summary'),
    store.rows('settings'),
    store.row('purposes', 'new'),
    store.row('sealed-folders', 'sealed-folders'),
    store.rows('grant'),
    agentNames(store),
  ]);
  const sources = sourceRows.map((row) => row.value as SourceView).sort((a, b) => a.path.localeCompare(b.path));
  const runs = summaryRows.map((row) => row.value as RunSummary).sort((a, b) => b.startedAt - a.startedAt);
  const settings = new Map(settingsRows.map((row) => [row.id, row.value as OwnerSettings]));
  const waiting = runs.filter((run) => run.status === 'waiting-approval');
  const approvals = (await Promise.all(waiting.map((run) => approvalOf(store, run.id)))).flat();
  return {
    settings: settingsInForce(settings.get('owner') ?? null, settings.get('suggested') ?? null, sources, defaults),
    settingsSaved: settings.has('owner'),
    newFiles: (newFiles?.value as Purposes | undefined) ?? DEFAULT_PURPOSES,
    sealedFolders: (sealedFolders?.value as readonly string[] | undefined) ?? [],
    sources,
    runs,
    approvals,
    grants: grants.map((row) => row.value as StoredGrant).sort((a, b) => b.sequence - a.sequence),
    agentNames: agents,
  };
}

export async function readRun(store: AgentStore, id: RunId): Promise<RunView | null> {
  const [run, timeline] = await Promise.all([store.row('run', id), store.row('timeline', id)]);
  if (run === null) return null;
  const outside = await outsideOf(store, run.value as Run);
  return { run: run.value as Run, timeline: (timeline?.value ?? []) as TimelineEntry[], progress: {}, ...outside };
}

/**
 * Only what is sent, and models that are asked, leave and cost anything: most runs have nothing to look up. A goal that is
 * not understood may have been a question to the model that was to plan it.
 */
async function outsideOf(store: AgentStore, { id, plan, steps }: Run): Promise<Pick<RunView, 'spent' | 'left'>> {
  const asked = plan?.steps.some(({ id: step, tool }) => SENDING.has(tool) && steps[step]?.attempts);
  const planned = plan === null || plan.method === BY_MODEL || plan.goal.kind === 'not-understood';
  if (asked !== true && !planned) return { spent: null, left: [] };
  const [spendings, departures] = await Promise.all([store.rows('spending'), store.rows('egress')]);
  return {
    spent: spentBy(
      id,
      spendings.map(({ value }) => value as Spending),
    ),
    left: leftFor(
      id,
      departures.map(({ value }) => value as Departure),
    ),
  };
}

/** What did not go is not told; what is on its way, or nobody knows of, may have gone. */
function leftFor(id: RunId, departures: readonly Departure[]): RunLeft[] {
  const hosts = new Map<string, RunLeft>();
  for (const { intent, answer } of departures) {
    if (intent.by.run !== id || answer?.sent === 'no') continue;
    const before = hosts.get(intent.host);
    hosts.set(intent.host, {
      host: intent.host,
      requests: (before?.requests ?? 0) + 1,
      bytes: (before?.bytes ?? 0) + intent.bytes,
      got: answer?.sent === 'yes' && before?.got !== 'maybe' ? 'yes' : 'maybe',
    });
  }
  return [...hosts.values()];
}

function spentBy(id: RunId, rows: readonly Spending[]): RunSpent | null {
  const spendings = rows.filter(({ reservation }) => reservation.run === id);
  const [first] = spendings;
  if (first === undefined) return null;
  return {
    micro: spendings.reduce((sum, { end }) => sum + (end?.actual ?? 0), 0),
    open: spendings.reduce((sum, { end, reservation }) => sum + (end === null ? reservation.micro : 0), 0),
    currency: first.reservation.currency,
  };
}

const SENDING: ReadonlySet<ToolName> = new Set(['send-answer', 'ask-model']);

/** The owner's own settings; else those that came with sample data while it is there; else the browser's. */
export function settingsInForce(
  saved: OwnerSettings | null,
  suggested: OwnerSettings | null,
  sources: readonly SourceView[],
  defaults: OwnerSettings,
): OwnerSettings {
  if (saved) return saved;
  return suggested && sources.some((source) => source.sample && source.removedAt === null) ? suggested : defaults;
}

/** The time zone that goals are read in. */
export function zoneInForce(state: AgentState, defaults: OwnerSettings): string {
  return settingsInForce(state.settings, state.suggested, [...state.sources.values()], defaults).zone;
}

export function defaultSettings(zone: string, locale: string): OwnerSettings {
  const day = { from: 9 * 60, to: 17 * 60 };
  return {
    names: [],
    addresses: [],
    zone,
    locale,
    weekStart: /^(en-US|en-CA|pt-BR|ja|he)/.test(locale) ? 'sunday' : 'monday',
    units: locale === 'en-US' ? 'imperial' : 'metric',
    workingHours: { 1: day, 2: day, 3: day, 4: day, 5: day },
    theme: 'system',
  };
}

async function approvalOf(store: AgentStore, id: RunId): Promise<ApprovalView[]> {
  const row = await store.row('run', id);
  const run = row?.value as Run | undefined;
  if (run?.status !== 'waiting-approval' || !run.approval) return [];
  const timeline = ((await store.row('timeline', id))?.value ?? []) as TimelineEntry[];
  const asked = timeline.filter(({ type }) => type === 'approval.requested');
  const askedAt = asked.at(-1)?.at ?? run.startedAt;
  const by = run.agents === undefined ? {} : { agents: run.agents };
  return [{ run: id, goal: run.goal, ...by, askedAt, questions: asked.length, approval: run.approval }];
}
