import { assert } from '#core/base/assert.ts';
import { hex } from '#core/base/bytes.ts';
import type { Sha256, UnixMs } from '#core/base/ids.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type { Clock } from '#ports/clock.ts';
import type { Entropy } from '#ports/crypto.ts';
import type {
  HeldKey,
  KeySharing,
  Slot,
  Stretcher,
  VaultCrypto,
  VaultKeys,
  VaultRecord,
  VaultRecordStore,
} from '#ports/vault.ts';
import {
  PASSPHRASE_CHARS_MIN,
  type NewWay,
  type Secret,
  type VaultChange,
  type VaultError,
} from '../contract/vault-api.ts';
import { chooseStretch, FULL_STRETCH } from './choose-stretch.ts';
import { formatRecoveryCode, RECOVERY_BYTES } from './recovery-code.ts';
import { slotContext, slotKeyOf, type SlotShape, VAULT_VERSION } from './slots.ts';
import { retryAt } from './unlock-delay.ts';

export interface VaultParts {
  readonly crypto: VaultCrypto;
  readonly records: VaultRecordStore;
  readonly sharing: KeySharing;
  readonly entropy: Entropy;
  readonly clock: Clock;
  readonly sha256: Sha256;
  /** Starts the thread that stretches passphrases. */
  readonly stretcher: () => Stretcher;
}

const SALT_BYTES = 16;
const ID_BYTES = 16;
/** What tells whether two wraps hold the same vault key. */
const PROBE = 'vault/probe';

