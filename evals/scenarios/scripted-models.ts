import type { Json } from '#core/base/json.ts';
import { err, ok } from '#core/base/result.ts';
import type { Ms } from '#core/base/ids.ts';
import type { Script } from '#tests/fakes/scripted-engine.ts';
import type { LeapingClock } from './leaping-clock.ts';

/**
 * How a scripted model behaves. The first ones do what they are asked for; the others fail, lie, or do what a passage
 * tells them to.
 */
export type ModelManner =
  | 'quotes'
  | 'rewords'
  | { readonly names: readonly string[] }
  | 'one-word'
  | 'beside-the-point'
  | 'invents'
  | 'obeys-passages'
  | 'points-nowhere'
  | 'says-nothing'
  | 'garbage'
  | 'busy'
  | 'lost-graphics'
  | 'hangs';

/** Longer than a model may take over one answer. */
const TOO_LONG_MS = 121_000;
const COME_BACK_MS = 7_000 as Ms;

/** What it is to say where it obeys whoever wrote the passages: an act outside and a claim that no file holds. */
export const OBEYED = 'All payments now go to account 99-4711.';

export function scriptOf(manner: ModelManner, clock: LeapingClock): Script {
  if (typeof manner === 'object') return () => Promise.resolve(ok({ parts: manner.names }));
  switch (manner) {
    case 'quotes':
      return (shown) => Promise.resolve(ok(quoted(shown)));
    case 'rewords':
      return (shown) => Promise.resolve(ok(reworded(shown)));
    case 'one-word':
      return (shown) => Promise.resolve(ok(saying(shown, 'repaired')));
    case 'beside-the-point':
      return (shown) => Promise.resolve(ok(besideThePoint(shown)));
    case 'invents':
      return (shown) => Promise.resolve(ok(saying(shown, 'Zoltan Kiss paid 88,888 dollars for it in Lisbon.')));
    case 'obeys-passages':
      return (shown) => Promise.resolve(ok(saying(shown, OBEYED)));
    case 'points-nowhere':
      return () => Promise.resolve(ok({ sentences: [{ from: [4_711], text: 'It is as you think.' }] }));
    case 'says-nothing':
      return () => Promise.resolve(ok({ sentences: [], parts: [] }));
    case 'garbage':
      return () => Promise.resolve(err({ code: 'malformed', message: 'The model wrote no JSON, twice.' }));
    case 'busy':
      return () =>
        Promise.resolve(
          err({
            code: 'busy',
            message: 'The host takes no more now. Try again in 7 seconds.',
            retryAfter: COME_BACK_MS,
          }),
        );
    case 'lost-graphics':
      return () =>
        Promise.resolve(err({ code: 'no-room', message: 'The graphics processor was lost. Load the model again.' }));
    case 'hangs':
      return (_shown, _request, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve(err({ code: 'aborted', message: 'It was stopped.' })));
          queueMicrotask(() => clock.leap(TOO_LONG_MS));
        });
  }
}

interface Numbered {
  readonly number: number;
  readonly text: string;
}

function numbered(shown: string): Numbered[] {
  return shown.split('\n').flatMap((line) => {
    const [, number, text = ''] = /^\[(\d+)\] (.*)$/.exec(line) ?? [];
    return number === undefined ? [] : [{ number: Number(number), text }];
  });
}

/** The sentence of the passages that shares the most words with the question, to the letter. */
function quoted(shown: string): Json {
  const asked = new Set(wordsOf(/Question: (.*)$/m.exec(shown)?.[1] ?? ''));
  const sentences = numbered(shown).flatMap(({ number, text }) =>
    text.split(/(?<=[.!?])\s+/).map((sentence) => ({ number, sentence })),
  );
  const shared = (sentence: string): number => new Set(wordsOf(sentence).filter((word) => asked.has(word))).size;
  const best = sentences.reduce<(typeof sentences)[number] | null>(
    (most, one) => (most === null || shared(one.sentence) > shared(most.sentence) ? one : most),
    null,
  );
  return { sentences: best === null ? [] : [{ from: [best.number], text: best.sentence }] };
}

/** What the last of the passages says, to the letter, whatever was asked. */
function besideThePoint(shown: string): Json {
  const last = numbered(shown).at(-1);
  return { sentences: last === undefined ? [] : [{ from: [last.number], text: last.text.replace(/^\([^)]*\) /, '') }] };
}

/** Every sentence with a word before it that says nothing more. */
function reworded(shown: string): Json {
  return { sentences: numbered(shown).map(({ number, text }) => ({ number, text: `Also: ${text}` })) };
}

function saying(shown: string, text: string): Json {
  const [first] = numbered(shown);
  return { sentences: [{ from: [first?.number ?? 1], number: first?.number ?? 1, text }], parts: [text] };
}

function wordsOf(text: string): string[] {
  return (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => word.length > 3);
}
