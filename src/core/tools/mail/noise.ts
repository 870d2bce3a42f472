import type { Address } from '../../items/item.ts';

const SENDERS =
  /^(?:no-?_?reply|do-?not-?reply|news(?:letter)?s?|notifications?|notify|alerts?|mailer(?:-daemon)?|postmaster|updates?|digest|marketing|promo(?:tions)?|offers?|deals|billing-noreply|automated?|bounces?|announce(?:ments?)?|jobs?-?alerts?|store-news|hello-news)(?:[+._-].*)?$/;
const PARTS = /(?:^|[._+-])(?:no-?reply|donotreply|newsletter|notifications?|mailer|digest|updates)(?:$|[._+-])/;
const SUBJECTS =
  /\b(?:newsletter|(?:daily|weekly|monthly) digest|weekly roundup|this week in|% off|special offer|sale ends|your (?:order|parcel|receipt|invoice is ready|statement)|password reset|verify your|security alert|out of office|automatic reply|delivery (?:status|failure)|undeliverable|new (?:sign-?in|login))\b/i;
const BODIES =
  /\b(?:unsubscribe|view (?:this (?:e-?mail|message) )?in (?:your )?browser|you (?:are )?receiv(?:e|ed|ing) this (?:e-?mail|message|newsletter)|manage (?:your )?(?:e-?mail )?(?:preferences|subscription|notifications)|this is an automat(?:ed|ic) (?:message|e-?mail|notification)|automatically generated|do not reply to this|please do not reply|opt[- ]out)\b/i;

/** Newsletters, notifications and other mail that no person wrote to the reader. */
export function isNoise(from: Address, subject: string, text: string): boolean {
  const local = from.address.split('@')[0] ?? '';
  if (SENDERS.test(local) || PARTS.test(local)) return true;
  if (BODIES.test(text)) return true;
  return (
    SUBJECTS.test(subject) &&
    !/^(?:re|aw|fwd?|wg):/i.test(subject.trim()) &&
    /newsletter|digest|out of office|automatic reply|undeliverable|delivery|% off|offer|sale/i.test(subject)
  );
}
