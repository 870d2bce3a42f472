const KEY = 'windhover.clock';

/** A fixed clock for demonstrations and tests, asked for in the address and shown in the interface while it holds. */
export interface ClockOverride {
  /** Milliseconds since 1970, or null for the real clock. */
  readonly now: number | null;
  /** IANA zone, or null for the browser's. */
  readonly zone: string | null;
}

const NONE: ClockOverride = { now: null, zone: null };

/** Reads `?now=ISO&zone=IANA` from the address and keeps it for this tab's session. */
export function readClockOverride(
  query: URLSearchParams,
  session: Pick<Storage, 'getItem' | 'setItem'>,
): ClockOverride {
  const now = query.get('now');
  const zone = query.get('zone');
  if (now === null && zone === null) return parse(session.getItem(KEY));
  const asked = check({ now: now === null ? null : Date.parse(now), zone });
  session.setItem(KEY, JSON.stringify(asked));
  return asked;
}

export function clearClockOverride(session: Pick<Storage, 'removeItem'>): void {
  session.removeItem(KEY);
}

function parse(kept: string | null): ClockOverride {
  if (kept === null) return NONE;
  try {
    return check(JSON.parse(kept) as ClockOverride);
  } catch {
    return NONE;
  }
}

function check(asked: ClockOverride): ClockOverride {
  return {
    now: typeof asked.now === 'number' && Number.isFinite(asked.now) ? asked.now : null,
    zone: typeof asked.zone === 'string' && isZone(asked.zone) ? asked.zone : null,
  };
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
