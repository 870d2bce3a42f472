import type { VaultView, WayView } from '../contract/vault-api.ts';
import type { Slot } from '#ports/vault.ts';
import type { Vault } from './vault.ts';

/** The vault as its owner sees it: nothing that is wrapped, and no salt. */
export function viewOf(vault: Vault, signsUnlocked: boolean): VaultView {
  const { slots, idleMinutes } = vault.record;
  return { locked: vault.keys === null, ways: slots.map(wayOf), retryAt: vault.retryAt, idleMinutes, signsUnlocked };
}

export function wayOf(slot: Slot): WayView {
  const { id, createdAt } = slot;
  if (slot.kind !== 'passkey') return { id, createdAt, kind: slot.kind };
  return { id, createdAt, kind: 'passkey', label: slot.label, credential: slot.credential, input: slot.input };
}
