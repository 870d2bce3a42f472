import { sha256 } from '#adapters/noble/sha256.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CommandId, Sequence, SourceId, UnixMs } from '#core/base/ids.ts';
import { PURPOSES } from '#core/items/purposes.ts';
import { obey } from '#runtime/agent/obey.ts';
import { EMPTY_STATE, project, type AgentState } from '#runtime/agent/projection.ts';
import { defaultSettings } from '#runtime/agent/read-views.ts';
import type { Command } from '#runtime/contract/commands.ts';
import type { CommandBody } from '#lib/state/agent-state.svelte.ts';
import { inverseOf } from '#lib/undo.ts';

const AT = 1_763_700_000_000 as UnixMs;
const FILES = ['tax/a.md', 'tax/2026/b.md', 'c.md'];
const ids = FILES.map((path) => path as unknown as SourceId);
const zones = ['UTC', 'Europe/Berlin'];

/** The state after a command; null when it was refused. */
function after(state: AgentState, body: CommandBody): AgentState | null {
  const command = { ...body, id: 'c' as CommandId } as Exclude<
    Command,
    { type: 'rebuild' } | { type: 'destroy' } | { type: 'change-key' }
  >;
  const facts = obey(state, command, AT, 'UTC', sha256);
  if (!facts.ok) return null;
  return facts.value.reduce((next, fact) => project(next, fact, 0 as Sequence).state, state);
}

const before = (state: AgentState) => ({
  sources: [...state.sources.values()],
  newFiles: state.newFiles,
  settings: state.settings ?? defaultSettings('UTC', 'en'),
  settingsSaved: state.settings !== null,
});

const some = fc.subarray(ids, { minLength: 1 });
const commands: fc.Arbitrary<CommandBody> = fc.oneof(
  fc.record({ type: fc.constant('remove-source' as const), source: fc.constantFrom(...ids) }),
  fc.record({ type: fc.constant('restore-source' as const), source: fc.constantFrom(...ids) }),
  fc.record({
    type: fc.constant('change-seal' as const),
    of: fc.oneof(
      some.map((sources) => ({ sources })),
      fc.constantFrom('tax', 'tax/2026').map((folder) => ({ folder })),
    ),
    sealed: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('change-purposes' as const),
    sources: fc.oneof(some, fc.constant('new' as const)),
    purposes: fc.dictionary(fc.constantFrom(...PURPOSES), fc.boolean(), { minKeys: 1 }),
  }),
  fc.constantFrom(...zones).map((zone): CommandBody => ({
    type: 'change-settings',
    settings: defaultSettings(zone, 'en'),
  })),
);

test('what the owner changed of files, seals, purposes and settings is exactly as before once it is undone', () => {
  const filled = ids.reduce<AgentState>((state, id) => {
    const source = { id, path: FILES[ids.indexOf(id)], sample: false, kind: 'document' } as never;
    return after(state, { type: 'add-source', source }) ?? state;
  }, EMPTY_STATE);
  let undone = 0;
  fc.assert(
    fc.property(fc.array(commands, { maxLength: 8 }), commands, (earlier, last) => {
      const state = earlier.reduce((next, body) => after(next, body) ?? next, filled);
      const changed = after(state, last);
      const back = inverseOf(last, before(state));
      if (changed === null || back.length === 0) return;
      const restored = back.reduce<AgentState>((next, body) => {
        const given = after(next, body);
        expect(given, JSON.stringify(body)).not.toBeNull();
        return given ?? next;
      }, changed);
      undone += 1;
      expect(restored).toEqual(state);
    }),
    { numRuns: 2_000 },
  );
  expect(undone).toBeGreaterThan(500);
});

test('what cannot be taken back has no inverse', () => {
  const state = before(EMPTY_STATE);
  for (const body of [
    { type: 'destroy', doomed: { kind: 'run', id: 'r' } },
    { type: 'approve', run: 'r', approval: 'a', digest: 'd' },
    { type: 'change-settings', settings: defaultSettings('UTC', 'en') },
    { type: 'change-purposes', sources: 'new', purposes: { inference: true } },
  ] as unknown as CommandBody[])
    expect(inverseOf(body, state), body.type).toEqual([]);
});
