import { expect, test, vi } from 'vitest';
import { armored, unarmored } from '#core/identity/armor.ts';
import { readCosigner, type NamedCosigner } from '#core/identity/cosigner-card.ts';
import type { SignedRecord } from '#core/identity/record.ts';
import { verifyIdentity } from '#core/identity/verify-identity.ts';
import { keepSecretsOf, NO_SECRETS, secretsForBackup } from '#runtime/identity/secret-backup.ts';
import { seededSigner } from '#tests/fakes/seeded-signer.ts';
import { Chain, signerOf, tools } from '#tests/fakes/identities.ts';
import { agentOf, deskOf, deviceOf, value } from '#tests/fakes/identity-world.ts';

// Curves in JavaScript, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

type Agent = Awaited<ReturnType<typeof agentOf>>;

async function cardOf(cosigner: Agent, name: string): Promise<NamedCosigner> {
  return value(readCosigner(tools, value(await cosigner.vouching.cosignerCard(name))));
}

/** An owner whose co-signers are these, any `threshold` of them, and whose root is off the device. */
async function ownerWith(cosigners: readonly Agent[], threshold: number): Promise<Agent> {
  const owner = await agentOf(1);
  const named = await Promise.all(cosigners.map((cosigner, i) => cardOf(cosigner, `Co-signer ${String(i + 1)}`)));
  expect(value(await owner.cosigners.setCosigners(named, threshold))).toBe('changed');
  value(await owner.root.removeRoot());
  return owner;
}

const viewOf = async (agent: Agent) => value(await agent.desk.view())!;
const requestOf = async (owner: Agent): Promise<string> => (await viewOf(owner)).asked!.request;

async function signedBy(cosigner: Agent, request: string): Promise<string> {
  const { digest } = value(await cosigner.vouching.readRequest(request));
  return value(await cosigner.vouching.signRequest(request, digest));
}

const refused = (text: string) => ({ ok: false, error: expect.stringContaining(text) as string });
const agents = (...seeds: readonly number[]) => Promise.all(seeds.map((seed) => agentOf(seed, null)));

test('two of three co-signers replace a lost root, and the new one stands in force on the device that asked', async () => {
  const [ann, bo, cy] = (await agents(2, 3, 4)) as [Agent, Agent, Agent];
  const owner = await ownerWith([ann, bo, cy], 2);
  const before = await viewOf(owner);
  expect(before.cosigners).toMatchObject({ threshold: 2, keys: [{ name: 'Co-signer 1' }, {}, {}] });
  value(await owner.cosigners.askCosigners('root'));
  const request = await requestOf(owner);

  const shown = value(await bo.vouching.readRequest(request));
  expect(shown).toMatchObject({ agent: before.id, signed: 0, threshold: 2, standing: 'new', signedBefore: null });
  expect(shown.record).toMatchObject({ type: 'windhover.succession', role: 'root' });
  expect(JSON.parse(shown.text)).toEqual(shown.record);
  expect(value(await owner.cosigners.takeSignature(await signedBy(bo, request)))).toEqual({
    by: 'Co-signer 2',
    complete: false,
  });
  expect((await viewOf(owner)).asked).toMatchObject({ missing: 1, signed: [before.cosigners.keys[1]!.id] });
  // The request goes on with the signature that it has, and the second one completes it.
  const second = await requestOf(owner);
  expect(value(await cy.vouching.readRequest(second)).signed).toBe(1);
  expect(value(await owner.cosigners.takeSignature(await signedBy(cy, second)))).toMatchObject({ complete: true });

  const after = await viewOf(owner);
  expect(after).toMatchObject({ id: before.id, holdsRoot: true, asked: null });
  expect(after.root.id).not.toBe(before.root.id);
  expect(verifyIdentity(tools, owner.shelf.state.identity!.records).ok).toBe(true);
  expect(owner.shelf.facts.slice(-3).map(({ type }) => type)).toEqual([
    'signatures.asked',
    'signature.received',
    'agent.certified',
  ]);
  expect((await viewOf(bo)).vouching).toMatchObject({ here: true, signed: [{ agent: before.id }] });
});

test('on a device that has neither root nor keys, co-signers certify its keys, one record after the other', async () => {
  const [ann] = (await agents(2)) as [Agent];
  const { shelf } = await ownerWith([ann], 1);
  shelf.size = 40;
  const restored = { ...deskOf(deviceOf(7), shelf), shelf } as Agent;
  expect((await viewOf(restored)).lacks).toEqual(['journal-key', 'proof-key']);
  for (const key of ['journal-key', 'proof-key'] as const) {
    value(await restored.cosigners.askCosigners(key));
    value(await restored.cosigners.takeSignature(await signedBy(ann, await requestOf(restored))));
  }
  expect(await viewOf(restored)).toMatchObject({ lacks: [], keys: [{ from: 0 }, { from: 40 }] });
  expect(await restored.cosigners.askCosigners('proof-key')).toEqual(refused('has that key already'));
});

