import { readFileSync } from 'node:fs';
import { Temporal } from 'temporal-polyfill';
import { mbox, rfc5322Date, type Mail, type Person } from '../write/mime.ts';
import { pdfBytes } from '../write/pdf.ts';
import { utf8 } from '../write/encodings.ts';

/**
 * The sample mailbox, oldest message first, from the threads written down in `threads/*.txt`. A thread is
 * `=== Subject`, then messages `--- date time [offset] | from > to; cc | options` and their text. A message answers the
 * one before it in its thread unless it says `noref`.
 */
export function sampleMailbox(): Uint8Array {
  const threads = ['harbour-library', 'vallon-school', 'mill-conversion', 'office', 'others', 'noise'].flatMap((name) =>
    readFileSync(new URL(`./threads/${name}.txt`, import.meta.url), 'utf8')
      .split(/^=== /m)
      .slice(1),
  );
  const mails = threads.flatMap((thread, index) => threadMails(thread, index));
  return mbox(mails.sort((a, b) => Temporal.ZonedDateTime.compare(a.sentAt, b.sentAt)));
}

interface Writer extends Person {
  readonly signature: readonly string[];
}

const people = JSON.parse(readFileSync(new URL('./threads/people.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, Writer>
>;

function threadMails(thread: string, threadIndex: number): Mail[] {
  const [head = '', ...messages] = thread.split(/^--- /m);
  const subject = head.trim();
  const mails: Mail[] = [];
  const plainTexts: string[] = [];
  messages.forEach((message, index) => {
    const lineEnd = message.indexOf('\n');
    const [when = '', who = '', optionText = ''] = message
      .slice(0, lineEnd)
      .split('|')
      .map((part) => part.trim());
    const options = optionText.split(/\s+/).filter((option) => option !== '');
    const has = (option: string) => options.includes(option);
    const [fromKey = '', receivers = ''] = who.split('>').map((part) => part.trim());
    const [toKeys = '', ccKeys = ''] = receivers.split(';');
    const from = person(fromKey);
    const previous = has('noref') || has('bulk') ? undefined : mails.at(-1);
    const own = [message.slice(lineEnd + 1).trim(), ...signatureOf(from, threadIndex + index)].join('\n\n');
    const text =
      has('forward') && previous
        ? own + forwarded(previous, plainTexts.at(-1) ?? '')
        : has('quote') && previous
          ? own + quoted(previous, plainTexts.at(-1) ?? '')
          : own;
    plainTexts.push(own);
    mails.push({
      from,
      to: persons(toKeys),
      cc: persons(ccKeys),
      subject: subjectOf(subject, previous !== undefined, has('forward')),
      sentAt: sentAt(when, threadIndex * 7 + index * 13),
      messageId: has('noid') ? null : `${wordId(subject)}.${index + 1}.${threadIndex + 100}@example.org`,
      inReplyTo: previous?.messageId ?? null,
      references: previous?.messageId ? [...previous.references, previous.messageId] : [],
      text,
      shape: has('html') ? 'html' : has('alternative') ? 'alternative' : has('flowed') ? 'flowed' : 'plain',
      encoding: encodingOf(text, has, threadIndex + index),
      charset: has('latin1') ? 'iso-8859-1' : 'utf-8',
      headers: [
        ...(has('bulk') ? ['Precedence: bulk', `List-Unsubscribe: <mailto:${from.address}?subject=unsubscribe>`] : []),
        ...(has('auto') ? ['Auto-Submitted: auto-replied', 'X-Auto-Response-Suppress: All'] : []),
      ],
      attachments: options
        .filter((option) => option.startsWith('attach:'))
        .map((option) => attachment(option.slice(7), subject)),
    });
  });
  return mails;
}

function person(key: string): Writer {
  const found = people[key];
  if (!found) throw new Error(`Nobody is called "${key}" in people.json`);
  return found;
}

function persons(keys: string): Person[] {
  return keys
    .split(',')
    .map((key) => key.trim())
    .filter((key) => key !== '')
    .map(person);
}

/** Some people sign always, some with the "-- " line, some only in two of three mails. */
function signatureOf(writer: Writer, turn: number): string[] {
  const lines = writer.signature;
  if (lines.length === 0) return [];
  if (lines.length > 1) return [`-- \n${lines.join('\n')}`];
  return turn % 3 === 0 ? [] : [lines[0] ?? ''];
}

function quoted(mail: Mail, text: string): string {
  const name = mail.from.name === '' ? mail.from.address : `${mail.from.name} <${mail.from.address}>`;
  const date = rfc5322Date(mail.sentAt).split(' ').slice(0, 4).join(' ');
  const clock = mail.sentAt.toPlainTime().toString().slice(0, 5);
  return `\n\nOn ${date} at ${clock}, ${name} wrote:\n${wrapQuote(text)}`;
}

function wrapQuote(text: string): string {
  return text
    .split('\n')
    .flatMap((line) => line.match(/.{1,70}(?:\s|$)/g) ?? [''])
    .map((line) => `> ${line}`.trimEnd())
    .join('\n');
}

function forwarded(mail: Mail, text: string): string {
  return `\n\n-------- Forwarded Message --------\nSubject: ${mail.subject}\nDate: ${rfc5322Date(mail.sentAt)}\nFrom: ${mail.from.name || mail.from.address}\n\n${text}`;
}

function subjectOf(subject: string, answers: boolean, forwards: boolean): string {
  if (forwards) return `Fwd: ${subject}`;
  return answers && !/^re:/i.test(subject) ? `Re: ${subject}` : subject;
}

function encodingOf(text: string, has: (option: string) => boolean, turn: number): Mail['encoding'] {
  if (has('base64')) return 'base64';
  if (has('qp') || has('latin1')) return 'quoted-printable';
  if (!/[^\x00-\x7f]/.test(text)) return '7bit';
  return turn % 3 === 0 ? '8bit' : 'quoted-printable';
}

function sentAt(when: string, salt: number): Temporal.ZonedDateTime {
  const [date = '', clock = '', offset] = when.split(/\s+/);
  const local = Temporal.PlainDateTime.from(`${date}T${clock}:${String(salt % 60).padStart(2, '0')}`);
  return local.toZonedDateTime(offset ? `${offset.slice(0, 3)}:${offset.slice(3)}` : 'Europe/Paris');
}

function wordId(subject: string): string {
  return subject
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 24);
}

function attachment(name: string, subject: string): Mail['attachments'][number] {
  if (name.endsWith('.pdf'))
    return {
      name,
      type: 'application/pdf',
      bytes: pdfBytes({
        title: subject,
        author: '',
        created: '20261101',
        pages: [
          [
            { size: 14, text: subject },
            { size: 11, text: name },
          ],
        ],
      }),
    };
  return { name, type: 'text/plain', bytes: utf8(`${subject}\n${name}\n`) };
}
