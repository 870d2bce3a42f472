import type { KnownChannel } from './goal.ts';

/** That the owner wants the answer sent, in the goal's own words: "… and send it to https://hooks.example.com/status". */
export interface SendingWanted {
  /** The goal without these words. */
  readonly rest: string;
  /** The address as it stands in the goal, or that of the way out that is named there. */
  readonly to: string;
  readonly format: SendFormat;
}

export type SendFormat = 'markdown' | 'json';

const WHAT =
  '(?:it|them|this|that|these|those|(?:the|your|my) (?:answer|result|results|report|summary|list|table|numbers?|findings))';
const FORMAT = '(?: as (?:a )?(json|markdown)(?: file| document)?)?';
const CLAUSE = new RegExp(
  `[\\s,;]+(?:and |then |and then |, )*(?:please )?(?:send|post|push|submit|deliver) ${WHAT}${FORMAT} (?:on )?(?:to|via|through) (.+?)${FORMAT}(?:,? please)?[\\s.!]*$`,
  'i',
);
const ADDRESS = /^https?:\/\/\S+$/i;

/**
 * Finds the words at the end of a goal that say where its answer goes. Only what the owner typed is looked at: an address in
 * a file, or a name that no way out has, sends nothing.
 */
export function sendingWanted(goal: string, channels: readonly KnownChannel[]): SendingWanted | null {
  const said = CLAUSE.exec(goal);
  if (said === null) return null;
  const [, before, place = '', after] = said;
  const to = addressOf(place, channels);
  if (to === null) return null;
  const format = (before ?? after)?.toLowerCase() === 'json' ? 'json' : 'markdown';
  return { rest: goal.slice(0, said.index), to, format };
}

/** The goal's own words for what there is to be done, without those that say where its answer goes. */
export function withoutSending(goal: string): string {
  const said = CLAUSE.exec(goal);
  return said === null ? goal : goal.slice(0, said.index);
}

/** A goal as it is read back to the owner, with where its answer goes. */
export function restatedWithSending(restated: string, to: string): string {
  return `${restated.replace(/\.$/, '')}${AND_SEND}${to}.`;
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
