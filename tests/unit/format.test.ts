import { describe, expect, test } from 'vitest';
import type { EvidenceId } from '#core/base/ids.ts';
import type { Answer } from '#core/tools/answer.ts';
import { citedPlaces } from '#lib/format/agent-text.ts';
import { answerText, numberEvidence } from '#lib/format/answer-text.ts';
import { clockOf, minutesOf } from '#lib/format/clock-minutes.ts';
import { fileNameFor } from '#lib/format/file-name.ts';
import { Format } from '#lib/format/format.ts';
import { niceScale } from '#lib/format/nice-scale.ts';
import {
  changeDates,
  changeTimes,
  filtersOf,
  isEmptyValue,
  peopleOf,
  readPerson,
} from '#lib/format/parameter-value.ts';
import { draftOf, readDraft, rebased } from '#lib/format/settings-draft.ts';
import { countsText, splitPath } from '#lib/format/source-text.ts';
import { visiblePieces } from '#lib/format/visible-text.ts';
import { fakeAnswer, fakeSettings } from '#tests/fakes/fake-agent-content.ts';

const format = new Format({ locale: 'en-GB', zone: 'Europe/Paris' });

test('the rows that an agent’s answer rests on stand together behind their table', () => {
  expect(
    citedPlaces([
      { file: 'expenses.csv', locator: 'expenses, row 65' },
      { file: 'travel.md', locator: 'Policy, Hotels' },
      { file: 'expenses.csv', locator: 'expenses, row 72' },
      { file: 'mail.mbox', locator: '' },
      { file: 'travel.md', locator: 'Policy, Hotels' },
    ]),
  ).toEqual(['expenses.csv, expenses, rows 65, 72', 'travel.md, Policy, Hotels', 'mail.mbox']);
});

describe('Format', () => {
  test('bytes are written in decimal units with a digit where it tells something', () => {
    expect(format.bytes(0)).toBe('0 bytes');
    expect(format.bytes(1)).toBe('1 byte');
    expect(format.bytes(999)).toBe('999 bytes');
    expect(format.bytes(2_100)).toBe('2.1 kB');
    expect(format.bytes(160_273)).toBe('160 kB');
    expect(format.bytes(209_715_200)).toBe('210 MB');
  });

  test('moments stand in the zone of the owner, not of the machine', () => {
    const at = Date.UTC(2026, 10, 19, 23, 30);
    expect(format.moment(at)).toBe('20 Nov 2026, 00:30');
    expect(new Format({ locale: 'en-GB', zone: 'America/New_York' }).moment(at)).toBe('19 Nov 2026, 18:30');
  });

  test('durations grow from milliseconds to hours', () => {
    expect([41, 1_400, 125_000, 7_260_000].map((ms) => format.duration(ms))).toEqual([
      '41 ms',
      '1.4 secs',
      '2 mins 5 secs',
      '2 hrs 1 min',
    ]);
  });

  test('times long ago are dates, times just now are words', () => {
    const now = Date.UTC(2026, 10, 19, 8, 0);
    expect(format.ago(now - 180_000, now)).toBe('3 minutes ago');
    expect(format.ago(now - 30 * 86_400_000, now)).toBe('20 Oct 2026, 10:00');
    expect(format.ago(now + 5_000, now)).toBe('now');
  });

  test('a locale or zone that the browser does not know falls back instead of breaking the page', () => {
    const odd = new Format({ locale: 'not a locale', zone: 'Mars/Olympus' });
    expect(odd.locale).toBe('en');
    expect(odd.zone).toBe('UTC');
  });

  test('weekday 1 is Monday and 7 is Sunday', () => {
    expect([1, 7].map((day) => format.weekday(day))).toEqual(['Monday', 'Sunday']);
  });
});

test('clock times and minutes after midnight go both ways, and the end of the day stays in the day', () => {
  for (const minutes of [0, 9 * 60, 13 * 60 + 5, 23 * 60 + 59]) expect(minutesOf(clockOf(minutes))).toBe(minutes);
  expect(clockOf(1440)).toBe('23:59');
  expect([minutesOf('24:00'), minutesOf('9'), minutesOf('')]).toEqual([null, null, null]);
});

describe('visiblePieces', () => {
  test('bidirectional controls and zero-width characters come out named', () => {
    const pieces = visiblePieces('pay\u202e100\u202c to\u200bday');
    expect(pieces.filter((piece) => piece.hidden !== null).map((piece) => piece.hidden)).toEqual([
      'U+202E',
      'U+202C',
      'U+200B',
    ]);
  });

  test('nothing is lost or added: the pieces join to the text', () => {
    const text = 'a\tb\r\nc\u0000\u2066d\u2069 \ufe0f é 漢字';
    expect(
      visiblePieces(text)
        .map((piece) => piece.text)
        .join(''),
    ).toBe(text);
  });

  test('ordinary text with line ends and tabs is one piece', () => {
    expect(visiblePieces('Dear Zoë,\n\tthank you — truly.')).toHaveLength(1);
  });
});

describe('answer text', () => {
  test('evidence is numbered in the order the sentences use it, once each', () => {
    const answer: Answer = {
      ...fakeAnswer,
      sections: [
        {
          title: '',
          claims: [
            { id: 'a', text: 'A.', basis: 'extract', evidence: ['e5', 'e1'] as EvidenceId[], computation: null },
            { id: 'b', text: 'B.', basis: 'extract', evidence: ['e1', 'e2'] as EvidenceId[], computation: null },
          ],
        },
      ],
    };
    expect([...numberEvidence(answer)].map(([id, { number }]) => [id, number])).toEqual([
      ['e5', 1],
      ['e1', 2],
      ['e2', 3],
    ]);
  });

  test('every sentence of the copied text carries its numbers, and every number its quote', () => {
    const text = answerText(fakeAnswer);
    expect(text).toContain('Mara Lindqvist asks you to confirm the facade samples by Friday 20 November. [1]');
    expect(text).toMatch(/^\[1\] inbox\.mbox, .*"Could you confirm the facade samples by Friday 20 November\?"$/m);
  });
});

