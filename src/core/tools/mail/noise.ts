import type { Message } from '../../items/item.ts';

const SENDERS =
  /^(?:no-?_?reply|do-?not-?reply|news(?:letter)?s?|notifications?|notify|alerts?|mailer(?:-daemon)?|postmaster|updates?|digest|marketing|promo(?:tions)?|offers?|deals|billing-noreply|automated?|bounces?|announce(?:ments?)?|jobs?-?alerts?|store-news|hello-news|tickets?|webinars?|bookings?|backups?|intranet|system|server|monitor(?:ing)?|cron|robot|bot|builds?|calendar)(?:[+._-].*)?$/;
const PARTS = /(?:^|[._+-])(?:no-?reply|donotreply|newsletter|notifications?|mailer|digest|updates)(?:$|[._+-])/;
const SUBJECTS =
  /\b(?:newsletter|(?:daily|weekly|monthly) (?:digest|report)|weekly roundup|\d ?% off|special offer|sale ends|last chance|out of office|automatic reply|auto-?reply|abwesenheitsnotiz|delivery (?:status|failure)|undeliverable|password reset|verify your (?:e-?mail|account|address)|security alert|new (?:sign-?in|login))\b/i;
const BODIES =
  /\b(?:unsubscribe|view (?:this (?:e-?mail|message) )?in (?:your )?browser|you (?:are )?receiv(?:e|ed|ing) this (?:e-?mail|message|newsletter)|manage (?:your )?(?:e-?mail )?(?:preferences|subscription|notifications)|this is an automat(?:ed|ic) (?:message|e-?mail|notification)|automatically generated|do not reply to this|please do not reply|opt[- ]out|register (?:now|today|anyway)|sign up (?:now|today)|only \w+ days left|limited seats|early bird|shop now|buy now|click here)\b/i;

/** What answers for its owner answers nothing, however it is put. */
const AWAY =
  /\b(?:away from (?:my desk|the office|my mail|e-?mail|work)|not in the office|out of (?:the )?office|on (?:annual |parental )?leave)\b.{0,120}\b(?:will|'ll) (?:\w+ )?(?:read|answer|reply|respond|get back)\b.{0,60}\b(?:when|once|after|on|upon|as soon as)\b/is;
const OUT_OF_OFFICE =
  /\b(?:i am|i'm|i will be|i'll be) (?:currently )?(?:out of (?:the )?office|on (?:annual leave|leave|holiday|vacation|parental leave)) (?:until|till|from|and|with)\b/i;

/** Newsletters, notifications and other mail that no person wrote to the reader. */
export function isNoise({
  from,
  subject,
  text,
  automatic,
}: Pick<Message, 'from' | 'subject' | 'text' | 'automatic'>): boolean {
  if (automatic === true) return true;
  const local = from.address.split('@')[0] ?? '';
  if (text.length < 1200 && (OUT_OF_OFFICE.test(text.slice(0, 400)) || AWAY.test(text.slice(0, 400)))) return true;
  if (SENDERS.test(local) || PARTS.test(local)) return true;
  if (BODIES.test(text)) return true;
  return SUBJECTS.test(subject);
}
