import { Temporal } from 'temporal-polyfill';
import { QUESTION_FRAMES, type Phrasing } from '../phrasings.ts';
import { dice, type Dice } from '../write/dice.ts';
import { mbox, type Person } from '../write/mime.ts';
import { nothing, type Case, type Fact, type World, type WorldFile } from '../world.ts';
import { writePaper, type Format } from './documents.ts';
import { KNOWLEDGE, NOT_IN_FILES, type Book, type Topic } from './question-words.ts';
import { addDays, firstName, instant, ownerSettings, people, upperFirst, ZONES } from './words.ts';

/** A shelf of handbooks and letters; some questions have their answer in one sentence of it, some have none. */
export function questionWorld(seed: number, heldOut: boolean): World {
  const d = dice(`question ${seed}`);
  const zone = d.pick(ZONES);
  const [owner, ...staff] = people(d, 8) as [Person, ...Person[]];
  const today = d.day('2025-06-01', '2027-09-01');
  const facts = KNOWLEDGE.flatMap((book) => book.topics.map((topic) => ({ book, said: topic(d, staff) })));
  const kept = d.some(facts, 30);

  const byMail = d.pick(KNOWLEDGE);
  const files: WorldFile[] = KNOWLEDGE.map((book) => {
    const sentences = kept
      .filter((fact) => fact.book === book)
      .flatMap(({ said }) => (d.chance(0.5) ? [said.sentence, d.pick(book.filler)] : [said.sentence]));
    const sections =
      sentences.length === 0
        ? [book.filler]
        : [sentences.slice(0, 4), sentences.slice(4)].filter((part) => part.length > 0);
    if (book === byMail) return letters(d, book, sentences, staff, owner, { today, zone });
    return writePaper(
      {
        path: `shelf/${book.file}`,
        title: book.title,
        author: staff[0]?.name ?? '',
        date: addDays(today, -d.whole(10, 300)),
        sections: sections.map((part, i) => ({ heading: i === 0 ? '' : 'More', sentences: part })),
      },
      d.pick(['md', 'txt', 'html', 'docx', 'pdf', 'front-matter', 'md', 'txt'] satisfies Format[]),
      d.chance(0.5),
    );
  });

  const frames = QUESTION_FRAMES.filter((frame) => frame.heldOut === heldOut);
  const asked = d.some(kept, 3);
  const cases: Case[] = asked.map(({ said, book }, i) => {
    const fitting = book === byMail ? frames.filter((one) => !ONLY_DOCUMENTS.test(one.text)) : frames;
    const frame = fitting[(seed * 3 + i) % fitting.length] as Phrasing;
    const questions = heldOut ? said.heldOut : said.questions;
    return {
      goal: framed(frame.text, d.pick(questions)),
      phrasing: frame.name,
      heldOut,
      expect: { ...nothing, kinds: ['answer-question'], outcomes: ['answered'], facts: [answerFact(said)] },
    };
  });
  const unknown = d.pick(NOT_IN_FILES.filter((_, i) => (i % 2 === 1) === heldOut));
  const frame = frames[(seed * 3 + 3) % frames.length] as Phrasing;
  cases.push({
    goal: framed(frame.text, unknown),
    phrasing: `${frame.name}, not in the files`,
    heldOut,
    expect: { ...nothing, kinds: ['answer-question'], outcomes: ['not-found'] },
  });
  return {
    method: 'question',
    seed,
    owner: ownerSettings(owner, zone),
    now: instant(today, 9 * 60, zone),
    files,
    cases,
  };
}

/** Frames that leave mail out. */
const ONLY_DOCUMENTS = /documents|papers|notes/;

/** A book told in letters to the owner, two or three sentences each. */
function letters(
  d: Dice,
  book: Book,
  sentences: readonly string[],
  staff: readonly Person[],
  owner: Person,
  { today, zone }: { readonly today: string; readonly zone: string },
): WorldFile {
  const told = sentences.length === 0 ? book.filler : sentences;
  const parts = Array.from({ length: Math.ceil(told.length / 2) }, (_, i) => told.slice(i * 2, i * 2 + 2));
  const mails = parts.map((part, i) => {
    const from = staff[i % staff.length] as Person;
    const day = Temporal.PlainDate.from(addDays(today, -d.whole(2, 90)));
    return {
      from,
      to: [owner],
      cc: [],
      subject: `${book.title}, part ${i + 1}`,
      sentAt: day.toZonedDateTime({ timeZone: zone, plainTime: { hour: 9, minute: i } }),
      messageId: `${book.file}.${i}@example.org`,
      inReplyTo: null,
      references: [],
      text: `Hello ${firstName(owner)},\n\n${part.join(' ')}\n\nYours\n${firstName(from)}`,
      shape: d.pick(['plain', 'html', 'flowed'] as const),
      encoding: d.pick(['7bit', 'quoted-printable', 'base64'] as const),
      charset: 'utf-8' as const,
      headers: [],
      attachments: [],
    };
  });
  return { path: `mail/${book.file}.mbox`, bytes: mbox(mails), text: null };
}

function answerFact(said: ReturnType<Topic>): Fact {
  return { name: `"${said.sentence}"`, in: 'statement', all: said.answer };
}

function framed(frame: string, question: string): string {
  const starts = /^\{question\}|[.?] \{question\}/.test(frame);
  return frame.replace('{question}', starts ? upperFirst(question) : lowerFirst(question));
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
