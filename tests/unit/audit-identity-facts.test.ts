import { expect, test } from 'vitest';
import { sha256 } from '#adapters/noble/sha256.ts';
import { checkFile } from '#core/audit/check-file.ts';
import { signCheckpoint } from '#core/audit/checkpoint.ts';
import { cosign } from '#core/audit/cosignature.ts';
import { verifyExportFile } from '#core/audit/export-check.ts';
import { merkleTree, rootAt } from '#core/audit/merkle-tree.ts';
import { utf8 } from '#core/base/bytes.ts';
import type { Json } from '#core/base/json.ts';
import { agentIdOf } from '#core/identity/did-key.ts';
import type { SignedRecord } from '#core/identity/record.ts';
import type { RecordSigner } from '#ports/identity-keys.ts';
import { fileTools } from '#tests/fakes/file-tools.ts';
import { Chain, hybridOf, keys, seedOf, signerOf } from '#tests/fakes/identities.ts';
import { exportBytes, plainFacts, testJournal, type TestFact, type TestJournal } from '#tests/fakes/journal.ts';
import { seededSigner } from '#tests/fakes/seeded-signer.ts';

/** What a journal says of whose it is, in the words that its reader sees. */
const OLD = 1;
const recordSigner = (seed: number): RecordSigner =>
  keys.ed25519(sha256(utf8(`windhover test signer ${String(seed)}`)));
const [root, ann, bob, next] = ['root', 'ann', 'bob', 'next'].map(signerOf) as [
  RecordSigner,
  RecordSigner,
  RecordSigner,
  RecordSigner,
];
const did = ({ key }: RecordSigner): string => key.keys[0]!;
const NOBODY = { keys: [], threshold: 0 };

const told = (type: string, records: readonly SignedRecord[]): TestFact => ({
  type,
  value: { type, at: 1, records: records as unknown as Json },
});
/** Nine entries: the genesis is entry 1, what follows stands one record an entry from 2 on. */
function journalOf({ records: [genesis, ...rest] }: Chain): TestJournal {
  const facts = plainFacts(9).with(1, told('agent.genesis', [genesis!]));
  return testJournal(
    rest.reduce((all, record, i) => all.with(2 + i, told('agent.certified', [record])), facts),
    OLD,
  );
}
async function shownOf(chain: Chain): Promise<string[]> {
  const report = checkFile(fileTools, await exportBytes(journalOf(chain), [9]));
  expect(report.firstBad).toBeNull();
  const own = ['Identity', 'Root', 'Co-signers', 'Record'];
  return report.facts.filter(({ label }) => own.includes(label)).map(({ label, text }) => `${label}: ${text}`);
}

test('an identity is shown with its name, its root and what began it', async () => {
  const chain = await Chain.begun(root, recordSigner(OLD));
  expect(await shownOf(chain)).toEqual([
    `Identity: ${chain.id}, “Kestrel”, since 2025-11-21T04:40:00.000Z`,
    `Root: ${did(root)} (Ed25519)`,
    'Record: entry 1: the identity begins; signed by the root (Ed25519), the first key (Ed25519)',
  ]);
});

test('each change of an identity is told with those who signed it', async () => {
  const [second, proof] = [recordSigner(2), keys.prover(seedOf('proof'))];
  const chain = await Chain.begun(root, recordSigner(OLD));
  await chain.cosign({ keys: [ann.key, bob.key], threshold: 2 }, [root]);
  await chain.certify(proof.key, [bob, ann]);
  await chain.certify(second.key, [root, second]);
  await chain.succeed(recordSigner(3).key, 20, [recordSigner(OLD), recordSigner(3)]);
  await chain.succeed(next.key, 21, [ann, bob, next], 'root');
  await chain.cosign({ keys: [bob.key], threshold: 1 }, [next]);
  const begun = 'Record: entry 1: the identity begins; signed by the root (Ed25519), the first key (Ed25519)';
  expect((await shownOf(chain)).slice(1)).toEqual([
    `Root: ${did(next)} (Ed25519)`,
    `Co-signers: any 1 of 1 may stand in for the root: ${did(bob)} (Ed25519)`,
    begun,
    `Record: entry 2: co-signers: any 2 of 2 may stand in for the root: ${did(ann)} (Ed25519); ${did(bob)} (Ed25519); signed by the root (Ed25519)`,
    'Record: entry 3: a key is certified for proofs of identity (ristretto255); signed by co-signer 2 of 2 (Ed25519), co-signer 1 of 2 (Ed25519)',
    'Record: entry 4: a key is certified to sign statements (Ed25519); signed by the root (Ed25519), the certified key (Ed25519)',
    `Record: entry 5: another journal key from entry 20 on, ${did(recordSigner(3))} (Ed25519); signed by the key before (Ed25519), the new key (Ed25519)`,
    `Record: entry 6: another root, ${did(next)} (Ed25519); signed by co-signer 1 of 2 (Ed25519), co-signer 2 of 2 (Ed25519), the new key (Ed25519)`,
    `Record: entry 7: co-signers: any 1 of 1 may stand in for the root: ${did(bob)} (Ed25519); signed by the root (Ed25519)`,
  ]);
});

