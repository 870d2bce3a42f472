import { beforeEach, describe, expect, test } from 'vitest';
import { webCryptoVault } from '#adapters/webcrypto/vault-crypto.ts';
import { createVaultSealer } from '#adapters/webcrypto/sealer.ts';
import { createSigningKeys, openSigner } from '#adapters/webcrypto/signer.ts';
import { verifyEd25519 } from '#adapters/noble/ed25519.ts';
import { hex, utf8 } from '#core/base/bytes.ts';
import type { Slot, VaultKeys } from '#ports/vault.ts';
import type { NewWay, Secret } from '#runtime/contract/vault-api.ts';
import { slotContext, wrapContext } from '#runtime/vault/slots.ts';
import { viewOf } from '#runtime/vault/vault-view.ts';
import type { Vault } from '#runtime/vault/vault.ts';
import { VaultWorld } from '#tests/fakes/vault-world.ts';

const DONE = { ok: true, value: undefined };
const failed = (code: string): object => ({ ok: false, error: { code } });

const PASSPHRASE: Secret & NewWay = { kind: 'passphrase', passphrase: 'a heron over the weir' };
const OTHER: Secret & NewWay = { kind: 'passphrase', passphrase: 'two herons over the weir' };
const OUTPUT = new Uint8Array(32).fill(5);
const PASSKEY: NewWay = {
  kind: 'passkey',
  label: 'Laptop',
  credential: new Uint8Array([1, 2, 3]),
  input: new Uint8Array(32).fill(4),
  output: OUTPUT,
};

let world: VaultWorld;
let vault: Vault;

beforeEach(async () => {
  world = new VaultWorld();
  vault = await world.tab();
});

const add = (way: NewWay, proof: Secret | null = null) => vault.change({ type: 'add', way }, proof);
const wayOf = (kind: Slot['kind']): Slot => {
  const slot = world.record?.slots.find((each) => each.kind === kind);
  if (slot === undefined) throw new Error(`There is no ${kind} slot.`);
  return slot;
};
const passkey = (output = OUTPUT): Secret => ({
  kind: 'passkey',
  way: wayOf('passkey').id,
  output,
});
const kinds = (): Slot['kind'][] => world.record?.slots.map(({ kind }) => kind) ?? [];
const nameBy = (keys: VaultKeys | null): Promise<string> => webCryptoVault.nameOf(keys as VaultKeys, 'probe');
/** As after the browser was closed. */
const reopened = (): Promise<Vault> => {
  world.closeAll();
  return world.tab();
};

describe('a new vault', () => {
  test('opens by itself in its browser profile, in every tab and after a restart, and always with the same key', async () => {
    expect(kinds()).toEqual(['device']);
    const name = await nameBy(vault.keys);
    expect(await nameBy((await world.tab()).keys)).toBe(name);
    expect(await nameBy((await reopened()).keys)).toBe(name);
    expect(await nameBy((await new VaultWorld().tab()).keys)).not.toBe(name);
  });

  test('is one vault when two tabs make it at once', async () => {
    const fresh = new VaultWorld();
    const [a, b] = await Promise.all([fresh.tab(), fresh.tab()]);
    expect(await nameBy(a.keys)).toBe(await nameBy(b.keys));
    expect(a.record).toEqual(b.record);
  });

  test('shows its owner no secret', () => {
    expect(viewOf(vault, true)).toEqual({
      locked: false,
      ways: [{ id: wayOf('device').id, createdAt: world.clock.now(), kind: 'device' }],
      retryAt: null,
      idleMinutes: null,
      signsUnlocked: true,
    });
  });
});

