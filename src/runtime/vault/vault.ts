import { assert } from '#core/base/assert.ts';
import { hex } from '#core/base/bytes.ts';
import type { Sha256, UnixMs } from '#core/base/ids.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type { Clock } from '#ports/clock.ts';
import type { Entropy } from '#ports/crypto.ts';
import type {
  DeviceKeyStore,
  HeldKey,
  KeySharing,
  Slot,
  Stretcher,
  VaultCrypto,
  VaultKeys,
  VaultRecord,
  VaultRecordStore,
} from '#ports/vault.ts';
import { chooseStretch, FULL_STRETCH } from './choose-stretch.ts';
import { formatRecoveryCode, RECOVERY_BYTES } from './recovery-code.ts';
import { slotContext, slotKeyOf, type Secret, type SlotShape, VAULT_VERSION } from './slots.ts';
import { retryAt } from './unlock-delay.ts';

export interface VaultParts {
  readonly crypto: VaultCrypto;
  readonly records: VaultRecordStore;
  readonly device: DeviceKeyStore;
  readonly sharing: KeySharing;
  readonly entropy: Entropy;
  readonly clock: Clock;
  readonly sha256: Sha256;
  /** Starts the thread that stretches passphrases. */
  readonly stretcher: () => Stretcher;
}

/** A slot to be made. */
export type NewSlot =
  | { readonly kind: 'passphrase'; readonly passphrase: string }
  | {
      readonly kind: 'passkey';
      readonly label: string;
      readonly credential: Uint8Array;
      readonly input: Uint8Array;
      readonly output: Uint8Array;
    }
  | { readonly kind: 'recovery'; readonly code: string };

export type VaultError =
  /** The secret opens no slot. */
  | { readonly code: 'wrong'; readonly retryAt: UnixMs | null }
  /** Too soon after a wrong one. */
  | { readonly code: 'too-soon'; readonly retryAt: UnixMs }
  /** Not a recovery code: a slip of the pen, which is not counted. */
  | { readonly code: 'malformed' }
  /** Nothing of that kind opens this vault. */
  | { readonly code: 'no-such-slot' }
  /** A change that needs the owner to show who they are. */
  | { readonly code: 'proof-needed' }
  | { readonly code: 'too-short' };

/** The shortest passphrase that is taken, in characters. */
export const PASSPHRASE_CHARS_MIN = 10;
const SALT_BYTES = 16;
const ID_BYTES = 16;
/** What tells whether two wraps hold the same vault key. */
const PROBE = 'vault/probe';

/** Which kinds of slot lock the vault by being there. */
const LOCKING: ReadonlySet<Slot['kind']> = new Set(['passphrase', 'passkey']);

/**
 * The owner's vault: one random key, wrapped once for each way to open it. While a device slot is there the vault opens
 * by itself in this browser profile; with a passphrase or a passkey that slot goes, and nothing kept here opens it.
 */
export class Vault {
  readonly #parts: VaultParts;
  #record: VaultRecord;
  #keys: VaultKeys | null = null;
  /** The number of locks when the keys were got. */
  #locks = -1;

  private constructor(parts: VaultParts, record: VaultRecord) {
    this.#parts = parts;
    this.#record = record;
  }

