import type { Digest, Sha256, UnixMs } from '../base/ids.ts';
import { assert } from '../base/assert.ts';
import { base64, concat, fromBase64, fromHex, hex, utf8 } from '../base/bytes.ts';
import { canonicalJson } from '../base/json.ts';
import type { AgentIdentity } from './record.ts';
import { base64Of, count, list, match, object, type Shape, text } from './shape.ts';

/**
 * Claims, each of which can be shown without the others. They are the leaves of a Merkle tree (hashed as in RFC 6962 section
 * 2.1, a 0x00 before a leaf and a 0x01 before a node); the agent signs the root once and shows, later, single leaves with
 * their paths. A leaf holds 32 random bytes, so what is not shown cannot be found by guessing; leaves stand in the order of
 * their hashes, and decoys fill the tree up, so neither the place nor the number of claims tells what they are.
 */
export interface Claim {
  /** `owner.email`, `agent.key`: see the statement's maker for the list. */
  readonly name: string;
  readonly value: string;
}

/** What the agent signs. */
export interface ClaimsStatement {
  readonly type: 'windhover.claims';
  readonly version: 1;
  readonly hash: 'SHA-256';
  readonly agent: AgentIdentity;
  readonly root: Digest;
  /** Leaves of the tree, decoys among them: a power of two. */
  readonly leaves: number;
  readonly at: UnixMs;
}

/** Kept by the agent and shown to nobody whole. */
export interface OpenClaims {
  readonly claims: readonly SaltedClaim[];
  /** base64 salts of the decoys */
  readonly decoys: readonly string[];
}

export interface SaltedClaim extends Claim {
  /** base64 of 32 random bytes */
  readonly salt: string;
}

/** A claim with what shows that it is in the tree. */
export interface ShownClaim extends SaltedClaim {
  readonly index: number;
  /** base64 hashes from the leaf's sibling up to the root's child */
  readonly path: readonly string[];
}

export const CLAIMS_MAX = 64;
export const CLAIM_SALT_BYTES = 32;
/** Fewer claims than this cannot be told from one another by their number. */
const LEAVES_MIN = 16;
const NAME_CHARS_MAX = 64;
const VALUE_CHARS_MAX = 2_000;
const HASH_BYTES = 32;
const PATH_MAX = Math.log2(CLAIMS_MAX);

/** @param random as many random bytes as asked for */
export function saltClaims(claims: readonly Claim[], random: (length: number) => Uint8Array): OpenClaims {
  assert(claims.length <= CLAIMS_MAX, `there are at most ${CLAIMS_MAX} claims`);
  const salt = (): string => base64(random(CLAIM_SALT_BYTES));
  let leaves = LEAVES_MIN;
  while (leaves < claims.length) leaves *= 2;
  return {
    claims: claims.map(({ name, value }) => ({ name, value, salt: salt() })),
    decoys: Array.from({ length: leaves - claims.length }, salt),
  };
}

export function stateClaims(sha256: Sha256, agent: AgentIdentity, open: OpenClaims, at: UnixMs): ClaimsStatement {
  const levels = levelsOf(sha256, leavesOf(sha256, open));
  const root = levels.at(-1)?.[0];
  assert(root !== undefined, 'a tree has a root');
  const leaves = levels[0]?.length ?? 0;
  return { type: 'windhover.claims', version: 1, hash: 'SHA-256', agent, root: hex(root) as Digest, leaves, at };
}

/** @param names the claims to show; others stay hidden */
export function showClaims(sha256: Sha256, open: OpenClaims, names: ReadonlySet<string>): ShownClaim[] {
  const levels = levelsOf(sha256, leavesOf(sha256, open));
  const order = (levels[0] ?? []).map(hex);
  return open.claims
    .filter(({ name }) => names.has(name))
    .map((claim) => {
      const index = order.indexOf(hex(claimLeaf(sha256, claim)));
      const path = levels
        .slice(0, -1)
        .map((level, height) => base64(level[(index >> height) ^ 1] ?? new Uint8Array(0)));
      return { ...claim, index, path };
    });
}

/** Whether the claim is one of those the statement was made of. */
export function isStated(sha256: Sha256, statement: ClaimsStatement, { index, path, ...claim }: ShownClaim): boolean {
  if (index >= statement.leaves || 2 ** path.length !== statement.leaves) return false;
  let node = claimLeaf(sha256, claim);
  for (const [height, encoded] of path.entries()) {
    const sibling = fromBase64(encoded);
    if (sibling?.length !== HASH_BYTES) return false;
    node = ((index >> height) & 1) === 1 ? nodeOf(sha256, sibling, node) : nodeOf(sha256, node, sibling);
  }
  return hex(node) === statement.root;
}

const nameShape: Shape = match(/^[a-z][a-z0-9.-]{0,63}$/, `a claim's name of 1 to ${NAME_CHARS_MAX} characters`);
export const claimNamesShape: Shape = list(nameShape, CLAIMS_MAX);

export const shownClaimShape: Shape = object({
  name: nameShape,
  value: text(VALUE_CHARS_MAX),
  salt: base64Of(CLAIM_SALT_BYTES),
  index: count(CLAIMS_MAX - 1),
  path: list(base64Of(HASH_BYTES), PATH_MAX),
});

/** Whether this can be a claim at all: what a maker of statements must ask first. */
export function canBeClaimed({ name, value }: Claim): boolean {
  return nameShape(name, '') === null && text(VALUE_CHARS_MAX)(value, '') === null;
}

function claimLeaf(sha256: Sha256, { name, value, salt }: SaltedClaim): Uint8Array {
  return leafOf(sha256, canonicalJson({ claim: name, salt, value }));
}

function leavesOf(sha256: Sha256, { claims, decoys }: OpenClaims): Uint8Array[] {
  const leaves = [
    ...claims.map((claim) => claimLeaf(sha256, claim)),
    ...decoys.map((salt) => leafOf(sha256, canonicalJson({ decoy: salt }))),
  ];
  return leaves
    .map(hex)
    .sort()
    .map((digits) => fromHex(digits) ?? new Uint8Array(0));
}

/** All levels of a perfect tree, the leaves first. */
function levelsOf(sha256: Sha256, leaves: readonly Uint8Array[]): (readonly Uint8Array[])[] {
  assert(Number.isInteger(Math.log2(leaves.length)), 'decoys fill the tree up to a power of two');
  const levels: (readonly Uint8Array[])[] = [leaves];
  for (let level = leaves; level.length > 1;) {
    const above: Uint8Array[] = [];
    for (let i = 0; i + 1 < level.length; i += 2)
      above.push(nodeOf(sha256, level[i] ?? new Uint8Array(0), level[i + 1] ?? new Uint8Array(0)));
    levels.push(above);
    level = above;
  }
  return levels;
}

function leafOf(sha256: Sha256, leaf: string): Uint8Array {
  return sha256(concat(Uint8Array.of(0x00), utf8(leaf)));
}

function nodeOf(sha256: Sha256, left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concat(Uint8Array.of(0x01), left, right));
}
