import { beforeEach, expect, test } from 'vitest';
import type { PendingApproval, Run } from '#core/agent/run.ts';
import type { CommandId, Digest, UnixMs } from '#core/base/ids.ts';
import { digestOf } from '#core/base/json.ts';
import { YES_HOLDS_MS } from '#core/policy/approval.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import type { Fact } from '#runtime/agent/facts.ts';
import type { AgentPorts } from '#runtime/agent/ports.ts';
import type { Command, CommandOutcome } from '#runtime/contract/commands.ts';
import { fakeClock, type FakeClock } from '../../fakes/fake-clock.ts';
import {
  factsUntilAsked,
  interpreterOf,
  leaderOver,
  RUN,
  SAVE,
  savingPorts,
  stateAfter,
  type SavedFile,
} from '../../fakes/waiting-run.ts';

type Leader = Awaited<ReturnType<typeof leaderOver>>;

let clock: FakeClock;
let saved: SavedFile[];
let ports: AgentPorts;

beforeEach(() => {
  clock = fakeClock();
  saved = [];
  ports = savingPorts(clock, saved);
});

/** The run as it is when the owner has said yes and nothing was done yet. */
async function approvedRun(): Promise<Run & { readonly approval: PendingApproval }> {
  const facts = factsUntilAsked(clock.now());
  const state = stateAfter(facts);
  const asked = await interpreterOf(ports).ask(state.runs.get(RUN)!, SAVE, state, null);
  if (!asked.ok) throw new Error(asked.error.message);
  const run = stateAfter([...facts, requested(asked.value), given(asked.value)]).runs.get(RUN)!;
  return { ...run, approval: asked.value };
}

const requested = (approval: PendingApproval): Fact => ({
  ...{ type: 'approval.requested', run: RUN, at: clock.now(), approval },
});
const given = ({ id, digest }: PendingApproval): Fact => ({
  ...{ type: 'approval.given', run: RUN, at: clock.now(), approval: id, digest },
});
const act = (run: Run, stopped = () => Promise.resolve(false)): ReturnType<ReturnType<typeof interpreterOf>['act']> =>
  interpreterOf(ports).act(run, SAVE, stateAfter([]), stopped);

test('what was approved is done with exactly the bytes that were shown', async () => {
  const run = await approvedRun();
  expect(run.approval.sentence).toBe('Save 1 file, 89 bytes, as budget.md');
  expect(await act(run)).toMatchObject({ ok: true, value: { observation: { name: 'budget.md', where: 'downloads' } } });
  expect(saved).toEqual([{ name: 'budget.md', text: run.approval.content }]);
});

test('what is stopped before its first byte is not done, also while it was being decided', async () => {
  const run = await approvedRun();
  for (const asks of [1, 2]) {
    let asked = 0;
    expect(await act(run, () => Promise.resolve(++asked === asks))).toMatchObject({
      ok: false,
      error: { code: 'cancelled' },
    });
    expect(asked).toBe(asks);
  }
  expect(saved).toEqual([]);
});

test('a yes is used once: the second time is refused', async () => {
  const run = await approvedRun();
  await act(run);
  expect(await act(run)).toEqual({
    ok: false,
    error: { code: 'denied', message: 'This approval was used already.' },
  });
  expect(saved).toHaveLength(1);
});

test('a yes holds for five minutes and not a millisecond longer, nor before it was given', async () => {
  const run = await approvedRun();
  for (const approvedAt of [run.approvedAt! - YES_HOLDS_MS, run.approvedAt! + 1, null] as UnixMs[]) {
    expect(await act({ ...run, approvedAt })).toMatchObject({ ok: false, error: { code: 'denied' } });
  }
  expect(saved).toEqual([]);
  await clock.advance(YES_HOLDS_MS - 1);
  expect(await act(run)).toMatchObject({ ok: true });
});

