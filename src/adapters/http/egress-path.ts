/** Followed by a token: what the service worker answers, and never the host of the app's files. */
export const EGRESS_PATH = '/egress/';
