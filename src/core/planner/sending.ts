import { SEND_PLACES_MAX } from '../base/limits.ts';
import type { KnownChannel } from './goal.ts';

/** That the owner wants the answer sent, in the goal's own words: "… and send it to Status board and to https://x.example". */
export interface SendingWanted {
  /** The goal without these words. */
  readonly rest: string;
  /** Each place once, in the goal's order: an address as it stands there, or that of the way out that is named. */
  readonly to: readonly string[];
  readonly format: SendFormat;
}

/** `free-busy`: of the answer, only the free times that it offers. */
export type SendFormat = 'markdown' | 'json' | 'free-busy';

const WHAT =
  '(?:it|them|this|that|these|those|(?:the|your|my) (?:answer|result|results|report|summary|list|table|numbers?|findings))';
const FORMAT = '(?: as (?:a )?(json|markdown|free[-\\/ ]?busy)(?: file| document| times?)?)?';
const CLAUSE = new RegExp(
  `[\\s,;]+(?:and |then |and then |, )*(?:please )?(?:send|post|push|submit|deliver) ${WHAT}${FORMAT} (?:on )?(?:to|via|through) (.+?)${FORMAT}(?:,? please)?[\\s.!]*$`,
  'i',
);
const ADDRESS = /^https?:\/\/\S+$/i;
const BETWEEN = new RegExp(
  `(?:,\\s+(?:(?:and|then) )*|\\s+and (?:then )?)(?:also )?(?:(?:send|post|push|submit|deliver) ${WHAT} )?(?:on )?(?:(?:to|via|through) )?`,
  'i',
);

/**
 * Finds the words at the end of a goal that say where its answer goes. Only what the owner typed is looked at: an address in
 * a file, or a name that no way out has, sends nothing, also where other places beside it are known.
 */
export function sendingWanted(goal: string, channels: readonly KnownChannel[]): SendingWanted | null {
  const said = CLAUSE.exec(goal);
  if (said === null) return null;
  const [, before, place = '', after] = said;
  const to = placesOf(place, channels);
  if (to === null || to.length > SEND_PLACES_MAX) return null;
  return { rest: goal.slice(0, said.index), to, format: formatOf(before ?? after ?? '') };
}

/** The goal's own words for what there is to be done, without those that say where its answer goes. */
export function withoutSending(goal: string): string {
  const said = CLAUSE.exec(goal);
  return said === null ? goal : goal.slice(0, said.index);
}

/** A goal as it is read back to the owner, with where its answer goes. */
export function restatedWithSending(restated: string, to: readonly string[]): string {
  const places = `${to.slice(0, -1).join(', to ')}${to.length > 1 ? ' and to ' : ''}${to.at(-1) ?? ''}`;
  return `${restated.replace(/\.$/, '')}${AND_SEND}${places}.`;
}

/**
 * The places that the owner wrote down, each an address where it is one or names a way out, else as it stands: no way out
 * leads there. More than may be sent to at once are none.
 */
export function placesWritten(text: string, channels: readonly KnownChannel[]): readonly string[] {
  const whole = text.replace(/^[\s,]+|[\s,]+$/g, '');
  const spaced = whole.replace(/\s*,\s*/g, ', ');
  const apart = unique(whole.split(/\s*,\s+|\s*,(?=https?:\/\/)/i).filter(Boolean));
  const places = placesOf(apart.length > 1 ? spaced : whole, channels) ?? apart;
  if (places.length > SEND_PLACES_MAX) return [whole];
  return unique(places.map((place) => addressOf(place, channels) ?? place));
}

/** The same without it again. */
export function restatedWithoutSending(restated: string): string {
  const at = restated.lastIndexOf(AND_SEND);
  return at === -1 ? restated : `${restated.slice(0, at)}.`;
}

const AND_SEND = ', and send it to ';

/** The way out to an address, as far as its words tell; of several, the one with the longest path. */
export function channelTo(address: string, channels: readonly KnownChannel[]): KnownChannel | null {
  const fits = channels.filter(
    ({ origin, pathPrefix, methods }) =>
      methods.includes('POST') && isUnder(`${origin}${pathPrefix}`, address.replace(/[?#].*$/s, '')),
  );
  return fits.reduce<KnownChannel | null>(
    (best, next) => (best !== null && best.pathPrefix.length >= next.pathPrefix.length ? best : next),
    null,
  );
}

/** The longest name of a way out first, so that one called "Ops and board" stays one; null unless all of it is known. */
function placesOf(text: string, channels: readonly KnownChannel[]): readonly string[] | null {
  const one = addressOf(text, channels);
  if (one !== null) return [one];
  for (let end = text.length; end > 0; end--) {
    const between = BETWEEN.exec(text.slice(end));
    if (between?.index !== 0) continue;
    const first = addressOf(text.slice(0, end), channels);
    if (first === null) continue;
    const rest = placesOf(text.slice(end + between[0].length), channels);
    if (rest !== null) return unique([first, ...rest]);
  }
  return null;
}

function unique(places: readonly string[]): readonly string[] {
  return [...new Set(places)];
}

function formatOf(words: string): SendFormat {
  if (/^free/i.test(words)) return 'free-busy';
  return words.toLowerCase() === 'json' ? 'json' : 'markdown';
}

function addressOf(place: string, channels: readonly KnownChannel[]): string | null {
  const bare = unquoted(place);
  if (ADDRESS.test(bare)) return bare;
  const name = bare
    .replace(/^(?:the|my|our) /i, '')
    .replace(/ (?:channel|way out|hook|webhook)$/i, '')
    .toLowerCase();
  const named = channels.filter((channel) => [name, bare.toLowerCase()].includes(channel.name.toLowerCase()));
  const [only] = named;
  return only !== undefined && named.length === 1 ? `${only.origin}${only.pathPrefix}` : null;
}

function unquoted(text: string): string {
  return text.trim().replace(/^(?:"(.*)"|'(.*)'|“(.*)”|<(.*)>)$/s, (_, ...inner: (string | undefined)[]) => {
    return inner.slice(0, 4).find((each) => each !== undefined) ?? '';
  });
}

/** Scheme and host in any case; the path as it is. */
function isUnder(prefix: string, address: string): boolean {
  const [, origin = '', path = ''] = /^(https?:\/\/[^/]*)(.*)$/i.exec(address) ?? [];
  const place = `${origin.toLowerCase()}${path === '' ? '/' : path}`;
  return place === prefix || place.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
}
