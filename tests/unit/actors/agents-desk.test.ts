import { describe, expect, test } from 'vitest';
import { OWNER, type ActorId } from '#core/actors/envelope.ts';
import type { AgentActor, AgentRequest } from '#core/actors/agent-messages.ts';
import type { ActorEntry, Supervised } from '#core/actors/actor.ts';
import type { CommandId, RunId, SourceId } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import type { Result } from '#core/base/result.ts';
import type { ActorNews } from '#runtime/actors/actor-system.ts';
import { forgetRuns } from '#runtime/actors/forget-runs.ts';
import { AgentsDesk } from '#runtime/actors/agents-desk.ts';
import type { Tab } from '#runtime/agent/tab.ts';
import type { AgentsView, AgentView } from '#runtime/contract/agents-api.ts';
import { memoryActorDisk, memoryActorStore } from '#tests/fakes/memory-actor-store.ts';
import { memoryAgentStore } from '#tests/fakes/memory-agent-store.ts';
import { memoryBroadcast } from '#tests/fakes/memory-broadcast.ts';
import { memoryLocks } from '#tests/fakes/memory-locks.ts';
import { seededEntropy } from '#tests/fakes/seeded-entropy.ts';
import { tabWorld } from '#tests/fakes/tab-world.ts';

const EXPENSES = 'Date,Category,Amount\n2026-09-01,Travel,120.00\n2026-09-02,Travel,80.00\n2026-09-03,Food,50.00\n';
const TOTALS = 'Total expenses by category';
const ROOF = 'How much does the repair of the roof cost?';
const NOTES = '# Roof\n\nThe repair of the roof costs 4,200 euros. Alice agreed to pay it in October.\n';

