import type { RulePack } from '#core/policy/rule-set.ts';
import { LEAVING } from './leaving.ts';

const RULE = `@id("mail")
forbid (principal, action in Action::"leaves", resource)
when { context.carries.containsAny(["mail", "unknown"]) && !context.onDevice };`;

/** What was read out of mail goes to no other machine, whoever asks for it. */
export const mailStays: RulePack = {
  id: 'mail-stays',
  text: `// What comes from mail stays on this device.\n${RULE}\n`,
  from: null,
  until: null,
  rules: [
    {
      ...{ id: 'mail-stays/mail', text: RULE, effect: 'forbid' },
      scope: { sink: LEAVING, carries: ['mail', 'unknown'] },
    },
  ],
};
