import type { RulePack } from '#core/policy/rule-set.ts';
import { LEAVING } from './leaving.ts';

const RULE = `@id("nights")
forbid (principal, action in Action::"leaves", resource)
when { context.hour >= 22 || context.hour < 7 };`;

/** Nothing leaves while its owner sleeps. */
export const quietNights: RulePack = {
  id: 'quiet-nights',
  text: `// Nothing leaves from 22:00 to 7:00, where the owner is.\n${RULE}\n`,
  from: null,
  until: null,
  rules: [{ id: 'quiet-nights/nights', text: RULE, effect: 'forbid', scope: { sink: LEAVING } }],
};
