import { beforeEach, expect, test } from 'vitest';
import { writeZipOf } from '#adapters/zip/write-zip.ts';
import { checkFile } from '#core/audit/check-file.ts';
import { checkpointKey } from '#core/audit/checkpoint.ts';
import { COSIGNATURE_TYPE, formatNoteKey, parseNoteKey } from '#core/audit/note.ts';
import type { Source } from '#core/items/source.ts';
import type { RunId } from '#core/base/ids.ts';
import { ok } from '#core/base/result.ts';
import { agentIdOf } from '#core/identity/did-key.ts';
import { verifyDossier } from '#core/audit/dossier.ts';
import { exportJournal } from '#runtime/agent/export-journal.ts';
import { ProofDesk } from '#runtime/proofs/proof-desk.ts';
import { NO_WITNESSES, obeyWitness, projectWitnesses, type StoredWitnesses } from '#runtime/proofs/witness-facts.ts';
import type { Journal } from '#runtime/journal/journal.ts';
import type { RecordSigner } from '#ports/identity-keys.ts';
import { fileTools } from '#tests/fakes/file-tools.ts';
import { checkTools } from '#tests/fakes/journal.ts';
import { signerOf } from '#tests/fakes/identities.ts';
import { fact, type JournalWorld, journalWorld } from '#tests/fakes/journal-world.ts';
import { RUN, runFacts } from '#tests/fakes/run-journal.ts';

/** One device of the owner: a journal, and a desk whose orders are obeyed at once. */
class Device {
  readonly world: JournalWorld;
  readonly desk: ProofDesk;
  stored: StoredWitnesses = NO_WITNESSES;
  sources: readonly Pick<Source, 'id' | 'path' | 'purposes' | 'sample'>[] = [];
  readonly #vouching: RecordSigner;
  #journal: Journal | null = null;

