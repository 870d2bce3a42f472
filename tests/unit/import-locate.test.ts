import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { locate } from '#runtime/import/locate.ts';
import { latin1, parseFile, utf16 } from '#tests/fakes/parse-file.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What the located bytes say, as they stand. */
function found(
  raw: string | Uint8Array,
  text: string,
  charset: string | null = null,
): { raw: string; exact: boolean } | null {
  const bytes = typeof raw === 'string' ? encoder.encode(raw) : raw;
  const place = locate(bytes, charset, text);
  if (!place) return null;
  expect(place.start).toBeLessThan(place.end);
  return { raw: new TextDecoder(charset ?? 'utf-8').decode(bytes.slice(place.start, place.end)), exact: place.exact };
}

function mail(headers: readonly string[], body: string, end = '\r\n'): string {
  return ['From: Ana <a@example.org>', 'MIME-Version: 1.0', ...headers, '', body].join('\n').replaceAll('\n', end);
}

function quotedPrintable(text: string, width: number): string {
  let line = '';
  let out = '';
  for (const byte of encoder.encode(text)) {
    const piece =
      byte === 10
        ? '\r\n'
        : byte === 61 || byte > 126 || byte < 32
          ? `=${byte.toString(16).toUpperCase().padStart(2, '0')}`
          : String.fromCharCode(byte);
    if (piece === '\r\n') {
      out += line + piece;
      line = '';
    } else {
      if (line.length + piece.length > width) {
        out += `${line}=\r\n`;
        line = '';
      }
      line += piece;
    }
  }
  return out + line;
}

function base64(text: string, width = 76): string {
  return btoa(String.fromCharCode(...encoder.encode(text))).replace(new RegExp(`.{${String(width)}}`, 'g'), '$&\r\n');
}

describe('text as it stands', () => {
  test('is found exactly', () => {
    expect(found('Hello. The café opens at 9. Bye.', 'The café opens at 9.')).toEqual({
      raw: 'The café opens at 9.',
      exact: true,
    });
  });

  test('is found across line breaks, tabs and odd spaces', () => {
    expect(found('x The café\r\n   opens\tat\u00a09. y', 'The café opens at 9.')).toEqual({
      raw: 'The café\r\n   opens\tat\u00a09.',
      exact: true,
    });
  });

  test('is found in the declared charset', () => {
    expect(found(latin1('Ja. Gr\u00fc\u00dfe aus\nK\u00f6ln. Nein.'), 'Grüße aus Köln.', 'windows-1252')).toEqual({
      raw: 'Grüße aus\nKöln.',
      exact: true,
    });
    expect(found(utf16('Ja. Grüße 😀 aus\r\nKöln. Nein.'), 'Grüße 😀 aus Köln.', 'utf-16le')).toEqual({
      raw: 'Grüße 😀 aus\r\nKöln.',
      exact: true,
    });
    const japanese = Uint8Array.from([0x41, 0x93, 0xfa, 0x96, 0x7b, 0x42]);
    expect(locate(japanese, 'shift_jis', '日本')).toEqual({ start: 1, end: 5, exact: true });
  });

  test('is found in Windows-1252 also when nobody said so', () => {
    expect(locate(latin1('Ja. Gr\u00fc\u00dfe. Nein.'), null, 'Grüße.')).toMatchObject({ start: 4, end: 10 });
  });

  test('is found in part of a UTF-16 file, which has no mark that would say so', () => {
    for (const order of ['le', 'be'] as const) {
      const part = utf16('Ja. Grüße 😀 aus\r\nKöln. Nein.', order).slice(2);
      expect(locate(part, null, 'Grüße 😀 aus Köln.')).toEqual({ start: 8, end: 46, exact: true });
    }
  });

  test('that is not there is null, and so is nothing', () => {
    expect(locate(encoder.encode('The café opens at 9.'), null, 'The café opens at 10.')).toBeNull();
    expect(locate(encoder.encode('text'), null, '  ')).toBeNull();
    expect(locate(new Uint8Array(0), null, 'text')).toBeNull();
    expect(locate(encoder.encode('a'), 'no-such-charset', 'b')).toBeNull();
  });
});

