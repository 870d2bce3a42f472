import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'vitest';

/** Public test vectors lie beside the project, read in place; where they are absent their tests are skipped, and say so. */
const ROOT = path.resolve(import.meta.dirname, '../../../shared/vectors');

/** A test over public vectors; its name tells when and why it is skipped. */
export function testWithVectors(folder: string, name: string, body: () => void | Promise<void>): void {
  const present = existsSync(path.join(ROOT, folder));
  test.skipIf(!present)(present ? name : `${name} (skipped: ../shared/vectors/${folder} is not here)`, body);
}

export function vectorText(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

export function vectorJson(file: string): unknown {
  return JSON.parse(vectorText(file));
}

/** Paths of all files under a folder of the vectors, with this ending. */
export function vectorFiles(folder: string, ending: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => path.join(folder, file))
    .sort();
}
