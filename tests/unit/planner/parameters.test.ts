import { describe, expect, test } from 'vitest';
import type { Json } from '#core/base/json.ts';
import type { InventoryTable } from '#core/planner/table-words.ts';
import { EMPTY_INVENTORY, INVENTORY, understand, valuesOf } from './vault.ts';

const ALICE = { name: 'Alice Moreau', address: 'alice.moreau@example.org' };
const TOMAS = { name: 'Tomas Berg', address: 'tomas@example.org' };
const NADIA = { name: 'Nadia Okafor', address: 'nadia.okafor@example.org' };
const NEXT_WEEK = { from: '2026-11-23', to: '2026-11-29' };

describe('a goal for free time', () => {
  const DEFAULTS = {
    minutes: 60,
    between: { from: '2026-11-18', to: '2026-12-02' },
    hours: null,
    people: [],
    excludeWeekdays: [],
    onlyWeekdays: [],
    count: 5,
    weekends: false,
  };

  test.each<[string, Record<string, Json>]>([
    ['When am I free?', {}],
    ['When can I meet Alice next week?', { between: NEXT_WEEK, people: [ALICE] }],
    [
      'Find 45 minutes with Alice Moreau between the 23rd and the 27th, after lunch, not on Friday',
      {
        minutes: 45,
        between: { from: '2026-11-23', to: '2026-11-27' },
        hours: { from: 780, to: 1020 },
        people: [ALICE],
        excludeWeekdays: ['5'],
      },
    ],
    [
      'find a slot of 30 min tomorrow morning',
      { minutes: 30, between: { from: '2026-11-19', to: '2026-11-19' }, hours: { from: 540, to: 720 } },
    ],
    [
      'I need an hour and a half with Nadia in the next two weeks, before 11',
      { minutes: 90, hours: { from: 540, to: 660 }, people: [NADIA] },
    ],
    [
      'find time for a quick call with tomas next tuesday',
      { minutes: 30, between: { from: '2026-11-24', to: '2026-11-24' }, people: [TOMAS] },
    ],
    ['coffee with alice next week, when are we both free', { minutes: 30, between: NEXT_WEEK, people: [ALICE] }],
    [
      'When could we have a two hour workshop with Alice and Tomas in December, not on Mondays or Fridays',
      {
        minutes: 120,
        between: { from: '2026-12-01', to: '2026-12-31' },
        people: [ALICE, TOMAS],
        excludeWeekdays: ['1', '5'],
      },
    ],
    [
      'three slots of 1h30 next week between 2 and 4 pm',
      { minutes: 90, between: NEXT_WEEK, hours: { from: 840, to: 960 }, count: 3 },
    ],
    ['free slots on Tuesday or Thursday next week', { between: NEXT_WEEK, onlyWeekdays: ['2', '4'] }],
    [
      'find half an hour next week, only on Monday or Wednesday, from 9 to 11',
      { minutes: 30, between: NEXT_WEEK, onlyWeekdays: ['1', '3'], hours: { from: 540, to: 660 } },
    ],
    ['any availability over the weekend', { between: { from: '2026-11-21', to: '2026-11-22' }, weekends: true }],
    [
      'find 20 minutes with alice by Friday, no later than 4pm',
      {
        minutes: 20,
        between: { from: '2026-11-18', to: '2026-11-20' },
        hours: { from: 540, to: 960 },
        people: [ALICE],
      },
    ],
    [
      'find 20 minutes before Friday, not before 10',
      { minutes: 20, between: { from: '2026-11-18', to: '2026-11-19' }, hours: { from: 600, to: 1020 } },
    ],
    ['find an hour after 1 December', { between: { from: '2026-12-02', to: '2026-12-16' } }],
    [
      'when can I see alice on thursday evening',
      { between: { from: '2026-11-19', to: '2026-11-19' }, hours: { from: 1080, to: 1320 }, people: [ALICE] },
    ],
    [
      'find 45 minutes tomorrow at 3',
      { minutes: 45, between: { from: '2026-11-19', to: '2026-11-19' }, hours: { from: 900, to: 945 } },
    ],
    [
      'find 2 free hours next week, not in the morning',
      { minutes: 120, between: NEXT_WEEK, hours: { from: 720, to: 1020 } },
    ],
    ['find an hour next week on working days', { between: NEXT_WEEK }],
    ['find the earliest slot for 15 minutes with Tomas', { minutes: 15, people: [TOMAS], count: 1 }],
    [
      'find an hour between half past nine and quarter to twelve tomorrow',
      { between: { from: '2026-11-19', to: '2026-11-19' }, hours: { from: 570, to: 705 } },
    ],
  ])('%s', (goal, said) => {
    const understood = understand(goal);
    expect(understood.kind).toBe('find-free-time');
    expect(valuesOf(understood)).toEqual({ ...DEFAULTS, ...said });
  });

  test('keeps a person whom the files do not know, and says that no calendar is known', () => {
    const understood = understand('Find 30 minutes with Dana Whitfield next week');
    expect(valuesOf(understood).people).toEqual([{ name: 'Dana Whitfield', address: '' }]);
    expect(understood.restated).toContain('No calendar of Dana Whitfield is known');
  });

  test('knows people by first name, last name, address and in small letters, and leaves the owner out', () => {
    expect(
      valuesOf(understand('find an hour with moreau, TOMAS and nadia.okafor@example.org and robin')).people,
    ).toEqual([ALICE, TOMAS, NADIA]);
  });

  test('does not take a verb for a name', () => {
    expect(valuesOf(understand('Will Alice be free next week?')).people).toEqual([ALICE]);
    expect(valuesOf(understand('find an hour with Will next week')).people).toEqual([
      { name: 'Will Grant', address: 'will.grant@example.org' },
    ]);
  });
});

