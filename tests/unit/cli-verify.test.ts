import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sha256 } from '#adapters/noble/sha256.ts';
import { verifyCommand } from '#cli/verify.ts';
import { merkleTree } from '#core/audit/merkle-tree.ts';
import { encodeSentenceProof, makeSentenceProof } from '#core/audit/sentence-proof.ts';
import { exportBytes, testJournal } from '#tests/fakes/journal.ts';
import { answerFact, files, sentenceJournal } from '#tests/fakes/sentence-vault.ts';
import { seededSigner } from '#tests/fakes/seeded-signer.ts';
import { fileTools } from '#tests/fakes/file-tools.ts';
import { makeBundle } from '#core/audit/bundle.ts';
import { cosign } from '#core/audit/cosignature.ts';
import { COSIGNATURE_TYPE, formatNoteKey } from '#core/audit/note.ts';

const journal = sentenceJournal();
let folder = '';
const at = (name: string): string => path.join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'windhover-verify-'));
  await writeFile(at('journal.ndjson'), await exportBytes(journal, [6, 11]));
  await writeFile(at('anchor.txt'), await journal.checkpointAt(6));
  await writeFile(at('mail.eml'), files['mail/budget.eml']);
  await writeFile(at('note.txt'), files['notes/größe.txt']);
  const [answer, first, second] = [8, 2, 5].map((i) => {
    const [text, payload] = [journal.texts[i], journal.payloads[i]];
    if (text === undefined || payload === undefined) throw new Error('the journal has the entry');
    return { text, payload };
  });
  if (answer === undefined || first === undefined || second === undefined) throw new Error('three records');
  const proof = makeSentenceProof(sha256, {
    agent: journal.agent,
    claim: 'c2',
    answer,
    imported: [first, second],
    tree: merkleTree(sha256, journal.leafHashes),
    checkpoint: await journal.checkpointAt(12),
  });
  if (!proof.ok) throw new Error(proof.error);
  await writeFile(at('sentence.json'), encodeSentenceProof(proof.value));
});

afterAll(() => rm(folder, { recursive: true }));

async function verify(...args: string[]): Promise<{ status: number; text: string }> {
  const lines: string[] = [];
  const status = await verifyCommand(args, (line) => lines.push(line));
  return { status, text: lines.join('\n') };
}

async function changed(name: string, from: string | RegExp, to: string): Promise<string> {
  const text = await readFile(at(name), 'utf8');
  const edited = text.replace(from, to);
  expect(edited).not.toBe(text);
  await writeFile(at(`changed-${name}`), edited);
  return at(`changed-${name}`);
}

test('a good export passes and says how far it is proved', async () => {
  const { status, text } = await verify(at('journal.ndjson'));
  expect(status).toBe(0);
  expect(text).toContain(`Export of the journal of ${journal.agent}`);
  expect(text).toContain('12 entries read, 11 signed for');
  expect(text).toContain('OK. Proved up to 11 at 2025-11-21T04:40:10.000Z; unproved after that (1 entry follows).');
  expect(text).toContain('none was given: whoever has the key could have rewritten all of it');
});

test('an anchor is looked up, and a journal that disagrees with it fails', async () => {
  const agrees = await verify(at('journal.ndjson'), '--anchor', at('anchor.txt'));
  expect(agrees).toMatchObject({ status: 0 });
  expect(agrees.text).toContain(
    'OK. Proved up to 6 at 2025-11-21T04:40:05.000Z; unproved after that (6 entries follow).',
  );
  const cut = at('cut.ndjson');
  const { texts, payloads, leafHashes, entries, ...rest } = journal;
  const keep = 5;
  const short = { ...rest, texts: texts.slice(0, keep), payloads, leafHashes, entries };
  await writeFile(cut, await exportBytes(short, [keep]));
  expect(await verify(cut)).toMatchObject({ status: 0 });
  const found = await verify(cut, '--anchor', at('anchor.txt'));
  expect(found.status).toBe(1);
  expect(found.text).toContain('First bad entry: 5, line 9: the anchor covers 6 entries and the export holds 5.');
});

test('the first bad entry of a changed export is named, with exit status 1', async () => {
  const { status, text } = await verify(await changed('journal.ndjson', /("sequence":7,"time":)\d+/, '$11'));
  expect(status).toBe(1);
  expect(text).toContain('FAILED. Proved up to 6 at');
  expect(text).toContain('First bad entry: 7, line 10: entry 7 does not hash to its leaf');
});

test('a good proof of a sentence passes, with and without the files it cites', async () => {
  const { status, text } = await verify(at('sentence.json'));
  expect(status).toBe(0);
  expect(text).toContain('Sentence    It is 12 m², and the mill opens at 9.');
  expect(text).toContain('notes/größe.txt, bytes 0 to 22: "Die Größe ist 12 m²"');
  expect(text).toContain('the files themselves were not looked at');
  const withFiles = await verify(at('sentence.json'), '--source', at('mail.eml'), at('note.txt'));
  expect(withFiles.status).toBe(0);
  expect(withFiles.text.match(/the cited bytes are the quote/g)).toHaveLength(3);
});

test('a changed proof and a changed file fail, with the reason', async () => {
  const proof = await verify(await changed('sentence.json', 'opens at 9', 'opens at 8'));
  expect(proof.status).toBe(1);
  expect(proof.text).toContain('FAILED. First bad entry: 8.');
  const file = await verify(at('sentence.json'), '--source', await changed('note.txt', '12', '13'));
  expect(file.status).toBe(1);
  expect(file.text).toContain('is not a file that the sentence cites, or it was changed since');
});

