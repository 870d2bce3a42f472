import { hex, utf8 } from '../base/bytes.ts';
import type { Sha256, UnixMs } from '../base/ids.ts';
import type { RunEvent } from './events.ts';
import type { Run, RunStatus } from './run.ts';
import { runAfter } from './transition.ts';

/**
 * A run as spans in time: a view of its journal entries, made anew from them whenever it is looked at. Ids are those of
 * W3C Trace Context; they are digests of what they name, so the same journal gives the same trace.
 */
export interface Trace {
  /** 32 hexadecimal digits. */
  readonly id: string;
  /** The run first, the others in the order in which they began. */
  readonly spans: readonly Span[];
}

export interface Span {
  /** 16 hexadecimal digits. */
  readonly id: string;
  /** Null for the run itself. */
  readonly parent: string | null;
  readonly kind: SpanKind;
  /** For people: the goal, the step's title, the host. */
  readonly title: string;
  /** The tool of a step; null for what is none. */
  readonly tool: string | null;
  readonly from: UnixMs;
  /** Null while it goes on. */
  readonly to: UnixMs | null;
  readonly outcome: 'open' | 'done' | 'failed';
  /** What came of it, where that is more than that it is done. */
  readonly note: string | null;
  readonly attributes: { readonly [name: string]: string | number };
  readonly events: readonly SpanEvent[];
}

/** `waiting`: for the owner. `request`: to another host. */
export type SpanKind = 'run' | 'planning' | 'step' | 'waiting' | 'paused' | 'verifying' | 'request';

export interface SpanEvent {
  readonly name: 'state_transition' | 'scheduler_parallel_batch' | 'verifier_started' | 'cache_hit';
  readonly at: UnixMs;
  readonly attributes: { readonly [name: string]: string | number };
}

/** Something that left for the run, and its answer. */
export interface TracedRequest {
  readonly type: 'request.sent';
  readonly id: string;
  readonly at: UnixMs;
  readonly host: string;
  readonly method: string;
  readonly bytes: number;
}

export interface TracedAnswer {
  readonly type: 'request.answered';
  readonly id: string;
  readonly at: UnixMs;
  readonly status: number | null;
  readonly failure: string | null;
  readonly bytes: number;
}

export type TracedFact = RunEvent | TracedRequest | TracedAnswer;

/** @param facts of one run, in the order of the journal, its start first */
export function traceOf(sha256: Sha256, facts: readonly TracedFact[]): Trace {
  const [first] = facts;
  if (first?.type !== 'run.started') return { id: '', spans: [] };
  const recorder = new Recorder(sha256, first);
  for (const fact of facts) recorder.record(fact);
  return recorder.trace();
}

/** A span that is still written. */
type Open = { -readonly [Field in keyof Span]: Span[Field] } & { attributes: Record<string, string | number> };

class Recorder {
  readonly #name: (what: string, bytes: number) => string;
  readonly #id: string;
  readonly #spans: Open[] = [];
  readonly #root: Open;
  /** Those that go on, by what they are of. */
  readonly #open = new Map<string, Open>();
  #run: Run | null = null;
  /** Steps that were begun one after the other, with nothing in between, and when the last of them was. */
  #batch: { readonly at: UnixMs; readonly steps: readonly string[] };

  constructor(sha256: Sha256, { run, goal, at }: RunEvent & { readonly type: 'run.started' }) {
    this.#name = (what, bytes) => hex(sha256(utf8(`windhover trace ${run} ${what}`)).subarray(0, bytes));
    this.#id = this.#name('', 16);
    this.#batch = { at, steps: [] };
    this.#root = this.#begin('run', 'run', goal, at);
  }

  record(fact: TracedFact): void {
    if (fact.type === 'request.sent') return this.#sent(fact);
    if (fact.type === 'request.answered') return this.#answered(fact);
    const before = this.#run?.status ?? null;
    this.#run = runAfter(this.#run, fact);
    if (fact.type !== 'step.started') this.#endBatch();
    this.#step(fact, this.#run);
    if (this.#run.status !== before) this.#moved(before, this.#run.status, fact.at);
  }

