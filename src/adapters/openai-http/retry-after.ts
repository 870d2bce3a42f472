import type { Ms } from '#core/base/ids.ts';

/** When a host said to come back (RFC 9110, 10.2.3): seconds, or a date. @returns null where it did not say */
export function retryAfter(header: string | undefined, now: number): Ms | null {
  const said = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(said)) return (Number(said) * 1_000) as Ms;
  const at = /^[A-Z][a-z]{2}, /.test(said) ? Date.parse(said) : NaN;
  return Number.isNaN(at) ? null : (Math.max(0, at - now) as Ms);
}
