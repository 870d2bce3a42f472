import { expect, test } from 'vitest';
import { sha256 } from '#adapters/noble/sha256.ts';
import { merkleTree } from '#core/audit/merkle-tree.ts';
import { proofOfKeys } from '#core/audit/proved-keys.ts';
import { makeSentenceProof } from '#core/audit/sentence-proof.ts';
import { keyInForce, keysNamedIn, readKeys, startKeys } from '#core/audit/signing-keys.ts';
import { utf8 } from '#core/base/bytes.ts';
import type { Json } from '#core/base/json.ts';
import { agentIdOf } from '#core/identity/did-key.ts';
import { fileTools } from '#tests/fakes/file-tools.ts';
import { Chain, hybridOf, keys } from '#tests/fakes/identities.ts';
import { checkTools, plainFacts, testJournal } from '#tests/fakes/journal.ts';
import { seededSigner } from '#tests/fakes/seeded-signer.ts';
import { sentenceJournal } from '#tests/fakes/sentence-vault.ts';

const journal = testJournal(plainFacts(9));

test('what a destroyed entry said of keys is not in a proof: the others tell which key signs', async () => {
  const recordSigner = (seed: number) => keys.ed25519(sha256(utf8(`windhover test signer ${String(seed)}`)));
  const chain = await Chain.begun(undefined, recordSigner(1));
  await chain.succeed(recordSigner(2).key, 11, [recordSigner(1), recordSigner(2)]);
  const fact = (type: string, value: object) => ({ type, value: { type, at: 1, ...value } as Json });
  const from = sentenceJournal();
  const facts = from.entries
    .map(({ type, run }, i) => ({ type, run, value: from.payloads[i]!.value }))
    .with(0, fact('agent.genesis', { records: chain.records.slice(0, 1) }) as never)
    .with(1, fact('agent.certified', { records: [] }) as never)
    .with(10, fact('agent.certified', { records: chain.records.slice(1) }) as never);
  const changed = testJournal(facts);
  const record = (i: number) => ({ text: changed.texts[i]!, payload: changed.payloads[i]! });
  const made = makeSentenceProof(sha256, {
    agent: changed.agent,
    claim: 'c3',
    answer: record(8),
    imported: [],
    telling: changed.entries.map((entry, i) => ({
      entry,
      text: changed.texts[i]!,
      payload: i === 1 ? null : changed.payloads[i]!,
    })),
    tree: merkleTree(sha256, changed.leafHashes),
    checkpoint: await changed.checkpointAt(12),
  });
  expect(made.ok && made.value.identity?.map(({ entry }) => entry.sequence)).toEqual([0, 10]);
});

test('without a verifier for the post-quantum half, hybrid records name no key', async () => {
  const [root, first] = [await hybridOf('root'), await hybridOf('first')];
  const chain = await Chain.begun(root, first);
  const agent = first.key.keys[0] as never;
  const value = { records: chain.records } as unknown as Json;
  const { verifyMlDsa65, ...without } = fileTools;
  expect(readKeys({ ...without, verifyMlDsa65: verifyMlDsa65! }, startKeys(agent), 0, value).identity).not.toBeNull();
  expect(readKeys(without, startKeys(agent), 0, value)).toMatchObject({
    identity: null,
    keys: [{ from: 0, agent, certified: true }],
  });
});

