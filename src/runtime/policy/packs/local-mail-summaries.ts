import type { RulePack } from '#core/policy/rule-set.ts';

const RULE = `@id("local-engine")
forbid (principal, action == Action::"premium-model", resource)
when { context.carries.containsAny(["mail", "unknown"]) && !context.onDevice };`;

/** Mail is summarised by what runs on this device: no model elsewhere gets to read it. */
export const localMailSummaries: RulePack = {
  id: 'local-mail-summaries',
  text: `// Mail is summarised by a local engine only: no model on another machine reads it.\n${RULE}\n`,
  from: null,
  until: null,
  rules: [
    {
      id: 'local-mail-summaries/local-engine',
      text: RULE,
      effect: 'forbid',
      scope: { sink: ['premium-model'], carries: ['mail', 'unknown'] },
    },
  ],
};