describe('a goal about mail', () => {
  const DEFAULTS = {
    between: null,
    people: [],
    topic: '',
    parts: ['threads', 'asks', 'waiting', 'awaited'],
    due: null,
    mailboxes: [],
  };

  test.each<[string, Record<string, Json>]>([
    ['Summarise this mailbox', {}],
    ['What is asked of me?', { parts: ['asks'] }],
    ['Who is waiting for my answer?', { parts: ['waiting'] }],
    ['What is asked of me, and who is waiting for my reply?', { parts: ['asks', 'waiting'] }],
    ['Summarise my mail by thread, and say what is asked of me', { parts: ['threads', 'asks'] }],
    ['Summarise the mails from Tomas Berg about the harbour', { people: [TOMAS], topic: 'harbour' }],
    ['overview of my emails from last week', { between: { from: '2026-11-09', to: '2026-11-15' } }],
    ['summarise messages since Monday', { between: { from: '2026-11-16', to: '2026-11-18' } }],
    ['summarise my mail from March', { between: { from: '2026-03-01', to: '2026-03-31' } }],
    ['summarise my inbox before October', { between: { from: '1970-01-01', to: '2026-09-30' } }],
    ['What do I have to do by Friday?', { parts: ['asks'], due: { from: '2026-11-18', to: '2026-11-20' } }],
    ['recap the budget thread', { topic: 'budget' }],
    ['tl;dr of archive-2025.mbox', { mailboxes: ['id:mail/archive-2025.mbox'] }],
    ['What did Alice ask me to do?', { people: [ALICE], parts: ['asks'] }],
  ])('%s', (goal, said) => {
    const understood = understand(goal);
    expect(understood.kind).toBe('summarise-mail');
    expect(valuesOf(understood)).toEqual({ ...DEFAULTS, ...said });
  });
});