test('one signature short changes nothing, and the same co-signer counts once', async () => {
  const [ann, bo] = (await agents(2, 3)) as [Agent, Agent];
  const owner = await ownerWith([ann, bo], 2);
  value(await owner.cosigners.askCosigners('root'));
  const answer = await signedBy(ann, await requestOf(owner));
  expect(value(await owner.cosigners.takeSignature(answer)).complete).toBe(false);
  expect(await owner.cosigners.takeSignature(answer)).toEqual(refused('signed already'));
  const records = owner.shelf.state.identity!.records;
  const { asked } = owner.shelf.state.identity!;
  expect(verifyIdentity(tools, [...records, asked])).toMatchObject({ error: { code: 'not-authorized' } });
  const twice = { ...asked!, signatures: [...asked!.signatures, asked!.signatures.at(-1)!] };
  expect(verifyIdentity(tools, [...records, twice])).toMatchObject({ error: { code: 'bad-signature' } });
  expect((await viewOf(owner)).holdsRoot).toBe(false);
});

test('a co-signer who was taken off the list is not asked, and what they sign does not count', async () => {
  const [ann, bo] = (await agents(2, 3)) as [Agent, Agent];
  const owner = await ownerWith([ann, bo], 1);
  const bos = await cardOf(bo, 'Bo');
  expect(value(await owner.cosigners.setCosigners([bos], 1))).toBe('asked');
  value(await owner.cosigners.takeSignature(await signedBy(ann, await requestOf(owner))));
  expect((await viewOf(owner)).cosigners).toMatchObject({ threshold: 1, keys: [{ name: 'Bo' }] });
  value(await owner.cosigners.askCosigners('root'));
  const request = await requestOf(owner);
  expect(await ann.vouching.readRequest(request)).toEqual(refused('not one of the co-signers'));
  // Even with her key at hand.
  const { record } = owner.shelf.state.identity!.asked!;
  const signer = value(await ann.vouchingKey.ready());
  const [signature] = (await ann.book.ring.sign(record, signer)).signatures;
  const answer = unarmored('WINDHOVER SIGNATURE', await signedBy(bo, request)) as object;
  const forged = armored('WINDHOVER SIGNATURE', { ...answer, signature });
  expect(await owner.cosigners.takeSignature(forged)).toEqual(refused('none of the co-signers in force'));
});

test('a signature for another agent, an older request or a changed text is refused in words', async () => {
  const [ann, bo] = (await agents(2, 3)) as [Agent, Agent];
  const owner = await ownerWith([ann, bo], 1);
  const other = await agentOf(9);
  value(await other.cosigners.setCosigners([await cardOf(ann, 'Ann')], 1));
  value(await other.cosigners.askCosigners('root'));
  const foreign = await signedBy(ann, await requestOf(other));
  expect(await owner.cosigners.takeSignature(foreign)).toEqual(refused('for another agent'));
  expect(await owner.cosigners.takeSignature('Hello')).toEqual(refused('not the signature of a co-signer'));

  value(await owner.cosigners.askCosigners('root'));
  const first = await requestOf(owner);
  const older = await signedBy(ann, first);
  value(await owner.cosigners.withdrawRequest());
  expect(await owner.cosigners.takeSignature(older)).toEqual(refused('Nothing is asked for'));
  expect(await owner.cosigners.withdrawRequest()).toEqual(refused('Nothing is asked for'));
  value(await owner.cosigners.askCosigners('root'));
  expect(await owner.cosigners.takeSignature(older)).toEqual(refused('for another request'));
  // An older signature under the digest of the new request.
  const answer = unarmored('WINDHOVER SIGNATURE', older) as object;
  const { digest } = (await viewOf(owner)).asked!;
  const relabelled = armored('WINDHOVER SIGNATURE', { ...answer, record: digest });
  expect(await owner.cosigners.takeSignature(relabelled)).toEqual(refused('does not hold'));
  expect((await viewOf(owner)).holdsRoot).toBe(false);
  // What came into force cannot be made again: it would have to follow what it followed.
  value(await owner.cosigners.takeSignature(await signedBy(bo, await requestOf(owner))));
  const { records } = owner.shelf.state.identity!;
  expect(verifyIdentity(tools, [...records, records.at(-1)])).toMatchObject({ error: { code: 'broken-chain' } });
});