describe('mail', () => {
  test('format=flowed and wrapped lines', () => {
    const raw = mail(['Content-Type: text/plain; format=flowed'], 'The boat leaves at \nnoon from the \npier. Bye.');
    expect(found(raw, 'The boat leaves at noon from the pier.')).toEqual({
      raw: 'The boat leaves at \r\nnoon from the \r\npier.',
      exact: true,
    });
  });

  test('quoted-printable: soft breaks and escapes, also inside a character', () => {
    const raw = mail(
      ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: quoted-printable'],
      'Hi. The caf=C3=A9 costs 12=E2=82=\n=AC a day=\n, not more. Bye.',
    );
    expect(found(raw, 'The café costs 12€ a day, not more.')).toEqual({
      raw: 'The caf=C3=A9 costs 12=E2=82=\r\n=AC a day=\r\n, not more.',
      exact: false,
    });
  });

  test('quoted-printable in Latin-1', () => {
    const raw = mail(
      ['Content-Type: text/plain; charset=iso-8859-1', 'Content-Transfer-Encoding: quoted-printable'],
      'Sch=F6ne Gr=FC=DFe aus K=\n=F6ln.',
    );
    expect(found(raw, 'Schöne Grüße aus Köln.')?.raw).toBe('Sch=F6ne Gr=FC=DFe aus K=\r\n=F6ln.');
  });

  test('base64: the smallest range of lines that covers it', () => {
    const text =
      'First sentence of the message here. The café costs 12€. Then many more words follow, enough for a few more lines of base64, so that the range is small.';
    const raw = mail(
      ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: base64'],
      base64(text, 40),
    );
    const place = found(raw, 'The café costs 12€.');
    expect(place?.exact).toBe(false);
    const lines = base64(text, 40).split('\r\n');
    expect(place?.raw).toBe(lines.slice(1, 2).join('\r\n'));
    expect(decoder.decode(Uint8Array.from(atob(place?.raw ?? ''), (letter) => letter.charCodeAt(0)))).toContain(
      'The café costs 12€.',
    );
  });

  test('HTML parts: tags and entities in between', () => {
    const raw = mail(
      ['Content-Type: text/html; charset=utf-8', 'Content-Transfer-Encoding: quoted-printable'],
      '<p style=3D"a>b">See <b>the caf&eacute;</b>&nbsp;at&#32;9 =\n&amp; <i\nclass=3Dx>10</i>.</p>',
    );
    expect(found(raw, 'See the café at 9 & 10.')?.raw).toBe(
      'See <b>the caf&eacute;</b>&nbsp;at&#32;9 =\r\n&amp; <i\r\nclass=3Dx>10</i>.',
    );
  });

  test('the part that has it, among several and nested ones', () => {
    const raw = mail(
      ['Content-Type: multipart/mixed; boundary="a b"'],
      [
        'preamble',
        '--a b',
        'Content-Type: multipart/alternative; boundary=c',
        '',
        '--c',
        'Content-Transfer-Encoding: base64',
        '',
        base64('Plain words for you.'),
        '--c',
        'Content-Type: text/html',
        '',
        '<p>Plain <b>words</b> for you.</p>',
        '--c--',
        '--a b',
        'Content-Type: message/rfc822',
        '',
        'Subject: inner',
        'Content-Transfer-Encoding: quoted-printable',
        '',
        'The inner w=\n=C3=B6rd.',
        '--a b--',
      ].join('\n'),
    );
    expect(found(raw, 'Plain words for you.')?.raw).toBe(base64('Plain words for you.'));
    expect(found(raw, 'The inner wörd.')?.raw).toBe('The inner w=\r\n=C3=B6rd.');
  });

  test('headers: folded, and encoded words whole', () => {
    const raw = mail(
      ['Subject: Re: =?utf-8?Q?Gr=C3=BC=C3=9Fe_aus?=', ' =?utf-8?B?IEvDtmxu?= and the', '\tharbour'],
      'x',
    );
    expect(found(raw, 'Re: Grüße aus Köln and the harbour')?.raw).toBe(
      'Re: =?utf-8?Q?Gr=C3=BC=C3=9Fe_aus?=\r\n =?utf-8?B?IEvDtmxu?= and the\r\n\tharbour',
    );
    const split = mail(['Subject: =?utf-8?Q?caf=C3?=', ' =?utf-8?Q?=A9?= x'], 'y');
    expect(found(split, 'café')?.raw).toBe('=?utf-8?Q?caf=C3?=\r\n =?utf-8?Q?=A9?=');
  });

  test('quoted replies with or without their marks', () => {
    const raw = mail([], '> The rent is 1 200 euros\n> a month from June.\n\nAgreed.');
    expect(found(raw, 'The rent is 1 200 euros a month from June.')?.raw).toBe(
      'The rent is 1 200 euros\r\n> a month from June.',
    );
    expect(found(raw, '> The rent is 1 200 euros\n> a month from June.')?.exact).toBe(true);
  });

  test('a mailbox part with its separator line and escapes', () => {
    const raw = `From a@example.org Tue Mar  3 10:00:00 2026\n${mail(['Content-Transfer-Encoding: quoted-printable'], 'One.\n\n>From the board: =C3=A4.\n', '\n')}`;
    expect(found(raw, 'From the board: ä.')?.raw).toBe('From the board: =C3=A4.');
  });
});

