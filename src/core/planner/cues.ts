/** A piece of evidence for a kind of goal. Weights from 0 to 1 join as independent evidence does (noisy or). */
export interface Cue {
  readonly pattern: RegExp;
  readonly weight: number;
}

/** Evidence for, from 0 to 1: one minus the product of the doubts. */
export function evidence(text: string, cues: readonly Cue[]): number {
  let doubt = 1;
  for (const { pattern, weight } of cues) if (pattern.test(text)) doubt *= 1 - weight;
  return 1 - doubt;
}

/** Joins pieces of evidence. */
export function either(...weights: readonly number[]): number {
  return 1 - weights.reduce((doubt, weight) => doubt * (1 - weight), 1);
}

export function cue(pattern: string, weight: number): Cue {
  return { pattern: new RegExp(String.raw`\b(?:${pattern})\b`), weight };
}

export const MAIL_WORDS =
  'mails?|e ?mails?|inbox(?:es)?|mail ?box(?:es)?|messages?|threads?|correspondence|conversations?';
export const SUMMARY_WORDS =
  'summaris\\w+|summariz\\w+|summary|summaries|sum up|sums? up|recap\\w*|digest|overview|round ?up|condense|boil down|tl ?,? ?dr|gist|highlights|catch me up|catch up on|up to (?:speed|date)|brief me|fill me in|rundown|run down|key points|main points|most important (?:things|points|mails|emails|messages)|go through|go over|walk me through|triage|in short|in a nutshell|update me';
export const DOCUMENT_WORDS =
  'documents?|docs?|files?|folders?|notes?|papers?|minutes of|meeting notes|write ups?|pdfs?|memos?';
export const MEETING_WORDS =
  'meet(?:ing)?s?|calls?|talk|chat|coffee|lunch|dinner|breakfast|sync|session|workshop|interview|appointment|catch ?up|check in|stand ?up|one (?:on|to) one|1:1|1 (?:on|to|1)(?: 1)?|get together|conversation|review|demo|visit|video call|phone call|brainstorm|retro(?:spective)?|kick ?off|sit down|see each other';
