import { Temporal } from 'temporal-polyfill';
import { base64Lines, concat, quotedPrintable, utf8 } from './encodings.ts';

export interface Person {
  readonly name: string;
  readonly address: string;
}

/** One mail to write down. Text has \n line ends and one line a paragraph, unless it is to stay as it is. */
export interface Mail {
  readonly from: Person;
  readonly to: readonly Person[];
  readonly cc: readonly Person[];
  readonly subject: string;
  /** With an offset: the Date header shows it. */
  readonly sentAt: Temporal.ZonedDateTime;
  readonly messageId: string | null;
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
  readonly text: string;
  readonly shape: 'plain' | 'flowed' | 'html' | 'alternative';
  readonly encoding: '7bit' | '8bit' | 'quoted-printable' | 'base64';
  readonly charset: 'utf-8' | 'iso-8859-1';
  readonly headers: readonly string[];
  readonly attachments: readonly { readonly name: string; readonly type: string; readonly bytes: Uint8Array }[];
}

/** The message as RFC 5322 bytes with \n line ends, ending with one. */
export function mimeMessage(mail: Mail): Uint8Array {
  const body = bodyPart(mail);
  const whole =
    mail.attachments.length === 0
      ? body
      : multipart('mixed', boundaryOf(mail, 'm'), [
          body,
          ...mail.attachments.map((file) => ({
            headers: [
              `Content-Type: ${file.type}; name="${file.name}"`,
              `Content-Disposition: attachment; filename="${file.name}"`,
              'Content-Transfer-Encoding: base64',
            ],
            content: utf8(base64Lines(file.bytes)),
          })),
        ]);
  const headers = [
    `From: ${mailbox(mail.from)}`,
    `To: ${mail.to.map(mailbox).join(',\n ')}`,
    ...(mail.cc.length > 0 ? [`Cc: ${mail.cc.map(mailbox).join(',\n ')}`] : []),
    `Subject: ${headerText(mail.subject)}`,
    `Date: ${rfc5322Date(mail.sentAt)}`,
    ...(mail.messageId === null ? [] : [`Message-ID: <${mail.messageId}>`]),
    ...(mail.inReplyTo === null ? [] : [`In-Reply-To: <${mail.inReplyTo}>`]),
    ...(mail.references.length > 0 ? [`References: ${mail.references.map((id) => `<${id}>`).join('\n ')}`] : []),
    ...mail.headers,
    'MIME-Version: 1.0',
    ...whole.headers,
  ];
  return concat([utf8(`${headers.join('\n')}\n\n`), whole.content, utf8('\n')]);
}

/** Messages one after the other as an mbox of the "mboxrd" kind. */
export function mbox(mails: readonly Mail[]): Uint8Array {
  return concat(
    mails.flatMap((mail) => {
      const line = `From ${mail.from.address || 'MAILER-DAEMON'} ${asctime(mail.sentAt)}\n`;
      return [utf8(line), escapeFromLines(mimeMessage(mail)), utf8('\n')];
    }),
  );
}

export function rfc5322Date(time: Temporal.ZonedDateTime): string {
  const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
  const clock = `${two(time.hour)}:${two(time.minute)}:${two(time.second)}`;
  return `${days[time.dayOfWeek - 1]}, ${time.day} ${MONTHS[time.month - 1]} ${time.year} ${clock} ${time.offset.replace(':', '')}`;
}

