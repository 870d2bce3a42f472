import { expect, test } from 'vitest';
import type { ToolName } from '#core/tools/definition.ts';
import { actsOutside, definitions } from '#core/tools/definitions.ts';
import { tools } from '#runtime/tools/registry.ts';

const all = Object.entries(definitions);

test('every tool says what it reads, writes, sends, whether it can be repeated and what undoes it', () => {
  expect(all.length).toBeGreaterThan(15);
  for (const [name, { effects, ...definition }] of all) {
    expect(definition.name, name).toBe(name);
    expect(definition.title, name).not.toBe('');
    expect(definition.version, name).toBeGreaterThanOrEqual(1);
    expect(Object.keys(effects).sort(), name).toEqual(
      ['egress', 'idempotent', 'inverse', 'irreversible', 'reads', 'writes'].sort(),
    );
  }
});

test('what a tool declares fits together: what changes nothing can be repeated and has nothing to undo', () => {
  for (const [name, { effects, parallelSafe }] of all) {
    if (!actsOutside({ effects })) {
      expect(effects, name).toMatchObject({ idempotent: true, irreversible: false, inverse: null });
    } else {
      // What acts outside is either undone by a tool that there is, or says that it cannot be.
      expect(effects.irreversible, name).toBe(effects.inverse === null);
      if (effects.inverse !== null) {
        const inverse = definitions[effects.inverse];
        expect(inverse.effects.writes, name).toEqual(effects.writes);
        expect(inverse.effects.inverse, name).toBe(name);
      }
      expect(parallelSafe, name).toBe(false);
    }
  }
});

test('every declared tool that only reads is there to be run, and runs under its own declaration', () => {
  for (const [name, definition] of all) {
    const tool = tools.get(name as ToolName);
    if (actsOutside(definition)) expect(tool, name).toBeUndefined();
    else expect(tool?.definition, name).toBe(definition);
  }
  expect([...tools.keys()].filter((name) => !(name in definitions))).toEqual([]);
});
