import { labelToUse } from '#core/agent/run-labels.ts';
import type { Run } from '#core/agent/run.ts';
import { utf8 } from '#core/base/bytes.ts';
import type { Sha256 } from '#core/base/ids.ts';
import { digestOf, type Json } from '#core/base/json.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import { outgoingBytes } from '#core/channels/check-outgoing.ts';
import { OWNER_TYPED } from '#core/labels/label.ts';
import type { Step } from '#core/planner/plan.ts';
import type { ToolError } from '#core/tools/definition.ts';
import type { Sending, SendOutcome } from '../channels/channel-desk.ts';
import type { Departure } from '../channels/channel-facts.ts';
import { inKilobytes } from './in-kilobytes.ts';
import type { OutwardAct, PrepareAct } from './outward-act.ts';
import type { AgentPorts } from './ports.ts';
import { labelOfPlanner } from './labelled-plan.ts';

/** More than this of what a host answers is not read. */
const ANSWER_BYTES_MAX = 64 * 1024;

/** Sending the answer to an address that the owner named, by a way out that the owner opened. */
export function sendAct(ports: Pick<AgentPorts, 'outbox' | 'store' | 'sha256'>): PrepareAct {
  return async (run, step, state, content, nonce) => {
    const outbox = await ports.outbox?.();
    if (outbox === undefined) return denied('Nothing can be sent from here.');
    const { method, url, format, channel: id } = argumentsOf(step);
    const allowed = state.channels.get(id ?? '')?.channel.headers ?? [];
    const headers = headersOf(ports.sha256, run, step).filter(([name]) => allowed.includes(name));
    const body = utf8(content);
    const sending: Sending = {
      request: { method, url, headers, body },
      ...(id === null ? {} : { channel: id }),
      sink: 'egress',
      by: { tool: step.tool, run: run.id, step: step.id },
      arguments: step.args,
      carries: [
        { name: 'url', role: 'address', label: OWNER_TYPED },
        { name: 'content', role: 'content', label: labelToUse(run, state.sources) },
      ],
      planned: true,
      planner: labelOfPlanner(run),
      destructive: false,
      nonce,
      answerBytesMax: ANSWER_BYTES_MAX,
    };
    const considered = await outbox.consider(sending);
    if (!considered.ok) return denied(considered.error);
    const { action, name, today, decide } = considered.value;
    const act: OutwardAct = {
      action,
      bytes: sizeOf(sending),
      decide,
      card: {
        sentence: `Send 1 ${method}, ${inKilobytes(sizeOf(sending))}, to ${hostOf(action.host ?? '')}`,
        fileName: '',
        mediaType: mediaTypeOf(format),
        content,
        sends: { method, url, headers, channel: name, ...(today === null ? {} : { today }) },
      },
      unknown: async () => whatIsKnown(await departuresOf(ports, run, step), headers),
      // The desk decides again, over what it sends as things stand then, and makes the permit that is used.
      perform: async () => observed(await outbox.send(sending, new AbortController().signal), action.host ?? ''),
      readBack: async () => {
        const answered = (await departuresOf(ports, run, step)).find(
          ({ answer }) => answer?.sent === 'yes' && answer.status !== null && isSuccess(answer.status),
        );
        return answered?.answer == null ? null : { host: answered.intent.host, status: answered.answer.status };
      },
    };
    return ok(act);
  };
}

interface SendArguments {
  readonly method: string;
  readonly url: string;
  readonly format: string;
  readonly channel: string | null;
}

function argumentsOf({ args }: Step): SendArguments {
  const text = (name: string): string => (typeof args[name] === 'string' ? args[name] : '');
  return {
    method: text('method'),
    url: text('url'),
    format: text('format'),
    channel: args['channel'] === null ? null : text('channel'),
  };
}

/** Those that a sending has where its way out takes them. */
export function headersOf(
  sha256: Sha256,
  run: Pick<Run, 'id'>,
  step: Step,
): readonly (readonly [name: string, value: string])[] {
  return [
    ['content-type', mediaTypeOf(argumentsOf(step).format)],
    ['idempotency-key', idempotencyKey(sha256, run, step)],
  ];
}

function mediaTypeOf(format: string): string {
  return format === 'markdown' ? 'text/markdown; charset=utf-8' : 'application/json';
}

/** The same for every try of one step, so that a host that heeds it takes what comes twice for one. */
function idempotencyKey(sha256: Sha256, run: Pick<Run, 'id'>, step: Step): string {
  return digestOf(sha256, { run: run.id, step: step.id }).slice(0, 32);
}

async function departuresOf({ store }: Pick<AgentPorts, 'store'>, run: Run, step: Step): Promise<readonly Departure[]> {
  const rows = (await store.rows('egress')).map(({ value }) => value as Departure);
  return rows.filter(({ intent }) => intent.by.run === run.id && intent.by.step === step.id);
}

/** What the journal knows of tries before: it is written before the first byte leaves. */
function whatIsKnown(tries: readonly Departure[], headers: Sending['request']['headers']): string {
  const left = tries.filter(({ answer }) => answer?.sent !== 'no');
  const [last] = left.slice(-1);
  if (last === undefined) return 'The app stopped before anything was sent.';
  const keyed = headers.some(([name]) => name === 'idempotency-key')
    ? 'A repeat carries the same Idempotency-Key, so that a host that heeds it takes the two for one.'
    : 'A repeat may reach the host twice.';
  return `The app stopped while sending, and whether ${hostOf(last.intent.host)} got it is not known. ${keyed}`;
}

function observed(outcome: SendOutcome, host: string): Result<Json, ToolError> {
  switch (outcome.kind) {
    case 'answered':
      return isSuccess(outcome.status)
        ? ok({ host, status: outcome.status })
        : err({
            code: 'io',
            message: `${hostOf(host)} got it and answered ${String(outcome.status)}: it was not taken. Nothing is sent again by itself.`,
          });
    case 'ask':
      return denied('What would be sent is not what was approved, so nothing was sent.');
    case 'refused':
      return denied(outcome.message);
    case 'failed':
      return err({ code: outcome.sent === 'no' ? 'io' : 'unknown-outcome', message: outcome.message });
  }
}

function denied(message: string): Result<never, ToolError> {
  return err({ code: 'denied', message });
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

function sizeOf({ request }: Sending): number {
  return outgoingBytes(request, {
    origin: '',
    space: 'public',
    path: request.url.replace(/^https?:\/\/[^/]*/, ''),
    query: '',
  });
}

function hostOf(origin: string): string {
  return origin.replace(/^https?:\/\//, '');
}
