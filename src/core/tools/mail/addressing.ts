import type { Owner } from './people.ts';
import { nameWords } from './people.ts';
import type { MailHeader } from './threads.ts';
import { fold } from '../../text/words.ts';

/** Whom a sentence of a message speaks to. */
export type Addressee =
  | { readonly kind: 'owner' }
  /** Everybody the message went to. */
  | { readonly kind: 'all' }
  /** Somebody else, by name. */
  | { readonly kind: 'other'; readonly words: readonly string[] };

const GREETING =
  /^\s*(?:hi|hello|hej|hallo|dear|hey|good (?:morning|afternoon|evening|day)|morning|greetings|salut|bonjour|guten (?:tag|morgen)|liebe[rs]?)[\s,]+(.{0,80}?)\s*(?:[,!:;–—]|-\s|$)/i;
const GROUP =
  /\b(?:all|everyone|everybody|team|folks|both|there|colleagues|guys|ladies|gentlemen|friends|sir|madam|together|two|three)\b/i;
const NAME = "@?\\p{Lu}[\\p{L}'’.-]+(?: \\p{Lu}[\\p{L}'’-]+)?";
const VOCATIVE = new RegExp(
  `^\\s*(${NAME}(?:\\s*(?:,|and|&|/|\\+)\\s*${NAME})*)\\s*(?:[,:;]|\\s[–—-])\\s+(?=\\S)`,
  'u',
);
const ACTION_ITEM = new RegExp(`^\\s*(${NAME})\\s+(?:to|should|must|needs to|has to)\\s+\\p{Ll}+`, 'u');
const ASKED_ABOUT = new RegExp(`\\b(?:[Cc]ould|[Cc]an|[Ww]ould|[Ww]ill)\\s+(?!I\\b|You\\b)(${NAME})\\b`, 'u');
/** Capitalised first words that are no names. */
const OPENERS = new Set(
  `thanks thank however also ok okay hi hello yes no sorry well sure great perfect finally meanwhile otherwise anyway
  first firstly second secondly third lastly then next again still alas reminder question questions urgent fyi note
  today tomorrow tonight yesterday monday tuesday wednesday thursday friday saturday sunday january february march april
  may june july august september october november december please in on at if when as after before by from for with
  once since while although though because but and so or good morning afternoon best regards cheers ps btw unfortunately
  fortunately indeed actually basically apart maybe perhaps hopefully naturally agreed noted understood done fine right
  correct exactly absolutely status update action actions deadline subject attached task tasks decision decisions
  budget date dates time venue location agenda`.split(/\s+/),
);

/** Follows the people a message speaks to, sentence by sentence: greeting first, then those called by name. */
export class AddresseeTracker {
  readonly #owner: Owner;
  readonly #header: MailHeader;
  readonly #people: ReadonlySet<string>;
  #current: Addressee;

  /** @param people folded words of the names of everybody met in the mail */
  constructor(header: MailHeader, owner: Owner, people: ReadonlySet<string>) {
    this.#header = header;
    this.#owner = owner;
    this.#people = people;
    const alone = header.to.length + header.cc.length === 1 && header.ownerRole === 'to';
    this.#current = alone ? { kind: 'owner' } : header.ownerRole === 'to' ? this.#recipients() : OTHERS;
  }

  /** @param lineStart whether the sentence begins its line: only there a bare name is a call */
  next(sentence: string): Addressee {
    const greeting = GREETING.exec(sentence);
    if (greeting !== null) {
      this.#current = this.#greeted(greeting[1] ?? '');
      const rest = sentence.slice(greeting[0].length).trim();
      return rest === '' ? this.#current : (this.#called(rest) ?? this.#current);
    }
    const called = this.#called(sentence);
    if (called !== null) {
      this.#current = called;
      return called;
    }
    return this.#itemFor(sentence) ?? this.#current;
  }

  #recipients(): Addressee {
    return this.#header.to.length === 1 ? { kind: 'owner' } : { kind: 'all' };
  }

  #greeted(names: string): Addressee {
    const words = nameWords(names);
    if (words.some((word) => this.#owner.words.has(word)))
      return words.length > 3 || /\b(?:and|&)\b|,/.test(names) ? { kind: 'all' } : { kind: 'owner' };
    // "Dear parents": no name, so everybody.
    if (words.length === 0 || GROUP.test(names) || !/\p{Lu}/u.test(names))
      return this.#header.ownerRole === 'none' ? OTHERS : { kind: 'all' };
    const alone = this.#header.to.length === 1 && this.#header.ownerRole === 'to' && this.#header.cc.length === 0;
    if (alone) return { kind: 'owner' };
    const others = [...this.#header.to, ...this.#header.cc].flatMap((person) =>
      nameWords(`${person.name} ${person.address.split('@')[0] ?? ''}`),
    );
    if (words.some((word) => others.includes(word))) return { kind: 'other', words };
    return this.#header.ownerRole === 'to' ? this.#recipients() : OTHERS;
  }

  #called(sentence: string): Addressee | null {
    const names = VOCATIVE.exec(sentence)?.[1];
    if (names === undefined) return null;
    const words = nameWords(names).filter((word) => word !== 'and' && !OPENERS.has(word));
    if (words.length === 0) return null;
    if (words.some((word) => this.#owner.words.has(word))) return { kind: 'owner' };
    if (words.some((word) => this.#people.has(word)) || names.startsWith('@')) return { kind: 'other', words };
    return null;
  }

  /** "Jonas to send the list", "Could Jonas send the list?" */
  #itemFor(sentence: string): Addressee | null {
    const name = ACTION_ITEM.exec(sentence)?.[1] ?? ASKED_ABOUT.exec(sentence)?.[1];
    if (name === undefined) return null;
    const words = nameWords(name);
    if (words.some((word) => this.#owner.words.has(word))) return { kind: 'owner' };
    return words.some((word) => this.#people.has(word)) && !OPENERS.has(fold(name)) ? { kind: 'other', words } : null;
  }
}

const OTHERS: Addressee = { kind: 'other', words: [] };

/** "Alex to send", "Could Alex send": a request although nobody is spoken to as "you". */
export function isItemFor(sentence: string, words: ReadonlySet<string>): boolean {
  const name = ACTION_ITEM.exec(sentence)?.[1] ?? ASKED_ABOUT.exec(sentence)?.[1];
  return name !== undefined && nameWords(name).some((word) => words.has(word));
}

/** A sentence without its greeting and without the name it calls. */
export function withoutCall(sentence: string): string {
  const rest = sentence.replace(GREETING, '').trim();
  const body = rest === '' ? sentence : rest;
  const called = VOCATIVE.exec(body);
  if (called === null) return body;
  const words = nameWords(called[1] ?? '');
  return words.every((word) => OPENERS.has(word)) ? body : body.slice(called[0].length);
}