test('one byte more or less than was approved, anywhere, and nothing is done', async () => {
  const run = await approvedRun();
  const { approval } = run;
  const changed = (change: Partial<PendingApproval>): Run => ({ ...run, approval: { ...approval, ...change } });
  const [save] = run.plan!.steps.filter(({ id }) => id === SAVE);
  const withArguments = (args: Record<string, string>): Run => ({
    ...run,
    plan: { ...run.plan!, steps: [{ ...save!, args }] },
  });
  const drifted: [string, Run][] = [
    ['content, a byte more', changed({ content: `${approval.content} ` })],
    ['content, another byte', changed({ content: approval.content.replace('4,200', '4,300') })],
    ['content, as it is written otherwise', changed({ content: approval.content.replace('é', 'e\u0301') + '\r' })],
    ['nonce', changed({ nonce: `${approval.nonce.slice(0, -1)}x` })],
    ['digest', changed({ digest: approval.digest.replace(/.$/, 'x') as Digest })],
    ['name', withArguments({ ...(save!.args as Record<string, string>), name: 'budget.md ' })],
    ['an argument more', withArguments({ ...(save!.args as Record<string, string>), folder: '/' })],
    ['another run', { ...run, id: 'run-2' as Run['id'] }],
    ['another file', { ...run, sources: ['a' as Run['sources'][number]] }],
  ];
  for (const [what, drift] of drifted)
    expect(await act(drift), what).toEqual({
      ok: false,
      error: { code: 'denied', message: 'What would be done is not what was approved, so nothing was done.' },
    });
  expect(saved).toEqual([]);
});

let orders = 0;
async function order(leader: Leader, body: Record<string, unknown>): Promise<CommandOutcome> {
  const outcome = leader.agent.handle({ id: `order-${String(++orders)}` as CommandId, run: RUN, ...body } as Command);
  await clock.advance(1);
  return outcome;
}
const approvalOf = (leader: Leader): PendingApproval => {
  const { approval } = leader.agent.state.runs.get(RUN)!;
  if (approval === null) throw new Error('nothing waits');
  return approval;
};
const approve = (leader: Leader, { id, digest } = approvalOf(leader)): Promise<CommandOutcome> =>
  order(leader, { type: 'approve', approval: id, digest });
const kinds = (leader: Leader): string[] => leader.journal.map(({ type }) => type).slice(5);

async function leading(facts: readonly Fact[]): Promise<Leader> {
  const leader = await leaderOver(ports, facts);
  leader.agent.resume();
  await clock.advance(1);
  return leader;
}

test('a question that an older version of the app asked is put anew, and the old yes buys nothing', async () => {
  const facts = [...factsUntilAsked(clock.now()), requested(OLDER)];
  const leader = await leading(facts);
  expect(kinds(leader)).toEqual(['approval.requested', 'approval.voided', 'approval.requested']);
  const anew = approvalOf(leader);
  expect(anew).toMatchObject({ anew: 'older', step: SAVE });
  expect(anew.reason).toContain('an older version of the app');
  expect(anew.id).not.toBe(OLDER.id);
  expect(await approve(leader, OLDER)).toMatchObject({ ok: false, code: 'stale' });
  expect(await approve(leader)).toMatchObject({ ok: true });
  expect(saved).toHaveLength(1);
  expect(leader.agent.state.runs.get(RUN)?.status).toBe('complete');
});

test('a yes that was given to an older version and not used leads to a new question, not to a failed step', async () => {
  const leader = await leading([...factsUntilAsked(clock.now()), requested(OLDER), given(OLDER)]);
  expect(saved).toEqual([]);
  expect(approvalOf(leader).anew).toBe('older');
  await approve(leader);
  expect(saved).toHaveLength(1);
});

test('a yes that a crash kept from being used is asked anew after five minutes, and says so; before, it is used', async () => {
  const { approval } = await approvedRun();
  const facts = [...factsUntilAsked(clock.now()), requested(approval), given(approval)];
  clock.jump(YES_HOLDS_MS - 1_000);
  const early = await leading(facts);
  expect(early.agent.state.runs.get(RUN)?.status).toBe('complete');
  expect(saved).toHaveLength(1);

  saved.length = 0;
  clock.jump(1_000);
  const late = await leading(facts);
  expect(kinds(late)).toEqual(['approval.requested', 'approval.given', 'approval.voided', 'approval.requested']);
  expect(approvalOf(late).anew).toBe('expired');
  expect(approvalOf(late).reason).toMatch(/^You said yes, but it could not be done within five minutes/);
  expect(saved).toEqual([]);
});

