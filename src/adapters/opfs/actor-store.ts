import type { ActorEntry } from '#core/actors/actor.ts';
import type { ActorId, Envelope } from '#core/actors/envelope.ts';
import { base64, fromBase64 } from '#core/base/bytes.ts';
import type { Epoch } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type { ActorPast, ActorStore } from '#ports/actor-store.ts';
import type { StoreError } from '#ports/agent-store.ts';
import type { Sealer } from '#ports/crypto.ts';
import type { ActorBook, EntryRecord, Letter, SealedText } from './actor-book.ts';
import { ActorFiles, type ActorFilesParts } from './actor-files.ts';
import { archived } from './actor-log-files.ts';
import { storageFailure } from './sync-handle.ts';

/**
 * Actors in the private file system: what a message comes to is one record, flushed before it is answered. Needs a worker,
 * and an engine whose files several tabs may hold open. Values are sealed before the lock is taken, and opened after.
 */
export function opfsActorStore(sealer: Sealer, parts: ActorFilesParts): ActorStore {
  const files = new ActorFiles(parts);
  const nameOf = (actor: string): Promise<string> => sealer.nameOf(`actor/${actor}`);
  const messageName = (to: string, id: string): Promise<string> => sealer.nameOf(`mail/${to}/${id}`);
  const seal = async (value: unknown, context: string): Promise<SealedText> => {
    const { ciphertext, wrappedKey } = await sealer.seal(new TextEncoder().encode(JSON.stringify(value)), context);
    return [base64(ciphertext), base64(wrappedKey)];
  };
  const open = async ([ciphertext, wrappedKey]: SealedText, context: string): Promise<unknown> => {
    const sealed = { ciphertext: fromBase64(ciphertext), wrappedKey: fromBase64(wrappedKey) };
    if (sealed.ciphertext === null || sealed.wrappedKey === null) throw new Error(`The stored ${context} is damaged.`);
    const opened = await sealer.open({ ciphertext: sealed.ciphertext, wrappedKey: sealed.wrappedKey }, context);
    if (!opened.ok) throw new Error(`The stored ${context} cannot be opened: ${opened.error}.`);
    return JSON.parse(new TextDecoder().decode(opened.value));
  };
  const sealMessage = async (actor: string, envelope: Envelope): Promise<Letter> => {
    const id = await messageName(envelope.to, envelope.id);
    return { actor, id, sealed: await seal(envelope, `message/${id}`) };
  };
  const openMessages = (letters: readonly Letter[]): Promise<Envelope[]> =>
    Promise.all(letters.map(async ({ id, sealed }) => (await open(sealed, `message/${id}`)) as Envelope));
  const openEntries = (actor: string, entries: readonly EntryRecord[]): Promise<ActorEntry[]> =>
    Promise.all(
      entries.map(async ([sequence, sealed]) => (await open(sealed, entryContext(actor, sequence))) as ActorEntry),
    );
  const openPast = async (actor: string, { snapshot, tail }: SealedPast): Promise<ActorPast> => ({
    snapshot: snapshot && {
      sequence: snapshot[0],
      state: (await open(snapshot[1], snapshotContext(actor, snapshot[0]))) as Json,
    },
    tail: await openEntries(actor, tail),
  });
  const lettersTo = (book: ActorBook, actor: string): Letter[] =>
    [...book.mail.values()].filter((letter) => letter.actor === actor);

  return {
    actors: async () => {
      const known = [...(await files.read()).heads].filter(([, { sequence }]) => sequence > 0);
      const ids = known.map(async ([actor, { id }]) => id && ((await open(id, `actor/${actor}`)) as ActorId));
      return (await Promise.all(ids)).filter((id) => id !== null).sort();
    },
    waiting: async () => {
      const { mail, outbox } = await files.read();
      const first = (letters: Iterable<Letter>): Letter[] => [
        ...new Map([...letters].reverse().map((letter) => [letter.actor, letter])).values(),
      ];
      const [received, toSend] = [first(mail.values()), first(outbox)];
      const ids = [
        ...(await openMessages(received)).map(({ to }) => to),
        ...(await openMessages(toSend)).map(({ from }) => from),
      ];
      return [...new Set(ids)] as ActorId[];
    },

    activate: async (actor) => {
      const key = await nameOf(actor);
      const id = await seal(actor, `actor/${key}`);
      const { epoch, past } = await files.write((book) => {
        const raised = book.head(key).epoch + 1;
        return {
          record: { type: 'activate', actor: key, id, epoch: raised },
          result: { epoch: raised as Epoch, past: pastOf(book, key) },
        };
      });
      return { ...(await openPast(key, past)), epoch };
    },
    past: async (actor) => {
      const key = await nameOf(actor);
      return openPast(key, pastOf(await files.read(), key));
    },
    log: async (actor, from, count) => {
      const key = await nameOf(actor);
      const { sequence, entries, missing = [] } = (await files.read()).head(key);
      const to = Math.min(sequence, from + count - 1);
      const recent = entries.filter(([at]) => at >= from && at <= to);
      const older = await archived(
        await files.folder(),
        key,
        from,
        Math.min(to, (entries[0]?.[0] ?? sequence + 1) - 1),
      );
      const all = [...older, ...recent];
      const gaps = missing.map(([first, last]) => Math.max(0, Math.min(last, to) - Math.max(first, from) + 1));
      if (all.length < to - from + 1 - gaps.reduce((sum, gap) => sum + gap, 0))
        throw new Error('Part of this log is damaged on this disk.');
      return openEntries(key, all);
    },

    commit: async (actor, epoch, { entry, taken, outbox, snapshot, damage }) => {
      const key = await nameOf(actor);
      const { sequence, message } = entry;
      const sealed = await seal(entry, entryContext(key, sequence));
      const record = {
        ...({ type: 'commit', actor: key, entry: [sequence, sealed] } as const),
        taken: taken ? await messageName(actor, message) : null,
        outbox: await Promise.all(outbox.map((envelope) => sealMessage(key, envelope))),
        snapshot: snapshot === null ? null : await seal(snapshot, snapshotContext(key, sequence)),
        ...(damage !== undefined && { damage }),
      };
      try {
        return await files.write<Result<void, StoreError>>((book) => {
          const head = book.head(key);
          const follows = snapshot === null ? sequence === head.sequence + 1 : sequence > head.sequence;
          const mine = head.epoch === epoch && follows;
          return mine ? { record, result: ok(undefined) } : { record: null, result: err('fenced') };
        });
      } catch (error) {
        return err(storageFailure(error).code);
      }
    },

    post: async (envelope) => {
      const { stamp } = envelope;
      const [key, from] = [await nameOf(envelope.to), await nameOf(envelope.from)];
      const letter = await sealMessage(key, envelope);
      return files.write((book) => {
        const result = book.admission(letter, from, stamp);
        return { record: result === 'kept' ? { type: 'post', letter, from, stamp } : null, result };
      });
    },
    mailbox: async (actor) => openMessages(lettersTo(await files.read(), await nameOf(actor))),
    outbox: async (actor) => {
      const key = await nameOf(actor);
      return openMessages((await files.read()).outbox.filter((letter) => letter.actor === key));
    },
    sent: async (actor, ids) => {
      const key = await nameOf(actor);
      const waiting = (await files.read()).outbox.filter((letter) => letter.actor === key);
      const said = new Set(ids);
      const envelopes = await openMessages(waiting);
      const gone = waiting.filter((_, index) => said.has(envelopes[index]?.id ?? '')).map(({ id }) => id);
      await files.write(() => ({
        record: gone.length === 0 ? null : { type: 'sent', actor: key, ids: gone },
        result: undefined,
      }));
    },

    rewrite: (change) => {
      const again = async (sealed: SealedText, context: string): Promise<SealedText> => {
        const kept = (await open(sealed, context)) as Json;
        const changed = change(kept);
        return changed === kept ? sealed : seal(changed, context);
      };
      const entry = async (actor: string, kept: EntryRecord): Promise<EntryRecord> => {
        const [sequence, sealed] = kept;
        const changed = await again(sealed, entryContext(actor, sequence));
        return changed === sealed ? kept : [sequence, changed];
      };
      const letter = async (kept: Letter): Promise<Letter> => ({
        ...kept,
        sealed: await again(kept.sealed, `message/${kept.id}`),
      });
      return files.rewrite(entry, async ({ heads, mail, outbox, damage }) => ({
        heads: await Promise.all(
          heads.map(async ([actor, head]) => {
            const { snapshot, entries, epoch } = head;
            const context = snapshotContext(actor, snapshot?.[0] ?? 0);
            const next = {
              ...head,
              // Whatever activations from before still hold is refused from now on.
              epoch: epoch + 1,
              snapshot: snapshot && ([snapshot[0], await again(snapshot[1], context)] as const),
              entries: await Promise.all(entries.map((kept) => entry(actor, kept))),
            };
            return [actor, next] as const;
          }),
        ),
        mail: await Promise.all(mail.map(letter)),
        outbox: await Promise.all(outbox.map(letter)),
        damage,
      }));
    },

    damage: async () => (await files.read()).damage,
    noticed: () => files.write(() => ({ record: { type: 'noticed' }, result: undefined })),

    erase: () => files.erase(),
    close: () => files.close(),
  };
}

interface SealedPast {
  readonly snapshot: EntryRecord | null;
  readonly tail: readonly EntryRecord[];
}

function pastOf(book: ActorBook, actor: string): SealedPast {
  const { snapshot, entries } = book.head(actor);
  return { snapshot, tail: entries.filter(([sequence]) => sequence > (snapshot?.[0] ?? 0)) };
}

function entryContext(actor: string, sequence: number): string {
  return `actor/${actor}/entry/${String(sequence)}`;
}

function snapshotContext(actor: string, sequence: number): string {
  return `actor/${actor}/snapshot/${String(sequence)}`;
}
