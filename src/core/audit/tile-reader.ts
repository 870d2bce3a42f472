import type { Sha256 } from '../base/ids.ts';
import { err, ok, type Result } from '../base/result.ts';
import { HASH_BYTES, half, nodeHash } from './merkle.ts';
import { consistencyPath, inclusionPath, type SubtreeRoots } from './merkle-tree.ts';
import { TILE_WIDTH, tilePath } from './tiles.ts';

/**
 * Reads proofs and entries out of the tiles of a log (C2SP tlog-tiles), O(log n) tiles each. Nothing read is taken on
 * trust: a proof that comes out is checked against the root that a checkpoint signs, as any other is.
 * @returns the file at this path, or null when there is none
 */
export type ReadTile = (path: string) => Uint8Array | null;

/** Levels of the tree in one level of tiles: 2^8 hashes. */
const TILE_HEIGHT = 8;

/** @param size of the tree that a checkpoint signs; @returns an error in words for people */
export function inclusionFromTiles(
  sha256: Sha256,
  read: ReadTile,
  index: number,
  size: number,
): Result<readonly Uint8Array[], string> {
  return reading(() => inclusionPath(sha256, rootsIn(sha256, read, size), index, size));
}

/** That the tree of size `first` is a prefix of the one of size `second`, whose tiles these are. */
export function consistencyFromTiles(
  sha256: Sha256,
  read: ReadTile,
  first: number,
  second: number,
): Result<readonly Uint8Array[], string> {
  return reading(() => consistencyPath(sha256, rootsIn(sha256, read, second), first, second));
}

/** The bytes of an entry, out of the bundle that holds it. */
export function entryFromTiles(read: ReadTile, index: number, size: number): Result<Uint8Array, string> {
  return reading(() => {
    const [bundle, path] = tileOf(read, 'entries', index, size);
    let at = 0;
    for (let left = index % TILE_WIDTH; left > 0; left--) at = endOf(bundle, at);
    const end = endOf(bundle, at);
    if (end > bundle.length || Number.isNaN(end)) throw new BadTile(`${path} is cut short`);
    return bundle.slice(at + 2, end);
  });
}

class BadTile extends Error {}

function reading<T>(work: () => T): Result<T, string> {
  try {
    return ok(work());
  } catch (error) {
    if (error instanceof BadTile) return err(error.message);
    throw error;
  }
}

/** Roots of perfect subtrees: hashes of tiles, and what lies between two levels of tiles folded from the lower one. */
function rootsIn(sha256: Sha256, read: ReadTile, size: number): SubtreeRoots {
  return (level, index) => {
    const tileLevel = Math.floor(level / TILE_HEIGHT);
    const width = 2 ** (level % TILE_HEIGHT);
    const count = Math.floor(size / TILE_WIDTH ** tileLevel);
    const [tile, path] = tileOf(read, String(tileLevel), index * width, count);
    const from = ((index * width) % TILE_WIDTH) * HASH_BYTES;
    const bytes = tile.subarray(from, from + width * HASH_BYTES);
    if (bytes.length !== width * HASH_BYTES) throw new BadTile(`${path} is cut short`);
    return fold(sha256, bytes);
  };
}

function fold(sha256: Sha256, hashes: Uint8Array): Uint8Array {
  if (hashes.length === HASH_BYTES) return hashes.slice();
  const middle = half(hashes.length);
  return nodeHash(sha256, fold(sha256, hashes.subarray(0, middle)), fold(sha256, hashes.subarray(middle)));
}

/**
 * The tile that holds this hash or entry of a level with `count` of them. A log that has grown may have thrown away the
 * partial tile; the whole one begins with it.
 */
function tileOf(read: ReadTile, level: string, index: number, count: number): readonly [Uint8Array, string] {
  const tile = Math.floor(index / TILE_WIDTH);
  const path = tilePath(level, tile, Math.min(TILE_WIDTH, count - tile * TILE_WIDTH));
  const bytes = read(path) ?? read(tilePath(level, tile, TILE_WIDTH));
  if (bytes === null) throw new BadTile(`${path} is missing`);
  return [bytes, path];
}

/** Where the entry that starts here ends; not a number when its length is not there. */
function endOf(bundle: Uint8Array, at: number): number {
  return at + 2 + 256 * (bundle[at] ?? Number.NaN) + (bundle[at + 1] ?? Number.NaN);
}
