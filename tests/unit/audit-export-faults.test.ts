import { expect, test } from 'vitest';
import { sha256 } from '#adapters/noble/sha256.ts';
import { checkExportLine, endExportCheck, startExportCheck, verifyExportFile } from '#core/audit/export-check.ts';
import { describeExport } from '#core/audit/export-report.ts';
import { formatNoteKey, signNote } from '#core/audit/note.ts';
import { concat, utf8 } from '#core/base/bytes.ts';
import { canonicalJson, type Json } from '#core/base/json.ts';
import { fileTools } from '#tests/fakes/file-tools.ts';
import { exportBytes, plainFacts, sealOf, testJournal } from '#tests/fakes/journal.ts';
import { seededSigner } from '#tests/fakes/seeded-signer.ts';

/** Whatever line of an export is damaged, foreign or missing, the report says which and why. */
const journal = testJournal(plainFacts(9));
const decodeText = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const edited = (bytes: Uint8Array, change: (text: string) => string): Uint8Array => utf8(change(decodeText(bytes)));

test('an anchor with a cosignature that does not hold is refused, and one of an unknown agent named', async () => {
  const witness = seededSigner(70);
  const key = { name: 'witness.example/w', publicKey: witness.publicKey };
  const bytes = await exportBytes(journal, [9]);
  const verify = (anchor: string) => verifyExportFile(fileTools, bytes, { anchor, witnesses: [key] }).firstBad?.why;
  const note = await journal.checkpointAt(9);
  const foreignLine = formatNoteKey(sha256, key, 4).split('+')[1]!;
  const id = Buffer.from(foreignLine, 'hex');
  const wrong = `\u2014 ${key.name} ${Buffer.concat([id, Buffer.alloc(72)]).toString('base64')}\n`;
  expect(verify(note + wrong)).toBe('a cosignature on the anchor does not hold');
  const strangers = "the anchor is not a checkpoint signed by this export's agent";
  // Of a log whose name says no key, and of this one with other entries under another's name.
  const named = { name: 'example.org/log', publicKey: journal.signer.publicKey };
  const elsewhere = await signNote(sha256, note.slice(0, note.indexOf('\n\n') + 1), named, journal.signer.sign);
  expect(verify(elsewhere.replace(`windhover/${journal.agent}\n`, 'example.org/log\n'))).toBe(strangers);
  const other = testJournal(plainFacts(9), 4);
  expect(verify(await other.checkpointAt(9))).toBe(strangers);
  const unsigned = note.replace(/ [^ ]{20}([^ ]*)\n$/, (_, rest: string) => ` ${'A'.repeat(20)}${rest}\n`);
  expect(verify(unsigned)).toBe(strangers);
});

test('a line of an export that cannot be read is told why', async () => {
  const lines = [...fileTools.lines(await exportBytes(journal, [9], { version: 2 }))];
  const why = (line: string): string | undefined =>
    endExportCheck(
      fileTools,
      [lines[0]!, line].reduce((check, text) => checkExportLine(fileTools, check, text), startExportCheck({})),
    ).firstBad?.why;
  const cannot = 'the line of entry 0 cannot be read: ';
  expect(why('{"checkpoint":1,"size":1}')).toBe(`${cannot}a checkpoint line has a note and a size`);
  expect(why('{"checkpoint":"x","size":-1}')).toBe(`${cannot}a checkpoint line has a note and a size`);
  expect(why('{"checkpoint":"x","size":0.5}')).toBe(`${cannot}a checkpoint line has a note and a size`);
  expect(why('{"seal":1}')).toBe(`${cannot}a seal is a note`);
  expect(why('{}')).toBe(`${cannot}the line is neither an entry nor a checkpoint`);
  expect(why('{"entry":{},"leaf":1}')).toBe(`${cannot}the leaf is not a hash`);
  expect(why('{"entry":{},"leaf":"","payload":1}')).toBe(`${cannot}a payload has a salt and a value`);
  expect(why('{"entry":{},"leaf":"","missing":"eaten"}')).toBe(
    `${cannot}why a payload is missing is not said in words that are known`,
  );
  expect(why('{"checkpoint":"x","size":0}')).toBe('a checkpoint cannot be read');
  expect(why('{"checkpoint":"x","size":2}')).toBe('a checkpoint of 2 entries stands after 0');
  expect(why('{"seal":"x"}')).toBe('the seal is not signed by the agent');
});