test('two exports of one journal are compared, and a rewritten one is named', async () => {
  const { entries, texts, ...rest } = journal;
  await writeFile(at('early.ndjson'), await exportBytes({ ...rest, entries, texts: texts.slice(0, 7) }, [7]));
  const same = await verify(at('journal.ndjson'), '--with', at('early.ndjson'));
  expect(same).toMatchObject({ status: 0 });
  expect(same.text).toContain('OK. Both are one journal: the first continues the second.');
  expect(same.text).toContain('The head of 11 entries grew from the head of 7 (consistency proof of');
  const turned = await verify(at('early.ndjson'), '--with', at('journal.ndjson'));
  expect(turned).toMatchObject({ status: 0 });
  expect(turned.text).toContain('the second continues the first');
  const itself = await verify(at('journal.ndjson'), '--with', at('journal.ndjson'));
  expect(itself.text).toContain('both end at the same entry');
  const other = sentenceJournal({ ...answerFact(), value: 'another past' });
  await writeFile(at('other.ndjson'), await exportBytes(other, [12]));
  const differs = await verify(at('journal.ndjson'), '--with', at('other.ndjson'));
  expect(differs.status).toBe(1);
  expect(differs.text).toContain(
    'FAILED. Forked at 8. First bad entry: 8. The two disagree: entry 8 is not the same in',
  );
  expect(differs.text).toContain('Keep both files.');
  await writeFile(
    at('foreign.ndjson'),
    await exportBytes(testJournal([{ type: 'settings.changed', value: {} }], 77), [1]),
  );
  const foreign = await verify(at('journal.ndjson'), '--with', at('foreign.ndjson'));
  expect(foreign).toMatchObject({ status: 1 });
  expect(foreign.text).toContain('FAILED. Not the same log: they are exports of two different agents.');
  const broken = await verify(at('journal.ndjson'), '--with', at('mail.eml'));
  expect(broken).toMatchObject({ status: 1 });
  expect(broken.text).toContain('The second file does not hold by itself');
  expect(await verify(at('journal.ndjson'), '--with', at('sentence.json'))).toMatchObject({ status: 1 });
});

test('a bundle is verified from its folder, with a witness given as a key or in a file', async () => {
  const witness = seededSigner(80);
  const key = { name: 'witness.example/w', publicKey: witness.publicKey };
  const note = await journal.checkpointAt(11);
  const line = await cosign(sha256, note.slice(0, note.indexOf('\n\n') + 1), key, 1_764_000_000, witness.sign);
  const ndjson = await exportBytes(journal, [11], { cosigned: { 11: [line] } });
  const made = await makeBundle(fileTools, ndjson, { keyId: journal.agent, sign: journal.signer.sign });
  if (!made.ok) throw new Error(made.error);
  for (const { path: name, bytes } of [{ path: 'journal.ndjson', bytes: ndjson }, ...made.value]) {
    await mkdir(path.dirname(at(`bundle/${name}`)), { recursive: true });
    await writeFile(at(`bundle/${name}`), bytes);
  }
  const vkey = formatNoteKey(sha256, key, COSIGNATURE_TYPE);
  await writeFile(at('witness.txt'), `${vkey}\n`);
  for (const given of [vkey, at('witness.txt')]) {
    const { status, text } = await verify(at('bundle'), '--witness', given);
    expect(status).toBe(0);
    expect(text).toContain('Export bundle of the journal of');
    expect(text).toContain('OK. Proved up to 11 at 2025-11-24T16:00:00.000Z; unproved after that');
  }
  expect(await verify(at('bundle'), '--anchor', note)).toMatchObject({ status: 0 });
  expect(await verify(at('bundle'), '--with', at('journal.ndjson'))).toMatchObject({ status: 0 });
  expect(await verify(at('bundle'), '--witness', 'name+00000000+AAAA')).toMatchObject({ status: 2 });
  await writeFile(at('bundle/checkpoint'), 'x');
  expect((await verify(at('bundle'))).text).toContain('checkpoint: this file is not what the journal gives');
});

test('a file that is something else is called that', async () => {
  const { status, text } = await verify(at('mail.eml'));
  expect(status).toBe(1);
  expect(text).toBe(
    'This is neither an export of a journal nor a proof\nFAILED. It is no export, bundle, dossier or proof of a sentence that this program knows.',
  );
});

test('a command that is not understood, or a file that is not there, exits with 2', async () => {
  expect(await verify()).toMatchObject({ status: 2 });
  expect(await verify(at('journal.ndjson'), 'another')).toMatchObject({ status: 2 });
  expect(await verify('--colour')).toMatchObject({ status: 2 });
  expect((await verify(at('nowhere'))).text).toContain('ENOENT');
  expect((await verify('--help')).status).toBe(0);
});

test('the command runs from a terminal', { timeout: 60_000 }, async () => {
  const run = (file: string): Promise<{ stdout: string }> =>
    promisify(execFile)(process.execPath, ['--import', 'tsx', 'src/cli/verify.ts', file]);
  expect((await run(at('journal.ndjson'))).stdout).toContain('OK. Proved up to 11');
  await expect(run(await changed('journal.ndjson', '"size":12', '"size":13'))).rejects.toMatchObject({ code: 1 });
});
