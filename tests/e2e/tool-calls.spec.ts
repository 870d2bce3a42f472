import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';

/** Software draws its graphics: a few cases take as long there as all of them on the main processor. */
test('the command counts exact calls on WebGPU too, of cases that a seed draws', async () => {
  test.setTimeout(300_000);
  const asked = ['tool-calls', '--backend', 'webgpu', '--cases', '4', '--seed', '3', '--json'];
  const { stdout } = await promisify(execFile)('node_modules/.bin/tsx', ['src/cli/evals.ts', ...asked]);
  const told = JSON.parse(stdout) as { exact: number; tokensPerSecond: { min: number }; graphics: string };
  expect(told).toMatchObject({ backend: 'webgpu', cases: 4, exact: 4, wrong: [] });
  expect(told.graphics).toMatch(/\((software|ready)\)$/);
  expect(told.tokensPerSecond.min).toBeGreaterThan(0);
});
