import { t } from '#lib/messages/t.ts';

interface Names {
  readonly [agent: string]: string;
}

/**
 * An agent, and who asked it: "Mail, asked by Calendar".
 * @param agents ids, the agent last, after those that asked it, one for the other
 * @param names by id
 */
export function agentsText(agents: readonly string[], names: Names = {}): string {
  return agents
    .map((id) => (Object.hasOwn(names, id) ? (names[id] ?? id) : id))
    .reduce((asker, agent) => t('approval.agent-asked', { agent, asker }));
}

/** Whose runs a standing yes is for; null while the owner is alone. */
export function grantFor({ agents }: { readonly agents?: readonly string[] }, names: Names = {}): string | null {
  if (agents !== undefined) return t('grant.for-agent', { agent: agentsText(agents, names) });
  return Object.keys(names).length === 0 ? null : t('grant.for-owner');
}
