import type { RulePack } from '#core/policy/rule-set.ts';
import { LEAVING } from './leaving.ts';

const RULE = `@id("free-busy")
forbid (principal, action in Action::"leaves", resource)
when { context.carries.containsAny(["calendar", "unknown"]) };`;

/** What a calendar holds stays; when its owner is busy may leave, if the channel and the other rules let it. */
export const calendarFreeBusy: RulePack = {
  id: 'calendar-free-busy',
  text: `// A calendar shares only free/busy: stretches of time, without titles, places or people.\n${RULE}\n`,
  from: null,
  until: null,
  rules: [
    {
      id: 'calendar-free-busy/free-busy',
      text: RULE,
      effect: 'forbid',
      scope: { sink: LEAVING, carries: ['calendar', 'unknown'] },
    },
  ],
};