describe('marked-up files', () => {
  test('HTML', () => {
    expect(
      found(
        '<script>The rent</script><!-- The --><p>The <a href="x>y">rent</a> is 1&thinsp;200&nbsp;&euro;&hellip;</p>',
        'The rent is 1 200 €…',
      )?.raw,
    ).toBe('The <a href="x>y">rent</a> is 1&thinsp;200&nbsp;&euro;&hellip;');
    expect(found('<p>a < b and <b>c</b></p>', 'a < b and c')?.raw).toBe('a < b and <b>c');
  });

  test('Markdown', () => {
    expect(
      found(
        '- The **budget** was [agreed\non](https://example.org/a_(b) "t") by `all` \\*today\\*.',
        'The budget was agreed on by all *today*.',
      )?.raw,
    ).toBe('The **budget** was [agreed\non](https://example.org/a_(b) "t") by `all` \\*today\\*.');
    expect(found('| Jan | **1,200** |', 'Jan | 1,200')?.raw).toBe('Jan | **1,200');
    expect(found('> quoted *line\n> goes* on', 'quoted line goes on')?.raw).toBe('quoted *line\n> goes* on');
  });

  test('iCalendar', () => {
    expect(
      found(
        'BEGIN:VEVENT\r\nSUMMARY:Meet Ana\\, Bo an\r\n d Cem\\nin Köln\r\nEND:VEVENT',
        'Meet Ana, Bo and Cem\nin Köln',
      )?.raw,
    ).toBe('Meet Ana\\, Bo an\r\n d Cem\\nin Köln');
  });

  test('JSON and CSV', () => {
    expect(found('{"note":"The \\"new\\" caf\\u00e9\\nopens"}', 'The "new" café opens')?.raw).toBe(
      'The \\"new\\" caf\\u00e9\\nopens',
    );
    expect(found('a,"The ""new"" one",b', 'The "new" one')?.raw).toBe('The ""new"" one');
  });
});

