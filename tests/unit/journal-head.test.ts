import { expect, test } from 'vitest';
import type { JournalHead } from '#ports/agent-store.ts';
import { verifyJournal } from '#runtime/journal/verify-journal.ts';
import { fact, journalWorld, type JournalWorld } from '#tests/fakes/journal-world.ts';

const ENTRIES = 11;

async function lived(): Promise<JournalWorld> {
  const world = journalWorld();
  const { journal } = await world.open();
  for (let at = 0; at < ENTRIES; at++) await journal.append([fact({ at })]);
  await journal.close();
  return world;
}

const flipped = (text: string, place: number): string =>
  text.slice(0, place) + (text[place] === '1' ? '2' : '1') + text.slice(place + 1);

const HARMS: readonly (readonly [string, (head: JournalHead) => JournalHead])[] = [
  ...[0, 1, 2].map(
    (node) =>
      [
        `the subtree root ${String(node)}`,
        (head: JournalHead) => ({
          ...head,
          frontier: head.frontier.map((kept, at) => (at === node ? flipped(kept, 9) : kept)),
        }),
      ] as const,
  ),
  ['a subtree root that is no number', (head) => ({ ...head, frontier: [...head.frontier.slice(0, 2), 'zz'] })],
  ['a subtree root that is missing', (head) => ({ ...head, frontier: head.frontier.slice(1) })],
  ['the root', (head) => ({ ...head, root: flipped(head.root, 30) })],
  ['the size', (head) => ({ ...head, size: head.size - 1 })],
  ['the signed text', (head) => ({ ...head, checkpoint: head.checkpoint.replace('\n11\n', '\n12\n') })],
  ['the signature', (head) => ({ ...head, checkpoint: head.checkpoint.replace(/.{4}\n$/, 'AAA=\n') })],
];

test.each(HARMS)(
  'a kept head in which %s is damaged is not believed: all is read, and the journal goes on',
  async (_, harm) => {
    const world = await lived();
    const whole = world.store.head;
    expect(whole?.frontier).toHaveLength(3);
    world.store.head = harm(whole as JournalHead);
    world.reads.length = 0;
    const { journal, report } = await world.open();
    expect(world.reads.filter((read) => read.startsWith('first 0 '))).not.toEqual([]);
    expect(report).toMatchObject({ size: ENTRIES, unreadable: 0 });
    expect(journal.head).toMatchObject({ size: ENTRIES, root: whole?.root, frontier: whole?.frontier });
    await journal.append([fact({ at: ENTRIES })]);
    await journal.settle();
    expect(await verifyJournal(world.parts(), { payloads: true })).toMatchObject({
      verifiedUpTo: ENTRIES + 1,
      problem: null,
    });
    await journal.close();
  },
);

test('a damaged head beside copies that are shorter than the pins is a loss, and said to be one', async () => {
  const world = await lived();
  world.store.head = { ...(world.store.head as JournalHead), root: 'f'.repeat(64) };
  for (const copy of [world.first, world.second]) copy.groups.length = 6;
  await expect(world.open()).rejects.toThrow(
    'amnesia: The journal had 11 entries; only 6 entries can still be proved.',
  );
});

test('a whole head spares reading all: the ends alone are read', async () => {
  const world = await lived();
  world.reads.length = 0;
  const { journal } = await world.open();
  expect(world.reads).toEqual([]);
  await journal.close();
});
