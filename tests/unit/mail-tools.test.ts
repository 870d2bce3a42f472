import { describe, expect, test } from 'vitest';
import { verifiedTexts } from '#tests/fakes/verified.ts';
import { claimsIn, mbox, textWorld, type Letter } from './text-world.ts';

const ADA = 'Ada Lindholm <ada@example.org>';
const BEN = 'Ben Oduya <ben@example.org>';
const SAM = 'Sam Rivers <sam@example.org>';
const MONDAY = 'Mon, 16 Nov 2026 09:00:00 +0100';
const TUESDAY = 'Tue, 17 Nov 2026 09:00:00 +0100';
const WEDNESDAY = 'Wed, 18 Nov 2026 09:00:00 +0100';

/** Overdue or not. */
const asksIn = (draft: Parameters<typeof claimsIn>[0]): string[] => [
  ...claimsIn(draft, 'Overdue'),
  ...claimsIn(draft, 'Asked of you'),
];
const asked = async (...letters: Letter[]): Promise<string[]> => {
  const draft = await (await textWorld({ 'inbox.mbox': mbox(letters) })).mail({}, ['asks']);
  verifiedTexts(draft);
  return asksIn(draft);
};
const letter = (text: string, rest: Partial<Letter> = {}): Letter => ({
  from: ADA,
  subject: 'Plans',
  date: MONDAY,
  text,
  ...rest,
});