/** Tabs of one browser with the owner's agents in each, and time that moves only when told to. */
function world() {
  const tabs = tabWorld();
  const disk = memoryActorDisk();
  const locks = memoryLocks();
  const channel = memoryBroadcast<ActorNews>();
  let opened = 0;
  const open = async (store = disk): Promise<{ tab: Tab; desk: AgentsDesk; view: () => AgentsView }> => {
    const news = channel.join();
    const tab = tabs.tab(tabs.device, {
      forgetRuns: (runs) => forgetRuns({ store: memoryActorStore(store), clock: tabs.clock, broadcast: news }, runs),
    });
    await during(tab.start());
    const desk = new AgentsDesk({
      store: memoryActorStore(store),
      rows: memoryAgentStore(tabs.store),
      lock: locks,
      broadcast: channel.join(),
      clock: tabs.clock,
      entropy: seededEntropy(7_000 + ++opened),
      visible: () => Promise.resolve(true),
      command: (command) => tab.command(command),
    });
    let view: AgentsView = { damage: null, agents: [] };
    await during(desk.start());
    await desk.onView((next) => (view = next));
    tab.onOverview(() => void desk.settle());
    return { tab, desk, view: () => view };
  };
  async function during<T>(work: Promise<T>): Promise<T> {
    const done: T[] = [];
    void work.then((value) => done.push(value));
    for (let waited = 0; done.length === 0 && waited < 60_000; waited += 50) await tabs.clock.advance(50);
    return work;
  }
  /** Lets time pass until it holds. */
  const until = async (holds: () => boolean): Promise<void> => {
    for (let turns = 0; !holds() && turns < 5_000; turns++) {
      await tabs.clock.advance(20);
      // What reads language is loaded in real time.
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(holds()).toBe(true);
  };
  return { ...tabs, disk, open, during, until };
}

function named(view: AgentsView, name: string): AgentView {
  const agent = view.agents.find((one) => one.name === name);
  if (agent === undefined) throw new Error(`There is no agent called ${name}.`);
  return agent;
}

function valueOf<T>(result: Result<T, string>): T {
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

async function withAgents() {
  const made = world();
  const first = await made.open();
  await made.during(made.addFile(first.tab, 'expenses.csv', EXPENSES));
  await made.during(made.addFile(first.tab, 'notes.md', NOTES));
  const sources = new Map((await first.tab.overview()).sources.map(({ path, id }) => [path, id]));
  const create = async (name: string, paths: readonly string[] | null): Promise<ActorId> => {
    const ids = paths?.map((path) => sources.get(path) as SourceId) ?? null;
    const id = valueOf(await made.during(first.desk.create(name, ids)));
    await made.until(() => first.view().agents.some((agent) => agent.id === id));
    return id;
  };
  return { ...made, first, create };
}

describe('the owner’s agents', { timeout: 60_000 }, () => {
  test('do one goal after the other by runs over the files they may read, with cited answers', async () => {
    const { first, create, during, until } = await withAgents();
    const figures = await create('Figures', ['expenses.csv']);
    await during(first.desk.give(figures, 'Total expenses by category'));
    await during(first.desk.give(figures, 'How much does the repair of the roof cost?'));
    await until(() => named(first.view(), 'Figures').tasks.filter(({ status }) => status === 'ended').length === 2);
    const [totals, decided] = named(first.view(), 'Figures').tasks;
    expect(totals?.outcome?.status).toBe('answered');
    expect(totals?.outcome?.sentences.map(({ text }) => text).join(' ')).toContain('200');
    expect(totals?.outcome?.sentences[0]?.citations[0]?.file).toBe('expenses.csv');
    // The notes are not among its files.
    expect(decided?.outcome?.sentences.flatMap(({ citations }) => citations.map(({ file }) => file))).not.toContain(
      'notes.md',
    );
    const runs = (await first.tab.overview()).runs;
    expect(runs.map(({ id }) => id).sort()).toEqual([totals?.run, decided?.run].sort());
    expect((runs[1]?.startedAt ?? 0) <= (runs[0]?.startedAt ?? 0)).toBe(true);
  });

  test('ask one another and get verified answers back with their citations', async () => {
    const { first, create, during, until, values } = await withAgents();
    const desk = await create('Desk', null);
    await create('Figures', ['expenses.csv']);
    await create('Notes', ['notes.md']);
    const goal = 'Ask Figures: total expenses by category; ask Notes: how much does the repair of the roof cost?';
    expect(await during(first.desk.give(desk, goal))).toMatchObject({ ok: true });
    await until(() => named(first.view(), 'Desk').tasks[0]?.status === 'ended');
    const outcome = named(first.view(), 'Desk').tasks[0]?.outcome;
    expect(outcome?.status).toBe('answered');
    const by = (name: string) => outcome?.sentences.filter((sentence) => sentence.by === name) ?? [];
    expect(by('Figures')[0]?.citations[0]?.file).toBe('expenses.csv');
    expect(by('Notes')[0]?.citations[0]?.file).toBe('notes.md');
    expect(named(first.view(), 'Notes').tasks[0]?.asker).toBe('Desk');
    const { runs, agentNames } = await first.tab.overview();
    const run = runs.find(({ id }) => id === by('Notes')[0]?.run);
    expect(run?.status).toBe('complete');
    // Each run names whose it is, last, after who asked for it.
    const started = (await values()).flatMap((value) => {
      const { type, agents = [] } = value as unknown as { type: string; agents?: readonly string[] };
      return type === 'run.started' ? [agents.map((id) => agentNames[id])] : [];
    });
    expect(started.sort()).toEqual([
      ['Desk', 'Figures'],
      ['Desk', 'Notes'],
    ]);
  });

  test('have each line of their logs signed in the owner’s journal, once and in order', async () => {
    const { first, create, during, until, values, disk } = await withAgents();
    const figures = await create('Figures', null);
    await during(first.desk.give(figures, 'Total expenses by category'));
    await until(() => named(first.view(), 'Figures').tasks[0]?.status === 'ended');
    await until(() => disk.actors.get(figures)?.outbox.length === 0);
    const noted = (await values()).flatMap((value) => {
      const fact = value as unknown as { type: string; actor: string; entry: ActorEntry } | null;
      return fact?.type === 'actor.noted' ? [fact.entry] : [];
    });
    expect(noted).toEqual(await memoryActorStore(disk).log(figures, 1, 100));
    expect(noted.map(({ event }) => (event as { type: string }).type)).toEqual(['created', 'goal-taken', 'run-ended']);
  });

  test('go on in another tab when the one they were in is gone, and start no run twice', async () => {
    const { open, first, create, during, until, values } = await withAgents();
    const figures = await create('Figures', null);
    const second = await open();
    await during(first.desk.give(figures, 'Total expenses by category'));
    await first.desk.stop();
    await first.tab.close();
    await until(() => named(second.view(), 'Figures').tasks[0]?.status === 'ended');
    expect(named(second.view(), 'Figures').tasks[0]?.outcome?.status).toBe('answered');
    const started = (await values()).filter((value) => (value as { type?: string } | null)?.type === 'run.started');
    expect(started).toHaveLength(1);
  });

  test('stop, start, are killed and removed as the owner orders', async () => {
    const { first, create, during, until } = await withAgents();
    const figures = await create('Figures', null);
    await during(first.desk.order(figures, 'stop'));
    await until(() => named(first.view(), 'Figures').phase === 'stopped');
    await during(first.desk.give(figures, 'Total expenses by category'));
    await until(() => named(first.view(), 'Figures').waiting.length === 1);
    expect(named(first.view(), 'Figures')).toMatchObject({ mailbox: 1, tasks: [] });
    await during(first.desk.order(figures, 'start'));
    await until(() => named(first.view(), 'Figures').tasks.length === 1);
    await during(first.desk.order(figures, 'kill'));
    await until(() => named(first.view(), 'Figures').phase === 'stopped');
    await until(() => named(first.view(), 'Figures').tasks[0]?.status === 'ended');
    await during(first.desk.order(figures, 'retire'));
    await until(() => first.view().agents.length === 0);
  });

  test('are made anew from the journal where their own store is lost', async () => {
    const { open, first, create, during, until } = await withAgents();
    const figures = await create('Figures', ['expenses.csv']);
    await during(first.desk.give(figures, 'Total expenses by category'));
    await until(() => named(first.view(), 'Figures').tasks[0]?.status === 'ended');
    const before = named(first.view(), 'Figures');
    await first.desk.stop();
    const lost = memoryActorDisk();
    const again = await open(lost);
    await until(() => again.view().agents.length === 1);
    const after = named(again.view(), 'Figures');
    expect({ sources: after.sources, tasks: after.tasks }).toEqual({ sources: before.sources, tasks: before.tasks });
    await during(again.desk.give(figures, 'Total expenses by category'));
    await until(() => named(again.view(), 'Figures').tasks.filter(({ status }) => status === 'ended').length === 2);
  });

  test('are made good from the journal where the last entries of their logs are missing, each goal done once', async () => {
    for (const kept of [2, 1]) {
      const { open, first, create, during, until, disk, values } = await withAgents();
      const figures = await create('Figures', ['expenses.csv']);
      await during(first.desk.give(figures, TOTALS));
      await until(() => named(first.view(), 'Figures').tasks[0]?.status === 'ended');
      await until(() => disk.actors.get(figures)?.outbox.length === 0);
      const before = named(first.view(), 'Figures');
      await first.desk.stop();
      const goal = before.tasks[0]!;
      // As a file that ends between two records: with the entries went what they took from the mailbox.
      const actor = disk.actors.get(figures)!;
      actor.entries.splice(kept);
      disk.receipts.clear();
      const body: AgentRequest = { type: 'goal', goal: TOTALS, asker: '', asks: [] };
      const stamp = { by: 'receiver', entries: 1 } as const;
      const letter = { id: goal.id, from: OWNER, to: figures, at: goal.at, path: [], body: body as unknown as Json };
      if (kept === 1) disk.mail.push({ ...letter, stamp });

      const again = await open();
      await until(() => (disk.actors.get(figures)?.entries.at(-1)?.sequence ?? 0) >= 4);
      await until(() => disk.mail.length === 0 && disk.actors.get(figures)?.outbox.length === 0);
      expect(disk.actors.get(figures)?.entries[kept]).toMatchObject({ sequence: 4, event: { type: 'restored' } });
      await until(() => again.view().damage !== null);
      expect(again.view().damage).toContain('missing');
      const after = named(again.view(), 'Figures');
      expect({ tasks: after.tasks, ended: after.ended }).toEqual({ tasks: before.tasks, ended: before.ended });
      await during(again.desk.noticedDamage());
      await until(() => again.view().damage === null);
      const log = await during(again.desk.log(figures, null));
      expect(log.map(({ sequence }) => sequence)).toEqual(expect.arrayContaining([1, 4]));
      await during(again.desk.give(figures, TOTALS));
      await until(() => named(again.view(), 'Figures').ended.answered === 2);
      const started = (await values()).filter((value) => (value as { type?: string } | null)?.type === 'run.started');
      expect(started).toHaveLength(2);
      // Nothing of it is noticed a second time.
      await again.desk.stop();
      const third = await open();
      await until(() => named(third.view(), 'Figures').ended.answered === 2);
      expect(third.view().damage).toBeNull();
    }
  });

  test('forget a run that is destroyed for good, in every store, and stay what they were besides', async () => {
    const { first, open, create, during, until, values, disk, store } = await withAgents();
    const desk = await create('Desk', null);
    const figures = await create('Figures', null);
    await create('Notes', ['notes.md']);
    await during(first.desk.order(figures, 'stop'));
    await during(first.desk.give(desk, `Ask Notes: ${ROOF}`));
    await until(() => named(first.view(), 'Desk').tasks[0]?.status === 'ended');
    await during(first.desk.give(figures, TOTALS));
    await during(first.desk.order(figures, 'start'));
    await until(() => named(first.view(), 'Figures').tasks[0]?.status === 'ended');
    await until(() => [...disk.actors.values()].every(({ outbox }) => outbox.length === 0));
    const kept = async (): Promise<string> => JSON.stringify([await values(), [...disk.actors], disk.mail]);
    for (const words of [ROOF, '4,200', TOTALS]) expect(await kept()).toContain(words);

    const run = (await first.tab.overview()).runs.find(({ goal }) => goal === ROOF)?.id as RunId;
    const doomed = { kind: 'run', id: run } as const;
    const { entries } = await first.tab.doomOf(doomed);
    expect(await during(first.tab.destroy(doomed, () => undefined))).toMatchObject({ ok: true });
    // The goal of the agent that asked quotes it, and goes too.
    for (const words of [ROOF, '4,200']) {
      expect(await kept()).not.toContain(words);
      expect(JSON.stringify([...store.rows.values()])).not.toContain(words);
    }
    expect(await kept()).toContain(TOTALS);
    expect((await values()).filter((value) => value === null)).toHaveLength(entries);
    await until(() => named(first.view(), 'Notes').tasks[0]?.goal === '');
    expect(named(first.view(), 'Notes').tasks[0]).toMatchObject({ status: 'ended', outcome: { sentences: [] } });
    expect(named(first.view(), 'Figures').tasks[0]?.outcome?.status).toBe('answered');

    // The views that are made anew from what is left of the journal are the same.
    const rows = (): Promise<readonly unknown[]> => memoryAgentStore(store).rows('actor');
    const values0 = (await rows()).map((row) => (row as { value: unknown }).value);
    expect(await during(first.tab.rebuild(() => undefined))).toMatchObject({ ok: true });
    expect((await rows()).map((row) => (row as { value: unknown }).value)).toEqual(values0);

    // Another tab and another device go on with them, and they with their work.
    await first.desk.stop();
    const again = await open(memoryActorDisk());
    await until(() => again.view().agents.length === 3);
    const notes = named(again.view(), 'Notes');
    expect(notes).toMatchObject({ phase: 'running', ended: { answered: 1, other: 0 }, tasks: [{ goal: '' }] });
    await during(again.desk.give(notes.id, ROOF));
    await until(() => named(again.view(), 'Notes').tasks.at(-1)?.outcome?.status === 'answered');
  });

  test('that were not told yet of the end of a run which is destroyed do not wait for it', async () => {
    const { first, create, during, until, disk } = await withAgents();
    const notes = await create('Notes', ['notes.md']);
    await during(first.desk.give(notes, ROOF));
    await until(() => named(first.view(), 'Notes').tasks[0]?.status === 'ended');
    // As if the tab had ended before the agent heard of it.
    const actor = disk.actors.get(notes)!;
    actor.entries.pop();
    disk.receipts.clear();
    const run = (await first.tab.overview()).runs[0]?.id as RunId;
    expect(await during(first.tab.destroy({ kind: 'run', id: run }, () => undefined))).toMatchObject({ ok: true });
    await until(() => named(first.view(), 'Notes').tasks[0]?.status === 'ended');
    expect(JSON.stringify([[...disk.actors], disk.mail])).not.toMatch(/roof|4,200/);
    await during(first.desk.give(notes, ROOF));
    await until(() => named(first.view(), 'Notes').tasks.at(-1)?.outcome?.status === 'answered');
  });

  test('have names that cannot be mistaken for each other', async () => {
    const { first, create, during } = await withAgents();
    await create('Figures', null);
    for (const name of ['figures ', '', 'a:b', 'x'.repeat(41)])
      expect(await during(first.desk.create(name, null))).toMatchObject({ ok: false });
    expect(await during(first.desk.give('none' as ActorId, ' '))).toMatchObject({ ok: false });
  });
});

test('an entry that was noted already changes nothing in the views', { timeout: 60_000 }, async () => {
  const { first, create, during, until, disk, store } = await withAgents();
  const figures = await create('Figures', null);
  await until(() => disk.actors.get(figures)?.outbox.length === 0);
  const entry = disk.actors.get(figures)?.entries[0] as ActorEntry;
  const again = { id: 'again' as CommandId, type: 'note-actor', actor: figures, entry } as const;
  expect(await during(first.tab.command(again))).toMatchObject({ ok: true });
  const row = await memoryAgentStore(store).row('actor', figures);
  expect((row?.value as Supervised<AgentActor>).sequence).toBe(1);
});
