import { createHash, createPublicKey, verify } from 'node:crypto';
import { createServer, request as forward, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { serve } from '../../src/cli/serve.ts';
import { World } from './world.ts';

/** Hosts with each thing that makes them of no use to a page, asked by the real service worker; and one that is right. */
let world: World;
let page: Page;
let host: Server;
let place = '';
interface Arrival {
  readonly asked: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}
/** Every request that came, preflights too. */
const arrivals: Arrival[] = [];

test.describe.configure({ mode: 'serial' });
test.setTimeout(120_000);

test.beforeAll(async () => {
  host = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const asked = `${request.method ?? ''} ${request.url ?? ''}`;
      arrivals.push({ asked, headers: request.headers, body: Buffer.concat(chunks).toString() });
      answer(request, response);
    });
  });
  await new Promise<void>((listening) => host.listen(0, '127.0.0.1', listening));
  place = `http://127.0.0.1:${String((host.address() as AddressInfo).port)}`;
  world = await World.open();
  page = await world.visit('/channels');
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
});

test.afterAll(async () => {
  await world.close();
  host.closeAllConnections();
  await new Promise((closed) => host.close(closed));
});

function answer(request: IncomingMessage, response: ServerResponse): void {
  const origin = request.headers.origin ?? '';
  const shared = { 'access-control-allow-origin': origin };
  const [, kind = '', detail = ''] = /^\/(\w+)(?:\/(\d+))?/.exec(request.url ?? '') ?? [];
  const preflight = request.method === 'OPTIONS';
  switch (kind) {
    case 'right':
      response.writeHead(preflight ? 204 : 200, {
        ...shared,
        'access-control-allow-headers': 'x-one, x-two, signature, signature-input, content-digest',
      });
      break;
    case 'unshared':
      response.writeHead(200);
      break;
    case 'elses':
      response.writeHead(200, { 'access-control-allow-origin': 'https://other.example' });
      break;
    case 'deaf':
      response.writeHead(preflight ? 405 : 200, preflight ? {} : shared);
      break;
    case 'one':
      response.writeHead(preflight ? 204 : 200, { ...shared, 'access-control-allow-headers': 'x-one' });
      break;
    case 'status':
      response.writeHead(preflight ? 204 : Number(detail), { ...shared, 'access-control-allow-headers': 'x-one' });
      break;
    case 'moved':
      response.writeHead(307, { ...shared, location: '/right' });
      break;
    default:
      response.destroy();
      return;
  }
  response.end();
}

const section = () => page.getByRole('region', { name: 'Why does it not work?' });
const found = () => section().getByRole('list', { name: 'What was found' }).getByRole('heading');

async function check(address: string, headers = ''): Promise<string[]> {
  await section().getByRole('textbox', { name: 'Address' }).fill(address);
  await section().getByRole('textbox', { name: 'Headers that may be sent' }).fill(headers);
  await section().getByRole('button', { name: 'Show what would be asked' }).click();
  const before = arrivals.length;
  await expect(section().getByRole('button', { name: 'Send just this' })).toBeVisible();
  expect(arrivals).toHaveLength(before);
  await section().getByRole('button', { name: 'Send just this' }).click();
  await expect(found().first()).toBeVisible();
  return found().allTextContents();
}

