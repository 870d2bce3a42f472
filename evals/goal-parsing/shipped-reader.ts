import { existsSync, readFileSync } from 'node:fs';
import { goalReader } from '#adapters/goal-reader/goal-reader.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import type { GoalReader } from '#ports/goal-reader.ts';

const FILE = new URL('../../static/models/goal-reader.bin', import.meta.url);

/** The model that the app ships, or one of another file; null when there is none. */
export function shippedReader(file: string | URL = FILE): GoalReader | null {
  return existsSync(file) ? goalReader(readFileSync(file), sha256) : null;
}
