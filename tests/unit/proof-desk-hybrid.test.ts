import { expect, test, vi } from 'vitest';
import { nobleIdentityKeys } from '#adapters/noble/identity-keys.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { writeZipOf } from '#adapters/zip/write-zip.ts';
import { checkFile } from '#core/audit/check-file.ts';
import { COSIGNATURE_TYPE, parseNoteKey } from '#core/audit/note.ts';
import { ok } from '#core/base/result.ts';
import { armored, unarmored } from '#core/identity/armor.ts';
import type { AgentId } from '#core/identity/did-key.ts';
import type { SignedRecord } from '#core/identity/record.ts';
import { exportJournal } from '#runtime/agent/export-journal.ts';
import { IdentityBook } from '#runtime/identity/identity-book.ts';
import { RootDesk } from '#runtime/identity/root-desk.ts';
import { VouchingKey } from '#runtime/identity/vouching-key.ts';
import { ProofDesk } from '#runtime/proofs/proof-desk.ts';
import { NO_WITNESSES, obeyWitness, projectWitnesses, type StoredWitnesses } from '#runtime/proofs/witness-facts.ts';
import { changingSigner } from '#tests/fakes/changing-signer.ts';
import { fileTools } from '#tests/fakes/file-tools.ts';
import { hybridOf, tools } from '#tests/fakes/identities.ts';
import { journalWorld } from '#tests/fakes/journal-world.ts';
import { memoryAgentStore } from '#tests/fakes/memory-agent-store.ts';
import { seededEntropy } from '#tests/fakes/seeded-entropy.ts';
import { tabWorld } from '#tests/fakes/tab-world.ts';

// Two kinds of curves in JavaScript, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const KEYS_LABEL = 'WINDHOVER LOG KEYS';
const STEP_MS = 100;

/** An agent whose root is hybrid and whose journal is signed by its second key. */
async function agentWithHybridRoot() {
  const world = tabWorld();
  const during = async <T>(work: Promise<T>): Promise<T> => {
    const state = { done: false };
    const ended = (): void => {
      state.done = true;
    };
    void work.then(ended, ended);
    while (!state.done) await world.clock.advance(STEP_MS);
    return work;
  };
  const tab = world.tab();
  await during(tab.start());
  await world.clock.advance(STEP_MS);
  const [entropy, signer] = [seededEntropy(77), changingSigner(world.device.signing)];
  const store = memoryAgentStore(world.store);
  const command = (body: object) => tab.command(world.order(body as Record<string, unknown>));
  const ring = { sha256, entropy, signer, secrets: world.device.secrets, keys: nobleIdentityKeys(entropy) };
  const clock = world.clock;
  const book = new IdentityBook({
    ...{ ...ring, sealer: world.parts().sealer, clock, store, command },
    tools: () => Promise.resolve(tools),
  });
  const root = new RootDesk(book, () => signer.refresh());
  expect((await during(root.strengthenRoot())).ok).toBe(true);
  expect((await during(root.changeKey())).ok).toBe(true);
  const { agent } = (await tab.overview()).journal;
  const reading = tab.reading;
  const desk = new ProofDesk({
    ...{ agent: agent as AgentId, reading, store, clock, command, zip: writeZipOf },
    tools: () => Promise.resolve(fileTools),
    vouching: new VouchingKey(book),
  });
  return { world, tab, book, desk, during, agent: agent as AgentId };
}

/** Another device, which vouches with a hybrid key. @param verifies whether it has ML-DSA-65 */
async function hybridWitness(verifies = true) {
  const world = journalWorld(2);
  const signer = await hybridOf('witness');
  let stored: StoredWitnesses = NO_WITNESSES;
  return new ProofDesk({
    agent: 'did:key:witness' as AgentId,
    reading: world.parts(),
    store: {
      rows: () => Promise.resolve([]),
      row: (kind) => Promise.resolve({ kind, id: kind, sequence: 0 as never, value: stored }),
    },
    clock: world.clock,
    tools: () => Promise.resolve(verifies ? fileTools : { ...fileTools, verifyMlDsa65: () => false }),
    vouching: { existing: () => Promise.resolve(signer), ready: () => Promise.resolve(ok(signer)) },
    zip: writeZipOf,
    command: (body) => {
      const obeyed = obeyWitness(stored, body);
      if ('refused' in obeyed) return Promise.resolve({ ok: false, code: 'stale', message: obeyed.refused });
      stored = projectWitnesses(stored, obeyed);
      return Promise.resolve({ ok: true, sequence: 0 });
    },
  });
}

