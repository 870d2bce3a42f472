import { expect, test } from 'vitest';
import type { Sequence, UnixMs } from '#core/base/ids.ts';
import { canonicalJson, type Json } from '#core/base/json.ts';
import { readChallenge } from '#core/identity/challenge.ts';
import { readIdentityProof } from '#core/identity/identity-proof.ts';
import { verifyIdentity } from '#core/identity/verify-identity.ts';
import { EMPTY_STATE, project, stateFromRows } from '#runtime/agent/projection.ts';
import { tools } from '#tests/fakes/identities.ts';
import { agentOf, deskOf, deviceOf, OWNER, value } from '#tests/fakes/identity-world.ts';
import { plainSealer } from '#tests/fakes/plain-sealer.ts';

test('a new agent has a root, its own key and a certified key for proofs, and shows them', async () => {
  const { desk, shelf, kept } = await agentOf(1);
  const view = value(await desk.view())!;
  expect(view.id).toMatch(/^agent:[0-9a-f]{64}$/);
  expect(view).toMatchObject({
    name: 'Windhover',
    holdsRoot: true,
    cosigners: { keys: [], threshold: 0 },
    asked: null,
    vouching: null,
  });
  expect(view.certificates.map(({ purpose, current }) => [purpose, current])).toEqual([['prove', true]]);
  expect(view.keys.map(({ from }) => from)).toEqual([0]);
  expect(verifyIdentity(tools, shelf.state.identity!.records).ok).toBe(true);
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
  expect(library.shelf.facts.at(-1)).toMatchObject({ type: 'proof.accepted', proof: { agent: report.agent?.id } });
  expect(mara.shelf.facts.slice(-2).map(({ type }) => type)).toEqual(['claims.stated', 'proof.given']);
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
  const { desk, shelf } = await agentOf(1);
  const prove = async (): Promise<string> => {
    const challenge = value(await desk.challenge('Library', []));
    return canonicalJson(value(readIdentityProof(value(await desk.prove(challenge, ['owner.email'])))).statement);
  };
  const first = await prove();
  expect(await prove()).toBe(first);
  expect(shelf.facts.filter(({ type }) => type === 'claims.stated')).toHaveLength(1);
  shelf.owner = { ...OWNER, addresses: ['m@example.org'] };
  expect(await prove()).not.toBe(first);
  expect(shelf.facts.filter(({ type }) => type === 'claims.stated')).toHaveLength(2);
});

test('an owner who saved nothing is not spoken of', async () => {
  const { desk } = await agentOf(1, null);
  expect(value(await desk.view())!.claims.map(({ name }) => name)).toEqual(['agent.name', 'agent.key', 'agent.policy']);
});

test('a challenge that cannot be read or has expired is refused in words', async () => {
  const { desk, shelf } = await agentOf(1);
  expect(await desk.prove('hello', [])).toEqual({
    ok: false,
    error: expect.stringContaining('not a challenge') as string,
  });
  const challenge = value(await desk.challenge('Library', []));
  await shelf.clock.advance(2 * 3_600_000);
  expect(await desk.prove(challenge, [])).toEqual({ ok: false, error: expect.stringContaining('expired') as string });
  expect((await desk.challenge('  ', [])).ok).toBe(false);
  expect(readChallenge(value(await desk.challenge(' Mara ', [])))?.verifier).toBe('Mara');
});

test('the root is made hybrid, certifies anew, and proofs go on holding', async () => {
  const [mara, library] = [await agentOf(1), await agentOf(2)];
  const before = value(await mara.desk.view())!;
  value(await mara.root.strengthenRoot());
  const after = value(await mara.desk.view())!;
  expect(after.id).toBe(before.id);
  expect(after.root.algorithm).toBe('Ed25519+ML-DSA-65');
  expect(after.certificates.map(({ current }) => current)).toEqual([false, true]);
  const challenge = value(await library.desk.challenge('Library', []));
  const proof = value(await mara.desk.prove(challenge, ['owner.name']));
  expect((await library.desk.check(proof, challenge, before.id)).fault).toBeNull();
  expect((await mara.root.strengthenRoot()).ok).toBe(false);
});

test('a device that lacks the keys of a restored identity says so, and the root certifies its own', async () => {
  const [mara, library] = [await agentOf(1), await agentOf(2)];
  const backup = value(await mara.root.exportRoot());
  mara.shelf.size = 40;
  const { desk, root } = deskOf(deviceOf(7), mara.shelf);
  const before = value(await desk.view())!;
  expect([before.id, before.holdsRoot, before.lacks]).toEqual([
    value(await mara.desk.view())!.id,
    false,
    ['journal-key', 'proof-key'],
  ]);
  const challenge = value(await library.desk.challenge('Library', []));
  expect((await desk.prove(challenge, [])).ok).toBe(false);
  expect((await root.certifyDevice()).ok).toBe(false);
  value(await root.importRoot(backup));
  value(await root.certifyDevice());
  const after = value(await desk.view())!;
  expect(after.lacks).toEqual([]);
  expect(after.keys.map(({ from }) => from)).toEqual([0, 40]);
  const proof = value(await desk.prove(challenge, ['owner.name']));
  expect((await library.desk.check(proof, challenge, before.id)).fault).toBeNull();
  expect(value(await mara.desk.view())!.lacks).toEqual(['journal-key', 'proof-key']);
});

test('the root leaves the device with its backup and comes back from it alone', async () => {
  const { desk, root } = await agentOf(1);
  const backup = value(await root.exportRoot());
  value(await root.removeRoot());
  expect(value(await desk.view())!.holdsRoot).toBe(false);
  expect(await root.strengthenRoot()).toEqual({ ok: false, error: expect.stringContaining('backup') as string });
  const other = value(await (await agentOf(3)).root.exportRoot());
  expect(await root.importRoot(other)).toEqual({
    ok: false,
    error: expect.stringContaining('another agent') as string,
  });
  expect((await root.importRoot(backup.slice(0, -40))).ok).toBe(false);
  value(await root.importRoot(backup));
  expect(value(await desk.view())!.holdsRoot).toBe(true);
  value(await root.strengthenRoot());
  expect(await root.importRoot(backup)).toEqual({ ok: false, error: expect.stringContaining('newer') as string });
});

test('secrets lie sealed, and another device cannot use them', async () => {
  const { desk, device, shelf, kept } = await agentOf(1);
  const { desk: stolen } = deskOf({ ...device, sealer: plainSealer('another device') }, shelf);
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
  const records = two.shelf.state.identity!.records;
  const at = 5 as UnixMs;
  const early = project(EMPTY_STATE, { type: 'agent.certified', at, records }, 0 as Sequence);
  expect([early.state.identity, early.rows]).toEqual([null, []]);
  const later = project(one.shelf.state, { type: 'agent.genesis', at, records }, 9 as Sequence);
  expect([later.state, later.rows]).toEqual([one.shelf.state, []]);
  expect(stateFromRows([...one.shelf.rows.values()]).identity).toEqual(
    JSON.parse(JSON.stringify(one.shelf.state.identity)) as Json,
  );
});