describe('a goal for a report', () => {
  const DEFAULTS = { topic: '', documents: [], between: null, sections: [], saveAs: '' };

  test.each<[string, Record<string, Json>]>([
    ['Write the status report from these files', {}],
    ['write a status report about Kestrel', { topic: 'Kestrel' }],
    [
      'Draft a progress report on the harbour project and save it as harbour.md',
      { topic: 'harbour', saveAs: 'harbour.md' },
    ],
    ['What are the risks of Kestrel?', { topic: 'Kestrel', sections: ['risks'] }],
    [
      'Write a status report about Kestrel, only the decisions and next steps, from my documents',
      { topic: 'Kestrel', sections: ['decisions', 'next-steps'] },
    ],
    ['kestrel status report, save it', { topic: 'kestrel', saveAs: 'status-report.md' }],
    ['Prepare a weekly update for the board', {}],
    ['Make a report of what happened in October from my notes', { between: { from: '2026-10-01', to: '2026-10-31' } }],
    ['Summarise kestrel-kickoff.md', { documents: ['id:notes/kestrel-kickoff.md'] }],
    ['Status report as a file called "weekly"', { saveAs: 'weekly.md' }],
  ])('%s', (goal, said) => {
    const understood = understand(goal);
    expect(understood.kind).toBe('write-report');
    expect(valuesOf(understood)).toEqual({ ...DEFAULTS, ...said });
  });
});

describe('what stands in a calendar', () => {
  test.each<[string, Readonly<Record<string, unknown>>]>([
    ["What's on my calendar on 27 November?", { between: { from: '2026-11-27', to: '2026-11-27' } }],
    ['What meetings do I have between Monday and Wednesday next week?', { onlyWeekdays: ['1', '2', '3'] }],
    ["What is on Alice's calendar on 27 November?", { between: { from: '2026-11-27', to: '2026-11-27' } }],
  ])('%s', (goal, said) => {
    const understood = understand(goal);
    expect(understood.kind).toBe('list-events');
    expect(valuesOf(understood)).toMatchObject(said);
  });
});

describe('a question', () => {
  test.each<[string, readonly string[]]>([
    ['When is the Kestrel launch?', []],
    ['what do my notes say about the crane', ['documents']],
    ['Is there anything in my mail about the tender?', ['messages']],
  ])('%s', (goal, scope) => {
    const understood = understand(goal);
    expect(understood.kind).toBe('answer-question');
    expect(valuesOf(understood)).toEqual({ question: goal, scope });
  });
});

