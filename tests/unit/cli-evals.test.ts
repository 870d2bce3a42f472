import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { scenariosCommand } from '#cli/eval-scenarios.ts';
import { baselineText, readRuns } from '#cli/kept-evals.ts';
import type { KeptRun } from '#evals/scenarios/compare.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'windhover-evals-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function evals(args: readonly string[], stopAfter = Infinity) {
  const [out, err]: [string[], string[]] = [[], []];
  let stop = (): void => undefined;
  const status = await scenariosCommand(args, {
    print: (line) => {
      out.push(line);
      if (out.length === stopAfter) stop();
    },
    warn: (line) => err.push(line),
    stopped: (how) => (stop = how),
  });
  return { status, out: out.join('\n'), err: err.join('\n') };
}

async function keptAs(name: string, change: (run: KeptRun) => KeptRun): Promise<string> {
  const file = path.join(folder, name);
  const runs = readRuns('baseline').map(change);
  await writeFile(file, ['{}', ...runs.map((run) => JSON.stringify(run))].join('\n'));
  return file;
}

test('what was played before it was stopped is kept, with the commit and the seeds', async () => {
  const { status, out, err } = await evals(['--mode', 'symbolic', '--only', 'decline'], 2);
  const file = /^Kept in (.+)$/m.exec(err)?.[1] ?? '';
  try {
    expect(status).toBe(0);
    expect(out).toContain('2/7  right  symbolic/decline/draw');
    expect(err).toContain('Stopped: 2 of 7 were played.');
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    const [batch, ...runs] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(batch).toMatchObject({ node: process.version, modes: ['symbolic'], model: null });
    expect(batch?.['sha']).toMatch(/^([0-9a-f]{40}|unknown)$/);
    expect(batch?.['seeds']).toContain('mail 301');
    expect(runs.map(({ scenario }) => scenario)).toEqual(['decline/book-a-flight', 'decline/draw']);
    expect(readRuns('last')).toHaveLength(2);
  } finally {
    await rm(file, { force: true });
  }
});

test('of two kept evaluations what is worse is told, and ends with 1', async () => {
  const same = await keptAs('same.jsonl', (run) => run);
  const worse = await keptAs('worse.jsonl', (run) =>
    run.scenario === 'save/denied' ? { ...run, success: false, questions: 4 } : run,
  );
  const { status, out } = await evals(['--compare', 'baseline', same]);
  expect(status).toBe(0);
  expect(out).toMatch(/^\d+ played in both\nno regression$/);
  const told = await evals(['--compare', same, worse]);
  expect(told.status).toBe(1);
  expect(told.out).toContain('lost         symbolic/save/denied');
  expect(told.out).toContain('REGRESSION: symbolic/save/denied went well before');
  expect((await evals(['--compare', worse, same])).status).toBe(0);
});

test('what is not there, and what was not understood, is said and ends with 2', async () => {
  for (const [args, why] of [
    [['--compare', 'baseline'], /^Usage/],
    [['--compare', 'baseline', 'feedbeef'], /No runs are kept of feedbeef/],
    [['--mode', 'model'], /--model URL/],
    [['--mode', 'magic'], /--mode is one of/],
    [['--only', 'nothing'], /no such scenario/],
    [['--repeat', 'often'], /number of times/],
  ] as const) {
    const { status, err } = await evals(args);
    expect([status, err]).toEqual([2, expect.stringMatching(why)]);
  }
});

test('a baseline holds nothing that differs from machine to machine', () => {
  const runs = readRuns('baseline');
  expect(JSON.parse(baselineText(runs.map((run) => ({ ...run, wallMs: 5 }))))).toEqual({ runs });
});
