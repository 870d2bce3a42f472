import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface Arrival {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A host out there: a real server that answers in all the ways hosts do. */
export interface EgressHost {
  readonly origin: string;
  readonly server: Server;
  /** What arrived, without what browsers ask beforehand. */
  readonly arrivals: Arrival[];
  /** Paths of requests whose connection the other side closed before the answer was complete. */
  readonly hungUp: string[];
  /** How much of a flood was given to the connection. */
  readonly flooded: { readonly bytes: number };
  readonly close: () => Promise<void>;
}

/** More than a browser holds of an answer that nobody reads. */
export const FLOOD_BYTES = 256 * 1024 * 1024;
const FLOOD_PIECE = 64 * 1024;
export const STREAMED = 'Grüße, 世界 🦅';
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': '*',
  'access-control-allow-methods': '*',
  'access-control-expose-headers': '*',
};

export async function egressHost(): Promise<EgressHost> {
  const arrivals: Arrival[] = [];
  const hungUp: string[] = [];
  const flooded = { bytes: 0 };
  const server = createServer((request, response) => {
    void (async () => {
      const url = request.url ?? '';
      if (request.method === 'OPTIONS') {
        response.writeHead(204, CORS).end();
        return;
      }
      arrivals.push({ method: request.method ?? '', url, headers: request.headers, body: await textOf(request) });
      response.on('close', () => {
        if (!response.writableEnded) hungUp.push(url);
      });
      await answer(url, arrivals.at(-1)?.body ?? '', response, flooded);
    })();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    origin: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    server,
    arrivals,
    hungUp,
    flooded,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function answer(url: string, body: string, response: ServerResponse, sent: { bytes: number }): Promise<void> {
  const [, kind = '', detail = ''] = /^\/v1\/(\w+)(?:\/(\w+))?/.exec(url) ?? [];
  switch (kind) {
    case 'echo':
      response
        .writeHead(200, { ...CORS, 'x-said': 'yes', 'x-egress': 'forged', 'content-type': 'text/plain' })
        .end(body);
      return;
    case 'status':
      response.writeHead(Number(detail), { ...CORS, 'retry-after': '7' }).end(detail === '204' ? undefined : detail);
      return;
    case 'stream':
      response.writeHead(200, { ...CORS, 'content-type': 'text/event-stream' });
      for (const byte of Buffer.from(STREAMED)) {
        response.write(Uint8Array.of(byte));
        await pause(5);
      }
      response.end();
      return;
    case 'redirect':
      response.writeHead(307, { ...CORS, location: '/v1/echo/elsewhere' }).end();
      return;
    case 'cut':
      response.writeHead(200, { ...CORS, 'content-length': '100' }).write('half');
      await pause(100);
      response.destroy();
      return;
    case 'dropped':
      response.destroy();
      return;
    case 'endless':
      response.writeHead(200, CORS).write('one');
      return;
    case 'flood':
      response.writeHead(200, CORS);
      await flood(response, sent);
      response.end();
      return;
    case 'silent':
      return;
    case 'unshared':
      response.writeHead(200).end('not for everybody');
      return;
    default:
      response.writeHead(404, CORS).end();
  }
}

/** As a host does that heeds how fast it is read. */
async function flood(response: ServerResponse, sent: { bytes: number }): Promise<void> {
  const piece = new Uint8Array(FLOOD_PIECE);
  let goOn = (): void => undefined;
  for (const event of ['drain', 'close']) response.on(event, () => goOn());
  while (sent.bytes < FLOOD_BYTES && !response.destroyed) {
    sent.bytes += piece.length;
    if (response.write(piece)) continue;
    await new Promise<void>((drained) => {
      goOn = drained;
      if (response.destroyed || !response.writableNeedDrain) drained();
    });
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8') as AsyncIterable<string>) text += chunk;
  return text;
}
