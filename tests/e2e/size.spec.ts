import { expect, test } from '@playwright/test';
import { benchSize } from '../bench/size.ts';

/** G17 of the performance goals, as `npm run bench -- size` prints it. */
test('what a first visit loads until Goal can be used stays within its limit', async () => {
  test.setTimeout(120_000);
  const [scripts] = await benchSize();
  expect(scripts?.ours.median).toBeGreaterThan(100);
  expect(scripts?.ours.median).toBeLessThanOrEqual(scripts?.peer?.median ?? 0);
});
