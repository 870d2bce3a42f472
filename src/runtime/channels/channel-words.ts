import { OUTGOING_BYTES_MAX } from '#core/base/limits.ts';
import type { Channel } from '#core/channels/channel.ts';
import type { OutgoingProblem } from '#core/channels/check-outgoing.ts';
import type { TargetProblem } from '#core/channels/target.ts';
import type { Finding } from '#core/policy/rules.ts';
import { ruleName } from '../policy/rule-name.ts';

/** Why an address is not taken, and what to do about it. */
export function targetProblemText(problem: TargetProblem): string {
  switch (problem) {
    case 'not-a-url':
      return 'This is not an address. It begins with https:// and names a host, as in https://api.example.com.';
    case 'odd-characters':
      return 'There are blanks, backslashes or characters that cannot be seen in this address. Type it by hand instead of pasting it.';
    case 'user-info':
      return 'There is a name before an @ in this address, which makes it look like another host. Leave out all up to the @.';
    case 'scheme':
      return 'Only https:// is taken: with anything else, others on the way can read along and answer in its place.';
    case 'trailing-dot':
      return 'The host ends with a dot, which makes it another host to a browser. Leave the dot out.';
    case 'ip-address':
      return 'A public address by number cannot be checked against a certificate’s name. Use the name of the host.';
    case 'local-name':
      return 'This name means another machine, or none, from one network to the next. Use the full name of a host, or approve it as one on this device or network.';
    case 'encoded-separator':
      return 'The path hides a separator (%2F, %5C or %00), which servers read in different ways. Write it out.';
  }
}

/** What was to be sent, as far as a refusal names it. */
export interface AskedFor {
  readonly method: string;
  readonly headers: readonly string[];
  /** Without its query, which may be private. */
  readonly place: string;
}

/** Why a way out does not take a request, and what to do about it. */
export function outgoingProblemText(
  problem: OutgoingProblem,
  { channel, name }: { readonly channel: Channel; readonly name: string },
  asked: AskedFor,
): string {
  const nothing = 'so nothing was sent';
  const change = 'Change it on the page Ways out.';
  switch (problem) {
    case 'other-origin':
      return `“${name}” leads to ${channel.origin} and not to ${asked.place}, ${nothing}. Approve a way out to that host.`;
    case 'method':
      return `“${name}” does not take ${asked.method} (it takes ${channel.methods.join(', ')}), ${nothing}. ${change}`;
    case 'path':
      return `“${name}” takes paths under ${channel.pathPrefix} and not ${asked.place}, ${nothing}. ${change}`;
    case 'header': {
      const others = asked.headers.filter((header) => !channel.headers.includes(header.toLowerCase()));
      return `“${name}” does not take the header ${others.join(', ')}, ${nothing}. ${change}`;
    }
    case 'expired':
      return `“${name}” has expired, ${nothing}. Give it a later end on the page Ways out.`;
    case 'bytes-a-day':
      return `“${name}” may send ${String(channel.bytesPerDay)} bytes a day, and this would be more, ${nothing}. Wait until tomorrow, or raise the limit on the page Ways out.`;
    case 'answer-bytes-a-day':
      return `From “${name}” ${String(channel.answerBytesPerDay)} bytes may come back in a day, and that much did, ${nothing}. Wait until tomorrow, or raise the limit on the page Ways out.`;
    case 'requests-a-minute':
      return `“${name}” may send ${String(channel.requestsPerMinute)} requests a minute, ${nothing}. Wait a minute, or raise the limit on the page Ways out.`;
    case 'odd-url':
      return `The address ${asked.place} would be sent otherwise than it is written, ${nothing}. Write it as a browser shows it.`;
    case 'plain-http':
      return `Without https only localhost and 127.0.0.1 can be reached, ${nothing}. Give the host a certificate.`;
    case 'odd-headers':
      return `The headers ${asked.headers.join(', ')} would not be sent as they are, ${nothing}.`;
    case 'body-not-taken':
      return `${asked.method} carries no body, ${nothing}.`;
    case 'too-large':
      return `More than ${String(OUTGOING_BYTES_MAX)} bytes cannot be sent at once, ${nothing}.`;
    default:
      return targetProblemText(problem);
  }
}

/** What a rule that comes with the app still lets through, by its name. */
const WAYS_AROUND: Readonly<Record<string, string>> = {
  'calendar-free-busy/free-busy': ' To send only when you are free, end the goal with “and send it as free/busy to …”.',
};

/** Why the policy says no, whatever the owner answers. */
export function denialText({ reason, rule = '' }: Pick<Finding, 'reason' | 'rule'>, host: string): string {
  switch (reason) {
    case 'sealed':
      return `What would go to ${host} is sealed, and sealed text never leaves this device.`;
    case 'not-for-models':
      return `Only what you type yourself can open a way out. This came from something that was read, so ${host} stays closed.`;
    case 'no-channel':
      return `No way out to ${host} is approved. Approve one on the page Ways out.`;
    case 'forbidden-by-rule':
      return `${ruleName(rule)} forbids this${host === '' ? '' : `, so nothing goes to ${host}`}. The page Rules shows it.${WAYS_AROUND[rule] ?? ''}`;
    case 'rule-failed':
      return `${ruleName(rule)} could not be evaluated, so nothing was ${host === '' ? 'done' : `sent to ${host}`}. Look at it on the page Rules.`;
    default:
      return `The policy does not allow this request to ${host} (${reason}).`;
  }
}
