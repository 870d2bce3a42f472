import type { MessageKey } from '#lib/messages/t.ts';

const LEAVES = 'forbid (principal, action in Action::"leaves", resource)';

/** Rules to begin with: what is in quotes and numbers is to be changed. */
export const RULE_EXAMPLES = [
  {
    title: 'policy.example.folder',
    text: `// Nothing made from the folder "contracts" leaves. "unknown" stands for files that are gone.
@id("contracts stay")
${LEAVES}
when { context.folders.containsAny(["contracts", "unknown"]) };
`,
  },
  {
    title: 'policy.example.large',
    text: `// Ask me before more than 100,000 bytes leave at once.
@id("large sendings")
@effect("ask")
${LEAVES}
when { context.bytes > 100000 };
`,
  },
  {
    title: 'policy.example.nights',
    text: `// Nothing leaves at night, where I am.
@id("nights")
${LEAVES}
when { context.hour >= 22 || context.hour < 7 };
`,
  },
  {
    title: 'policy.example.hosts',
    text: `// Private data goes to these hosts only.
@id("known hosts")
${LEAVES}
when { context.confidentiality == "private" }
unless { ["api.example.com", "localhost:11434"].contains(context.host) };
`,
  },
  {
    title: 'policy.example.money',
    text: `// Ask me before an amount above 50.00: amounts are in hundredths.
@id("spending")
@effect("ask")
forbid (principal, action, resource)
when { context has amount && context.amount > 5000 };
`,
  },
] as const satisfies readonly { readonly title: MessageKey; readonly text: string }[];
