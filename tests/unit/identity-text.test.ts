import { expect, test } from 'vitest';
import { claimLabel, groupedIdentity } from '#lib/format/identity-text.ts';

test('an identity is written in eight groups of eight digits', () => {
  const digits = '0123456789abcdef'.repeat(4);
  const groups = groupedIdentity(`agent:${digits}`).split(' ');
  expect(groups.map((group) => group.length)).toEqual(Array.from({ length: 8 }, () => 8));
  expect(groups.join('')).toBe(digits);
});

test('a claim is named in words, a second one by its number, an unknown one as it is written', () => {
  expect(claimLabel('owner.email')).toBe('Mail address');
  expect(claimLabel('owner.email.2')).toBe('Mail address 2');
  expect(claimLabel('owner.shoe-size')).toBe('owner.shoe-size');
  expect(claimLabel('toString')).toBe('toString');
});