  constructor(seed: number, vouching = seed) {
    this.world = journalWorld(seed);
    this.#vouching = signerOf(`vouching ${String(vouching)}`);
    const reading = this.world.parts();
    this.desk = new ProofDesk({
      agent: agentIdOf(reading.signer.publicKey),
      reading,
      store: {
        rows: async () => this.sources.map((value) => ({ kind: 'source', id: value.id, sequence: 0 as never, value })),
        row: async (kind: string) =>
          kind === 'witnesses' ? { kind, id: kind, sequence: 0 as never, value: this.stored } : null,
      },
      clock: this.world.clock,
      tools: () => Promise.resolve(fileTools),
      vouching: { existing: () => Promise.resolve(this.#vouching), ready: () => Promise.resolve(ok(this.#vouching)) },
      zip: writeZipOf,
      command: async (body) => {
        const obeyed = obeyWitness(this.stored, body);
        if ('refused' in obeyed) return { ok: false, code: 'stale', message: obeyed.refused };
        this.stored = projectWitnesses(this.stored, obeyed);
        return { ok: true, sequence: 0 };
      },
    });
  }

  async append(count: number): Promise<void> {
    this.#journal ??= (await this.world.open()).journal;
    for (let i = 0; i < count; i++) await this.#journal.append([fact({ step: i })]);
  }

  /** The run of the tests, in one group each for its entries. */
  async run(): Promise<void> {
    this.#journal ??= (await this.world.open()).journal;
    for (const { type, run = null, value } of runFacts())
      await this.#journal.append([{ time: fact(0).time, type, run, value }]);
  }

  export(): Promise<Uint8Array> {
    const parts = this.world.parts();
    const agent = agentIdOf(parts.signer.publicKey);
    return exportJournal(parts, agent, this.world.clock.now(), true, this.stored.cosigned);
  }
}

let laptop: Device;
let tablet: Device;
let tabletKey = '';

beforeEach(async () => {
  laptop = new Device(1);
  tablet = new Device(2);
  await laptop.append(5);
  await tablet.append(1);
  tabletKey = value(await tablet.desk.ownKey());
  expect(await laptop.desk.approveWitness(` ${tabletKey}\n`)).toEqual({ ok: true, value: undefined });
});

const value = <T>(result: { ok: true; value: T } | { ok: false; error: string }): T => {
  if (!result.ok) throw new Error(result.error);
  return result.value;
};

test('a second device cosigns, the cosignature is kept, exported, and proves up to its size at its time', async () => {
  const request = value(await laptop.desk.witnessRequest(tabletKey, null));
  expect(request.startsWith('old 0\n\nwindhover/did:key:')).toBe(true);
  const cosigned = value(await tablet.desk.cosign(request));
  expect(cosigned).toMatchObject({ size: 5, before: 0 });
  await laptop.append(3);
  expect(value(await laptop.desk.takeAnswer(tabletKey, cosigned.answer))).toMatchObject({ kind: 'cosigned', size: 5 });
  expect((await laptop.desk.view()).anchors).toMatchObject([{ size: 5 }]);
  const witness = parseNoteKey(checkTools.sha256, tabletKey, COSIGNATURE_TYPE);
  const report = checkFile(fileTools, await laptop.export(), { witnesses: witness.ok ? [witness.value] : [] });
  expect(report.ok).toBe(true);
  expect(report.verdict).toMatch(/^Proved up to 5 at .+; unproved after that \(3 entries follow\)\./);

  // The next one is proved to have grown from the last.
  const second = value(await laptop.desk.witnessRequest(tabletKey, null));
  expect(second.startsWith('old 5\n')).toBe(true);
  expect(value(await tablet.desk.cosign(second))).toMatchObject({ size: 8, before: 5 });
  expect((await tablet.desk.view()).logs).toMatchObject([{ size: 8 }]);
});

test('an answer kept twice, of another witness or for another journal is refused', async () => {
  const cosigned = value(await tablet.desk.cosign(value(await laptop.desk.witnessRequest(tabletKey, null))));
  value(await laptop.desk.takeAnswer(tabletKey, cosigned.answer));
  expect(await laptop.desk.takeAnswer(tabletKey, cosigned.answer)).toMatchObject({
    ok: false,
    error: 'This cosignature is kept already.',
  });
  const other = new Device(3);
  await other.append(5);
  expect((await other.desk.takeAnswer(tabletKey, cosigned.answer)).ok).toBe(false);
  expect((await laptop.desk.takeAnswer(value(await other.desk.ownKey()), cosigned.answer)).ok).toBe(false);
  expect((await laptop.desk.takeAnswer('no key', cosigned.answer)).ok).toBe(false);
  expect((await laptop.desk.takeAnswer(tabletKey, 'no answer')).ok).toBe(false);
});

test('a witness is known by one key when the key of its journal changes, and what it signed before still counts', async () => {
  const first = value(await tablet.desk.cosign(value(await laptop.desk.witnessRequest(tabletKey, null))));
  value(await laptop.desk.takeAnswer(tabletKey, first.answer));
  await laptop.append(2);
  // The same device, whose journal is signed by another key by now.
  const changed = new Device(4, 2);
  changed.stored = tablet.stored;
  await changed.append(1);
  expect(value(await changed.desk.ownKey())).toBe(tabletKey);
  const second = value(await changed.desk.cosign(value(await laptop.desk.witnessRequest(tabletKey, null))));
  expect(second).toMatchObject({ size: 7, before: 5 });
  value(await laptop.desk.takeAnswer(tabletKey, second.answer));
  const witness = parseNoteKey(checkTools.sha256, tabletKey, COSIGNATURE_TYPE);
  const report = checkFile(fileTools, await laptop.export(), { witnesses: witness.ok ? [witness.value] : [] });
  expect(
    report.facts.filter(({ label }) => label === 'Cosigned').map(({ text }) => /^up to \d/.exec(text)?.[0]),
  ).toEqual(['up to 5', 'up to 7']);
  expect(report.verdict).toMatch(/^Proved up to 7/);
});

test('a log whose owner approved the journal’s key of this device goes on being cosigned under it as well', async () => {
  const journalKey = checkpointKey(tablet.world.parts().signer.publicKey);
  const given = formatNoteKey(checkTools.sha256, journalKey, COSIGNATURE_TYPE);
  value(await tablet.desk.cosign(value(await laptop.desk.witnessRequest(tabletKey, null))));
  tablet.stored = {
    ...tablet.stored,
    logs: tablet.stored.logs.map((log) => ({ ...log, line: `— ${journalKey.name} AAAA\n` })),
  };
  value(await laptop.desk.approveWitness(given));
  await laptop.append(1);
  const cosigned = value(await tablet.desk.cosign(value(await laptop.desk.witnessRequest(given, 5))));
  expect(value(await laptop.desk.takeAnswer(given, cosigned.answer))).toMatchObject({ kind: 'cosigned', size: 6 });
  expect(value(await laptop.desk.takeAnswer(tabletKey, cosigned.answer))).toMatchObject({ kind: 'cosigned', size: 6 });
});

test('a device that rewrote its past gets no cosignature', async () => {
  value(await tablet.desk.cosign(value(await laptop.desk.witnessRequest(tabletKey, null))));
  const rewritten = new Device(1);
  await rewritten.append(2);
  await rewritten.run();
  const refused = await tablet.desk.cosign(value(await rewritten.desk.witnessRequest(tabletKey, 5)));
  expect(refused).toMatchObject({ ok: false });
  expect(!refused.ok && refused.error).toContain('the log was rewritten');
  const behind = await tablet.desk.cosign(value(await rewritten.desk.witnessRequest(tabletKey, null)));
  expect(!behind.ok && behind.error).toContain('Answer the other device with this number: 5');
});

test('where a witness stands elsewhere, the request is made anew from there', async () => {
  value(await tablet.desk.cosign(value(await laptop.desk.witnessRequest(tabletKey, null))));
  await laptop.append(2);
  // The answer got lost: the laptop asks from 0, and is told 5.
  expect(value(await laptop.desk.takeAnswer(tabletKey, '5\n'))).toEqual({ kind: 'stands-at', size: 5 });
  const again = value(await laptop.desk.witnessRequest(tabletKey, 5));
  expect(value(await tablet.desk.cosign(again))).toMatchObject({ size: 7, before: 5 });
  expect((await laptop.desk.witnessRequest(tabletKey, 99)).ok).toBe(false);
  expect((await tablet.desk.cosign('not a request')).ok).toBe(false);
});

test('witnesses are approved once, dismissed, and must be others with a key for cosignatures', async () => {
  expect((await laptop.desk.approveWitness(tabletKey)).ok).toBe(false);
  expect((await laptop.desk.approveWitness('nonsense')).ok).toBe(false);
  expect((await laptop.desk.approveWitness(value(await laptop.desk.ownKey()))).ok).toBe(false);
  expect((await laptop.desk.view()).witnesses).toHaveLength(1);
  expect((await laptop.desk.dismissWitness(tabletKey)).ok).toBe(true);
  expect((await laptop.desk.dismissWitness(tabletKey)).ok).toBe(false);
  expect((await laptop.desk.view()).witnesses).toEqual([]);
  expect((await laptop.desk.witnessRequest('nonsense', null)).ok).toBe(false);
});

test('two answers for one log do not cross', () => {
  const log = { seen: { origin: 'windhover/x', size: 5, root: 'aa' }, line: '', time: 0 as never };
  const before = projectWitnesses(NO_WITNESSES, { type: 'log.cosigned', log });
  expect(obeyWitness(before, { type: 'cosign-log', after: 0, log })).toMatchObject({
    refused: expect.stringContaining('Another tab') as string,
  });
  expect(obeyWitness(before, { type: 'cosign-log', after: 5, log })).toMatchObject({ type: 'log.cosigned' });
});

test('bundle, dossier and checkpoint made by the app verify outside of it', async () => {
  await laptop.run();
  const bundle = checkFile(fileTools, value(await laptop.desk.bundle(true)));
  expect(bundle).toMatchObject({ kind: 'bundle', ok: true });
  expect(bundle.facts.find(({ label }) => label === 'Attestations')?.text).toContain('1 answer attested');
  expect(checkFile(fileTools, value(await laptop.desk.bundle(false)))).toMatchObject({ ok: true });
  const cosigned = value(await tablet.desk.cosign(value(await laptop.desk.witnessRequest(tabletKey, null))));
  value(await laptop.desk.takeAnswer(tabletKey, cosigned.answer));
  await laptop.append(4);
  const dossier = value(await laptop.desk.dossier(RUN as RunId));
  const text = new TextDecoder().decode(dossier);
  expect(verifyDossier(checkTools, text)).toMatchObject({ ok: true, size: 22, cosignatures: [{ size: 22 }] });
  expect(checkFile(fileTools, dossier)).toMatchObject({ kind: 'dossier', ok: true });
  expect((await laptop.desk.dossier('none' as RunId)).ok).toBe(false);
  const anchor = value(await laptop.desk.checkpoint());
  expect(anchor.split('\n')[1]).toBe('26');
  expect(checkFile(fileTools, await laptop.export(), { anchor })).toMatchObject({ ok: true });
  const none = new Device(9);
  await none.world.open();
  expect(await none.desk.checkpoint()).toEqual({ ok: false, error: 'The journal is empty.' });
  expect((await none.desk.witnessRequest(tabletKey, null)).ok).toBe(false);
});
