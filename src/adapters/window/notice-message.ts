/** What a notification says of the question it is about: enough to open it or to deny it, and nothing of what it asks. */
export interface NoticedQuestion {
  readonly run: string;
  readonly approval: string;
}

/** From the service worker to a page: the owner denied from the notification. */
export interface DeniedByNotice extends NoticedQuestion {
  readonly type: 'deny-question';
}

const DENY = /^#deny=([\w-]+)\.([\w-]+)$/;

/** Where the service worker opens the app to deny, when no page of it is open. Ids are random: nobody else can name one. */
export function denyAddress({ run, approval }: NoticedQuestion): string {
  return `/approvals#deny=${run}.${approval}`;
}

export function deniedIn(hash: string): NoticedQuestion | null {
  const [, run, approval] = DENY.exec(hash) ?? [];
  return run === undefined || approval === undefined ? null : { run, approval };
}

export function isDeniedByNotice(value: unknown): value is DeniedByNotice {
  return isNoticedQuestion(value) && 'type' in value && value.type === 'deny-question';
}

export function isNoticedQuestion(value: unknown): value is NoticedQuestion {
  if (typeof value !== 'object' || value === null) return false;
  const { run, approval } = value as Partial<NoticedQuestion>;
  return typeof run === 'string' && typeof approval === 'string';
}
