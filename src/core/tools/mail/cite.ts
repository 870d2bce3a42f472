import type { EvidenceId } from '../../base/ids.ts';
import type { Address } from '../../items/item.ts';
import { formatShortDate } from '../format.ts';
import type { EvidenceBook } from '../evidence-book.ts';
import type { MessageRef } from './observations.ts';
import { displayName } from './people.ts';

/** Cites a passage of a message; its place is the message, until the quote is found in the raw bytes. */
export function citeQuote(book: EvidenceBook, message: MessageRef, quote: string): EvidenceId {
  return book.cite({ ...place(message), quote });
}

/** Cites the From line, for a claim that names the sender. */
export function citeSender(book: EvidenceBook, message: MessageRef): EvidenceId {
  return book.cite({ ...place(message), quote: `From: ${mailbox(message.from)}` });
}

export function citeRecipients(book: EvidenceBook, message: MessageRef): EvidenceId {
  return book.cite({ ...place(message), quote: `To: ${message.to.map(mailbox).join(', ')}` });
}

export function citeSubject(book: EvidenceBook, message: MessageRef): EvidenceId {
  return book.cite({ ...place(message), quote: `Subject: ${message.subject}` });
}

function mailbox({ name, address }: Address): string {
  return name === '' ? address : `${name} <${address}>`;
}

function place(message: MessageRef): {
  source: MessageRef['span']['source'];
  file: string;
  start: number;
  end: number;
  locator: string;
} {
  const { source, start, end } = message.span;
  const parts = [
    displayName(message.from),
    message.sentOn === '' ? '' : formatShortDate(message.sentOn),
    message.subject,
  ];
  return { source, start, end, file: message.file, locator: parts.filter((part) => part !== '').join(', ') };
}