  trace(): Trace {
    this.#endBatch();
    return { id: this.#id, spans: this.#spans };
  }

  #step(fact: RunEvent, { plan, failure }: Run): void {
    const { at } = fact;
    switch (fact.type) {
      case 'step.started': {
        const step = plan?.steps.find(({ id }) => id === fact.step);
        // Begun again without an end: the app ended in the middle of it.
        this.#end(`step ${fact.step}`, at, 'failed', 'The app ended in the middle of it.');
        const span = this.#begin('step', `step ${fact.step}`, step?.title ?? fact.step, at);
        span.tool = step?.tool ?? null;
        span.attributes = {
          step: fact.step,
          attempt: fact.attempt,
          ...(fact.by === undefined ? {} : { 'tool.version': fact.by.version }),
          ...(fact.by?.model == null ? {} : { 'model.sha256': fact.by.model }),
        };
        this.#batch = { at, steps: [...this.#batch.steps, fact.step] };
        return;
      }
      case 'step.finished':
        if (fact.from !== undefined) this.#hit(`step ${fact.step}`, fact.from, at);
        return this.#end(`step ${fact.step}`, at, 'done', null, { 'observation.sha256': fact.digest });
      case 'step.failed':
        return this.#end(`step ${fact.step}`, at, 'failed', fact.error.message);
      case 'approval.requested':
        this.#end('waiting', at, 'done', null);
        this.#begin('waiting', 'waiting', fact.approval.sentence, at).attributes = {
          step: fact.approval.step,
          'request.sha256': fact.approval.digest,
        };
        return;
      case 'approval.given':
        return this.#end('waiting', at, 'done', 'approved');
      case 'approval.denied':
        return this.#end('waiting', at, 'failed', fact.reason === '' ? 'denied' : `denied: ${fact.reason}`);
      case 'approval.voided':
        return this.#end('waiting', at, 'failed', fact.why);
      case 'answer.verified': {
        const failed = fact.verdict.checks.filter(({ passed }) => !passed).length;
        const came = { result: fact.verdict.result, checks: fact.verdict.checks.length, failed };
        return this.#end('verifying', at, fact.verdict.result === 'PASS' ? 'done' : 'failed', null, came);
      }
      case 'run.completed':
      case 'run.failed':
      case 'run.cancelled': {
        const cancelled = fact.type === 'run.cancelled';
        // What is on its way to a host ends by its own answer.
        for (const [key, { kind }] of [...this.#open])
          if (kind !== 'run' && kind !== 'request') this.#end(key, at, 'failed', cancelled ? 'stopped' : null);
        const done = fact.type === 'run.completed';
        return this.#end('run', at, done ? 'done' : 'failed', cancelled ? 'stopped' : (failure?.message ?? null));
      }
      case 'run.started':
      case 'plan.committed':
      case 'approval.covered':
      case 'run.paused':
      case 'run.resumed':
    }
  }

  /** What a status is by itself is a span for as long as it lasts. */
  #moved(from: RunStatus | null, to: RunStatus, at: UnixMs): void {
    this.#note(this.#root, 'state_transition', at, { ...(from === null ? {} : { from }), to });
    if (from === 'planning') this.#end('planning', at, to === 'failed' ? 'failed' : 'done', null);
    if (from === 'paused') this.#end('paused', at, 'done', null);
    if (to === 'planning') this.#begin('planning', 'planning', '', at);
    if (to === 'paused') this.#begin('paused', 'paused', '', at);
    if (to === 'verifying' && !this.#open.has('verifying'))
      this.#note(this.#begin('verifying', 'verifying', '', at), 'verifier_started', at, {});
  }

  #sent({ id, at, host, method, bytes }: TracedRequest): void {
    const steps = [...this.#open.values()].filter(({ kind }) => kind === 'step' || kind === 'planning');
    const span = this.#begin('request', `request ${id}`, host, at, steps.at(-1) ?? this.#root);
    span.attributes = { 'http.request.method': method, 'server.address': host, 'request.bytes': bytes };
  }

  #answered({ id, at, status, failure, bytes }: TracedAnswer): void {
    const came = { ...(status === null ? {} : { 'http.response.status_code': status }), 'response.bytes': bytes };
    this.#end(`request ${id}`, at, failure === null ? 'done' : 'failed', failure, came);
  }

  #begin(kind: SpanKind, key: string, title: string, from: UnixMs, parent: Open | null = this.#spans[0] ?? null): Open {
    const span: Open = {
      ...{ id: this.#name(`${String(this.#spans.length)} ${key}`, 8), parent: parent?.id ?? null },
      ...{ kind, title, tool: null, from, to: null, outcome: 'open', note: null, attributes: {}, events: [] },
    };
    this.#spans.push(span);
    this.#open.set(key, span);
    return span;
  }

  #end(
    key: string,
    at: UnixMs,
    outcome: Span['outcome'],
    note: string | null,
    attributes: Span['attributes'] = {},
  ): void {
    const span = this.#open.get(key);
    if (span === undefined) return;
    this.#open.delete(key);
    // A clock that was put back must not make an end come before its beginning.
    Object.assign(span, { to: Math.max(at, span.from), outcome, note });
    Object.assign(span.attributes, attributes);
  }

  #endBatch(): void {
    const { at, steps } = this.#batch;
    this.#batch = { at, steps: [] };
    if (steps.length < 2) return;
    this.#note(this.#root, 'scheduler_parallel_batch', at, { size: steps.length, steps: steps.join(' ') });
  }

  #hit(key: string, { run, step }: { readonly run: string; readonly step: string }, at: UnixMs): void {
    const span = this.#open.get(key);
    if (span !== undefined) this.#note(span, 'cache_hit', at, { run, step });
  }

  #note(span: Open, name: SpanEvent['name'], at: UnixMs, attributes: SpanEvent['attributes']): void {
    span.events = [...span.events, { name, at, attributes }];
  }
}
