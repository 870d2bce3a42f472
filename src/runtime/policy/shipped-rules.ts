import { SCOPE_VERSION } from '#core/policy/rule-scope.ts';
import type { RulePack, RuleSet } from '#core/policy/rule-set.ts';
import { calendarFreeBusy } from './packs/calendar-free-busy.ts';
import { localMailSummaries } from './packs/local-mail-summaries.ts';
import { mailStays } from './packs/mail-stays.ts';
import { quietNights } from './packs/quiet-nights.ts';

/** What is in force until the owner adopts anything else. */
export const SHIPPED_RULES: RuleSet = { packs: [calendarFreeBusy, localMailSummaries], scopes: SCOPE_VERSION };

/** Every pack that the app knows; the owner turns them on and off. */
export const PACKS: readonly RulePack[] = [...SHIPPED_RULES.packs, mailStays, quietNights];
