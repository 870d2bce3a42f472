import { actingAgents } from '#core/agent/run-agents.ts';
import { labelToUse } from '#core/agent/run-labels.ts';
import type { Run } from '#core/agent/run.ts';
import type { RunId, Sha256, SourceId, UnixMs } from '#core/base/ids.ts';
import { utf8 } from '#core/base/bytes.ts';
import { NEUTRAL, OWNER_TYPED } from '#core/labels/label.ts';
import type { Step } from '#core/planner/plan.ts';
import { withContent } from '#core/policy/carried-content.ts';
import type { SinkRequest } from '#core/policy/request.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { Departure } from '../channels/channel-facts.ts';
import type { SourceView } from '../contract/views.ts';
import type { Circumstances } from './rule-judge.ts';
import { quotedBy, readRequest, readsOf } from './run-rules.ts';
import { sentTimes } from './sent-times.ts';

/** Something that was decided on, as it can be decided on again. */
export interface PastCall {
  readonly at: UnixMs;
  readonly run: RunId | null;
  readonly title: string;
  readonly request: SinkRequest;
  readonly circumstances: Circumstances;
  /** Its owner was asked, or it was denied: a rule that asks would have changed nothing. */
  readonly asked: boolean;
  readonly denied: boolean;
  /** It left this device, or may have. */
  readonly left: boolean;
}

type Sources = ReadonlyMap<SourceId, SourceView>;

/**
 * What runs did and what left, out of what the journal was folded into: the newest first.
 * @param zone where the owner is, for what no run did
 */
export async function pastCalls(
  store: Pick<AgentStore, 'rows'>,
  zone: string,
  sha256: Sha256,
): Promise<readonly PastCall[]> {
  const [runRows, egressRows, sourceRows] = await Promise.all([
    store.rows('run'),
    store.rows('egress'),
    store.rows('source'),
  ]);
  const sources: Sources = new Map(sourceRows.map(({ id, value }) => [id as SourceId, value as SourceView]));
  const runs = new Map(runRows.map(({ id, value }) => [id, value as Run]));
  const departures = egressRows.map(({ value }) => value as Departure);
  const sent = new Set(departures.map(({ intent: { by } }) => `${by.run}/${by.step}`));
  const calls: Promise<PastCall | null>[] = departures.map((departure) =>
    leftCall(departure, runs.get(departure.intent.by.run), sources, zone, sha256),
  );
  for (const run of runs.values())
    for (const step of run.plan?.steps ?? [])
      if (!sent.has(`${run.id}/${step.id}`)) calls.push(stepCall(run, step, sources));
  const known = (await Promise.all(calls)).filter((call) => call !== null);
  return known.sort((a, b) => b.at - a.at);
}

/** What left is known to the byte by its intent. */
async function leftCall(
  { intent, at, answer }: Departure,
  run: Run | undefined,
  sources: Sources,
  zone: string,
  sha256: Sha256,
): Promise<PastCall> {
  const label = intent.label ?? (run === undefined ? NEUTRAL : labelToUse(run, sources));
  const action = {
    ...intent.by,
    arguments: {},
    contentDigest: intent.request,
    host: intent.host,
    label,
    ...{ policy: intent.policy, nonce: '' },
  };
  const request: SinkRequest = {
    ...{ action, channel: intent.channel, planned: true, planner: OWNER_TYPED, destructive: false },
    sink: 'egress',
    arguments: withContent([{ name: 'content', role: 'content', label }], await sentTimes(intent, run, sha256)),
  };
  return {
    at,
    run: run?.id ?? null,
    title: run?.goal ?? intent.by.tool,
    request,
    circumstances: await circumstancesOf(run, request, sources, intent.bytes, zone),
    asked: intent.reason === 'approved',
    denied: false,
    left: answer?.sent !== 'no',
  };
}

/** A step of a run; null for one that was never begun, and for a sending of which nothing left. */
async function stepCall(run: Run, step: Step, sources: Sources): Promise<PastCall | null> {
  const state = run.steps[step.id];
  if (state === undefined || state.startedAt === null || step.tool === 'send-answer') return null;
  const read = readRequest(run, step, '');
  const saves = step.tool === 'save-file';
  const label = labelToUse(run, sources);
  const request: SinkRequest = saves
    ? {
        ...read,
        action: { ...read.action, label },
        sink: 'file-export',
        arguments: [...read.arguments, { name: 'content', role: 'content', label }],
      }
    : read;
  const bytes = saves ? utf8(await contentOf(run)).length : null;
  return {
    at: state.startedAt,
    run: run.id,
    title: run.goal,
    request,
    circumstances: await circumstancesOf(run, request, sources, bytes, run.zone),
    asked: saves,
    denied: state.error?.code === 'denied',
    left: false,
  };
}

async function circumstancesOf(
  run: Run | undefined,
  request: SinkRequest,
  sources: Sources,
  bytes: number | null,
  zone: string,
): Promise<Circumstances> {
  const plan = run?.plan ?? null;
  return {
    agents: actingAgents(run),
    purpose: plan?.goal.kind ?? '',
    zone: run?.zone ?? zone,
    bytes,
    fileOf: (source) => sources.get(source as SourceId),
    reads: await readsOf(plan),
    quoted: quotedBy(run ?? null, request),
  };
}

async function contentOf({ goal, answer }: Run): Promise<string> {
  if (answer === null) return '';
  const { answerMarkdown } = await import('#core/tools/answer-markdown.ts');
  return answerMarkdown(goal, answer);
}
