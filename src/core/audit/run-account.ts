import type { Digest, Sha256, UnixMs } from '../base/ids.ts';
import { hex, utf8 } from '../base/bytes.ts';
import { digestOf, type Json } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Cover } from '../agent/run.ts';
import { type CitedEvidence, citedClaim, importedSource } from './cited-claim.ts';
import type { LoggedFact } from './export-contents.ts';
import { field, list, text } from './json-fields.ts';

/**
 * What one run's entries come to: who wanted what, what was planned, allowed, asked and approved, what was read, and what
 * came out. Made from the entries alone, so that whoever holds them makes the same account and can compare.
 * `entry` is the index of the entry in the log that says so.
 */
export interface RunAccount {
  readonly run: string;
  readonly goal: { readonly text: string; readonly at: UnixMs; readonly entry: number };
  readonly outcome: 'complete' | 'failed' | 'cancelled' | 'unfinished';
  readonly plan: {
    readonly restated: string;
    readonly method: string;
    readonly digest: string;
    readonly entry: number;
    /** What the files chose in it, each with the bits it took of the run's budget. */
    readonly choices: readonly { readonly name: string; readonly value: string; readonly bits: number }[];
  } | null;
  readonly steps: readonly AccountedStep[];
  readonly approvals: readonly AccountedApproval[];
  /** Files that the answer cites. */
  readonly sources: readonly { readonly sha256: string; readonly file: string; readonly entry: number | null }[];
  readonly answer: AccountedAnswer | null;
  /** Files that were written with the owner's approval. */
  readonly written: readonly {
    readonly name: string;
    readonly sha256: Digest;
    readonly step: string;
    readonly entry: number;
  }[];
}

export interface AccountedStep {
  readonly step: string;
  readonly title: string;
  readonly tool: string;
  /** Null in journals that did not note it. */
  readonly toolVersion: number | null;
  /** SHA-256 of the model that did it; null: no model, the symbolic engine. */
  readonly model: string | null;
  readonly decision:
    | 'allowed: reads only'
    | 'approved by the owner'
    | 'covered by a grant'
    | 'covered by the rules'
    | 'covered by a yes to the plan'
    | 'denied'
    | 'not reached';
  readonly startedAt: UnixMs | null;
  readonly endedAt: UnixMs | null;
  readonly started: number | null;
  readonly ended: number | null;
  /** SHA-256 of what came of it. */
  readonly observation: string | null;
}

export interface AccountedApproval {
  readonly step: string;
  readonly asked: string;
  readonly reason: string;
  readonly fileName: string;
  /** SHA-256 of the exact content that was shown. */
  readonly sha256: Digest;
  /** Digest of the request that the answer is bound to. */
  readonly digest: string;
  readonly entry: number;
  /** `voided`: the question, or the yes to it, stood no more; `covered`: nobody was asked, for what `by` names. */
  readonly decision: 'given' | 'denied' | 'open' | 'voided' | 'covered';
  readonly decided: number | null;
  readonly by?: Cover;
}

export interface AccountedAnswer {
  readonly digest: string;
  readonly entry: number;
  readonly at: UnixMs;
  readonly verdict: string;
  readonly confidence: number | null;
  readonly checks: number;
  readonly checksFailed: number;
  readonly sentences: readonly {
    readonly id: string;
    readonly text: string;
    readonly basis: string;
    readonly evidence: readonly CitedEvidence[];
  }[];
}

export type AccountFault = { readonly sequence: number | null; readonly why: string };

const ENDS: { readonly [type: string]: RunAccount['outcome'] } = {
  'run.completed': 'complete',
  'run.failed': 'failed',
  'run.cancelled': 'cancelled',
};

/**
 * @param facts of this run, in the order of the log
 * @param imports facts `source.imported`, of which those cited are picked
 */
