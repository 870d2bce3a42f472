import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import type { Run } from '#core/agent/run.ts';
import { hex, utf8 } from '#core/base/bytes.ts';
import type { RunId, SourceId, UnixMs } from '#core/base/ids.ts';
import { digestOf, type Json } from '#core/base/json.ts';
import type { Result } from '#core/base/result.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import { DEFAULT_PURPOSES } from '#core/items/purposes.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { evaluationLanguage } from '#evals/language.ts';
import { Interpreter } from '#runtime/agent/interpreter.ts';
import type { AgentPorts } from '#runtime/agent/ports.ts';
import { EMPTY_STATE, observationKey, type AgentState } from '#runtime/agent/projection.ts';
import { sourceGate } from '#runtime/blobs/source-gate.ts';
import type { SourceView } from '#runtime/contract/views.ts';
import { fakeClock } from '../fakes/fake-clock.ts';
import { memoryBlobStore } from '../fakes/memory-blob-store.ts';
import { parseFile } from '../fakes/parse-file.ts';
import { plainRuleEngine } from '../fakes/plain-rule-engine.ts';
import { OWNER } from '../fakes/tool-context.ts';

// Reading a goal loads the language for real, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 });

const mail = (pier: number): string => `From: Ann <ann@example.org>
To: Dana Reyes <dana@example.org>
Subject: Pier ${String(pier)}
Message-ID: <m${String(pier)}@example.org>
Date: Fri, 20 Nov 2026 09:00:00 +0000

Hello Dana, please send me the plan of pier ${String(pier)} by Friday.
`;
const event = (day: number): string =>
  [
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test', 'BEGIN:VEVENT', 'UID:1'],
    ...[`DTSTART:202611${String(day)}T090000Z`, `DTEND:202611${String(day)}T100000Z`, 'SUMMARY:Harbour meeting'],
    ...['END:VEVENT', 'END:VCALENDAR', ''],
  ].join('\r\n');
/** Each place has a file that may say one thing or another. */
const FILES: readonly (readonly [string, readonly [string, string]])[] = [
  [
    'notes.md',
    ['# Boats\n\nThe sailing boat is berthed at pier 12.\n', '# Boats\n\nThe sailing boat is at pier 14.\n'],
  ],
  ['more.md', ['# More\n\nThe sailing boat is blue.\n', '# More\n\nThe sailing boat is green.\n']],
  ['pier.eml', [mail(12), mail(14)]],
  ['dates.ics', [event(24), event(25)]],
];
const GOALS = [
  'Where is the sailing boat berthed?',
  'What is asked of me?',
  'What is on tomorrow?',
  'Summarise my mail.',
];
const NOW = Date.UTC(2026, 10, 23, 8) as UnixMs;
const DAY_MS = 86_400_000;

interface World {
  readonly state: AgentState;
  readonly owner: OwnerSettings;
  readonly now: UnixMs;
  readonly zone: string;
}

type Deed =
  | { readonly of: 'ask'; readonly goal: number }
  | { readonly of: 'file' | 'seal' | 'allow' | 'remove' | 'destroy'; readonly which: number }
  | { readonly of: 'day' | 'zone' | 'owner' | 'forget' };

const which = fc.nat({ max: FILES.length - 1 });
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ of: fc.constant('ask' as const), goal: fc.nat({ max: GOALS.length - 1 }) }) },
  fc.record({ of: fc.constantFrom('file' as const, 'seal' as const, 'allow' as const), which }),
  fc.record({ of: fc.constantFrom('remove' as const, 'destroy' as const), which }),
  fc.record({ of: fc.constantFrom('day' as const, 'zone' as const, 'owner' as const, 'forget' as const) }),
);