  /** Opens the kept vault as far as it opens by itself, or makes a new one. */
  static async open(parts: VaultParts): Promise<Vault> {
    const record = (await parts.records.read()) ?? (await createVault(parts));
    const vault = new Vault(parts, record);
    await vault.#openByItself();
    parts.sharing.answer((question) => vault.#answer(question));
    return vault;
  }

  get record(): VaultRecord {
    return this.#record;
  }

  /** Null while locked. */
  get keys(): VaultKeys | null {
    return this.#keys;
  }

  get retryAt(): UnixMs | null {
    return retryAt(this.#record.attempts, this.#parts.clock.now());
  }

  /** Opens the vault with what its owner shows. A wrong one is counted, and makes the next wait longer. */
  async unlock(secret: Secret): Promise<Result<void, VaultError>> {
    const tried = await this.#try(secret);
    if (!tried.ok) return tried;
    const { slot, key } = tried.value;
    this.#keys = await this.#parts.crypto.open(slot.wrapped, key, slotContext(this.#record.vault, slot));
    this.#locks = this.#record.locks;
    return ok(undefined);
  }

  /**
   * Adds a way to open the vault. It is first proved to open it; then the device's own slot goes, if the new one locks.
   * @param proof what opens the vault now; needed unless the device does
   */
  async addSlot(fresh: NewSlot, proof: Secret | null): Promise<Result<void, VaultError>> {
    return this.#change(fresh, proof, () => true);
  }

  /** A passphrase in the place of those before it. */
  async changePassphrase(passphrase: string, proof: Secret | null): Promise<Result<void, VaultError>> {
    return this.#change({ kind: 'passphrase', passphrase }, proof, (slot) => slot.kind !== 'passphrase');
  }

  /** A new recovery code in the place of the old. */
  async changeRecovery(code: string, proof: Secret | null): Promise<Result<void, VaultError>> {
    return this.#change({ kind: 'recovery', code }, proof, (slot) => slot.kind !== 'recovery');
  }

  /**
   * Takes a way to open the vault away. With the last that locks, all go, and this browser profile opens the vault by
   * itself again: to be said out loud by `unprotect`.
   */
  async removeSlot(id: string, proof: Secret | null, unprotect: boolean): Promise<Result<void, VaultError>> {
    const opened = await this.#prove(proof);
    if (!opened.ok) return opened;
    const left = this.#record.slots.filter((slot) => slot.id !== id);
    if (left.length === this.#record.slots.length) return err({ code: 'no-such-slot' });
    if (left.some(({ kind }) => LOCKING.has(kind) || kind === 'device')) {
      await this.#keep((kept) => ({ ...kept, slots: kept.slots.filter((slot) => slot.id !== id) }));
      return ok(undefined);
    }
    if (!unprotect) return err({ code: 'proof-needed' });
    const device = await this.#deviceSlot(opened.value);
    await this.#keep((kept) => ({ ...kept, slots: [device] }));
    return ok(undefined);
  }

  /** A recovery code that has not been given before. Nothing is kept of it until it is added. */
  newRecoveryCode(): string {
    return formatRecoveryCode(this.#parts.sha256, this.#parts.entropy.bytes(RECOVERY_BYTES));
  }

  async setIdleMinutes(idleMinutes: number | null): Promise<void> {
    await this.#keep((kept) => ({ ...kept, idleMinutes }));
  }

  /** From now on no tab hands on the keys that it has. The thread that holds them is ended by its page. */
  async lock(): Promise<void> {
    await this.#keep((kept) => ({ ...kept, locks: kept.locks + 1 }));
    this.#keys = null;
  }

  async #openByItself(): Promise<void> {
    const { crypto, device, sharing } = this.#parts;
    const { vault, locks, slots } = this.#record;
    const slot = slots.find(({ kind }) => kind === 'device');
    const key = await device.get();
    if (slot === undefined) {
      // Left behind by a crash between removing the slot and its key.
      if (key !== null) await device.remove();
      this.#keys = await sharing.ask({ vault, locks });
    } else if (key !== null) this.#keys = await crypto.open(slot.wrapped, key, slotContext(vault, slot));
    this.#locks = locks;
  }

  async #answer({ vault, locks }: { readonly vault: string; readonly locks: number }): Promise<VaultKeys | null> {
    if (this.#keys === null || vault !== this.#record.vault || locks !== this.#locks) return null;
    const kept = await this.#parts.records.read();
    return kept?.locks === this.#locks ? this.#keys : null;
  }

  /** Finds the slot that a secret opens; counts the attempt before it is made, and forgets it when it was right. */
  async #try(secret: Secret): Promise<Result<{ readonly slot: Slot; readonly key: HeldKey }, VaultError>> {
    const { records, clock } = this.#parts;
    this.#record = (await records.read()) ?? this.#record;
    const wait = this.retryAt;
    if (wait !== null) return err({ code: 'too-soon', retryAt: wait });
    const before = this.#record.attempts;
    await this.#keep((kept) => ({ ...kept, attempts: { failed: kept.attempts.failed + 1, lastAt: clock.now() } }));
    const found = await this.#find(secret);
    if (found.ok) {
      await this.#keep((kept) => ({ ...kept, attempts: { failed: 0, lastAt: clock.now() } }));
      return found;
    }
    if (found.error.code === 'wrong') return err({ code: 'wrong', retryAt: this.retryAt });
    await this.#keep((kept) => ({ ...kept, attempts: before }));
    return found;
  }

  async #find(secret: Secret): Promise<Result<{ readonly slot: Slot; readonly key: HeldKey }, VaultError>> {
    const { vault, slots } = this.#record;
    let tried = false;
    const stretcher = lazily(this.#parts.stretcher);
    try {
      for (const slot of slots) {
        const key = await slotKeyOf(this.#parts, vault, slot, secret, stretcher);
        if (key === 'malformed') return err({ code: 'malformed' });
        if (key === null) continue;
        tried = true;
        const keys = await this.#parts.crypto.open(slot.wrapped, key, slotContext(vault, slot));
        if (keys !== null) return ok({ slot, key });
      }
    } finally {
      stretcher.close();
    }
    return tried ? err({ code: 'wrong', retryAt: null }) : err({ code: 'no-such-slot' });
  }

  /** What now opens the vault: the device, else what the owner shows. */
  async #prove(proof: Secret | null): Promise<Result<{ readonly slot: Slot; readonly key: HeldKey }, VaultError>> {
    const slot = this.#record.slots.find(({ kind }) => kind === 'device');
    const key = slot === undefined ? null : await this.#parts.device.get();
    if (slot !== undefined && key !== null) return ok({ slot, key });
    return proof === null ? err({ code: 'proof-needed' }) : this.#try(proof);
  }

  async #change(
    fresh: NewSlot,
    proof: Secret | null,
    keeps: (slot: Slot) => boolean,
  ): Promise<Result<void, VaultError>> {
    if (fresh.kind === 'passphrase' && fresh.passphrase.length < PASSPHRASE_CHARS_MIN)
      return err({ code: 'too-short' });
    const opened = await this.#prove(proof);
    if (!opened.ok) return opened;
    const made = await this.#make(fresh, opened.value);
    if (!made.ok) return made;
    await this.#keep((kept) => ({
      ...kept,
      slots: [...kept.slots.filter((slot) => keeps(slot) && !(slot.kind === 'device' && locks(fresh))), made.value],
    }));
    if (locks(fresh)) await this.#parts.device.remove();
    return ok(undefined);
  }

  /** Makes a slot, and opens it from the beginning before anything relies on it. */
  async #make(
    fresh: NewSlot,
    opened: { readonly slot: Slot; readonly key: HeldKey },
  ): Promise<Result<Slot, VaultError>> {
    const { crypto, entropy, clock } = this.#parts;
    const { vault } = this.#record;
    const stretcher = lazily(this.#parts.stretcher);
    try {
      const salt = entropy.bytes(SALT_BYTES);
      const base = { id: hex(entropy.bytes(ID_BYTES)), createdAt: clock.now() };
      const secret: Secret =
        fresh.kind === 'passkey' ? { kind: 'passkey', slot: base.id, output: fresh.output } : fresh;
      const shape: SlotShape =
        fresh.kind === 'passphrase'
          ? { ...base, kind: 'passphrase', salt, stretch: chooseStretch(await passTime(stretcher)) }
          : fresh.kind === 'passkey'
            ? { ...base, kind: 'passkey', salt, credential: fresh.credential, input: fresh.input, label: fresh.label }
            : { ...base, kind: 'recovery', salt };
      const key = await slotKeyOf(this.#parts, vault, shape, secret, stretcher);
      if (key === 'malformed') return err({ code: 'malformed' });
      assert(key !== null, 'a new slot is of the kind of its secret');
      const from = { key: opened.key, context: slotContext(vault, opened.slot) };
      const wrapped = await crypto.rewrap(opened.slot.wrapped, from, { key, context: slotContext(vault, shape) });
      assert(wrapped !== null, 'what was just opened opens again');
      const slot: Slot = { ...shape, wrapped };
      const again = await slotKeyOf(this.#parts, vault, slot, secret, stretcher);
      assert(again !== null && again !== 'malformed', 'a slot can be opened in the way it was made');
      await this.#requireSame(slot, again, opened);
      return ok(slot);
    } finally {
      stretcher.close();
    }
  }

  async #deviceSlot(opened: { readonly slot: Slot; readonly key: HeldKey }): Promise<Slot> {
    const { crypto, device, entropy, clock } = this.#parts;
    const { vault } = this.#record;
    const key = await device.once();
    const shape = { id: hex(entropy.bytes(ID_BYTES)), createdAt: clock.now(), kind: 'device' } as const;
    const from = { key: opened.key, context: slotContext(vault, opened.slot) };
    const wrapped = await crypto.rewrap(opened.slot.wrapped, from, { key, context: slotContext(vault, shape) });
    assert(wrapped !== null, 'what was just opened opens again');
    const slot: Slot = { ...shape, wrapped };
    await this.#requireSame(slot, key, opened);
    return slot;
  }

  /** Both slots hold the same vault key: they give the same names. */
  async #requireSame(slot: Slot, key: HeldKey, opened: { readonly slot: Slot; readonly key: HeldKey }): Promise<void> {
    const { crypto } = this.#parts;
    const names = await Promise.all(
      [{ slot, key }, opened].map(async (each) => {
        const context = slotContext(this.#record.vault, each.slot);
        const keys = await crypto.open(each.slot.wrapped, each.key, context);
        return keys === null ? null : crypto.nameOf(keys, PROBE);
      }),
    );
    assert(names[0] !== null && names[0] === names[1], 'a new slot opens the vault that it was made for');
  }

  async #keep(change: (kept: VaultRecord) => VaultRecord): Promise<void> {
    this.#record = await this.#parts.records.change((kept) => change(kept ?? this.#record));
  }
}

