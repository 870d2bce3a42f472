import type { Address, Message } from '../../items/item.ts';
import type { OwnerSettings } from '../../items/owner.ts';
import { plainWord } from '../../text/tokens.ts';
import { wordsOf } from '../../text/words.ts';

/** Who the owner is in the mail at hand. */
export interface Owner {
  readonly addresses: ReadonlySet<string>;
  /** Folded words of the owner's names: "sam", "rivers". */
  readonly words: ReadonlySet<string>;
  /** True when nobody said who the owner is and the most frequent recipient was taken. */
  readonly assumed: boolean;
}

/** In how many of the messages an address must take part to be taken for the owner's. */
const OWNER_SHARE_MIN = 0.6;

/** Tells the owner's addresses from settings, from display names equal to the owner's, else from who takes part most. */
export class OwnerFinder {
  readonly #settings: OwnerSettings;
  readonly #named = new Set<string>();
  readonly #presence = new Map<string, number>();
  readonly #names = new Map<string, string>();
  #messages = 0;

  constructor(settings: OwnerSettings) {
    this.#settings = settings;
  }

  see(message: Pick<Message, 'from' | 'to' | 'cc'>): void {
    this.#messages++;
    const ownNames = new Set(this.#settings.names.map(foldName));
    const people = [message.from, ...message.to, ...message.cc].filter(({ address }) => address !== '');
    for (const { name, address } of people) {
      if (name !== '' && ownNames.has(foldName(name))) this.#named.add(address);
      if (name !== '') this.#names.set(address, name);
    }
    for (const address of new Set(people.map((person) => person.address))) {
      this.#presence.set(address, (this.#presence.get(address) ?? 0) + 1);
    }
  }

  owner(): Owner {
    const addresses = new Set([...this.#settings.addresses.map((address) => address.toLowerCase()), ...this.#named]);
    const known = [...addresses].some((address) => this.#presence.has(address));
    const assumed = known ? null : this.#mostPresent();
    if (assumed !== null) addresses.add(assumed);
    const names = [...this.#settings.names, ...[...addresses].map((address) => this.#names.get(address) ?? '')];
    return { addresses, words: new Set(names.flatMap(nameWords)), assumed: assumed !== null };
  }

  #mostPresent(): string | null {
    const [first] = [...this.#presence].sort((a, b) => b[1] - a[1]);
    return first !== undefined && first[1] >= OWNER_SHARE_MIN * this.#messages ? first[0] : null;
  }
}

/** Display name, turned round when written "Lindqvist, Mara"; else the address. */
export function displayName({ name, address }: Address): string {
  const turned = /^([^,]+),\s*([^,]+)$/.exec(name.trim());
  if (turned !== null) return `${turned[2] ?? ''} ${turned[1] ?? ''}`.trim();
  return name.trim() !== '' ? name.trim() : address;
}

export function foldName(name: string): string {
  return nameWords(name).sort().join(' ');
}

export function nameWords(name: string): string[] {
  return wordsOf(name)
    .map(({ lower }) => plainWord(lower))
    .filter((word) => word.length > 1);
}

/** Whether a person asked for by name or address is this one: every word of the name must be there. */
export function matchesPerson(wanted: Address, person: Address): boolean {
  if (wanted.address !== '' && wanted.address.toLowerCase() === person.address) return true;
  const words = nameWords(wanted.name);
  if (words.length === 0) return false;
  const have = new Set([...nameWords(person.name), ...nameWords(person.address.split('@')[0] ?? '')]);
  return words.every((word) => have.has(word));
}