describe('parameter values', () => {
  test('the other end of a date range comes along, and an emptied end lifts the limit', () => {
    const range = { from: '2026-11-23', to: '2026-11-27' };
    expect(changeDates(range, 'from', '2026-11-30')).toEqual({ from: '2026-11-30', to: '2026-11-30' });
    expect(changeDates(range, 'to', '2026-11-20')).toEqual({ from: '2026-11-20', to: '2026-11-20' });
    expect(changeDates(null, 'from', '2026-11-20')).toEqual({ from: '2026-11-20', to: '2026-11-20' });
    expect(changeDates(range, 'to', '')).toBeNull();
  });

  test('a time range is never empty', () => {
    for (const [end, minutes] of [
      ['from', 1439],
      ['to', 0],
      ['from', 600],
      ['to', 600],
    ] as const) {
      const changed = changeTimes({ from: 600, to: 660 }, end, minutes) as { from: number; to: number };
      expect(changed.from).toBeLessThan(changed.to);
    }
  });

  test('a person is read from a name, an address or both', () => {
    expect(readPerson('"Alice Moreau" <Alice@Example.org>')).toEqual({
      name: 'Alice Moreau',
      address: 'alice@example.org',
    });
    expect(readPerson('alice@example.org')).toEqual({ name: '', address: 'alice@example.org' });
    expect(readPerson('Alice')).toEqual({ name: 'Alice', address: '' });
    expect(readPerson('  ')).toBeNull();
  });

  test('values of the wrong shape give an empty field, not an error', () => {
    expect(peopleOf('nobody')).toEqual([]);
    expect(filtersOf([{ column: 'Region', op: 'between', value: '1' }, 7])).toEqual([
      { column: 'Region', op: 'between', value: '1', value2: '' },
      { column: '', op: '=', value: '' },
    ]);
    expect([null, '', [], false, 0, 'x'].map((value) => isEmptyValue(value))).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('settings draft', () => {
  test('what the form shows reads back as the same settings', () => {
    const settings = { ...fakeSettings, engines: { planning: { at: 'device', model: 'tinytool' } } } as const;
    expect(readDraft(draftOf(settings), settings, format)).toEqual({ ok: true, value: settings });
  });

  test('what was typed stays when settings are saved elsewhere, and what was not touched is as it is there', () => {
    const before = draftOf(fakeSettings);
    const typed = { ...before, names: 'Alex' };
    const elsewhere = draftOf({ ...fakeSettings, names: ['Sandy'], theme: 'dark' });
    expect(rebased(typed, before, elsewhere)).toEqual({ ...elsewhere, names: 'Alex' });
    expect(rebased(before, before, elsewhere)).toEqual(elsewhere);
  });

  test('every mistake is said at once, each with what is wrong', () => {
    const draft = { ...draftOf(fakeSettings), addresses: 'alex\nalex@example.org', zone: 'Mars/Olympus', locale: '??' };
    draft.hours = draft.hours.map((day, index) => (index === 2 ? { works: true, from: '17:00', to: '09:00' } : day));
    const read = readDraft(draft, fakeSettings, format);
    expect(read.ok ? [] : read.error).toEqual([
      '“alex” is not a mail address.',
      'This browser does not know the time zone “Mars/Olympus”.',
      '“??” is not a language tag such as en-GB.',
      'On Wednesday the end is not after the start.',
    ]);
  });
});

test('the axis of a chart holds zero and every value between round ticks', () => {
  for (const values of [[4, 7, 12], [-3, 8], [0.001, 0.0042], [1_234_567], [-5], [0, 0]]) {
    const { low, high, ticks } = niceScale(values);
    expect(low).toBeLessThanOrEqual(Math.min(0, ...values));
    expect(high).toBeGreaterThanOrEqual(Math.max(0, ...values));
    expect(ticks.length).toBeGreaterThanOrEqual(2);
    expect(ticks.length).toBeLessThanOrEqual(11);
  }
  expect(niceScale([4, 7, 3, 9, 12, 5]).ticks).toEqual([0, 5, 10, 15]);
});

test('no two ticks of an axis read the same, however small its values are', () => {
  for (const values of [[0.02], [0.000_3, 0.000_1], [7], [-0.4, 1.2], [1_200_000]]) {
    const { ticks, digits } = niceScale(values);
    expect(new Set(ticks.map((tick) => format.number(tick, digits))).size).toBe(ticks.length);
  }
});

test('a file name is made of letters, digits and hyphens only', () => {
  expect(fileNameFor('Résumé: what is asked of me?')).toBe('resume-what-is-asked-of-me.md');
  expect(fileNameFor('../../etc/passwd')).toBe('etc-passwd.md');
  expect(fileNameFor('???')).toBe('answer.md');
  expect(fileNameFor('x'.repeat(500)).length).toBeLessThanOrEqual(63);
});

test('a file is described by what was found in it', () => {
  expect(countsText({ counts: { messages: 1, events: 0, documents: 0, tables: 2 } })).toBe('1 message, 2 tables');
  expect(countsText({ counts: { messages: 0, events: 0, documents: 0, tables: 0 } })).toBe('nothing readable inside');
  expect(splitPath('archive.zip/letters/spring.md')).toEqual({ name: 'spring.md', folder: 'archive.zip/letters' });
  expect(splitPath('spring.md')).toEqual({ name: 'spring.md', folder: '' });
});
