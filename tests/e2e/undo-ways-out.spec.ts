import { expect, test, type Page } from '@playwright/test';
import { openPage } from '../../src/cli/drive-app.ts';
import type { EgressHost } from '../conformance/egress-host.ts';
import { openWayOut, openWithHost } from './sending.ts';
import type { World } from './world.ts';

/** What the owner changed of ways out and of money comes back with the Undo that stands beside the word that it is done. */
let world: World;
let page: Page;
let host: EgressHost;

test.describe.configure({ timeout: 240_000 });
test.beforeEach(async () => {
  ({ world, page, host } = await openWithHost());
});
test.afterEach(async () => {
  await world.close();
  await host.close();
});

const undo = () => page.getByRole('button', { name: 'Undo' }).last();

test('a changed way out and changed limits for money are as before after Undo', async () => {
  await openWayOut(page, host);
  const way = page.getByRole('region', { name: 'Status board' });
  await expect(way).toContainText('content-type, idempotency-key');
  await way.getByRole('button', { name: 'Change', exact: true }).click();
  await way.getByRole('textbox', { name: 'Headers that may be sent' }).fill('content-type');
  await way.getByRole('button', { name: 'Save changes' }).click();
  await expect(page.getByText('“Status board” is changed.').first()).toBeVisible();
  await expect(way).not.toContainText('idempotency-key');
  await undo().click();
  await expect(way).toContainText('content-type, idempotency-key');

  await expect(page.getByText('Undone: “Status board” is changed.').first()).toBeVisible();

  await way.getByRole('button', { name: 'Revoke' }).click();
  await way.getByRole('button', { name: 'Revoke', exact: true }).last().click();
  await expect(page.getByText('1 revoked')).toBeVisible();
  await undo().click();
  await expect(way).toContainText('content-type, idempotency-key');
  await expect(page.getByText('1 revoked')).toHaveCount(0);

  await openPage(page, 'Ways out');
  const money = page.getByRole('region', { name: 'Money', exact: true });
  await expect(money).toContainText('Nothing may cost anything.');
  await money.getByRole('button', { name: 'Change limits' }).click();
  for (const limit of ['One call', 'One run', 'A day', 'An agent, in all'])
    await money.getByRole('textbox', { name: limit }).fill('2');
  await money.getByRole('button', { name: 'Save limits' }).click();
  await expect(money).toContainText('of €2.00 today');
  await undo().click();
  await expect(money).toContainText('Nothing may cost anything.');
  await expect(page.getByText('Undone: The limits for money are changed.').first()).toBeVisible();
});
