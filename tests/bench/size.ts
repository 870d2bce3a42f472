import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { driveApp } from '../../src/cli/drive-app.ts';
import type { Figure } from './statistics.ts';

const GOAL_KB = 200;

/** Scripts of page, agent worker and service worker that a first visit loads until `Goal` can be used, gzip. */
export async function benchSize(): Promise<Figure[]> {
  const scripts = new Set<string>(['/service-worker.js']);
  const app = await driveApp({ now: null, zone: null }, (path) => {
    if (/\.m?js$/.test(path)) scripts.add(path);
  });
  await app.close();
  const kilobytes =
    [...scripts].reduce((sum, path) => sum + gzipSync(readFileSync(join('build', path)), { level: 9 }).length, 0) /
    1000;
  const size = { median: kilobytes, min: kilobytes, max: kilobytes };
  const limit = { median: GOAL_KB, min: GOAL_KB, max: GOAL_KB };
  const ratio = kilobytes / GOAL_KB;
  return [
    {
      name: 'scripts until Goal is usable, cold',
      unit: 'kB gzip',
      ours: size,
      peer: { name: 'limit', ...limit },
      ratio: { median: ratio, min: ratio, max: ratio },
      goal: `<= ${String(GOAL_KB)} kB`,
    },
  ];
}
