import type { CommandId, Epoch, Sequence } from '#core/base/ids.ts';
import { canonicalJson } from '#core/base/json.ts';
import type { Result } from '#core/base/result.ts';
import { nobleIdentityKeys } from '#adapters/noble/identity-keys.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import type { JournalHead, ProjectionRow } from '#ports/agent-store.ts';
import type { Sealed } from '#ports/crypto.ts';
import type { Fact } from '#runtime/agent/facts.ts';
import { obey } from '#runtime/agent/obey.ts';
import { EMPTY_STATE, project, type AgentState } from '#runtime/agent/projection.ts';
import { defaultSettings } from '#runtime/agent/read-views.ts';
import type { CommandOutcome } from '#runtime/contract/commands.ts';
import { beginIdentity } from '#runtime/identity/begin-identity.ts';
import { CosignersDesk } from '#runtime/identity/cosigners-desk.ts';
import { IdentityBook } from '#runtime/identity/identity-book.ts';
import { IdentityDesk } from '#runtime/identity/identity-desk.ts';
import type { IdentityCommand } from '#runtime/identity/identity-facts.ts';
import { RootDesk } from '#runtime/identity/root-desk.ts';
import { VouchingDesk } from '#runtime/identity/vouching-desk.ts';
import { VouchingKey } from '#runtime/identity/vouching-key.ts';
import { fakeClock } from './fake-clock.ts';
import { tools } from './identities.ts';
import { memorySecretStore } from './memory-secret-store.ts';
import { plainSealer } from './plain-sealer.ts';
import { seededEntropy } from './seeded-entropy.ts';
import { seededSigner } from './seeded-signer.ts';

export const OWNER: OwnerSettings = {
  ...defaultSettings('Europe/Paris', 'en-GB'),
  names: ['Mara Lindqvist', 'M. Lindqvist'],
  addresses: ['mara@example.org'],
};

/** A journal and its projections: orders are obeyed, and facts folded, as the leader does it. */
export class Shelf {
  readonly clock = fakeClock();
  readonly facts: Fact[] = [];
  readonly rows = new Map<string, ProjectionRow>();
  state: AgentState = EMPTY_STATE;
  owner: OwnerSettings | null;
  /** What the store says of the journal's length. */
  size = 0;

  constructor(owner: OwnerSettings | null) {
    this.owner = owner;
  }

  commit(fact: Fact): void {
    const projected = project(this.state, JSON.parse(canonicalJson(fact)) as Fact, this.facts.length as Sequence);
    this.facts.push(fact);
    this.state = projected.state;
    for (const row of projected.rows) this.rows.set(`${row.kind}/${row.id}`, row);
  }

  command(body: IdentityCommand): Promise<CommandOutcome> {
    const command = { ...body, id: `order-${String(this.facts.length)}` as CommandId };
    const obeyed = obey(this.state, command, this.clock.now(), 'UTC', sha256);
    if (!obeyed.ok) return Promise.resolve(obeyed.error);
    for (const fact of obeyed.value) this.commit(fact);
    return Promise.resolve({ ok: true, sequence: this.facts.length - 1 });
  }
}

/** A device: keys and sealed secrets of its own. */
export function deviceOf(seed: number) {
  const entropy = seededEntropy(seed);
  const kept = new Map<string, Sealed>();
  const sealer = plainSealer(`device ${String(seed)}`);
  const signer = seededSigner(seed);
  return { kept, sha256, entropy, sealer, signer, secrets: memorySecretStore(kept), keys: nobleIdentityKeys(entropy) };
}

/** What a page of this device can do with the identity in this journal. */
export function deskOf(device: ReturnType<typeof deviceOf>, shelf: Shelf) {
  const book = new IdentityBook({
    ...device,
    clock: shelf.clock,
    tools: () => Promise.resolve(tools),
    store: {
      row: (kind: string, id: string) => Promise.resolve(shelf.rows.get(`${kind}/${id}`) ?? null),
      head: () => Promise.resolve({ ...HEAD, size: shelf.size }),
    },
    command: (body) =>
      body.type === 'change-key'
        ? Promise.resolve({ ok: false, code: 'no-leader', message: 'No tab leads.' })
        : shelf.command(body),
  });
  const root = new RootDesk(book);
  const key = new VouchingKey(book);
  return {
    book,
    desk: new IdentityDesk(book, () => Promise.resolve(shelf.owner)),
    root,
    cosigners: new CosignersDesk(book, root),
    vouchingKey: key,
    vouching: new VouchingDesk(book, key),
  };
}

const HEAD: JournalHead = { epoch: 1 as Epoch, size: 0, root: '', frontier: [], checkpoint: '' };

/** An agent that has begun. */
export async function agentOf(seed: number, owner: OwnerSettings | null = OWNER) {
  const [device, shelf] = [deviceOf(seed), new Shelf(owner)];
  const at = shelf.clock.now();
  shelf.commit({ type: 'agent.created', at, agent: 'did:key:z6Mk' });
  shelf.commit({ type: 'agent.genesis', at, records: await beginIdentity(device, at) });
  return { device, shelf, kept: device.kept, ...deskOf(device, shelf) };
}

export function value<T>(result: Result<T, string>): T {
  if (!result.ok) throw new Error(result.error);
  return result.value;
}
