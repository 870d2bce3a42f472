import { expect, test, type Page } from '@playwright/test';
import { startGoal } from '../../src/cli/drive-app.ts';
import type { EgressHost } from '../conformance/egress-host.ts';
import { QUESTION, openWayOut, openWithHost, runIs, sendingCard } from './sending.ts';
import type { World } from './world.ts';

/** What the owner made of a text before it leaves: told line by line on the card, and taken back with one button. */
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

const card = () => sendingCard(page);
const content = () => card().getByRole('group', { name: 'Exactly this will be sent' });
const changes = () => card().getByRole('group', { name: 'What you changed' });
const undo = () => card().getByRole('button', { name: 'Take my changes back' });

async function useText(change: (text: string) => string): Promise<string> {
  const text = change((await content().textContent()) ?? '');
  await card().getByRole('button', { name: 'Edit', exact: true }).click();
  await card().getByRole('textbox', { name: 'The text, as you want it' }).fill(text);
  await card().getByRole('button', { name: 'Use this text' }).click();
  await expect.poll(() => content().textContent()).toBe(text);
  return text;
}

test('the card says what was changed against the text as it was made, however often, and takes all of it back', async () => {
  await openWayOut(page, host);
  await startGoal({ page }, `${QUESTION} And send it to Status board.`);
  await runIs(page, 'waiting-approval');
  const made = (await content().textContent()) ?? '';
  await expect(changes()).toHaveCount(0);
  await expect(undo()).toHaveCount(0);

  await useText((text) => `${text}First line of mine.\n`);
  await expect(changes()).toContainText(/added:\s*First line of mine\./);
  await expect(changes()).not.toContainText('taken out:');
  const [heading = ''] = made.split('\n');
  expect(heading).toMatch(/^# How much may a hotel cost/);
  await useText((text) => text.replace(heading, '# Mine'));
  await expect(changes(), 'against the text as it was made, not the one before').toContainText(
    /added:\s*First line of mine\./,
  );
  await expect(changes()).toContainText(/added:\s*# Mine/);
  await expect(changes()).toContainText(/taken out:\s*# How much may a hotel cost/);
  expect(host.arrivals).toEqual([]);

  await undo().click();
  await expect.poll(() => content().textContent()).toBe(made);
  await expect(changes()).toHaveCount(0);
  await expect(undo()).toHaveCount(0);
  await expect(page.getByText('The text is again as it was made.').first()).toBeAttached();
  await card().getByRole('button', { name: 'Approve', exact: true }).click();
  await runIs(page, 'complete');
  expect(host.arrivals).toMatchObject([{ body: made }]);
});
