import { MIB } from '#core/base/limits.ts';
import { BackupError } from '#ports/backup-error.ts';

export interface RawRecord {
  readonly kind: number;
  readonly body: Uint8Array;
  /** The record as it stood in the file, in pieces. */
  readonly raw: readonly Uint8Array[];
}

/** Memory holds one record at a time; a length beyond this is a damaged one. */
const RECORD_BYTES_MAX = 512 * MIB;
const HEAD_BYTES = 5;

/** Cuts a stream of bytes into records, as `format.ts` says they lie. */
export async function* recordsOf(source: AsyncIterable<Uint8Array>): AsyncIterable<RawRecord> {
  const queue = new ByteQueue();
  let head: Uint8Array | null = null;
  for await (const bytes of source) {
    queue.push(bytes);
    for (;;) {
      if (head === null && queue.length >= HEAD_BYTES) head = queue.take(HEAD_BYTES);
      if (head === null) break;
      const length = bodyLength(head);
      if (length > RECORD_BYTES_MAX)
        throw new BackupError('damaged', 'This part of the backup is damaged: a record in it is too long.');
      if (queue.length < length) break;
      const body = queue.take(length);
      yield { kind: head[0] ?? 0, body, raw: [head, body] };
      head = null;
    }
  }
  if (head !== null || queue.length > 0)
    throw new BackupError('damaged', 'This part of the backup is damaged: it ends in the middle of a record.');
}

function bodyLength(head: Uint8Array): number {
  return new DataView(head.buffer, head.byteOffset).getUint32(1, true);
}

/** Bytes that come in pieces of one size and are wanted in pieces of another. */
class ByteQueue {
  #pieces: Uint8Array[] = [];
  #at = 0;
  length = 0;

  push(bytes: Uint8Array): void {
    this.#pieces.push(bytes);
    this.length += bytes.length;
  }

  /** @param count no more than `length` */
  take(count: number): Uint8Array {
    const out = new Uint8Array(count);
    let filled = 0;
    let used = 0;
    while (filled < count) {
      const piece = this.#pieces[used] ?? new Uint8Array();
      const part = piece.subarray(this.#at, this.#at + count - filled);
      out.set(part, filled);
      filled += part.length;
      this.#at += part.length;
      if (this.#at === piece.length) {
        used++;
        this.#at = 0;
      }
    }
    this.#pieces.splice(0, used);
    this.length -= count;
    return out;
  }
}
