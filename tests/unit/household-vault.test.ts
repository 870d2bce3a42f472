import { expect, test } from 'vitest';
import { openVault } from '#evals/pursue.ts';
import { utf8 } from '#core/base/bytes.ts';
import type { UnixMs } from '#core/base/ids.ts';
import type { OwnerSettings } from '#core/items/owner.ts';

/** Questions over a family's table of expenses that name what the table does not: a figure over all rows would mislead. */
const GRACE: OwnerSettings = {
  names: ['Grace Holloway'],
  addresses: ['grace@holloway.example.org'],
  zone: 'America/Chicago',
  locale: 'en-US',
  weekStart: 'sunday',
  units: 'imperial',
  workingHours: {},
  theme: 'system',
};

const EXPENSES = `Date,Payee,Category,Amount,Paid by
10/02/2026,Corner Drugs,Pharmacy,"$48.20",Grace
10/11/2026,HomeAid LLC,Home aide,"$1,296.00",Tom
10/19/2026,City Electric,Utilities,"$121.37",Grace
11/12/2026,Corner Drugs,Pharmacy,"$51.10",Linda
11/16/2026,City Electric,Utilities,"$133.90",Grace
`;

async function answered(
  goal: string,
  table = EXPENSES,
): Promise<{ outcome: string; claims: string[]; notes: readonly string[] }> {
  const vault = await openVault({
    files: [{ path: 'expenses.csv', bytes: utf8(table), text: null }],
    owner: GRACE,
    now: Date.parse('2026-11-18T16:00:00Z') as UnixMs,
  });
  const { answer } = await vault.pursue(goal);
  if (answer === null) throw new Error(`no answer to ${goal}`);
  const claims = answer.sections.flatMap((section) => section.claims.map(({ text }) => text));
  return { outcome: answer.outcome, claims, notes: answer.notes };
}

test.each(['How much did we spend on groceries?', 'Total spent at Walmart', 'Average gym expense'])(
  '“%s”: no row speaks of it, so there is no figure',
  async (goal) => {
    const { outcome, claims } = await answered(goal);
    expect(outcome).toBe('not-found');
    expect(claims).toEqual([expect.stringMatching(/^No row of expenses speaks of “(?:groceries|Walmart|gym)”/)]);
  },
);

test('what a goal names is found by its root in whatever column says it', async () => {
  const { claims } = await answered('Average electricity bill');
  expect(claims[0]).toMatch(/^The mean of Amount where Payee = City Electric is \$127\.6\d* over 2 rows\.$/);
});

test('rows that say it otherwise are counted too', async () => {
  const { claims } = await answered(
    'Total electricity costs',
    `${EXPENSES}11/17/2026,Electrical Repairs,House,"$100.00",Tom\n`,
  );
  expect(claims[0]).toBe('The sum of Amount where Payee = City Electric or Electrical Repairs is $355.27 over 3 rows.');
});

test.each([
  ['Total expenses', 'The sum of Amount is $1,650.57 over 5 rows.'],
  ['What is the total of all expenses so far?', 'The sum of Amount is $1,650.57 over 5 rows.'],
  ['How much did we spend on pharmacy?', 'The sum of Amount where Category = Pharmacy is $99.30 over 2 rows.'],
])('“%s” is reckoned as before', async (goal, text) => {
  expect((await answered(goal)).claims).toContain(text);
});

test('what was paid is not passed off as what is owed', async () => {
  const { notes } = await answered('How much do we owe Tom?');
  expect(notes.join(' ')).toContain('“owe” is not taken into account: no column or value says it.');
});