test('each thing that is missing at a host is found out with questions that were shown before', async () => {
  await page.getByRole('button', { name: 'Check a connection' }).click();
  const closed = createServer();
  await new Promise<void>((listening) => closed.listen(0, '127.0.0.1', listening));
  const nobody = `http://127.0.0.1:${String((closed.address() as AddressInfo).port)}`;
  await new Promise((done) => closed.close(done));

  const unreadable = ['No answer that this app may read'];
  const cases: [address: string, headers: string, findings: string[]][] = [
    [`${place}/right`, 'x-one, x-two', ['It works']],
    [`${place}/unshared`, '', unreadable],
    [`${place}/elses`, '', unreadable],
    [`${place}/dropped`, '', unreadable],
    [nobody, '', unreadable],
    [place.replace('http:', 'https:'), '', unreadable],
    [`${place}/deaf`, 'x-one', ['The host does not answer the browser’s question beforehand as it should']],
    [`${place}/one`, 'x-one, x-two', ['The host does not allow the header x-two']],
    [`${place}/moved`, '', ['The host wants the request sent elsewhere']],
    [`${place}/status/401`, 'x-one', ['The host wants to know who asks (401)']],
    [`${place}/status/403`, '', ['The host refuses this (403)']],
    [`${place}/status/404`, '', ['The host has nothing at this path (404)']],
    [`${place}/status/405`, '', ['The host does not take GET at this path (405)']],
    [`${place}/status/429`, '', ['The host is asked too often (429)']],
    [`${place}/status/503`, '', ['The host itself is in trouble (503)']],
  ];
  for (const [address, headers, findings] of cases) expect(await check(address, headers), address).toEqual(findings);
  // Nothing but GETs without a body, and what the browser asks beforehand; nothing of this app's but where it is served from.
  for (const { asked, headers, body } of arrivals) {
    expect(asked).toMatch(/^(?:GET|OPTIONS) /);
    expect(body).toBe('');
    for (const name of ['cookie', 'referer']) expect(headers[name]).toBeUndefined();
    if (headers['x-one'] !== undefined) expect(headers['x-one']).toBe('windhover-check');
  }
  expect(arrivals.filter(({ asked }) => asked === 'GET /right')).toHaveLength(3);
});

test('the text for whoever runs the host has the lines that were missing: sent by it, they make it work', async () => {
  expect(await check(`${place}/unshared`, 'x-one')).toEqual(['No answer that this app may read']);
  const letter = await section().getByRole('textbox', { name: 'Text for whoever runs the host' }).inputValue();
  expect(letter).toContain(`Access-Control-Allow-Origin: ${world.url.replace(/\/$/, '')}`);
  expect(letter).toContain('Access-Control-Allow-Headers: x-one');
  await section().getByText('The same for nginx, Caddy and Express').click();
  for (const server of ['nginx', 'Caddy', 'Express (Node.js)'])
    await expect(section().getByRole('textbox', { name: server })).toHaveValue(/Access-Control-Allow-Origin/);
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);

  // A host that does just what the text says.
  const express = await section().getByRole('textbox', { name: 'Express (Node.js)' }).inputValue();
  const said = [...express.matchAll(/response\.set\('([^']+)', '([^']+)'\)/g)].map(
    ([, name = '', value = '']) => [name, value] as const,
  );
  const mended = createServer((request, response) => {
    for (const [name, value] of said) response.setHeader(name, value);
    response.writeHead(request.method === 'OPTIONS' ? 204 : 200).end();
  });
  await new Promise<void>((listening) => mended.listen(0, '127.0.0.1', listening));
  expect(await check(`http://127.0.0.1:${String((mended.address() as AddressInfo).port)}/unshared`, 'x-one')).toEqual([
    'It works',
  ]);
  mended.closeAllConnections();
  mended.close();
  // All of it is told on the page, and no way out stays open.
  await expect(page.getByText('No way out is open')).toBeVisible();
  await expect(
    page.getByRole('list', { name: 'Everything that ever left' }).getByRole('listitem').first(),
  ).toContainText('Connection check');
});

test('an address that cannot be asked from here says why, and nothing is sent', async () => {
  const before = arrivals.length;
  for (const [address, words] of [
    ['http://192.168.1.5/', /only localhost and 127\.0\.0\.1 are taken/],
    ['https://user@example.com/', /before an @/],
    [`${place}/right?q=1`, /Leave out all from the \?/],
  ] as const) {
    await section().getByRole('textbox', { name: 'Address' }).fill(address);
    await section().getByRole('button', { name: 'Show what would be asked' }).click();
    await expect(section().getByRole('alert')).toContainText(words);
  }
  expect(arrivals).toHaveLength(before);
  await section().getByRole('button', { name: 'Close' }).click();
});

