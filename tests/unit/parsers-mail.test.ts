import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mboxParser } from '#adapters/mail/mbox-parser.ts';
import { splitMailbox, unescapeMessage } from '#adapters/mail/split-mailbox.ts';
import type { SourceId } from '#core/base/ids.ts';
import type { ByteSource } from '#ports/parser.ts';
import { latin1, parseFile } from '#tests/fakes/parse-file.ts';

const PLAIN = [
  'From: "Ana Ruiz" <Ana.Ruiz@Example.org>',
  'To: Bo Lind <BO@example.org>, team: c@example.org, d@example.org;',
  'Cc: =?utf-8?Q?J=C3=BCrgen?= <j@example.org>',
  'Subject: =?utf-8?B?R3LDvMOfZQ==?= from the',
  ' harbour',
  'Date: Tue, 3 Mar 2026 10:00:00 +0100',
  'Message-ID: <a1@example.org>',
  'In-Reply-To: <a0@example.org>',
  'References: <root@example.org>',
  '\t<a0@example.org>',
  'Content-Type: text/plain; charset=utf-8',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  'The caf=C3=A9 costs 12=E2=82=AC and the boat leaves =',
  'at noon.',
  '',
  '> old line',
].join('\r\n');

describe('a message', () => {
  test('gives its headers, addresses in lowercase, and its decoded text', async () => {
    const file = await parseFile('a.eml', PLAIN);
    expect(file.failed).toBeNull();
    expect(file.messages[0]).toMatchObject({
      messageId: 'a1@example.org',
      inReplyTo: 'a0@example.org',
      references: ['root@example.org', 'a0@example.org'],
      from: { name: 'Ana Ruiz', address: 'ana.ruiz@example.org' },
      to: [
        { name: 'Bo Lind', address: 'bo@example.org' },
        { name: '', address: 'c@example.org' },
        { name: '', address: 'd@example.org' },
      ],
      cc: [{ name: 'Jürgen', address: 'j@example.org' }],
      subject: 'Grüße from the harbour',
      sentAt: Date.UTC(2026, 2, 3, 9),
      text: 'The café costs 12€ and the boat leaves at noon.\n\n> old line',
      attachments: [],
    });
    expect(file.at(file.messages[0]!.span)).toBe(PLAIN);
  });

  test('HTML alone becomes text, with quotes marked and nothing hidden shown', async () => {
    const html =
      '<html><style>p{}</style><p>Dear Bo,</p><p>see you <b>Monday</b>.<br>Ana</p><blockquote>Are you in?</blockquote><div style="display:none">pixel</div>';
    const file = await parseFile('a.eml', `From: a@example.org\nContent-Type: text/html; charset=utf-8\n\n${html}`);
    expect(file.messages[0]?.text).toBe('Dear Bo,\n\nsee you Monday.\nAna\n\n> Are you in?');
  });

  test('declared charsets are read, also in bytes above 127', async () => {
    const raw = latin1('From: a@example.org\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\nGr\u00fc\u00dfe');
    expect((await parseFile('a.eml', raw)).messages[0]?.text).toBe('Grüße');
  });

  test('attachments and nested messages are named, and the text before them kept', async () => {
    const raw = [
      'From: a@example.org',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary="b1"',
      '',
      '--b1',
      'Content-Type: multipart/alternative; boundary=b2',
      '',
      '--b2',
      'Content-Type: text/plain',
      '',
      'Plain body.',
      '--b2',
      'Content-Type: text/html',
      '',
      '<p>HTML body.</p>',
      '--b2--',
      '--b1',
      "Content-Disposition: attachment; filename*=utf-8''Angebot%20M%C3%A4rz.pdf",
      'Content-Type: application/pdf',
      'Content-Transfer-Encoding: base64',
      '',
      'JVBERi0=',
      '--b1',
      'Content-Type: message/rfc822',
      '',
      'From: c@example.org',
      'Subject: inner',
      '',
      'Inner body.',
      '--b1--',
      '',
    ].join('\n');
    const message = (await parseFile('a.eml', raw)).messages[0];
    expect(message?.text).toContain('Plain body.');
    expect(message?.text).toContain('Inner body.');
    expect(message?.text).not.toContain('HTML body.');
    expect(message?.attachments).toEqual(['Angebot März.pdf']);
  });

  test('needs neither Date nor Message-ID, and is the same message each time', async () => {
    const raw = 'From: a@example.org\nSubject: x\n\nHi';
    const [first, again, other] = [
      await parseFile('a.eml', raw),
      await parseFile('b.eml', raw),
      await parseFile('c.eml', `${raw}!`),
    ];
    expect(first.messages[0]).toMatchObject({ sentAt: null, inReplyTo: null, references: [] });
    expect(first.messages[0]?.messageId).toBe(again.messages[0]?.messageId);
    expect(first.messages[0]?.messageId).not.toBe(other.messages[0]?.messageId);
  });

  test('says when the file is no message, or breaks off', async () => {
    expect((await parseFile('a.eml', 'Dear diary, today\nnothing happened')).failed?.code).toBe('malformed');
    const cut = await parseFile(
      'a.eml',
      'From: a@example.org\nContent-Type: multipart/mixed; boundary=b1\n\n--b1\n\nThe first half',
    );
    expect(cut.messages[0]?.text).toBe('The first half');
    expect(cut.warnings).toMatchObject([{ code: 'truncated' }]);
  });
});