export function accountOf(
  sha256: Sha256,
  run: string,
  facts: readonly LoggedFact[],
  imports: readonly LoggedFact[],
): Result<RunAccount, AccountFault> {
  const first = facts[0];
  if (first?.entry.type !== 'run.started' || field(first.value, 'run') !== run)
    return err({ sequence: first?.entry.sequence ?? null, why: 'the first entry of the run is not its start' });
  const foreign = facts.find(({ entry, value }) => entry.run !== run || field(value, 'type') !== entry.type);
  if (foreign) return fault(foreign, 'it does not say what its entry says');
  const planned = facts.find(({ entry }) => entry.type === 'plan.committed');
  const plan = planned === undefined ? null : field(planned.value, 'plan');
  const approvals = approvalsOf(sha256, facts);
  if (!approvals.ok) return approvals;
  const answer = answerOf(sha256, facts);
  if (!answer.ok) return answer;
  const planSteps = list(field(plan, 'steps'));
  const steps = planSteps.map((step) => stepOf(step, facts, approvals.value));
  const unasked = steps.find(
    ({ step, started }, i) =>
      field(planSteps[i], 'approval') === true && started !== null && !isAllowed(step, started, facts),
  );
  if (unasked !== undefined)
    return err({
      sequence: unasked.started,
      why: `the step "${unasked.title}" needed an approval and began without one`,
    });
  const cited = answer.value?.sentences.flatMap(({ evidence }) => evidence) ?? [];
  return ok({
    run,
    goal: { text: text(field(first.value, 'goal')) ?? '', at: first.entry.time, entry: first.entry.sequence },
    outcome: ENDS[String(facts.at(-1)?.entry.type)] ?? 'unfinished',
    plan:
      planned === undefined
        ? null
        : {
            restated: text(field(field(plan, 'goal'), 'restated')) ?? '',
            method: text(field(plan, 'method')) ?? '',
            digest: text(field(plan, 'digest')) ?? '',
            entry: planned.entry.sequence,
            choices: list(field(planned.value, 'choices')).map((choice) => ({
              name: text(field(choice, 'name')) ?? '',
              value: String(field(choice, 'value')),
              bits: Number(field(choice, 'bits')),
            })),
          },
    steps,
    approvals: approvals.value,
    sources: sourcesOf(cited, imports),
    answer: answer.value,
    written: writtenBy(steps, approvals.value),
  });
}

function stepOf(
  planned: unknown,
  facts: readonly LoggedFact[],
  approvals: readonly AccountedApproval[],
): AccountedStep {
  const id = text(field(planned, 'id')) ?? '';
  const of = (type: string): LoggedFact | undefined =>
    facts.findLast(({ entry, value }) => entry.type === type && field(value, 'step') === id);
  const [started, finished, failed] = [of('step.started'), of('step.finished'), of('step.failed')];
  const ended = finished ?? failed;
  const by = field(started?.value, 'by');
  const version = field(by, 'version');
  return {
    step: id,
    title: text(field(planned, 'title')) ?? '',
    tool: text(field(planned, 'tool')) ?? '',
    toolVersion: typeof version === 'number' ? version : null,
    model: text(field(by, 'model')),
    decision:
      started === undefined && isLeftOut(id, facts) ? 'denied' : decisionOn(id, started, failed, finished, approvals),
    startedAt: started?.entry.time ?? null,
    endedAt: ended?.entry.time ?? null,
    started: started?.entry.sequence ?? null,
    ended: ended?.entry.sequence ?? null,
    observation: text(field(finished?.value, 'digest')),
  };
}

/** Whether the owner said yes to a plan, but not to this of it, or it was denied before. */
function isLeftOut(step: string, facts: readonly LoggedFact[]): boolean {
  const cards = facts.filter(({ value }) =>
    list(field(field(value, 'approval'), 'acts')).some((act) => field(act, 'step') === step),
  );
  return facts.some(
    ({ entry, value }) =>
      entry.type === 'approval.given' &&
      !names(value, step) &&
      cards.some((card) => field(field(card.value, 'approval'), 'id') === field(value, 'approval')),
  );
}

