import { expect, test, vi } from 'vitest';
import { utf8 } from '#core/base/bytes.ts';
import type { RunId } from '#core/base/ids.ts';
import { budgetAfter, ENDORSEMENT_BITS_MAX } from '#core/labels/finite.ts';
import type { Group } from '#ports/journal-leg.ts';
import { labelOfPlanner } from '#runtime/agent/labelled-plan.ts';
import type { Tab } from '#runtime/agent/tab.ts';
import type { RunView } from '#runtime/contract/views.ts';
import { order, stands, until, vaultWith, within } from '#tests/fakes/filled-vault.ts';
import type { MemoryLegDisk } from '#tests/fakes/memory-journal-leg.ts';
import type { MemoryStoreDisk } from '#tests/fakes/memory-agent-store.ts';
import { parseFile } from '#tests/fakes/parse-file.ts';
import { tabWorld, type TabWorld } from '#tests/fakes/tab-world.ts';

// Reading a goal loads the language for real, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 });

const FILES = { 'policy.md': '# Travel policy\n\nA hotel may cost at most 140 euro a night.\n' };
const RUN = 'run-1' as RunId;
const METHOD_BITS = 3;

/** What lay on the disks when the power went. */
interface Disks {
  readonly first: Pick<MemoryLegDisk, 'groups' | 'epoch'>;
  readonly second: Pick<MemoryLegDisk, 'groups' | 'epoch'>;
  readonly store: MemoryStoreDisk;
}

test('killed at any write, a run has spent once what untrusted text chose in it: no bit comes back, none is taken twice', async () => {
  const { world, tab } = await vaultWith(FILES);
  const kills: Disks[] = [];
  const before = world.first.groups.length;
  const note = (): Promise<void> => Promise.resolve(void kills.push(disksOf(world)));
  [world.first.afterAppend, world.second.afterAppend] = [note, note];
  await order(world, tab, { type: 'start-run', run: RUN, goal: 'How much may a hotel cost?', overrides: {} });
  const whole = await stands(world, tab, RUN, ['complete']);
  [world.first.afterAppend, world.second.afterAppend] = [null, null];
  const plans = await committed(tab);
  expectSpentOnce(whole, plans);

  // Copies lag, so that most of a run's writes are written twice.
  expect(kills.length).toBeGreaterThan(world.first.groups.length - before);
  const chosen = kills.map(({ first }) => first.groups.some(holds(plans[0]?.sequence ?? -1)));
  expect(new Set(chosen), 'some were killed before the choice was written, some after').toEqual(new Set([false, true]));
  for (const [at, disks] of kills.entries()) {
    const again = await restarted(disks);
    const view = await stands(again.world, again.tab, RUN, ['complete']);
    expectSpentOnce(view, await committed(again.tab));
    if (chosen[at] === true) expect(await committed(again.tab), 'it is not planned again').toEqual(plans);
    // What is told of it from the journal alone is the same.
    again.world.store.rows.clear();
    expect(
      await within(
        again.world,
        again.tab.rebuild(() => undefined),
      ),
    ).toMatchObject({ ok: true });
    expectSpentOnce(await stands(again.world, again.tab, RUN, ['complete']), await committed(again.tab));
  }
});

function expectSpentOnce({ run }: RunView, plans: readonly Committed[]): void {
  expect(run.choices).toMatchObject([{ name: 'method', bits: METHOD_BITS }]);
  expect(budgetAfter(run.choices ?? []).bitsLeft).toBe(ENDORSEMENT_BITS_MAX - METHOD_BITS);
  expect(labelOfPlanner(run).integrity).toBe('endorsed');
  expect(plans).toMatchObject([{ choices: run.choices, digest: run.plan?.digest }]);
}

interface Committed {
  readonly sequence: number;
  readonly choices: unknown;
  readonly digest: string;
}

const holds =
  (sequence: number) =>
  ({ firstSequence, count }: Group): boolean =>
    firstSequence <= sequence && sequence < firstSequence + count;

/** What the journal says was committed for the run. */
async function committed(tab: Tab): Promise<readonly Committed[]> {
  return (await tab.entries(0, 1_000)).flatMap(({ sequence, type, run, payload }) => {
    if (type !== 'plan.committed' || run !== RUN) return [];
    const { choices, plan } = payload as unknown as { readonly choices: unknown; readonly plan: { digest: string } };
    return [{ sequence, choices, digest: plan.digest }];
  });
}

function disksOf({ first, second, store }: TabWorld): Disks {
  const kept = ({ groups, epoch }: MemoryLegDisk) => ({ groups, epoch });
  return structuredClone({ first: kept(first), second: kept(second), store });
}

/** The app opened anew on what lay there, a minute later. */
async function restarted(disks: Disks): Promise<{ readonly world: TabWorld; readonly tab: Tab }> {
  const world = tabWorld();
  world.clock.jump(3_600_000);
  Object.assign(world.first, disks.first);
  Object.assign(world.second, disks.second);
  Object.assign(world.store, disks.store);
  for (const [path, text] of Object.entries(FILES)) {
    const stage = await world.blobs.stage();
    await stage.write(utf8(text));
    await stage.writeItems((await parseFile(path, text)).items);
    await stage.commit();
  }
  const tab = world.tab();
  await within(world, tab.start());
  await until(world, async () => (await tab.overview()).role === 'leading');
  return { world, tab };
}
