import { closeSync, openSync, writeSync } from 'node:fs';

const SENTENCE = 'The drawings of the second floor are ready and the invoice for the survey follows on Thursday. ';

/**
 * Writes a mailbox of about so many bytes.
 * @param first number of its first message: mailboxes that begin at other numbers share no message
 * @returns the number of the message that would come next
 */
export function writeMailbox(path: string, bytes: number, first = 0): number {
  const out = openSync(path, 'w');
  let message = first;
  for (let written = 0; written < bytes; message++) {
    const body = `${SENTENCE.repeat(20 + (message % 200))}\n`;
    const text = `From writer@example.org Thu Nov 19 09:00:00 2026\nFrom: Writer ${String(message % 50)} <writer${String(message % 50)}@example.org>\nTo: owner@example.org\nSubject: Note ${String(message)}\nDate: Thu, 19 Nov 2026 09:00:00 +0100\nMessage-ID: <${String(message)}@example.org>\n\n${body}\n`;
    writeSync(out, text);
    written += text.length;
  }
  closeSync(out);
  return message;
}
