import { readFileSync } from 'node:fs';
import { expect } from '@playwright/test';
import { entryHash } from '../../../src/core/audit/entry.ts';
import { appendLeaf, type Frontier, frontierRoot } from '../../../src/core/audit/merkle.ts';
import { base64 } from '../../../src/core/base/bytes.ts';
import { canonicalJson, type Json } from '../../../src/core/base/json.ts';
import { sha256 } from '../../../src/adapters/noble/sha256.ts';
import type { Exported } from '../../../src/cli/drive-app.ts';
import type { Head } from './watch-journal.ts';

/** Every head that the agent was told to be durable, remembered where no kill reaches. */
export class Acknowledged {
  readonly #heads: Head[] = [];

  readonly add = (head: Head): void => {
    this.#heads.push(head);
  };

  get count(): number {
    return this.#heads.length;
  }

  /** Entries that may not be lost any more. */
  get size(): number {
    return Math.max(0, ...this.#heads.map(({ size }) => size));
  }

  /** The journal verifies, and each head ever acknowledged is the root of its first entries: none was lost or replaced. */
  expectKept(exported: Exported): void {
    expect(exported.report.firstBad).toBeNull();
    expect(exported.report.ok).toBe(true);
    expect(exported.report.afterCheckpoint).toBe(0);
    const roots = rootsOf(exported.path);
    expect(this.#heads.length).toBeGreaterThan(0);
    const lost = this.#heads.filter(({ size, root }) => roots[size] !== root);
    expect(lost, `${lost.length} of ${this.#heads.length} acknowledged heads are not in the journal`).toEqual([]);
  }
}

/** The root of the first n entries, by n. */
function rootsOf(path: string): string[] {
  let frontier: Frontier = { size: 0, nodes: [] };
  const roots = [''];
  for (const line of readFileSync(path, 'utf8').split('\n').slice(1, -1)) {
    const { entry } = JSON.parse(line) as { entry?: Json };
    if (entry === undefined) continue;
    frontier = appendLeaf(sha256, frontier, entryHash(sha256, canonicalJson(entry)));
    roots.push(base64(frontierRoot(sha256, frontier)));
  }
  return roots;
}