test('a header that cannot be read is told why', async () => {
  const [first = ''] = [...fileTools.lines(await exportBytes(journal, [9]))];
  const header = JSON.parse(first!) as Record<string, Json>;
  const why = (change: Record<string, Json>): string | undefined =>
    verifyExportFile(fileTools, utf8(`${canonicalJson({ ...header, ...change })}\n`)).firstBad?.why;
  expect(why({ more: 1 })).toBe('the header does not have the keys of a Windhover export');
  expect(why({ format: 'x' })).toBe('this is not a Windhover export');
  expect(why({ version: 4 })).toBe('version 4 of the export is unknown');
  for (const key of ['checkpoints', 'createdAt', 'size'])
    for (const value of [-1, 0.5, '1', null])
      expect(why({ [key]: value })).toBe(`${key} in the header is not a whole number from 0`);
  expect(why({ createdAt: 8_640_000_000_000_001 })).toBe('createdAt in the header is later than a date can be');
  for (const agent of [7, 'did:web:x'])
    expect(why({ agent })).toBe('the agent in the header is not the did:key of an Ed25519 key');
  expect(why({ createdAt: 8_640_000_000_000_000 })).toBe('the header says 9 entries, and the file holds 0');
});

test('a seal is the last line, the agent’s own and of version 2 or later', async () => {
  const bytes = await exportBytes(journal, [9]);
  const why = (changed: Uint8Array) => verifyExportFile(fileTools, changed).firstBad?.why;
  expect(why(concat(bytes, utf8('{}\n')))).toBe('lines follow the seal');
  expect(why(edited(bytes, (text) => text.replace(/\{"seal".*\n$/, '')))).toBe(
    'the last line is missing: the file was cut after it was written',
  );
  expect(why(edited(bytes, (text) => text.replace('"version":3', '"version":1')))).toBe(
    'an export of version 1 has no seal',
  );
  const lines = decodeText(bytes).split(/(?<=\n)/);
  const other = await sealOf(journal, lines.slice(0, 5));
  expect(why(edited(bytes, (text) => text.replace(/\{"seal".*\n$/, () => other)))).toBe(
    'the lines of the file are not those that were sealed: one was changed, added or left out',
  );
  const [seal = ''] = /\{"seal".*\n$/.exec(decodeText(bytes)) ?? [];
  const { seal: note } = JSON.parse(seal) as { seal: string };
  const twice = note + note.slice(note.indexOf('\n\n') + 2);
  expect(why(edited(bytes, (text) => text.replace(seal, () => `${canonicalJson({ seal: twice })}\n`)))).toBe(
    'the seal is not signed by the agent',
  );
});

test('a fault before any entry is told without one', async () => {
  const report = verifyExportFile(fileTools, utf8('x\n'));
  expect(describeExport(report, String)).toBe(
    'Nothing is proved. Bad line 1: the header cannot be read: the text is not JSON.',
  );
  const short = [...fileTools.lines(await exportBytes(journal, [9]))].slice(0, 4).join('\n');
  expect(describeExport(verifyExportFile(fileTools, utf8(`${short}\n`)), String)).toBe(
    'Nothing is proved. First bad entry: 3, line 5: the header says 9 entries, and the file holds 3.',
  );
});

test('an export says how many checkpoints are missing, and from where', async () => {
  const text = decodeText(await exportBytes(journal, [4, 9], { version: 1 }));
  const without = text.replace(/\{"checkpoint".*\n$/, '');
  expect(verifyExportFile(fileTools, utf8(without)).firstBad).toEqual({
    sequence: 4,
    line: 12,
    why: 'the header says 2 checkpoints, and the file holds 1',
  });
});
