import {
  checkCheckpoint,
  checkEntries,
  type JournalCheck,
  type JournalFault,
  startCheck,
} from '#core/audit/journal-check.ts';
import { type Frontier, frontierRoot } from '#core/audit/merkle.ts';
import { journalNameIn } from '#core/audit/checkpoint.ts';
import type { KnownKeys } from '#core/audit/signing-keys.ts';
import { assert } from '#core/base/assert.ts';
import { fromHex, hex } from '#core/base/bytes.ts';
import type { Epoch, Sequence } from '#core/base/ids.ts';
import { type AgentId, agentIdOf } from '#core/identity/did-key.ts';
import type { JournalHead } from '#ports/agent-store.ts';
import type { Group, JournalLeg } from '#ports/journal-leg.ts';
import type { JournalReading } from './parts.ts';

/** Entries read at once, so that memory stays bounded however long the journal is. */
export const PAGE_ENTRIES = 1_024;

/** What verifying and copying need of a copy. */
export type ReadableLeg = Pick<JournalLeg, 'name' | 'read'>;

/** How far one copy of the journal is proved, from its first entry. */
export interface VerifiedCopy<Leg extends ReadableLeg = JournalLeg> {
  readonly leg: Leg;
  readonly check: JournalCheck;
  /** Entries proved: `check.frontier.size`. */
  readonly size: number;
  /** The checkpoint over them; empty when there are none. */
  readonly checkpoint: string;
  /** Roots, in hex, at the sizes that were asked for and are the end of a group. */
  readonly roots: ReadonlyMap<number, string>;
  /** Why it goes no further, where it should. */
  readonly problem: { readonly sequence: number; readonly why: string } | null;
}

export interface VerifyOptions {
  /** Goes on from what was proved of this copy before, up to a checkpoint. */
  readonly from?: { readonly check: JournalCheck; readonly checkpoint: string };
  readonly until?: number;
  readonly rootsAt?: readonly number[];
  readonly progress?: (entries: number) => void;
}

/**
 * Reads a copy from its start and checks every entry, every root and the newest signature, which vouches for all before
 * it. Where that signature does not hold, each one is checked, to find the last that does.
 */
export async function verifyCopy<Leg extends ReadableLeg>(
  parts: JournalReading,
  leg: Leg,
  options: VerifyOptions = {},
): Promise<VerifiedCopy<Leg>> {
  const byRoot = await walk(parts, leg, options, 'root');
  if (byRoot.checkpoint === '') return byRoot;
  const named = startCheck(nameOf(parts, byRoot.checkpoint), await knownKeys(parts));
  const { agent, book } = named;
  const signed = checkCheckpoint(parts.tools, { ...byRoot.check, agent, book }, byRoot.checkpoint);
  if (signed.ok) return { ...byRoot, check: signed.value };
  const { from } = options;
  const start = { check: { ...(from?.check ?? named), agent, book }, checkpoint: from?.checkpoint ?? '' };
  return walk(parts, leg, { ...options, from: start }, 'signature');
}

/** Which keys signed this journal, as far as this device knows before it reads. */
export function knownKeys({ keys, signer }: JournalReading): Promise<KnownKeys> {
  return keys?.() ?? Promise.resolve({ own: [agentIdOf(signer.publicKey)] });
}

/** The journal's name stays when its key changes: its heads carry it. */
export function nameOf(parts: Pick<JournalReading, 'signer'>, checkpoint: string): AgentId {
  return journalNameIn(checkpoint) ?? agentIdOf(parts.signer.publicKey);
}

