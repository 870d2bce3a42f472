import { expect, test } from 'vitest';
import { sha256 } from '#adapters/noble/sha256.ts';
import { concat, fromBase64, fromHex, hex } from '#core/base/bytes.ts';
import {
  appendLeaf,
  EMPTY_FRONTIER,
  emptyRoot,
  frontierRoot,
  leafHash,
  nodeHash,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from '#core/audit/merkle.ts';
import { consistencyProof, inclusionProof, merkleTree, rootAt } from '#core/audit/merkle-tree.ts';
import { testWithVectors, vectorFiles, vectorJson } from '#tests/fakes/vectors.ts';

interface InclusionVector {
  readonly leafIdx: number;
  readonly treeSize: number;
  readonly root: string;
  readonly leafHash: string;
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
}

interface ConsistencyVector {
  readonly size1: number;
  readonly size2: number;
  readonly root1: string;
  readonly root2: string;
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
}

const bytes = (base64: string): Uint8Array => fromBase64(base64) ?? new Uint8Array(0);

testWithVectors('merkle', 'roots of the RFC 6962 reference tree are right for sizes 0 to 8', () => {
  const vector = vectorJson('merkle/rfc6962_roots.json') as { leaf_inputs_hex: string[]; root_by_size: string[] };
  const leaves = vector.leaf_inputs_hex.map((leaf) => fromHex(leaf) ?? new Uint8Array(0));
  const tree = merkleTree(
    sha256,
    leaves.map((leaf) => leafHash(sha256, leaf)),
  );
  expect(vector.root_by_size).toHaveLength(9);
  for (const [size, root] of vector.root_by_size.entries()) {
    expect(hex(rootOf(sha256, leaves.slice(0, size)))).toBe(root);
    expect(hex(rootAt(sha256, tree, size))).toBe(root);
  }
});

testWithVectors('merkle', 'every inclusion proof of the vectors is judged as they say', () => {
  const files = vectorFiles('merkle/testdata/inclusion', '.json');
  expect(files.length).toBeGreaterThan(90);
  for (const file of files) {
    const vector = vectorJson(file) as InclusionVector;
    const proof = (vector.proof ?? []).map(bytes);
    const { leafIdx, treeSize } = vector;
    expect(verifyInclusion(sha256, proof, leafIdx, treeSize, bytes(vector.leafHash), bytes(vector.root)), file).toBe(
      !vector.wantErr,
    );
  }
});

testWithVectors('merkle', 'every consistency proof of the vectors is judged as they say', () => {
  const files = vectorFiles('merkle/testdata/consistency', '.json');
  expect(files.length).toBeGreaterThan(90);
  for (const file of files) {
    const vector = vectorJson(file) as ConsistencyVector;
    const proof = (vector.proof ?? []).map(bytes);
    const { size1, size2 } = vector;
    expect(verifyConsistency(sha256, proof, size1, size2, bytes(vector.root1), bytes(vector.root2)), file).toBe(
      !vector.wantErr,
    );
  }
});

interface SubtreeVector {
  readonly start: number;
  readonly end: number;
  readonly proof: readonly string[] | null;
  readonly wantErr: boolean;
}

/** A subtree is a tree of its own: its leaves are counted from where it starts. */
testWithVectors('merkle', 'every inclusion proof in a subtree is judged as the vectors say', () => {
  const files = vectorFiles('merkle/testdata/subtreeinclusion', '.json');
  expect(files.length).toBeGreaterThan(190);
  for (const file of files) {
    const { leafIdx, start, end, ...vector } = vectorJson(file) as SubtreeVector & InclusionVector;
    const [leaf, root] = [bytes(vector.leafHash), bytes(vector.root)];
    const proof = (vector.proof ?? []).map(bytes);
    expect(verifyInclusion(sha256, proof, leafIdx - start, end - start, leaf, root), file).toBe(!vector.wantErr);
  }
});

/** Of subtrees only those from the first leaf on are told of here: they are what the log was before. */
testWithVectors('merkle', 'consistency of a subtree that starts the log is judged as the vectors say', () => {
  let seen = 0;
  for (const file of vectorFiles('merkle/testdata/subtreeconsistency', '.json')) {
    const { start, end, size, ...vector } = vectorJson(file) as SubtreeVector & {
      readonly size: number;
      readonly root1: string;
      readonly root2: string;
    };
    // An empty log is the beginning of any and proves nothing: it is refused here, and allowed by the vectors.
    if (start > 0 || (end === 0 && !vector.wantErr)) continue;
    const proof = (vector.proof ?? []).map(bytes);
    const [before, now] = [bytes(vector.root1), bytes(vector.root2)];
    expect(verifyConsistency(sha256, proof, end, size, before, now), file).toBe(!vector.wantErr);
    seen++;
  }
  expect(seen).toBe(100);
});

/** MTH of RFC 9162 section 2.1.1, word for word. */
function treeHash(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return sha256(new Uint8Array(0));
  if (leaves.length === 1) return sha256(concat(Uint8Array.of(0), leaves[0] ?? new Uint8Array(0)));
  let k = 1;
  while (2 * k < leaves.length) k *= 2;
  return sha256(concat(Uint8Array.of(1), treeHash(leaves.slice(0, k)), treeHash(leaves.slice(k))));
}

test('frontier, kept tree and the definition give the same root for every size to 70', () => {
  const leaves = Array.from({ length: 70 }, (_, i) => Uint8Array.of(i, i * 7));
  const tree = merkleTree(
    sha256,
    leaves.map((leaf) => leafHash(sha256, leaf)),
  );
  let frontier = EMPTY_FRONTIER;
  expect(hex(frontierRoot(sha256, frontier))).toBe(hex(emptyRoot(sha256)));
  for (let size = 1; size <= leaves.length; size++) {
    frontier = appendLeaf(sha256, frontier, leafHash(sha256, leaves[size - 1] ?? new Uint8Array(0)));
    const expected = hex(treeHash(leaves.slice(0, size)));
    expect(hex(frontierRoot(sha256, frontier))).toBe(expected);
    expect(hex(rootAt(sha256, tree, size))).toBe(expected);
    expect(frontier.nodes.length).toBe(size.toString(2).replaceAll('0', '').length);
  }
});

test('every inclusion and consistency proof made for sizes to 40 verifies, and for a neighbour does not', () => {
  const hashes = Array.from({ length: 40 }, (_, i) => leafHash(sha256, Uint8Array.of(i)));
  const tree = merkleTree(sha256, hashes);
  for (let size = 1; size <= hashes.length; size++) {
    const root = rootAt(sha256, tree, size);
    for (let index = 0; index < size; index++) {
      const proof = inclusionProof(sha256, tree, index, size);
      const leaf = hashes[index] ?? new Uint8Array(0);
      expect(verifyInclusion(sha256, proof, index, size, leaf, root)).toBe(true);
      expect(verifyInclusion(sha256, proof, (index + 1) % (size + 1), size, leaf, root)).toBe(false);
    }
    for (let first = 1; first <= size; first++) {
      const firstRoot = rootAt(sha256, tree, first);
      const proof = consistencyProof(sha256, tree, first, size);
      expect(verifyConsistency(sha256, proof, first, size, firstRoot, root)).toBe(true);
      expect(verifyConsistency(sha256, proof, first, size, rootAt(sha256, tree, first - 1), root)).toBe(false);
    }
  }
});

test('a proof longer than its path is refused even where the hashes add up', () => {
  const hashes = Array.from({ length: 4 }, (_, i) => leafHash(sha256, Uint8Array.of(i)));
  const tree = merkleTree(sha256, hashes);
  const [leaf = new Uint8Array(0), extra = new Uint8Array(0)] = hashes;
  expect(verifyInclusion(sha256, [extra], 0, 1, leaf, nodeHash(sha256, extra, leaf))).toBe(false);
  const proof = [...consistencyProof(sha256, tree, 3, 4), extra];
  const [first, second] = [3, 4].map((size) => nodeHash(sha256, extra, rootAt(sha256, tree, size)));
  expect(verifyConsistency(sha256, proof, 3, 4, first ?? leaf, second ?? leaf)).toBe(false);
});

test('no proof is taken of places or hashes that there cannot be', () => {
  const hashes = Array.from({ length: 5 }, (_, i) => leafHash(sha256, Uint8Array.of(i)));
  const tree = merkleTree(sha256, hashes);
  const [leaf, root] = [hashes[2]!, rootAt(sha256, tree, 5)];
  const proof = inclusionProof(sha256, tree, 2, 5);
  const included = (index: number, size: number, of = leaf, head = root, path: readonly Uint8Array[] = proof) =>
    verifyInclusion(sha256, path, index, size, of, head);
  expect(included(2, 5)).toBe(true);
  for (const [index, size] of [
    [-1, 5],
    [5, 5],
    [0.5, 5],
    [2, 5.5],
    [2, 0],
    [NaN, 5],
    [2, NaN],
    [2, Infinity],
    [2 ** 53, 2 ** 54],
  ])
    expect(included(index!, size!), `${String(index)} of ${String(size)}`).toBe(false);
  expect(included(2, 5, leaf.slice(1))).toBe(false);
  expect(included(2, 5, leaf, root.slice(1))).toBe(false);
  expect(included(2, 5, leaf, root, [...proof.slice(0, -1), concat(proof.at(-1)!, Uint8Array.of(0))])).toBe(false);
  const [first, second] = [rootAt(sha256, tree, 3), root];
  const path = consistencyProof(sha256, tree, 3, 5);
  const grown = (from: number, to: number, given: readonly Uint8Array[] = path, one = first, two = second) =>
    verifyConsistency(sha256, given, from, to, one, two);
  expect(grown(3, 5)).toBe(true);
  for (const [from, to] of [
    [0, 5],
    [5, 3],
    [-3, 5],
    [2.5, 5],
    [3, 5.5],
    [NaN, 5],
    [3, NaN],
  ])
    expect(grown(from!, to!), `${String(from)} to ${String(to)}`).toBe(false);
  expect(grown(3, 5, [])).toBe(false);
  expect(grown(3, 5, [path[0]!.slice(1), ...path.slice(1)])).toBe(false);
  expect(grown(3, 3, [], first, first)).toBe(true);
  expect(grown(3, 3, path, first, first)).toBe(false);
  expect(grown(3, 3, [], first, second)).toBe(false);
  expect(grown(0, 0, [], first, first)).toBe(false);
  // Sizes beyond 32 bits are counted whole: this proof is too short for them, and is not taken for one of a small tree.
  expect(included(2 + 2 ** 40, 5 + 2 ** 40)).toBe(false);
  expect(grown(3 + 2 ** 40, 5 + 2 ** 40)).toBe(false);
});

test('roots and proofs are given only of what a tree holds', () => {
  const tree = merkleTree(
    sha256,
    [0, 1, 2].map((i) => leafHash(sha256, Uint8Array.of(i))),
  );
  expect(() => rootAt(sha256, tree, 4)).toThrow('a tree has no root for a size it has not reached');
  expect(() => inclusionProof(sha256, tree, 0, 4)).toThrow('a leaf is proved in a tree that holds it');
  expect(() => inclusionProof(sha256, tree, 3, 3)).toThrow('a leaf is proved in a tree that holds it');
  for (const [first, second] of [
    [1, 4],
    [0, 3],
    [3, 2],
  ])
    expect(() => consistencyProof(sha256, tree, first!, second!)).toThrow(
      'consistency is between two sizes of one tree',
    );
  expect(consistencyProof(sha256, tree, 3, 3)).toEqual([]);
  const torn = { ...tree, levels: tree.levels.slice(0, 1) };
  expect(() => rootAt(sha256, torn, 3)).toThrow('the tree holds the hash of every perfect subtree');
  expect(() => frontierRoot(sha256, appendLeaf(sha256, { size: 1, nodes: [] }, tree.levels[0]![0]!))).toThrow(
    'a frontier holds one node for each bit set in its size',
  );
});
