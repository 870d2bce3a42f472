import { concatAll, hex } from '#core/base/bytes.ts';
import type { Digest, Ms } from '#core/base/ids.ts';
import type { Clock } from '#ports/clock.ts';

/** What an answer came to. */
export interface AnswerEnd {
  /** All bytes that came. */
  readonly bytes: number;
  /** SHA-256 of just those. */
  readonly hash: Digest;
  /** Null when the host ended it as it should. */
  readonly failure: BrokenOff['code'] | null;
}

/** An answer that is no whole one: whoever reads it gets this instead of its end. */
export class BrokenOff extends Error {
  constructor(readonly code: 'too-long' | 'broken' | 'aborted') {
    super(WORDS[code]);
  }
}

export interface AnswerStreamParts {
  readonly clock: Pick<Clock, 'after'>;
  readonly incrementalSha256: () => {
    readonly update: (bytes: Uint8Array) => unknown;
    readonly digest: () => Uint8Array;
  };
  /** More than this is not handed on: the connection is ended. */
  readonly bytesMax: number;
  /** How long whoever reads waits for the first of it, and how long for more. */
  readonly first: Ms;
  readonly idle: Ms;
  readonly signal: AbortSignal;
  /** Is shown each piece as it came. */
  readonly seen?: (piece: Uint8Array) => unknown;
  /** What is to be done before whoever reads learns of the end. */
  readonly ended: (end: AnswerEnd) => Promise<void>;
}

/**
 * Hands on an answer as it comes, piece by piece, and no faster than it is read: what nobody reads stays with the host.
 * A whole answer ends; one that was cut, or is more than may come, fails with `BrokenOff`. Whoever cancels it ends the
 * connection.
 */
export function answerStream(source: ReadableStream<Uint8Array>, parts: AnswerStreamParts): ReadableStream<Uint8Array> {
  const { clock, bytesMax, first, idle, signal } = parts;
  const reader = source.getReader();
  const hash = parts.incrementalSha256();
  let bytes = 0;
  let over = false;
  /** @returns false when it had ended before */
  const end = async (failure: AnswerEnd['failure']): Promise<boolean> => {
    if (over) return false;
    over = true;
    signal.removeEventListener('abort', aborted);
    if (failure !== null) void reader.cancel().catch(() => undefined);
    await parts.ended({ bytes, hash: hex(hash.digest()) as Digest, failure });
    return true;
  };
  let handedTo: ReadableStreamDefaultController<Uint8Array> | null = null;
  const breakOff = async (code: BrokenOff['code']): Promise<void> => {
    if (await end(code)) handedTo?.error(new BrokenOff(code));
  };
  function aborted(): void {
    void breakOff('aborted');
  }
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        handedTo = controller;
        signal.addEventListener('abort', aborted);
        if (signal.aborted) aborted();
      },
      pull: async (controller) => {
        const stop = clock.after(bytes === 0 ? first : idle, aborted);
        try {
          const { done, value } = await reader.read();
          if (over) return;
          if (done) {
            if (await end(null)) controller.close();
            return;
          }
          bytes += value.length;
          hash.update(value);
          parts.seen?.(value);
          if (bytes > bytesMax) await breakOff('too-long');
          else controller.enqueue(value);
        } catch {
          await breakOff(signal.aborted ? 'aborted' : 'broken');
        } finally {
          stop();
        }
      },
      cancel: async () => {
        await end('aborted');
      },
    },
    // Nothing is fetched beforehand.
    { highWaterMark: 0 },
  );
}

/** The whole of it. @returns what was broken off as what it is */
export async function wholeOf(body: ReadableStream<Uint8Array>): Promise<Uint8Array | BrokenOff> {
  const pieces: Uint8Array[] = [];
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return concatAll(pieces);
      pieces.push(value);
    }
  } catch (error) {
    if (error instanceof BrokenOff) return error;
    throw error;
  }
}

const WORDS: Readonly<Record<BrokenOff['code'], string>> = {
  'too-long': 'The host answered with more than is read here.',
  broken: 'The connection was lost in the middle of the answer.',
  aborted: 'The answer was broken off.',
};
