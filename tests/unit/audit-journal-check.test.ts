import { expect, test } from 'vitest';
import { sha256 } from '#adapters/noble/sha256.ts';
import { checkpointKey, formatCheckpoint, signCheckpoint } from '#core/audit/checkpoint.ts';
import { checkCheckpoint, checkEntries, checkEntry, type JournalCheck, startCheck } from '#core/audit/journal-check.ts';
import { frontierRoot } from '#core/audit/merkle.ts';
import { signNote } from '#core/audit/note.ts';
import { checkTools, plainFacts, testJournal } from '#tests/fakes/journal.ts';
import { seededSigner } from '#tests/fakes/seeded-signer.ts';

const journal = testJournal(plainFacts(9));

function afterEntries(texts: readonly string[], check = startCheck(journal.agent)): JournalCheck {
  return texts.reduce((at, text) => {
    const next = checkEntry(checkTools, at, text, null);
    if (!next.ok) throw new Error(next.error.why);
    return next.value;
  }, check);
}

test('a whole journal is proved up to its last checkpoint, and says at what time', async () => {
  let check = startCheck(journal.agent);
  for (const [from, to] of [
    [0, 4],
    [4, 7],
  ] as const) {
    const group = {
      entries: journal.texts.slice(from, to),
      payloads: journal.payloads.slice(from, to),
      checkpoint: await journal.checkpointAt(to),
    };
    const next = checkEntries(checkTools, check, group);
    if (!next.ok) throw new Error(next.error.why);
    check = next.value;
  }
  check = afterEntries(journal.texts.slice(7), check);
  expect(check.frontier.size).toBe(9);
  expect(check.proved?.size).toBe(7);
  expect(check.proved?.time).toBe(journal.entries[6]?.time);
});

test('a head whose signature is not looked at moves nothing, and a wrong root is still found', async () => {
  const check = afterEntries(journal.texts.slice(0, 4));
  const note = await journal.checkpointAt(4);
  const seen = checkCheckpoint(checkTools, check, note, 'root');
  expect(seen.ok && seen.value.proved).toBe(null);
  const other = await testJournal(plainFacts(9), 2).checkpointAt(4);
  const wrong = checkCheckpoint(checkTools, check, other, 'root');
  expect(!wrong.ok && wrong.error.code).toBe('root');
});

test('the first missing, repeated, swapped, changed or fenced entry is named', () => {
  const [a = '', b = '', c = '', , e = ''] = journal.texts;
  const cases: readonly (readonly [string[], string, number])[] = [
    [[a, c], 'sequence', 1],
    [[b], 'sequence', 0],
    [[a, a], 'sequence', 1],
    [[a, c, b], 'sequence', 1],
    [[a, b.replace('"version":1', '"version":3')], 'bad-entry', 1],
    [[a, ''], 'bad-entry', 1],
    [[...journal.texts.slice(0, 4), e.replace('"epoch":2', '"epoch":0')], 'epoch', 4],
  ];
  for (const [texts, code, sequence] of cases) {
    const checked = checkEntries(checkTools, startCheck(journal.agent), {
      entries: texts,
      payloads: [],
      checkpoint: '',
    });
    expect(!checked.ok && [checked.error.code, checked.error.sequence]).toEqual([code, sequence]);
  }
});

test('a payload that is not the one committed to is named', () => {
  const [payload] = journal.payloads;
  if (payload === undefined) throw new Error('the test journal has entries');
  const other = [
    { ...payload, value: 'another' },
    { ...payload, salt: payload.salt.map((byte) => byte ^ 1) },
  ];
  for (const wrong of other) {
    const checked = checkEntry(checkTools, startCheck(journal.agent), journal.texts[0] ?? '', wrong);
    expect(!checked.ok && [checked.error.code, checked.error.sequence]).toEqual(['payload', 0]);
  }
});

test('an entry changed in place is found at the next checkpoint, which names the range', async () => {
  const [first = '', second = '', ...rest] = journal.texts;
  const texts = [first, second.replace(/"time":\d+/, '"time":1'), ...rest];
  let check = afterEntries(texts.slice(0, 1));
  const head = checkCheckpoint(checkTools, check, await journal.checkpointAt(1));
  if (!head.ok) throw new Error(head.error.why);
  check = afterEntries(texts.slice(1, 4), head.value);
  const checked = checkCheckpoint(checkTools, check, await journal.checkpointAt(4));
  expect(!checked.ok && checked.error).toEqual({
    code: 'root',
    sequence: 1,
    why: 'entries 1 to 3 are not what the checkpoint of 4 entries signs',
  });
});

test('a checkpoint of another size, agent, log, or with a broken signature proves nothing', async () => {
  const check = afterEntries(journal.texts.slice(0, 4));
  const good = await journal.checkpointAt(4);
  const stranger = seededSigner(9);
  const head = { size: 4, root: frontierRoot(sha256, check.frontier) };
  const foreign = await signCheckpoint(sha256, head, stranger);
  const signature = good.lastIndexOf(' ') + 20;
  const broken = `${good.slice(0, signature)}${good[signature] === 'A' ? 'B' : 'A'}${good.slice(signature + 1)}`;
  const cases: readonly (readonly [string, string])[] = [
    [await journal.checkpointAt(3), 'size'],
    [foreign, 'bad-signature'],
    [broken, 'bad-signature'],
    [good.slice(0, -1), 'bad-checkpoint'],
    [good.replace('\n4\n', '\n04\n'), 'bad-signature'],
  ];
  for (const [note, code] of cases) {
    const checked = checkCheckpoint(checkTools, check, note);
    expect(!checked.ok && checked.error.code, note).toBe(code);
  }
  expect(checkCheckpoint(checkTools, check, good).ok).toBe(true);
});

test("a head of another log signed with the agent's key proves nothing here", async () => {
  const check = afterEntries(journal.texts.slice(0, 4));
  const root = frontierRoot(sha256, check.frontier);
  const text = formatCheckpoint({ origin: 'example.org/other-log', size: 4, root, extensions: [] });
  const note = await signNote(sha256, text, checkpointKey(journal.signer.publicKey), journal.signer.sign);
  const checked = checkCheckpoint(checkTools, check, note);
  expect(!checked.ok && checked.error.why).toBe("a checkpoint is of another log than this agent's");
});

test('a checkpoint may carry further lines and further signatures', async () => {
  const check = afterEntries(journal.texts.slice(0, 4));
  const key = checkpointKey(journal.signer.publicKey);
  const root = frontierRoot(sha256, check.frontier);
  const text = formatCheckpoint({ origin: key.name, size: 4, root, extensions: ['a line not understood'] });
  const note = await signNote(sha256, text, key, journal.signer.sign);
  const cosigned = `${note}\u2014 witness.example/w AAAAAAECAwQ=\n`;
  expect(checkCheckpoint(checkTools, check, cosigned)).toMatchObject({ ok: true, value: { proved: { size: 4 } } });
});

test('checking goes on from where it stopped and gives the same head', async () => {
  const half = checkCheckpoint(checkTools, afterEntries(journal.texts.slice(0, 5)), await journal.checkpointAt(5));
  if (!half.ok) throw new Error(half.error.why);
  const kept = structuredClone(half.value);
  const end = checkCheckpoint(checkTools, afterEntries(journal.texts.slice(5), kept), await journal.checkpointAt(9));
  expect(end.ok && end.value.proved?.size).toBe(9);
});
