import type { CommandId, UnixMs } from '#core/base/ids.ts';
import type { AgentId } from '#core/identity/did-key.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import { verifyEd25519 } from '#adapters/noble/ed25519.ts';
import { nobleIdentityKeys } from '#adapters/noble/identity-keys.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { linesOf } from '#adapters/platform/lines-of.ts';
import { platformClock } from '#adapters/platform/clock.ts';
import { webCryptoEntropy } from '#adapters/webcrypto/entropy.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { ChangingSigner, Sealer } from '#ports/crypto.ts';
import type { KeyHolder } from '#ports/key-holder.ts';
import type { Tab } from '#runtime/agent/tab.ts';
import type { RestoreParts } from '#runtime/backup/restore.ts';
import { beginIdentity } from '#runtime/identity/begin-identity.ts';
import { CosignersDesk } from '#runtime/identity/cosigners-desk.ts';
import { heldSecrets, secretNames } from '#runtime/identity/held-secrets.ts';
import { IdentityBook } from '#runtime/identity/identity-book.ts';
import { IdentityDesk } from '#runtime/identity/identity-desk.ts';
import { RootDesk } from '#runtime/identity/root-desk.ts';
import { keepSecretsOf, secretsForBackup, type BackedUpSecrets } from '#runtime/identity/secret-backup.ts';
import type { StoredIdentity } from '#runtime/identity/identity-facts.ts';
import { changeKey, settleKeys } from '#runtime/identity/settle-keys.ts';
import { VouchingDesk } from '#runtime/identity/vouching-desk.ts';
import { VouchingKey } from '#runtime/identity/vouching-key.ts';
import { ProviderKeys } from '#runtime/models/provider-keys.ts';
import { NetworkWitness } from '#runtime/proofs/network-witness.ts';
import type { ChannelDesk } from '#runtime/channels/channel-desk.ts';
import { ProofDesk } from '#runtime/proofs/proof-desk.ts';

export interface DeskParts {
  readonly tab: Tab;
  readonly store: AgentStore;
  readonly sealer: Sealer;
  readonly signer: ChangingSigner;
  readonly agent: AgentId;
  /** Where its secrets lie, sealed. */
  readonly keys: KeyHolder;
  /** The gate to the outside; loaded when something is to leave. */
  readonly channels: () => Promise<ChannelDesk>;
}

/** Where the owner and others ask who the agent is, and for proofs of what it did. */
export interface Desks {
  readonly identity: IdentityDesk;
  readonly root: RootDesk;
  readonly cosigners: CosignersDesk;
  readonly vouching: VouchingDesk;
  readonly proofs: ProofDesk;
  readonly witnesses: NetworkWitness;
  readonly beginIdentity: (at: UnixMs) => ReturnType<typeof beginIdentity>;
  readonly changeKey: ReturnType<typeof changeKey>;
  readonly settleKeys: (identity: StoredIdentity, size: number) => ReturnType<typeof settleKeys>;
  readonly secrets: () => Promise<BackedUpSecrets>;
  readonly keepSecrets: RestoreParts['keepSecrets'];
}

export function openDesks({ tab, store, sealer, signer, agent, keys, channels }: DeskParts): Desks {
  const parts = {
    sha256,
    entropy: webCryptoEntropy,
    sealer,
    signer,
    secrets: heldSecrets(keys),
    keys: nobleIdentityKeys(webCryptoEntropy),
  };
  const tools = async () => ({ sha256, verifyEd25519, ...(await import('#adapters/noble/ml-dsa.ts')) });
  const command: ConstructorParameters<typeof IdentityBook>[0]['command'] = (body) =>
    tab.command({ ...body, id: crypto.randomUUID() as CommandId });
  const book = new IdentityBook({ ...parts, clock: platformClock, store, tools, command });
  const providers = new ProviderKeys(parts);
  const root = new RootDesk(book, () => signer.refresh());
  const vouchingKey = new VouchingKey(book);
  const owner = async (): Promise<OwnerSettings | null> =>
    ((await store.row('settings', 'owner'))?.value ?? null) as OwnerSettings | null;
  const proofs = new ProofDesk({
    agent,
    reading: tab.reading,
    store,
    clock: platformClock,
    // The records of the identity, and those of other agents, may be signed with ML-DSA-65 too.
    tools: async () => ({
      ...(await tools()),
      lines: linesOf,
      unzip: (await import('#adapters/zip/read-zip.ts')).readZip,
      formatTime: (time) => new Date(time).toISOString(),
    }),
    vouching: vouchingKey,
    zip: async (members) => (await import('#adapters/zip/write-zip.ts')).writeZipOf(members),
    command: (body) => tab.command({ ...body, id: crypto.randomUUID() as CommandId }),
  });
  return {
    identity: new IdentityDesk(book, owner),
    root,
    cosigners: new CosignersDesk(book, root),
    vouching: new VouchingDesk(book, vouchingKey),
    proofs,
    witnesses: new NetworkWitness({
      ...{ proofs, channels, store },
      clock: platformClock,
      entropy: webCryptoEntropy,
      command: (body) => tab.command({ ...body, id: crypto.randomUUID() as CommandId }),
    }),
    beginIdentity: (at) => beginIdentity(parts, at),
    changeKey: changeKey(book, signer),
    settleKeys: (identity, size) => settleKeys(book, signer, identity, size),
    secrets: async () => ({
      ...(await secretsForBackup(book)),
      providers: await providers.asText(await secretNames(keys)),
    }),
    keepSecrets: async (secrets, restored) => {
      await keepSecretsOf(book, secrets, restored);
      if (secrets.providers != null) await providers.keepText(secrets.providers);
    },
  };
}
