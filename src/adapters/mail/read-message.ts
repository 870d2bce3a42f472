import { sha256 } from '@noble/hashes/sha2.js';
import PostalMime, { type Address as ParsedAddress, type Email } from 'postal-mime';
import { hex } from '#core/base/bytes.ts';
import type { SourceId, UnixMs } from '#core/base/ids.ts';
import { ITEM_TEXT_BYTES_MAX } from '#core/base/limits.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type { Address, Message } from '#core/items/item.ts';
import type { ImportProblem } from '#core/items/source.ts';
import { itemId } from '#adapters/plain-text/item-id.ts';
import { problem, reason } from '#adapters/plain-text/problem.ts';

/**
 * One message (RFC 5322, MIME).
 * @param raw its bytes, without a mailbox's separator line and escapes
 * @param where names it in problems
 */
export async function readMessage(
  raw: Uint8Array,
  span: { readonly source: SourceId; readonly start: number; readonly end: number },
  where: string,
): Promise<Result<Message, ImportProblem>> {
  let mail: Email;
  try {
    mail = await PostalMime.parse(raw);
  } catch (error) {
    return err(problem('malformed', where, `This message cannot be read (${reason(error)}) and was left out.`));
  }
  if (mail.headers.length === 0 && !mail.text?.trim() && !mail.html?.trim()) {
    return err(problem('malformed', where, 'This is not a mail message: it has neither headers nor text.'));
  }
  const text = await bodyText(mail);
  if (text.length > ITEM_TEXT_BYTES_MAX) {
    return err(problem('too-large', where, 'The text of this message is larger than 16 MiB and was left out.'));
  }
  return ok({
    kind: 'message',
    id: itemId('message', span.source, span.start),
    span,
    messageId: identifiers(mail.messageId)[0] ?? `${hex(sha256(raw)).slice(0, 32)}@no-message-id`,
    inReplyTo: identifiers(mail.inReplyTo)[0] ?? null,
    references: identifiers(mail.references),
    from: mailboxes(mail.from ? [mail.from] : mail.sender ? [mail.sender] : [])[0] ?? { name: '', address: '' },
    to: mailboxes(mail.to ?? []),
    cc: mailboxes(mail.cc ?? []),
    subject: (mail.subject ?? '').replace(/\s+/g, ' ').trim(),
    sentAt: sentAt(mail),
    text,
    attachments: mail.attachments.map((part) => part.filename ?? part.description ?? part.mimeType),
    ...(isAutomatic(mail) ? { automatic: true } : {}),
  });
}

function isAutomatic({ headers }: Email): boolean {
  const value = (key: string): string =>
    headers
      .find((header) => header.key === key)
      ?.value.trim()
      .toLowerCase() ?? '';
  return (
    /^auto-/.test(value('auto-submitted')) ||
    /^(?:bulk|junk|auto_reply)$/.test(value('precedence')) ||
    value('x-autoreply') !== ''
  );
}

/** A mailbox or a single message? Real headers begin with a field name and a colon. */
export function startsLikeMail(head: string): boolean {
  return /^(?:From .*\r?\n)?(?:>?From .*\r?\n)*[!-9;-~]+[ \t]*:/.test(head.replace(/^\ufeff/, '').trimStart());
}

/** A message of several parts says where it ends; one without that end was cut off. */
export function breaksOff(raw: Uint8Array): boolean {
  const decoder = new TextDecoder('windows-1252');
  const head = decoder.decode(raw.subarray(0, 64 * 1024)).split(/\r?\n\r?\n/, 1)[0] ?? '';
  const type = /^content-type:\s*multipart\/[^\n]*(?:\n[ \t][^\n]*)*/im.exec(head.replaceAll('\r', ''))?.[0] ?? '';
  const boundary = /boundary\s*=\s*(?:"([^"]+)"|([^\s;]+))/i.exec(type);
  const name = boundary?.[1] ?? boundary?.[2];
  return name !== undefined && !decoder.decode(raw.subarray(-(64 * 1024))).includes(`--${name}--`);
}

async function bodyText(mail: Email): Promise<string> {
  const plain = mail.text?.trim() ? mail.text : '';
  // HTML is read only where there is nothing else, and then without running or fetching anything.
  const text = plain === '' && mail.html ? (await import('#adapters/html/html-text.ts')).htmlText(mail.html) : plain;
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[ \t]+$/gm, '')
    .replace(/\n+$/, '')
    .replace(/^\n+/, '')
    .toWellFormed();
}

function identifiers(header: string | undefined): string[] {
  const found = [...(header ?? '').matchAll(/<([^<>]+)>/g)].map((match) => (match[1] ?? '').replace(/\s/g, ''));
  if (found.length > 0) return found;
  return (header ?? '').split(/\s+/).filter((word) => word.includes('@'));
}

function mailboxes(parsed: readonly ParsedAddress[]): Address[] {
  return parsed.flatMap((entry) => {
    if (entry.group) return mailboxes(entry.group);
    const address = entry.address.toLowerCase().trim();
    const name = entry.name.replace(/\s+/g, ' ').trim();
    return address === '' && name === '' ? [] : [{ name, address: address.includes('@') ? address : '' }];
  });
}

function sentAt(mail: Email): UnixMs | null {
  const stated = Date.parse(mail.date ?? '');
  if (Number.isFinite(stated)) return stated as UnixMs;
  // A date with a comment or an odd zone name at its end is still a date.
  const bare = Date.parse((mail.date ?? '').replace(/\s*\([^)]*\)?\s*$/, '').replace(/\s+[A-Z]{2,5}$/, ' +0000'));
  if (Number.isFinite(bare)) return bare as UnixMs;
  const received =
    mail.headers
      .find((header) => header.key === 'received')
      ?.value.split(';')
      .at(-1) ?? '';
  const arrived = Date.parse(received.replace(/\s*\([^)]*\)\s*$/, ''));
  return Number.isFinite(arrived) ? (arrived as UnixMs) : null;
}
