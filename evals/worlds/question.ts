import { QUESTION_FRAMES } from '../phrasings.ts';
import { dice } from '../write/dice.ts';
import type { Person } from '../write/mime.ts';
import { nothing, type Case, type Fact, type World, type WorldFile } from '../world.ts';
import { writePaper, type Format } from './documents.ts';
import { KNOWLEDGE, NOT_IN_FILES, type Topic } from './question-words.ts';
import { addDays, instant, ownerSettings, people, upperFirst, ZONES } from './words.ts';

/** A shelf of handbooks and letters; some questions have their answer in one sentence of it, some have none. */
export function questionWorld(seed: number, heldOut: boolean): World {
  const d = dice(`question ${seed}`);
  const zone = d.pick(ZONES);
  const [owner, ...staff] = people(d, 8) as [Person, ...Person[]];
  const today = d.day('2025-06-01', '2027-09-01');
  const facts = KNOWLEDGE.flatMap((book) => book.topics.map((topic) => ({ book, said: topic(d, staff) })));
  const kept = d.some(facts, 30);

  const files: WorldFile[] = KNOWLEDGE.map((book) => {
    const sentences = kept
      .filter((fact) => fact.book === book)
      .flatMap(({ said }) => (d.chance(0.5) ? [said.sentence, d.pick(book.filler)] : [said.sentence]));
    const sections =
      sentences.length === 0
        ? [book.filler]
        : [sentences.slice(0, 4), sentences.slice(4)].filter((part) => part.length > 0);
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
  const cases: Case[] = asked.map(({ said }, i) => {
    const frame = frames[(seed * 3 + i) % frames.length] as (typeof frames)[number];
    const questions = heldOut ? said.heldOut : said.questions;
    return {
      goal: framed(frame.text, d.pick(questions)),
      phrasing: frame.name,
      heldOut,
      expect: { ...nothing, kinds: ['answer-question'], outcomes: ['answered'], facts: [answerFact(said)] },
    };
  });
  const unknown = d.pick(NOT_IN_FILES.filter((_, i) => (i % 2 === 1) === heldOut));
  const frame = frames[(seed * 3 + 3) % frames.length] as (typeof frames)[number];
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
