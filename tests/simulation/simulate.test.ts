import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleSimulation } from '#cli/bundle-simulation.ts';
import type { Report } from '#cli/simulation-report.ts';
import type { Assignment } from './assignment.ts';
import { MUTATIONS } from './mutations.ts';
import type { Scenario } from './scenario.ts';

let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'windhover-simulation-'));
  await bundleSimulation(folder);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a process of its own reports. */
function simulate(assignment: Partial<Assignment>): Promise<Report[]> {
  const whole: Assignment = { from: 1, seeds: 1, step: 1, shrink: 0, log: false, ...assignment };
  const child = spawn(process.execPath, [join(folder, 'simulation.mjs'), JSON.stringify(whole)]);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) =>
    child.on('close', (code) => {
      if (code !== 0) reject(new Error(`The simulation ended with ${String(code)}.`));
      else
        resolve(
          output
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line) as Report),
        );
    }),
  );
}

test(
  'a seed gives the same life byte for byte, in another process and after other seeds',
  { timeout: 300_000 },
  async () => {
    const [once, again, alone] = await Promise.all([
      simulate({ from: 30, seeds: 20 }),
      simulate({ from: 30, seeds: 20 }),
      simulate({ from: 49, seeds: 1 }),
    ]);
    expect(once).toHaveLength(20);
    expect(again.map(({ trace }) => trace)).toEqual(once.map(({ trace }) => trace));
    expect(alone[0]?.trace).toBe(once.at(-1)?.trace);
    expect(new Set(once.map(({ trace }) => trace)).size).toBe(20);
  },
);

/** Where a promise is broken, a life among the first so many shows it. */
const NOTICED_WITHIN = 300;
/** As many as fit into a command line. */
const SHOWN_LIVES = 60;
/** Where to begin to look for what few lives show. */
const NOTICED_FROM: Readonly<Record<string, number>> = {
  'skip the fence': 3_500,
  'sign on with the key that gave way': 100,
  'sweep away what is just being written': 800,
};

/** A life that shows what lives that are drawn show too rarely, with other delays from seed to seed. */
const SHOWN_BY: Readonly<Record<string, Omit<Scenario, 'seed'>>> = {
  // The second leader keeps the state with the owner's no in it, and the third takes it up.
  'take up a state that knows of no file that is forbidden': {
    ...{ signed: false, opfs: true, shared: true, folder: true, passphrase: false, agents: false, backup: false },
    actions: [
      { do: 'open', at: 0, tab: 0 },
      { do: 'import', file: 1, at: 300, tab: 0 },
      { do: 'forbid', file: 1, at: 1_200, tab: 0 },
      { do: 'open', at: 1_500, tab: 0 },
      { do: 'close', at: 2_500, tab: 0 },
      { do: 'open', at: 4_000, tab: 0 },
      { do: 'close', at: 5_000, tab: 0 },
      { do: 'goal', goal: 2, save: false, answer: 'ignore', after: 100, at: 7_500, tab: 0 },
    ],
    faults: [],
  },
  // As above, of rules: the third leader would save what they forbid.
  'take up a state that knows of no rules': {
    ...{ signed: false, opfs: true, shared: true, folder: true, passphrase: false, agents: false, backup: false },
    actions: [
      { do: 'open', at: 0, tab: 0 },
      { do: 'import', file: 0, at: 300, tab: 0 },
      { do: 'rules', rules: 5, when: 'now', at: 1_200, tab: 0 },
      { do: 'open', at: 1_500, tab: 0 },
      { do: 'close', at: 2_500, tab: 0 },
      { do: 'open', at: 4_000, tab: 0 },
      { do: 'close', at: 5_000, tab: 0 },
      { do: 'goal', goal: 0, save: true, answer: 'approve', after: 100, at: 7_500, tab: 0 },
    ],
    faults: [],
  },
  // What is read is other than what was brought in; the answer says it.
  'read other words in a file than its owner brought in': {
    ...{ signed: false, opfs: true, shared: true, folder: true, passphrase: false, agents: false, backup: false },
    actions: [
      { do: 'open', at: 0, tab: 0 },
      { do: 'import', file: 1, at: 300, tab: 0 },
      { do: 'goal', goal: 2, save: false, answer: 'ignore', after: 100, at: 1_500, tab: 0 },
    ],
    faults: [],
  },
  // The disk fails just after the file was saved: the next leader has to look whether it was.
  'ask to save again without reading back': {
    ...{ signed: false, opfs: true, shared: true, folder: true, passphrase: false, agents: false, backup: false },
    actions: [
      { do: 'open', at: 0, tab: 0 },
      { do: 'import', file: 0, at: 300, tab: 0 },
      { do: 'goal', goal: 0, save: true, answer: 'approve', after: 1_500, at: 1_000, tab: 0 },
    ],
    faults: [{ kind: 'write error', at: 2_561, for: 1_000, chance: 1, where: 'both', tab: 0, amount: 1 }],
  },
};

/** Which invariant must be violated at least, where that is what the mutation is for. */
const NOTICED_AS: Readonly<Record<string, string>> = {
  'lock in one tab only': 'I9',
  'open the vault whatever passphrase is typed': 'I9',
  'hear no rule that forbids': 'I17',
  'say nothing of a model that was of no use': 'model',
  'read other words in a file than its owner brought in': 'model',
  'adopt the rules that the app came with, whatever the owner wrote': 'I17',
  'take up a state that knows of no rules': 'I17',
  'bring files in for every purpose': 'I7',
  'hear yes where the owner says no': 'I7',
  'take up a state that knows of no file that is forbidden': 'I7',
  'lose what a backup is made of once its list is written': 'backup',
  'erase everything but the second copy': 'erased',
  'erase everything but the files': 'erased',
  'erase everything but the rows': 'erased',
};

describe('a broken promise is noticed', () => {
  test.each(Object.keys(MUTATIONS))('%s', { timeout: 300_000 }, async (mutation) => {
    const from = NOTICED_FROM[mutation] ?? 1;
    const shown = SHOWN_BY[mutation];
    const scenarios = shown && Array.from({ length: SHOWN_LIVES }, (_, seed) => ({ ...shown, seed }));
    const reports = await simulate({ mutation, from, seeds: NOTICED_WITHIN, ...(scenarios && { scenarios }) });
    const violations = reports.at(-1)?.violations ?? [];
    expect(violations).not.toEqual([]);
    expect(violations.join('\n')).toContain(`${NOTICED_AS[mutation] ?? ''} at `);
  });
});

/** Lives that once went wrong, made as small as they still did, each with what was mended. */
const NAMED = JSON.parse(readFileSync(new URL('named.json', import.meta.url), 'utf8')) as readonly {
  readonly mended: string;
  readonly scenario: Scenario;
}[];

test('lives that once went wrong go well', { timeout: 300_000 }, async () => {
  const reports = await simulate({ scenarios: NAMED.map(({ scenario }) => scenario) });
  reports.forEach((report, index) => expect(report.violations, NAMED[index]?.mended).toEqual([]));
  expect(reports).toHaveLength(NAMED.length);
});
