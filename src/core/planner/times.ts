import type { OwnerSettings } from '../items/owner.ts';

/** Minutes after midnight. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

const NUMBER_WORDS = [
  'zero',
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
];
const TENS: Readonly<Record<string, string>> = {
  fifteen: '15',
  twenty: '20',
  thirty: '30',
  forty: '40',
  fifty: '50',
  sixty: '60',
  ninety: '90',
};

/** "half past two" becomes "2:30", "twenty five" "25". */
export function withDigits(spoken: string): string {
  return spoken
    .replace(
      /\b(twenty|thirty|forty|fifty) (one|two|three|four|five|six|seven|eight|nine)\b/g,
      (_, tens: string, ones: string) => String(Number(TENS[tens]) + NUMBER_WORDS.indexOf(ones)),
    )
    .replace(/\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b/g, (word) =>
      String(NUMBER_WORDS.indexOf(word)),
    )
    .replace(/\b(?:fifteen|twenty|thirty|forty|fifty|sixty|ninety)\b/g, (word) => TENS[word] ?? word)
    .replace(/\bhalf past (\d{1,2})\b/g, '$1:30')
    .replace(/\bquarter past (\d{1,2})\b/g, '$1:15')
    .replace(/\bquarter to (\d{1,2})\b/g, (_, hour: string) => `${String((Number(hour) + 11) % 12 || 12)}:45`);
}

const HOURS = '(?:hours?|hrs?|h)';
const MINUTES = "(?:minutes?|mins?|min|m|')";

/** Not "in 2 hours", but "fit in 2 hours". */
const NOT_AWAY = String.raw`(?<!(?<!fit |squeeze |slot |get |book |put |it )in |within |ago )`;

/** How long, in minutes, when the goal says so: "an hour and a half", "90 min", "1h30", "half an hour". */
export function durationOf(spoken: string): number | null {
  const text = withDigits(spoken);
  const rules: readonly (readonly [RegExp, (match: RegExpExecArray) => number])[] = [
    [
      new RegExp(String.raw`${NOT_AWAY}\b(\d{1,2}) ?${HOURS} (?:and )?(\d{1,2}) ?${MINUTES}?\b(?!:)`),
      (m) => 60 * Number(m[1]) + Number(m[2]),
    ],
    [/\b(\d{1,2})h(\d{2})\b/, (m) => 60 * Number(m[1]) + Number(m[2])],
    [/\b(?:an?|1) (?:hour|hr) and an? half\b|\b(?:1|an?) and an? half hours?\b/, () => 90],
    [/\b(?:an?|1) (?:hour|hr) and an? quarter\b/, () => 75],
    [/\b(\d{1,2}) and an? half (?:hours?|hrs?)\b/, (m) => 60 * Number(m[1]) + 30],
    [/\b(\d{1,2}) (?:hours?|hrs?) and an? half\b/, (m) => 60 * Number(m[1]) + 30],
    [/\b(?:3|three) quarters? (?:of an hour|hours?)\b/, () => 45],
    [/\bquarter (?:of an )?hours?\b|\bquarter of an hour\b/, () => 15],
    [/\bhalf (?:an? )?(?:hour|hr)s?\b|\b1 ?\/ ?2 hour\b/, () => 30],
    [
      new RegExp(
        String.raw`${NOT_AWAY}\b(\d{1,2}(?:[.,]\d{1,2})?) ?(?:(?:free|spare|open|available|full|whole|solid|consecutive|straight|continuous|uninterrupted) ){0,3}${HOURS}\b(?! ago| later| from now)`,
      ),
      (m) => Math.round(60 * Number((m[1] ?? '').replace(',', '.'))),
    ],
    [
      new RegExp(String.raw`${NOT_AWAY}\b(\d{1,3}) ?(?:free |spare )?${MINUTES}(?!\w)(?! ago| later| from now| past)`),
      (m) => Number(m[1]),
    ],
    [/\b(?:couple of|couple) hours?\b/, () => 120],
    [/\b(?:an?|1) (?:\w+ )?(?:hour|hr)(?:s? long)?\b(?! ago| later| of day)/, () => 60],
    [/\bhalf (?:a )?day\b/, () => 240],
    [/\b(?:whole|full|entire|all) day\b/, () => 480],
  ];
  for (const [pattern, minutes] of rules) {
    const match = pattern.exec(text);
    const value = match ? minutes(match) : 0;
    if (value > 0 && value <= 24 * 60) return value;
  }
  return null;
}

