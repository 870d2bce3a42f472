import { expect, test, vi } from 'vitest';
import type { Run } from '#core/agent/run.ts';
import { staysHere } from '#core/items/sealing.ts';
import { OWNER_TYPED, WORST } from '#core/labels/label.ts';
import { PLAN_METHODS } from '#core/planner/domain.ts';
import { labelOfPlanner } from '#runtime/agent/labelled-plan.ts';
import { ask, idOf, order, vaultWith, within } from '#tests/fakes/filled-vault.ts';

// Reading a goal loads the language for real, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const MAIL = [
  'From: Bo Lind <bo@example.org>',
  'To: me@example.org',
  'Subject: The boat',
  'Date: Tue, 17 Nov 2026 10:00:00 +0000',
  'Message-ID: <a@example.org>',
  '',
  'Can you send me the key by Friday?',
  '',
].join('\r\n');
const CALENDAR = [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'PRODID:-//x//x//EN',
  'BEGIN:VEVENT',
  'UID:1',
  'DTSTAMP:20261101T090000Z',
  'DTSTART:20261119T090000Z',
  'DTEND:20261119T100000Z',
  'SUMMARY:Handover',
  'ATTENDEE;CN=Zelda Quarrington:mailto:zelda@secret.example',
  'END:VEVENT',
  'END:VCALENDAR',
  '',
].join('\r\n');
const GOAL = 'Summarise the mail from Zelda';

test('a name that only a sealed file told the planner keeps the answer here, though no step read that file', async () => {
  const { world, tab } = await vaultWith({ 'inbox.eml': MAIL, 'private.ics': CALENDAR });
  const calendar = await idOf(tab, 'private.ics');
  await order(world, tab, { type: 'change-seal', of: { sources: [calendar] }, sealed: true });
  const { run } = await ask(world, tab, GOAL);
  expect(JSON.stringify(run.plan), 'the calendar tells who is meant').toContain('zelda@secret.example');
  expect(run.planLabel).toMatchObject({ confidentiality: 'sealed', readers: [], integrity: 'untrusted' });
  expect(run.label).toMatchObject({ confidentiality: 'sealed' });
  expect(run.label?.sources).toContain(`file:${calendar}`);
  const save = world.order({ type: 'save-answer', run: run.id, as: 'saving', fileName: 'a.md' });
  expect(await within(world, tab.command(save))).toMatchObject({ ok: false, message: staysHere(['private.ics']) });

  // The same words over the same files, where the sealed one changes nothing: it may be used.
  const { run: boat } = await ask(world, tab, 'Summarise the mail from Bo');
  expect(boat.planLabel).toMatchObject({ confidentiality: 'private', readers: 'all' });
  expect(boat.label?.sources).toEqual(expect.not.arrayContaining([`file:${calendar}`]));
  expect(boat.label).toMatchObject({ confidentiality: 'private' });
});

test('a file that told the planner, and is sealed only later, keeps the answer here from then on', async () => {
  const { world, tab } = await vaultWith({ 'inbox.eml': MAIL, 'private.ics': CALENDAR });
  const calendar = await idOf(tab, 'private.ics');
  const { run } = await ask(world, tab, GOAL);
  expect(run.planLabel).toMatchObject({ confidentiality: 'private' });
  expect(run.planLabel?.sources).toContain(`file:${calendar}`);
  await order(world, tab, { type: 'change-seal', of: { sources: [calendar] }, sealed: true });
  const save = world.order({ type: 'save-answer', run: run.id, as: 'saving', fileName: 'a.md' });
  expect(await within(world, tab.command(save))).toMatchObject({ ok: false, message: staysHere(['private.ics']) });
});

test('what files chose of the plan is in the journal with its bits, and is what the planner is trusted for', async () => {
  const { world, tab } = await vaultWith({ 'inbox.eml': MAIL });
  const { run } = await ask(world, tab, 'Summarise the mail from Bo');
  const type = { kind: 'enum', members: [...PLAN_METHODS] };
  expect(run.choices).toEqual([{ name: 'method', type, value: 'summarise-mail', bits: 3 }]);
  expect(labelOfPlanner(run).integrity).toBe('endorsed');
  const committed = (await tab.entries(0, 100)).find(
    (entry) => entry.type === 'plan.committed' && entry.run === run.id,
  );
  expect(committed?.payload).toMatchObject({ choices: run.choices, label: run.planLabel });

  expect(labelOfPlanner({ ...run, choices: [] }).integrity).toBe('untrusted');
  const other = [{ name: 'method', type: { kind: 'boolean' }, value: 'other', bits: 3 }] as const;
  expect(labelOfPlanner({ ...run, choices: other }).integrity).toBe('untrusted');
  const spent = (run.choices ?? []).map((choice) => ({ ...choice, bits: 33 }));
  expect(labelOfPlanner({ ...run, choices: spent }).integrity).toBe('untrusted');
  const before: Run = { ...run };
  delete (before as { planLabel?: unknown }).planLabel;
  expect(labelOfPlanner(before)).toBe(WORST);
  expect(labelOfPlanner({ ...run, plan: null })).toBe(WORST);
  expect(labelOfPlanner({ ...run, planLabel: OWNER_TYPED, choices: [] })).toBe(OWNER_TYPED);
});

test('where there are no files, the plan is the owner’s alone', async () => {
  const { world, tab } = await vaultWith({});
  const { run } = await ask(world, tab, 'Summarise my mail');
  expect([run.planLabel, run.choices]).toEqual([OWNER_TYPED, []]);
});