describe('a question to a table', () => {
  const EXPENSES = {
    table: 'tables/expenses.csv#expenses',
    column: 'Amount (EUR)',
    groupBy: '',
    filters: [],
    dateColumn: 'Date',
    period: 'none',
    top: 0,
    order: 'desc',
  };
  const ORDERS = {
    ...EXPENSES,
    table: 'tables/orders-2026.csv#orders-2026',
    column: 'revenue',
    dateColumn: 'order_date',
  };
  const STAFF = { ...EXPENSES, table: 'tables/staff.csv#staff', column: 'Salary', dateColumn: '' };
  const OCTOBER = { column: 'Date', op: 'between', value: '2026-10-01', value2: '2026-10-31' };

  test.each<[string, Record<string, Json>]>([
    [
      'How much did we spend on travel in October?',
      { ...EXPENSES, operation: 'sum', filters: [{ column: 'Category', op: '=', value: 'Travel' }, OCTOBER] },
    ],
    ['total expenses by category', { ...EXPENSES, operation: 'sum', groupBy: 'Category' }],
    ['average salary per department', { ...STAFF, operation: 'mean', groupBy: 'Department' }],
    ['Which region had the highest revenue?', { ...ORDERS, operation: 'sum', groupBy: 'region', top: 1 }],
    ['top 5 customers by revenue', { ...ORDERS, operation: 'sum', groupBy: 'customer', top: 5 }],
    [
      'how many orders did Nordwind place?',
      { ...ORDERS, operation: 'count', column: '', filters: [{ column: 'customer', op: '=', value: 'Nordwind GmbH' }] },
    ],
    ['show the trend of revenue over time', { ...ORDERS, operation: 'trend', period: 'month' }],
    [
      'List all expenses over 1,000',
      { ...EXPENSES, operation: 'list', column: '', filters: [{ column: 'Amount (EUR)', op: '>', value: '1000' }] },
    ],
    ['what share of the spend is hotels', { ...EXPENSES, operation: 'share', groupBy: 'Category' }],
    ['Who earns the most?', { ...STAFF, operation: 'max', groupBy: 'Name', top: 1 }],
    [
      'monthly revenue in the North',
      { ...ORDERS, operation: 'sum', period: 'month', filters: [{ column: 'region', op: '=', value: 'North' }] },
    ],
    [
      'How many units of Beacon did we sell?',
      { ...ORDERS, operation: 'sum', column: 'units', filters: [{ column: 'product', op: '=', value: 'Beacon' }] },
    ],
    ['What was our biggest expense in October?', { ...EXPENSES, operation: 'max', filters: [OCTOBER] }],
    [
      'compare North and South',
      {
        ...ORDERS,
        operation: 'sum',
        groupBy: 'region',
        filters: [
          { column: 'region', op: '=', value: 'North' },
          { column: 'region', op: '=', value: 'South' },
        ],
      },
    ],
    [
      'expenses that are not approved, between 100 and 2k',
      {
        ...EXPENSES,
        operation: 'list',
        column: '',
        filters: [
          { column: 'Status', op: '!=', value: 'Approved' },
          { column: 'Amount (EUR)', op: 'between', value: '100', value2: '2000' },
        ],
      },
    ],
    [
      'median salary in Engineering',
      { ...STAFF, operation: 'median', filters: [{ column: 'Department', op: '=', value: 'Engineering' }] },
    ],
    [
      'bottom 3 regions by units',
      { ...ORDERS, operation: 'sum', column: 'units', groupBy: 'region', top: 3, order: 'asc' },
    ],
    ['list the distinct customers', { ...ORDERS, operation: 'distinct', column: 'customer' }],
    [
      'revenue since September',
      {
        ...ORDERS,
        operation: 'sum',
        filters: [{ column: 'order_date', op: 'between', value: '2026-09-01', value2: '2026-11-18' }],
      },
    ],
  ])('%s', (goal, said) => {
    const understood = understand(goal);
    expect(understood.kind).toBe('query-table');
    expect(valuesOf(understood)).toEqual(said);
  });

  const INVOICES: InventoryTable = {
    name: 'invoices',
    path: 'invoices.csv',
    columns: [
      { name: 'Invoice', type: 'number', unit: '' },
      { name: 'Client', type: 'text', unit: '' },
      { name: 'Date', type: 'date', unit: '' },
      { name: 'Amount (£)', type: 'number', unit: 'GBP' },
      { name: 'Paid', type: 'boolean', unit: '' },
    ],
    rows: 60,
    numbering: ['Invoice'],
    values: { Client: ['Falk', 'Bright'], Paid: ['yes', 'no'] },
  };
  test.each([
    ['How much did we invoice in October?', 'sum', 'Amount (£)', null],
    ['How much of what we billed is still unpaid?', 'sum', 'Amount (£)', 'no'],
    ['How many invoices have been paid?', 'count', '', 'yes'],
    ['How many invoices are not paid yet?', 'count', '', 'no'],
    ['Total outstanding by client', 'sum', 'Amount (£)', 'no'],
    ['Which invoices have not been paid?', 'list', '', 'no'],
  ])('%s: numbers of rows are not added up, yes and no are told apart', (goal, operation, column, paid) => {
    const understood = understand(goal, {}, { ...INVENTORY, tables: [INVOICES] });
    const values = valuesOf(understood);
    expect(values).toMatchObject({ operation, column });
    const filters = (values.filters as { column: string; value: string }[]).filter(
      (filter) => filter.column === 'Paid',
    );
    expect(filters.map(({ value }) => value)).toEqual(paid === null ? [] : [paid]);
  });
});