/** Breaks paragraphs at 72 columns; quoted and indented lines stay. */
export function wrap(text: string, softSpace: boolean): string {
  return text
    .split('\n')
    .flatMap((line) => (line.length <= 74 || line.startsWith('>') ? [line] : wrapLine(line, softSpace)))
    .join('\n');
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

interface Part {
  readonly headers: readonly string[];
  readonly content: Uint8Array;
}

function bodyPart(mail: Mail): Part {
  const html = () => encoded(mail, `text/html; charset=${mail.charset}`, htmlOf(mail.text));
  const wrapped = mail.encoding === '7bit' || mail.encoding === '8bit' || mail.shape === 'flowed';
  const plain = () =>
    encoded(
      mail,
      `text/plain; charset=${mail.charset}${mail.shape === 'flowed' ? '; format=flowed' : ''}`,
      wrapped ? wrap(mail.text, mail.shape === 'flowed') : mail.text,
    );
  if (mail.shape === 'html') return html();
  if (mail.shape === 'alternative') return multipart('alternative', boundaryOf(mail, 'a'), [plain(), html()]);
  return plain();
}

function encoded(mail: Mail, type: string, text: string): Part {
  const bytes = mail.charset === 'utf-8' ? utf8(text) : Uint8Array.from(text, (c) => c.charCodeAt(0));
  const content =
    mail.encoding === 'base64'
      ? utf8(base64Lines(bytes))
      : mail.encoding === 'quoted-printable'
        ? utf8(quotedPrintable(bytes))
        : bytes;
  return { headers: [`Content-Type: ${type}`, `Content-Transfer-Encoding: ${mail.encoding}`], content };
}

function multipart(kind: string, boundary: string, parts: readonly Part[]): Part {
  const content = concat([
    ...parts.flatMap((part) => [utf8(`--${boundary}\n${part.headers.join('\n')}\n\n`), part.content, utf8('\n')]),
    utf8(`--${boundary}--`),
  ]);
  return { headers: [`Content-Type: multipart/${kind}; boundary="${boundary}"`], content };
}

function boundaryOf(mail: Mail, kind: string): string {
  return `=_${kind}_${mail.sentAt.epochMilliseconds.toString(36)}`;
}

function htmlOf(text: string): string {
  const paragraphs = text.split(/\n{2,}/).map((p) => `<p>${escapeHtml(p).replaceAll('\n', '<br>\n')}</p>`);
  return `<html><head><style>p { margin: 0 0 1em; font-family: sans-serif }</style></head>\n<body>\n${paragraphs.join('\n')}\n</body></html>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function mailbox(person: Person): string {
  if (person.name === '') return person.address;
  const name = /^[\w ]+$/.test(person.name)
    ? person.name
    : isAscii(person.name)
      ? `"${person.name.replaceAll('"', '\\"')}"`
      : headerText(person.name);
  return `${name} <${person.address}>`;
}

/** RFC 2047 where it is needed: B for long texts, Q for short ones. */
function headerText(text: string): string {
  if (isAscii(text)) return text;
  const bytes = utf8(text);
  if (text.length > 20) return `=?utf-8?B?${Buffer.from(bytes).toString('base64')}?=`;
  const q = [...bytes].map((b) =>
    /[A-Za-z0-9]/.test(String.fromCharCode(b)) && b < 128 ? String.fromCharCode(b) : b === 32 ? '_' : `=${hex(b)}`,
  );
  return `=?UTF-8?Q?${q.join('')}?=`;
}

function wrapLine(line: string, softSpace: boolean): string[] {
  const out: string[] = [];
  let current = '';
  for (const word of line.split(' ')) {
    if (current !== '' && current.length + 1 + word.length > 72) {
      out.push(softSpace ? `${current} ` : current);
      current = word;
    } else current = current === '' ? word : `${current} ${word}`;
  }
  return [...out, current];
}

function escapeFromLines(message: Uint8Array): Uint8Array {
  const text = Buffer.from(message).toString('latin1');
  return Uint8Array.from(Buffer.from(text.replaceAll(/^(>*From )/gm, '>$1'), 'latin1'));
}

function asctime(time: Temporal.ZonedDateTime): string {
  const utc = time.withTimeZone('UTC');
  const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
  const day = String(utc.day).padStart(2);
  return `${days[utc.dayOfWeek - 1]} ${MONTHS[utc.month - 1]} ${day} ${two(utc.hour)}:${two(utc.minute)}:${two(utc.second)} ${utc.year}`;
}

const isAscii = (text: string) => /^[\x20-\x7e]*$/.test(text);
const two = (n: number) => String(n).padStart(2, '0');
const hex = (n: number) => n.toString(16).toUpperCase().padStart(2, '0');