describe('a mailbox', () => {
  const box = [
    'From ana@example.org Tue Mar  3 10:00:00 2026',
    'From: ana@example.org',
    'Subject: one',
    '',
    'From the start it went well.',
    '',
    'From here on: too.',
    '>From the board: no news.',
    '>>From a quote',
    '',
    'From - Tue Mar  3 11:00:00 2026',
    'From: bo@example.org',
    'Subject: two',
    '',
    'Second.',
    '',
    '',
  ].join('\n');

  test.each(['\n', '\r\n'])('is split at its separators only (line end %j)', async (end) => {
    const raw = box.replaceAll('\n', end);
    const file = await parseFile('in.mbox', raw);
    expect(file.messages.map((message) => message.subject)).toEqual(['one', 'two']);
    expect(file.messages[0]?.text).toBe(
      'From the start it went well.\n\nFrom here on: too.\nFrom the board: no news.\n>From a quote',
    );
    expect(file.messages.map((message) => file.at(message.span)).join('')).toBe(raw);
    expect(file.messages.map((message) => file.at(message.span).split(end)[0])).toEqual([
      'From ana@example.org Tue Mar  3 10:00:00 2026',
      'From - Tue Mar  3 11:00:00 2026',
    ]);
  });

  test('without empty lines between messages is still split at full separators', async () => {
    const file = await parseFile('in.mbox', box.replace('quote\n\nFrom - Tue', 'quote\nFrom bo@example.org Tue'));
    expect(file.messages.map((message) => message.subject)).toEqual(['one', 'two']);
  });

  test('that is none says so', async () => {
    expect((await parseFile('in.mbox', 'Subject: x\n\nbody')).failed?.message).toContain('.eml');
    expect((await parseFile('in.mbox', 'nothing of the kind')).failed?.code).toBe('malformed');
  });

  test('a broken message is named with its place and the others go in', async () => {
    const nested = Array.from(
      { length: 300 },
      (_, i) => `Content-Type: multipart/mixed; boundary=b${String(i)}\n\n--b${String(i)}\n`,
    ).join('');
    const raw = `${box}From x@example.org Tue Mar  3 12:00:00 2026\n${nested}\n\nFrom y@example.org Tue Mar  3 13:00:00 2026\nSubject: four\n\nlast\n`;
    const file = await parseFile('in.mbox', raw);
    expect(file.messages.map((message) => message.subject)).toEqual(['one', 'two', 'four']);
    expect(file.warnings).toMatchObject([{ code: 'malformed', where: `message 3 at byte ${String(box.length)}` }]);
  });

  test('a message too large to hold is passed over with its place', async () => {
    const raw = new TextEncoder().encode(
      `${box}From x@example.org Tue Mar  3 12:00:00 2026\nSubject: big\n\n${'long line\n'.repeat(100)}\nFrom y@e.org 2026\nA: b\n\nz\n`,
    );
    const parts = [];
    for await (const part of splitMailbox(pieces(raw, 64), 600)) parts.push(part);
    expect(parts.map((part) => part.bytes === null)).toEqual([false, false, true, false]);
    expect(parts.at(-1)?.end).toBe(raw.length);
  });

  test('the spans tile the file however the bytes come in, and each part is what lies there', async () => {
    const line = fc.constantFrom(
      'From: a@b',
      'Subject: x',
      '',
      '',
      'From ana@example.org Tue Mar  3 10:00:00 2026',
      'From me',
      '>From you',
      'text',
      'From - 2026',
      'é\u0000',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 30 }),
        fc.constantFrom('\n', '\r\n'),
        fc.integer({ min: 1, max: 40 }),
        async (lines, end, size) => {
          const raw = new TextEncoder().encode(lines.join(end));
          const parts = [];
          for await (const part of splitMailbox(pieces(raw, size))) parts.push(part);
          const whole = [];
          for await (const part of splitMailbox(pieces(raw, raw.length || 1))) whole.push([part.start, part.end]);
          expect(parts.map((part) => [part.start, part.end])).toEqual(whole);
          let at = 0;
          for (const part of parts) {
            expect(part.start).toBe(at);
            expect(part.bytes).toEqual(raw.slice(part.start, part.end));
            at = part.end;
          }
          expect(at).toBe(raw.length);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('unescaping takes one > from quoted separators and nothing else', () => {
    const text = 'From a 2026\n>From b\n>>From c\n> From d\nFrom e\n>Fro';
    expect(new TextDecoder().decode(unescapeMessage(new TextEncoder().encode(text)))).toBe(
      'From b\n>From c\n> From d\nFrom e\n>Fro',
    );
  });

  test('60 MB stream through, and no more than a message or two are held', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const held = (): number => {
      collect();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    const body = 'A line of some sixty characters, as they stand in messages.\n'.repeat(1000);
    const one = new TextEncoder().encode(
      `From a@example.org Tue Mar  3 10:00:00 2026\nFrom: a@example.org\nSubject: s\n\n${body}\n`,
    );
    const rounds = Math.ceil(60_000_000 / one.length);
    const file: ByteSource = {
      path: 'large.mbox',
      size: rounds * one.length,
      modifiedAt: null,
      slice: (start, end) => Promise.resolve(one.slice(start, end)),
      stream: async function* () {
        for (let i = 0; i < rounds; i++) yield await Promise.resolve(one.slice());
      },
    };
    let count = 0;
    let peak = 0;
    const before = held();
    for await (const parsed of mboxParser.parse(file, 's'.repeat(64) as SourceId, new AbortController().signal)) {
      if (parsed.type === 'item' && ++count % 200 === 0) peak = Math.max(peak, held() - before);
    }
    expect(count).toBe(rounds);
    expect(peak).toBeLessThan(8_000_000);
  }, 60_000);
});

async function* pieces(bytes: Uint8Array, size: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    yield bytes.slice(at, at + size);
    await Promise.resolve();
  }
}
