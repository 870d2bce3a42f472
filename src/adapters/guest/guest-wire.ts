/** The page in the jail: of its own, with headers of its own. */
export const GUEST_PAGE = '/guest.html';

/** What the page is told, once, with the port that it answers on. */
export interface GuestStart {
  readonly code: string;
  readonly bytes: Uint8Array;
  readonly outputBytesMax: number;
}

export type GuestAnswer =
  | { readonly kind: 'done'; readonly bytes: unknown }
  | { readonly kind: 'failed'; readonly code: 'no-jail' | 'crashed' | 'too-large' | 'not-bytes' };