/** What a kind of meeting usually takes, when the goal does not say how long. */
export function usualDuration(plain: string): number {
  if (/\b(?:quick|short|brief|little|coffee|chat|check in|stand ?up|catch ?up|quickly|touch base)\b/.test(plain))
    return 30;
  if (/\b(?:workshop|offsite|off site|training|deep dive)\b/.test(plain)) return 120;
  return 60;
}

const CLOCK = String.raw`(?:(?<noonN>noon|midday|midnight|lunch(?:time)?)|(?<hourN>\d{1,2})(?:[:.](?<minuteN>\d{2}))? ?(?<halfN>am|pm|a\.m|p\.m|a m|p m|o'?clock|h\b|uhr)?)(?!\d|[:.,]\d| ?(?:days?|weeks?|months?|years?|minutes?|mins?|min|hours?|hrs?|people|persons?|slots?|options?|times|percent|st|nd|rd|th)\b)`;
const clock = (suffix: string): string => CLOCK.replaceAll('N>', `${suffix}>`);

/** The part of the day the goal asks for; null when it names none. */
export function hoursOf(spoken: string, owner: OwnerSettings, minutes: number): TimeRange | null {
  const text = withDigits(spoken);
  const day = workingDay(owner);
  const named = partOfDay(text, day);
  const range = clockRange(text, day, minutes);
  if (range === null) return named;
  if (named === null) return range;
  const both = { from: Math.max(named.from, range.from), to: Math.min(named.to, range.to) };
  return both.from < both.to ? both : range;
}

/** First start and last end of the working week. */
export function workingDay(owner: OwnerSettings): TimeRange {
  const days = Object.values(owner.workingHours);
  if (days.length === 0) return { from: 540, to: 1080 };
  return { from: Math.min(...days.map((day) => day.from)), to: Math.max(...days.map((day) => day.to)) };
}

function clockRange(text: string, day: TimeRange, minutes: number): TimeRange | null {
  const groupsOf = (pattern: string): Record<string, string | undefined> | null =>
    new RegExp(pattern).exec(text)?.groups ?? null;
  const between =
    groupsOf(
      String.raw`\b(?:between|from|anytime from|any time from) ${clock('A')} (?:and|to|until|till|through) ${clock('B')}`,
    ) ?? groupsOf(String.raw`\b${clock('A')} (?:to|until|till) ${clock('B')}`);
  if (between) {
    const to = minuteOf(between, 'B', null);
    const half =
      between.halfA ?? (between.hourB !== undefined && between.halfB !== undefined ? between.halfB : undefined);
    let start = minuteOf({ ...between, halfA: half }, 'A', null);
    if (start !== null && to !== null && start >= to) start = minuteOf(between, 'A', null);
    if (start !== null && to !== null && start >= to && between.halfA === undefined)
      start = minuteOf({ ...between, halfA: 'am' }, 'A', null);
    if (start !== null && to !== null) {
      const end = to <= start && between.halfB === undefined ? to + 720 : to;
      if (start < end && end <= 1440) return { from: start, to: end };
    }
  }
  const notBefore = groupsOf(
    String.raw`\b(?:after|not (?:before|earlier than|until)|no earlier than|from|past|starting(?: at| from)?|earliest(?: at)?|at the earliest|since|later than) (?:about |around )?${clock('A')}`,
  );
  const notAfter = groupsOf(
    String.raw`(?<!not )(?<!no )\b(?:before|by|until|till|not (?:after|later than|past)|no later than|earlier than|latest(?: at| by)?|ending(?: at| by)?|finish(?:ed|ing)?(?: at| by)?|done by|over by|up to) (?:about |around )?${clock('A')}`,
  );
  const negatedAfter = /\b(?:not|no|nothing|never) (?:be )?(?:after|later than|past)\b/.test(text);
  const start =
    notBefore && !negatedAfter && !/\bno later than\b/.test(text) ? minuteOf(notBefore, 'A', 'start') : null;
  const end = notAfter ? minuteOf(notAfter, 'A', 'end') : null;
  if (start !== null || end !== null) {
    const range = {
      from: start ?? Math.min(day.from, Math.max(0, (end ?? 0) - minutes)),
      to: end ?? Math.max(day.to, Math.min(1440, (start ?? 0) + minutes)),
    };
    return range.from < range.to ? range : null;
  }
  const at = groupsOf(String.raw`\b(?:at|around|about|@) (?:about |around )?${clock('A')}`);
  const exact = at ? minuteOf(at, 'A', 'start') : null;
  if (exact === null || exact + minutes > 1440) return null;
  return /\b(?:around|about)\b/.test(text)
    ? { from: Math.max(0, exact - 30), to: Math.min(1440, exact + minutes + 30) }
    : { from: exact, to: exact + minutes };
}

