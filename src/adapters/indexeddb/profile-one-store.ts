import { Dexie } from 'dexie';
import type { CommandId, Epoch } from '#core/base/ids.ts';
import type { JournalHead } from '#ports/agent-store.ts';
import type { Sealed, Sealer } from '#ports/crypto.ts';
import type { ProfileOneStore } from '#ports/profile-one.ts';
import { openJson } from './sealed-json.ts';

interface MetaRow {
  readonly key: string;
  readonly value: unknown;
}

/** The wrapped keys of one journal group, end to end. */
interface StoredKeys {
  readonly first: number;
  readonly lengths: readonly number[];
  readonly bytes: Uint8Array;
}

interface StoredCommand {
  readonly id: string;
  readonly at: number;
  readonly sealed: Sealed;
}

const DATABASE = 'windhover';

/** Null when no store was ever made here. */
export async function openProfileOneStore(
  sealer: Pick<Sealer, 'open'>,
  name = DATABASE,
): Promise<ProfileOneStore | null> {
  if (!(await Dexie.exists(name))) return null;
  const database = new Dexie(name, { chromeTransactionDurability: 'strict' });
  database
    .version(1)
    .stores({ meta: 'key', rows: '[kind+id], kind', keys: 'first', inbox: '++order, &id', done: 'id' });
  const meta = database.table<MetaRow, string>('meta');
  const keys = database.table<StoredKeys, number>('keys');
  const inbox = database.table<StoredCommand, number>('inbox');
  return {
    fence: () =>
      database.transaction('rw', [meta], async () => {
        const raised = (((await meta.get('epoch'))?.value as number | undefined) ?? 0) + 1;
        await meta.put({ key: 'epoch', value: raised });
        return raised as Epoch;
      }),
    head: async () => ((await meta.get('head'))?.value as JournalHead | undefined) ?? null,
    wrappedKeys: async (from, count) => {
      const out = new Array<Uint8Array | null>(count).fill(null);
      const before = await keys.where('first').belowOrEqual(from).last();
      const within = await keys
        .where('first')
        .between(from, from + count, false, false)
        .toArray();
      for (const { first, lengths, bytes } of before === undefined ? within : [before, ...within]) {
        let at = 0;
        lengths.forEach((length, index) => {
          const place = first + index - from;
          if (place >= 0 && place < count) out[place] = bytes.slice(at, at + length);
          at += length;
        });
      }
      return out;
    },
    pending: async () =>
      Promise.all(
        (await inbox.orderBy('order').toArray()).map(async ({ id, at, sealed }) => ({
          id: id as CommandId,
          at,
          command: await openJson(sealer, sealed, `command/${id}`),
        })),
      ),
    close: () => database.close(),
  };
}
