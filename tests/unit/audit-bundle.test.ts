import { beforeAll, expect, test } from 'vitest';
import { writeZipOf } from '#adapters/zip/write-zip.ts';
import { BUNDLE_JOURNAL, makeBundle, verifyBundle } from '#core/audit/bundle.ts';
import { checkBundle, checkFile } from '#core/audit/check-file.ts';
import { cosign } from '#core/audit/cosignature.ts';
import { signEnvelope } from '#core/audit/dsse.ts';
import { compareExports, type ExportContents, readExport } from '#core/audit/export-contents.ts';
import { parseNote } from '#core/audit/note.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { utf8 } from '#core/base/bytes.ts';
import { canonicalJson } from '#core/base/json.ts';
import { fileTools } from '#tests/fakes/file-tools.ts';
import { exportBytes, plainFacts, type TestJournal, testJournal } from '#tests/fakes/journal.ts';
import { runFacts, runJournal } from '#tests/fakes/run-journal.ts';
import { seededSigner } from '#tests/fakes/seeded-signer.ts';

const journal = runJournal();
let files: ReadonlyMap<string, Uint8Array> = new Map();
const textOf = (path: string): string => new TextDecoder().decode(files.get(path));

async function bundleOf(from: TestJournal, ndjson: Uint8Array): Promise<Map<string, Uint8Array>> {
  const made = await makeBundle(fileTools, ndjson, { keyId: from.agent, sign: from.signer.sign });
  if (!made.ok) throw new Error(made.error);
  return new Map([[BUNDLE_JOURNAL, ndjson], ...made.value.map(({ path, bytes }) => [path, bytes] as const)]);
}

beforeAll(async () => {
  files = await bundleOf(journal, await exportBytes(journal, [4, 17]));
});

const zipOf = (from: ReadonlyMap<string, Uint8Array>): Promise<Uint8Array> =>
  writeZipOf([...from].map(([path, bytes]) => ({ path, bytes })));

test('a bundle holds checkpoint, tiles, entries, journal and attestations, and verifies as folder and as zip', async () => {
  expect([...files.keys()].sort()).toEqual([
    'attestations.intoto.jsonl',
    'checkpoint',
    'journal.ndjson',
    'tile/0/000.p/17',
    'tile/entries/000.p/17',
  ]);
  expect(textOf('checkpoint')).toBe(await journal.checkpointAt(17));
  expect(verifyBundle(fileTools, files)).toMatchObject({ ok: true, tiles: 2, attestations: 1, firstBad: null });
  const zipped = checkFile(fileTools, await zipOf(files));
  expect(zipped).toEqual(checkBundle(fileTools, files));
  expect(zipped).toMatchObject({ kind: 'bundle', ok: true });
  expect(zipped.title).toBe(`Export bundle of the journal of ${journal.agent}`);
});

test('an attestation is an in-toto statement that tells in PROV-O how answer and file came about', () => {
  const envelope = JSON.parse(textOf('attestations.intoto.jsonl')) as { payload: string; payloadType: string };
  expect(envelope.payloadType).toBe('application/vnd.in-toto+json');
  const statement = JSON.parse(Buffer.from(envelope.payload, 'base64').toString()) as Record<string, never>;
  expect(statement).toMatchObject({
    _type: 'https://in-toto.io/Statement/v1',
    predicateType: 'http://www.w3.org/ns/prov#',
    subject: [{ name: 'answer of run run-7' }, { name: 'facts.md' }],
  });
  const graph = (statement.predicate as unknown as { '@graph': Record<string, unknown>[] })['@graph'];
  const of = (id: string): Record<string, unknown> | undefined => graph.find((node) => node['@id'] === id);
  expect(of('#step-s1')).toMatchObject({
    '@type': 'prov:Activity',
    'prov:wasAssociatedWith': { '@id': journal.agent },
    tool: 'answer-from-passages',
    toolVersion: 3,
    modelDigest: null,
    model: 'none: symbolic engine',
    decision: 'allowed: reads only',
    logIndex: 4,
  });
  expect(of('#step-s2')).toMatchObject({ decision: 'approved by the owner', logIndex: 11 });
  expect(graph.filter(({ file }) => file !== undefined).map(({ file, logIndex }) => [file, logIndex])).toEqual([
    ['mail/budget.eml', 0],
    ['notes/größe.txt', 1],
    ['facts.md', 12],
  ]);
  expect(graph.filter((node) => node['prov:wasDerivedFrom'] !== undefined)).toHaveLength(2);
});