test('a way out that signs: its host can check each request with the key that the page gives', async () => {
  await page.getByRole('button', { name: 'New way out' }).click();
  await page.getByRole('textbox', { name: 'Address' }).fill(`${place}/right`);
  await page.getByRole('textbox', { name: 'Name' }).fill('Signed');
  await page.getByText('Signature and price').click();
  await page.getByRole('checkbox', { name: 'Sign each request with this agent’s key' }).check();
  await page.getByRole('button', { name: 'Approve this way out' }).click();
  const directory = JSON.parse(await page.getByRole('textbox', { name: 'Key directory' }).inputValue()) as {
    keys: [{ kty: string; crv: string; x: string; kid: string }];
  };
  arrivals.length = 0;
  await page.getByRole('button', { name: 'Check the connection of Signed' }).click();
  await section().getByRole('button', { name: 'Show what would be asked' }).click();
  await section().getByRole('button', { name: 'Send just this' }).click();
  await expect(found()).toHaveText(['It works']);

  const [key] = directory.keys;
  const { kty, crv, x } = key;
  const kid = createHash('sha256').update(JSON.stringify({ crv, kty, x })).digest('base64url');
  expect(key.kid).toBe(kid);
  const arrived = arrivals.find(({ asked }) => asked === 'GET /right');
  const input = String(arrived?.headers['signature-input']).replace(/^agent=/, '');
  expect(input).toMatch(
    new RegExp(`^\\("@method" "@target-uri"\\);created=\\d+;nonce="[0-9a-f]{32}";keyid="${kid}";alg="ed25519"$`),
  );
  const base = `"@method": GET\n"@target-uri": ${place}/right\n"@signature-params": ${input}`;
  const signature = Buffer.from(/^agent=:(.+):$/.exec(String(arrived?.headers.signature))?.[1] ?? '', 'base64');
  const publicKey = createPublicKey({ key: { kty, crv, x }, format: 'jwk' });
  expect(verify(null, Buffer.from(base), publicKey, signature)).toBe(true);
  expect(verify(null, Buffer.from(base.replace('/right', '/wrong')), publicKey, signature)).toBe(false);
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
});

test('what is sent on the first visit before the offline copy is whole waits for it, and the page says so', async ({
  browser,
}) => {
  // The app's own host, which is slow with the list of what is kept offline.
  let release = (): void => undefined;
  const released = new Promise<void>((done) => {
    release = done;
  });
  const { server, url } = await serve({ root: 'build', port: 0 });
  const slow = createServer((asked, response) => {
    void (asked.url === '/precache.json' ? released : Promise.resolve()).then(() => {
      const on = forward(new URL(asked.url ?? '/', url), { method: asked.method, headers: asked.headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      asked.pipe(on);
    });
  });
  await new Promise<void>((listening) => slow.listen(0, '127.0.0.1', listening));
  const context = await browser.newContext();
  const first = await context.newPage();
  await first.goto(`http://127.0.0.1:${String((slow.address() as AddressInfo).port)}/channels`);
  await expect(first.getByText('is still being made ready')).toBeVisible();
  await first.getByRole('button', { name: 'Check a connection' }).click();
  const box = first.getByRole('region', { name: 'Why does it not work?' });
  await box.getByRole('textbox', { name: 'Address' }).fill(`${place}/right`);
  await box.getByRole('button', { name: 'Show what would be asked' }).click();
  arrivals.length = 0;
  await box.getByRole('button', { name: 'Send just this' }).click();
  await expect(box.getByRole('button', { name: 'Asking…' })).toBeVisible();
  expect(arrivals).toEqual([]);
  release();
  await expect(box.getByRole('list', { name: 'What was found' }).getByRole('heading')).toHaveText(['It works']);
  await expect(first.getByText('is still being made ready')).toHaveCount(0);
  expect(arrivals.map(({ asked }) => asked)).toEqual(['GET /right']);
  await context.close();
  slow.closeAllConnections();
  slow.close();
  server.closeAllConnections();
  server.close();
});
