import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { sha256 } from '../../src/adapters/noble/sha256.ts';
import { outgoingDigest } from '../../src/core/channels/outgoing.ts';
import { verifyCommand } from '../../src/cli/verify.ts';
import { openPage } from '../../src/cli/drive-app.ts';
import { FakeNetworkWitness } from '../fakes/network-witness.ts';
import { World } from './world.ts';

/** The gate as its owner has it: a witness over the network, through the real service worker, to a server that counts. */
let world: World;
let page: Page;
let host: Server;
let place = '';
const witness = new FakeNetworkWitness('witness.test/one', 11, () => Date.now());
/** Every request that came, preflights too. */
const requests: string[] = [];
/** SHA-256 of what was answered. */
const answers: string[] = [];

test.describe.configure({ mode: 'serial' });
test.setTimeout(90_000);

test.beforeAll(async () => {
  host = createServer((request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      void witness.addCheckpoint(Buffer.concat(chunks).toString('utf8')).then(({ status, type, body }) => {
        response.writeHead(status, { 'content-type': type, 'access-control-allow-origin': '*' });
        response.end(body);
        answers.push(createHash('sha256').update(body).digest('hex'));
      });
    });
  });
  await new Promise<void>((listening) => host.listen(0, '127.0.0.1', listening));
  place = `http://127.0.0.1:${String((host.address() as AddressInfo).port)}`;
  world = await World.open();
  page = await world.visit('/');
  // The way out is open once the offline copy is whole.
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
});

test.afterAll(async () => {
  await world.close();
  host.closeAllConnections();
  await new Promise((closed) => host.close(closed));
});

async function openWays(): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name: 'Ways out' }).first().click();
  await expect(page.getByRole('heading', { name: 'Ways out', level: 1 })).toBeVisible();
}

async function openWitness(): Promise<void> {
  await openPage(page, 'Audit');
  await page.getByText('Witnesses', { exact: true }).click();
}

const ask = () => page.getByRole('button', { name: 'Ask the witness now' }).click();
const group = () => page.getByRole('group', { name: 'witness.test/one' });

test('a witness and the way to it are approved in one step, and its cosignature proves the journal', async () => {
  await openWays();
  await expect(page.getByText('Nothing has ever left this device through the app.')).toBeVisible();
  await expect(page.getByText('No way out is open')).toBeVisible();

  await openWitness();
  await page.getByRole('textbox', { name: 'Key of a witness' }).fill(witness.key);
  await page.getByRole('button', { name: 'Approve witness' }).click();
  await page.getByRole('textbox', { name: /^Its address/ }).fill(place);
  await page.getByRole('button', { name: 'Show what would go there' }).click();
  await expect(page.getByRole('group', { name: 'Exactly this would go there now' })).toContainText(/^old 0/);
  await expect(group()).toContainText('this device');
  await page.getByRole('button', { name: 'Approve this witness and the way to it' }).click();
  await expect(group()).toContainText('Not asked yet.');
  expect(requests).toEqual([]);

  await ask();
  await expect(group()).toContainText(/Asked .+: it cosigned\./);
  await expect(page.getByRole('listitem').filter({ hasText: /^Up to \d+ by witness\.test\/one/ })).toBeVisible();
  // Once more: now with a proof that the journal only grew.
  await ask();
  await expect(page.getByRole('listitem').filter({ hasText: /^Up to \d+ by witness\.test\/one/ })).toHaveCount(2);
  expect(witness.got[1]).toMatch(/^old [1-9]\d*\n[A-Za-z0-9+/]{43}=\n/);

  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  const file = resolve('node_modules/.cache/playwright/channels/export.ndjson');
  await (await download).saveAs(file);
  const lines: string[] = [];
  expect(await verifyCommand([file, '--witness', witness.key], (line) => lines.push(line))).toBe(0);
  const size = [...witness.seen.values()][0]?.size ?? 0;
  expect(lines.join('\n')).toMatch(new RegExp(`OK\\. Proved up to ${String(size)} at .+; unproved after that`));
});

test('the page tells of exactly the bytes that the server saw, and leads to the entry written before', async () => {
  await openWays();
  const rows = page.getByRole('list', { name: 'Everything that ever left' }).getByRole('listitem');
  await expect(rows).toHaveCount(2);
  expect(requests).toEqual(['POST /add-checkpoint', 'POST /add-checkpoint']);
  for (const [index, body] of [...witness.got].reverse().entries()) {
    const bytes = Buffer.from(body, 'utf8');
    const request = { method: 'POST', url: `${place}/add-checkpoint`, headers: [], body: new Uint8Array(bytes) };
    const row = rows.nth(index);
    await expect(row).toContainText(`${String(bytes.length + '/add-checkpoint'.length)} out`);
    await expect(row).toContainText(outgoingDigest(request, sha256));
    await expect(row).toContainText('Answered 200');
    await expect(row).toContainText(answers.at(-1 - index) ?? 'nothing was answered');
    await expect(row).toContainText(place);
  }
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await rows.first().getByRole('link').click();
  await expect(page.getByRole('list', { name: 'Entries' }).getByRole('listitem').first()).toContainText(
    'egress.intent',
  );
});

test('after it is revoked the server never hears of the app again; undone, it does', async () => {
  await openWays();
  await page.getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('button', { name: 'Revoke', exact: true }).last().click();
  await expect(page.getByText('1 revoked')).toBeVisible();
  const before = requests.length;
  await openWitness();
  await ask();
  await expect(group()).toContainText(/and it failed: This way out was revoked, so nothing was sent\./);
  expect(requests).toHaveLength(before);
  await openWays();
  await page.getByText('1 revoked').click();
  await page.getByRole('button', { name: /^Approve .+ again$/ }).click();
  await openWitness();
  await ask();
  await expect(group()).toContainText(/Asked .+: it cosigned\./);
  expect(requests).toHaveLength(before + 1);
});

test('a host that is typed in wrong is told why, and one that is right is opened with its limits', async () => {
  await openWays();
  await page.getByRole('button', { name: 'New way out' }).click();
  const address = page.getByRole('textbox', { name: 'Address' });
  await address.fill('https://good.example@evil.example/');
  await expect(page.getByText(/name before an @ in this address/)).toBeVisible();
  await address.fill('https://api.example.com/v1');
  await expect(page.getByText('Host https://api.example.com, paths under /v1')).toBeVisible();
  await page.getByRole('button', { name: 'Approve this way out' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'Give it a name' })).toBeVisible();
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await page.getByRole('textbox', { name: 'Name' }).fill('Example');
  await page.getByRole('button', { name: 'Approve this way out' }).click();
  await expect(page.getByRole('region', { name: 'Example' })).toContainText('https://api.example.com/v1');
  expect(world.egress.filter((url) => !url.startsWith(place))).toEqual([]);
});
