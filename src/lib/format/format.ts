import type { OwnerSettings } from '#core/items/owner.ts';

/** How numbers, bytes, dates and durations are written for one owner. Made again when the settings change. */
export class Format {
  readonly locale: string;
  readonly zone: string;
  readonly #number: Intl.NumberFormat;
  readonly #percent: Intl.NumberFormat;
  readonly #money: Intl.NumberFormat;
  readonly #moment: Intl.DateTimeFormat;
  readonly #time: Intl.DateTimeFormat;
  readonly #day: Intl.DateTimeFormat;
  readonly #relative: Intl.RelativeTimeFormat;

  constructor(settings: Pick<OwnerSettings, 'locale' | 'zone'>) {
    this.locale = supportedLocale(settings.locale);
    this.zone = supportedZone(settings.zone);
    const { locale, zone: timeZone } = this;
    this.#number = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
    this.#percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 });
    this.#money = new Intl.NumberFormat(locale, { style: 'currency', currency: 'USD' });
    this.#moment = new Intl.DateTimeFormat(locale, { timeZone, dateStyle: 'medium', timeStyle: 'short' });
    this.#time = new Intl.DateTimeFormat(locale, { timeZone, timeStyle: 'medium' });
    this.#day = new Intl.DateTimeFormat(locale, { timeZone, dateStyle: 'full' });
    this.#relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  }

  /** @param digits after the decimal point, at most */
  number(value: number, digits = 2): string {
    const format =
      digits === 2 ? this.#number : new Intl.NumberFormat(this.locale, { maximumFractionDigits: Math.min(digits, 20) });
    return format.format(value);
  }

  /** @param fraction 0 to 1 */
  percent(fraction: number): string {
    return this.#percent.format(fraction);
  }

  money(usd: number): string {
    return this.#money.format(usd);
  }

  /** @param micro millionths of a unit of the currency: as many digits as it takes */
  amount(micro: number, currency: string): string {
    const style = { style: 'currency', currency, maximumFractionDigits: 6 } as const;
    return new Intl.NumberFormat(this.locale, style).format(micro / 1_000_000);
  }

  /** Decimal units, as storage is sold and file managers write it: 2.1 kB. */
  bytes(count: number): string {
    const steps = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
    const power = count < 1000 ? 0 : Math.min(steps.length - 1, Math.floor(Math.log10(count) / 3));
    const value = count / 1000 ** power;
    return new Intl.NumberFormat(this.locale, {
      style: 'unit',
      unit: steps[power] ?? 'byte',
      unitDisplay: power === 0 ? 'long' : 'short',
      maximumFractionDigits: value < 10 && power > 0 ? 1 : 0,
    }).format(value);
  }

  /** Date and time in the owner's zone. */
  moment(at: number): string {
    return this.#moment.format(at);
  }

  /** Time of day with seconds. */
  time(at: number): string {
    return this.#time.format(at);
  }

  day(at: number): string {
    return this.#day.format(at);
  }

  /** "3 minutes ago"; beyond a week the date itself. */
  ago(at: number, now: number): string {
    const seconds = Math.round((at - now) / 1000);
    const units = [
      ['day', 86_400],
      ['hour', 3_600],
      ['minute', 60],
    ] as const;
    if (Math.abs(seconds) > 7 * 86_400) return this.moment(at);
    for (const [unit, size] of units) {
      if (Math.abs(seconds) >= size) return this.#relative.format(Math.trunc(seconds / size), unit);
    }
    return this.#relative.format(Math.min(0, seconds), 'second');
  }

  /** @param ms a duration: "120 ms", "1.4 s", "2 min 5 s" */
  duration(ms: number): string {
    const unit = (value: number, name: string, digits = 0): string =>
      new Intl.NumberFormat(this.locale, {
        style: 'unit',
        unit: name,
        unitDisplay: 'short',
        maximumFractionDigits: digits,
      }).format(value);
    if (ms < 1000) return unit(Math.round(ms), 'millisecond');
    if (ms < 60_000) return unit(ms / 1000, 'second', 1);
    if (ms < 3_600_000)
      return `${unit(Math.floor(ms / 60_000), 'minute')} ${unit(Math.floor(ms / 1000) % 60, 'second')}`;
    return `${unit(Math.floor(ms / 3_600_000), 'hour')} ${unit(Math.floor(ms / 60_000) % 60, 'minute')}`;
  }

  /** @param weekday 1 Monday to 7 Sunday */
  weekday(weekday: number): string {
    // 1 January 2024 was a Monday.
    return new Intl.DateTimeFormat(this.locale, { weekday: 'long', timeZone: 'UTC' }).format(
      Date.UTC(2024, 0, weekday),
    );
  }

  list(words: readonly string[]): string {
    return new Intl.ListFormat(this.locale, { type: 'conjunction' }).format(words);
  }
}

function supportedLocale(locale: string): string {
  try {
    return Intl.NumberFormat.supportedLocalesOf(locale).length > 0 ? locale : 'en';
  } catch {
    return 'en';
  }
}

function supportedZone(zone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return 'UTC';
  }
}