test('whatever is asked, changed and destroyed in whatever order: through the cache as without it', async () => {
  const language = await evaluationLanguage();
  const clock = fakeClock();
  const blobs = memoryBlobStore(clock);
  const known = new Map<string, SourceView>();
  for (const [path, versions] of FILES)
    for (const [version, text] of versions.entries()) {
      const { items, messages, events, documents, tables } = await parseFile(path, text);
      const stage = await blobs.stage();
      await stage.write(utf8(text));
      await stage.writeItems(items);
      valueOf(await stage.commit());
      const counts = {
        ...{ messages: messages.length, events: events.length },
        ...{ documents: documents.length, tables: tables.length },
      };
      const id = hex(sha256(utf8(text))) as SourceId;
      const kept = { counts, warnings: [], sample: false, bytes: text.length, importedAt: NOW, modifiedAt: null };
      known.set(`${path} ${String(version)}`, { id, path, kind: 'document', removedAt: null, ...kept });
    }
  let owner = OWNER;
  const ports = {
    ...{ clock, sha256, blobs: sourceGate(blobs), language: () => Promise.resolve(language) },
    rules: () => Promise.resolve(plainRuleEngine()),
  } as unknown as AgentPorts;
  const interpreter = (): Interpreter => new Interpreter(ports, () => owner);
  const hits: number[] = [];

  await fc.assert(
    fc.asyncProperty(fc.array(deed, { minLength: 2, maxLength: 14 }), async (deeds) => {
      const cached = interpreter();
      const first = FILES.map(([path]) => known.get(`${path} 0`) as SourceView);
      let world: World = { state: withFiles(first), owner: OWNER, now: NOW, zone: 'UTC' };
      for (const [at, each] of deeds.entries()) {
        if (each.of !== 'ask') {
          world = after(world, each, known);
          owner = world.owner;
          if (each.of === 'destroy' || each.of === 'forget') cached.forget();
          continue;
        }
        const run = runOf(`run-${String(at)}`, GOALS[each.goal] ?? '', world);
        const through = await pursue(cached, run, world.state);
        const without = await pursue(interpreter(), run, world.state);
        expect(through.told).toEqual(without.told);
        expect(without.hits).toBe(0);
        hits.push(through.hits);
      }
    }),
    { numRuns: 30 },
  );
  // Otherwise nothing was compared.
  expect(hits.filter((count) => count > 0).length).toBeGreaterThan(5);
});

function withFiles(files: readonly SourceView[]): AgentState {
  return { ...EMPTY_STATE, sources: new Map(files.map((file) => [file.id, file])) };
}

function after(world: World, deed: Exclude<Deed, { of: 'ask' }>, known: ReadonlyMap<string, SourceView>): World {
  const files = [...world.state.sources.values()];
  switch (deed.of) {
    case 'day':
      return { ...world, now: (world.now === NOW ? NOW + DAY_MS : NOW) as UnixMs };
    case 'zone':
      return { ...world, zone: world.zone === 'UTC' ? 'Asia/Tokyo' : 'UTC' };
    case 'owner':
      return { ...world, owner: world.owner === OWNER ? { ...OWNER, addresses: ['kim@example.org'] } : OWNER };
    case 'forget':
      return world;
  }
  const path = FILES[deed.which]?.[0] ?? '';
  const other = (file: SourceView): SourceView[] => {
    switch (deed.of) {
      case 'file': {
        const next = known.get(`${path} 0`)?.id === file.id ? 1 : 0;
        return [known.get(`${path} ${String(next)}`) as SourceView];
      }
      case 'seal': {
        const { sealed, ...open } = file;
        return [sealed === undefined ? { ...open, sealed: 'file' } : open];
      }
      case 'allow': {
        const inference = file.purposes?.inference === false;
        return [{ ...file, purposes: { ...DEFAULT_PURPOSES, inference } }];
      }
      default:
        return [];
    }
  };
  const there = files.some((file) => file.path === path);
  const changed = files.flatMap((file) => (file.path === path ? other(file) : [file]));
  // What was taken away comes back as it was at first.
  const added = there ? [] : [known.get(`${path} 0`) as SourceView];
  return { ...world, state: withFiles([...changed, ...added]) };
}

/** What a run's steps come to, or how they fail, with the labels; and how many were not done again. */
async function pursue(
  interpreter: Interpreter,
  begun: Run,
  state: AgentState,
): Promise<{ readonly told: unknown[]; readonly hits: number }> {
  const planned = valueOf(await interpreter.plan(begun, state));
  let run: Run = { ...begun, plan: planned.plan, planLabel: planned.label };
  const observations = new Map<string, Json>();
  const told: unknown[] = [];
  let hits = 0;
  for (const { id } of planned.plan.steps) {
    const { signal } = new AbortController();
    const done = await interpreter.runStep(run, id, { ...state, observations }, signal, () => undefined);
    if (!done.ok) {
      told.push(id, done.error);
      return { told, hits };
    }
    const { observation, label, from } = done.value;
    if (from !== undefined) hits++;
    told.push(id, digestOf(sha256, observation), label);
    observations.set(observationKey(run.id, id), observation);
    const stood = { status: 'done', attempts: 1, startedAt: 1, endedAt: 1, observation: null, label, error: null };
    run = { ...run, steps: { ...run.steps, [id]: stood as Run['steps'][string] } };
  }
  const verified = await interpreter.verify(run, { ...state, observations });
  told.push(verified);
  return { told, hits };
}

function runOf(id: string, goal: string, { state, now, zone }: World): Run {
  return {
    ...{ id: id as RunId, status: 'executing', pausedFrom: null, goal, overrides: {}, startedAt: now, endedAt: null },
    ...{ sources: [...state.sources.keys()], now, zone, plan: null, steps: {}, approval: null, answer: null },
    ...{ answerDigest: null, verdict: null, failure: null },
  };
}

function valueOf<T>(result: Result<T, { readonly message: string }>): T {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}
