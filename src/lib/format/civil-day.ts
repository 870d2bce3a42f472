/** Midnight at the beginning of an ISO date, in the browser's own zone; null for none. */
export function startOfDay(day: string): number | null {
  return day === '' ? null : new Date(`${day}T00:00:00`).getTime();
}

/** Midnight at its end. */
export function endOfDay(day: string): number | null {
  if (day === '') return null;
  const date = new Date(`${day}T00:00:00`);
  date.setDate(date.getDate() + 1);
  return date.getTime();
}

/** The ISO date of a moment; empty for none. */
export function dayAt(at: number | null): string {
  if (at === null) return '';
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${String(date.getFullYear())}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
