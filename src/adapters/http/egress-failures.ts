import { OUTGOING_BYTES_MAX, MIB } from '#core/base/limits.ts';
import type { Channel } from '#core/channels/channel.ts';
import type { EgressFailure } from '#ports/egress.ts';
import type { Refusal } from './egress-wire.ts';

type Code = Exclude<EgressFailure['code'], 'not-admitted'>;

/** Nothing is handed over before these are ruled out. */
const BEFORE = new Set<Code>(['drift', 'spent', 'no-way-out', 'blocked-here']);

/** @param sent for an abort, which may come before or after the request was handed over */
export function failure(code: Code, { origin }: Channel, sent?: EgressFailure['sent']): EgressFailure {
  return { code, message: MESSAGES[code](origin), sent: sent ?? (BEFORE.has(code) ? 'no' : 'unknown') };
}

export function notAdmitted(problem: Refusal, { origin }: Channel): EgressFailure {
  return {
    code: 'not-admitted',
    message: `Nothing was sent: ${PROBLEMS[problem](origin)}`,
    sent: 'no',
  };
}

const MESSAGES: Readonly<Record<Code, (origin: string) => string>> = {
  drift: () => 'Nothing was sent: this is not what was decided. Decide about it again.',
  spent: () => 'Nothing was sent: this permission was used already. Ask for a new one.',
  'no-way-out': () =>
    'Nothing was sent: the part of the app that sends is not running for this tab. Reload the page, and allow service workers for it.',
  redirect: (origin) =>
    `${origin} wanted the request sent to another address, which was not followed. Ask for the address it really has and approve that.`,
  'blocked-here': () =>
    'Nothing was sent: the app’s own files were served with rules that do not let it send there. Whoever serves the app has to send the headers that come with it.',
  unreachable: (origin) =>
    `There was no answer from ${origin} that may be read. Check that it is running and online, and that it allows this app by its CORS headers.`,
  aborted: () => 'It was stopped.',
  broken: (origin) =>
    `The connection was lost before ${origin} answered. Look there whether it arrived before sending it again.`,
};

const PROBLEMS: Readonly<Record<Refusal, (origin: string) => string>> = {
  'not-a-url': () => 'its address is not one. Correct the address.',
  'odd-characters': () =>
    'its address has characters that are read differently by different programs. Correct the address.',
  'user-info': () => 'its address carries a user name. Leave that out.',
  scheme: () => 'its address does not begin with https. Plain http is for approved places on this device only.',
  'trailing-dot': () => 'the name of its host ends in a dot. Leave that out.',
  'ip-address': () =>
    'its address is a number and no approved place on this device or network. Use the name of the host.',
  'local-name': () => 'the name of its host means another machine in each network. Approve that place first.',
  'encoded-separator': () => 'the path of its address hides a separator. Correct the address.',
  'odd-url': () => 'its address would be sent otherwise than it is written. Write it as a browser does.',
  'plain-http': () => 'plain http may go to localhost and 127.0.0.1 only. Give that place an https address.',
  'odd-headers': () => 'a browser would send its headers otherwise than they are written. Correct the headers.',
  unsigned: (origin) =>
    `the channel to ${origin} takes signed requests only, and there is no key to sign with. Unlock the vault again.`,
  'body-not-taken': () => 'a request that only asks carries no body. Send it as POST.',
  'too-large': () => `it is larger than ${String(OUTGOING_BYTES_MAX / MIB)} MiB. Send it in parts.`,
  'other-origin': (origin) => `this channel goes to ${origin} only. Approve a channel to the other place.`,
  method: (origin) => `the channel to ${origin} does not take this method. Approve a channel that does.`,
  path: (origin) => `the channel to ${origin} does not take this path. Approve a channel that does.`,
  header: (origin) => `the channel to ${origin} does not take one of its headers. Approve a channel that does.`,
  expired: (origin) => `the channel to ${origin} has expired. Approve it again.`,
  'bytes-a-day': (origin) => `it is more than the channel to ${origin} may take in a day. Raise that limit or wait.`,
  'answer-bytes-a-day': (origin) => `as much came back from ${origin} today as may in a day. Raise that limit or wait.`,
  'requests-a-minute': (origin) => `the channel to ${origin} has had its requests for this minute. Wait a minute.`,
};