/**
 * Without am or pm, 1 to 6 are in the afternoon. Lunch lasts from 12:00 to 13:00: after it is 13:00, before it 12:00.
 */
function minuteOf(
  groups: Record<string, string | undefined>,
  which: 'A' | 'B',
  edge: 'start' | 'end' | null,
): number | null {
  const word = groups[`noon${which}`];
  if (word === 'midnight') return edge === 'start' ? 0 : 1440;
  if (word?.startsWith('lunch')) return edge === 'start' ? 780 : 720;
  if (word !== undefined) return 720;
  const hour = Number(groups[`hour${which}`]);
  const minute = Number(groups[`minute${which}`] ?? 0);
  if (!(hour <= 24) || minute > 59) return null;
  const half = (groups[`half${which}`] ?? '').replace(/[. ]/g, '');
  if (half === 'pm') return (hour % 12) * 60 + 720 + minute;
  if (half === 'am') return (hour % 12) * 60 + minute;
  return (hour >= 1 && hour <= 6 ? hour + 12 : hour) * 60 + minute;
}

/** @returns null when no part of the day is named */
function partOfDay(text: string, day: TimeRange): TimeRange | null {
  const refused = (part: string): boolean =>
    new RegExp(
      String.raw`\b(?:not|no|never|except|avoid|without|excluding)(?: in| at| during| on| for| over| any| the| DATE| mondays?| fridays?)* ${part}`,
    ).test(text);
  const evening = { from: 1080, to: 1320 };
  const parts: readonly (readonly [RegExp, TimeRange, TimeRange | null])[] = [
    [/\bafter (?:the )?lunch(?:time| break)?\b|\bpost lunch\b/, { from: 780, to: day.to }, null],
    [/\bbefore (?:the )?lunch(?:time| break)?\b|\bpre lunch\b/, { from: day.from, to: 720 }, null],
    [
      /\b(?:at|over|during|around|for) (?:the )?(?:lunch|lunchtime|lunch break|lunch hour|midday)\b|\blunchtime\b/,
      { from: 720, to: 840 },
      null,
    ],
    [/\blate (?:in the )?mornings?\b/, { from: 600, to: 720 }, null],
    [/\bearly (?:in the )?mornings?\b/, { from: Math.min(day.from, 480), to: 600 }, null],
    [/\bfirst thing\b/, { from: day.from, to: day.from + 120 }, null],
    [
      /\blate (?:in the )?afternoons?\b|\b(?:at the )?end of (?:the |my )?(?:working )?day\b/,
      { from: 900, to: day.to },
      null,
    ],
    [/\bearly (?:in the )?afternoons?\b/, { from: 720, to: 900 }, null],
    [
      /\bmornings?\b|\bforenoon\b/,
      { from: Math.min(day.from, 660), to: 720 },
      { from: 720, to: Math.max(day.to, 780) },
    ],
    [/\bafternoons?\b/, { from: 720, to: Math.max(day.to, 780) }, { from: day.from, to: 720 }],
    [
      /\bevenings?\b|\bafter (?:work|hours|office hours|dinner)\b|\btonight\b|\bat night\b/,
      evening,
      { from: day.from, to: Math.min(day.to, 1080) },
    ],
    [/\bbefore work\b/, { from: 420, to: day.from }, null],
  ];
  let range: TimeRange | null = null;
  for (const [pattern, wanted, instead] of parts) {
    const match = pattern.exec(text);
    if (!match) continue;
    const chosen = refused(match[0]) ? instead : wanted;
    if (chosen === null || chosen.from >= chosen.to) continue;
    if (range === null) range = chosen;
    else if (
      /\bmornings? (?:or|and) (?:the )?(?:early |late )?(?:afternoons?|evenings?)|\bafternoons? (?:or|and) evenings?/.test(
        text,
      )
    )
      range = { from: Math.min(range.from, chosen.from), to: Math.max(range.to, chosen.to) };
  }
  return range;
}
