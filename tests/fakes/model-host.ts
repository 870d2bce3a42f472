import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { seededRandom } from '#core/base/random.ts';
import type { JsonSchema } from '#ports/engine.ts';
import { valueOf, WORDS } from './schema-value.ts';

/** A host of models: a real server that speaks the OpenAI dialect, and breaks it in all the ways hosts do. */
export interface ModelHost {
  readonly origin: string;
  /** What arrived, without what browsers ask beforehand. */
  readonly arrivals: Arrival[];
  /** The key that it takes; null takes any. */
  key: string | null;
  /** Whether pages may read its answers. */
  shares: boolean;
  /** Models whose answer was not waited for to its end. */
  readonly hungUp: string[];
  readonly close: () => Promise<void>;
}

interface Arrival {
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Each answers in its own way; the first as it should. */
export const HOSTED = [
  'parrot',
  'splits',
  'whole',
  'countless',
  'fenced',
  'stubborn',
  'hopeless',
  'old',
  'busy',
  'busy-date',
  'broke',
  'cuts',
  'ends-early',
  'garbage',
  'forbidden',
  'broken',
  'slow-gateway',
  'moody',
  'filtered',
  'hangs',
  'stalls',
] as const;
type Hosted = (typeof HOSTED)[number];

const WINDOW_TOKENS = 4_000;
/** What it takes for longer than anybody waits. */
const FOR_EVER_MS = 3_600_000;

interface Asked {
  readonly model: Hosted;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly stream?: boolean;
  readonly stream_options?: unknown;
  readonly max_tokens: number;
  readonly seed?: number;
  readonly response_format?: { readonly json_schema: { readonly schema: JsonSchema } };
}

export async function modelHost(): Promise<ModelHost> {
  const stop = new AbortController();
  const server = createServer((request, response) => {
    void (async () => {
      const cors = host.shares
        ? {
            'access-control-allow-origin': '*',
            'access-control-allow-headers': 'authorization, content-type',
            'access-control-expose-headers': 'retry-after',
          }
        : {};
      for (const [name, value] of Object.entries(cors)) response.setHeader(name, value);
      if (request.method === 'OPTIONS') {
        response.writeHead(204).end();
        return;
      }
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks).toString();
      const url = request.url ?? '';
      host.arrivals.push({ url, headers: request.headers, body });
      if (host.key !== null && request.headers.authorization !== `Bearer ${host.key}`)
        refuse(response, 401, { message: 'Incorrect API key provided', code: 'invalid_api_key' });
      else if (url === '/v1/models')
        json(response, {
          object: 'list',
          data: [...HOSTED, 'parrot'].map((id) => ({ id, object: 'model', context_length: WINDOW_TOKENS })),
        });
      else if (url === '/v1/chat/completions') {
        const asked = JSON.parse(body) as Asked;
        response.on('close', () => {
          if (!response.writableEnded) host.hungUp.push(asked.model);
        });
        await complete(asked, response, stop.signal);
      } else refuse(response, 404, { message: 'Not found' });
    })().catch(() => response.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const host: ModelHost = {
    origin: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    arrivals: [],
    key: null,
    shares: true,
    hungUp: [],
    close: async () => {
      stop.abort();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
  return host;
}

async function complete(asked: Asked, response: ServerResponse, closed: AbortSignal): Promise<void> {
  const { model, messages } = asked;
  const tokens = messages.reduce((sum, { content }) => sum + content.split(/\s+/).length, 0);
  if (!HOSTED.includes(model)) {
    refuse(response, 404, { message: `The model '${model as string}' does not exist`, code: 'model_not_found' });
    return;
  }
  if (tokens > WINDOW_TOKENS) {
    refuse(response, 400, {
      message: `This model's maximum context length is ${String(WINDOW_TOKENS)} tokens.`,
      code: 'context_length_exceeded',
    });
    return;
  }
  switch (model) {
    case 'busy':
      response.setHeader('retry-after', '7');
      refuse(response, 429, { message: 'Rate limit reached' });
      return;
    case 'busy-date':
      response.setHeader('retry-after', 'Wed, 21 Oct 2065 07:28:00 GMT');
      refuse(response, 429, { message: 'Rate limit reached' });
      return;
    case 'broke':
      refuse(response, 429, { message: 'You exceeded your current quota', code: 'insufficient_quota' });
      return;
    case 'forbidden':
      refuse(response, 403, { message: 'Your project has no access\u202e to this\u0000 model' });
      return;
    case 'broken':
      response.writeHead(500, { 'content-type': 'text/html' }).end('<h1>Internal error</h1>');
      return;
    case 'slow-gateway':
      response.writeHead(504).end();
      return;
    case 'garbage':
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: <html>\n\ndata: ÿþ\n\n');
      return;
    case 'hangs':
      await pause(FOR_EVER_MS, undefined, { signal: closed });
      return;
    case 'old':
      if (asked.response_format !== undefined || asked.stream_options !== undefined) {
        const name = asked.response_format === undefined ? 'stream_options' : 'response_format';
        json(response, { detail: `Unrecognized request argument supplied: ${name}` }, 400);
        return;
      }
  }
  await write(asked, answerTo(asked), tokens, response, closed);
}

/** The same question gives the same answer. */
function answerTo({ model, messages, response_format, seed }: Asked): readonly string[] {
  const question = messages.map(({ content }) => content).join('\n');
  const random = seededRandom([...Buffer.from(question)].reduce((sum, byte) => (sum * 31 + byte) | 0, seed ?? 0));
  const again = question.includes('The last answer was not JSON');
  if (model === 'hopeless' || (model === 'stubborn' && !again)) return ['I', ' would', ' rather', ' not.'];
  const written = /It has to fit this JSON Schema: (.+)$/m.exec(question)?.[1];
  const schema =
    response_format?.json_schema.schema ?? (written === undefined ? null : (JSON.parse(written) as JsonSchema));
  if (schema === null)
    return Array.from({ length: 8 + random.below(20) }, (_, at) => (at === 0 ? '' : ' ') + random.pick(WORDS));
  const value = JSON.stringify(valueOf(schema, random));
  const text =
    model === 'fenced' ? `Sure, "here" it is {so}:\n\`\`\`json\n${value.replace(/\}$/, ',\n}')}\n\`\`\`\nBye!` : value;
  return text.match(/.{1,5}/gsu) ?? [];
}

async function write(
  { model, max_tokens: most, stream_options: options }: Asked,
  pieces: readonly string[],
  tokensIn: number,
  response: ServerResponse,
  closed: AbortSignal,
): Promise<void> {
  const kept = pieces.slice(0, most);
  const usage = { prompt_tokens: tokensIn, completion_tokens: kept.length, total_tokens: tokensIn + kept.length };
  const reason = kept.length < pieces.length ? 'length' : 'stop';
  if (model === 'whole') {
    const message = { role: 'assistant', content: kept.join('') };
    json(response, { object: 'chat.completion', choices: [{ index: 0, message, finish_reason: reason }], usage });
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const end = model === 'splits' ? '\r\n' : '\n';
  const send = async (data: unknown): Promise<void> => {
    const bytes = Buffer.from(`data: ${typeof data === 'string' ? data : JSON.stringify(data)}${end}${end}`);
    if (model !== 'splits') {
      response.write(bytes);
      await pause(0);
      return;
    }
    // Inside characters, inside JSON and inside the end of a line.
    for (let at = 0; at < bytes.length; at += 3) {
      response.write(bytes.subarray(at, at + 3));
      await pause(0);
    }
  };
  const chunk = (delta: object, finish: string | null) => ({
    ...{ id: 'c', object: 'chat.completion.chunk', model },
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
  if (model === 'splits') response.write(`: a comment${end}event: message${end}id: 1${end}`);
  await send(chunk({ role: 'assistant', content: '' }, null));
  for (const [at, content] of kept.entries()) {
    if (at === 3 && model === 'cuts') {
      response.destroy();
      return;
    }
    if (at === 3 && model === 'ends-early') break;
    if (at === 3 && model === 'stalls') await pause(FOR_EVER_MS, undefined, { signal: closed });
    if (at === 3 && model === 'moody') {
      await send({ error: { message: 'The model runner crashed', code: 500 } });
      response.end();
      return;
    }
    await send(chunk({ content }, null));
  }
  if (model !== 'ends-early') {
    await send(chunk({}, model === 'filtered' ? 'content_filter' : reason));
    if (options !== undefined && model !== 'countless')
      await send({ object: 'chat.completion.chunk', choices: [], usage });
    await send('[DONE]');
  }
  response.end();
}

function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function refuse(response: ServerResponse, status: number, error: object): void {
  json(response, { error }, status);
}
