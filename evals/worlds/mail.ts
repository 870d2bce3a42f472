import { Temporal } from 'temporal-polyfill';
import { MAIL } from '../phrasings.ts';
import { dice, type Dice } from '../write/dice.ts';
import { mbox, type Mail, type Person } from '../write/mime.ts';
import { nothing, type Case, type Expectation, type Fact, type Term, type World } from '../world.ts';
import { askSentence, deadline, DEEDS, type Deed, type Due } from './mail-words.ts';
import * as words from './mail-words.ts';
import { addDays, firstName, instant, ownerSettings, people, ZONES } from './words.ts';

/** A mailbox whose threads were laid out with known asks, answers and silences. */
export function mailWorld(seed: number, heldOut: boolean): World {
  const d = dice(`mail ${seed}`);
  const zone = d.pick(ZONES);
  const [owner, ...others] = people(d, 18) as [Person, ...Person[]];
  const today = d.day('2025-03-10', '2027-09-20');
  const now = instant(today, 8 * 60 + 30, zone);
  const deeds = d.some(DEEDS, 14);
  const plot = new Plot(d, owner, zone, today);
  const nextPerson = () => others.shift() as Person;
  const nextDeed = () => deeds.shift() as Deed;

  const open = Array.from({ length: d.whole(3, 4) }, () => plot.openAsk(nextPerson(), nextDeed()));
  open.push(plot.reopened(nextPerson(), nextDeed(), nextDeed()));
  const answered = [0, 1].map(() => plot.answered(nextPerson(), nextDeed()));
  const shared = plot.answeredByColleague(nextPerson(), nextPerson(), nextDeed());
  const silent = [0, 1].map(() => plot.ownerAsks(nextPerson(), nextDeed()));
  const elsewhere = plot.betweenOthers(nextPerson(), nextPerson(), nextDeed());
  const chats = [0, 1].map(() => plot.chat(nextPerson()));
  plot.noise();

  const askFacts = open.map((ask) => askFact(ask));
  const expectations: Readonly<Record<string, Expectation>> = {
    asks: mail(askFacts, [...plot.noiseFacts(), notAsked(elsewhere)]),
    summary: mail(
      [
        ...askFacts,
        ...[...answered, ...silent, elsewhere, ...chats].map((thread) => ({
          name: `thread "${thread.subject}"`,
          in: 'statement' as const,
          all: [{ text: [thread.subject, thread.keyword] }],
        })),
      ],
      [],
    ),
    'waiting-for-me': mail(
      open.map((ask) => waitFact(ask, 'waits for the owner')),
      [...answered, shared, ...chats].map((thread) => ({
        ...waitFact(thread, 'is not waiting'),
        name: `${thread.who.name} is said to wait about "${thread.subject}"`,
      })),
    ),
    'waiting-for-them': mail(
      silent.map((ask) => waitFact(ask, 'owes the owner an answer')),
      answered.map((thread) => ({
        ...waitFact(thread, ''),
        name: `${thread.who.name} is said to owe an answer about "${thread.subject}"`,
      })),
    ),
  };
  const target = d.pick(open);
  const from = mail(
    [askFact(target)],
    open
      .filter((ask) => ask !== target)
      .map((ask) => ({ ...askFact(ask), name: `ask of another person: ${ask.keyword}` })),
  );

  const usable = MAIL.filter((phrasing) => phrasing.heldOut === heldOut);
  const cases: Case[] = [0, 1, 2].map((i) => {
    const phrasing = usable[(seed * 3 + i) % usable.length] as (typeof usable)[number];
    return {
      goal: phrasing.text.replace('{person}', target.who.name),
      phrasing: phrasing.name,
      heldOut,
      expect: phrasing.about === 'from' ? from : (expectations[phrasing.about] as Expectation),
    };
  });
  const mails = [...plot.mails].sort((a, b) => Temporal.ZonedDateTime.compare(a.sentAt, b.sentAt));
  return {
    method: 'mail',
    seed,
    owner: ownerSettings(owner, zone),
    now,
    files: [{ path: 'mail/archive.mbox', bytes: mbox(mails), text: null }],
    cases,
  };
}

/** A thread being written. */
interface Draft {
  readonly number: number;
  readonly ids: string[];
  previous: Mail | null;
}

interface Thread {
  readonly who: Person;
  readonly subject: string;
  readonly keyword: string;
  readonly due: Due | null;
}

function mail(facts: readonly Fact[], forbidden: readonly Fact[]): Expectation {
  return { ...nothing, kinds: ['summarise-mail'], outcomes: ['answered'], facts, forbidden };
}

