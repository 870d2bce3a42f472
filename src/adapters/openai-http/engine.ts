import { utf8 } from '#core/base/bytes.ts';
import type { Digest } from '#core/base/ids.ts';
import { prettyJson, type Json } from '#core/base/json.ts';
import { KIB, MIB } from '#core/base/limits.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import { modelLabel, NEUTRAL, OWNER_TYPED } from '#core/labels/label.ts';
import { estimateTokens } from '#core/models/estimate-tokens.ts';
import { lenientJson } from '#core/models/lenient-json.ts';
import { bothSpent, type Spent } from '#core/spend/money.ts';
import type { Clock } from '#ports/clock.ts';
import type {
  Engine,
  EngineDescription,
  EngineFailure,
  Inference,
  InferenceRequest,
  ModelInfo,
  TokenCount,
} from '#ports/engine.ts';
import type { Asking, ModelOutlet } from '#ports/model-outlet.ts';
import type { SchemaChecker } from '#ports/schema-checker.ts';
import { errorOf, readChat, usedOf, wholeText, type Written } from './chat-stream.ts';
import { brokenOff, cutOff, garbage, refusalOf, stopped, unanswered } from './failures.ts';
import { readModels } from './read-models.ts';
import { NO_QUIRKS, quirksAfter, requestBody, schemaOf, type Quirks } from './request-body.ts';

export interface OpenAiParts {
  /** As the owner calls the host. */
  readonly name: string;
  /** The origin. */
  readonly host: string;
  /** Origin and path, without a slash at the end: `https://api.example.com/v1`. */
  readonly base: string;
  readonly outlet: ModelOutlet;
  readonly clock: Pick<Clock, 'now'>;
  readonly schemaChecker: SchemaChecker;
  /** What the host does not take, by model; left out for what this engine finds out by itself. */
  readonly learned?: Map<string, unknown>;
}

const ANSWER_BYTES_MAX = 16 * MIB;
const LIST_BYTES_MAX = 4 * MIB;
const ERROR_CHARS_MAX = 64 * KIB;
/** What a host does not take is left out one by one. */
const TRIES_MAX = 4;
/** Framing of one message, about. */
const MESSAGE_TOKENS = 4;

interface Exchange extends Written {
  readonly bytesSent: number;
  readonly spent: Spent | null;
}

/** Asks a host that speaks the OpenAI dialect of HTTP (chat completions, server-sent events) over the gate. */
export class OpenAiEngine implements Engine {
  readonly #parts: OpenAiParts;
  /** By model. */
  readonly #quirks: Map<string, Quirks>;

  constructor(parts: OpenAiParts) {
    this.#parts = parts;
    this.#quirks = (parts.learned ?? new Map<string, Quirks>()) as Map<string, Quirks>;
  }

  describe(): EngineDescription {
    const { name, host } = this.#parts;
    return { name, where: 'channel', host };
  }

  async models(signal: AbortSignal): Promise<Result<readonly ModelInfo[], EngineFailure>> {
    const { base, host, outlet, clock } = this.#parts;
    if (signal.aborted) return err(stopped());
    const answer = await outlet.open(
      {
        ...{ method: 'GET', url: `${base}/models`, headers: [], body: null },
        by: { tool: 'models.list', run: 'owner', step: 'models' },
        ...{ arguments: {}, carries: [{ name: 'address', role: 'address', label: NEUTRAL }] },
        ...{ planned: true, planner: OWNER_TYPED, answerBytesMax: LIST_BYTES_MAX, tokens: null, used: () => null },
      },
      signal,
    );
    if (answer.kind !== 'opened') return err(unanswered(host, answer, signal));
    const text = await this.#whole(answer.body, signal);
    if (!text.ok) return text;
    const { status, headers } = answer;
    if (status !== 200)
      return err(refusalOf({ host, model: '', status, ...refusal(text.value, headers), now: clock.now() }));
    const models = readModels(text.value);
    return models === null ? err(garbage(host)) : ok(models);
  }