describe('a passphrase', () => {
  test('takes the place of the browser profile: nothing opens without it', async () => {
    const name = await nameBy(vault.keys);
    expect(await add(PASSPHRASE)).toEqual(DONE);
    expect(kinds()).toEqual(['passphrase']);
    const later = await reopened();
    expect(later.keys).toBeNull();
    expect(viewOf(later, false).locked).toBe(true);
    expect(await later.unlock(OTHER)).toEqual(failed('wrong'));
    expect(await later.unlock({ kind: 'recovery', code: '' })).toEqual(failed('no-such-way'));
    expect(later.keys).toBeNull();
    expect(await later.unlock(PASSPHRASE)).toEqual(DONE);
    expect(await nameBy(later.keys)).toBe(name);
    expect(world.threads).toBe(0);
  });

  test('is the same passphrase however its letters were typed', async () => {
    await add({ kind: 'passphrase', passphrase: 'Z\u00fcrich over the lake' });
    const later = await reopened();
    expect(await later.unlock({ kind: 'passphrase', passphrase: 'Zu\u0308rich over the lake' })).toEqual(DONE);
  });

  test('is stretched as this device can, and the slot keeps how', async () => {
    world.passMs = 100;
    await add(PASSPHRASE);
    expect(wayOf('passphrase')).toMatchObject({ stretch: { memoryKib: 65_536, passes: 5, lanes: 1 } });
    world.passMs = 1;
    await (await reopened()).unlock(PASSPHRASE);
    expect(new Set(world.stretched.map(({ passes }) => passes))).toEqual(new Set([5]));
  });

  test('that is too short is refused before anything is done', async () => {
    expect(await add({ kind: 'passphrase', passphrase: 'nine char' })).toEqual(failed('too-short'));
    expect(kinds()).toEqual(['device']);
  });

  test('is changed only by who knows the one before, which then opens nothing', async () => {
    await add(PASSPHRASE);
    expect(await add(OTHER)).toEqual(failed('proof-needed'));
    expect(await add(OTHER, OTHER)).toEqual(failed('wrong'));
    expect(await add(OTHER, PASSPHRASE)).toEqual(DONE);
    expect(kinds()).toEqual(['passphrase']);
    const later = await reopened();
    expect(await later.unlock(PASSPHRASE)).toEqual(failed('wrong'));
    expect(await later.unlock(OTHER)).toEqual(DONE);
  });

  test('has salt of its own: the same one twice gives other keys', async () => {
    await add(PASSPHRASE);
    const before = wayOf('passphrase');
    await add(PASSPHRASE, PASSPHRASE);
    const after = wayOf('passphrase');
    if (before.kind !== 'passphrase' || after.kind !== 'passphrase') throw new Error('Both are passphrases.');
    expect(hex(after.salt)).not.toBe(hex(before.salt));
    expect(hex(after.wrapped)).not.toBe(hex(before.wrapped));
  });
});

describe('a passkey', () => {
  test('opens the vault beside a passphrase, and by its own output alone', async () => {
    expect(await add(PASSKEY)).toEqual(DONE);
    expect(kinds()).toEqual(['passkey']);
    expect(await add(PASSPHRASE, passkey())).toEqual(DONE);
    const later = await reopened();
    expect(viewOf(later, false).ways[0]).toEqual({
      kind: 'passkey',
      id: wayOf('passkey').id,
      createdAt: world.clock.now(),
      label: 'Laptop',
      credential: new Uint8Array([1, 2, 3]),
      input: new Uint8Array(32).fill(4),
    });
    expect(await later.unlock(passkey(new Uint8Array(32)))).toEqual(failed('wrong'));
    expect(await later.unlock({ kind: 'passkey', way: 'another', output: new Uint8Array(32) })).toEqual(
      failed('no-such-way'),
    );
    expect(await later.unlock(passkey())).toEqual(DONE);
  });

  test('may be one of several', async () => {
    await add(PASSKEY);
    expect(await add({ ...PASSKEY, label: 'Key ring' }, passkey())).toEqual(DONE);
    expect(kinds()).toEqual(['passkey', 'passkey']);
  });
});