test('a co-signer refuses its own agent, strangers, and requests that are old; and warns of a rival', async () => {
  const [ann, bo, cy] = (await agents(2, 3, 4)) as [Agent, Agent, Agent];
  const owner = await ownerWith([ann, bo], 1);
  value(await owner.cosigners.askCosigners('root'));
  const first = await requestOf(owner);
  expect(await cy.vouching.readRequest(first)).toEqual(refused('not one of the co-signers'));
  expect(await owner.vouching.readRequest(first)).toEqual(refused('of this agent itself'));
  expect(await ann.vouching.readRequest(first.slice(0, -60))).toEqual(refused('lost on the way'));
  const signature = await signedBy(ann, first);
  expect(value(await ann.vouching.readRequest(first)).standing).toBe('again');
  expect(await signedBy(ann, first)).toBe(signature);
  expect(ann.shelf.facts.filter(({ type }) => type === 'record.cosigned')).toHaveLength(1);
  expect(await ann.vouching.signRequest(first, 'f'.repeat(64) as never)).toEqual(refused('not the one that was shown'));

  // The owner withdraws it and asks for something else in the same place: the co-signer is told.
  value(await owner.cosigners.askCosigners('root'));
  const rival = await requestOf(owner);
  expect(value(await ann.vouching.readRequest(rival)).standing).toBe('rival');
  value(await owner.cosigners.takeSignature(await signedBy(bo, rival)));
  value(await owner.root.removeRoot());
  value(await owner.cosigners.askCosigners('root'));
  const later = await requestOf(owner);
  expect(value(await ann.vouching.readRequest(later))).toMatchObject({ standing: 'new' });
  await signedBy(ann, later);
  // Now it knows of a change that the first request leaves out.
  const old = await ann.vouching.readRequest(rival);
  expect(old).toEqual(refused('leaves out a change'));
});

test('a request of another genesis with the same keys is of another agent, and its signatures stay with it', async () => {
  const [ann] = (await agents(2)) as [Agent];
  const cosigner = value(await ann.vouchingKey.ready());
  const cosigners = { keys: [cosigner.key], threshold: 1 };
  const one = await Chain.begun(signerOf('root'), signerOf('first'), cosigners);
  const other = await Chain.begun(signerOf('other root'), signerOf('first'), cosigners);
  await one.succeed(signerOf('next').key, 3, [cosigner, signerOf('next')], 'root');
  await other.succeed(signerOf('next').key, 3, [cosigner, signerOf('next')], 'root');
  const faultOf = (records: readonly unknown[]) => {
    const verified = verifyIdentity(tools, records);
    return verified.ok ? 'none' : verified.error.code;
  };
  expect(faultOf(one.records)).toBe('none');
  expect(faultOf([one.records[0], other.records[1]])).toBe('wrong-agent');
  const moved: SignedRecord = { ...one.records[1]!, signatures: other.records[1]!.signatures };
  expect(faultOf([one.records[0], moved])).toBe('bad-signature');
});

test('co-signers are named by a card or a did:key, never by a key of one’s own, and need someone who may name them', async () => {
  const [ann] = (await agents(2)) as [Agent];
  const owner = await agentOf(1);
  const view = await viewOf(owner);
  const bare = value(readCosigner(tools, ` ${signerOf('stranger').key.keys[0]!}\n`));
  expect(bare).toEqual({ name: '', key: signerOf('stranger').key });
  expect(readCosigner(tools, 'did:key:zQ3shokFTS3brHcDQrn82RUDfCRESVvPdnD')).toMatchObject({ ok: false });
  expect(readCosigner(tools, 'Ann')).toEqual(refused('neither a did:key nor'));
  const card = value(await ann.vouching.cosignerCard('Ann'));
  const parsed = unarmored('WINDHOVER CO-SIGNER', card) as { record: object };
  const renamed = armored('WINDHOVER CO-SIGNER', { ...parsed, record: { ...parsed.record, name: 'Bo' } });
  expect(readCosigner(tools, renamed)).toEqual(refused('was changed'));
  expect(await ann.vouching.cosignerCard('  ')).toEqual(refused('what they shall call you'));

  const root = { name: 'Me', key: view.root.document as typeof bare.key };
  expect(await owner.cosigners.setCosigners([root], 1)).toEqual(refused('cannot be its own co-signer'));
  expect(await owner.cosigners.setCosigners([bare, bare], 1)).toEqual(refused('names a key twice'));
  expect(await owner.cosigners.setCosigners([bare], 2)).toEqual(refused('threshold'));
  expect(await owner.cosigners.askCosigners('root')).toEqual(refused('No co-signers were named'));
  value(await owner.root.removeRoot());
  expect(await owner.cosigners.setCosigners([bare], 1)).toEqual(refused('The root is not on this device'));
});

