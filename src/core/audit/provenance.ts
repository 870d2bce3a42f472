import type { UnixMs } from '../base/ids.ts';
import { assert } from '../base/assert.ts';
import { base64, fromHex } from '../base/bytes.ts';
import type { Json } from '../base/json.ts';
import type { AgentId } from '../identity/did-key.ts';
import type { AccountedStep, RunAccount } from './run-account.ts';

/**
 * How an answer and the files written from it came about: an in-toto Statement v1
 * (github.com/in-toto/attestation, spec/v1/statement.md) whose predicate is PROV-O (w3.org/TR/prov-o) in JSON-LD 1.1.
 * Made from the account of the run alone: whoever has the journal makes the same statement.
 */
export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
/** What an envelope says its payload is (spec/v1/envelope.md). */
export const STATEMENT_MEDIA_TYPE = 'application/vnd.in-toto+json';
const PROV = 'http://www.w3.org/ns/prov#';
const NO_MODEL = 'none: symbolic engine';

/** Runs without a verified answer leave nothing to attest: null. */
export function provenanceOf(account: RunAccount, agent: AgentId, formatTime: (time: UnixMs) => string): Json | null {
  const { answer, plan, written } = account;
  if (answer?.verdict !== 'PASS') return null;
  const at = (step: string): Json => ({ '@id': `#step-${step}` });
  const answerName = named(answer.digest);
  const graph: Json[] = [
    { '@id': agent, '@type': 'prov:SoftwareAgent' },
    { '@id': '#owner', '@type': 'prov:Person' },
    {
      '@id': '#goal',
      '@type': 'prov:Entity',
      'prov:value': account.goal.text,
      'prov:wasAttributedTo': { '@id': '#owner' },
      logIndex: account.goal.entry,
    },
    ...account.sources.map(({ sha256, file, entry }) => ({
      '@id': named(sha256),
      '@type': 'prov:Entity',
      sha256,
      file,
      logIndex: entry,
    })),
    ...(plan === null
      ? []
      : [
          {
            '@id': '#plan',
            '@type': ['prov:Entity', 'prov:Plan'],
            sha256: plan.digest,
            method: plan.method,
            logIndex: plan.entry,
          },
        ]),
    ...account.steps.flatMap((step) => activityOf(step, agent, formatTime)),
    ...account.approvals.map(({ step, digest, decision, decided, entry }) => ({
      '@id': `#approval-${String(entry)}`,
      '@type': 'prov:Activity',
      'prov:wasAssociatedWith': { '@id': '#owner' },
      'prov:wasInformedBy': at(step),
      approved: digest,
      decision,
      logIndex: decided ?? entry,
    })),
    {
      '@id': answerName,
      '@type': 'prov:Entity',
      sha256: answer.digest,
      verdict: answer.verdict,
      'prov:wasAttributedTo': { '@id': agent },
      'prov:wasDerivedFrom': account.sources.map(({ sha256 }) => ({ '@id': named(sha256) })),
      'prov:generatedAtTime': { '@type': 'xsd:dateTime', '@value': formatTime(answer.at) },
      logIndex: answer.entry,
    },
    ...written.map(({ name, sha256, step, entry }) => ({
      '@id': named(sha256),
      '@type': 'prov:Entity',
      sha256,
      file: name,
      'prov:wasDerivedFrom': { '@id': answerName },
      'prov:wasGeneratedBy': at(step),
      logIndex: entry,
    })),
  ];
  return {
    _type: STATEMENT_TYPE,
    subject: [
      { name: `answer of run ${account.run}`, digest: { sha256: answer.digest } },
      ...written.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
    ],
    predicateType: PROV,
    predicate: {
      '@context': {
        '@vocab': 'urn:windhover:',
        prov: PROV,
        xsd: 'http://www.w3.org/2001/XMLSchema#',
      },
      '@id': `urn:windhover:run:${account.run}`,
      '@graph': graph,
    },
  };
}

function activityOf(step: AccountedStep, agent: AgentId, formatTime: (time: UnixMs) => string): Json[] {
  if (step.started === null) return [];
  const moment = (time: UnixMs | null): Json =>
    time === null ? null : { '@type': 'xsd:dateTime', '@value': formatTime(time) };
  const activity = {
    '@id': `#step-${step.step}`,
    '@type': 'prov:Activity',
    'prov:wasAssociatedWith': { '@id': agent },
    'prov:qualifiedAssociation': { 'prov:agent': { '@id': agent }, 'prov:hadPlan': { '@id': '#plan' } },
    'prov:startedAtTime': moment(step.startedAt),
    'prov:endedAtTime': moment(step.endedAt),
    tool: step.tool,
    toolVersion: step.toolVersion,
    modelDigest: step.model,
    model: step.model ?? NO_MODEL,
    decision: step.decision,
    logIndex: step.started,
  };
  if (step.observation === null) return [activity];
  const observation = {
    '@id': `#observation-${step.step}`,
    '@type': 'prov:Entity',
    sha256: step.observation,
    'prov:wasGeneratedBy': { '@id': `#step-${step.step}` },
    logIndex: step.ended,
  };
  return [activity, observation];
}

/** A name for bytes by their hash: RFC 6920. */
function named(sha256: string): string {
  const bytes = fromHex(sha256);
  assert(bytes !== null, 'an account names files and answers by their hash');
  return `ni:///sha-256;${base64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`;
}
