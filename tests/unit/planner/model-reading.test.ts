import { describe, expect, test } from 'vitest';
import { timesInEnglish } from '#core/planner/abroad-words.ts';
import { plainGoal } from '#core/planner/goal-forms.ts';
import type { GoalForm, SlotText } from '#core/planner/forms.ts';
import type { GoalLanguage, ModelReading } from '#core/planner/goal.ts';
import { knownWordsOf, MARKS, markedWords } from '#core/planner/marked-words.ts';
import { readByModel } from '#core/planner/model-reading.ts';
import { mendedSlot } from '#core/planner/slot-texts.ts';
import { isSurer } from '#core/planner/surer.ts';
import { understandGoal } from '#core/planner/understand.ts';
import { contextFor, INVENTORY } from './vault.ts';

const NOTHING_FOUND: GoalLanguage = { code: 'en', dates: [], people: [], places: [], organisations: [] };

function readingOf(form: GoalForm, confidence: number, plain: string | null): ModelReading {
  return { form, confidence, plain, language: plain === null ? null : contextFor(plain).language, model: 'ab12' };
}

describe('a slot is mended by what the files call it', () => {
  test.each<[SlotText, string]>([
    [{ slot: 'person', text: 'alcie' }, 'Alice'],
    [{ slot: 'person', text: 'Alice Moreau' }, 'Alice Moreau'],
    [{ slot: 'measure', text: 'revnue' }, 'revenue'],
    [{ slot: 'group', text: 'custmer' }, 'customer'],
    [{ slot: 'value', text: 'Nrth' }, 'North'],
    [{ slot: 'topic', text: 'Kestral' }, 'Kestrel'],
    [{ slot: 'date', text: 'nxt wk' }, 'next week'],
    [{ slot: 'date', text: 'am Freitag' }, 'on Friday'],
    [{ slot: 'not', text: 'Freitag' }, 'Friday'],
    [{ slot: 'long', text: 'une heure et demie' }, '90 minutes'],
    [{ slot: 'hours', text: 'nach 15 Uhr' }, 'after 15:00'],
  ])('%o is %s', (slot, meant) => {
    expect(mendedSlot(slot, INVENTORY).text).toBe(meant);
  });

  test.each(['next week', 'on Monday', 'in the morning', 'between 3 and 9 May', 'since March', 'an hour'])(
    'English stays as it is: %s',
    (said) => {
      expect(timesInEnglish(said)).toBe(said);
    },
  );
});

test('words are marked by what the files know of them, slips by what they are like', () => {
  const marks = markedWords('Did Alice spnd the amount in Traval?', knownWordsOf(INVENTORY)).map(
    ({ lower, marks: all }) => [lower, all.map((mark) => MARKS[mark])],
  );
  expect(Object.fromEntries(marks as [string, string[]][])).toMatchObject({
    did: ['capital'],
    alice: expect.arrayContaining(['person', 'capital']) as string[],
    amount: ['number-column'],
    traval: ['like-a-value', 'capital', 'asked'],
  });
});

test('a form and its slots make a goal that the rules read as meant', () => {
  const plain = plainGoal('free-time', [
    { slot: 'long', text: '45 minutes' },
    { slot: 'person', text: 'Alice' },
    { slot: 'date', text: 'next week' },
    { slot: 'hours', text: 'after lunch' },
    { slot: 'not', text: 'Friday' },
  ]);
  const goal = understandGoal(plain ?? '', contextFor(plain ?? ''));
  const value = (name: string): unknown => goal.parameters.find((each) => each.name === name)?.value;
  expect(goal.kind).toBe('find-free-time');
  expect(value('minutes')).toBe(45);
  expect(value('people')).toEqual([expect.objectContaining({ name: 'Alice Moreau' })]);
  expect(value('excludeWeekdays')).toEqual(['5']);
  expect(value('between')).toEqual({ from: '2026-11-23', to: '2026-11-29' });
});

test('a reading is made of the runs of words that the model points out', () => {
  const reader = {
    digest: 'ab12',
    read: () => ({
      form: 'mail-summary' as const,
      confidence: 0.9,
      slots: [{ slot: 'person' as const, start: 4, end: 5 }],
    }),
  };
  const reading = readByModel('wat has come from alcie', INVENTORY, reader, () => NOTHING_FOUND);
  expect(reading).toMatchObject({ plain: 'Summarise my mails from Alice', confidence: 0.9, model: 'ab12' });
  expect(readByModel(' ?! ', INVENTORY, reader, () => NOTHING_FOUND)).toBeNull();
});

describe('the model reads a goal only when it is surer than the rules', () => {
  const clear = 'Summarise my inbox';
  const odd = 'wat wordt er van mij verwacht';

  test('a goal that the rules are sure of stays with them, however sure the model is of another', () => {
    const read = understandGoal(clear, {
      ...contextFor(clear),
      reading: readingOf('agenda', 0.99, 'What is on my calendar?'),
    });
    expect(read.kind).toBe('summarise-mail');
    expect(read.readBy).toBeUndefined();
  });

  test('a goal that the rules do not understand is read by a model that is sure of it, which it says', () => {
    const reading = readingOf('mail-asks', 0.97, 'What is asked of me in my mails?');
    const read = understandGoal(odd, { ...contextFor(odd), reading });
    expect(understandGoal(odd, contextFor(odd)).kind).toBe('not-understood');
    expect(read).toMatchObject({ kind: 'summarise-mail', text: odd, readBy: { model: 'ab12', confidence: 0.97 } });
    expect(read.parameters.find(({ name }) => name === 'parts')?.value).toEqual(['asks']);
  });

  test('and not by one that is unsure', () => {
    const reading = readingOf('mail-asks', 0.3, 'What is asked of me in my mails?');
    expect(understandGoal(odd, { ...contextFor(odd), reading }).kind).toBe('not-understood');
  });

  test('what the rules made of it is among the alternatives, and choosing it brings it back', () => {
    const goal = 'What matters in the letters?';
    const ruled = understandGoal(goal, contextFor(goal));
    const reading = readingOf('mail-summary', 0.99, 'Summarise my mails');
    const read = understandGoal(goal, { ...contextFor(goal), reading });
    expect(read.kind).toBe('summarise-mail');
    expect(read.alternatives).toContainEqual({ kind: ruled.kind, restated: ruled.restated });
    const back = understandGoal(goal, { ...contextFor(goal), reading }, { kind: ruled.kind });
    expect(back).toMatchObject({ kind: ruled.kind, restated: ruled.restated });
    expect(back.readBy).toBeUndefined();
  });

  test('the surer the rules are, the surer the model must be', () => {
    const ruled = understandGoal(clear, contextFor(clear));
    const of = (confidence: number) => isSurer(readingOf('none', confidence, null), { ...ruled, confidence: 0.2 });
    expect(of(0.95)).toBe(true);
    expect(of(0.2)).toBe(false);
  });
});