  async infer(
    request: InferenceRequest,
    onText: (piece: string) => void,
    signal: AbortSignal,
  ): Promise<Result<Inference, EngineFailure>> {
    const { answer, tools } = request;
    if (signal.aborted) return err(stopped());
    if (answer.kind === 'tool-call' && tools.length === 0)
      return err({ code: 'not-supported', message: 'There is no tool that it could call. Offer one.' });
    const first = await this.#exchange(request, null, onText, signal);
    if (!first.ok) return first;
    const read = this.#read(request, first.value);
    if (read.ok) return ok(this.#inference(request, read.value, first.value, null));
    // It would say the same again of what it had no room to say.
    if (first.value.stopped === 'length') return err(this.#unfinished(request));
    const second = await this.#exchange(request, AGAIN[read.error], ignore, signal);
    // What was said yes to were the bytes of the first question.
    if (!second.ok) return second.error.code === 'asks' ? err(this.#misfit(request)) : second;
    const mended = this.#read(request, second.value);
    return mended.ok
      ? ok(this.#inference(request, mended.value, second.value, first.value))
      : err(this.#misfit(request));
  }

  countTokens(_: string, text: string): Promise<Result<TokenCount, EngineFailure>> {
    return Promise.resolve(ok({ count: estimateTokens(text), exact: false }));
  }

  /** Asks once; and again without what the host says that it does not take. */
  async #exchange(
    request: InferenceRequest,
    again: string | null,
    onText: (piece: string) => void,
    signal: AbortSignal,
  ): Promise<Result<Exchange, EngineFailure>> {
    const { host, outlet, clock } = this.#parts;
    const { model } = request;
    let bytesSent = 0;
    let spent: Spent | null = null;
    for (let tried = 1; ; tried++) {
      const quirks = this.#quirks.get(model) ?? NO_QUIRKS;
      const asking = this.#asking(request, requestBody(request, quirks, again));
      const answer = await outlet.open(asking, signal);
      if (answer.kind !== 'opened') return err(unanswered(host, answer, signal));
      bytesSent += asking.body?.length ?? 0;
      const { status, headers, body } = answer;
      if (status === 200) {
        const written = await this.#written(headers, body, onText, signal, model);
        return written.ok ? ok({ ...written.value, bytesSent, spent: bothSpent(spent, answer.spent()) }) : written;
      }
      const text = await this.#whole(body, signal);
      if (!text.ok) return text;
      spent = bothSpent(spent, answer.spent());
      const said = refusal(text.value, headers);
      const other = status === 400 || status === 422 ? quirksAfter(quirks, said.words) : null;
      if (other === null || tried === TRIES_MAX)
        return err(refusalOf({ host, model, status, ...said, now: clock.now() }));
      this.#quirks.set(model, other);
    }
  }

  #asking(request: InferenceRequest, body: Json): Asking {
    const { messages, tools, tokensMax, by, planned, planner, nonce } = request;
    // As this app writes it, so that the owner's rules can look into it.
    const bytes = utf8(prettyJson(body));
    return {
      ...{ method: 'POST', url: `${this.#parts.base}/chat/completions`, body: bytes },
      headers: [['content-type', 'application/json']],
      ...{ by, arguments: body, planned, planner, ...(nonce === undefined ? {} : { nonce }) },
      carries: [
        { name: 'address', role: 'address', label: NEUTRAL },
        ...[...messages, ...tools].map(({ label }, at) => ({
          name: at < messages.length ? `message ${String(at + 1)}` : `tool ${String(at + 1 - messages.length)}`,
          role: 'content' as const,
          label,
        })),
      ],
      answerBytesMax: ANSWER_BYTES_MAX,
      // An estimate may be too low: every byte may be a token.
      tokens: { in: bytes.length, out: tokensMax },
      used: (answer) => usedOf(prettyJson(body), answer),
    };
  }

  async #written(
    headers: readonly (readonly [string, string])[],
    body: ReadableStream<Uint8Array>,
    onText: (piece: string) => void,
    signal: AbortSignal,
    model: string,
  ): Promise<Result<Written, EngineFailure>> {
    const { host, clock } = this.#parts;
    const told = (piece: string): void => {
      if (!signal.aborted) onText(piece);
    };
    try {
      const whole = headerOf(headers, 'content-type')?.startsWith('application/json') === true;
      const written = await readChat(body, whole, told);
      if (signal.aborted) return err(stopped());
      if (!('kind' in written)) return ok(written);
      switch (written.kind) {
        case 'garbage':
          return err(garbage(host));
        case 'cut':
          return err(cutOff(host));
        case 'filtered':
          return err({
            code: 'refused-by-host',
            message: `${host} holds the answer back by rules of its own. Ask otherwise, or ask another model.`,
          });
        case 'error': {
          const { words, status } = written;
          return err(refusalOf({ host, model, status: status ?? 500, words, retry: undefined, now: clock.now() }));
        }
      }
    } catch (error) {
      return err(brokenOff(host, error, signal));
    }
  }

  async #whole(body: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<Result<string, EngineFailure>> {
    try {
      return ok(await wholeText(body));
    } catch (error) {
      return err(brokenOff(this.#parts.host, error, signal));
    }
  }

  #read({ answer, tools }: InferenceRequest, { text }: Written): Result<Inference['answer'], keyof typeof AGAIN> {
    const schema = schemaOf(answer, tools);
    if (answer.kind === 'text' || schema === null) return ok({ kind: 'text' });
    const value = lenientJson(text);
    if (!value.ok) return value;
    if (this.#parts.schemaChecker(schema, value.value) !== null) return err('misfit');
    return answer.kind === 'json'
      ? ok({ kind: 'json', value: value.value })
      : ok({ kind: 'tool-call', call: value.value as unknown as { readonly tool: string; readonly arguments: Json } });
  }

  /** @param before what had to be repaired, and was paid for too */
  #inference(
    request: InferenceRequest,
    answer: Inference['answer'],
    { text, stopped: why, used, bytesSent, spent }: Exchange,
    before: Exchange | null,
  ): Inference {
    const { model, messages, tools } = request;
    const asked = messages.map((message) => ('call' in message ? JSON.stringify(message.call) : message.text));
    const estimate = asked.reduce((sum, one) => sum + estimateTokens(one) + MESSAGE_TOKENS, 0);
    const exact = used !== null && (before === null || before.used !== null);
    return {
      ...{ answer, text, stopped: why, digest: null as Digest | null, repaired: before !== null },
      tokens: exact
        ? {
            in: { count: used.in + (before?.used?.in ?? 0), exact },
            out: { count: used.out + (before?.used?.out ?? 0), exact },
          }
        : {
            in: { count: before === null ? estimate : 2 * estimate, exact },
            out: { count: estimateTokens(text) + estimateTokens(before?.text ?? ''), exact },
          },
      bytesSent: bytesSent + (before?.bytesSent ?? 0),
      spent: bothSpent(before?.spent ?? null, spent),
      label: modelLabel(
        model,
        'channel',
        [...messages, ...tools].map(({ label }) => label),
      ),
    };
  }

  #misfit({ model }: InferenceRequest): EngineFailure {
    return {
      code: 'malformed',
      message: `${model} did not answer in the form that was asked for. A larger model may.`,
    };
  }

  #unfinished({ model, tokensMax }: InferenceRequest): EngineFailure {
    return {
      code: 'malformed',
      message: `${model} was not done after ${String(tokensMax)} tokens, so its answer cannot be read. Let it write more.`,
    };
  }
}

/** Says nothing of what came: that would be text of the host's on its way out. */
const AGAIN = {
  'no-json': 'The last answer was not JSON. Write only the JSON value: no prose, no fence.',
  misfit:
    'The last answer was JSON and did not fit the schema. Use its names, types and values, and all that it requires.',
} as const;

function refusal(
  text: string,
  headers: readonly (readonly [string, string])[],
): { readonly words: string; readonly retry: string | undefined } {
  return { words: wordsOf(text.slice(0, ERROR_CHARS_MAX)), retry: headerOf(headers, 'retry-after') };
}

/** What a host says in JSON; a page in HTML says nothing to anybody here. */
function wordsOf(text: string): string {
  try {
    const { error, message, detail } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    return errorOf(error ?? message ?? detail).words;
  } catch {
    return '';
  }
}

function headerOf(headers: readonly (readonly [string, string])[], wanted: string): string | undefined {
  return headers.find(([name]) => name === wanted)?.[1];
}

function ignore(): void {
  return;
}
