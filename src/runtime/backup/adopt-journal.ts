import { parseEntry } from '#core/audit/entry.ts';
import { frontierRoot } from '#core/audit/merkle.ts';
import { hex } from '#core/base/bytes.ts';
import type { Epoch, Sequence, Sha256 } from '#core/base/ids.ts';
import { BackupError } from '#ports/backup-error.ts';
import type { Entropy, Sealer } from '#ports/crypto.ts';
import type { Group } from '#ports/journal-leg.ts';
import type { RestorePlace } from '#ports/restore-place.ts';
import { keepKeysOf } from '../journal/record-keys.ts';
import { preparedPayload, sealPayload } from '../journal/sealed-payload.ts';
import type { CheckedPart } from './checked-series.ts';

type CheckedGroup = Extract<CheckedPart, { kind: 'group' }>;

interface AdoptParts {
  readonly entropy: Entropy;
  readonly sealer: Sealer;
  readonly sha256: Sha256;
}

interface WaitingGroup extends CheckedGroup {
  readonly epoch: Epoch;
  readonly first: Sequence;
}

/** Entries written at once; the platform gives so many random bytes in a call as their keys take. */
const BATCH_ENTRIES = 256;

/** Writes checked groups into empty stores as they are, their payloads sealed anew under this device's keys. */
export class AdoptedJournal {
  readonly #parts: AdoptParts;
  readonly #place: RestorePlace;
  readonly #epoch: Epoch;
  #waiting: WaitingGroup[] = [];

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

  async add(group: CheckedGroup): Promise<void> {
    const entry = parseEntry(group.entries[0]?.text ?? '');
    if (!entry.ok) return;
    const waiting = { ...group, epoch: entry.value.epoch, first: entry.value.sequence };
    const [other] = this.#waiting;
    // Keys are kept in pools, each of one leader's entries.
    if (other !== undefined && (other.epoch !== waiting.epoch || this.#count + group.entries.length > BATCH_ENTRIES))
      await this.#write();
    this.#waiting.push(waiting);
  }

  /** Writes what is left and gives the copies back. */
  async close(): Promise<void> {
    await this.#write();
    for (const leg of this.#place.legs) await leg.close();
  }

  get #count(): number {
    return this.#waiting.reduce((sum, { entries }) => sum + entries.length, 0);
  }

  async #write(): Promise<void> {
    const [first, last] = [this.#waiting[0], this.#waiting.at(-1)];
    if (first === undefined || last === undefined) return;
    const keys = await this.#keysFor(first);
    const groups: Group[] = [];
    for (const waiting of this.#waiting) groups.push(await this.#sealed(waiting, keys, waiting.first - first.first));
    for (const leg of this.#place.legs) must(await leg.append(groups));
    const { frontier } = last.check;
    const moved = await this.#place.store.moveHead(this.#epoch, {
      epoch: this.#epoch,
      size: frontier.size,
      root: hex(frontierRoot(this.#parts.sha256, frontier)),
      frontier: frontier.nodes.map(hex),
      checkpoint: last.checkpoint,
    });
    if (!moved.ok) throw notWritten(moved.error, moved.error);
    this.#waiting = [];
  }

  async #keysFor({ epoch, first }: WaitingGroup): Promise<readonly Uint8Array[]> {
    const entries = this.#waiting.flatMap((waiting) => waiting.entries);
    const destroyed = entries.flatMap(({ payload }, index) => (payload === null ? [first + index] : []));
    const parts = { ...this.#parts, store: this.#place.store };
    const kept = await keepKeysOf(parts, this.#epoch, { epoch, first, count: entries.length }, destroyed);
    if (!kept.ok) throw notWritten(kept.error, kept.error);
    return kept.value;
  }

  async #sealed(waiting: WaitingGroup, keys: readonly Uint8Array[], offset: number): Promise<Group> {
    const { entropy, sealer } = this.#parts;
    const payloads: Uint8Array[] = [];
    for (const [index, { payload }] of waiting.entries.entries()) {
      const key = keys[offset + index];
      if (payload === null || key === undefined) payloads.push(new Uint8Array());
      else payloads.push(sealPayload(key, entropy, await preparedPayload(sealer, payload).content));
    }
    return {
      epoch: waiting.epoch,
      firstSequence: waiting.first,
      count: waiting.entries.length,
      checkpoint: waiting.checkpoint,
      entries: waiting.entries.map(({ text }) => text),
      payloads,
    };
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
