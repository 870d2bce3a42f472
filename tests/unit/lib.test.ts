import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import type { Json } from '#core/base/json.ts';
import type { EntryView } from '#runtime/contract/views.ts';
import { clearClockOverride, readClockOverride } from '#lib/client/clock-override.ts';
import { readEntries } from '#lib/client/read-entries.ts';
import { commands } from '#lib/commands.ts';
import { exampleGoals } from '#lib/format/example-goals.ts';
import { en } from '#lib/messages/en.ts';
import { t } from '#lib/messages/t.ts';
import { GoalState } from '#lib/state/goal-state.svelte.ts';
import { fakePlan, fakeSources, fakeUnderstood } from '#tests/fakes/fake-agent-content.ts';

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => /^(lib|routes)\/.*\.(ts|svelte)$/.test(file) && !file.startsWith('lib/messages/'))
  .map((file) => readFileSync(`src/${file}`, 'utf8'))
  .join('\n');

describe('messages', () => {
  test('placeholders are filled in and plurals chosen by count', () => {
    expect(t('files.count', { count: 1 })).toBe('1 file');
    expect(t('files.count', { count: 0 })).toBe('0 files');
    expect(t('run.steps-done', { done: 2, steps: 5 })).toBe('2 of 5 steps');
  });

  test('every text is used somewhere, by its key or by the beginning of a computed key', () => {
    const prefixes = [...sources.matchAll(/t\(`([\w.-]+)\$\{/g)].map((match) => match[1] ?? '');
    const unused = Object.keys(en).filter(
      (key) => !sources.includes(`'${key}'`) && !prefixes.some((prefix) => key.startsWith(prefix)),
    );
    expect(unused).toEqual([]);
  });

  test('the names that people and tests rely on are what they were', () => {
    const names = [
      'home.goal',
      'home.run',
      'run.stop',
      'run.pause',
      'run.resume',
      'files.add',
      'files.sample',
      'audit.verify',
      'audit.export',
      'approval.approve',
      'approval.deny',
    ] as const;
    expect(names.map((key) => t(key))).toEqual([
      'Goal',
      'Run',
      'Stop',
      'Pause',
      'Resume',
      'Add files',
      'Try with sample data',
      'Verify',
      'Export',
      'Approve',
      'Deny',
    ]);
    const regions = [
      'run.plan',
      'run.timeline',
      'run.answer',
      'run.sources',
      'run.verdict',
      'run.cost',
      'run.steps',
    ] as const;
    expect(regions.map((key) => t(key))).toEqual(['Plan', 'Timeline', 'Answer', 'Sources', 'Verdict', 'Cost', 'Steps']);
    expect(t('audit.verified', { count: 1842 })).toBe('Verified up to 1842');
  });
});

test('no two commands share a shortcut or an id', () => {
  const shortcuts = commands.map((command) => command.shortcut).filter((shortcut) => shortcut !== null);
  expect(new Set(shortcuts).size).toBe(shortcuts.length);
  expect(new Set(commands.map((command) => command.id)).size).toBe(commands.length);
});

describe('example goals', () => {
  test('the sample offers the goals that its manifest names', () => {
    const manifest = JSON.parse(readFileSync('static/sample/manifest.json', 'utf8')) as { goals: string[] };
    expect(exampleGoals(fakeSources)).toEqual(manifest.goals);
  });

  test('of the owner’s own files only what is there is offered', () => {
    const counts = { messages: 0, events: 0, documents: 0, tables: 1 };
    expect(exampleGoals([{ path: 'q3/sales.csv', counts, sample: false }])).toEqual(['How many rows are in sales?']);
    expect(exampleGoals([])).toEqual([]);
  });
});

describe('clock override', () => {
  const session = () => {
    const held = new Map<string, string>();
    return {
      getItem: (key: string) => held.get(key) ?? null,
      setItem: (key: string, value: string) => void held.set(key, value),
      removeItem: (key: string) => void held.delete(key),
    };
  };

  test('what the address asks for holds for the session, until it is cleared', () => {
    const storage = session();
    const asked = readClockOverride(new URLSearchParams('now=2026-11-19T08:00:00Z&zone=Europe/Paris'), storage);
    expect(asked).toEqual({ now: Date.UTC(2026, 10, 19, 8), zone: 'Europe/Paris' });
    expect(readClockOverride(new URLSearchParams(''), storage)).toEqual(asked);
    clearClockOverride(storage);
    expect(readClockOverride(new URLSearchParams(''), storage)).toEqual({ now: null, zone: null });
  });

  test('nonsense is not taken for a clock', () => {
    expect(readClockOverride(new URLSearchParams('now=soon&zone=Mars/Olympus'), session())).toEqual({
      now: null,
      zone: null,
    });
  });
});

describe('reading entries backwards', () => {
  const journal = Array.from({ length: 700 }, (_, sequence) => ({
    sequence,
    epoch: 1,
    time: 0,
    type: sequence % 100 === 0 ? 'rare' : 'common',
    run: null,
    payloadDigest: '',
    payload: null,
  })) as unknown as EntryView[];
  const api = { entries: (from: number, count: number) => Promise.resolve(journal.slice(from, from + count)) };

  test('pages follow one another without a gap or a repeat, newest first', async () => {
    const seen: number[] = [];
    for (let before: number | null = journal.length; before !== null;) {
      const page: Awaited<ReturnType<typeof readEntries>> = await readEntries(api, before, 64, () => true);
      seen.push(...page.entries.map((entry) => entry.sequence));
      before = page.next;
    }
    expect(seen).toEqual(journal.map((entry) => entry.sequence).reverse());
  });

  test('a filter looks through as much of the journal as it needs', async () => {
    const first = await readEntries(api, journal.length, 4, (entry) => entry.type === 'rare');
    expect(first.entries.map((entry) => entry.sequence)).toEqual([600, 500, 400, 300]);
    const rest = await readEntries(api, first.next ?? 0, 4, (entry) => entry.type === 'rare');
    expect(rest.entries.map((entry) => entry.sequence)).toEqual([200, 100, 0]);
    expect(rest.next).toBeNull();
  });
});

describe('GoalState', () => {
  function goalState(delay = 0) {
    const asked: { goal: string; overrides: { readonly [name: string]: Json } }[] = [];
    const client = {
      preview: async (goal: string, overrides: { readonly [name: string]: Json }) => {
        asked.push({ goal, overrides });
        await new Promise((resolve) => setTimeout(resolve, delay));
        const understood = fakeUnderstood(goal, overrides);
        return { goal: understood, plan: fakePlan(understood) };
      },
    };
    return { state: new GoalState(client), asked };
  }

  test('typing reads the goal once, after the last key', async () => {
    vi.useFakeTimers();
    const { state, asked } = goalState();
    for (const text of ['W', 'Who', 'Who is waiting?']) state.write(text);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(asked.map(({ goal }) => goal)).toEqual(['Who is waiting?']);
    expect(state.preview?.goal.kind).toBe('summarise-mail');
    expect(state.reading).toBe(false);
    vi.useRealTimers();
  });

  test('an answer to older words never replaces that to newer ones', async () => {
    vi.useFakeTimers();
    const { state } = goalState(400);
    state.replace('Summarise my mail');
    await vi.advanceTimersByTimeAsync(100);
    state.replace('Write a status report');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(state.preview?.goal.text).toBe('Write a status report');
    vi.useRealTimers();
  });

  test('changed details stay while the words change, and go when the kind of goal does', async () => {
    vi.useFakeTimers();
    const { state } = goalState();
    state.replace('When can I meet Mara for 45 minutes?');
    await vi.advanceTimersByTimeAsync(500);
    state.set('minutes', 30);
    await vi.advanceTimersByTimeAsync(500);
    state.write('When can I meet Mara for some minutes?');
    await vi.advanceTimersByTimeAsync(500);
    expect(state.overrides).toEqual({ minutes: 30 });
    state.write('Write a status report');
    await vi.advanceTimersByTimeAsync(500);
    expect(state.overrides).toEqual({});
    vi.useRealTimers();
  });

  test('a chosen reading is kept until it is put back', async () => {
    vi.useFakeTimers();
    const { state, asked } = goalState();
    state.replace('How much was it?');
    await vi.advanceTimersByTimeAsync(500);
    state.choose('query-table');
    await vi.advanceTimersByTimeAsync(500);
    expect(asked.at(-1)?.overrides).toEqual({ kind: 'query-table' });
    state.reset('kind');
    await vi.advanceTimersByTimeAsync(500);
    expect(asked.at(-1)?.overrides).toEqual({});
    vi.useRealTimers();
  });
});
