import { expect, test } from 'vitest';
import type { Ms, RunId, SourceId } from '#core/base/ids.ts';
import { throttled } from '#runtime/agent/throttled.ts';
import type { RunView } from '#runtime/contract/views.ts';
import { fakeClock } from '../../fakes/fake-clock.ts';
import { tabWorld, type TabWorld } from '../../fakes/tab-world.ts';
import { textWorld } from '../text-world.ts';

/** How far a running step is: told by the tools that know, shown live in every tab, and written nowhere. */
const RUN = 'run-1' as RunId;
const MESSAGES = 40;
const ITEM_MS = 10 as Ms;

const mailbox = Array.from({ length: MESSAGES }, (_, index) => {
  const day = String((index % 28) + 1).padStart(2, '0');
  return `From ann@example.org Mon Jan ${day} 09:00:00 2025
From: Ann <ann@example.org>
To: Sam <sam@example.org>
Subject: Matter ${String(index)}
Message-ID: <m${String(index)}@example.org>
Date: ${day} Jan 2025 09:00:00 +0000

Hello Sam,

Please send me plan number ${String(index)} by Friday.

`;
}).join('');
const calendar = `BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test
BEGIN:VEVENT
UID:1
DTSTART:20261123T090000Z
DTEND:20261123T100000Z
SUMMARY:Meeting
END:VEVENT
END:VCALENDAR
`.replaceAll('\n', '\r\n');

test('tools that read many items say how many went by, each time more, up to all of them', async () => {
  const world = await textWorld({ 'mail.mbox': mailbox, 'notes.md': '# Notes\n\nThe launch is on 3 March.\n' });
  await world.mail();
  await world.ask('When is the launch?');
  await world.report();
  const byTool = new Map<string, { done: number; total: number }[]>();
  for (const { tool, ...said } of world.progress) byTool.set(tool, [...(byTool.get(tool) ?? []), said]);
  expect([...byTool.keys()].sort()).toEqual([
    'collect-report-facts',
    'find-asks',
    'find-waiting',
    'read-threads',
    'search-passages',
    'summarise-threads',
  ]);
  for (const [tool, said] of byTool) {
    const [first] = said;
    expect(
      said.map(({ done }) => done),
      tool,
    ).toEqual(said.map((_, index) => index + 1));
    expect(new Set(said.map(({ total }) => total)), tool).toEqual(new Set([first?.total]));
    expect(said.at(-1)?.done, tool).toBe(first?.total);
  }
  expect(byTool.get('read-threads')).toHaveLength(MESSAGES);
});

test('both tabs see how far a step is while it runs, and the journal holds nothing of it', async () => {
  const world = tabWorld();
  readSlowly(world);
  const leader = world.tab();
  void leader.start();
  await world.clock.advance(500);
  const follower = world.tab();
  void follower.start();
  await world.clock.advance(2_000);
  void world.addFile(leader, 'mail.mbox', mailbox);
  void world.addFile(leader, 'calendar.ics', calendar);
  await until(world.clock, async () => (await leader.overview()).sources.length === 2);

  const seen = { leader: [] as (RunView | null)[], follower: [] as (RunView | null)[] };
  leader.watchRun(RUN, (view) => seen.leader.push(view));
  follower.watchRun(RUN, (view) => seen.follower.push(view));
  const goal = 'Summarise this mailbox: what is asked of me?';
  void follower.command(world.order({ type: 'start-run', run: RUN, goal, overrides: {} }));
  await until(world.clock, () => Promise.resolve(seen.follower.at(-1)?.run.status === 'complete'));

  for (const views of Object.values(seen)) {
    const live = views.flatMap((view) =>
      view === null ? [] : Object.entries(view.progress).map((said) => ({ view, said })),
    );
    expect(live.length).toBeGreaterThan(0);
    for (const { view, said } of live) {
      expect(said[1].total).toBe(MESSAGES);
      expect(view.run.steps[said[0]]?.status).toBe('running');
    }
    expect(views.at(-1)?.progress).toEqual({});
  }
  expect(JSON.stringify(await world.values())).not.toContain('"done":');
}, 60_000);

test('however often it is told, it is shown a few times a second', async () => {
  const clock = fakeClock();
  const shown: number[] = [];
  const tell = throttled(clock, 200 as Ms, (done: number) => shown.push(done));
  for (let done = 0; done < 100; done++) {
    tell(done);
    await clock.advance(10);
  }
  expect(shown).toEqual([0, 20, 40, 60, 80]);
});

/** One item after the other, each in its time: a step then takes longer than what is shown of it may be late. */
function readSlowly({ blobs, clock }: TabWorld): void {
  const { items } = blobs;
  Object.assign(blobs, {
    items: async function* (id: SourceId): ReturnType<typeof items> {
      for await (const batch of items(id))
        for (const item of batch) {
          await new Promise<void>((turn) => void clock.after(ITEM_MS, turn));
          yield [item];
        }
    },
  });
}

/** Lets time pass until something holds; what is loaded from disk takes real time. */
async function until(clock: ReturnType<typeof fakeClock>, holds: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 5_000 && !(await holds()); turn++) {
    await clock.advance(10);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(await holds()).toBe(true);
}
