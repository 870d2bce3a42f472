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