describe('a recovery code', () => {
  test('opens the vault, is written down as people write, and gives way to a new one', async () => {
    const code = vault.newRecoveryCode();
    await add(PASSPHRASE);
    expect(await add({ kind: 'recovery', code }, PASSPHRASE)).toEqual(DONE);
    expect(kinds()).toEqual(['passphrase', 'recovery']);
    const later = await reopened();
    expect(await later.unlock({ kind: 'recovery', code: code.toLowerCase().replaceAll('-', ' ') })).toEqual(DONE);
    const next = vault.newRecoveryCode();
    expect(next).not.toBe(code);
    expect(await add({ kind: 'recovery', code: next }, { kind: 'recovery', code })).toEqual(DONE);
    expect(kinds()).toEqual(['passphrase', 'recovery']);
    expect(await (await reopened()).unlock({ kind: 'recovery', code })).toEqual(failed('wrong'));
  });

  test('does not lock by itself, and a slip of the pen is neither kept nor counted', async () => {
    const code = vault.newRecoveryCode();
    expect(await add({ kind: 'recovery', code: `${code}0` })).toEqual(failed('malformed'));
    await add({ kind: 'recovery', code });
    expect(kinds()).toEqual(['device', 'recovery']);
    expect(await vault.unlock({ kind: 'recovery', code })).toEqual(DONE);
    await add(PASSPHRASE);
    const later = await reopened();
    for (let slip = 0; slip < 9; slip++)
      expect(await later.unlock({ kind: 'recovery', code: code.slice(1) })).toEqual(failed('malformed'));
    expect(later.record.attempts.failed).toBe(0);
  });
});

describe('taking a way away', () => {
  test('needs one that locks to stay, else it is to be said that the lock goes; then the profile opens it again', async () => {
    const name = await nameBy(vault.keys);
    await add(PASSPHRASE);
    await add({ kind: 'recovery', code: vault.newRecoveryCode() }, PASSPHRASE);
    const remove = (unprotect: boolean, way = wayOf('passphrase').id) =>
      vault.change({ type: 'remove', way, unprotect }, PASSPHRASE);
    expect(await remove(true, 'unknown')).toEqual(failed('no-such-way'));
    expect(await vault.change({ type: 'remove', way: wayOf('recovery').id, unprotect: false }, null)).toEqual(
      failed('proof-needed'),
    );
    expect(await remove(false)).toEqual(failed('unprotects'));
    expect(kinds()).toEqual(['passphrase', 'recovery']);
    expect(await remove(true)).toEqual(DONE);
    expect(kinds()).toEqual(['device']);
    expect(await nameBy((await reopened()).keys)).toBe(name);
  });

  test('leaves the others as they are', async () => {
    await add(PASSPHRASE);
    await add(PASSKEY, PASSPHRASE);
    expect(await vault.change({ type: 'remove', way: wayOf('passphrase').id, unprotect: false }, PASSPHRASE)).toEqual(
      DONE,
    );
    expect(kinds()).toEqual(['passkey']);
    expect(await (await reopened()).unlock(passkey())).toEqual(DONE);
  });
});