function decisionOn(
  id: string,
  started: LoggedFact | undefined,
  failed: LoggedFact | undefined,
  finished: LoggedFact | undefined,
  approvals: readonly AccountedApproval[],
): AccountedStep['decision'] {
  const asked = approvals.findLast(({ step }) => step === id);
  if (asked?.decision === 'given') return 'approved by the owner';
  if (asked?.decision === 'covered') return COVERED[asked.by?.kind ?? 'rules'];
  const refused = finished === undefined && field(field(failed?.value, 'error'), 'code') === 'denied';
  if (asked?.decision === 'denied' || refused) return 'denied';
  return started === undefined ? 'not reached' : 'allowed: reads only';
}

const COVERED: Readonly<Record<Cover['kind'], AccountedStep['decision']>> = {
  rules: 'covered by the rules',
  grant: 'covered by a grant',
  plan: 'covered by a yes to the plan',
};

/** Whether a step that acts had its yes, or what stood for one, before it began; what came of that later is another matter. */
function isAllowed(step: string, started: number, facts: readonly LoggedFact[]): boolean {
  const before = facts.filter(({ entry }) => entry.sequence < started);
  const about = before.filter(({ value }) => field(field(value, 'approval'), 'step') === step);
  const asked = about.map(({ value }) => field(field(value, 'approval'), 'id'));
  return (
    about.some((fact) => fact.entry.type === 'approval.covered' && isConsented(fact, before)) ||
    before.some(
      ({ entry, value }) =>
        entry.type === 'approval.given' && asked.includes(field(value, 'approval')) && names(value, step),
    )
  );
}

/** Whether what is said to be covered by a yes to the plan is among what that yes named, for the first time; true of what covers otherwise. */
function isConsented({ entry, value }: LoggedFact, facts: readonly LoggedFact[]): boolean {
  const approval = field(value, 'approval');
  const cover = field(approval, 'cover');
  if (field(cover, 'kind') !== 'plan') return true;
  const consent = field(cover, 'consent');
  const step = field(approval, 'step');
  const used = facts.some(
    (other) =>
      other.entry.sequence < entry.sequence &&
      other.entry.type === 'approval.covered' &&
      field(field(other.value, 'approval'), 'step') === step &&
      field(field(field(other.value, 'approval'), 'cover'), 'consent') === consent,
  );
  const given = facts.some(
    (other) =>
      other.entry.sequence < entry.sequence &&
      other.entry.type === 'approval.given' &&
      field(other.value, 'approval') === consent &&
      list(field(other.value, 'acts')).some(
        (act) => field(act, 'step') === step && field(act, 'digest') === field(approval, 'digest'),
      ),
  );
  return given && !used;
}

/** Whether a yes is to this step; one that names no acts is to all that was asked, which was one. */
function names(given: Json, step: unknown): boolean {
  const acts = field(given, 'acts');
  return acts === undefined || list(acts).some((act) => field(act, 'step') === step);
}

const DECIDING: { readonly [type: string]: AccountedApproval['decision'] } = {
  'approval.given': 'given',
  'approval.denied': 'denied',
  'approval.voided': 'voided',
};

