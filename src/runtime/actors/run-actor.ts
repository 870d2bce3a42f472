import {
  crashOf,
  foldEntry,
  isCalm,
  newActor,
  type ActorEntry,
  type Behaviour,
  type Reaction,
  type Supervised,
} from '#core/actors/actor.ts';
import type { ActorId, Draft, Envelope } from '#core/actors/envelope.ts';
import { OUTBOX_MAX, outboxStamp } from '#core/actors/receipts.ts';
import { assert } from '#core/base/assert.ts';
import type { Epoch, Ms, UnixMs } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import type { ActorCommit, ActorPast, ActorStore } from '#ports/actor-store.ts';
import type { Clock } from '#ports/clock.ts';

/** An actor that nobody writes to for so long leaves memory. */
export const ACTOR_IDLE_MS = 15_000 as Ms;
/** What could not be handed on is tried again after this. */
const HAND_ON_AGAIN_MS = 2_000 as Ms;
/** Entries an activation may have to fold after its snapshot. */
export const ACTOR_TAIL_MAX = 16;

export interface ActorParts<S> {
  readonly store: ActorStore;
  readonly clock: Clock;
  readonly behaviour: Behaviour<S>;
  /** Hands a message on, to an actor or anyone else; false when that cannot be done now. */
  readonly handOn: (envelope: Envelope) => Promise<boolean>;
  /** A message about each entry, written with it: for a journal that signs them; null for none. */
  readonly note: (actor: ActorId, entry: ActorEntry) => Draft | null;
  /** Who was told of the entries, to hold the store against; null for nobody. */
  readonly witness: ActorWitness<S> | null;
  /** The actor's log, mailbox or outbox is another. */
  readonly changed: (actor: ActorId) => void;
}

/**
 * What somebody else knows of the actors. A file that was cut off between two records looks whole; who was told of more
 * entries than it has knows better. Nobody is told of an entry before it is durable, so more is always a loss.
 */
export interface ActorWitness<S> {
  /** The actor as the entries make it that were told; null when there were none. */
  readonly told: (actor: ActorId) => Promise<Supervised<S> | null>;
  /** Makes an actor this again. */
  readonly restored: (state: S, at: UnixMs) => Reaction;
}

/** One tab's turn at an actor: until it is lost it may act; whatever wakes it while it works is not missed. */
export interface ActorTurn {
  readonly lost: AbortSignal;
  /** Resolves when it is woken, lost, or the time is over. */
  readonly wait: (delay: Ms) => Promise<'woken' | 'time' | 'lost'>;
}

/** The state that a past comes to. */
export function revive<S>(behaviour: Behaviour<S>, actor: ActorId, { snapshot, tail }: ActorPast): Supervised<S> {
  const start = snapshot === null ? newActor(behaviour, actor) : (snapshot.state as unknown as Supervised<S>);
  return tail.reduce((state, entry) => foldEntry(behaviour, state, entry), start);
}

/**
 * One activation: reads the actor's snapshot and what came after it, answers its mail message by message, and ends when
 * nothing came for a while, when the turn is lost, or when another activation wrote. What a message comes to is one
 * write, and is handed on only after it; so a crash at any point leaves either nothing or all of it.
 * @throws Error when the store cannot be read or written
 */
export async function runActor<S>(parts: ActorParts<S>, actor: ActorId, turn: ActorTurn): Promise<void> {
  const { store, clock, behaviour } = parts;
  if (!(await hasWork(parts, actor))) return;
  const { epoch, ...past } = await store.activate(actor);
  let current = await madeGood(parts, actor, epoch, revive(behaviour, actor, past));
  if (current === null) return;
  let tail = past.tail.length;
  for (;;) {
    if (turn.lost.aborted) return;
    const order = behaviour.choose(current.state, await store.mailbox(actor), false);
    // An order of the owner waits for nothing, not even for what cannot be handed on.
    const allSent = order === null && (await sendAll(parts, actor, turn));
    const now = clock.now();
    const calm = isCalm(current.crashes, now);
    const message = order ?? behaviour.choose(current.state, await store.mailbox(actor), calm);
    if (message === null) {
      const { retryAt } = current.crashes;
      const retry = retryAt === null ? null : ((retryAt - now) as Ms);
      const delay = !allSent ? HAND_ON_AGAIN_MS : !calm && retry !== null ? retry : ACTOR_IDLE_MS;
      const ended = await turn.wait(delay);
      if (ended === 'lost' || (ended === 'time' && calm && allSent)) return;
      continue;
    }
    const { entry, taken, outbox } = react(behaviour, current, message, epoch, now);
    const next: Supervised<S> = foldEntry(behaviour, current, entry);
    tail += 1;
    const due = tail >= ACTOR_TAIL_MAX;
    const snapshot = due ? (next as unknown as Json) : null;
    if (!(await written(parts, actor, { entry, taken, outbox, snapshot }))) return;
    current = next;
    if (due) tail = 0;
    parts.changed(actor);
  }
}

/**
 * The actor as it was, where its witness was told of more entries than its log has. The entry that says so comes after
 * all that were told, so that no number is given twice, and a snapshot stands for those that are missing.
 * @returns null when another activation wrote
 */