function askFact(ask: Thread): Fact {
  return {
    name: `ask of ${ask.who.name}: ${ask.keyword}${ask.due ? ` ("${ask.due.words}": ${ask.due.dates.join(' or ')})` : ''}`,
    in: 'statement',
    all: [
      { text: [ask.who.name, firstName(ask.who)] },
      { text: [ask.keyword] },
      ...(ask.due ? [{ date: ask.due.dates }] : []),
    ],
  };
}

function waitFact(thread: Thread, what: string): Fact {
  return {
    name: `${thread.who.name} ${what} about "${thread.subject}"`,
    in: 'statement',
    all: [{ text: [thread.who.name, firstName(thread.who)] }, { text: [thread.subject, thread.keyword] }],
  };
}

/** A thread may be summarised as it is; it may not be given as something that is wanted of the owner. */
const AS_AN_ASK: Term = {
  text: ['asks', 'asked of you', 'wants', 'to do', 'requests', 'action', 'due', 'needed from you'],
};

function notAsked(thread: Thread): Fact {
  return {
    name: `what was asked of somebody else is listed: ${thread.keyword}`,
    in: 'statement',
    all: [{ text: [thread.keyword] }, AS_AN_ASK],
  };
}

/** Lays out threads over the five weeks before today. */
class Plot {
  readonly mails: Mail[] = [];
  readonly #noise: string[] = [];
  #threads = 0;
  readonly #d: Dice;
  readonly #owner: Person;
  readonly #zone: string;
  readonly #today: string;

  constructor(d: Dice, owner: Person, zone: string, today: string) {
    this.#d = d;
    this.#owner = owner;
    this.#zone = zone;
    this.#today = today;
  }