test('a co-signer’s key is its own: it stays when the journal’s key changes, and is post-quantum where the root is', async () => {
  const [ann] = (await agents(2)) as [Agent];
  const before = value(await ann.vouchingKey.ready()).key;
  const later = deskOf({ ...ann.device, signer: seededSigner(99) }, ann.shelf);
  expect(value(await later.vouchingKey.ready()).key).toEqual(before);
  // On another device the key is not there: a new one is made.
  const elsewhere = deskOf(deviceOf(8), ann.shelf);
  expect(value(await elsewhere.desk.view())!.vouching).toMatchObject({ here: false });
  expect(value(await elsewhere.vouchingKey.ready()).key).not.toEqual(before);

  const [quantum] = (await agents(5)) as [Agent];
  value(await quantum.root.strengthenRoot());
  expect((await cardOf(quantum, 'Q')).key.algorithm).toBe('Ed25519+ML-DSA-65');
});

test('a hybrid co-signer signs with both halves: without either, or with one of them spoilt, it is no signature', async () => {
  const [ann] = (await agents(2)) as [Agent];
  value(await ann.root.strengthenRoot());
  const owner = await ownerWith([ann], 1);
  value(await owner.cosigners.askCosigners('root'));
  const good = await signedBy(ann, await requestOf(owner));
  const answer = unarmored('WINDHOVER SIGNATURE', good) as { signature: { algorithm: string; values: string[] } };
  const [ed25519 = '', mlDsa = ''] = answer.signature.values;
  expect(answer.signature.algorithm).toBe('Ed25519+ML-DSA-65');
  const withValues = (...values: string[]) =>
    armored('WINDHOVER SIGNATURE', { ...answer, signature: { ...answer.signature, values } });
  const spoilt = (value: string) => `${value.startsWith('A') ? 'B' : 'A'}${value.slice(1)}`;
  for (const values of [[ed25519], [mlDsa], [mlDsa, ed25519], [spoilt(ed25519), mlDsa], [ed25519, spoilt(mlDsa)]])
    expect(await owner.cosigners.takeSignature(withValues(...values))).toEqual(refused('does not hold'));
  const classic = { ...answer.signature, algorithm: 'Ed25519', values: [ed25519] };
  expect(
    await owner.cosigners.takeSignature(armored('WINDHOVER SIGNATURE', { ...answer, signature: classic })),
  ).toEqual(refused('does not hold'));
  expect(value(await owner.cosigners.takeSignature(good)).complete).toBe(true);
});

test('the key that vouches for others goes with a backup, to the agent that it is of and to no other', async () => {
  const [ann] = (await agents(2)) as [Agent];
  const owner = await ownerWith([ann], 1);
  const secrets = await secretsForBackup(ann.book);
  expect(secrets).toEqual({ root: value(await ann.root.exportRoot()), vouching: expect.any(String) as string });
  const stored = (await ann.book.stored())!;

  const restored = deskOf(deviceOf(8), ann.shelf);
  expect(await restored.vouchingKey.existing()).toBeNull();
  await keepSecretsOf(restored.book, secrets, stored);
  expect(value(await restored.desk.view())!.vouching).toMatchObject({ here: true });
  expect(value(await restored.desk.view())!.holdsRoot).toBe(true);
  // Those who named it go on knowing it.
  value(await owner.cosigners.askCosigners('root'));
  const request = await requestOf(owner);
  const { digest } = value(await restored.vouching.readRequest(request));
  const signature = value(await restored.vouching.signRequest(request, digest));
  expect(value(await owner.cosigners.takeSignature(signature)).complete).toBe(true);

  const [bo] = (await agents(3)) as [Agent];
  value(await bo.vouchingKey.ready());
  const foreign = deskOf(deviceOf(9), ann.shelf);
  for (const given of [
    await secretsForBackup(bo.book),
    { root: secrets.vouching, vouching: secrets.root },
    { root: 'nonsense', vouching: secrets.vouching!.slice(0, -60) },
    NO_SECRETS,
  ])
    await keepSecretsOf(foreign.book, given, stored);
  await keepSecretsOf(foreign.book, secrets, { ...stored, records: stored.records.slice(1) });
  expect(value(await foreign.desk.view())).toMatchObject({ holdsRoot: false, vouching: { here: false } });
  // A root that gave way to another, and a device that never vouched for anybody.
  const [cy] = (await agents(4)) as [Agent];
  const before = await secretsForBackup(cy.book);
  expect(before.vouching).toBeNull();
  value(await cy.root.strengthenRoot());
  const late = deskOf(deviceOf(10), cy.shelf);
  await keepSecretsOf(late.book, before, (await cy.book.stored())!);
  expect(value(await late.desk.view())!.holdsRoot).toBe(false);
  await cy.root.removeRoot();
  expect(await secretsForBackup(cy.book)).toEqual(NO_SECRETS);
});
