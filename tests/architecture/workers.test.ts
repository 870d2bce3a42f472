import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const threads = readdirSync('workers').filter((file) => file.endsWith('.worker.ts'));

test.each(threads)('%s shuts the network before anything else is loaded, and tests that it is shut', (file) => {
  const code = readFileSync(`workers/${file}`, 'utf8');
  expect(/^import .*$/m.exec(code)?.[0]).toBe("import { requireShut } from './lockdown.ts';");
  expect(code).toContain('await requireShut()');
});

test('the service worker shuts itself in before anything else is loaded, and hands what is left to its exit alone', () => {
  const code = readFileSync('workers/service-worker.ts', 'utf8');
  expect(/^import .*$/m.exec(code)?.[0]).toBe("import { sendOut } from './shut-exit.ts';");
  expect(code.match(/sendOut/g)).toHaveLength(2);
  const others = readdirSync('workers').filter((file) => file !== 'service-worker.ts' && file !== 'shut-exit.ts');
  expect(others.filter((file) => readFileSync(`workers/${file}`, 'utf8').includes('shut-exit'))).toEqual([]);
});

test('only the adapter for own files and the service worker call fetch', () => {
  const callers = ['src', 'workers'].flatMap((root) =>
    readdirSync(root, { recursive: true, encoding: 'utf8' })
      // Other tests plant files for a moment to see them found.
      .filter((file) => /\.(ts|svelte)$/.test(file) && !/planted/i.test(file))
      .map((file) => `${root}/${file}`)
      .filter((file) => !file.startsWith('src/cli/') && /(?<![.\w])fetch\(/.test(readFileSync(file, 'utf8'))),
  );
  expect(callers.sort()).toEqual(['src/adapters/http/own-files.ts', 'workers/service-worker.ts']);
});
