import { expect, test } from 'vitest';
import type { CommandId, Sequence, UnixMs } from '#core/base/ids.ts';
import { canonicalJson, type Json } from '#core/base/json.ts';
import type { Result } from '#core/base/result.ts';
import { readChallenge } from '#core/identity/challenge.ts';
import { readIdentityProof } from '#core/identity/identity-proof.ts';
import { verifyIdentity } from '#core/identity/verify-identity.ts';
import { nobleIdentityKeys } from '#adapters/noble/identity-keys.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import type { Fact } from '#runtime/agent/facts.ts';
import { obey } from '#runtime/agent/obey.ts';
import { EMPTY_STATE, project, stateFromRows, type AgentState } from '#runtime/agent/projection.ts';
import { beginIdentity } from '#runtime/identity/begin-identity.ts';
import { IdentityDesk } from '#runtime/identity/identity-desk.ts';
import type { CommandOutcome } from '#runtime/contract/commands.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import { defaultSettings } from '#runtime/agent/read-views.ts';
import type { ProjectionRow } from '#ports/agent-store.ts';
import type { Sealed } from '#ports/crypto.ts';
import { fakeClock } from '#tests/fakes/fake-clock.ts';
import { tools } from '#tests/fakes/identities.ts';
import { memorySecretStore } from '#tests/fakes/memory-secret-store.ts';
import { plainSealer } from '#tests/fakes/plain-sealer.ts';
import { seededEntropy } from '#tests/fakes/seeded-entropy.ts';
import { seededSigner } from '#tests/fakes/seeded-signer.ts';

const OWNER: OwnerSettings = {
  ...defaultSettings('Europe/Paris', 'en-GB'),
  names: ['Mara Lindqvist', 'M. Lindqvist'],
  addresses: ['mara@example.org'],
};

/** One agent with its desk: orders are obeyed, and facts folded, as the leader does it. */
async function agentOf(seed: number, owner: OwnerSettings | null = OWNER) {
  const clock = fakeClock();
  const entropy = seededEntropy(seed);
  const kept = new Map<string, Sealed>();
  const parts = {
    sha256,
    entropy,
    sealer: plainSealer(`device ${String(seed)}`),
    signer: seededSigner(seed),
    secrets: memorySecretStore(kept),
    keys: nobleIdentityKeys(entropy),
  };
  const facts: Fact[] = [];
  const rows = new Map<string, ProjectionRow>();
  let state: AgentState = EMPTY_STATE;
  const commit = (fact: Fact): void => {
    const projected = project(state, JSON.parse(canonicalJson(fact)) as Fact, facts.length as Sequence);
    facts.push(fact);
    state = projected.state;
    for (const row of projected.rows) rows.set(`${row.kind}/${row.id}`, row);
  };
  const settings = { owner };
  const desk = new IdentityDesk({
    ...parts,
    clock,
    tools: () => Promise.resolve(tools),
    owner: () => Promise.resolve(settings.owner),
    store: {
      row: (kind: string, id: string) => Promise.resolve(rows.get(`${kind}/${id}`) ?? null),
      head: () => Promise.resolve(null),
    },
    command: (body): Promise<CommandOutcome> => {
      const command = { ...body, id: `order-${String(facts.length)}` as CommandId };
      const obeyed = obey(state, command, clock.now(), 'UTC');
      if (!obeyed.ok) return Promise.resolve(obeyed.error);
      obeyed.value.forEach(commit);
      return Promise.resolve({ ok: true, sequence: facts.length - 1 });
    },
  });
  commit({ type: 'agent.created', at: clock.now(), agent: 'did:key:z6Mk' });
  commit({ type: 'agent.genesis', at: clock.now(), records: await beginIdentity(parts, clock.now()) });
  return { desk, clock, facts, kept, parts, settings, rows: () => [...rows.values()], state: () => state };
}

