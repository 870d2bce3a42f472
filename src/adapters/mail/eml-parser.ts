import { MESSAGE_BYTES_MAX } from '#core/base/limits.ts';
import { failed, warning } from '#adapters/plain-text/problem.ts';
import { tooLarge } from '#adapters/plain-text/open-text.ts';
import type { Parser } from '#ports/parser.ts';
import { breaksOff, readMessage, startsLikeMail } from './read-message.ts';
import { unescapeMessage } from './split-mailbox.ts';

/** One message in a file of its own. */
export const emlParser: Parser = {
  kind: 'mail',
  extensions: ['.eml'],
  async *parse(file, source, signal) {
    if (file.size > MESSAGE_BYTES_MAX) {
      yield { type: 'failed', problem: tooLarge(file.size, MESSAGE_BYTES_MAX) };
      return;
    }
    const bytes = await file.slice(0, file.size);
    signal.throwIfAborted();
    const body = withoutMark(bytes);
    if (!startsLikeMail(new TextDecoder('windows-1252').decode(body.subarray(0, 4096)))) {
      yield failed(
        'malformed',
        'byte 0',
        'This is no mail message: it does not begin with headers. Check what it is and rename it.',
      );
      return;
    }
    const read = await readMessage(unescapeFirstLine(body), { source, start: 0, end: file.size }, '');
    if (read.ok && breaksOff(body)) yield warning('truncated', `byte ${String(file.size)}`, BREAKS_OFF);
    yield read.ok ? { type: 'item', item: read.value } : { type: 'failed', problem: read.error };
  },
};

const BREAKS_OFF = 'The message ends in the middle of its parts; what is there went in. Get the whole message again.';

function withoutMark(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

/** Some programs save a message with the mailbox's separator line in front. */
function unescapeFirstLine(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0x46 && bytes[4] === 0x20 ? unescapeMessage(bytes) : bytes;
}
