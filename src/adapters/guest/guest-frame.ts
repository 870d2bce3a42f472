import { err, ok, type Result } from '#core/base/result.ts';
import { answeredBy } from '#core/labels/label.ts';
import type { Guest, GuestFailure, GuestOutput } from '#ports/guest.ts';
import { GUEST_PAGE, type GuestAnswer, type GuestStart } from './guest-wire.ts';

/** A browser that was not asked for anything yet takes a moment to load the page. */
const LOAD_MS = 5_000;

/**
 * The jail: a frame of no origin, whose page may load nothing and connect nowhere, and in it a classic worker from a blob
 * (a module one does not start there). Frame and worker go when the run is over, and with them whatever the guest began:
 * it can start further workers, so that ending its own would not do.
 */
export function frameGuest(document: Document): Guest {
  return {
    run: (code, { bytes, label }, { deadline, outputBytesMax }, signal) =>
      new Promise((resolve) => {
        const frame = document.createElement('iframe');
        const { port1: port, port2: given } = new MessageChannel();
        const end = (result: Result<GuestOutput, GuestFailure>): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', aborted);
          port.close();
          frame.remove();
          resolve(result);
        };
        const fail = (code: GuestFailure['code']): void => end(err({ code, message: WORDS[code] }));
        const aborted = (): void => fail('aborted');
        let timer = setTimeout(() => fail('no-jail'), LOAD_MS);
        signal.addEventListener('abort', aborted);
        port.onmessage = ({ data }: MessageEvent<GuestAnswer>) => {
          if (data.kind === 'failed') fail(data.code);
          else if (!(data.bytes instanceof Uint8Array)) fail('not-bytes');
          else if (data.bytes.byteLength > outputBytesMax) fail('too-large');
          else end(ok({ bytes: data.bytes, label: answeredBy('guest', label) }));
        };
        frame.addEventListener('load', () => {
          clearTimeout(timer);
          timer = setTimeout(() => fail('timeout'), deadline);
          const start: GuestStart = { code, bytes: bytes.slice(), outputBytesMax };
          // A frame without an origin can be named by no other.
          frame.contentWindow?.postMessage(start, '*', [given]);
        });
        frame.setAttribute('sandbox', 'allow-scripts');
        frame.hidden = true;
        frame.src = GUEST_PAGE;
        document.body.append(frame);
        if (signal.aborted) aborted();
      }),
  };
}

const WORDS: Readonly<Record<GuestFailure['code'], string>> = {
  'no-jail': 'The place where foreign code is shut in did not load, so nothing was run.',
  timeout: 'The code took longer than it may and was ended.',
  'too-large': 'The code answered with more bytes than it may.',
  'not-bytes': 'The code answered with something else than bytes.',
  crashed: 'The code ended with an error.',
  aborted: 'Stopped.',
};
