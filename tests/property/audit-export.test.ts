import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { sha256 } from '#adapters/noble/sha256.ts';
import { verifyEd25519 } from '#adapters/noble/ed25519.ts';
import { linesOf } from '#adapters/platform/lines-of.ts';
import { hex, utf8 } from '#core/base/bytes.ts';
import { verifyExport } from '#core/audit/export-check.ts';
import type { ExportReport } from '#core/audit/export-report.ts';
import { writeExportEntry } from '#core/audit/export.ts';
import type { VerifyEd25519 } from '#core/audit/note.ts';
import { exportBytes, plainFacts, testJournal } from '#tests/fakes/journal.ts';

/** Thousands of verifications on a machine that may be busy. */
const SLOW = { timeout: 120_000 };

const journal = testJournal(plainFacts(11));
let original = new Uint8Array(0);
let lines: readonly string[] = [];

beforeAll(async () => {
  original = new Uint8Array(await exportBytes(journal, [4, 11]));
  lines = new TextDecoder().decode(original).split('\n').slice(0, -1);
});

/** Verification is a pure function: what was judged once need not be computed again in thousands of runs. */
const judged = new Map<string, boolean>();
const verifyOnce: VerifyEd25519 = (publicKey, message, signature) => {
  const key = [publicKey, message, signature].map(hex).join();
  const known = judged.get(key) ?? verifyEd25519(publicKey, message, signature);
  judged.set(key, known);
  return known;
};

const verify = (bytes: Uint8Array): ExportReport => verifyExport(linesOf(bytes), { sha256, verifyEd25519: verifyOnce });

/**
 * What may differ from the original without anything proved being another: the exporter's date, a payload left out whole,
 * the newline at the very end.
 */
function saysTheSame(bytes: Uint8Array): boolean {
  const mutated = [...linesOf(bytes)];
  return (
    mutated.length === lines.length &&
    mutated.every((line, i) => {
      const before = lines[i] ?? '';
      const dateless = (text: string): string => text.replace(/"createdAt":\d+/, '');
      const entryOnly = before.replace(/,"payload":.*\}$/s, '}');
      return line === before || (i === 0 ? dateless(line ?? '') === dateless(before) : line === entryOnly);
    })
  );
}

function expectFoundOrHarmless(bytes: Uint8Array): void {
  const report = verify(bytes);
  if (report.ok) expect(saysTheSame(bytes)).toBe(true);
  else expect(report.firstBad?.why).toMatch(/\w/);
}

test('the export the mutations start from is proved whole', () => {
  expect(verify(original)).toMatchObject({
    ok: true,
    verifiedUpTo: 11,
    afterCheckpoint: 0,
    payloads: 11,
    firstBad: null,
  });
});

test('flipping any one bit of any byte of an export is found, or changes only the date of the export', SLOW, () => {
  const from = new TextDecoder().decode(original).indexOf('"createdAt":') + '"createdAt":'.length;
  const date = { from, to: from + 13 };
  let harmless = 0;
  for (let at = 0; at < original.length; at++) {
    const bytes = original.slice();
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
    if (!verify(bytes).ok) continue;
    harmless++;
    expect(at >= date.from && at < date.to, `byte ${String(at)}`).toBe(true);
    expect(saysTheSame(bytes)).toBe(true);
  }
  expect(harmless).toBeLessThanOrEqual(13);
});

test('cutting an export at any byte is found', SLOW, () => {
  for (let length = 0; length < original.length - 1; length++)
    expect(verify(original.slice(0, length)).ok, `the first ${String(length)} bytes`).toBe(false);
});

test('removing, repeating, swapping or moving whole lines is found', () => {
  const join = (list: readonly string[]): Uint8Array => utf8(`${list.join('\n')}\n`);
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    expect(verify(join(lines.toSpliced(i, 1))).ok, `without line ${String(i)}`).toBe(false);
    expect(verify(join(lines.toSpliced(i, 0, line))).ok, `line ${String(i)} twice`).toBe(false);
    for (let j = 0; j < lines.length; j++) {
      const moved = lines.toSpliced(i, 1).toSpliced(j, 0, line);
      if (i !== j) expect(verify(join(moved)).ok, `line ${String(i)} moved to ${String(j)}`).toBe(false);
    }
  }
});

test('thousands of random edits of an export are found or harmless', SLOW, () => {
  const place = fc.nat({ max: 1_000_000 }).map((n) => n % original.length);
  const edit = fc.oneof(
    fc.record({
      kind: fc.constant('replace' as const),
      at: place,
      bytes: fc.uint8Array({ minLength: 1, maxLength: 4 }),
    }),
    fc.record({
      kind: fc.constant('insert' as const),
      at: place,
      bytes: fc.uint8Array({ minLength: 1, maxLength: 4 }),
    }),
    fc.record({ kind: fc.constant('digit' as const), at: place, by: fc.integer({ min: 1, max: 9 }) }),
    fc.record({ kind: fc.constant('remove' as const), at: place, length: fc.integer({ min: 1, max: 400 }) }),
    fc.record({ kind: fc.constant('copy' as const), at: place, from: place, length: fc.integer({ min: 1, max: 400 }) }),
  );
  fc.assert(
    fc.property(edit, (change) => {
      const bytes = Array.from(original);
      switch (change.kind) {
        case 'replace':
          bytes.splice(change.at, change.bytes.length, ...change.bytes);
          break;
        case 'insert':
          bytes.splice(change.at, 0, ...change.bytes);
          break;
        case 'digit': {
          // The likeliest forgery: a number, and still well-formed JSON.
          const at = bytes.findIndex((byte, i) => i >= change.at && byte >= 0x30 && byte <= 0x39);
          if (at >= 0) bytes[at] = 0x30 + (((bytes[at] ?? 0) - 0x30 + change.by) % 10);
          break;
        }
        case 'remove':
          bytes.splice(change.at, change.length);
          break;
        case 'copy':
          bytes.splice(change.at, 0, ...original.subarray(change.from, change.from + change.length));
          break;
      }
      expectFoundOrHarmless(Uint8Array.from(bytes));
    }),
    { numRuns: 3000 },
  );
});

test('a forger who rewrites entry, leaf and payload together is found at the next checkpoint', () => {
  const forgery = testJournal(plainFacts(11).map((fact, i) => (i === 6 ? { ...fact, value: 'forged' } : fact)));
  for (let i = 0; i < 11; i++) {
    const line = writeExportEntry(sha256, forgery.texts[i] ?? '', forgery.payloads[i] ?? null).trimEnd();
    const at = 1 + i + (i >= 4 ? 1 : 0);
    const report = verify(utf8(`${lines.with(at, line).join('\n')}\n`));
    if (i !== 6) {
      expect(report.ok).toBe(true);
      continue;
    }
    expect(report).toMatchObject({ ok: false, verifiedUpTo: 4 });
    expect(report.firstBad).toMatchObject({
      sequence: 4,
      why: 'entries 4 to 10 are not what the checkpoint of 11 entries signs',
    });
  }
});