function value<T>(result: Result<T, string>): T {
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

test('a new agent has a root, its own key and a certified key for proofs, and shows them', async () => {
  const { desk, state, kept } = await agentOf(1);
  const view = value(await desk.view())!;
  expect(view.id).toMatch(/^agent:[0-9a-f]{64}$/);
  expect(view).toMatchObject({ name: 'Windhover', holdsRoot: true, cosigners: { count: 0, threshold: 0 } });
  expect(view.certificates.map(({ purpose, current }) => [purpose, current])).toEqual([['prove', true]]);
  expect(view.keys.map(({ from }) => from)).toEqual([0]);
  expect(verifyIdentity(tools, state().identity!.records).ok).toBe(true);
  expect(kept.size).toBe(2);
});

test('one agent proves itself to another, which is told what was shown and no more', async () => {
  const [mara, library] = [await agentOf(1), await agentOf(2, null)];
  const challenge = value(await library.desk.challenge('Harbour Library', ['owner.name', 'owner.email']));
  const proof = value(await mara.desk.prove(challenge, ['owner.name']));
  const report = await library.desk.check(proof, challenge, null);
  expect(report.fault).toBeNull();
  expect(report.claims).toEqual([{ name: 'owner.name', value: 'Mara Lindqvist' }]);
  expect(report.agent?.id).toBe(value(await mara.desk.view())!.id);
  const { shown, statement } = value(readIdentityProof(proof));
  expect(canonicalJson([shown, statement])).not.toContain('mara@example.org');
  expect(library.facts.at(-1)).toMatchObject({ type: 'proof.accepted', proof: { agent: report.agent?.id } });
  expect(mara.facts.slice(-2).map(({ type }) => type)).toEqual(['claims.stated', 'proof.given']);
  expect(value(await mara.desk.view())!.given).toMatchObject([{ verifier: 'Harbour Library', shown: ['owner.name'] }]);
});

test('a proof counts once, for its challenge, from the agent that is expected', async () => {
  const [mara, library] = [await agentOf(1), await agentOf(2)];
  const challenge = value(await library.desk.challenge('Library', []));
  const proof = value(await mara.desk.prove(challenge, []));
  const other = value(await library.desk.challenge('Library', []));
  expect((await library.desk.check(proof, other, null)).fault?.code).toBe('other-challenge');
  const stranger = value(await library.desk.view())!.id;
  expect((await library.desk.check(proof, challenge, stranger)).fault?.code).toBe('other-agent');
  const both = await Promise.all([
    library.desk.check(proof, challenge, null),
    library.desk.check(proof, challenge, null),
  ]);
  expect(both.map((report) => report.fault?.code ?? 'holds').sort()).toEqual(['answered', 'holds']);
  expect((await library.desk.check(proof, challenge, null)).fault?.code).toBe('answered');
  const again = await mara.desk.prove(challenge, []);
  expect(again).toEqual({ ok: false, error: expect.stringContaining('answered already') as string });
});

test('claims are stated once and again only when they change', async () => {
  const { desk, facts, settings } = await agentOf(1);
  const prove = async (): Promise<string> => {
    const challenge = value(await desk.challenge('Library', []));
    return canonicalJson(value(readIdentityProof(value(await desk.prove(challenge, ['owner.email'])))).statement);
  };
  const first = await prove();
  expect(await prove()).toBe(first);
  expect(facts.filter(({ type }) => type === 'claims.stated')).toHaveLength(1);
  settings.owner = { ...OWNER, addresses: ['m@example.org'] };
  expect(await prove()).not.toBe(first);
  expect(facts.filter(({ type }) => type === 'claims.stated')).toHaveLength(2);
});

test('an owner who saved nothing is not spoken of', async () => {
  const { desk } = await agentOf(1, null);
  expect(value(await desk.view())!.claims.map(({ name }) => name)).toEqual(['agent.name', 'agent.key', 'agent.policy']);
});

test('a challenge that cannot be read or has expired is refused in words', async () => {
  const { desk, clock } = await agentOf(1);
  expect(await desk.prove('hello', [])).toEqual({
    ok: false,
    error: expect.stringContaining('not a challenge') as string,
  });
  const challenge = value(await desk.challenge('Library', []));
  await clock.advance(2 * 3_600_000);
  expect(await desk.prove(challenge, [])).toEqual({ ok: false, error: expect.stringContaining('expired') as string });
  expect((await desk.challenge('  ', [])).ok).toBe(false);
  expect(readChallenge(value(await desk.challenge(' Mara ', [])))?.verifier).toBe('Mara');
});

test('the root is made hybrid, certifies anew, and proofs go on holding', async () => {
  const [mara, library] = [await agentOf(1), await agentOf(2)];
  const before = value(await mara.desk.view())!;
  value(await mara.desk.strengthenRoot());
  const after = value(await mara.desk.view())!;
  expect(after.id).toBe(before.id);
  expect(after.root.algorithm).toBe('Ed25519+ML-DSA-65');
  expect(after.certificates.map(({ current }) => current)).toEqual([false, true]);
  const challenge = value(await library.desk.challenge('Library', []));
  const proof = value(await mara.desk.prove(challenge, ['owner.name']));
  expect((await library.desk.check(proof, challenge, before.id)).fault).toBeNull();
  expect((await mara.desk.strengthenRoot()).ok).toBe(false);
});

test('the root leaves the device with its backup and comes back from it alone', async () => {
  const { desk } = await agentOf(1);
  const backup = value(await desk.exportRoot());
  value(await desk.removeRoot());
  expect(value(await desk.view())!.holdsRoot).toBe(false);
  expect(await desk.strengthenRoot()).toEqual({ ok: false, error: expect.stringContaining('backup') as string });
  const other = value(await (await agentOf(3)).desk.exportRoot());
  expect(await desk.importRoot(other)).toEqual({
    ok: false,
    error: expect.stringContaining('another agent') as string,
  });
  expect((await desk.importRoot(backup.slice(0, -40))).ok).toBe(false);
  value(await desk.importRoot(backup));
  expect(value(await desk.view())!.holdsRoot).toBe(true);
  value(await desk.strengthenRoot());
  expect(await desk.importRoot(backup)).toEqual({ ok: false, error: expect.stringContaining('newer') as string });
});

test('secrets lie sealed, and another device cannot use them', async () => {
  const { desk, kept, parts } = await agentOf(1);
  const stolen = new IdentityDesk({
    ...parts,
    sealer: plainSealer('another device'),
    clock: fakeClock(),
    tools: () => Promise.resolve(tools),
    owner: () => Promise.resolve(null),
    store: {
      row: async () => Promise.resolve((await agentOf(1)).rows().find(({ kind }) => kind === 'identity') ?? null),
    } as never,
    command: () => Promise.resolve({ ok: true, sequence: 1 }),
  });
  expect(value(await stolen.view())!.holdsRoot).toBe(false);
  const challenge = value(await desk.challenge('Library', []));
  expect(await stolen.prove(challenge, [])).toEqual({
    ok: false,
    error: expect.stringContaining('not on this device') as string,
  });
  expect([...kept.keys()].every((name) => /^identity\/[0-9a-f]{64}$/.test(name))).toBe(true);
});

test('a second genesis is not folded, facts before it neither, and rows give the same state', async () => {
  const [one, two] = [await agentOf(1), await agentOf(2)];
  const records = two.state().identity!.records;
  const at = 5 as UnixMs;
  const early = project(EMPTY_STATE, { type: 'agent.certified', at, records }, 0 as Sequence);
  expect([early.state.identity, early.rows]).toEqual([null, []]);
  const later = project(one.state(), { type: 'agent.genesis', at, records }, 9 as Sequence);
  expect([later.state, later.rows]).toEqual([one.state(), []]);
  expect(stateFromRows(one.rows()).identity).toEqual(JSON.parse(JSON.stringify(one.state().identity)) as Json);
});
