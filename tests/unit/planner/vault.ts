import { loadDateFinder } from '#adapters/chrono/date-finder.ts';
import { loadEntityFinder } from '#adapters/compromise/entity-finder.ts';
import { languageDetector } from '#adapters/language/language-detector.ts';
import type { SourceId, UnixMs } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import type { GoalContext, Inventory, UnderstoodGoal } from '#core/planner/goal.ts';
import { weekdayOf } from '#core/planner/local-dates.ts';
import { understandGoal } from '#core/planner/understand.ts';

/** A vault of invented people, with the real language adapters, for reading goals as the app does. */
const dates = await loadDateFinder({ dayFirst: true });
const entities = await loadEntityFinder();

/** Wednesday 18 November 2026, 09:30 in Berlin. */
export const NOW = Date.parse('2026-11-18T08:30:00Z') as UnixMs;

const source = (name: string, kind: string): Inventory['sources'][number] => ({
  id: `id:${name}` as SourceId,
  path: name,
  kind,
});

export const INVENTORY: Inventory = {
  sources: [
    source('mail/inbox.mbox', 'mailbox'),
    source('mail/archive-2025.mbox', 'mailbox'),
    source('calendars/alice.ics', 'calendar'),
    source('calendars/me.ics', 'calendar'),
    source('notes/kestrel-kickoff.md', 'document'),
    source('notes/kestrel-budget-correction.md', 'document'),
    source('notes/harbour-site-visit.docx', 'document'),
    source('tables/expenses.csv', 'table'),
    source('tables/orders-2026.csv', 'table'),
    source('tables/staff.csv', 'table'),
  ],
  messages: 212,
  events: 84,
  documents: [
    { title: 'Kestrel kickoff', path: 'notes/kestrel-kickoff.md' },
    { title: 'Kestrel budget correction', path: 'notes/kestrel-budget-correction.md' },
    { title: 'Harbour site visit', path: 'notes/harbour-site-visit.docx' },
  ],
  tables: [
    {
      name: 'expenses',
      path: 'tables/expenses.csv',
      columns: [
        { name: 'Date', type: 'date', unit: '' },
        { name: 'Category', type: 'text', unit: '' },
        { name: 'Employee', type: 'text', unit: '' },
        { name: 'Amount (EUR)', type: 'number', unit: 'EUR' },
        { name: 'Status', type: 'text', unit: '' },
      ],
      rows: 140,
      numbering: [],
      values: {
        Category: ['Travel', 'Office supplies', 'Hotels', 'Software'],
        Employee: ['Alice Moreau', 'Tomas Berg', 'Nadia Okafor'],
        Status: ['Approved', 'Pending', 'Rejected'],
      },
    },
    {
      name: 'orders-2026',
      path: 'tables/orders-2026.csv',
      columns: [
        { name: 'order_id', type: 'text', unit: '' },
        { name: 'order_date', type: 'date', unit: '' },
        { name: 'customer', type: 'text', unit: '' },
        { name: 'region', type: 'text', unit: '' },
        { name: 'product', type: 'text', unit: '' },
        { name: 'units', type: 'number', unit: '' },
        { name: 'unit_price', type: 'number', unit: 'EUR' },
        { name: 'revenue', type: 'number', unit: 'EUR' },
      ],
      rows: 320,
      numbering: [],
      values: {
        customer: ['Nordwind GmbH', 'Larkfield Ltd', 'Mistral SA', 'Pinewood Inc'],
        region: ['North', 'South', 'East', 'West'],
        product: ['Anchor', 'Beacon', 'Compass'],
      },
    },
    {
      name: 'staff',
      path: 'tables/staff.csv',
      columns: [
        { name: 'Name', type: 'text', unit: '' },
        { name: 'Department', type: 'text', unit: '' },
        { name: 'Salary', type: 'number', unit: 'EUR' },
        { name: 'City', type: 'text', unit: '' },
      ],
      rows: 24,
      numbering: [],
      values: {
        Name: ['Alice Moreau', 'Tomas Berg', 'Nadia Okafor', 'Will Grant'],
        Department: ['Sales', 'Engineering', 'Support'],
        City: ['Oslo', 'Lisbon', 'Graz'],
      },
    },
  ],
  people: [
    { name: 'Alice Moreau', address: 'alice.moreau@example.org' },
    { name: 'Tomas Berg', address: 'tomas@example.org' },
    { name: 'Nadia Okafor', address: 'nadia.okafor@example.org' },
    { name: 'Will Grant', address: 'will.grant@example.org' },
    { name: 'Bob Stone', address: 'bob@example.org' },
    { name: 'Robin Vale', address: 'robin@example.org' },
  ],
  calendars: [
    { name: 'Alice Moreau', owner: 'alice.moreau@example.org' },
    { name: 'me', owner: null },
    { name: 'Tomas Berg', owner: 'tomas@example.org' },
  ],
};

export const EMPTY_INVENTORY: Inventory = {
  sources: [],
  messages: 0,
  events: 0,
  documents: [],
  tables: [],
  people: [],
  calendars: [],
};

const WORKING = { from: 540, to: 1020 };

export function contextFor(
  text: string,
  changes: { inventory?: Inventory; zone?: string; now?: UnixMs } = {},
): GoalContext {
  const { inventory = INVENTORY, zone = 'Europe/Berlin', now = NOW } = changes;
  const today = new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(now);
  return {
    now,
    owner: {
      names: ['Robin Vale'],
      addresses: ['robin@example.org'],
      zone,
      locale: 'en-GB',
      weekStart: 'monday',
      units: 'metric',
      workingHours: { 1: WORKING, 2: WORKING, 3: WORKING, 4: WORKING, 5: WORKING },
      theme: 'system',
    },
    today: { iso: today, weekday: weekdayOf(today) },
    inventory,
    language: { code: languageDetector.detect(text), dates: dates.find(text, now, zone), ...entities.find(text) },
  };
}

export function understand(
  text: string,
  overrides: { readonly [name: string]: Json } = {},
  inventory: Inventory = INVENTORY,
): UnderstoodGoal {
  return understandGoal(text, contextFor(text, { inventory }), overrides);
}

/** Parameters as one record, for exact comparison. */
export function valuesOf(goal: UnderstoodGoal): Record<string, Json> {
  return Object.fromEntries(goal.parameters.map(({ name, value }) => [name, value]));
}
