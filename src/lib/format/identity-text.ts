import { t } from '#lib/messages/t.ts';

const CLAIMS = [
  'owner.name',
  'owner.email',
  'owner.zone',
  'owner.language',
  'agent.name',
  'agent.key',
  'agent.policy',
] as const;
const GROUP_DIGITS = 8;

/** The identity's 64 hex digits in groups, for comparing by eye or by voice. */
export function groupedIdentity(id: string): string {
  const groups = id.replace(/^agent:/, '').match(new RegExp(`.{1,${GROUP_DIGITS}}`, 'g')) ?? [];
  return groups.join(' ');
}

/** What a claim is, in words: `owner.email.2` is "Mail address 2"; a name that is not known here stands as it is. */
export function claimLabel(name: string): string {
  const [, base = name, number] = /^(.*?)(?:\.(\d+))?$/.exec(name) ?? [];
  const known = CLAIMS.find((claim) => claim === base);
  if (known === undefined) return name;
  const label = t(`claim.${known}`);
  return number === undefined ? label : `${label} ${number}`;
}
