import type { Run } from '#core/agent/run.ts';
import { utf8 } from '#core/base/bytes.ts';
import type { Sha256 } from '#core/base/ids.ts';
import { outgoingDigest } from '#core/channels/outgoing.ts';
import { headersOf } from '../agent/send-act.ts';
import type { EgressIntent } from '../channels/channel-facts.ts';

/**
 * The body of what left, where that was the free times of an answer and nothing more; null where it was anything else, or
 * cannot be told any more. The journal keeps the digest of what left: the times are made again from the answer, and believed
 * where a request with them has that very digest. Which headers went along is tried, as the way out may be another by now.
 */
export async function sentTimes(
  { by, request, method }: EgressIntent,
  run: Run | undefined,
  sha256: Sha256,
): Promise<Uint8Array | null> {
  const step = run?.plan?.steps.find(({ id }) => id === by.step);
  const url = step?.args['url'];
  if (run?.answer == null || step?.args['format'] !== 'free-busy' || typeof url !== 'string') return null;
  const { freeTimesJson, freeTimesOf } = await import('#core/tools/free-busy.ts');
  const body = utf8(freeTimesJson(freeTimesOf(run.answer)));
  const [type = [], key = []] = headersOf(sha256, run, step).map((header) => [header]);
  const possible = [[], type, key, [...type, ...key]];
  return possible.some((headers) => outgoingDigest({ method, url, headers, body }, sha256) === request) ? body : null;
}