async function madeGood<S>(
  parts: ActorParts<S>,
  actor: ActorId,
  epoch: Epoch,
  kept: Supervised<S>,
): Promise<Supervised<S> | null> {
  const { witness, behaviour, clock } = parts;
  const told = await toldOfMore(parts, actor, kept);
  if (witness === null || told === null) return kept;
  const at = clock.now();
  const { event, outbox } = witness.restored(told.state, at);
  const sequence = told.sequence + 1;
  const entry = { sequence, epoch, at, message: `restored/${String(told.sequence)}`, event, crash: null };
  const next = foldEntry(behaviour, told, entry);
  const snapshot = next as unknown as Json;
  if (!(await written(parts, actor, { entry, taken: false, outbox, snapshot, damage: CUT_OFF }))) return null;
  parts.changed(actor);
  return next;
}

const CUT_OFF =
  'The last entries of an agent’s log were missing on this disk. It goes on from what the journal tells of it; messages that waited for it may be lost.';

async function toldOfMore<S>(
  { witness }: ActorParts<S>,
  actor: ActorId,
  { sequence }: Supervised<S>,
): Promise<Supervised<S> | null> {
  const told = (await witness?.told(actor)) ?? null;
  return told !== null && told.sequence > sequence ? told : null;
}

/**
 * Writes what one message came to, and a note of it.
 * @returns whether this is still the activation that counts
 * @throws Error when the store cannot be written
 */
async function written<S>(
  { store, note }: ActorParts<S>,
  actor: ActorId,
  { outbox, ...commit }: Omit<ActorCommit, 'outbox'> & { readonly outbox: readonly Draft[] },
): Promise<boolean> {
  const { entry } = commit;
  const noted = note(actor, entry);
  const drafts = noted === null ? outbox : [...outbox, noted];
  const all = drafts.map((draft, index): Envelope => ({ ...draft, stamp: outboxStamp(entry.sequence, index) }));
  const done = await store.commit(actor, entry.epoch, { ...commit, outbox: all });
  if (done.ok || done.error === 'fenced') return done.ok;
  throw new Error(done.error === 'quota' ? 'The disk is full.' : 'The store could not be written.');
}

/** What one message comes to: the behaviour's reaction, or the crash that it ended in. */
function react<S>(
  behaviour: Behaviour<S>,
  { state, sequence, crashes }: Supervised<S>,
  message: Envelope,
  epoch: Epoch,
  at: UnixMs,
): { readonly entry: ActorEntry; readonly taken: boolean; readonly outbox: readonly Draft[] } {
  const line = { sequence: sequence + 1, epoch, at, message: message.id };
  try {
    const { event, outbox } = behaviour.receive(state, message, at);
    // An event that cannot be folded would break every activation from now on: that is a crash of this one.
    behaviour.apply(state, event);
    assert(outbox.length < OUTBOX_MAX, 'one message led to too many others');
    return { entry: { ...line, event, crash: null }, taken: true, outbox };
  } catch (error) {
    const crash = crashOf(crashes, message.id, error instanceof Error ? error.message : String(error));
    if (!crash.setAside) return { entry: { ...line, event: null, crash }, taken: false, outbox: [] };
    const { event, outbox } = leftAside(behaviour, state, message, crash.reason, at);
    return { entry: { ...line, event, crash }, taken: true, outbox };
  }
}

function leftAside<S>(
  behaviour: Behaviour<S>,
  state: S,
  message: Envelope,
  reason: string,
  at: UnixMs,
): { readonly event: Json; readonly outbox: readonly Draft[] } {
  try {
    const reaction = behaviour.setAside(state, message, reason, at);
    behaviour.apply(state, reaction.event);
    return reaction;
  } catch {
    return { event: null, outbox: [] };
  }
}

/** Whether an activation would do anything: looking raises no epoch. */
async function hasWork<S>(parts: ActorParts<S>, actor: ActorId): Promise<boolean> {
  const { store, behaviour, clock } = parts;
  if ((await store.outbox(actor)).length > 0) return true;
  const kept = revive(behaviour, actor, await store.past(actor));
  if ((await toldOfMore(parts, actor, kept)) !== null) return true;
  const mail = await store.mailbox(actor);
  return mail.length > 0 && behaviour.choose(kept.state, mail, isCalm(kept.crashes, clock.now())) !== null;
}

/** Hands on what was written, in order to each receiver. @returns whether nothing is left */
async function sendAll<S>(parts: ActorParts<S>, actor: ActorId, turn: ActorTurn): Promise<boolean> {
  const waiting = await parts.store.outbox(actor);
  if (waiting.length === 0) return true;
  const sent: string[] = [];
  const refused = new Set<string>();
  for (const envelope of waiting) {
    if (turn.lost.aborted) break;
    if (refused.has(envelope.to)) continue;
    if (await parts.handOn(envelope)) sent.push(envelope.id);
    else refused.add(envelope.to);
  }
  await parts.store.sent(actor, sent);
  if (sent.length > 0) parts.changed(actor);
  return sent.length === waiting.length;
}