describe('wrong attempts', () => {
  test('are counted before they are tried, over restarts, and make the next wait longer until one is right', async () => {
    await add(PASSPHRASE);
    let tab = await reopened();
    for (let attempt = 1; attempt <= 3; attempt++) {
      expect(tab.retryAt).toBeNull();
      expect(await tab.unlock(OTHER)).toEqual(failed('wrong'));
      tab = await reopened();
    }
    const wait = world.clock.now() + 1_000;
    expect(viewOf(tab, false).retryAt).toBe(wait);
    const tried = world.stretched.length;
    expect(await tab.unlock(PASSPHRASE)).toEqual({ ok: false, error: { code: 'too-soon', retryAt: wait } });
    expect(world.stretched).toHaveLength(tried);
    world.clock.jump(1_000);
    expect(await tab.unlock(OTHER)).toEqual(failed('wrong'));
    world.clock.jump(1_999);
    expect(await tab.unlock(PASSPHRASE)).toMatchObject(failed('too-soon'));
    world.clock.jump(1);
    expect(await tab.unlock(PASSPHRASE)).toEqual(DONE);
    expect(world.record?.attempts.failed).toBe(0);
  });

  test('on a disk that is full, where nothing can be counted, the right passphrase still opens', async () => {
    await add(PASSPHRASE);
    world.closeAll();
    const tab = await world.tab();
    world.full = true;
    expect(await tab.unlock(OTHER)).toEqual(failed('wrong'));
    expect(await tab.unlock(PASSPHRASE)).toMatchObject(DONE);
    expect(tab.keys).not.toBeNull();
  });

  test('count in an open vault too, where someone is asked who they are', async () => {
    await add(PASSPHRASE);
    for (let attempt = 0; attempt < 3; attempt++) expect(await add(OTHER, OTHER)).toEqual(failed('wrong'));
    expect(await add(OTHER, PASSPHRASE)).toMatchObject(failed('too-soon'));
  });

  test('that are cut off by closing the tab are counted', async () => {
    await add(PASSPHRASE);
    const parts = world.parts();
    const tab = await (
      await import('#runtime/vault/vault.ts')
    ).Vault.open(
      {
        ...parts,
        stretcher: () => ({ ...parts.stretcher(), stretch: () => Promise.reject(new Error('The tab was closed.')) }),
      },
      false,
    );
    await expect(tab.unlock(OTHER)).rejects.toThrow('The tab was closed.');
    expect(world.record?.attempts.failed).toBe(1);
  });
});

describe('several tabs', () => {
  test('a new tab gets the keys from one that has them, and not once the vault was locked since', async () => {
    await add(PASSPHRASE);
    const second = await world.tab();
    expect(await nameBy(second.keys)).toBe(await nameBy(vault.keys));
    expect((await world.tab(false)).keys).toBeNull();
    await second.lock();
    expect(second.keys).toBeNull();
    // The first has not yet heard of it, and still holds its keys.
    expect(vault.keys).not.toBeNull();
    const third = await world.tab();
    expect(third.keys).toBeNull();
    expect(await third.unlock(PASSPHRASE)).toEqual(DONE);
    expect((await world.tab()).keys).not.toBeNull();
  });

  test('a tab of another vault, or one whose record is gone, hands nothing on', async () => {
    await add(PASSPHRASE);
    const { record } = world;
    if (record === null) throw new Error('There is a record.');
    world.record = { ...record, vault: 'another' };
    expect((await world.tab()).keys).toBeNull();
    world.record = null;
    const parts = world.parts();
    expect(await parts.sharing.ask({ vault: record.vault, locks: record.locks })).toBeNull();
    await vault.refresh();
    expect(vault.record).toEqual(record);
    await vault.setIdleMinutes(5);
    expect(world.record).toEqual({ ...record, idleMinutes: 5 });
  });

  test('what one changed the others take up', async () => {
    const second = await world.tab();
    await vault.setIdleMinutes(15);
    expect(second.record.idleMinutes).toBeNull();
    await second.refresh();
    expect(second.record.idleMinutes).toBe(15);
  });
});

