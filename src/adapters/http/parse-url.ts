import type { ParsedUrl } from '#core/channels/target.ts';

/** The platform's own parser (WHATWG URL). @returns null for what it does not take */
export function parseUrl(text: string): ParsedUrl | null {
  return URL.canParse(text) ? new URL(text) : null;
}
