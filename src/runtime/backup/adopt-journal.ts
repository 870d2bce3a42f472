import { parseEntry } from '#core/audit/entry.ts';
import type { JournalCheck } from '#core/audit/journal-check.ts';
import { frontierRoot } from '#core/audit/merkle.ts';
import { hex } from '#core/base/bytes.ts';
import type { Epoch, Sha256 } from '#core/base/ids.ts';
import { BackupError } from '#ports/backup-error.ts';
import type { Sealed, Sealer } from '#ports/crypto.ts';
import type { Group } from '#ports/journal-leg.ts';
import type { RestorePlace } from '#ports/restore-place.ts';
import { sealAgain } from '../journal/sealed-payload.ts';
import type { CheckedPart } from './checked-series.ts';

type CheckedGroup = Extract<CheckedPart, { kind: 'group' }>;

interface AdoptParts {
  readonly sealer: Pick<Sealer, 'seal'>;
  readonly sha256: Sha256;
}

/** Entries written at once. */
const BATCH_ENTRIES = 256;
/** What stands for a payload that the backup does not have: sealed by no key. */
const NOTHING: Sealed = { ciphertext: new Uint8Array(), wrappedKey: new Uint8Array() };

/** Writes checked groups into empty stores as they are, their payloads sealed anew under this device's keys. */
export class AdoptedJournal {
  readonly #parts: AdoptParts;
  readonly #place: RestorePlace;
  readonly #epoch: Epoch;
  #waiting: { readonly group: Group; readonly keys: readonly Uint8Array[]; readonly check: JournalCheck }[] = [];
  #count = 0;

  private constructor(parts: AdoptParts, place: RestorePlace, epoch: Epoch) {
    this.#parts = parts;
    this.#place = place;
    this.#epoch = epoch;
  }

  /** Opens the empty copies. */
  static async open(parts: AdoptParts, place: RestorePlace): Promise<AdoptedJournal> {
    const epoch = await place.store.raiseEpoch();
    for (const leg of place.legs) must(await leg.open(epoch));
    return new AdoptedJournal(parts, place, epoch);
  }

  async add({ entries, checkpoint, check }: CheckedGroup): Promise<void> {
    const sealed = await Promise.all(
      entries.map(({ payload }) =>
        payload === null ? Promise.resolve(NOTHING) : sealAgain(this.#parts.sealer, payload),
      ),
    );
    const first = parseEntry(entries[0]?.text ?? '');
    if (!first.ok) return;
    const group: Group = {
      epoch: first.value.epoch,
      firstSequence: first.value.sequence,
      count: entries.length,
      checkpoint,
      entries: entries.map(({ text }) => text),
      payloads: sealed.map(({ ciphertext }) => ciphertext),
    };
    this.#waiting.push({ group, keys: sealed.map(({ wrappedKey }) => wrappedKey), check });
    this.#count += entries.length;
    if (this.#count >= BATCH_ENTRIES) await this.#write();
  }

  /** Writes what is left and gives the copies back. */
  async close(): Promise<void> {
    await this.#write();
    for (const leg of this.#place.legs) await leg.close();
  }

  async #write(): Promise<void> {
    const last = this.#waiting.at(-1);
    const first = this.#waiting[0];
    if (last === undefined || first === undefined) return;
    const groups = this.#waiting.map(({ group }) => group);
    for (const leg of this.#place.legs) must(await leg.append(groups));
    const { frontier } = last.check;
    const head = {
      epoch: this.#epoch,
      size: frontier.size,
      root: hex(frontierRoot(this.#parts.sha256, frontier)),
      frontier: frontier.nodes.map(hex),
      checkpoint: last.group.checkpoint,
    };
    const keys = {
      firstSequence: first.group.firstSequence,
      wrappedKeys: this.#waiting.flatMap((waiting) => waiting.keys),
    };
    const kept = await this.#place.store.acknowledge(this.#epoch, head, keys);
    if (!kept.ok) throw notWritten(kept.error, kept.error);
    this.#waiting = [];
    this.#count = 0;
  }
}

function must(
  done:
    { readonly ok: true } | { readonly ok: false; readonly error: { readonly code: string; readonly message: string } },
): void {
  if (!done.ok) throw notWritten(done.error.code, done.error.message);
}

export function notWritten(code: string, why: string): BackupError {
  return code === 'quota'
    ? new BackupError('full', 'There is not enough room in this browser for what the backup holds.')
    : new BackupError('io', `What the backup holds could not be written here: ${why}`);
}
