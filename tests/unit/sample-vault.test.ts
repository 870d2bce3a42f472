import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { sampleFiles } from '#evals/sample/files.ts';

const folder = fileURLToPath(new URL('../../static/sample/', import.meta.url));
const written = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
  statSync(folder + path).isFile(),
);

describe('the sample vault', () => {
  test('is what its generator writes, byte for byte', () => {
    const made = sampleFiles();
    expect(made.map((file) => file.path).sort()).toEqual(written.sort());
    for (const file of made) {
      expect(Buffer.compare(file.bytes, readFileSync(folder + file.path)), file.path).toBe(0);
    }
  });

  test('lists every file with its size and hash in the manifest', () => {
    const manifest = JSON.parse(readFileSync(`${folder}manifest.json`, 'utf8')) as { files: { path: string }[] };
    const real = written
      .filter((path) => path !== 'manifest.json')
      .map((path) => {
        const bytes = readFileSync(folder + path);
        return { path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
      });
    const byPath = (a: { path: string }, b: { path: string }) => (a.path < b.path ? -1 : 1);
    expect([...manifest.files].sort(byPath)).toEqual(real.sort(byPath));
  });

  test('stays under 1.5 MB', () => {
    expect(sampleFiles().reduce((sum, file) => sum + file.bytes.length, 0)).toBeLessThan(1_500_000);
  });

  test('uses no mail address outside example.org', () => {
    const text = sampleFiles()
      .map((file) =>
        Buffer.from(file.bytes)
          .toString('utf8')
          .replaceAll(/\r\n |=\n/g, ''),
      )
      .join('\n');
    const domains = [...text.matchAll(/[\w.+-]+@([\w-]+(?:\.[\w-]+)+)/g)].map((match) => match[1]);
    expect(domains.length).toBeGreaterThan(400);
    expect(new Set(domains)).toEqual(new Set(['example.org']));
  });
});
