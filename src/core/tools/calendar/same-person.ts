import type { Address } from '../../items/item.ts';
import { fold } from '../../text/words.ts';

/**
 * Whether a person asked for by name or address is this one: the same address, or every word of the wanted name in the
 * other's name or address. "Alice" is Alice Moreau and alice.moreau@example.org; "Alice Moreau" is not Alice Brown.
 */
export function samePerson(wanted: Address, person: Address): boolean {
  if (wanted.address !== '' && person.address !== '') {
    if (wanted.address.toLowerCase() === person.address.toLowerCase()) return true;
  }
  const words = personWords(wanted.name);
  if (words.length === 0) return false;
  const have = new Set([...personWords(person.name), ...personWords(person.address.split('@')[0] ?? '')]);
  return words.every((word) => have.has(word));
}

/** Folded words of a name, an address or a file name; possessives and single letters are left out. */
export function personWords(text: string): string[] {
  return fold(text)
    .replace(/'s?\b/g, ' ')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 1);
}
