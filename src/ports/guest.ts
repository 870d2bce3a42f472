import type { Ms } from '#core/base/ids.ts';
import type { Result } from '#core/base/result.ts';
import type { Label } from '#core/labels/label.ts';

/** Where code that nobody vouches for runs: it sees the bytes that it is given, and nothing else of the world. */
export interface Guest {
  /**
   * Runs a classic script once, in a worker of its own that is gone afterwards. The script takes one `message` whose data
   * are the input's bytes, and answers with one `postMessage` of bytes.
   * @param input what it is given; what comes out is no less confidential
   */
  readonly run: (
    code: string,
    input: { readonly bytes: Uint8Array; readonly label: Label },
    limits: GuestLimits,
    signal: AbortSignal,
  ) => Promise<Result<GuestOutput, GuestFailure>>;
}

export interface GuestLimits {
  /** Until it must have answered. */
  readonly deadline: Ms;
  readonly outputBytesMax: number;
}

export interface GuestOutput {
  readonly bytes: Uint8Array;
  /** Untrusted, and of the input's sources, confidentiality and readers. */
  readonly label: Label;
}

export interface GuestFailure {
  readonly code: 'no-jail' | 'timeout' | 'too-large' | 'not-bytes' | 'crashed' | 'aborted';
  readonly message: string;
}
