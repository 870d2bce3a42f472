import { assert } from '../base/assert.ts';
import { concat } from '../base/bytes.ts';
import type { MerkleTree } from './merkle-tree.ts';

/**
 * A log as static files: C2SP tlog-tiles (c2sp.org/tlog-tiles). A tile of level l holds up to 256 hashes, each the root
 * over 256^l entries; bundles hold the entries themselves, each after its length as a big-endian uint16.
 */
export interface TileFile {
  /** `tile/0/x001/x234/067.p/12` */
  readonly path: string;
  readonly bytes: Uint8Array;
}

export const TILE_WIDTH = 256;
/** What an entry in a bundle may have. */
export const TILE_ENTRY_BYTES_MAX = 0xffff;

/**
 * Every tile and entry bundle of a log of this tree's size, in order.
 * @param entries bytes of the entries, as many as the tree has leaves
 */
export function* tilesOf(tree: MerkleTree, entries: readonly Uint8Array[]): Generator<TileFile> {
  assert(entries.length === tree.size, 'a log has as many entries as leaves');
  for (const [height, roots] of tree.levels.entries()) {
    // levels[8 * level][i] is MTH(D[i * 256^level : (i + 1) * 256^level]).
    if (height % 8 !== 0) continue;
    for (let at = 0; at < roots.length; at += TILE_WIDTH) {
      const hashes = roots.slice(at, at + TILE_WIDTH);
      yield { path: tilePath(String(height / 8), at / TILE_WIDTH, hashes.length), bytes: concat(...hashes) };
    }
  }
  for (let at = 0; at < entries.length; at += TILE_WIDTH) {
    const bundle = entries.slice(at, at + TILE_WIDTH);
    yield { path: tilePath('entries', at / TILE_WIDTH, bundle.length), bytes: concat(...bundle.flatMap(withLength)) };
  }
}

/** @param width hashes or entries in it; below 256 it is a partial one */
export function tilePath(level: string, index: number, width: number): string {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const path = padded.replaceAll(/\d{3}(?=\d)/g, 'x$&/');
  return `tile/${level}/${path}${width === TILE_WIDTH ? '' : `.p/${String(width)}`}`;
}

function withLength(entry: Uint8Array): [Uint8Array, Uint8Array] {
  assert(entry.length <= TILE_ENTRY_BYTES_MAX, 'an entry fits its length in 16 bits');
  return [Uint8Array.of(entry.length >> 8, entry.length & 255), entry];
}
