import { assert } from '#core/base/assert.ts';
import type { Epoch, Ms, Sequence } from '#core/base/ids.ts';
import { SECOND_LEG_LAG_ENTRIES_MAX } from '#core/base/limits.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type { JournalHead } from '#ports/agent-store.ts';
import type { Group, HeadPin, JournalLeg } from '#ports/journal-leg.ts';
import { checkAt, copyGroups, endOf, headOf, isProved, verifyCopy } from './copies.ts';
import { Journal } from './journal.ts';
import type { JournalParts, OpenError, OpenReport } from './parts.ts';
import { furthestPin } from './pin-keeper.ts';
import { countUnreadable, recover } from './recover.ts';

export interface OpenOptions {
  /** The epoch this leader has already raised (see runtime/leader.ts); raised here when left out. */
  readonly epoch?: Epoch;
  /** Reads every copy whole, however well the ends agree. */
  readonly thorough?: boolean;
  /** The owner has seen what is lost and goes on with what can be proved. */
  readonly acceptLoss?: boolean;
}

/** A copy may be behind by what was not yet written to it when the last leader ended; one that is further has lost it. */
const ROUTINE_LAG_ENTRIES = 2 * SECOND_LEG_LAG_ENTRIES_MAX;

/** The head of a journal that has no entry yet. */
const NOTHING: JournalHead = { epoch: 0 as Epoch, size: 0, root: '', frontier: [], checkpoint: '' };

/**
 * Takes over writing. The epoch is raised before anything is read, so that no earlier leader can have an append
 * acknowledged that this one does not see. In the normal case only the store's head, the pins and the last group of each
 * copy are read; where they disagree, everything is.
 */
export async function openJournal(
  parts: JournalParts,
  options: OpenOptions = {},
): Promise<Result<{ readonly journal: Journal; readonly report: OpenReport }, OpenError>> {
  const raised = options.epoch ?? (await parts.store.raiseEpoch());
  // No earlier leader moves the head any more, and a pin only tells how far the journal went at least.
  const recalling = recall(parts);
  recalling.catch(() => undefined);
  const opened = await openLegs(parts, raised);
  if (!opened.ok) return opened;
  const { epoch, legs, ends, missing } = opened.value;
  const { head, pin, sound } = await recalling;

  const quick = options.thorough === true || !sound ? null : await takeOver(parts, legs, await ends, head, pin);
  if (quick !== null) {
    // From now on a store without a head is one that lost it: the first record keys make this durable too.
    const kept = quick.head === head ? ok(undefined) : await parts.store.moveHead(epoch, quick.head);
    if (!kept.ok) return err({ code: kept.error, message: 'The store did not take the head.' });
    const unreadable = await countUnreadable(parts, legs[0], head?.size ?? 0, quick.head.size);
    const mended = quick.repaired.filter(({ from, to }) => to - from > ROUTINE_LAG_ENTRIES);
    const journal = new Journal(parts, legs, epoch, quick.head, mended);
    return ok({ journal, report: { size: quick.head.size, repaired: quick.repaired, missing, unreadable } });
  }
  // A head that was damaged says nothing any more; what the pins tell of it still does.
  const remembered = { head: sound ? head : (pin ?? head), pin };
  const recovered = await recover(parts, legs, epoch, remembered, options.acceptLoss === true);
  if (!recovered.ok) {
    for (const leg of legs) await leg.close();
    // What is not in the copies that can be opened may be in the one that cannot: nothing is lost yet.
    const [absent] = recovered.error.code === 'amnesia' ? missing : [];
    return absent === undefined
      ? recovered
      : err({ code: 'io', message: `The ${absent.copy} copy of the journal cannot be opened: ${absent.why}` });
  }
  if (options.acceptLoss === true) for (const store of parts.pins) await store.erase();
  const { head: mended, repaired, unreadable } = recovered.value;
  return ok({
    journal: new Journal(parts, legs, epoch, mended, repaired),
    report: { size: mended.size, repaired, missing, unreadable },
  });
}

/** What the store and the pins remember of the journal, and whether the head is what it was when it was signed. */
async function recall(
  parts: JournalParts,
): Promise<{ readonly head: JournalHead | null; readonly pin: HeadPin | null; readonly sound: boolean }> {
  const proving = parts.store
    .head()
    .then(async (head) => ({ head, sound: head === null || (await isProved(parts, head)) }));
  const [proved, pin] = await Promise.all([proving, furthestPin(parts.pins)]);
  return { ...proved, pin };
}

interface OpenedLegs {
  readonly epoch: Epoch;
  readonly legs: readonly JournalLeg[];
  /** The last group of each, which is read as soon as it is open. */
  readonly ends: Promise<readonly (Group | null)[]>;
  readonly missing: OpenReport['missing'];
}

/**
 * Opens the copies that can be written; one that cannot is left out and named. A copy that knows a higher epoch has
 * either met the next leader, or the store fell back: then the epoch is raised above it.
 */
