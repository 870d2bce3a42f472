/** Of every request. */
const EVERYWHERE = `  tool: String,
  purpose: String,
  integrity: String,
  confidentiality: String,
  carries: Set<String>,
  folders: Set<String>,
  planned: Bool,
  destructive: Bool,
  bytes: Long,
  amount?: Long,
  time: Long,
  weekday: Long,
  hour: Long,`;

/**
 * What rules may name, in Cedar's schema language. Who acts is the principal, what would be done the action, the way out
 * or the tool the resource; the context is `RuleContext`. Only what leaves has a host.
 */
export const RULE_SCHEMA = `
entity Agent;
entity Host;
entity Channel in [Host];
entity Tool;

type Inside = {
${EVERYWHERE}
};
type Leaving = {
  host: String,
  onDevice: Bool,
${EVERYWHERE}
};

action "leaves";
action "egress", "mcp-call", "premium-model" in ["leaves"]
  appliesTo { principal: Agent, resource: Channel, context: Leaving };
action "memory-write", "vault-read", "sandbox-run", "file-export", "render", "plan-edit", "policy-edit", "server-connect", "approve"
  appliesTo { principal: Agent, resource: Tool, context: Inside };
`;