test('the keys that records name are those of the agent, in the order of their first entries', async () => {
  const [first, second, root] = ['first', 'second', 'root'].map((name) =>
    keys.ed25519(sha256(utf8(`windhover test key ${name}`))),
  );
  const chain = await Chain.begun(root, first);
  await chain.succeed(second!.key, 9, [first!, second!]);
  await chain.succeed(keys.ed25519(sha256(utf8('another root'))).key, 12, [root!], 'root');
  await chain.certify(second!.key, [root!]);
  const [one, two] = [first!.key.keys[0], second!.key.keys[0]];
  expect(keysNamedIn(chain.records, [])).toEqual([
    { from: 0, agent: one, certified: true },
    { from: 9, agent: two, certified: true },
  ]);
  const restored = agentIdOf(seededSigner(3).publicKey);
  const continued = [
    { from: 4, agent: restored },
    { from: 5, agent: two as never },
    { from: 11, agent: one as never },
  ];
  const named = keysNamedIn(chain.records, continued);
  expect(named).toEqual([
    { from: 0, agent: one, certified: true },
    { from: 4, agent: restored, certified: false },
    { from: 5, agent: two, certified: true },
    { from: 9, agent: two, certified: true },
  ]);
  expect(keyInForce(named, 3).agent).toBe(one);
  expect(keyInForce(named, 4).agent).toBe(restored);
  expect(keyInForce(named, -1).agent).toBe(one);
  expect(() => keyInForce(named.slice(1), 3)).toThrow('a journal has its first key');
});

test('an entry that continues a journal on no key changes nothing', () => {
  const book = startKeys(journal.agent);
  for (const agent of [7, 'did:web:x'])
    expect(readKeys(checkTools, book, 3, { type: 'agent.continued', agent })).toBe(book);
  const on = readKeys(checkTools, book, 3, { type: 'agent.continued', agent: agentIdOf(seededSigner(3).publicKey) });
  expect(on.continued).toEqual([{ from: 3, agent: agentIdOf(seededSigner(3).publicKey) }]);
  expect(keyInForce(on.keys, 3)).toMatchObject({ from: 3, certified: false });
});

test('a proof carries what the journal says of its keys where a key of the journal changed, and only there', async () => {
  const [root, first, second] = ['root', 'first', 'second'].map((name) =>
    keys.ed25519(sha256(utf8(`windhover test key ${name}`))),
  ) as [ReturnType<typeof keys.ed25519>, ReturnType<typeof keys.ed25519>, ReturnType<typeof keys.ed25519>];
  const chain = await Chain.begun(root, first);
  await chain.certify(second.key, [root, second]);
  await chain.succeed(keys.ed25519(sha256(utf8('another root'))).key, 8, [root], 'root');
  await chain.succeed(second.key, 9, [first, second]);
  const [genesis, certificate, otherRoot, otherKey] = chain.records;
  const telling = (...records: unknown[]) => ({ type: 'agent.certified', value: { records } as Json });
  const carried = (facts: readonly { type: string; value: Json }[], size = 9, withheld = -1) => {
    const of = testJournal(facts);
    const records = of.entries.map((entry, i) => ({
      entry,
      text: of.texts[i]!,
      payload: i === withheld ? null : of.payloads[i]!,
    }));
    const { identity } = proofOfKeys(records, size, (sequence) => [`proof of ${String(sequence)}`]);
    return identity?.map(({ entry, inclusion }) => [entry.sequence, ...inclusion]);
  };
  const begun = { type: 'agent.genesis', value: { records: [genesis] } as unknown as Json };
  const [plain] = plainFacts(1);
  expect(carried([begun, plain!])).toBeUndefined();
  expect(carried([begun, telling(certificate, otherRoot)])).toBeUndefined();
  const changed = [begun, plain!, telling(certificate, otherKey)];
  expect(carried(changed)).toEqual([
    [0, 'proof of 0'],
    [2, 'proof of 2'],
  ]);
  // Under the checkpoint or not, and there to be read or not.
  expect(carried(changed, 3)).toHaveLength(2);
  expect(carried(changed, 2)).toBeUndefined();
  expect(carried(changed, 9, 2)).toBeUndefined();
  expect(carried(changed, 9, 0)).toEqual([[2, 'proof of 2']]);
  const restored = { type: 'agent.continued', value: { type: 'agent.continued', agent: 'x' } };
  expect(carried([begun, restored])).toHaveLength(2);
  // What says so elsewhere is not believed.
  expect(carried([begun, { ...telling(otherKey), type: 'step.finished' }])).toBeUndefined();
});
