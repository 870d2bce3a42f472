import { expect, test } from 'vitest';
import { sha256 } from '#adapters/noble/sha256.ts';
import { leafHash, verifyConsistency, verifyInclusion } from '#core/audit/merkle.ts';
import { consistencyProof, inclusionProof, merkleTree, rootAt, type MerkleTree } from '#core/audit/merkle-tree.ts';
import { consistencyFromTiles, entryFromTiles, inclusionFromTiles } from '#core/audit/tile-reader.ts';
import { tilesOf } from '#core/audit/tiles.ts';
import { hex, utf8 } from '#core/base/bytes.ts';
import { seededRandom } from '#core/base/random.ts';

interface Log {
  readonly entries: readonly Uint8Array[];
  readonly tree: MerkleTree;
  readonly files: Map<string, Uint8Array>;
}

function logOf(size: number): Log {
  const entries = Array.from({ length: size }, (_, i) => utf8(`entry ${String(i)} ${'x'.repeat(i % 300)}`));
  const hashes = entries.map((entry) => leafHash(sha256, entry));
  const tree = merkleTree(sha256, hashes);
  return { entries, tree, files: new Map([...tilesOf(tree, entries)].map(({ path, bytes }) => [path, bytes])) };
}

const reading = ({ files }: Log) => {
  const read = new Set<string>();
  return { read, tile: (path: string) => (read.add(path), files.get(path) ?? null) };
};

/** Large trees, on a machine that may be busy. */
const SLOW = { timeout: 120_000 };

const random = seededRandom(7);
/** A level of tiles is full at 256 and 65,536. */
const SIZES = [1, 2, 3, 255, 256, 257, 511, 600, 65_536, 66_200];
const LOGS = new Map(SIZES.map((size) => [size, logOf(size)]));

test.each(SIZES)('in a log of %i, proofs and entries read from tiles are those of the tree', SLOW, (size) => {
  const log = LOGS.get(size)!;
  const root = rootAt(sha256, log.tree, size);
  const indices =
    size <= 3 ? [...Array(size).keys()] : [0, size - 1, ...Array.from({ length: 40 }, () => random.below(size))];
  for (const index of indices) {
    const { read, tile } = reading(log);
    const proof = inclusionFromTiles(sha256, tile, index, size);
    expect(proof).toEqual({ ok: true, value: inclusionProof(sha256, log.tree, index, size) });
    const entry = entryFromTiles(tile, index, size);
    expect(entry).toEqual({ ok: true, value: log.entries[index] });
    if (!proof.ok || !entry.ok) continue;
    expect(verifyInclusion(sha256, proof.value, index, size, leafHash(sha256, entry.value), root)).toBe(true);
    expect(read.size).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(size + 1) / 8) + 3);
  }
});

test('consistency read from tiles is that of the tree, between any two sizes', SLOW, () => {
  const log = LOGS.get(66_200)!;
  for (const second of [2, 300, 66_200]) {
    const now = second === log.tree.size ? log : logOf(second);
    for (const first of [1, 2, Math.ceil(second / 3), second - 1, second]) {
      const proof = consistencyFromTiles(sha256, reading(now).tile, first, second);
      expect(proof).toEqual({ ok: true, value: consistencyProof(sha256, log.tree, first, second) });
      const roots = [rootAt(sha256, log.tree, first), rootAt(sha256, log.tree, second)] as const;
      expect(proof.ok && verifyConsistency(sha256, proof.value, first, second, ...roots)).toBe(true);
    }
  }
});

test('a log that has grown proves its older sizes too, its partial tiles thrown away or not', SLOW, () => {
  const grown = LOGS.get(66_200)!;
  const whole = new Map([...grown.files].filter(([path]) => !path.includes('.p/')));
  for (const size of [200, 256, 1_000, 65_536])
    for (const index of [0, size >> 1, size - 1]) {
      const tile = (path: string) => whole.get(path) ?? null;
      expect(inclusionFromTiles(sha256, tile, index, size)).toEqual({
        ok: true,
        value: inclusionProof(sha256, grown.tree, index, size),
      });
      expect(entryFromTiles(tile, index, size)).toEqual({ ok: true, value: grown.entries[index] });
    }
});

test('whatever byte of a tile is another, no proof comes out of it that holds', SLOW, () => {
  const log = LOGS.get(600)!;
  const root = rootAt(sha256, log.tree, 600);
  for (let round = 0; round < 120; round++) {
    const index = random.below(600);
    const { read, tile } = reading(log);
    inclusionFromTiles(sha256, tile, index, 600);
    const path = random.pick([...read]);
    const bytes = log.files.get(path)!;
    const at = random.below(bytes.length);
    const harmed = (name: string) => (name === path ? bytes.with(at, 1 ^ bytes[at]!) : tile(name));
    const proof = inclusionFromTiles(sha256, harmed, index, 600);
    const right = inclusionProof(sha256, log.tree, index, 600).map(hex).join();
    if (!proof.ok) continue;
    const holds = verifyInclusion(sha256, proof.value, index, 600, leafHash(sha256, log.entries[index]!), root);
    expect(holds).toBe(proof.value.map(hex).join() === right);
  }
});

test('a tile that is missing or cut short is named', () => {
  const log = LOGS.get(600)!;
  const without = (path: string) => (name: string) => (name === path ? null : (log.files.get(name) ?? null));
  const short = (path: string, bytes: number) => (name: string) =>
    name === path ? log.files.get(path)!.slice(0, bytes) : (log.files.get(name) ?? null);
  const at = (tile: (name: string) => Uint8Array | null) => [
    inclusionFromTiles(sha256, tile, 599, 600),
    entryFromTiles(tile, 599, 600),
  ];
  const missing = (path: string) => ({ ok: false, error: `${path} is missing` });
  const cut = (path: string) => ({ ok: false, error: `${path} is cut short` });
  expect(at(without('tile/0/002.p/88'))[0]).toEqual(missing('tile/0/002.p/88'));
  expect(at(without('tile/1/000.p/2'))[0]).toEqual(missing('tile/1/000.p/2'));
  expect(at(without('tile/entries/002.p/88'))[1]).toEqual(missing('tile/entries/002.p/88'));
  expect(at(short('tile/0/002.p/88', 88 * 32 - 33))[0]).toEqual(cut('tile/0/002.p/88'));
  for (const bytes of [0, 1, 40, 200, log.files.get('tile/entries/002.p/88')!.length - 1])
    expect(at(short('tile/entries/002.p/88', bytes))[1]).toEqual(cut('tile/entries/002.p/88'));
  expect(() => inclusionFromTiles(sha256, without(''), 600, 600)).toThrow('a tree that holds it');
});
