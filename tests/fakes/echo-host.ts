import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface EchoHost {
  readonly origin: string;
  /** What it was asked, as it came. */
  readonly bodies: string[];
  readonly close: () => Promise<void>;
}

/** What it says that each question used. */
export const ECHO_USAGE = { in: 100, out: 10 };

/** A host whose model says again what stands in the first passage, or whatever else is asked for. */
export async function echoHost(): Promise<EchoHost> {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    const cors = { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'authorization, content-type' };
    const answer = (value: object): void => {
      response.writeHead(200, { ...cors, 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    if (request.method === 'OPTIONS') return void response.writeHead(204, cors).end();
    if (request.url === '/v1/models') return answer({ object: 'list', data: [{ id: 'echo', object: 'model' }] });
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      bodies.push(body);
      const { messages } = JSON.parse(body) as { messages: { content: string }[] };
      const text = /^\[1\] \([^)]*\) (.*)$/m.exec(messages[1]?.content ?? '')?.[1] ?? '';
      const content = JSON.stringify({ sentences: text === '' ? [] : [{ from: [1], text }] });
      answer({
        ...{ id: '1', object: 'chat.completion', model: 'echo' },
        choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }],
        usage: { prompt_tokens: ECHO_USAGE.in, completion_tokens: ECHO_USAGE.out },
      });
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    origin: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    bodies,
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
