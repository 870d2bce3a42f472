import type { Reason } from '#core/policy/reason.ts';
import type { PackState, PackView, PolicyDraft, PolicyView, VersionView } from '#runtime/contract/policy-api.ts';
import { t } from '#lib/messages/t.ts';
import type { Shown } from './status.ts';

/** What the rules of the core say, without those that come from the owner's. */
type CoreReason = Exclude<
  Reason,
  'forbidden-by-rule' | 'rule-failed' | 'asked-by-rule' | 'reads-only' | 'as-planned' | 'approved' | 'granted'
>;

/** Every rule that nobody can amend, by what it answers. */
export const CORE_RULE_EFFECTS: Readonly<Record<CoreReason, 'deny' | 'ask'>> = {
  sealed: 'deny',
  'no-channel': 'deny',
  'not-for-models': 'deny',
  'no-content': 'deny',
  'unknown-sink': 'deny',
  'writes-outside': 'ask',
  'content-untrusted': 'ask',
  'above-clearance': 'ask',
  'price-unknown': 'ask',
  'not-a-reader': 'ask',
  'address-untrusted': 'ask',
  'address-not-the-owners': 'ask',
  'not-planned': 'ask',
  'planned-by-untrusted': 'ask',
  'owner-decides': 'ask',
};

export function coreRules(effect: 'deny' | 'ask'): readonly string[] {
  return (Object.keys(CORE_RULE_EFFECTS) as CoreReason[])
    .filter((reason) => CORE_RULE_EFFECTS[reason] === effect)
    .map((reason) => t(`policy.core.${reason}`));
}

export function packTitle(id: string): string {
  return isKnown(id) ? t(`policy.pack.${id}`) : id;
}

/** A rule as its owner knows it: `own/nights` is their rule “nights”. */
export function ruleText(id: string): string {
  const [pack = '', ...rest] = id.split('/');
  const rule = rest.join('/');
  return pack === 'own' ? t('policy.rule-own', { rule }) : t('policy.rule-of', { rule, pack: packTitle(pack) });
}

export function packLead(id: string): string {
  return isKnown(id) ? t(`policy.pack-lead.${id}`) : t('policy.pack-other');
}

const KNOWN = ['calendar-free-busy', 'local-mail-summaries', 'mail-stays', 'quiet-nights'] as const;

function isKnown(id: string): id is (typeof KNOWN)[number] {
  return (KNOWN as readonly string[]).includes(id);
}

export function showState(state: PackState): Shown {
  const word = t(`policy.state.${state}`);
  switch (state) {
    case 'in-force':
      return { word, tone: 'verified', icon: 'check' };
    case 'not-yet':
      return { word, tone: 'asks', icon: 'clock' };
    default:
      return { word, tone: 'plain', icon: 'minus' };
  }
}

/** The rules as they are, as a draft to change. */
export function draftOfView({ packs, own }: PolicyView): PolicyDraft {
  const { text, from, until } = own;
  return {
    packs: packs.filter(({ state }) => state !== 'off').map(({ id, ...dates }) => ({ id, ...datesOf(dates) })),
    own: { text, from, until },
  };
}

/** The same with one pack changed; null takes it out. */
export function withPack(draft: PolicyDraft, id: string, dates: Pick<PackView, 'from' | 'until'> | null): PolicyDraft {
  const others = draft.packs.filter((pack) => pack.id !== id);
  return { ...draft, packs: dates === null ? others : [...others, { id, ...datesOf(dates) }] };
}

function datesOf({ from, until }: Pick<PackView, 'from' | 'until'>): Pick<PackView, 'from' | 'until'> {
  return { from, until };
}

/** A version as one text, to be compared with another: each pack with its dates. */
export function versionText({ packs }: VersionView, day: (at: number) => string): string {
  return packs
    .map(({ id, text, from, until }) => {
      const begins = from === null ? t('policy.from-now') : t('policy.from-day', { day: day(from) });
      const ends = until === null ? t('policy.without-end') : t('policy.until-day', { day: day(until - 1) });
      return `${id === 'own' ? t('policy.own') : packTitle(id)}: ${begins}, ${ends}\n${text.trimEnd()}\n`;
    })
    .join('\n');
}