describe('the wraps', () => {
  test('a box opens under its own key, vault, kind and slot only: swapped ones are refused', async () => {
    await add(PASSPHRASE);
    await add(PASSKEY, PASSPHRASE);
    const { crypto } = world.parts();
    const key = await crypto.deviceKey();
    const id = 'v';
    const slot = { kind: 'passphrase', id: 'a' } as const;
    const box = await crypto.create(key, slotContext(id, slot));
    expect(await crypto.open(box, key, slotContext(id, slot))).not.toBeNull();
    for (const context of [
      slotContext('w', slot),
      slotContext(id, { ...slot, id: 'b' }),
      slotContext(id, { ...slot, kind: 'recovery' }),
      wrapContext(id, 'row/run'),
    ]) {
      expect(await crypto.open(box, key, context)).toBeNull();
      expect(await crypto.rewrap(box, { key, context }, { key, context })).toBeNull();
    }
    expect(await crypto.open(box, await crypto.deviceKey(), slotContext(id, slot))).toBeNull();
    expect(await crypto.open(box.slice(0, 20), key, slotContext(id, slot))).toBeNull();
    for (let at = 0; at < box.length; at++)
      expect(await crypto.open(box.with(at, 1 ^ (box[at] ?? 0)), key, slotContext(id, slot))).toBeNull();
  });

  test('a slot whose wrap was swapped for another’s opens nothing', async () => {
    await add(PASSPHRASE);
    await add({ kind: 'recovery', code: vault.newRecoveryCode() }, PASSPHRASE);
    const [passphrase, recovery] = [wayOf('passphrase'), wayOf('recovery')];
    world.record = {
      ...(world.record as NonNullable<VaultWorld['record']>),
      slots: [
        { ...passphrase, wrapped: recovery.wrapped },
        { ...recovery, wrapped: passphrase.wrapped },
      ],
    };
    expect(await (await reopened()).unlock(PASSPHRASE)).toEqual(failed('wrong'));
  });

  test('the context is canonical JSON of vault, purpose and version', () => {
    expect(wrapContext('ab', 'row/run')).toBe('{"purpose":"row/run","vault":"ab","version":1}');
    expect(slotContext('ab', { kind: 'device', id: 'c' })).toBe(
      '{"purpose":"vault-key/device/c","vault":"ab","version":1}',
    );
  });

  test('nothing that an open vault holds can be read out', async () => {
    const { records, names } = vault.keys as unknown as { records: CryptoKey; names: CryptoKey };
    for (const key of [records, names]) {
      expect(key.extractable).toBe(false);
      await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow();
    }
    const device = wayOf('device');
    expect(device.kind === 'device' && (device.key as unknown as CryptoKey).extractable).toBe(false);
  });
});

describe('what lies under the vault', () => {
  test('a record opens in its vault and context, and its name tells nothing to another vault', async () => {
    const sealer = (of: Vault) =>
      createVaultSealer(of.keys as VaultKeys, (context) => wrapContext(of.record.vault, context));
    const other = await new VaultWorld().tab();
    const sealed = await sealer(vault).seal(utf8('meet at the mill'), 'row/run');
    expect(await sealer(await world.tab()).open(sealed, 'row/run')).toEqual({
      ok: true,
      value: utf8('meet at the mill'),
    });
    for (const [by, context] of [
      [vault, 'row/source'],
      [other, 'row/run'],
    ] as const)
      expect(await sealer(by).open(sealed, context)).toEqual({ ok: false, error: 'wrong-key' });
    expect(await sealer(vault).nameOf('row/run')).toMatch(/^[0-9a-f]{64}$/);
    expect(await sealer(vault).nameOf('row/run')).not.toBe(await sealer(vault).nameOf('row/rum'));
    expect(await sealer(vault).nameOf('row/run')).not.toBe(await sealer(other).nameOf('row/run'));
  });

  test('a signing key signs only under its vault, cannot be read out, and its public half needs no vault', async () => {
    const made = await createSigningKeys(vault.keys as VaultKeys, 'signing');
    if (!made.ok) throw new Error(made.error);
    expect(made.value.publicKey).toHaveLength(32);
    const signer = await openSigner(made.value, vault.keys as VaultKeys, 'signing');
    const signature = await signer?.sign(utf8('a head'));
    expect(verifyEd25519(made.value.publicKey, utf8('a head'), signature as Uint8Array)).toBe(true);
    const other = await new VaultWorld().tab();
    expect(await openSigner(made.value, other.keys as VaultKeys, 'signing')).toBeNull();
    expect(await openSigner(made.value, vault.keys as VaultKeys, 'another')).toBeNull();
    expect(
      await openSigner({ ...made.value, wrapped: new Uint8Array(5) }, vault.keys as VaultKeys, 'signing'),
    ).toBeNull();
  });
});
