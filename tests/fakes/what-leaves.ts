import { expect } from 'vitest';
import { writeZipOf } from '#adapters/zip/write-zip.ts';
import { utf8 } from '#core/base/bytes.ts';

import { err, type Result } from '#core/base/result.ts';
import type { AgentId } from '#core/identity/did-key.ts';
import { exportDossier, exportJournal, proveClaim } from '#runtime/agent/export-journal.ts';
import { readRun } from '#runtime/agent/read-views.ts';
import type { Tab } from '#runtime/agent/tab.ts';
import { writeSeries } from '#runtime/backup/write-series.ts';
import type { SendOutcome, Sending } from '#runtime/channels/channel-desk.ts';
import { NO_SECRETS } from '#runtime/identity/secret-backup.ts';
import { NetworkWitness } from '#runtime/proofs/network-witness.ts';
import { ProofDesk } from '#runtime/proofs/proof-desk.ts';
import {
  heldFromCopies,
  heldFromOthers,
  NOTHING_WITHHELD,
  type Withheld,
  withheldRuns,
} from '#runtime/proofs/withheld.ts';
import { backupTools, seriesToWrite } from './backup-world.ts';
import { canariesIn } from './canary-forms.ts';
import { fileTools } from './file-tools.ts';
import { within } from './filled-vault.ts';
import { memoryAgentStore } from './memory-agent-store.ts';
import { memoryBackupFolder } from './memory-backup-folder.ts';
import { FakeNetworkWitness } from './network-witness.ts';
import { seededEntropy } from './seeded-entropy.ts';
import type { TabWorld } from './tab-world.ts';

/** Every way by which bytes that are made here leave, each with the canaries that its bytes hold in whatever form. */
export async function whatLeaves(
  world: TabWorld,
  tab: Tab,
  canaries: readonly string[],
): Promise<Record<string, string[]>> {
  const { sources, runs, journal } = await tab.overview();
  const store = memoryAgentStore(world.store);
  const parts = { ...world.parts(), store };
  const agent = journal.agent as Parameters<typeof exportJournal>[1];
  const shared = await withheldRuns(tab.reading, sources, heldFromOthers);
  const own = await withheldRuns(tab.reading, sources, heldFromCopies);
  const exported = (contents: boolean, held: Withheld): Promise<Uint8Array> =>
    exportJournal(parts, agent, world.clock.now(), contents, [], held);
  const answered = (await Promise.all(runs.map(async ({ id }) => (await readRun(store, id))?.run ?? []))).flat();
  const dossiers = answered.map(({ id }) => exportDossier(parts, agent, id, [], shared));
  const proofs = answered.flatMap(({ id, answer }) =>
    (answer?.sections ?? []).flatMap(({ claims }) =>
      claims.map((claim) => proveClaim(parts, agent, id, claim.id, shared)),
    ),
  );
  const told: Uint8Array[] = [];
  for (const [index, { id }] of answered.entries()) {
    const as = `told-${String(index)}`;
    const save = world.order({ type: 'save-answer', run: id, as, fileName: 'a.md' });
    told.push(utf8(JSON.stringify(await within(world, tab.command(save)))));
  }
  const folder = memoryBackupFolder();
  const live = { journal: parts, blobs: world.blobs, store, secrets: () => Promise.resolve(NO_SECRETS) };
  const options = { agent, now: world.clock.now(), signal: new AbortController().signal, progress: () => undefined };
  await writeSeries(backupTools, live, folder, await seriesToWrite(), options);
  const desk = proofDesk(world, tab, agent);
  const ways: Record<string, readonly Uint8Array[]> = {
    'an export for others': [await exported(true, shared)],
    'an export for the owner': [await exported(true, own)],
    'an export without contents': [await exported(false, NOTHING_WITHHELD)],
    'a bundle for others': [asBytes(await desk.bundle(true))],
    'a bundle without contents': [asBytes(await desk.bundle(false))],
    'a checkpoint kept elsewhere': [asBytes(await desk.checkpoint())],
    'what witnesses get': await witnessed(world, desk),
    'a dossier': (await Promise.all(dossiers)).map(asBytes),
    'proofs of sentences': (await Promise.all(proofs)).map(asBytes),
    'what is told when saving': told,
    'a backup, as it lies there': [...folder.files.values()],
  };
  for (const [way, made] of Object.entries(ways)) expect(made.length, way).toBeGreaterThan(0);
  return Object.fromEntries(
    Object.entries(ways).map(([way, made]) => [way, made.flatMap((bytes) => canariesIn(bytes, canaries, way))]),
  );
}

const asBytes = (made: Result<Uint8Array | string, string>): Uint8Array => {
  const said = made.ok ? made.value : made.error;
  return typeof said === 'string' ? utf8(said) : said;
};

function proofDesk(world: TabWorld, tab: Tab, agent: AgentId): ProofDesk {
  return new ProofDesk({
    ...{ agent, reading: tab.reading, store: memoryAgentStore(world.store), clock: world.clock },
    tools: () => Promise.resolve(fileTools),
    vouching: { existing: () => Promise.resolve(null), ready: () => Promise.resolve(err('none')) },
    zip: writeZipOf,
    command: (body) => within(world, tab.command(world.order({ ...body }))),
  });
}

/** What is carried to a witness by hand, and all of a request to one that is asked over the network. */
async function witnessed(world: TabWorld, proofs: ProofDesk): Promise<readonly Uint8Array[]> {
  const { key } = new FakeNetworkWitness('witness.example.com/w1', 7, () => world.clock.now());
  const sent: Uint8Array[] = [];
  const send = ({ request, carries, arguments: named }: Sending): Promise<SendOutcome> => {
    expect(carries.map(({ label }) => label.confidentiality)).toEqual(['public', 'public']);
    sent.push(utf8(JSON.stringify([request.method, request.url, request.headers, named])), request.body ?? utf8(''));
    return Promise.resolve({ kind: 'refused', message: 'nobody is there' } as SendOutcome);
  };
  const reached = [{ key, address: 'https://witness.example.com/add-checkpoint', channel: 'c1', asked: null }];
  const value = { approved: [key], cosigned: [], logs: [], reached };
  const network = new NetworkWitness({
    ...{ proofs, clock: world.clock, entropy: seededEntropy(1) },
    store: { row: (kind) => Promise.resolve({ kind, id: kind, sequence: 0 as never, value }) },
    channels: () => Promise.resolve({ send } as never),
    command: () => Promise.resolve({ ok: true, sequence: 0 as never }),
  });
  await network.ask(key);
  return [...sent, asBytes(await proofs.witnessRequest(key, null))];
}
