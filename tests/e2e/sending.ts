import { expect, type Locator, type Page } from '@playwright/test';
import { openPage } from '../../src/cli/drive-app.ts';
import { egressHost, type EgressHost } from '../conformance/egress-host.ts';
import { openWithSample } from './with-sample.ts';
import { PATIENCE_MS, type World } from './world.ts';

/** What the sample answers in one sentence. */
export const QUESTION = 'How much may a hotel cost according to the travel policy?';

/** The app with the sample, beside a real server that answers. */
export async function openWithHost(): Promise<{
  readonly world: World;
  readonly page: Page;
  readonly host: EgressHost;
}> {
  const host = await egressHost();
  return { ...(await openWithSample({})), host };
}

/** Begins a new way out to that server on its page. */
export async function beginWayOut(page: Page, host: EgressHost, name: string): Promise<void> {
  await openPage(page, 'Ways out');
  await page.getByRole('button', { name: 'New way out' }).click();
  await page.getByRole('textbox', { name: 'Address' }).fill(`${host.origin}/v1/echo`);
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
}

export async function approveWayOut(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Approve this way out' }).click();
  await expect(page.getByRole('region', { name })).toBeVisible();
}

/** Opens a way out by which answers can be sent. */
export async function openWayOut(page: Page, host: EgressHost, name = 'Status board'): Promise<void> {
  await beginWayOut(page, host, name);
  await page.getByRole('textbox', { name: 'Headers that may be sent' }).fill('content-type, idempotency-key');
  await approveWayOut(page, name);
}

/** The question whether an answer may be sent. */
export function sendingCard(page: Page): Locator {
  return page.getByRole('article', { name: /^Approval: Send 1 POST/ });
}

/** Waits until the run whose page is open stands so. */
export function runIs(page: Page, status: string): Promise<void> {
  return expect(page.locator('[data-status]')).toHaveAttribute('data-status', status, { timeout: PATIENCE_MS });
}