async function walk<Leg extends ReadableLeg>(
  parts: JournalReading,
  leg: Leg,
  { from, until = Infinity, rootsAt = [], progress }: VerifyOptions,
  trust: 'root' | 'signature',
): Promise<VerifiedCopy<Leg>> {
  let check = from?.check ?? startCheck(agentIdOf(parts.signer.publicKey));
  let checkpoint = from?.checkpoint ?? '';
  const roots = new Map<number, string>();
  const result = (problem: VerifiedCopy['problem']): VerifiedCopy<Leg> => ({
    leg,
    check,
    size: check.frontier.size,
    checkpoint,
    roots,
    problem,
  });
  const wanted = new Set(rootsAt);
  while (check.frontier.size < until) {
    const { groups, damage } = await leg.read(check.frontier.size as Sequence, PAGE_ENTRIES);
    for (const group of groups) {
      if (group.firstSequence + group.count > until) return result(null);
      if (group.firstSequence !== check.frontier.size) return result(startsElsewhere(check, group));
      const checked = checkEntries(parts.tools, check, { ...group, payloads: [] }, trust);
      if (!checked.ok) return result(faultIn(parts, check, checkpoint, group, checked.error));
      check = checked.value;
      checkpoint = group.checkpoint;
      if (wanted.has(check.frontier.size))
        roots.set(check.frontier.size, hex(frontierRoot(parts.tools.sha256, check.frontier)));
    }
    progress?.(check.frontier.size);
    if (groups.length > 0) continue;
    return result(damage === null ? null : { sequence: check.frontier.size, why: damage });
  }
  return result(null);
}

function startsElsewhere(check: JournalCheck, group: Group): JournalFault {
  const why = `a group starts at entry ${String(group.firstSequence)}, not at ${String(check.frontier.size)}`;
  return { code: 'sequence', sequence: check.frontier.size, why };
}

/** Where the fault begins, counted from the last head whose signature holds and not from the start. */
function faultIn(
  parts: JournalReading,
  check: JournalCheck,
  checkpoint: string,
  group: Group,
  fault: JournalFault,
): JournalFault {
  const proved = checkCheckpoint(parts.tools, check, checkpoint);
  if (!proved.ok) return fault;
  const again = checkEntries(parts.tools, proved.value, { ...group, payloads: [] }, 'root');
  return again.ok ? fault : again.error;
}

/** The head that a verified copy gives. */
export function headOf(parts: JournalReading, copy: VerifiedCopy, epoch: Epoch): JournalHead {
  return {
    epoch,
    size: copy.size,
    root: hex(frontierRoot(parts.tools.sha256, copy.check.frontier)),
    frontier: copy.check.frontier.nodes.map(hex),
    checkpoint: copy.checkpoint,
  };
}

/** What a head keeps of the tree. */
export function frontierOf(head: JournalHead): Frontier {
  const nodes = head.frontier.map((node) => {
    const bytes = fromHex(node);
    assert(bytes !== null, 'a frontier is kept in hex');
    return bytes;
  });
  return { size: head.size, nodes };
}

/** The state of a check that has read up to this head; the head is trusted, as one's own store is. */
export async function checkAt(parts: JournalReading, head: JournalHead): Promise<JournalCheck> {
  const start = startCheck(nameOf(parts, head.checkpoint), await knownKeys(parts));
  return { ...start, frontier: frontierOf(head), epoch: head.size === 0 ? 0 : head.epoch };
}

/**
 * Whether a kept head is what it was when it was signed: its frontier gives its root, and the key in force signed that. One
 * that is not would have everything after it signed wrong.
 */
export async function isProved(parts: JournalReading, head: JournalHead): Promise<boolean> {
  if (head.size === 0) return true;
  if (head.frontier.some((node) => fromHex(node) === null)) return false;
  const check = await checkAt(parts, head);
  return (
    hex(frontierRoot(parts.tools.sha256, check.frontier)) === head.root &&
    checkCheckpoint(parts.tools, check, head.checkpoint).ok
  );
}

export function entriesIn(groups: readonly Group[]): number {
  return groups.reduce((sum, { count }) => sum + count, 0);
}

export function endOf(group: Group | null): number {
  return group === null ? 0 : group.firstSequence + group.count;
}

/** Writes the groups of the entries [from, to) of one copy into another that ends at `from`. */
export async function copyGroups(
  source: ReadableLeg,
  target: JournalLeg,
  from: number,
  to: number,
): Promise<string | null> {
  for (let next = from; next < to;) {
    const { groups } = await source.read(next as Sequence, Math.min(PAGE_ENTRIES, to - next));
    if (groups[0]?.firstSequence !== next)
      return `the ${source.name} copy has no group that starts at entry ${String(next)}`;
    const written = await target.append(groups);
    if (!written.ok) return `the ${target.name} copy: ${written.error.message}`;
    next += entriesIn(groups);
  }
  return null;
}
