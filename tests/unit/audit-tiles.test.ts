import { expect, test } from 'vitest';
import { sha256 } from '#adapters/noble/sha256.ts';
import { leafHash } from '#core/audit/merkle.ts';
import { merkleTree, rootAt } from '#core/audit/merkle-tree.ts';
import { tilePath, tilesOf } from '#core/audit/tiles.ts';
import { concat, hex, utf8 } from '#core/base/bytes.ts';

const entriesOf = (count: number): Uint8Array[] => Array.from({ length: count }, (_, i) => utf8(`entry ${String(i)}`));
const filesOf = (entries: readonly Uint8Array[]): Map<string, Uint8Array> => {
  const tree = merkleTree(
    sha256,
    entries.map((entry) => leafHash(sha256, entry)),
  );
  return new Map([...tilesOf(tree, entries)].map(({ path, bytes }) => [path, bytes]));
};

test('paths are those of C2SP tlog-tiles', () => {
  expect(tilePath('0', 1234067, 256)).toBe('tile/0/x001/x234/067');
  expect(tilePath('0', 0, 256)).toBe('tile/0/000');
  expect(tilePath('1', 1, 17)).toBe('tile/1/001.p/17');
  expect(tilePath('entries', 1000, 1)).toBe('tile/entries/x001/000.p/1');
});

test('a tree of 256 entries has a full tile at level 0 and a partial one of width 1 above it', () => {
  expect([...filesOf(entriesOf(256)).keys()]).toEqual(['tile/0/000', 'tile/1/000.p/1', 'tile/entries/000']);
  expect([...filesOf(entriesOf(0)).keys()]).toEqual([]);
});

test('a tree of 70,000 entries has the tiles that the specification counts', { timeout: 30_000 }, () => {
  const paths = [...filesOf(entriesOf(70_000)).keys()];
  const of = (level: string): string[] => paths.filter((path) => path.startsWith(`tile/${level}/`));
  const partial = (list: readonly string[]): string[] => list.filter((path) => path.includes('.p/'));
  expect(of('0')).toHaveLength(274);
  expect(partial(of('0'))).toEqual(['tile/0/273.p/112']);
  expect(of('1')).toEqual(['tile/1/000', 'tile/1/001.p/17']);
  expect(of('2')).toEqual(['tile/2/000.p/1']);
  expect(partial(of('entries'))).toEqual(['tile/entries/273.p/112']);
});

test('every hash in a tile is the root over the entries it stands for', () => {
  const entries = entriesOf(600);
  const files = filesOf(entries);
  const rootOver = (from: number, to: number): string => {
    const hashes = entries.slice(from, to).map((entry) => leafHash(sha256, entry));
    return hex(rootAt(sha256, merkleTree(sha256, hashes), to - from));
  };
  const level0 = concat(files.get('tile/0/000')!, files.get('tile/0/001')!, files.get('tile/0/002.p/88')!);
  expect(level0).toHaveLength(600 * 32);
  for (const i of [0, 255, 256, 599]) expect(hex(level0.subarray(32 * i, 32 * i + 32))).toBe(rootOver(i, i + 1));
  const level1 = files.get('tile/1/000.p/2')!;
  expect(hex(level1.subarray(0, 32))).toBe(rootOver(0, 256));
  expect(hex(level1.subarray(32))).toBe(rootOver(256, 512));
});

test('a bundle holds each entry after its length in two bytes, and an entry too long for that is refused', () => {
  const files = filesOf([utf8('ab'), new Uint8Array(300)]);
  const bundle = files.get('tile/entries/000.p/2')!;
  expect(hex(bundle.subarray(0, 6))).toBe('00026162012c');
  expect(bundle).toHaveLength(2 + 2 + 2 + 300);
  expect(() => filesOf([new Uint8Array(0x10000)])).toThrow('16 bits');
  expect(() => [...tilesOf(merkleTree(sha256, []), [utf8('x')])]).toThrow('as many entries as leaves');
});
