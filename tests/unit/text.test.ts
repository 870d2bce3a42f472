import { describe, expect, test } from 'vitest';
import { bm25, idf } from '#core/text/bm25.ts';
import { dayNumber, weekdayOf } from '#core/base/civil-date.ts';
import { formatShortDate } from '#core/tools/format.ts';
import { compatibleDates, findWrittenDates, findWrittenTimes, isoOf } from '#core/text/dates.ts';
import { findNumbers } from '#core/text/numbers.ts';
import { overlap, rankSentences } from '#core/text/rank-sentences.ts';
import { splitSentences } from '#core/text/sentences.ts';
import { ownText } from '#core/text/strip-quotes.ts';
import { contentStems } from '#core/text/tokens.ts';

const sentences = (text: string): string[] => splitSentences(text).map((sentence) => sentence.text);

describe('sentences', () => {
  test.each([
    ['The pour is done. Rain came.', ['The pour is done.', 'Rain came.']],
    ['Dr. Weiss met Mr. Oduya at 9.30. They agreed.', ['Dr. Weiss met Mr. Oduya at 9.30.', 'They agreed.']],
    ['It costs 1.250,00 EUR, e.g. for two. Fine!', ['It costs 1.250,00 EUR, e.g. for two.', 'Fine!']],
    ['See www.example.org or a.b@example.org. Thanks.', ['See www.example.org or a.b@example.org.', 'Thanks.']],
    ['Well... maybe later. Or not?', ['Well... maybe later.', 'Or not?']],
    ['J. Okoro signed. So did K. Lind.', ['J. Okoro signed.', 'So did K. Lind.']],
    ['We met on 12. March. It rained.', ['We met on 12. March.', 'It rained.']],
    ['"Really?" she asked. Yes.', ['"Really?" she asked.', 'Yes.']],
    ['It ends at 5 p.m. The doors close.', ['It ends at 5 p.m.', 'The doors close.']],
  ])('%s', (text, expected) => {
    expect(sentences(text)).toEqual(expected);
  });

  test('lists, headings and greetings stand alone, wrapped lines stay together', () => {
    const text =
      'Hi Sam,\n\nOpen points\n- first item\n- second item\n\nThis is a paragraph that is wrapped by its writer and\ngoes on here. The end.';
    expect(sentences(text)).toEqual([
      'Hi Sam,',
      'Open points',
      'first item',
      'second item',
      'This is a paragraph that is wrapped by its writer and\ngoes on here.',
      'The end.',
    ]);
  });

  test('offsets give back exactly the text', () => {
    const text = '  One.  Two, e.g. three?\n\n* Four';
    for (const { text: piece, start, end } of splitSentences(text)) expect(text.slice(start, end)).toBe(piece);
  });
});

describe('numbers', () => {
  test.each([
    ['1.234,50 €', [1234.5], 'money', 'EUR'],
    ['$1,234.50', [1234.5], 'money', 'USD'],
    ['€12k', [12_000], 'money', 'EUR'],
    ['2.5 million', [2_500_000], 'plain', ''],
    ['two million euros', [2_000_000], 'money', 'EUR'],
    ['twenty-five', [25], 'plain', ''],
    ['12 %', [12], 'percent', ''],
    ['10 000 EUR', [10_000], 'money', 'EUR'],
    ["CHF 1'200.00", [1200], 'money', 'CHF'],
    ['1.234', [1.234, 1234], 'plain', ''],
    ['1,234', [1234, 1.234], 'plain', ''],
    ['−5', [-5], 'plain', ''],
  ])('%s', (text, values, kind, currency) => {
    expect(findNumbers(`about ${text} then`)[0]).toMatchObject({ values, kind, currency });
  });
});

describe('dates', () => {
  test.each([
    '12 March 2026',
    '12th of March 2026',
    'Thursday, 12 March 2026',
    'March 12, 2026',
    'March 12th, 2026',
    '2026-03-12',
    '12.03.2026',
    '12/3/2026',
    '20260312T090000',
    '12. März 2026',
  ])('%s is 12 March 2026', (text) => {
    const readings = findWrittenDates(`on ${text}.`).flatMap((date) => date.readings.map(isoOf));
    expect(readings).toContain('2026-03-12');
  });

  test('a date without a year agrees with every year, two years do not agree', () => {
    const [open, first, second] = findWrittenDates('12 March, 12 March 2026, 12 March 2027').map(
      (date) => date.readings[0],
    );
    if (open === undefined || first === undefined || second === undefined) throw new Error('three dates expected');
    expect(compatibleDates(open, first)).toBe(true);
    expect(compatibleDates(first, second)).toBe(false);
  });

  test('no date is read where there is none', () => {
    expect(findWrittenDates('we may go, 30 February, version 1.2.3, ratio 3/4')).toEqual([]);
  });

  test('times of day', () => {
    expect(findWrittenTimes('14:05, 3 pm, 9:30 a.m., noon').map(({ minutes }) => minutes[0])).toEqual([
      845, 900, 570, 720,
    ]);
  });

  test('weekdays are those of the calendar', () => {
    expect(weekdayOf(dayNumber(2026, 11, 27))).toBe(5);
    expect(formatShortDate('2028-02-29')).toBe('Tue 29 Feb 2028');
  });
});

describe('what the sender wrote', () => {
  test('quoted replies, attribution, signature and disclaimer are blanked, answers between quotes stay', () => {
    const text = [
      'Yes to the first.',
      '',
      'On Mon, 3 Nov 2026 at 10:00, Ada Lind <ada@example.org>',
      'wrote:',
      '> Could you come?',
      'And no to the second.',
      '> Could you sing?',
      '',
      'Kind regards,',
      'Sam',
      'This e-mail is confidential and intended for the addressee.',
    ].join('\n');
    const own = ownText(text);
    expect(own).toHaveLength(text.length);
    expect(
      own
        .split('\n')
        .map((line) => line.trim())
        .filter(Boolean),
    ).toEqual(['Yes to the first.', 'And no to the second.']);
  });

  test('an Outlook header block ends the message', () => {
    const text = 'Fine.\n\nFrom: Ada Lind\nSent: Monday\nTo: Sam\nSubject: Tea\n\nShall we?';
    expect(ownText(text).trim()).toBe('Fine.');
  });

  test('a question after a closing word is not taken for a signature', () => {
    expect(ownText('Thanks,\nCould you also send the key?')).toContain('the key');
  });
});

describe('ranking', () => {
  test('a rarer word weighs more, and a match in a short passage more than in a long one', () => {
    expect(idf(1, 100)).toBeGreaterThan(idf(50, 100));
    const corpus = { units: 10, meanLength: 10, frequency: () => 2 };
    const once = new Map([['kiln', 1]]);
    expect(bm25(['kiln'], once, 4, corpus)).toBeGreaterThan(bm25(['kiln'], once, 40, corpus));
    expect(bm25(['crane'], once, 4, corpus)).toBe(0);
  });

  test('sentences about the query come first', () => {
    const ranked = rankSentences(
      ['The garden is wet today again.', 'The kiln needs a new door.'].map((text, i) => ({
        stems: contentStems(text),
        position: i,
      })),
      new Set(contentStems('kiln door')),
    );
    expect(ranked[1]).toBeGreaterThan(ranked[0] ?? 0);
  });

  test('overlap is the share of the smaller set', () => {
    expect(overlap(new Set(['a', 'b']), new Set(['a', 'b', 'c', 'd']))).toBe(1);
    expect(overlap(new Set(), new Set(['a']))).toBe(0);
  });
});