const value = <T>(result: { ok: true; value: T } | { ok: false; error: string }): T => {
  if (!result.ok) throw new Error(result.error);
  return result.value;
};

test('a log whose key changed under a hybrid root is cosigned by a hybrid witness, and the export proves it', async () => {
  const { world, tab, book, desk, during, agent } = await agentWithHybridRoot();
  const witness = await hybridWitness();
  const key = value(await witness.ownKey());
  expect((await during(desk.approveWitness(key))).ok).toBe(true);
  const request = value(await desk.witnessRequest(key, null));
  expect(request).toContain(KEYS_LABEL);
  expect(request.split('\n')[2]).toBe(`windhover/${agent}`);
  const cosigned = value(await witness.cosign(request));
  expect(value(await during(desk.takeAnswer(key, cosigned.answer)))).toMatchObject({ kind: 'cosigned' });

  // It grows, its key changes once more, and the witness goes on from what it saw.
  await during(world.addFile(tab, 'a.md', '# A'));
  expect((await during(new RootDesk(book).changeKey())).ok).toBe(true);
  await during(world.addFile(tab, 'b.md', '# B'));
  const next = value(await witness.cosign(value(await desk.witnessRequest(key, null))));
  expect(next.before).toBe(cosigned.size);
  expect(value(await during(desk.takeAnswer(key, next.answer)))).toMatchObject({ kind: 'cosigned', size: next.size });

  const stored = (await memoryAgentStore(world.store).row('witnesses', 'witnesses'))?.value as StoredWitnesses;
  const bytes = await exportJournal(tab.reading, agent, world.clock.now(), true, stored.cosigned);
  const parsed = parseNoteKey(sha256, key, COSIGNATURE_TYPE);
  const report = checkFile(fileTools, bytes, { witnesses: parsed.ok ? [parsed.value] : [] });
  expect(report.ok).toBe(true);
  expect(report.verdict).toMatch(new RegExp(`^Proved up to ${String(next.size)} at `));
});

test('what the hybrid root must have signed is checked with both halves, or the log gets no cosignature', async () => {
  const { world, tab, desk, during } = await agentWithHybridRoot();
  // Only what comes after the change is signed by the new key.
  await during(world.addFile(tab, 'a.md', '# A'));
  const witness = await hybridWitness();
  const request = value(await desk.witnessRequest(value(await witness.ownKey()), null));
  const { records } = unarmored(KEYS_LABEL, request) as { records: readonly SignedRecord[] };
  const byRoot = records.findIndex(({ signatures }) => signatures.some(({ values }) => values.length === 2));
  expect(byRoot).toBeGreaterThan(0);
  const without = request.slice(0, request.indexOf(`-----BEGIN ${KEYS_LABEL}`));
  const spoilt = (half: number): string => {
    const changed = structuredClone(records) as unknown as { signatures: { values: string[] }[] }[];
    const values = changed[byRoot]!.signatures.find((signature) => signature.values.length === 2)!.values;
    values[half] = `${values[half]!.startsWith('A') ? 'B' : 'A'}${values[half]!.slice(1)}`;
    return without + armored(KEYS_LABEL, { records: changed });
  };
  // The journal's second key counts only after the records before it hold.
  for (const wrong of [spoilt(0), spoilt(1), without])
    expect(await witness.cosign(wrong)).toMatchObject({
      ok: false,
      error: expect.stringContaining('not signed by the agent whose journal it names') as string,
    });
  const blind = await hybridWitness(false);
  expect((await blind.cosign(request)).ok).toBe(false);
  expect((await witness.cosign(request)).ok).toBe(true);
});
