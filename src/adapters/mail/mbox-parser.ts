import { failed, warning } from '#adapters/plain-text/problem.ts';
import type { Parser } from '#ports/parser.ts';
import { breaksOff, readMessage, startsLikeMail } from './read-message.ts';
import { splitMailbox, unescapeMessage } from './split-mailbox.ts';

/** A mailbox of any size: one message is held at a time. */
export const mboxParser: Parser = {
  kind: 'mailbox',
  extensions: ['.mbox'],
  async *parse(file, source, signal) {
    const head = new TextDecoder('windows-1252').decode(await file.slice(0, 4096)).trimStart();
    if (!head.startsWith('From ') || !startsLikeMail(head)) {
      const hint = startsLikeMail(head)
        ? 'It looks like a single message: rename it to end in .eml.'
        : 'Export the mailbox again and add that file.';
      yield failed('malformed', 'byte 0', `This is no mailbox: it does not begin with a “From ” line. ${hint}`);
      return;
    }
    let number = 0;
    for await (const part of splitMailbox(file.stream())) {
      signal.throwIfAborted();
      number++;
      const where = `message ${String(number)} at byte ${String(part.start)}`;
      if (part.bytes === null) {
        yield warning('too-large', where, 'This message is larger than 64 MiB and was left out; the others went in.');
      } else {
        const raw = unescapeMessage(part.bytes);
        const read = await readMessage(raw, { source, start: part.start, end: part.end }, where);
        yield read.ok ? { type: 'item', item: read.value } : { type: 'warning', problem: read.error };
        if (part.end === file.size && breaksOff(raw)) {
          yield warning(
            'truncated',
            where,
            'The mailbox ends in the middle of this message; what is there went in. Export it again.',
          );
        }
      }
      yield { type: 'progress', bytes: part.end };
    }
  },
};
