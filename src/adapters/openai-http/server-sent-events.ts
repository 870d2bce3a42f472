/** More in one event than any chunk of an answer has. */
const EVENT_CHARS_MAX = 4_000_000;

export class EventTooLong extends Error {}

/**
 * The data of each event of a stream, in order (HTML standard, 9.2.6): pieces may end anywhere, inside a character too;
 * lines end with CR, LF or both. Comments and other fields are passed over. What stands at the end without an empty line
 * after it counts.
 */
export async function* eventData(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let data: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
      // A CR at the end may be half of a line's end.
      const lines = (done ? `${rest}\n` : rest).split(done ? /\r\n|\r|\n/ : /\r\n|\r(?!$)|\n/);
      rest = lines.pop() ?? '';
      if (rest.length > EVENT_CHARS_MAX) throw new EventTooLong();
      for (const line of lines) {
        if (line === '') {
          if (data.some((part) => part !== '')) yield data.join('\n');
          data = [];
        } else if (line === 'data' || line.startsWith('data:')) {
          data.push(line.slice(5).replace(/^ /, ''));
        }
      }
      if (done) {
        if (data.some((part) => part !== '')) yield data.join('\n');
        return;
      }
    }
  } finally {
    // Whoever reads no further ends the connection.
    await reader.cancel().catch(() => undefined);
  }
}
