import * as Comlink from 'comlink';
import { expect, test } from 'vitest';
import type { benchAppend } from '#tests/bench/append.ts';

test('the append benchmark runs on a real disk, and the journal it wrote is proved', async () => {
  const worker = new Worker(new URL('../bench/append.worker.ts', import.meta.url), { type: 'module' });
  const remote = Comlink.wrap<{ benchAppend: typeof benchAppend }>(worker);
  const result = await remote.benchAppend({ rounds: 1, appends: 64, sizes: [], steps: 20 });
  worker.terminate();
  expect(result.map(({ name }) => name)).toContain(
    `G13 take over a journal in the browser, ${String(3 * 64 + 3 * 32 + 20)} entries`,
  );
  for (const { name, ours, peer, ratio } of result) {
    expect(ours.median, name).toBeGreaterThan(0);
    if (peer === null) continue;
    // The ratio is that of each round, so it lies between the furthest apart.
    expect(ratio?.median, name).toBeGreaterThanOrEqual((ours.min / peer.max) * (1 - 1e-9));
    expect(ratio?.median, name).toBeLessThanOrEqual((ours.max / peer.min) * (1 + 1e-9));
  }
});