test('a file changed, missing or added in a bundle is named', () => {
  const verdict = (change: (copy: Map<string, Uint8Array>) => void): unknown => {
    const copy = new Map(files);
    change(copy);
    const report = verifyBundle(fileTools, copy);
    expect(report.ok).toBe(false);
    expect(checkBundle(fileTools, copy).ok).toBe(false);
    return report.firstBad;
  };
  for (const path of files.keys()) {
    const bytes = files.get(path)!;
    for (const at of [0, Math.floor(bytes.length / 2), bytes.length - 2]) {
      const flipped = bytes.slice();
      flipped[at]! ^= 4;
      const found = verdict((copy) => copy.set(path, flipped));
      if (path !== BUNDLE_JOURNAL) expect(found, `${path} ${String(at)}`).toMatchObject({ file: path });
    }
  }
  for (const path of files.keys())
    if (path !== BUNDLE_JOURNAL) expect(verdict((copy) => copy.delete(path))).toMatchObject({ file: path });
  expect(verdict((copy) => copy.set('more.txt', utf8('x')))).toEqual({
    sequence: null,
    file: 'more.txt',
    why: 'this file does not belong to the bundle',
  });
  expect(verdict((copy) => copy.set('tile/0/000.p/17', utf8('x')))).toMatchObject({ sequence: 0 });
  expect(verdict((copy) => copy.set('attestations.intoto.jsonl', utf8('')))).toMatchObject({
    why: 'the journal gives 1 attestations, and 0 are here',
  });
  const bundle = new Map(files);
  bundle.delete(BUNDLE_JOURNAL);
  expect(checkBundle(fileTools, bundle)).toMatchObject({ ok: false, kind: 'unknown' });
});

test('an attestation of something else, by another key, or with unsigned words in it is found', async () => {
  const line = textOf('attestations.intoto.jsonl');
  const why = (text: string): string | undefined =>
    verifyBundle(fileTools, new Map(files).set('attestations.intoto.jsonl', utf8(text))).firstBad?.why;
  const other = await signEnvelope('application/vnd.in-toto+json', utf8('{"_type":"x"}'), {
    keyId: journal.agent,
    sign: journal.signer.sign,
  });
  expect(why(`${canonicalJson(other)}\n`)).toBe('attestation 1 does not say what the journal says');
  const body = Buffer.from((JSON.parse(line) as { payload: string }).payload, 'base64');
  const foreign = await signEnvelope('application/vnd.in-toto+json', body, {
    keyId: journal.agent,
    sign: seededSigner(3).sign,
  });
  expect(why(`${canonicalJson(foreign)}\n`)).toBe('attestation 1 is not signed by the agent (unsigned)');
  expect(why(line.replace(`"keyid":"did`, `"keyid":"dID`))).toBe('attestation 1 is not written as it was signed');
  expect(why(line.replace('{', '{ '))).toBe('attestation 1 is not written as it was signed');
});

test('runs without a verified answer, or whose contents are withheld, are not attested', async () => {
  const open = await bundleOf(journal, await exportBytes(journal, [17], { withheld: [3] }));
  expect(verifyBundle(fileTools, open)).toMatchObject({ ok: true, attestations: 0 });
  const failed = testJournal(
    runFacts((fact) =>
      fact.type === 'answer.verified'
        ? { ...fact, value: { ...(fact.value as object), verdict: { result: 'FAIL', checks: [] } } }
        : fact,
    ),
  );
  expect(verifyBundle(fileTools, await bundleOf(failed, await exportBytes(failed, [17])))).toMatchObject({
    ok: true,
    attestations: 0,
  });
  expect(await makeBundle(fileTools, utf8(''), { keyId: journal.agent, sign: journal.signer.sign })).toEqual({
    ok: false,
    error: 'the file is empty',
  });
});

