import type { AddressSpace } from './target.ts';

/**
 * Why a host cannot be used from here, from what a few questions to it came to. A browser keeps from a page what exactly
 * failed: where several causes look the same, the finding names them all instead of guessing one.
 */

/** What one question came to. */
export type ProbeOutcome =
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'unreachable' | 'redirect' | 'blocked-here' | 'silent' | 'no-way-out' | 'cut' };

export interface Evidence {
  readonly space: AddressSpace;
  /** Whether this page lies on the device itself: then no permission for local places is asked for. */
  readonly fromLoopback: boolean;
  readonly online: boolean;
  /** What the browser says of reaching local places; `unknown` where it does not tell. */
  readonly localPermission: 'granted' | 'denied' | 'prompt' | 'unknown';
  /** What the way out is meant to take. */
  readonly methods: readonly string[];
  /** A GET that sets nothing. */
  readonly plain: ProbeOutcome;
  /** A GET with one header each that makes a browser ask the host beforehand. None where the plain one failed. */
  readonly headers: readonly { readonly name: string; readonly outcome: ProbeOutcome }[];
}

export type Finding =
  | { readonly code: 'works' | 'offline' | 'no-way-out' | 'blocked-here' | 'redirect' | 'silent' | 'cut' }
  /** There is nobody, or there is and does not say that this page may read its answers: not to be told apart. */
  | { readonly code: 'no-answer'; readonly space: AddressSpace }
  | { readonly code: 'local-denied' | 'local-unasked' }
  /** Others came through, so that just these are missing in Access-Control-Allow-Headers. */
  | { readonly code: 'headers-not-allowed'; readonly headers: readonly string[] }
  /** All failed: the names are missing, or the question beforehand (OPTIONS) is not answered as it should be. */
  | { readonly code: 'preflight'; readonly headers: readonly string[] }
  /** It answers; what it says of the request. */
  | {
      readonly code:
        'key-asked' | 'forbidden' | 'no-such-place' | 'get-not-taken' | 'too-often' | 'in-trouble' | 'refused';
      readonly status: number;
    }
  /** These cannot be tried without doing what they do. */
  | { readonly code: 'methods-untried'; readonly methods: readonly string[] };

/** Methods of which a browser asks beforehand whether they are allowed. */
const ASKED_BEFOREHAND = /^(?!(?:GET|HEAD|POST)$)/;

/** @returns the most important first; never empty */
export function diagnose(evidence: Evidence): readonly Finding[] {
  const { plain, methods } = evidence;
  if (plain.kind === 'unreachable') return unreachable(evidence);
  if (plain.kind !== 'answered') return [{ code: plain.kind }];
  const asked = headerFindings(evidence);
  const said = statusFinding(plain.status, methods);
  const untried = methods.filter((method) => ASKED_BEFOREHAND.test(method));
  const findings: Finding[] = [
    ...asked,
    ...(said === null ? [] : [said]),
    ...(untried.length === 0 ? [] : [{ code: 'methods-untried', methods: untried } as const]),
  ];
  return asked.length === 0 && said === null ? [{ code: 'works' }, ...findings] : findings;
}

/** Whether what is missing is for whoever runs the host to mend. */
export function isForTheHost({ code }: Finding): boolean {
  return ['no-answer', 'headers-not-allowed', 'preflight', 'methods-untried'].includes(code);
}

function unreachable({ online, space, fromLoopback, localPermission }: Evidence): readonly Finding[] {
  if (!online && space === 'public') return [{ code: 'offline' }];
  // Among places of one device the browser asks for no permission.
  const asks = space !== 'public' && !fromLoopback;
  if (asks && localPermission === 'denied') return [{ code: 'local-denied' }];
  const rest: Finding = { code: 'no-answer', space };
  return asks && localPermission === 'prompt' ? [{ code: 'local-unasked' }, rest] : [rest];
}

function headerFindings({ headers }: Evidence): readonly Finding[] {
  const failed = headers.filter(({ outcome }) => outcome.kind === 'unreachable').map(({ name }) => name);
  const other = headers.find(({ outcome }) => outcome.kind !== 'unreachable' && outcome.kind !== 'answered');
  const odd: Finding[] = other === undefined || other.outcome.kind === 'answered' ? [] : oddFinding(other.outcome);
  if (failed.length === 0) return odd;
  return [
    {
      code: headers.some(({ outcome }) => outcome.kind === 'answered') ? 'headers-not-allowed' : 'preflight',
      headers: failed,
    },
    ...odd,
  ];
}

function oddFinding({ kind }: Exclude<ProbeOutcome, { readonly kind: 'answered' }>): Finding[] {
  return kind === 'unreachable' ? [] : [{ code: kind }];
}

function statusFinding(status: number, methods: readonly string[]): Finding | null {
  if (status < 400) return null;
  if (status === 401 || status === 407) return { code: 'key-asked', status };
  if (status === 403) return { code: 'forbidden', status };
  if (status === 429) return { code: 'too-often', status };
  if (status >= 500) return { code: 'in-trouble', status };
  // It was asked with GET, whatever the way out is for: that it takes none is no fault of a place for POST alone.
  if (status === 405) return methods.includes('GET') ? { code: 'get-not-taken', status } : null;
  if (status === 404 || status === 410) return { code: 'no-such-place', status };
  return { code: 'refused', status };
}