describe('what is asked of the owner', () => {
  test.each([
    ['Could you send the revised drawings by Friday?', 'due by Fri 20 Nov 2026'],
    ['Please review the attached contract before 25 November.', 'due before Wed 25 Nov 2026'],
    ['We need your signature by tomorrow noon.', 'due by Tue 17 Nov 2026'],
    ['Please confirm the room no later than noon tomorrow.', 'due by Tue 17 Nov 2026'],
    ['Let me know by the end of the month which colour you prefer.', 'due by Mon 30 Nov 2026'],
    ['Can you confirm the room? I need it by Thursday.', 'due by Thu 19 Nov 2026'],
    ['Would it be possible for you to call the plumber today?', 'Mon 16 Nov 2026'],
    ['Send me the invoice by 1 December 2026, please.', 'due by Tue 1 Dec 2026'],
    ['Your timesheet is due on 20 November.', 'due by Fri 20 Nov 2026'],
    ['Just a reminder that the invoice is due on Wednesday the 25th.', 'due by Wed 25 Nov 2026'],
    ['Make sure the badge office has your photo by Monday.', 'due by Mon 23 Nov 2026'],
    ['Action Sam: book the hotel by the end of next week.', 'due by Fri 27 Nov 2026'],
    ['I was wondering if you could share the figures by 3 December.', 'due by Thu 3 Dec 2026'],
  ])('%s', async (text, due) => {
    const [claim = '', ...more] = await asked(letter(`Hi Sam,\n\n${text}\n\nBest,\nAda`));
    expect(claim).toContain('Ada Lindholm asks: “');
    expect(claim).toContain(text.split('?')[0]);
    expect(claim).toContain(due);
    expect(more).toEqual([]);
  });

  test('the date of the next request is not that of this one', async () => {
    const claims = await asked(
      letter(
        'Hi Sam,\n\nI need you to confirm that the gate is open from 7am. Also, please sign the note I attached and return it to Ben by the 24th.\n\nAda',
      ),
    );
    expect(claims).toHaveLength(2);
    expect(claims.find((claim) => claim.includes('the gate'))).not.toContain('Nov');
    expect(claims.find((claim) => claim.includes('sign the note'))).toContain('due by Tue 24 Nov 2026');
  });

  test('a fee that falls due is asked for, and so is what was only promised', async () => {
    const [fee = ''] = await asked(
      letter('Dear Ms Rivers,\n\nThe fee of £206.00 is due by 30 November 2026.\n\nPlanning'),
    );
    expect(fee).toContain('due by Mon 30 Nov 2026');
    const ask = letter('Hi Sam,\nCould you send me a quote before Friday?', { id: 'a' });
    const promise = { from: SAM, to: ADA, subject: 'Re: Plans', date: TUESDAY, inReplyTo: 'a' };
    expect(await asked(ask, { ...promise, text: "Sure, I'll measure up tomorrow and send it." })).toHaveLength(1);
    expect(await asked(ask, { ...promise, text: 'Here it is: EUR 1,200 for the whole terrace.' })).toEqual([]);
  });

  test.each([
    'Which of the two colours do you prefer?',
    'What do you think of the second plan?',
    'May I order the new chairs?',
    "I'd appreciate your comments on the draft.",
    "Don't forget to renew the parking permit.",
    'You need to sign the second page.',
    'Any news on the permit?',
    'Can you tell me whether the floor numbering is right?',
    "I'm still missing your timesheet for October.",
  ])('%s', async (text) => {
    expect(await asked(letter(`Hello Sam,\n${text}\nAda`))).toEqual([expect.stringContaining(text)]);
  });

  test.each([
    'Please let me know if you have any questions.',
    'Please find attached the plan.',
    'How are you? I hope all is well.',
    'Isn’t it a lovely building?',
    'That was quick, right?',
    'See you on Friday.',
    'Thank you for the quick answer.',
    'I will send the drawings on Friday.',
    'She asked me whether the room was free.',
    'Feel free to call any time.',
  ])('nothing is asked by: %s', async (text) => {
    expect(await asked(letter(`Hi Sam,\n\n${text}\n\nAda`))).toEqual([]);
  });

  test('what is quoted from an earlier message is not asked again', async () => {
    const text =
      'Noted.\n\nOn Mon, 16 Nov 2026 at 09:00, Ben Oduya <ben@example.org> wrote:\n> Could you book the room?';
    expect(await asked(letter(text))).toEqual([]);
  });

  test('who is called by name is asked, the others are not', async () => {
    const to = `${SAM}, ${BEN}`;
    const text = 'Hello both,\n\nBen, could you book the room? Sam, please bring the model.\n\nAda';
    const claims = await asked(letter(text, { to }));
    expect(claims).toHaveLength(1);
    expect(claims[0]).toContain('please bring the model');
  });

  test('a message to somebody else with the owner in copy asks nothing of the owner', async () => {
    expect(await asked(letter('Hi Ben,\nCould you send the list?', { to: BEN, cc: SAM }))).toEqual([]);
    expect(await asked(letter('Hi Ben,\nfine. Could Sam send the list?', { to: BEN, cc: SAM }))).toHaveLength(1);
  });

  test('a question to many that names nobody asks nothing of the owner, one that names the owner does', async () => {
    const many = ['Ben', 'Cleo', 'Dan', 'Eve', 'Finn'].map((name) => `${name} <${name.toLowerCase()}@example.org>`);
    const to = [SAM, ...many].join(', ');
    expect(await asked(letter('Hello everyone,\n\nWho brings a cake to the summer party?\n\nAda', { to }))).toEqual([]);
    const [claim = ''] = await asked(letter('Hello everyone,\n\nSam, do you bring a cake?\n\nAda', { to }));
    expect(claim).toContain('do you bring a cake');
  });

  test('a message that greets a whole group asks those in copy too', async () => {
    const to = 'parents-3b@school.example.org';
    const text = 'Dear parents,\nplease return the signed form by Friday, 27 November.';
    expect(await asked(letter(text, { to, cc: SAM }))).toHaveLength(1);
  });

  test('newsletters ask nothing', async () => {
    const text = 'Could you be our reader of the month? Register now!\nUnsubscribe here.';
    expect(await asked(letter(text, { from: 'Garden News <newsletter@example.org>' }))).toEqual([]);
  });

  test('what the owner has answered since is not open, an answer that only promises one is', async () => {
    const ask = letter('Hi Sam,\nCould you check the quantities by Friday?', { id: 'a' });
    const reply = (text: string): Letter => ({
      from: SAM,
      to: ADA,
      subject: 'Re: Plans',
      date: TUESDAY,
      text,
      inReplyTo: 'a',
    });
    expect(await asked(ask, reply('They are right, all of them.'))).toEqual([]);
    expect(await asked(ask, reply('Let me check that with the office.'))).toHaveLength(1);
  });

  test('a reply to who asked, under another address too, or to a list answers; one that asks a colleague first does not', async () => {
    const ask = letter('Hi Sam,\nI need your approval of the offer by Friday.', { id: 'a', cc: BEN });
    const reply = (to: string, text = 'Is the price fair?'): Letter => ({
      ...{ from: SAM, to, subject: 'Re: Plans', date: TUESDAY, text, inReplyTo: 'a' },
    });
    expect(await asked(ask, reply(BEN))).toHaveLength(1);
    expect(await asked(ask, reply(BEN), reply(ADA, 'Approved.'))).toEqual([]);
    expect(await asked(ask, reply('Ada <ada@elsewhere.example>', 'Approved.'))).toEqual([]);
    const toList = letter('Hi all,\nSam, I need your approval by Friday.', { id: 'a', to: 'board@example.org' });
    expect(await asked(toList, reply('board@example.org', 'Approved.'))).toEqual([]);
  });

  test('what was taken back is not open', async () => {
    const ask = letter('Hi Sam,\nCould you lend me your ladder?', { id: 'a' });
    const back = letter('Never mind, I found one.', { subject: 'Re: Plans', date: TUESDAY, inReplyTo: 'a' });
    expect(await asked(ask, back)).toEqual([]);
  });

  test('a reminder replaces what it reminds of', async () => {
    const ask = letter('Hi Sam,\nCould you send the revised drawings by Friday?', { id: 'a' });
    const again = letter('Hi Sam,\nCould you please send the revised drawings by Thursday?', {
      subject: 'Re: Plans',
      date: TUESDAY,
      inReplyTo: 'a',
    });
    const claims = await asked(ask, again);
    expect(claims).toHaveLength(1);
    expect(claims[0]).toContain('Thu 19 Nov 2026');
  });

  test('what was due before now stands apart and first', async () => {
    const mail = (
      await textWorld({
        'inbox.mbox': mbox([
          letter('Hi Sam,\nplease send the old form by 2 November.', { date: 'Mon, 26 Oct 2026 09:00:00 +0100' }),
          letter('Hi Sam,\nplease send the new form by 30 December 2027.', { subject: 'Form' }),
        ]),
      })
    ).mail;
    const draft = await mail({}, ['asks']);
    verifiedTexts(draft);
    expect(draft.sections.map(({ title }) => title)).toEqual(['Overdue', 'Asked of you']);
    expect(claimsIn(draft, 'Overdue')).toEqual([expect.stringContaining('the old form')]);
    expect(claimsIn(draft, 'Asked of you')).toEqual([expect.stringContaining('the new form')]);
  });

  test('asks come by date, those without one last', async () => {
    const claims = await asked(
      letter('Hi Sam,\nWhat do you think of the lamp?', { subject: 'Lamp' }),
      letter('Hi Sam,\nPlease pay the deposit by 30 November.', { subject: 'Deposit', from: BEN }),
      letter('Hi Sam,\nCould you sign the form by Wednesday?', { subject: 'Form' }),
    );
    expect(claims.map((claim) => /form|deposit|lamp/.exec(claim)?.[0])).toEqual(['form', 'deposit', 'lamp']);
  });
});

