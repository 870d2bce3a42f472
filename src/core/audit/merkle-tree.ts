import type { Sha256 } from '../base/ids.ts';
import { assert } from '../base/assert.ts';
import { emptyRoot, half, nodeHash } from './merkle.ts';

/**
 * A whole tree in memory, for making proofs: every perfect subtree's root is kept, so that any proof for any size up to
 * the tree's takes O(log^2 n) hashes. `levels[k][i]` is the root over leaves [i * 2^k, (i + 1) * 2^k).
 */
export interface MerkleTree {
  readonly size: number;
  readonly levels: readonly (readonly Uint8Array[])[];
}

/** @param leafHashes hashes of the leaves, in order */
export function merkleTree(sha256: Sha256, leafHashes: readonly Uint8Array[]): MerkleTree {
  let below = [...leafHashes];
  const levels = [below];
  while (below.length > 1) {
    const level: Uint8Array[] = [];
    for (let i = 0; i + 1 < below.length; i += 2) level.push(nodeHash(sha256, at(below, i), at(below, i + 1)));
    levels.push(level);
    below = level;
  }
  return { size: leafHashes.length, levels };
}

/** Gives the root over the leaves [index * 2^level, (index + 1) * 2^level): wherever the tree is kept. */
export type SubtreeRoots = (level: number, index: number) => Uint8Array;

/** The root the tree had when it held `size` leaves. */
export function rootAt(sha256: Sha256, tree: MerkleTree, size: number): Uint8Array {
  assert(size <= tree.size, 'a tree has no root for a size it has not reached');
  return size === 0 ? emptyRoot(sha256) : rangeRoot(sha256, rootsIn(tree), 0, size);
}

/** PATH(index, D[size]) of RFC 9162 section 2.1.3.1. */
export function inclusionProof(sha256: Sha256, tree: MerkleTree, index: number, size: number): Uint8Array[] {
  assert(size <= tree.size, 'a leaf is proved in a tree that holds it');
  return inclusionPath(sha256, rootsIn(tree), index, size);
}

/** PROOF(first, D[second]) of RFC 9162 section 2.1.4.1; empty when the sizes are the same. */
export function consistencyProof(sha256: Sha256, tree: MerkleTree, first: number, second: number): Uint8Array[] {
  assert(second <= tree.size, 'consistency is between two sizes of one tree');
  return consistencyPath(sha256, rootsIn(tree), first, second);
}

/** @param roots must give those of all perfect subtrees within the first `size` leaves */
export function inclusionPath(sha256: Sha256, roots: SubtreeRoots, index: number, size: number): Uint8Array[] {
  assert(index < size, 'a leaf is proved in a tree that holds it');
  return path(index, 0, size);

  function path(m: number, start: number, end: number): Uint8Array[] {
    if (end - start === 1) return [];
    const middle = start + splitOf(end - start);
    return m < middle
      ? [...path(m, start, middle), rangeRoot(sha256, roots, middle, end)]
      : [...path(m, middle, end), rangeRoot(sha256, roots, start, middle)];
  }
}

/** @param roots must give those of all perfect subtrees within the first `second` leaves */
export function consistencyPath(sha256: Sha256, roots: SubtreeRoots, first: number, second: number): Uint8Array[] {
  assert(first > 0 && first <= second, 'consistency is between two sizes of one tree');
  return subproof(first, 0, second, true);

  function subproof(m: number, start: number, end: number, complete: boolean): Uint8Array[] {
    if (m === end) return complete ? [] : [rangeRoot(sha256, roots, start, end)];
    const middle = start + splitOf(end - start);
    return m <= middle
      ? [...subproof(m, start, middle, complete), rangeRoot(sha256, roots, middle, end)]
      : [...subproof(m, middle, end, false), rangeRoot(sha256, roots, start, middle)];
  }
}

/** MTH(D[start:end]); `start` is a multiple of the smallest power of two that is not below the range's length. */
function rangeRoot(sha256: Sha256, roots: SubtreeRoots, start: number, end: number): Uint8Array {
  const length = end - start;
  const split = splitOf(length);
  if (length === 1) return roots(0, start);
  if (length === 2 * split) return roots(Math.log2(length), start / length);
  return nodeHash(sha256, rangeRoot(sha256, roots, start, start + split), rangeRoot(sha256, roots, start + split, end));
}

/** k of RFC 9162 section 2.1.1: the largest power of two smaller than n. */
function splitOf(n: number): number {
  let k = 1;
  for (let rest = n - 1; rest > 1; rest = half(rest)) k *= 2;
  return k;
}

function rootsIn(tree: MerkleTree): SubtreeRoots {
  return (level, index) => at(tree.levels[level], index);
}

function at(list: readonly Uint8Array[] | undefined, index: number): Uint8Array {
  const hash = list?.[index];
  assert(hash !== undefined, 'the tree holds the hash of every perfect subtree');
  return hash;
}
