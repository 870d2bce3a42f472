import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findWrittenDates, isoOf } from '#core/text/dates.ts';
import { findNumbers } from '#core/text/numbers.ts';
import { splitSentences } from '#core/text/sentences.ts';
import { ownText } from '#core/text/strip-quotes.ts';

test('sentences are in order, do not overlap, and lose no letter or digit', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', 'B', '1', '.', '?', ' ', '\n', ',', '-', 'é', '”') }),
      (text) => {
        const found = splitSentences(text);
        let end = 0;
        for (const sentence of found) {
          expect(sentence.start).toBeGreaterThanOrEqual(end);
          expect(text.slice(sentence.start, sentence.end)).toBe(sentence.text);
          end = sentence.end;
        }
        const letters = (value: string): string => value.replace(/[^\p{L}]/gu, '');
        const kept = letters(found.map((sentence) => sentence.text).join(''));
        // Only the letter or number of a list item is left out.
        expect(letters(text).length - kept.length).toBeLessThanOrEqual(text.split('\n').length);
      },
    ),
  );
});

test('amounts are read back whatever separators they are written with', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999_999 }), fc.integer({ min: 0, max: 99 }), (whole, cents) => {
      const value = Number(`${String(whole)}.${String(cents).padStart(2, '0')}`);
      for (const locale of ['en-GB', 'de-DE', 'fr-FR', 'de-CH']) {
        const written = value.toLocaleString(locale, { minimumFractionDigits: 2 });
        expect(findNumbers(`EUR ${written} in all`)[0]?.values, `${locale}: ${written}`).toContain(value);
      }
    }),
  );
});

test('dates are read back in every common form', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date('2000-01-01'), max: new Date('2049-12-31'), noInvalidDate: true }), (date) => {
      const iso = date.toISOString().slice(0, 10);
      const forms = (['en-GB', 'en-US'] as const).flatMap((locale) =>
        (['medium', 'long', 'full'] as const).map((dateStyle) =>
          new Intl.DateTimeFormat(locale, { dateStyle, timeZone: 'UTC' }).format(date),
        ),
      );
      for (const form of [...forms, iso, iso.split('-').reverse().join('.')]) {
        expect(
          findWrittenDates(`on ${form}, then`).flatMap(({ readings }) => readings.map(isoOf)),
          form,
        ).toContain(iso);
      }
    }),
  );
});

test('stripping quotes keeps every offset and never invents text', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', '>', ' ', '\n', '-', ':', 'wrote:', 'On Mon,', 'From: a', 'Regards') }),
      (text) => {
        const own = ownText(text);
        expect(own).toHaveLength(text.length);
        for (let i = 0; i < own.length; i++) if (own[i] !== ' ') expect(own[i]).toBe(text[i]);
      },
    ),
  );
});