/** Whether the vault opens only for its owner. */
export function isLockable(record: VaultRecord): boolean {
  return record.slots.every(({ kind }) => kind !== 'device');
}

function locks(fresh: NewSlot): boolean {
  return LOCKING.has(fresh.kind);
}

/** A vault that this browser profile opens by itself. Tabs that race keep the one that came first. */
async function createVault({ crypto, records, device, entropy, clock }: VaultParts): Promise<VaultRecord> {
  const vault = hex(entropy.bytes(ID_BYTES));
  const key = await device.once();
  const shape = { id: hex(entropy.bytes(ID_BYTES)), createdAt: clock.now(), kind: 'device' } as const;
  const wrapped = await crypto.create(key, slotContext(vault, shape));
  const made: VaultRecord = {
    version: VAULT_VERSION,
    vault,
    slots: [{ ...shape, wrapped }],
    attempts: { failed: 0, lastAt: 0 as UnixMs },
    locks: 0,
    idleMinutes: null,
  };
  return records.change((kept) => kept ?? made);
}

/** Milliseconds for one pass over the full memory, the thread being warm. */
async function passTime(stretcher: Pick<Stretcher, 'measure'>): Promise<number> {
  await stretcher.measure({ memoryKib: 1_024, passes: 1, lanes: 1 });
  return stretcher.measure({ ...FULL_STRETCH, passes: 1 });
}

/** The thread is started only where a passphrase is stretched. */
function lazily(start: () => Stretcher): Stretcher {
  let started: Stretcher | null = null;
  return {
    stretch: (...given) => (started ??= start()).stretch(...given),
    measure: (given) => (started ??= start()).measure(given),
    close: () => started?.close(),
  };
}
