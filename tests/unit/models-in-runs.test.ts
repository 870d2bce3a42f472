import { describe, expect, test } from 'vitest';
import { openVault, type Vault } from '#evals/pursue.ts';
import { utf8 } from '#core/base/bytes.ts';
import type { UnixMs } from '#core/base/ids.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import { err, ok } from '#core/base/result.ts';
import type { EngineChoices } from '#core/models/jobs.ts';
import { claimsOf } from '#core/tools/answer.ts';
import { scriptedEngine, type Script } from '../fakes/scripted-engine.ts';

const HERE = { at: 'device', model: 'scripted' } as const;
const NOW = Date.parse('2026-11-19T09:00:00Z') as UnixMs;
const FILES = {
  'minutes.md':
    '# Roof minutes\n\nThe roof of the barn was repaired by Ivo Petrov on 3 November 2026.\n\nThe repair cost 1,840 euros.\n',
  'plan.md': '# Garden plan\n\nThe hedge will be cut in March.\n\nThe barn keeps the tractor in winter.\n',
  'ask.eml':
    'From: Eva Lindqvist <eva@example.org>\nTo: Ada <ada@example.org>\nSubject: Boards\nDate: Tue, 17 Nov 2026 20:10:00 +0100\nMessage-ID: <1@example.org>\nContent-Type: text/plain; charset=utf-8\n\nHi Ada,\n\ncould you please send me the measurements of the barn boards by Friday?\n',
};

function vault(script: Script, engines: EngineChoices, contextTokens: number | null = 4_096) {
  const engine = scriptedEngine(script, contextTokens);
  const owner: OwnerSettings = {
    ...{ names: ['Ada'], addresses: ['ada@example.org'], zone: 'Europe/Berlin', locale: 'en-GB' },
    ...({ weekStart: 'monday', units: 'metric', workingHours: {}, theme: 'system' } as const),
    engines,
  };
  const files = Object.entries(FILES).map(([path, text]) => ({ path, bytes: utf8(text), text: null }));
  return { engine, opened: openVault({ files, owner, now: NOW }, null, () => Promise.resolve(ok(engine))) };
}

const QUESTION = 'Who repaired the roof of the barn?';
/** The number that a passage has in what the model is shown. */
const numberOf = (shown: string, words: string): number => {
  const line = shown.split('\n').find((each) => /^\[\d+\]/.test(each) && each.includes(words));
  return Number(/^\[(\d+)\]/.exec(line ?? '')?.[1] ?? 0);
};
const says =
  (text: (shown: string) => readonly { from: number[]; text: string }[]): Script =>
  (shown) =>
    Promise.resolve(ok({ sentences: text(shown) }));
async function answered(opened: Promise<Vault>, goal = QUESTION) {
  const pursuit = await (await opened).pursue(goal);
  expect(pursuit.failure).toBeNull();
  return { ...pursuit, texts: claimsOf(pursuit.answer ?? { sections: [] }).map(({ text }) => text) };
}