test('a bundle of an empty journal is a checkpoint of nothing', async () => {
  const none = testJournal([]);
  const empty = await bundleOf(none, await exportBytes(none, []));
  expect([...empty.keys()]).toEqual(['journal.ndjson', 'checkpoint', 'attestations.intoto.jsonl']);
  expect(verifyBundle(fileTools, empty)).toMatchObject({ ok: true, tiles: 0 });
});

test('a cosigned export says by whom and when, and a trusted witness moves what is proved', async () => {
  const witness = seededSigner(70);
  const key = { name: 'witness.example/w', publicKey: witness.publicKey };
  const parsed = parseNote(await journal.checkpointAt(10));
  if (!parsed.ok) throw new Error('a note');
  const stranger = seededSigner(71);
  const strangerKey = { name: 'stranger.example', publicKey: stranger.publicKey };
  const line = await cosign(sha256, parsed.value.text, key, 1_764_000_000, witness.sign);
  const unknown = await cosign(sha256, parsed.value.text, strangerKey, 1_764_000_100, stranger.sign);
  const bytes = await exportBytes(journal, [10, 17], { cosigned: { 10: [line, unknown] } });
  const alone = checkFile(fileTools, bytes);
  expect(alone.verdict).toContain("Only the device's own key and clock say so");
  const trusted = checkFile(fileTools, bytes, { witnesses: [key] });
  expect(trusted).toMatchObject({ ok: true });
  expect(trusted.verdict).toBe(
    'Proved up to 10 at 2025-11-24T16:00:00.000Z; unproved after that (7 entries follow). Up to 17 the agent alone signs, as a continuation.',
  );
  expect(trusted.facts).toContainEqual({
    label: 'Cosigned',
    text: 'up to 10 at 2025-11-24T16:00:00.000Z by witness.example/w',
  });
  const spoilt = await exportBytes(journal, [10, 17], {
    cosigned: { 17: [line] },
  });
  expect(checkFile(fileTools, spoilt, { witnesses: [key] }).firstBad?.why).toBe(
    'a cosignature on the checkpoint of 17 entries does not hold',
  );
});

test('two exports of one journal are compared, and the first entry that differs is named', async () => {
  const contents = async (from: TestJournal, at: readonly number[]): Promise<ExportContents> => {
    const read = readExport(sha256, fileTools.lines(await exportBytes(from, at)));
    if (!read.ok) throw new Error(read.error);
    return read.value;
  };
  const cut = testJournal(runFacts().slice(0, 9));
  const long = await contents(journal, [17]);
  const short = await contents(cut, [7]);
  const compared = compareExports(sha256, long, short);
  expect(compared).toMatchObject({ ok: true, value: { from: 7, to: 17 } });
  expect(compareExports(sha256, short, long)).toEqual(compared);
  expect(compareExports(sha256, long, long)).toMatchObject({ ok: true, value: { from: 17, to: 17, proof: [] } });
  expect(compareExports(sha256, long, await contents(testJournal([]), []))).toMatchObject({ ok: true });
  const rewritten = await contents(testJournal(runFacts().with(5, plainFacts(9)[7]!)), [17]);
  expect(compareExports(sha256, long, rewritten)).toEqual({
    ok: false,
    error: { sequence: 5, why: 'entry 5 is not the same in both: one of them was rewritten' },
  });
  const stranger = await contents(testJournal(plainFacts(3), 9), [3]);
  expect(compareExports(sha256, long, stranger)).toMatchObject({ ok: false, error: { sequence: null } });
  const falseHead = { ...short, checkpoints: [{ ...short.checkpoints[0]!, root: new Uint8Array(32) }] };
  expect(compareExports(sha256, long, falseHead)).toMatchObject({ ok: false, error: { sequence: 0 } });
});

test('what cannot be read as an export is refused by name', () => {
  expect(readExport(sha256, [null])).toEqual({ ok: false, error: 'a line is not UTF-8 text' });
  expect(readExport(sha256, ['{}'])).toMatchObject({ ok: false });
});
