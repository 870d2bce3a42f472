import { expect, test } from 'vitest';
import { linesOf } from '#adapters/platform/lines-of.ts';
import { signCheckpoint } from '#core/audit/checkpoint.ts';
import { verifyExport } from '#core/audit/export-check.ts';
import { describeExport } from '#core/audit/export-report.ts';
import { writeExportCheckpoint } from '#core/audit/export.ts';
import { frontierRoot, EMPTY_FRONTIER } from '#core/audit/merkle.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { utf8 } from '#core/base/bytes.ts';
import { checkTools, exportBytes, plainFacts, testJournal } from '#tests/fakes/journal.ts';
import { seededSigner } from '#tests/fakes/seeded-signer.ts';

const journal = testJournal(plainFacts(9));
const iso = (time: number): string => new Date(time).toISOString();
const check = (bytes: Uint8Array, anchor: string | null = null): ReturnType<typeof verifyExport> =>
  verifyExport(linesOf(bytes), checkTools, { anchor });

test('an export says how far it is proved, at what time, and what is not', async () => {
  const report = check(await exportBytes(journal, [4, 7]));
  expect(report).toEqual({
    ok: true,
    agent: journal.agent,
    verifiedUpTo: 7,
    provedAt: journal.entries[6]?.time,
    size: 9,
    afterCheckpoint: 2,
    payloads: 9,
    missing: { destroyed: 0, withheld: 0 },
    checkpoints: 2,
    anchoredAt: null,
    cosignatures: [],
    vouched: null,
    keys: [],
    signer: journal.agent,
    keysWithheld: false,
    identity: null,
    records: [],
    sealed: true,
    lines: 13,
    firstBad: null,
  });
  expect(describeExport(report, iso)).toBe(
    "Proved up to 7 at 2025-11-21T04:40:06.000Z; unproved after that (2 entries follow). Only the device's own key and clock say so: without an anchor, an end cut off or a past rewritten by the device's owner cannot be seen.",
  );
});

test('payloads that were destroyed or withheld leave the proof whole', async () => {
  const report = check(await exportBytes(journal, [9], { withheld: [0, 3, 8] }));
  expect(report).toMatchObject({ ok: true, verifiedUpTo: 9, payloads: 6 });
});

test('an export says which payloads were destroyed and which kept back, and in no other words', async () => {
  const lines = [...linesOf(await exportBytes(journal, [9], { version: 1 }))];
  const without = (sequence: number, why: string): string =>
    (lines[sequence + 1] ?? '').replace(/"payload":\{.*\}\}$/, `"missing":"${why}"}`);
  const told = lines.map((line, at) =>
    at === 3 ? without(2, 'destroyed') : at === 5 ? without(4, 'withheld') : at === 6 ? without(5, 'withheld') : line,
  );
  expect(verifyExport(told, checkTools)).toMatchObject({
    ok: true,
    verifiedUpTo: 9,
    payloads: 6,
    missing: { destroyed: 1, withheld: 2 },
  });
  const forged = lines.map((line, at) => (at === 3 ? without(2, 'eaten') : line));
  expect(verifyExport(forged, checkTools).firstBad?.why).toContain('in words that are known');
});

test('the first bad entry is named by sequence and line', async () => {
  const text = new TextDecoder().decode(await exportBytes(journal, [4, 9]));
  const changes: readonly (readonly [RegExp, string, number, number, string])[] = [
    [/("sequence":6,"time":)\d+/, '$11', 6, 9, 'entry 6 does not hash to its leaf'],
    [/漢字/, '漢', 2, 4, 'the payload of entry 2 is not what the entry commits to'],
    [/("sequence":)5/, '$17', 5, 8, 'entry 5 is missing: entry 7 stands in its place'],
    [/"version":1\},"leaf"/, '"version":2},"leaf"', 0, 2, 'entry 0 cannot be read: the version is not 1'],
    [/\n\{"checkpoint"[^\n]*/, '', 4, 12, 'the header says 2 checkpoints, and the file holds 1'],
  ];
  for (const [from, to, sequence, line, why] of changes) {
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    const report = check(utf8(changed));
    const proved = from.source.includes('checkpoint') ? 9 : sequence >= 4 ? 4 : 0;
    expect(report.ok).toBe(false);
    expect(report.firstBad?.why).toContain(why);
    expect(report.firstBad?.line).toBe(line);
    expect(report.firstBad?.sequence).toBe(proved === 9 ? 9 : sequence);
    expect(report.verifiedUpTo).toBe(proved);
  }
});

test('an export without a checkpoint, of no entries, or that is no export says so', async () => {
  expect(check(await exportBytes(journal, []))).toMatchObject({
    ok: false,
    verifiedUpTo: 0,
    firstBad: { sequence: 0, why: 'no checkpoint signs the entries' },
  });
  const text = new TextDecoder().decode(await exportBytes(journal, []));
  const emptyHead = writeExportCheckpoint(await journal.checkpointAt(0), 0);
  const onlyEmptyHead = text.replace('"checkpoints":0', '"checkpoints":1').replace('\n', `\n${emptyHead}`);
  expect(check(utf8(onlyEmptyHead)).firstBad?.why).toBe('no checkpoint signs the entries');
  const empty = check(await exportBytes(testJournal([]), []));
  expect(describeExport(empty, iso)).toContain('Nothing is proved (no entries follow).');
  for (const text of ['', '\n', '{}', '{"format":"other"}\n', 'not json', '\u0000'])
    expect(check(utf8(text)), JSON.stringify(text)).toMatchObject({ ok: false, size: 0 });
  expect(check(Uint8Array.of(0xff, 0xfe)).firstBad).toEqual({
    sequence: null,
    line: 1,
    why: 'the line is not UTF-8 text',
  });
});

test('an anchor that the journal agrees with is said, at the empty tree and at the end too', async () => {
  const bytes = await exportBytes(journal, [4, 9]);
  for (const size of [0, 1, 3, 4, 8, 9])
    expect(check(bytes, await journal.checkpointAt(size)), String(size)).toMatchObject({ ok: true, anchoredAt: size });
});

test('a journal rewritten with the real key passes by itself and is found by an anchor', async () => {
  const rewritten = testJournal(plainFacts(9).map((fact, i) => (i === 2 ? { ...fact, value: 'another past' } : fact)));
  const bytes = await exportBytes(rewritten, [9]);
  expect(check(bytes).ok).toBe(true);
  expect(check(bytes, await journal.checkpointAt(2)).ok).toBe(true);
  const report = check(bytes, await journal.checkpointAt(5));
  expect(report.ok).toBe(false);
  expect(report.firstBad?.why).toBe('the journal was rewritten: its first 5 entries are not those the anchor signs');
});

test('a journal cut short is found by an anchor, and an anchor of another agent is refused', async () => {
  const cut = await exportBytes(testJournal(plainFacts(6)), [6]);
  expect(check(cut).ok).toBe(true);
  const report = check(cut, await journal.checkpointAt(8));
  expect(report.firstBad).toMatchObject({ sequence: 6, why: 'the anchor covers 8 entries and the export holds 6' });
  const head = { size: 0, root: frontierRoot(sha256, EMPTY_FRONTIER) };
  const foreign = await signCheckpoint(sha256, head, seededSigner(99));
  expect(check(cut, foreign).firstBad?.why).toBe("the anchor is not a checkpoint signed by this export's agent");
  expect(check(cut, 'no note').ok).toBe(false);
});