describe('a model that answers from passages', () => {
  test('its sentence stands with what it cites, and the answer says who wrote it', async () => {
    const { engine, opened } = vault(
      says((shown) => [{ from: [numberOf(shown, 'Ivo Petrov')], text: 'Ivo Petrov repaired the roof of the barn.' }]),
      { answering: HERE },
    );
    const { texts, answer, verdict, plan } = await answered(opened);
    expect(texts).toEqual(['Ivo Petrov repaired the roof of the barn.']);
    expect(verdict?.result).toBe('PASS');
    expect(plan?.steps.map(({ tool }) => tool)).toEqual([
      'search-passages',
      'answer-from-passages',
      'answer-with-model',
    ]);
    expect(plan?.steps.at(-1)?.title).toContain('scripted on this device');
    expect(answer?.engines).toMatchObject([{ job: 'answering', model: 'scripted', where: 'device', requests: 1 }]);
    expect(answer?.evidence.some(({ quote }) => quote.includes('Ivo Petrov'))).toBe(true);
    const [request] = engine.requests;
    expect(request?.messages[0]?.label).toMatchObject({ integrity: 'trusted', sources: [] });
    expect(request?.messages[1]?.label.integrity).toBe('untrusted');
    expect(request?.messages[1]?.label.sources.some((source) => source.startsWith('file:'))).toBe(true);
  });

  test('what no passage says is removed, and what stands stays', async () => {
    const { opened } = vault(
      says((shown) => [
        { from: [numberOf(shown, 'Ivo Petrov')], text: 'Ivo Petrov repaired the roof of the barn.' },
        { from: [numberOf(shown, 'Ivo Petrov')], text: 'The roof was repaired on 9 November 2026.' },
        { from: [numberOf(shown, 'Ivo Petrov')], text: 'Mara Holt repaired the roof of the barn.' },
        { from: [numberOf(shown, 'Ivo Petrov')], text: 'The roof was not repaired by Ivo Petrov.' },
      ]),
      { answering: HERE },
    );
    const { texts, verdict } = await answered(opened);
    expect(texts[0]).toBe('Ivo Petrov repaired the roof of the barn.');
    expect(texts.join(' ')).not.toMatch(/9 November|Mara|not repaired/);
    expect(verdict?.repairs.length).toBeGreaterThanOrEqual(3);
  });

  test('references that point at nothing, and answers that are all made up, leave what was found without it', async () => {
    const without = await answered(
      vault(
        says(() => []),
        {},
      ).opened,
    );
    for (const made of [
      [{ from: [4_711], text: 'Ivo Petrov repaired the roof of the barn.' }],
      [{ from: [1], text: 'Zoltan Kiss built it in Lisbon for 99 dollars.' }],
      [],
    ]) {
      const { texts, answer, verdict } = await answered(
        vault(
          says(() => made),
          { answering: HERE },
        ).opened,
      );
      expect(texts).toEqual(without.texts);
      expect(verdict?.result).toBe('PASS');
      expect(answer?.notes.join(' ')).toContain('without it');
      expect(answer?.engines).toBeUndefined();
    }
  });

  test('one that fails, or is not there, is said, and the answer is the one without it', async () => {
    const without = await answered(
      vault(
        says(() => []),
        {},
      ).opened,
    );
    const broken = vault(() => Promise.resolve(err({ code: 'server', message: 'The host failed. Try again later.' })), {
      answering: HERE,
    });
    const { texts, answer, verdict } = await answered(broken.opened);
    expect(texts).toEqual(without.texts);
    expect(verdict?.result).toBe('PASS');
    expect(answer?.notes).toContain('The host failed. Try again later. So this was answered without it.');
  });

  test('what it would be sent and may not have is not sent, and it says so', async () => {
    const asks = vault(
      () =>
        Promise.resolve(
          err({ code: 'asks', message: '', action: {} as never, digest: '' as never, reason: 'content-untrusted' }),
        ),
      { answering: HERE },
    );
    const { answer } = await answered(asks.opened);
    expect(answer?.notes.join(' ')).toContain(
      'scripted was not asked: what it would be sent holds words of your files',
    );
  });

  test('passages that do not fit its window are gone through in parts, and answered from what those told', async () => {
    const { engine, opened } = vault(
      says((shown) => {
        const number = numberOf(shown, 'Ivo Petrov');
        return number === 0 ? [] : [{ from: [number], text: 'Ivo Petrov repaired the roof of the barn.' }];
      }),
      { answering: HERE },
      260,
    );
    const { texts, answer } = await answered(opened);
    expect(texts).toEqual(['Ivo Petrov repaired the roof of the barn.']);
    expect(engine.requests.length).toBeGreaterThan(2);
    expect(answer?.engines?.[0]?.requests).toBe(engine.requests.length);
  });

  test('a window that is smaller than was thought is taken by halves', async () => {
    const { engine, opened } = vault(
      (shown) => {
        const number = numberOf(shown, 'Ivo');
        const answer = { from: [number], text: 'The roof of the barn was repaired by Ivo Petrov.' };
        return Promise.resolve(
          (shown.match(/^\[\d+\]/gm) ?? []).length > 1
            ? err({ code: 'context-too-long', message: 'That is too long.' })
            : ok({ sentences: number === 0 ? [] : [answer] }),
        );
      },
      { answering: HERE },
      null,
    );
    const { texts } = await answered(opened);
    expect(texts).toEqual(['The roof of the barn was repaired by Ivo Petrov.']);
    expect(engine.requests.length).toBeGreaterThan(3);
  });
});