  /** Somebody asks the owner; nothing more happens. */
  openAsk(who: Person, deed: Deed): Thread {
    const thread = this.#start();
    const date = this.#daysAgo(1, 9);
    const due = deadline(this.#d, date);
    const subject = words.subjectFor(this.#d, deed);
    if (this.#d.chance(0.4)) {
      this.#write(thread, this.#owner, [who], subject, addDays(date, -2), words.smallTalk(this.#d, 2));
    }
    this.#write(thread, who, [this.#owner], subject, date, this.#around(askSentence(this.#d, deed, due, this.#owner)));
    return { who, subject, keyword: deed.keyword, due };
  }

  /** Asked, answered, thanked for, and asked something new in the same thread, with the old text quoted. */
  reopened(who: Person, first: Deed, second: Deed): Thread {
    const thread = this.#start();
    const date = this.#daysAgo(8, 14);
    const subject = words.subjectFor(this.#d, first);
    this.#write(
      thread,
      who,
      [this.#owner],
      subject,
      date,
      this.#around(askSentence(this.#d, first, deadline(this.#d, date), this.#owner)),
    );
    this.#write(thread, this.#owner, [who], subject, addDays(date, 1), words.answer(this.#d, first), true);
    const later = this.#daysAgo(1, 4);
    const due = deadline(this.#d, later);
    this.#write(
      thread,
      who,
      [this.#owner],
      subject,
      later,
      `${words.thanks(this.#d)} ${askSentence(this.#d, second, due, this.#owner)}`,
      true,
    );
    return { who, subject, keyword: second.keyword, due };
  }

  answered(who: Person, deed: Deed): Thread {
    const thread = this.#start();
    const date = this.#daysAgo(9, 25);
    const subject = words.subjectFor(this.#d, deed);
    const due = deadline(this.#d, date);
    this.#write(thread, who, [this.#owner], subject, date, this.#around(askSentence(this.#d, deed, due, this.#owner)));
    this.#write(thread, this.#owner, [who], subject, addDays(date, 1), words.answer(this.#d, deed), true);
    if (this.#d.chance(0.6))
      this.#write(thread, who, [this.#owner], subject, addDays(date, 2), words.thanks(this.#d), this.#d.chance(0.5));
    return { who, subject, keyword: deed.keyword, due };
  }

  /** Asked of the owner and a colleague together; the colleague does it and is thanked. */
  answeredByColleague(who: Person, colleague: Person, deed: Deed): Thread {
    const thread = this.#start();
    const date = this.#daysAgo(6, 20);
    const subject = words.subjectFor(this.#d, deed);
    const ask = `Could one of you please ${deed.verb} this week?`;
    this.#write(thread, who, [this.#owner, colleague], subject, date, ask);
    this.#write(thread, colleague, [who, this.#owner], subject, addDays(date, 1), words.answer(this.#d, deed), true);
    this.#write(thread, who, [colleague, this.#owner], subject, addDays(date, 2), words.thanks(this.#d));
    return { who, subject, keyword: deed.keyword, due: null };
  }

  /** The owner asks; nobody answers, or only a machine. */
  ownerAsks(who: Person, deed: Deed): Thread {
    const thread = this.#start();
    const date = this.#daysAgo(3, 12);
    const subject = words.subjectFor(this.#d, deed);
    const due = deadline(this.#d, date);
    this.#write(thread, this.#owner, [who], subject, date, this.#around(askSentence(this.#d, deed, due, who)));
    if (this.#d.chance(0.3)) {
      this.#write(
        thread,
        who,
        [this.#owner],
        subject,
        date,
        'I am away from my desk and will read my mail when I am back.',
        false,
        [],
        ['Auto-Submitted: auto-replied'],
      );
    }
    return { who, subject, keyword: deed.keyword, due };
  }

  betweenOthers(who: Person, asked: Person, deed: Deed): Thread {
    const thread = this.#start();
    const date = this.#daysAgo(2, 8);
    const subject = words.subjectFor(this.#d, deed);
    this.#write(
      thread,
      who,
      [asked],
      subject,
      date,
      `${firstName(asked)}, ${words.smallTalk(this.#d, 1)}\n\n${askSentence(this.#d, deed, deadline(this.#d, date), asked)}`,
      false,
      [this.#owner],
    );
    return { who, subject, keyword: deed.keyword, due: null };
  }

  chat(who: Person): Thread {
    const thread = this.#start();
    const date = this.#daysAgo(3, 20);
    const topic = words.news(this.#d);
    this.#write(thread, who, [this.#owner], topic.subject, date, topic.text);
    this.#write(thread, this.#owner, [who], topic.subject, addDays(date, 1), words.thanks(this.#d), true);
    return { who, subject: topic.subject, keyword: topic.keyword, due: null };
  }

  noise(): void {
    for (const letter of this.#d.some(words.NEWSLETTERS, 3)) {
      const sender = { name: letter.sender, address: `news.${this.#threads}@example.org` };
      this.#write(
        this.#start(),
        sender,
        [this.#owner],
        letter.subject,
        this.#daysAgo(1, 20),
        letter.text,
        false,
        [],
        ['Precedence: bulk', `List-Unsubscribe: <mailto:${sender.address}>`],
      );
      this.#noise.push(letter.keyword);
    }
  }

  noiseFacts(): Fact[] {
    return this.#noise.map((keyword) => ({
      name: `newsletter taken for an ask: ${keyword}`,
      in: 'statement',
      all: [{ text: [keyword] }, AS_AN_ASK],
    }));
  }

  #around(sentence: string): string {
    const greeting = this.#d.pick(['', `Dear ${firstName(this.#owner)},\n\n`, 'Hello,\n\n', 'Hi there,\n\n']);
    const before = this.#d.chance(0.7) ? `${words.smallTalk(this.#d, this.#d.whole(1, 2))} ` : '';
    const after = this.#d.chance(0.5) ? ` ${words.smallTalk(this.#d, 1)}` : '';
    return `${greeting}${before}${sentence}${after}`;
  }

  #daysAgo(from: number, to: number): string {
    return addDays(this.#today, -this.#d.whole(from, to));
  }

  #start(): Draft {
    this.#threads += 1;
    return { number: this.#threads, ids: [], previous: null };
  }

  #write(
    thread: Draft,
    from: Person,
    to: readonly Person[],
    subject: string,
    date: string,
    text: string,
    quote = false,
    cc: readonly Person[] = [],
    headers: readonly string[] = [],
  ): void {
    const d = this.#d;
    const minute = 7 * 60 + ((thread.number * 37 + thread.ids.length * 131) % 600);
    const sentAt = Temporal.PlainDate.from(date).toZonedDateTime({
      timeZone: this.#zone,
      plainTime: Temporal.PlainTime.from({ hour: Math.floor(minute / 60), minute: minute % 60 }),
    });
    const id = `${thread.number}.${thread.ids.length + 1}.${sentAt.epochMilliseconds.toString(36)}@example.org`;
    const own = `${text}\n\n${d.pick(['Best regards\n', 'Yours\n', 'Thanks\n', '', '-- \n'])}${from.name === '' ? '' : firstName(from)}`;
    const previous = thread.previous;
    const whole =
      quote && previous
        ? `${own}\n\nOn ${previous.sentAt.toPlainDate().toString()}, ${previous.from.name} <${previous.from.address}> wrote:\n${previous.text
            .split('\n')
            .map((line) => `> ${line}`)
            .join('\n')}`
        : own;
    const mail: Mail = {
      from,
      to,
      cc,
      subject: previous ? `Re: ${subject}` : subject,
      sentAt,
      messageId: id,
      inReplyTo: thread.ids.at(-1) ?? null,
      references: [...thread.ids],
      text: whole,
      shape: d.pick(['plain', 'plain', 'plain', 'flowed', 'html', 'alternative']),
      encoding: d.pick(['7bit', '7bit', 'quoted-printable', 'base64']),
      charset: 'utf-8',
      headers,
      attachments: [],
    };
    thread.ids.push(id);
    thread.previous = mail;
    this.mails.push(mail);
  }
}