test('a question waits as long as it takes', async () => {
  const leader = await leading(factsUntilAsked(clock.now()));
  const waiting = approvalOf(leader);
  await clock.advance(90 * 24 * 3_600_000);
  const other = await leading(leader.journal);
  expect(approvalOf(other)).toEqual(waiting);
  expect(await approve(other)).toMatchObject({ ok: true });
  expect(saved).toHaveLength(1);
});

test('a question that waits is put anew when other rules are in force', async () => {
  const leader = await leading(factsUntilAsked(clock.now()));
  const waiting = approvalOf(leader);
  const action = { ...waiting.action!, policy: '1' };
  const underOther = { ...waiting, action, digest: digestOf(sha256, action) };
  leader.stop();
  const other = await leading([...factsUntilAsked(clock.now()), requested(underOther)]);
  expect(approvalOf(other).anew).toBe('policy');
  expect(approvalOf(other).digest).not.toBe(underOther.digest);
});

test('an approval is looked at when the yes comes, too: it is put anew, and the yes refused', async () => {
  const { approval } = await approvedRun();
  const leader = await leaderOver(ports, [...factsUntilAsked(clock.now()), requested(OLDER)]);
  expect(await approve(leader, OLDER)).toMatchObject({ ok: false, code: 'stale' });
  await clock.advance(1);
  expect(approvalOf(leader)).toMatchObject({ anew: 'older', sentence: approval.sentence });
  expect(saved).toEqual([]);
});

test('while a run is paused its question is looked at too, and put anew once it goes on', async () => {
  const paused: Fact = { type: 'run.paused', run: RUN, at: clock.now() };
  const leader = await leading([...factsUntilAsked(clock.now()), requested(OLDER), paused]);
  expect(kinds(leader)).toEqual(['approval.requested', 'run.paused', 'approval.voided']);
  await order(leader, { type: 'resume-run' });
  expect(approvalOf(leader).anew).toBe('older');
});

test('what the owner makes of the text is asked about anew, and is what is done; the question before is void', async () => {
  const leader = await leading(factsUntilAsked(clock.now()));
  const before = approvalOf(leader);
  const content = before.content.replace('4,200', '4,300');
  const edit = { type: 'edit-approval', approval: before.id } as const;
  expect(await order(leader, { ...edit, content: before.content })).toMatchObject({ ok: false, code: 'illegal' });
  expect(await order(leader, { ...edit, content: ' \n' })).toMatchObject({ ok: false, code: 'illegal' });
  expect(await order(leader, { ...edit, content })).toMatchObject({ ok: true });
  const anew = approvalOf(leader);
  expect(anew).toMatchObject({ anew: 'edited', content });
  expect(anew.reason).toContain('no longer the verified answer');
  expect(await approve(leader, before)).toMatchObject({ ok: false, code: 'stale' });
  expect(saved).toEqual([]);
  await approve(leader);
  expect(saved.map(({ text }) => text)).toEqual([content]);
});

/** As journals of before have it: bound to fewer fields, of which nothing is said. */
const OLDER = {
  id: 'a1',
  step: SAVE,
  digest: '6d1b3c5e1fc1f0a0a1b1b0c0d0e0f00112233445566778899aabbccddeeff001',
  sentence: 'Save 1 file, 87 bytes, as budget.md',
  reason: 'Saving a file changes something outside the app, so you are always asked first.',
  fileName: 'budget.md',
  mediaType: 'text/markdown',
  content: '# What is the Kestrel budget?\n\n## Budget\n\n\n## Notes\n\n- The Kestrel budget is 4,200 euro.\n',
  nonce: '00112233445566778899aabbccddeeff',
} as unknown as PendingApproval;
