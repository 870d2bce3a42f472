/** Minutes after midnight as "09:30", the form that time inputs take. 1440 is the end of the day, written "23:59". */
export function clockOf(minutes: number): string {
  const capped = Math.min(minutes, 24 * 60 - 1);
  return `${String(Math.floor(capped / 60)).padStart(2, '0')}:${String(capped % 60).padStart(2, '0')}`;
}

/** @returns null when the text is not a time of day */
export function minutesOf(clock: string): number | null {
  const match = /^(\d{1,2}):(\d{2})/.exec(clock);
  if (match === null) return null;
  const hours = Number(match[1]);
  const minutes = Number(match[2]);
  return hours < 24 && minutes < 60 ? hours * 60 + minutes : null;
}
