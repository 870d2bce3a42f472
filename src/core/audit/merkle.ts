import type { Sha256 } from '../base/ids.ts';
import { assert } from '../base/assert.ts';
import { concat, equalBytes, utf8After } from '../base/bytes.ts';

/**
 * Merkle trees of RFC 9162 section 2.1 (the same as RFC 6962 section 2.1). A leaf is hashed with a 0x00 before it, a node with a
 * 0x01, so that neither can pass for the other. Sizes and indices are counts of leaves, up to 2^53 - 1.
 */
export const HASH_BYTES = 32;

const LEAF_PREFIX = 0x00;
const NODE_PREFIX = 0x01;
const NO_BYTES = new Uint8Array(0);

/** MTH({d(0)}) = HASH(0x00 || d(0)) */
export function leafHash(sha256: Sha256, leaf: Uint8Array): Uint8Array {
  return sha256(concat(Uint8Array.of(LEAF_PREFIX), leaf));
}

/** The same, of a leaf that is text. */
export function textLeafHash(sha256: Sha256, leaf: string): Uint8Array {
  const bytes = utf8After(1, leaf);
  bytes[0] = LEAF_PREFIX;
  return sha256(bytes);
}

/** HASH(0x01 || left || right) */
export function nodeHash(sha256: Sha256, left: Uint8Array, right: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + 2 * HASH_BYTES);
  bytes[0] = NODE_PREFIX;
  bytes.set(left, 1);
  bytes.set(right, 1 + HASH_BYTES);
  return sha256(bytes);
}

/** MTH({}) = HASH() */
export function emptyRoot(sha256: Sha256): Uint8Array {
  return sha256(NO_BYTES);
}

/** The Merkle tree hash of a list of leaves (their bytes, not their hashes). */
export function rootOf(sha256: Sha256, leaves: readonly Uint8Array[]): Uint8Array {
  const hashes = leaves.map((leaf) => leafHash(sha256, leaf));
  return frontierRoot(sha256, appendLeaves(sha256, EMPTY_FRONTIER, hashes));
}

/**
 * What of a tree must be kept to append to it and to give its root: the roots of its perfect subtrees, largest first, one
 * for each bit set in the size. A value: appending gives a new one.
 */
export interface Frontier {
  readonly size: number;
  readonly nodes: readonly Uint8Array[];
}

export const EMPTY_FRONTIER: Frontier = { size: 0, nodes: [] };

/** Appends leaf hashes: each merges as many subtrees as the size before it has trailing one bits. */
export function appendLeaves(sha256: Sha256, frontier: Frontier, leaves: readonly Uint8Array[]): Frontier {
  const nodes = [...frontier.nodes];
  let count = frontier.size;
  for (const leaf of leaves) {
    let node = leaf;
    for (let size = count; size % 2 === 1; size = half(size)) node = nodeHash(sha256, take(nodes), node);
    nodes.push(node);
    count++;
  }
  return { size: count, nodes };
}

export function appendLeaf(sha256: Sha256, frontier: Frontier, leaf: Uint8Array): Frontier {
  return appendLeaves(sha256, frontier, [leaf]);
}

export function frontierRoot(sha256: Sha256, frontier: Frontier): Uint8Array {
  const nodes = [...frontier.nodes];
  if (nodes.length === 0) return emptyRoot(sha256);
  let root = take(nodes);
  while (nodes.length > 0) root = nodeHash(sha256, take(nodes), root);
  return root;
}

/**
 * Checks an inclusion proof: RFC 9162 section 2.1.3.2.
 * @param leaf hash of the leaf
 */
export function verifyInclusion(
  sha256: Sha256,
  proof: readonly Uint8Array[],
  index: number,
  size: number,
  leaf: Uint8Array,
  root: Uint8Array,
): boolean {
  if (!isCount(index) || !isCount(size) || index >= size) return false; // step 1
  if (![leaf, root, ...proof].every((hash) => hash.length === HASH_BYTES)) return false;
  let fn = index; // step 2
  let sn = size - 1;
  let r = leaf; // step 3
  for (const p of proof) {
    // step 4
    if (sn === 0) return false; // 4.1
    if (fn % 2 === 1 || fn === sn) {
      r = nodeHash(sha256, p, r); // 4.2.1
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)]; // 4.2.2
    } else {
      r = nodeHash(sha256, r, p); // 4.2, otherwise
    }
    [fn, sn] = [half(fn), half(sn)]; // 4.3
  }
  return sn === 0 && equalBytes(r, root); // step 5
}

/**
 * Checks that the tree of size `first` is a prefix of the tree of size `second`: RFC 9162 section 2.1.4.2. An empty first
 * tree is a prefix of any and proves nothing: it is refused.
 */
export function verifyConsistency(
  sha256: Sha256,
  proof: readonly Uint8Array[],
  first: number,
  second: number,
  firstRoot: Uint8Array,
  secondRoot: Uint8Array,
): boolean {
  if (!isCount(first) || !isCount(second) || first === 0 || first > second) return false;
  if (first === second) return proof.length === 0 && equalBytes(firstRoot, secondRoot);
  const [head, ...tail] = proof;
  if (head === undefined) return false; // step 1
  if (!proof.every((hash) => hash.length === HASH_BYTES)) return false;
  const [start, path] = isPowerOfTwo(first) ? [firstRoot, proof] : [head, tail]; // step 2
  let fn = first - 1; // step 3
  let sn = second - 1;
  while (fn % 2 === 1) [fn, sn] = [half(fn), half(sn)]; // step 4
  let fr = start; // step 5
  let sr = start;
  for (const c of path) {
    // step 6
    if (sn === 0) return false; // 6.1
    if (fn % 2 === 1 || fn === sn) {
      fr = nodeHash(sha256, c, fr); // 6.2.1
      sr = nodeHash(sha256, c, sr);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)]; // 6.2.2
    } else {
      sr = nodeHash(sha256, sr, c); // 6.2, otherwise
    }
    [fn, sn] = [half(fn), half(sn)]; // 6.3
  }
  return sn === 0 && equalBytes(fr, firstRoot) && equalBytes(sr, secondRoot); // step 7
}

/** Bitwise shifts stop at 32 bits, sizes do not. */
export const half = (n: number): number => Math.floor(n / 2);

function isCount(n: number): boolean {
  return Number.isSafeInteger(n) && n >= 0;
}

function isPowerOfTwo(n: number): boolean {
  let rest = n;
  while (rest > 1 && rest % 2 === 0) rest = half(rest);
  return rest === 1;
}

function take(nodes: Uint8Array[]): Uint8Array {
  const node = nodes.pop();
  assert(node !== undefined, 'a frontier holds one node for each bit set in its size');
  return node;
}
