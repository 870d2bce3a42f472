import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sampleFiles } from './files.ts';

/** Writes the sample vault to static/sample, replacing what is there. */
const folder = fileURLToPath(new URL('../../static/sample/', import.meta.url));
rmSync(folder, { recursive: true, force: true });
for (const file of sampleFiles()) {
  mkdirSync(dirname(folder + file.path), { recursive: true });
  writeFileSync(folder + file.path, file.bytes);
}