describe('who waits', () => {
  const world = () =>
    textWorld({
      'inbox.mbox': mbox([
        letter('Hi Sam,\nWhich plan do you prefer?', { id: 'a', subject: 'Two plans' }),
        { from: SAM, to: BEN, subject: 'Key', date: MONDAY, text: 'Ben, could you bring the key on Friday?', id: 'b' },
        { from: SAM, to: ADA, subject: 'Ladder', date: MONDAY, text: 'Ada, where is the ladder?', id: 'c' },
        letter('In the yard.', { subject: 'Re: Ladder', date: TUESDAY, inReplyTo: 'c' }),
      ]),
    });

  test('the owner’s answer is awaited by those who asked last, and the owner waits for those who have not written', async () => {
    const draft = await (await world()).mail({}, ['waiting', 'awaited']);
    verifiedTexts(draft);
    expect(claimsIn(draft, 'Waiting for your answer')).toEqual([
      expect.stringContaining('Ada Lindholm waits for your answer: “Which plan do you prefer?”'),
    ]);
    expect(claimsIn(draft, 'You are waiting for')).toEqual([
      expect.stringContaining('You wait for an answer from Ben Oduya'),
    ]);
  });
});

describe('threads', () => {
  const letters: Letter[] = [
    letter('Hi Sam,\nthe quote for the windows is EUR 48,250. The factory needs six weeks.', {
      id: 'a',
      subject: 'Windows',
    }),
    {
      from: SAM,
      to: ADA,
      subject: 'Re: Windows',
      date: TUESDAY,
      text: 'Thanks. We agreed on the oak frames in the meeting.',
      inReplyTo: 'a',
      id: 'b',
    },
    letter('Good. The order is placed and delivery is on 12 January 2027.', {
      subject: 'RE: Windows',
      date: WEDNESDAY,
      inReplyTo: 'b',
      id: 'c',
    }),
    letter('Hi Sam, the fair was lovely and the new tiles are in the shop.', {
      subject: 'Fair',
      from: BEN,
      date: TUESDAY,
    }),
    letter('Weekly report: 4 doors opened.', { subject: 'Doors', from: 'Doors <noreply@example.org>' }),
  ];

  test('are told with who wrote, how many messages, amounts, decisions, dates and the latest state', async () => {
    const draft = await (await textWorld({ 'inbox.mbox': mbox(letters) })).mail();
    verifiedTexts(draft);
    const windows = claimsIn(draft, 'Windows');
    expect(windows[0]).toBe('3 messages, from Ada Lindholm and you');
    expect(windows.join('\n')).toContain('EUR 48,250');
    expect(windows.join('\n')).toContain('We agreed on the oak frames');
    expect(windows.at(-1)).toContain('delivery is on 12 January 2027');
    expect(claimsIn(draft, 'Fair')).toHaveLength(1);
    expect(claimsIn(draft, 'Newsletters and notifications')).toEqual(['1 newsletter or notification from Doors']);
  });

  test('can be limited to a period, a person, a topic', async () => {
    const { mail } = await textWorld({ 'inbox.mbox': mbox(letters) });
    const titles = async (args: Parameters<typeof mail>[0]): Promise<string[]> =>
      (await mail(args, ['threads'])).sections.map(({ title }) => title).filter((title) => !title.startsWith('News'));
    expect(await titles({ between: { from: '2026-11-18', to: '2026-11-20' } })).toEqual(['Windows']);
    expect(await titles({ people: [{ name: 'Ben', address: '' }] })).toEqual(['Fair']);
    expect(await titles({ topic: 'tiles' })).toEqual(['Fair']);
  });

  test('beyond the twelve that matter most are told in one line each, and this is said', async () => {
    const many = Array.from({ length: 15 }, (_, i) =>
      letter(`Hi Sam, the lamp number ${String(i)} costs ${String(40 + i)} EUR. It hangs in hall ${String(i)}.`, {
        subject: `Lamp ${String(i)}`,
        id: `lamp-${String(i)}`,
      }),
    );
    const draft = await (await textWorld({ 'inbox.mbox': mbox(many) })).mail({}, ['threads']);
    verifiedTexts(draft);
    expect(draft.sections.filter(({ title }) => title.startsWith('Lamp'))).toHaveLength(12);
    expect(draft.sections.filter(({ claims }) => claims.length > 2).map(({ title }) => title)).toEqual([
      'Other threads',
    ]);
    const others = claimsIn(draft, 'Other threads');
    expect(others).toHaveLength(3);
    for (const text of others) expect(text).toMatch(/^Lamp \d+ — 1 message, last from Ada Lindholm on 16 Nov 2026$/);
    expect(draft.notes.join(' ')).toContain('3 more are given in one line each');
  });

  test('a reply without references joins by subject and people; another’s mail with the same subject does not', async () => {
    const { mail } = await textWorld({
      'inbox.mbox': mbox([
        letter('Hi Sam, the lamp is here.', { subject: 'Lamp' }),
        { from: SAM, to: ADA, subject: 'Re: Lamp', date: TUESDAY, text: 'The lamp goes to the hall.' },
        letter('Hi Sam, a lamp for the stairs costs 90 EUR.', { subject: 'Lamp', from: BEN, date: TUESDAY }),
      ]),
    });
    const sections = (await mail({}, ['threads'])).sections.filter(({ title }) => title === 'Lamp');
    expect(sections.map(({ claims }) => claims[0]?.text)).toContain('2 messages, from Ada Lindholm and you');
    expect(sections).toHaveLength(2);
  });

  test('a report that comes again and again is set apart, a person who writes often is not', async () => {
    const dates = [MONDAY, TUESDAY, WEDNESDAY];
    const { mail } = await textWorld({
      'inbox.mbox': mbox([
        ...dates.map((date, i) =>
          letter(`Boiler room: ${String(60 + i)} degrees.`, {
            subject: 'Heating',
            from: 'Boiler <boiler@example.org>',
            date,
          }),
        ),
        ...dates.map((date, i) =>
          letter(`Hi Sam,\ncould you sign invoice ${String(i)} by Friday?`, { subject: `Invoice ${String(i)}`, date }),
        ),
      ]),
    });
    const draft = await mail();
    expect(claimsIn(draft, 'Newsletters and notifications')).toEqual(['3 newsletters or notifications from Boiler']);
    expect(asksIn(draft)).toHaveLength(3);
  });

  test('no mail at all is an error in plain words, nothing found is an honest answer', async () => {
    await expect((await textWorld({ 'a.md': '# Note\n\nHello.' })).mail()).rejects.toThrow('no messages');
    const draft = await (await textWorld({ 'inbox.mbox': mbox([letter('All fine here, Sam.')]) })).mail({}, ['asks']);
    expect(draft.outcome).toBe('not-found');
    verifiedTexts(draft);
  });
});
