import type { KeyDocument } from '#core/identity/key-document.ts';
import type { NextRecord } from '#core/identity/record.ts';
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

/** What a record does to an agent, in a sentence. @param own the key of this device, to be told from others */
export function recordWords(record: NextRecord, own: string | null = null): string {
  const named = (key: KeyDocument): string => {
    const text = keyText(key);
    return text === own ? t('record.this-device', { key: text }) : text;
  };
  switch (record.type) {
    case 'windhover.certificate':
      return t(`record.${record.purpose}`, { key: named(record.subject) });
    case 'windhover.succession':
      return record.role === 'root'
        ? t('record.root', { key: named(record.key) })
        : t('record.agent', { key: named(record.key), entry: record.from });
    case 'windhover.cosigners': {
      const { keys, threshold } = record.cosigners;
      return keys.length === 0
        ? t('record.cosigners-none')
        : t('record.cosigners', { threshold, total: keys.length, keys: keys.map(named).join(', ') });
    }
  }
}

/** The Ed25519 part of a key as did:key; a ristretto255 key in base64. */
function keyText(key: KeyDocument): string {
  return key.algorithm === 'ristretto255' ? key.key : (key.keys[0] ?? '');
}
