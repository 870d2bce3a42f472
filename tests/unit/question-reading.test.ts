import { describe, expect, test } from 'vitest';
import { bareQuestion } from '#core/tools/documents/lead-in.ts';
import { readQuestion } from '#core/tools/documents/question.ts';
import { verifiedTexts } from '#tests/fakes/verified.ts';
import { textWorld } from './text-world.ts';

describe('the question itself', () => {
  test.each([
    ['Search my files: who keeps the keys?', 'who keeps the keys?'],
    ['According to my notes, when does the lease end?', 'when does the lease end?'],
    ['Could you please tell me where the ladder is?', 'where the ladder is?'],
    ['I would like to know how old the boiler is, please.', 'how old the boiler is?'],
    ['Please look in my documents and tell me who pays for the paint.', 'who pays for the paint.'],
    ['What do my files say: how high is the fence?', 'how high is the fence?'],
    ['Who has the spare key according to my documents?', 'Who has the spare key?'],
    ['I forgot what my notes say about who has the key.', 'who has the key.'],
    ['Who has the key? It must be somewhere in my papers.', 'Who has the key?'],
    ['Who knows by when the fence is due?', 'by when the fence is due?'],
    ['Who has the key, as far as my notes go?', 'Who has the key?'],
    ['Who wrote the note about the boiler?', 'Who wrote the note about the boiler?'],
    ['When does the contract for the files end?', 'When does the contract for the files end?'],
  ])('is left of %j', (asked, bare) => {
    expect(bareQuestion(asked)).toBe(bare);
  });

  test('is read in little time however long the goal is', () => {
    const started = performance.now();
    bareQuestion(`${'please '.repeat(30)}${'a, b: c - '.repeat(25)}who is it`);
    bareQuestion('please, tell: me - '.repeat(500));
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  test('tells verbs from the things asked about', () => {
    const verbs = (text: string): string[] =>
      readQuestion(text)
        .terms.filter(({ verb }) => verb)
        .map(({ word }) => word);
    expect(verbs('Where does garden waste go?')).toEqual([]);
    expect(verbs('How fast may the tractor run?')).toEqual(['run']);
    expect(verbs('Who repaired the old pump?')).toEqual(['repaired']);
    expect(verbs('Where are the seeds stored?')).toEqual(['stored']);
    expect(verbs('What is the colour of the door?')).toEqual([]);
  });
});

describe('an answer', () => {
  const world = textWorld({
    'farm/rules.md': `# Rules of the farm

Garden waste belongs in the pit behind the barn. The seeds lie in the cellar at plus 6 degrees. The tractor must not do
more than 25 km/h on the yard. The weather mast is 31 metres above the ground. Horses may only be ridden out when two
riders go together.`,
    'farm/pond.md': `# Rules for the pond

The notice period is three weeks. The licence fee is EUR 45.`,
  });

  test.each([
    ['Search my files: where does garden waste go?', 'behind the barn'],
    ['How cold are the seeds kept?', 'plus 6 degrees'],
    ['According to my documents, how fast may the tractor run?', '25 km/h'],
    ['How high is the weather mast?', '31 metres'],
    ['How much is the licence?', 'EUR 45'],
    ['When may horses be ridden out?', 'two riders'],
    ['What is the notice period for the pond?', 'three weeks'],
  ])('to %j is found', async (question, answer) => {
    expect(verifiedTexts(await (await world).ask(question)).join(' ')).toContain(answer);
  });

  test.each([
    'When was the weather mast painted?',
    'How high is the church tower?',
    'What is the notice period of the forest?',
    'How fast may the boat run?',
    'Who owns the barn?',
    'When does the tractor leave?',
    'How much milk do the cows give?',
  ])('to %j is honestly not there', async (question) => {
    expect((await (await world).ask(question)).outcome).toBe('not-found');
  });
});

describe('everyday words', () => {
  const world = textWorld({
    'bike.md': `# Bike insurance policy

We insure your bicycle against theft and damage anywhere in the European Union.

For each claim you pay the first 75 euros yourself. In case of theft the excess is 150 euros.

The policy runs for twelve months and renews itself unless it is cancelled one month before its end.`,
    'van.txt': `VEHICLE LEASE

The monthly rent is £389. Mileage is limited to 20,000 miles a year; each further mile costs 9 pence.`,
    'school.md': `# Class trip

Please return the signed form by Friday, 27 November 2026.`,
  });
  test.each([
    ['What is the excess if my bike is stolen?', /150 euros/],
    ['How do I cancel the bike insurance?', /cancelled one month before/],
    ['What happens if I drive more than 20,000 miles?', /9 pence/],
    ['Until when do I have to hand in the form?', /27 November/],
  ])('%j is answered in the words of the file', async (question, answer) => {
    const draft = await (await world).ask(question);
    expect(verifiedTexts(draft)[0]).toMatch(answer);
  });

  test('how to do something is not answered by what is about something else to be done', async () => {
    const draft = await (await world).ask('How do I sell the bike insurance?');
    expect(draft.outcome).toBe('not-found');
  });
});