test('a table with an amount column named after its currency is found by what was spent, and two people compared', () => {
  const spending: InventoryTable = {
    name: 'expenses',
    path: 'expenses.tsv',
    columns: [
      { name: 'Day', type: 'date', unit: '' },
      { name: 'Who', type: 'text', unit: '' },
      { name: 'EUR', type: 'number', unit: '' },
    ],
    rows: 9,
    numbering: [],
    values: { Who: ['Dana', 'Luis'] },
  };
  const inventory = { ...INVENTORY, tables: [spending] };
  expect(understand('list my spending this month', {}, inventory).kind).toBe('query-table');
  const compared = understand('Who spent more, Dana or Luis?', {}, inventory);
  expect(valuesOf(compared)).toMatchObject({ operation: 'sum', column: 'EUR', groupBy: 'Who' });
  expect(compared.restated).toContain('where Who is Dana or Luis');
});

describe('a goal that is out of reach', () => {
  test.each([
    [
      'book 30 minutes with Alice next week',
      /cannot book/,
      /^Find 30 minutes with Alice Moreau from Mon 23 to Sun 29 Nov 2026\.$/,
    ],
    ['Send an email to Alice', /cannot write or send/, /mail/],
    ['What is the weather tomorrow', /no access to the web/, /./],
    ['write a poem about autumn', /does not invent/, /./],
    ['asdf qwer zxcv', /did not understand/, /./],
  ])('%s', (goal, reason, suggestion) => {
    const understood = understand(goal);
    expect(understood.kind).toBe('not-understood');
    expect(understood.reason).toMatch(reason);
    expect(understood.suggestions[0]).toMatch(suggestion);
    for (const offered of understood.suggestions) expect(understand(offered).kind, offered).not.toBe('not-understood');
  });

  test('names the language it does not understand', () => {
    const understood = understand('Fasse meine E-Mails der letzten Woche zusammen');
    expect(understood.reason).toContain('German');
    expect(valuesOf(understood).outcome).toBe('language-not-understood');
  });

  test('a part that is out of reach is said beside the part that is not', () => {
    const understood = understand('Summarise my mailbox and send it to Alice');
    expect(understood.kind).toBe('summarise-mail');
    expect(understood.reason).toMatch(/cannot write or send/);
  });

  test('the weather is a subject when the files are about it', () => {
    const inventory = {
      ...INVENTORY,
      documents: [...INVENTORY.documents, { title: 'Weather log', path: 'notes/weather.md' }],
    };
    expect(understand('What does the weather log say about storms?', {}, inventory).kind).toBe('answer-question');
  });

  test('nothing is suggested that an empty vault cannot do', () => {
    expect(understand('book a table', {}, EMPTY_INVENTORY).suggestions).toEqual([]);
  });
});

describe("the owner's edits", () => {
  test('replace what was read, and the sentence follows', () => {
    const understood = understand('Find an hour with Alice next week', { minutes: 25, excludeWeekdays: ['1'] });
    expect(understood.parameters.find(({ name }) => name === 'minutes')).toMatchObject({ value: 25, from: 'owner' });
    expect(understood.restated).toBe(
      'Find 25 minutes with Alice Moreau from Mon 23 to Sun 29 Nov 2026, not on Monday.',
    );
  });

  test('that do not fit the parameter are left out', () => {
    const understood = understand('Find an hour with Alice next week', {
      minutes: -5,
      between: { from: 'soon', to: 'later' },
      excludeWeekdays: ['9'],
    });
    expect(valuesOf(understood)).toEqual(valuesOf(understand('Find an hour with Alice next week')));
  });

  test('may choose another kind of goal', () => {
    expect(understand('Summarise the Kestrel project', { kind: 'answer-question' }).kind).toBe('answer-question');
  });
});