function approvalsOf(sha256: Sha256, facts: readonly LoggedFact[]): Result<readonly AccountedApproval[], AccountFault> {
  const approvals: AccountedApproval[] = [];
  for (const asked of facts.filter(({ entry }) => ['approval.requested', 'approval.covered'].includes(entry.type))) {
    const approval = field(asked.value, 'approval');
    const decisions = facts.filter(
      ({ entry, value }) => entry.type in DECIDING && field(value, 'approval') === field(approval, 'id'),
    );
    const decided = decisions.at(-1);
    const other = decisions.find(
      ({ entry, value }) => entry.type === 'approval.given' && field(value, 'digest') !== field(approval, 'digest'),
    );
    const early = decisions.find(({ entry }) => entry.sequence < asked.entry.sequence);
    if (early !== undefined) return fault(early, 'it answers a question that was asked later');
    if (other !== undefined) return fault(other, 'it approves something else than was asked');
    const covered = asked.entry.type === 'approval.covered';
    approvals.push({
      step: text(field(approval, 'step')) ?? '',
      asked: text(field(approval, 'sentence')) ?? '',
      reason: text(field(approval, 'reason')) ?? '',
      fileName: text(field(approval, 'fileName')) ?? '',
      sha256: hex(sha256(utf8(text(field(approval, 'content')) ?? ''))) as Digest,
      digest: text(field(approval, 'digest')) ?? '',
      entry: asked.entry.sequence,
      decision: DECIDING[decided?.entry.type ?? ''] ?? (covered ? 'covered' : 'open'),
      decided: decided?.entry.sequence ?? null,
      ...(covered ? { by: field(approval, 'cover') as Cover } : {}),
    });
  }
  return ok(approvals);
}

function answerOf(sha256: Sha256, facts: readonly LoggedFact[]): Result<AccountedAnswer | null, AccountFault> {
  const fact = facts.findLast(({ entry }) => entry.type === 'answer.verified');
  if (fact === undefined) return ok(null);
  const [answer, verdict] = [field(fact.value, 'answer'), field(fact.value, 'verdict')];
  const digest = digestOf(sha256, answer ?? null);
  if (field(fact.value, 'digest') !== digest) return fault(fact, 'the answer is not the one its digest names');
  const checks = list(field(verdict, 'checks'));
  const confidence = field(verdict, 'confidence');
  const sentences = sentencesOf(fact.value, answer);
  if (!sentences.ok) return fault(fact, sentences.error);
  return ok({
    digest,
    entry: fact.entry.sequence,
    at: fact.entry.time,
    verdict: text(field(verdict, 'result')) ?? '',
    confidence: typeof confidence === 'number' ? confidence : null,
    checks: checks.length,
    checksFailed: checks.filter((check) => field(check, 'passed') !== true).length,
    sentences: sentences.value,
  });
}

/** An answer that failed its verification has no sentences to stand by. */
function sentencesOf(fact: Json, answer: unknown): Result<AccountedAnswer['sentences'], string> {
  if (field(field(fact, 'verdict'), 'result') !== 'PASS') return ok([]);
  const sentences: AccountedAnswer['sentences'][number][] = [];
  for (const claim of list(field(answer, 'sections')).flatMap((section) => list(field(section, 'claims')))) {
    const cited = citedClaim(fact, text(field(claim, 'id')) ?? '');
    if (!cited.ok) return cited;
    sentences.push({ ...cited.value.claim, evidence: cited.value.evidence });
  }
  return ok(sentences);
}

function sourcesOf(cited: readonly CitedEvidence[], imports: readonly LoggedFact[]): RunAccount['sources'] {
  const firsts = cited.filter(({ source }, i) => cited.findIndex((other) => other.source === source) === i);
  return firsts.map(({ source, file }) => {
    const fact = imports.findLast(({ value }) => {
      const imported = importedSource(value);
      return imported?.id === source && imported.path === file;
    });
    return { sha256: source, file, entry: fact?.entry.sequence ?? null };
  });
}

function writtenBy(steps: readonly AccountedStep[], approvals: readonly AccountedApproval[]): RunAccount['written'] {
  return steps.flatMap(({ step, observation, ended, decision }) => {
    const asked = approvals.findLast((approval) => approval.step === step);
    const allowed = asked?.decision === 'given' || asked?.decision === 'covered';
    return !allowed || asked.fileName === '' || observation === null || ended === null || decision === 'denied'
      ? []
      : [{ name: asked.fileName, sha256: asked.sha256, step, entry: ended }];
  });
}

function fault({ entry }: LoggedFact, why: string): Result<never, AccountFault> {
  return err({ sequence: entry.sequence, why: `entry ${String(entry.sequence)} (${entry.type}): ${why}` });
}