describe('any text', () => {
  const word = fc.string({
    unit: fc.constantFrom('a', 'b', 'Z', '9', 'é', 'ß', '€', '日', '😀', '.', ','),
    minLength: 1,
    maxLength: 9,
  });
  const words = fc.array(word, { minLength: 1, maxLength: 12 });

  test('is found in quoted-printable at any width, and its bytes decode to it', () => {
    fc.assert(
      fc.property(words, words, words, fc.integer({ min: 5, max: 76 }), (before, middle, after, width) => {
        const sentence = `Start ${middle.join(' ')} end`;
        const body = quotedPrintable(`${before.join(' ')}\n${sentence}\n${after.join(' ')}`, width);
        const raw = encoder.encode(
          mail(['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: quoted-printable'], '') + body,
        );
        const place = locate(raw, null, sentence);
        if (!place) throw new Error('not found');
        const back = decodeQuoted(decoder.decode(raw.slice(place.start, place.end)));
        expect(back.replace(/\s/g, '')).toBe(sentence.replace(/\s/g, ''));
      }),
      { numRuns: 300 },
    );
  });

  test('is found in base64, on the fewest lines', () => {
    fc.assert(
      fc.property(words, words, words, (before, middle, after) => {
        const sentence = `Start ${middle.join(' ')} end`;
        const text = `${before.join(' ')} ${sentence} ${after.join(' ')}`;
        const raw = encoder.encode(
          mail(['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: base64'], '') + base64(text, 20),
        );
        const place = locate(raw, null, sentence);
        if (!place) throw new Error('not found');
        const lines = decoder.decode(raw.slice(place.start, place.end)).split('\r\n');
        expect(decodeBase64(lines)).toContain(sentence);
        if (lines.length > 1) {
          expect(decodeBase64(lines.slice(1))).not.toContain(sentence);
          expect(decodeBase64(lines.slice(0, -1))).not.toContain(sentence);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('is found however it is wrapped, with bytes that say the same', () => {
    fc.assert(
      fc.property(
        words,
        fc.array(fc.constantFrom(' ', '\r\n', '\n\t', ' \n '), { minLength: 12, maxLength: 12 }),
        (middle, gaps) => {
          const sentence = middle.join(' ');
          const wrapped = middle.map((each, i) => each + (i < middle.length - 1 ? (gaps[i] ?? ' ') : '')).join('');
          const raw = encoder.encode(`«» ${wrapped} «»`);
          const place = locate(raw, null, sentence);
          expect(place?.exact).toBe(true);
          expect(decoder.decode(raw.slice(place?.start, place?.end)).replace(/\s+/g, '')).toBe(
            sentence.replace(/\s+/g, ''),
          );
        },
      ),
    );
  });

  test.each([
    '<!--'.repeat(100_000),
    '<a '.repeat(100_000),
    '['.repeat(200_000),
    '<a "'.repeat(80_000),
    '=?'.repeat(100_000),
    '&'.repeat(200_000),
    '\\u'.repeat(100_000),
  ])('hostile text %#: is searched in reasonable time', (hostile) => {
    const before = performance.now();
    expect(locate(encoder.encode(`From: a@b\nTo: c\n\n${hostile}`), null, 'not there')).toBeNull();
    expect(performance.now() - before).toBeLessThan(3000);
  });
});

test('every sentence of a parsed message is found in that message', async () => {
  const raw = mail(
    ['Subject: =?iso-8859-1?Q?Gr=FC=DFe?=', 'Content-Type: multipart/alternative; boundary=x'],
    [
      '--x',
      'Content-Type: text/html; charset=utf-8',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      quotedPrintable(
        '<div>Hello Bo,</div><ul><li>The <b>café</b> costs 12&nbsp;&euro;.</li><li>It opens at 9.</li></ul><blockquote>Who pays?</blockquote>',
        40,
      ),
      '--x--',
    ].join('\n'),
  );
  const file = await parseFile('a.eml', raw);
  const message = file.messages[0];
  const sentences = (message?.text ?? '')
    .split('\n')
    .map((line) => line.replace(/^(?:>|-) /, ''))
    .filter((line) => line !== '');
  expect(sentences).toEqual(['Hello Bo,', 'The café costs 12 €.', 'It opens at 9.', 'Who pays?']);
  for (const sentence of [...sentences, message?.subject ?? ''])
    expect(locate(encoder.encode(raw), null, sentence)).not.toBeNull();
});

function decodeQuoted(text: string): string {
  const bytes: number[] = [];
  const joined = text.replace(/=\r?\n/g, '');
  for (let i = 0; i < joined.length; i++) {
    if (joined[i] === '=') {
      bytes.push(Number.parseInt(joined.slice(i + 1, i + 3), 16));
      i += 2;
    } else bytes.push(...encoder.encode(joined[i] ?? ''));
  }
  return decoder.decode(Uint8Array.from(bytes));
}

function decodeBase64(lines: readonly string[]): string {
  const bytes = Uint8Array.from(atob(lines.join('')), (letter) => letter.charCodeAt(0));
  return decoder.decode(bytes);
}