describe('a model that words answers', () => {
  const GOAL = 'Summarise this mailbox: what is asked of me, by whom and by when?';

  test('a wording that says the same is taken; one that says more is not, and the sentence stays', async () => {
    const without = await answered(
      vault(
        says(() => []),
        {},
      ).opened,
      GOAL,
    );
    const { engine, opened } = vault(
      (shown) =>
        Promise.resolve(
          ok({
            sentences: shown
              .split('\n')
              .filter((line) => /^\[\d+\]/.test(line))
              .map((line, at) => ({ number: at + 1, text: `${line.replace(/^\[\d+\] /, '')} It costs 5,000 euros.` })),
          }),
        ),
      { wording: HERE },
    );
    const { texts, answer, verdict, plan } = await answered(opened, GOAL);
    expect(plan?.steps.at(-1)?.tool).toBe('word-answer');
    expect(verdict?.result).toBe('PASS');
    expect(texts).toEqual(without.texts);
    expect(answer?.notes.join(' ')).toMatch(/said other than your files/);
    expect(engine.requests.length).toBe(1);
  });
});

describe('a model that plans what no method fits', () => {
  const GOAL = 'Get me ready for the barn meeting, please';
  const names =
    (...parts: readonly string[]): Script =>
    () =>
      Promise.resolve(ok({ parts }));

  test('its parts are understood and planned like any goal, and answered together; it sees nothing of the files', async () => {
    const { engine, opened } = vault(names('Who repaired the roof of the barn?', 'What is asked of me in my mail?'), {
      planning: HERE,
    });
    const { plan, answer, verdict, texts } = await answered(opened, GOAL);
    expect(plan?.method).toBe('parts-by-model');
    expect(plan?.goal.restated).toContain('Then: ');
    expect(plan?.steps.at(-1)).toMatchObject({ tool: 'join-answers', consumes: ['answer@1', 'answer@2'] });
    expect(verdict?.result).toBe('PASS');
    expect(texts.join(' ')).toContain('Ivo Petrov');
    expect(texts.join(' ')).toContain('barn boards');
    expect(answer?.engines).toMatchObject([{ job: 'planning', model: 'scripted' }]);
    expect(engine.requests).toHaveLength(1);
    const shown = engine.requests.flatMap(({ messages }) => messages.map((each) => ('text' in each ? each.text : '')));
    expect(shown.at(-1)).toBe(GOAL);
    expect(shown.join(' ')).not.toMatch(/Petrov|minutes\.md|Eva/);
    expect(engine.requests[0]?.planner.integrity).toBe('trusted');
  });

  test('what it names that cannot be done, or is to act outside, and nothing at all leave the honest explanation', async () => {
    for (const [parts, why] of [
      [['Book a flight to Lisbon'], 'cannot be done here either'],
      [['Write a report about the barn and save it as barn.md'], 'cannot be done here either'],
      [[], 'found no way'],
    ] as const) {
      const { plan, answer, verdict } = await answered(vault(names(...parts), { planning: HERE }).opened, GOAL);
      expect(plan?.method, parts.join()).toBe('explain-limits');
      expect(answer?.outcome).toBe('not-understood');
      expect(answer?.notes.join(' ')).toContain(why);
      expect(verdict?.result).toBe('PASS');
    }
  });

  test('a goal that a method fits is planned without it', async () => {
    const { engine, opened } = vault(names('Summarise my mail'), { planning: HERE });
    const { plan } = await answered(opened);
    expect(plan?.method).toBe('answer-question');
    expect(engine.requests).toEqual([]);
  });
});