async function openLegs(parts: JournalParts, epoch: Epoch): Promise<Result<OpenedLegs, OpenError>> {
  const legs: JournalLeg[] = [];
  const heads: Promise<Group | null>[] = [];
  const missing: { copy: string; why: string }[] = [];
  const answers = await Promise.all(
    parts.legs.map(async (leg) => {
      const opened = await openPatiently(parts, leg, epoch);
      const end = opened.ok ? leg.head() : Promise.resolve(null);
      end.catch(() => undefined);
      return { leg, opened, end };
    }),
  );
  for (const { leg, opened, end } of answers) {
    if (opened.ok) {
      legs.push(heldLeg(leg, epoch));
      heads.push(end);
    } else if (opened.error.code !== 'fenced') missing.push({ copy: leg.name, why: opened.error.message });
    else if ((await parts.store.epoch()) !== epoch || opened.error.epoch === undefined) return opened;
    else return openLegs(parts, await parts.store.raiseEpoch(opened.error.epoch));
  }
  // Of two that open at once, the one with the lower epoch may have come last to a copy, and must not go on.
  if ((await parts.store.epoch()) !== epoch)
    return err({ code: 'fenced', message: 'Another tab took the lead meanwhile.' });
  const ends = Promise.all(heads);
  ends.catch(() => undefined);
  if (legs.length > 0) return ok({ epoch, legs, ends, missing });
  return err({
    code: 'io',
    message: `No copy of the journal can be opened: ${missing.map(({ why }) => why).join('; ')}`,
  });
}

const OPEN_TRIES = 3;
const OPEN_PAUSE_MS = 300 as Ms;

/** The others may be behind a copy that cannot be opened at this moment: it is not left out at the first failure. */
async function openPatiently(parts: JournalParts, leg: JournalLeg, epoch: Epoch): ReturnType<JournalLeg['open']> {
  for (let tried = 1; ; tried++) {
    const opened = await leg.open(epoch);
    if (opened.ok || opened.error.code === 'fenced' || tried === OPEN_TRIES) return opened;
    await new Promise<void>((resolve) => parts.clock.after(OPEN_PAUSE_MS, resolve));
  }
}

/**
 * The normal case: the first copy goes on from the store's head, by a few entries that the store did not hear of any
 * more, and the others are only a little behind. Null when it is not so.
 */
async function takeOver(
  parts: JournalParts,
  legs: readonly JournalLeg[],
  ends: readonly (Group | null)[],
  kept: JournalHead | null,
  pin: HeadPin | null,
): Promise<{ readonly head: JournalHead; readonly repaired: OpenReport['repaired'] } | null> {
  if (kept === null)
    return (pin?.size ?? 0) === 0 && ends.every((end) => end === null) ? { head: NOTHING, repaired: [] } : null;
  const [first, ...others] = legs;
  assert(first !== undefined, 'a journal is opened with a copy');
  const head = await headFrom(parts, first, ends[0] ?? null, kept, pin);
  if (head === null) return null;
  const repaired: OpenReport['repaired'][number][] = [];
  for (const [index, leg] of others.entries()) {
    const end = ends[index + 1] ?? null;
    const from = endOf(end);
    if (from === head.size && (end?.checkpoint ?? '') === head.checkpoint) continue;
    if (from >= head.size) return null;
    if (end !== null && !(await holds(first, end.firstSequence, end.checkpoint))) return null;
    if (!(await leg.truncateFrom(from as Sequence)).ok) return null;
    if ((await copyGroups(first, leg, from, head.size)) !== null) return null;
    repaired.push({ copy: leg.name, from, to: head.size });
  }
  return { head, repaired };
}

/**
 * The head that a copy gives, read from the store's on. Entries beyond that may have been acknowledged before the store
 * heard of them, so they count once they are proved. Null when the copy is another, or shorter than what is remembered.
 */
async function headFrom(
  parts: JournalParts,
  leg: JournalLeg,
  end: Group | null,
  kept: JournalHead,
  pin: HeadPin | null,
): Promise<JournalHead | null> {
  const size = endOf(end);
  if (size < kept.size || size < (pin?.size ?? 0)) return null;
  const pinned = pin !== null && pin.size >= kept.size ? pin : null;
  if (size === kept.size)
    return (end?.checkpoint ?? '') === kept.checkpoint && (pinned?.root ?? kept.root) === kept.root ? kept : null;
  const from = { check: await checkAt(parts, kept), checkpoint: kept.checkpoint };
  const copy = await verifyCopy(parts, leg, { from, rootsAt: [pinned?.size ?? 0] });
  if (copy.size !== size) return null;
  const remembered = pinned === null || pinned.size === kept.size ? kept.root : copy.roots.get(pinned.size);
  return (pinned?.root ?? kept.root) === remembered ? headOf(parts, copy, copy.check.epoch as Epoch) : null;
}

async function holds(leg: JournalLeg, sequence: Sequence, checkpoint: string): Promise<boolean> {
  const { groups } = await leg.read(sequence, 1);
  return groups[0]?.firstSequence === sequence && groups[0].checkpoint === checkpoint;
}

const holders = new WeakMap<JournalLeg, Epoch>();

/**
 * The leg as this opening holds it. A tab that leads again opens the same legs anew: an append that its earlier journal
 * still has under way must not reach them.
 */
function heldLeg(leg: JournalLeg, epoch: Epoch): JournalLeg {
  holders.set(leg, epoch);
  const { mend } = leg;
  const held = (): boolean => holders.get(leg) === epoch;
  const fenced = err({ code: 'fenced' as const, message: 'This tab has opened the journal again since.' });
  return {
    ...leg,
    append: (groups, readable) => (held() ? leg.append(groups, readable) : Promise.resolve(fenced)),
    truncateFrom: (from) => (held() ? leg.truncateFrom(from) : Promise.resolve(fenced)),
    ...(mend === undefined ? {} : { mend: (groups) => (held() ? mend(groups) : Promise.resolve(fenced)) }),
    pack: async () => (held() ? ((await leg.pack?.()) ?? ok(undefined)) : fenced),
    close: () => (held() ? leg.close() : Promise.resolve()),
  };
}
