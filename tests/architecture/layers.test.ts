import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** Violations planted one by one: the rules must name each, or they guard nothing. */
const PLANTED: readonly { readonly rule: string; readonly file: string; readonly code: string }[] = [
  { rule: 'layer:src/core', file: 'src/core/base/planted.ts', code: `import '#ports/clock.ts';` },
  { rule: 'core:base', file: 'src/core/base/planted.ts', code: `import '../tools/answer.ts';` },
  { rule: 'core-packages', file: 'src/core/base/planted.ts', code: `import 'dexie';` },
  { rule: 'only:dexie', file: 'src/adapters/opfs/planted.ts', code: `import 'dexie';` },
  { rule: 'layer:src/runtime', file: 'src/runtime/agent/planted.ts', code: `import '#adapters/noble/sha256.ts';` },
  { rule: 'ungated-blobs', file: 'src/runtime/tools/planted.ts', code: `import '#ports/blob-store.ts';` },
  { rule: 'runtime-packages', file: 'src/runtime/agent/planted.ts', code: `import 'comlink';` },
  { rule: 'layer:src/routes', file: 'src/routes/planted.ts', code: `import '#core/base/result.ts';` },
  { rule: 'layer:src/verifier', file: 'src/verifier/planted.ts', code: `import '#adapters/opfs/epoch-log.ts';` },
  { rule: 'no-cycles', file: 'src/core/base/planted.ts', code: `export type * from './planted.ts';` },
  { rule: 'training-apart', file: 'evals/training/planted.ts', code: `import '../goal-parsing/phrasings.ts';` },
  { rule: 'judging-apart', file: 'evals/goal-parsing/planted.ts', code: `import '../training/phrases.ts';` },
  { rule: 'resolves', file: 'src/core/base/planted.ts', code: `import './nowhere.ts';` },
];

const cruise = (path: string): string => {
  try {
    return execFileSync('node_modules/.bin/depcruise', ['--config', 'tests/architecture/layers.cjs', path], {
      encoding: 'utf8',
    });
  } catch (error) {
    return String((error as { stdout?: string }).stdout ?? error);
  }
};

test.each(PLANTED)('a planted import in $file breaks the rule $rule', { timeout: 60_000 }, ({ rule, file, code }) => {
  mkdirSync(file.slice(0, file.lastIndexOf('/')), { recursive: true });
  try {
    writeFileSync(file, `${code}\nexport const planted = 1;\n`);
    expect(cruise(file)).toContain(rule);
  } finally {
    rmSync(file);
  }
});