interface OpenedSlot {
  readonly slot: Slot;
  readonly key: HeldKey;
}

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

  /**
   * Opens the kept vault as far as it opens by itself, or makes a new one.
   * @param ask whether other tabs may hand on the keys that they have
   */
  static async open(parts: VaultParts, ask: boolean): Promise<Vault> {
    const record = (await parts.records.read()) ?? (await createVault(parts));
    const vault = new Vault(parts, record);
    await vault.#openByItself(ask);
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

  /** Takes up what other tabs have changed. */
  async refresh(): Promise<void> {
    this.#record = (await this.#parts.records.read()) ?? this.#record;
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
   * Changes how the vault is opened. A new way is first proved to open it; then the one that it replaces goes, and with
   * the first way that locks the device's own.
   * @param proof what opens the vault now; needed unless the device does
   */
  async change(change: VaultChange, proof: Secret | null): Promise<Result<void, VaultError>> {
    if (
      change.type === 'add' &&
      change.way.kind === 'passphrase' &&
      change.way.passphrase.length < PASSPHRASE_CHARS_MIN
    )
      return err({ code: 'too-short' });
    await this.refresh();
    const opened = await this.#prove(proof);
    if (!opened.ok) return opened;
    return change.type === 'add'
      ? this.#add(change.way, opened.value)
      : this.#remove(change.way, change.unprotect, opened.value);
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

  async #openByItself(ask: boolean): Promise<void> {
    const { crypto, sharing } = this.#parts;
    const { vault, locks } = this.#record;
    const device = this.#device;
    if (device !== null)
      this.#keys = await crypto.open(device.slot.wrapped, device.key, slotContext(vault, device.slot));
    else if (ask) this.#keys = await sharing.ask({ vault, locks });
    this.#locks = locks;
  }

  get #device(): OpenedSlot | null {
    for (const slot of this.#record.slots) if (slot.kind === 'device') return { slot, key: slot.key };
    return null;
  }

  async #answer({ vault, locks }: { readonly vault: string; readonly locks: number }): Promise<VaultKeys | null> {
    if (this.#keys === null || vault !== this.#record.vault || locks !== this.#locks) return null;
    // Who cannot look whether it was locked since hands nothing on.
    const kept = await this.#parts.records.read().catch(() => null);
    return kept?.locks === this.#locks ? this.#keys : null;
  }

  /** Finds the slot that a secret opens; counts the attempt before it is made, and forgets it when it was right. */
  async #try(secret: Secret): Promise<Result<OpenedSlot, VaultError>> {
    const { clock } = this.#parts;
    await this.refresh();
    const wait = this.retryAt;
    if (wait !== null) return err({ code: 'too-soon', retryAt: wait });
    const before = this.#record.attempts;
    await this.#count((failed) => ({ failed: failed + 1, lastAt: clock.now() }));
    const found = await this.#find(secret);
    if (found.ok) {
      await this.#count(() => ({ failed: 0, lastAt: clock.now() }));
      return found;
    }
    if (found.error.code === 'wrong') return found;
    await this.#count(() => before);
    return found;
  }

  /**
   * A disk that is full must not keep the owner out: what cannot be counted is tried all the same. Whoever can fill the
   * disk can also copy it, and is held up by the stretching only.
   */
  async #count(next: (failed: number) => VaultRecord['attempts']): Promise<void> {
    const counted = (kept: VaultRecord): VaultRecord => ({ ...kept, attempts: next(kept.attempts.failed) });
    try {
      await this.#keep(counted);
    } catch {
      this.#record = counted(this.#record);
    }
  }

  async #find(secret: Secret): Promise<Result<OpenedSlot, VaultError>> {
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
    return tried ? err({ code: 'wrong' }) : err({ code: 'no-such-way' });
  }

  /** What now opens the vault: the device, else what the owner shows. */
  async #prove(proof: Secret | null): Promise<Result<OpenedSlot, VaultError>> {
    if (this.#device !== null) return ok(this.#device);
    return proof === null ? err({ code: 'proof-needed' }) : this.#try(proof);
  }

  async #add(fresh: NewWay, opened: OpenedSlot): Promise<Result<void, VaultError>> {
    const made = await this.#make(fresh, opened);
    if (!made.ok) return made;
    const locks = LOCKING.has(fresh.kind);
    const stays = ({ kind }: Slot): boolean =>
      !(kind === 'device' && locks) && (fresh.kind === 'passkey' || kind !== fresh.kind);
    await this.#keep((kept) => ({ ...kept, slots: [...kept.slots.filter(stays), made.value] }));
    return ok(undefined);
  }

  /** With the last way that locks, all go, and this browser profile opens the vault by itself again. */
  async #remove(id: string, unprotect: boolean, opened: OpenedSlot): Promise<Result<void, VaultError>> {
    const left = this.#record.slots.filter((slot) => slot.id !== id);
    if (left.length === this.#record.slots.length) return err({ code: 'no-such-way' });
    if (left.some(({ kind }) => kind !== 'recovery')) {
      await this.#keep((kept) => ({ ...kept, slots: kept.slots.filter((slot) => slot.id !== id) }));
      return ok(undefined);
    }
    if (!unprotect) return err({ code: 'unprotects' });
    const device = await this.#deviceSlot(opened);
    await this.#keep((kept) => ({ ...kept, slots: [device] }));
    return ok(undefined);
  }

  /** Makes a slot, and opens it from the beginning before anything relies on it. */
  async #make(fresh: NewWay, opened: OpenedSlot): Promise<Result<Slot, VaultError>> {
    const { entropy, clock } = this.#parts;
    const { vault } = this.#record;
    const stretcher = lazily(this.#parts.stretcher);
    try {
      const salt = entropy.bytes(SALT_BYTES);
      const base = { id: hex(entropy.bytes(ID_BYTES)), createdAt: clock.now() };
      const secret: Secret = fresh.kind === 'passkey' ? { kind: 'passkey', way: base.id, output: fresh.output } : fresh;
      const shape: SlotShape =
        fresh.kind === 'passphrase'
          ? { ...base, kind: 'passphrase', salt, stretch: chooseStretch(await passTime(stretcher)) }
          : fresh.kind === 'passkey'
            ? { ...base, kind: 'passkey', salt, credential: fresh.credential, input: fresh.input, label: fresh.label }
            : { ...base, kind: 'recovery', salt };
      const key = await slotKeyOf(this.#parts, vault, shape, secret, stretcher);
      if (key === 'malformed' || key === null) return err({ code: 'malformed' });
      const slot: Slot = { ...shape, wrapped: await this.#wrap(shape, key, opened) };
      // The secret that gave a key before gives one again.
      const again = (await slotKeyOf(this.#parts, vault, slot, secret, stretcher)) as HeldKey;
      await this.#requireSame(slot, again, opened);
      return ok(slot);
    } finally {
      stretcher.close();
    }
  }

  async #deviceSlot(opened: OpenedSlot): Promise<Slot> {
    const shape = await deviceShape(this.#parts);
    const wrapped = await this.#wrap(shape, shape.key, opened);
    const slot: Slot = { ...shape, wrapped };
    await this.#requireSame(slot, shape.key, opened);
    return slot;
  }

  /** The vault key once more, for another slot. */
  async #wrap(shape: SlotShape, key: HeldKey, opened: OpenedSlot): Promise<Uint8Array> {
    const { vault } = this.#record;
    const from = { key: opened.key, context: slotContext(vault, opened.slot) };
    const to = { key, context: slotContext(vault, shape) };
    const wrapped = await this.#parts.crypto.rewrap(opened.slot.wrapped, from, to);
    assert(wrapped !== null, 'what was just opened opens again');
    return wrapped;
  }

  /** Both slots hold the same vault key: they give the same names. */
  async #requireSame(slot: Slot, key: HeldKey, opened: OpenedSlot): Promise<void> {
    const { crypto } = this.#parts;
    const [name, same] = await Promise.all(
      [{ slot, key }, opened].map(async (each) => {
        const keys = await crypto.open(each.slot.wrapped, each.key, slotContext(this.#record.vault, each.slot));
        assert(keys !== null, 'a new slot opens');
        return crypto.nameOf(keys, PROBE);
      }),
    );
    assert(name === same, 'a new slot opens the vault that it was made for');
  }

  async #keep(change: (kept: VaultRecord) => VaultRecord): Promise<void> {
    this.#record = await this.#parts.records.change((kept) => change(kept ?? this.#record));
  }
}

/** A vault that this browser profile opens by itself. Tabs that race keep the one that came first. */
async function createVault(parts: VaultParts): Promise<VaultRecord> {
  const vault = hex(parts.entropy.bytes(ID_BYTES));
  const shape = await deviceShape(parts);
  const wrapped = await parts.crypto.create(shape.key, slotContext(vault, shape));
  const made: VaultRecord = {
    version: VAULT_VERSION,
    vault,
    slots: [{ ...shape, wrapped }],
    attempts: { failed: 0, lastAt: 0 as UnixMs },
    locks: 0,
    idleMinutes: null,
  };
  return parts.records.change((kept) => kept ?? made);
}

async function deviceShape({ crypto, entropy, clock }: VaultParts): Promise<SlotShape & { readonly kind: 'device' }> {
  const key = await crypto.deviceKey();
  return { id: hex(entropy.bytes(ID_BYTES)), createdAt: clock.now(), kind: 'device', key };
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
