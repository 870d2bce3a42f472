import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const PLANTED = 'src/lib/components/PlantedTypeError.svelte';

test('a type error in a component is found by the type check', { timeout: 180_000 }, () => {
  writeFileSync(PLANTED, `<script lang="ts">\n  const count: number = 'three';\n</script>\n\n{count}\n`);
  let output = '';
  try {
    output = execFileSync('node_modules/.bin/svelte-check', ['--tsconfig', './tsconfig.json', '--output', 'machine'], {
      encoding: 'utf8',
    });
  } catch (error) {
    output = String((error as { stdout?: unknown }).stdout);
  } finally {
    rmSync(PLANTED);
  }
  expect(output).toMatch(/ERROR "src\/lib\/components\/PlantedTypeError\.svelte"/);
});