test('an identity that has no co-signers any more shows none', async () => {
  const chain = await Chain.begun(root, recordSigner(OLD), { keys: [ann.key], threshold: 1 });
  await chain.cosign(NOBODY, [root]);
  const shown = await shownOf(chain);
  expect(shown.at(-1)).toBe('Record: entry 2: no co-signers any more; signed by the root (Ed25519)');
  expect(shown.filter((text) => text.startsWith('Co-signers'))).toEqual([]);
});

test('of a hybrid key the first half is shown, and the algorithm of both', async () => {
  const hybrid = await hybridOf('root');
  const shown = await shownOf(await Chain.begun(hybrid, recordSigner(OLD)));
  expect(shown[1]).toBe(`Root: ${did(hybrid)} (Ed25519+ML-DSA-65)`);
  expect(shown[2]).toContain('signed by the root (Ed25519+ML-DSA-65), the first key (Ed25519)');
});

test('a key that the identity does not name is shown as not certified', async () => {
  const chain = await Chain.begun(root, recordSigner(OLD));
  const restored = agentIdOf(seededSigner(2).publicKey);
  const continued: TestFact = { type: 'agent.continued', value: { type: 'agent.continued', agent: restored } };
  const facts = plainFacts(9).with(1, told('agent.genesis', chain.records)).with(5, continued);
  const journal = testJournal(facts, OLD);
  const tree = merkleTree(sha256, journal.leafHashes);
  const changed: TestJournal = {
    ...journal,
    signer: seededSigner(2),
    checkpointAt: (size) => {
      const head = { size, root: rootAt(sha256, tree, size) };
      return signCheckpoint(sha256, head, seededSigner(size <= 5 ? OLD : 2), journal.agent);
    },
  };
  const report = checkFile(fileTools, await exportBytes(changed, [5, 9]));
  expect(report.ok).toBe(false);
  expect(report.facts.filter(({ label }) => label === 'Key').map(({ text }) => text)).toEqual([
    `${journal.agent} signs up to 5, certified for it by the identity in the journal`,
    `${restored} signs up to 9, NOT certified for it by the identity in the journal`,
  ]);
});

test('a cosigner whom the reader did not name is shown as such', async () => {
  const journal = testJournal(plainFacts(9));
  const agent = seededSigner(70);
  const key = { name: `windhover/${agentIdOf(agent.publicKey)}`, publicKey: agent.publicKey };
  const note = await journal.checkpointAt(4);
  const line = await cosign(sha256, note.slice(0, note.indexOf('\n\n') + 1), key, 1_764_000_000, agent.sign);
  const bytes = await exportBytes(journal, [4, 9], { cosigned: { 4: [line] } });
  const cosigned = (witnesses: { name: string; publicKey: Uint8Array }[]) =>
    checkFile(fileTools, bytes, { witnesses }).facts.find(({ label }) => label === 'Cosigned')?.text;
  expect(cosigned([])).toBe(`up to 4 at 2025-11-24T16:00:00.000Z by ${key.name}, whom you did not name as a witness`);
  expect(cosigned([key])).toBe(`up to 4 at 2025-11-24T16:00:00.000Z by ${key.name}`);
});

test('only what an entry about keys leaves out of the file counts as withheld', async () => {
  const chain = await Chain.begun(root, recordSigner(OLD));
  const journal = journalOf(chain);
  const withheld = async (...sequences: number[]) =>
    verifyExportFile(fileTools, await exportBytes(journal, [9], { withheld: sequences })).keysWithheld;
  expect(await withheld()).toBe(false);
  expect(await withheld(0, 8)).toBe(false);
  expect(await withheld(1)).toBe(true);
  expect(await withheld(1, 8)).toBe(true);
});
