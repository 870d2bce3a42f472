import type { Sequence } from '#core/base/ids.ts';
import { ok } from '#core/base/result.ts';
import { ROW_KINDS } from '#runtime/agent/projection.ts';
import type { Command } from '#runtime/contract/commands.ts';
import type { ActorStore } from '#ports/actor-store.ts';
import type { AgentStore, ProjectionRow } from '#ports/agent-store.ts';
import type { BlobFiles } from '#ports/blob-files.ts';
import type { BlobStore } from '#ports/blob-store.ts';
import type { ChangingSigner, Sealer } from '#ports/crypto.ts';
import type { BackupFolder } from '#ports/backup-folder.ts';
import type { KeySharing, VaultCrypto } from '#ports/vault.ts';
import type { VaultNews } from '#adapters/window/vault-channel.ts';
import type { FileTarget } from '#ports/file-target.ts';
import type { HeadPinStore, JournalLeg } from '#ports/journal-leg.ts';
import type { RuleEngine } from '#ports/rules.ts';
import { rulesDigest, type RuleSet } from '#core/policy/rule-set.ts';
import { SCOPE_VERSION } from '#core/policy/rule-scope.ts';
import { decodeSealed } from '#runtime/blobs/sealed-bytes.ts';
import { utf8 } from '#core/base/bytes.ts';
import type { Tool } from '#runtime/tools/tool.ts';
import { sha256 } from './crypto.ts';

/** What a tab runs on; a mutation spoils one of these, to prove that the simulation notices. */
export interface Mutated {
  readonly store: (store: AgentStore) => AgentStore;
  readonly leg: (leg: JournalLeg) => JournalLeg;
  readonly files: (files: FileTarget) => FileTarget;
  readonly pin: (pin: HeadPinStore) => HeadPinStore;
  readonly sealer: (sealer: Sealer) => Sealer;
  readonly blobs: (blobs: BlobStore, files: BlobFiles, sealer: Sealer) => BlobStore;
  readonly signer: (signer: ChangingSigner) => ChangingSigner;
  readonly sharing: (sharing: KeySharing) => KeySharing;
  readonly actors: (store: ActorStore) => ActorStore;
  readonly backups: (folder: BackupFolder) => BackupFolder;
  readonly vaultCrypto: (crypto: VaultCrypto) => VaultCrypto;
  readonly rules: (engine: RuleEngine) => RuleEngine;
  readonly tool: (tool: Tool) => Tool;
  /** Whether a window hears what another says of the vault. */
  readonly hears: (news: VaultNews) => boolean;
}

export const UNCHANGED: Mutated = {
  store: (store) => store,
  leg: (leg) => leg,
  files: (files) => files,
  pin: (pin) => pin,
  sealer: (sealer) => sealer,
  blobs: (blobs) => blobs,
  signer: (signer) => signer,
  sharing: (sharing) => sharing,
  actors: (store) => store,
  backups: (folder) => folder,
  vaultCrypto: (crypto) => crypto,
  rules: (engine) => engine,
  tool: (tool) => tool,
  hears: () => true,
};

/** Each breaks one promise that the product or a part under it keeps. */
export const MUTATIONS: Readonly<Record<string, Partial<Mutated>>> = {
  'acknowledge before the flush': {
    leg: (leg) => ({
      ...leg,
      append: (groups, readable) => {
        void leg.append(groups, readable);
        return Promise.resolve(ok(undefined));
      },
    }),
  },
  'skip the fence': {
    store: (store) => {
      let mine: Awaited<ReturnType<AgentStore['raiseEpoch']>> | null = null;
      return {
        ...store,
        raiseEpoch: async (above) => (mine = await store.raiseEpoch(above)),
        epoch: async () => mine ?? (await store.epoch()),
      };
    },
    leg: (leg) => ({
      ...leg,
      fencing: () => true,
      append: async (groups, readable) => {
        const written = await leg.append(groups, readable);
        return !written.ok && written.error.code === 'fenced' ? ok(undefined) : written;
      },
    }),
  },
  'drop the done marker': {
    store: (store) => ({ ...store, apply: (epoch, batch) => store.apply(epoch, { ...batch, done: [] }) }),
  },
  'lose a row': {
    store: (store) => ({
      ...store,
      apply: (epoch, batch) =>
        store.apply(epoch, {
          ...batch,
          rows: batch.rows.filter((row) => row.kind !== 'run' || row.sequence % 7 !== 0),
        }),
    }),
  },
  'say that rows are applied, and keep none': {
    store: (store) => ({
      ...store,
      apply: (epoch, batch) => store.apply(epoch, { ...batch, rows: batch.applied % 5 === 0 ? [] : batch.rows }),
    }),
  },
  'forget the pins': {
    pin: (pin) => ({ ...pin, get: () => Promise.resolve(null) }),
  },
  'keep no record keys': {
    store: (store) => ({ ...store, keepKeys: () => Promise.resolve(ok(undefined)) }),
  },
  'hide the last group of a copy': {
    leg: (leg) => ({
      ...leg,
      read: async (from, count) => {
        const read = await leg.read(from, count);
        return { ...read, groups: read.groups.slice(0, -1) };
      },
    }),
  },
  'save every file twice': {
    files: (files) => ({
      ...files,
      save: async (permit, request, content) => {
        await files.save(permit, request, content);
        return files.save({ ...permit, nonce: `${permit.nonce}-again` }, request, content);
      },
    }),
  },
  'ask to save again without reading back': {
    files: (files) => ({ ...files, written: () => Promise.resolve(null) }),
  },
  'sweep away what is just being written': {
    blobs: (blobs, files, sealer) => ({
      ...blobs,
      sweep: async (keep) => {
        const manifests = (await files.list()).filter((file) => file.endsWith('.blob'));
        for (const file of manifests) if (!(await opens(files, sealer, file))) await files.remove(file);
        return blobs.sweep(keep);
      },
    }),
  },
  'leave a message in the mailbox that was answered': {
    actors: (store) => ({
      ...store,
      commit: (actor, epoch, commit) =>
        store.commit(actor, epoch, { ...commit, taken: commit.taken && commit.entry.sequence !== 2 }),
    }),
  },
  'throw away what an agent sends': {
    actors: (store) => ({
      ...store,
      commit: (actor, epoch, commit) => store.commit(actor, epoch, { ...commit, outbox: [] }),
    }),
  },
  'lock in one tab only': { hears: (news) => news !== 'locked' },
  'sign on with the key that gave way': {
    signer: (signer) => {
      const { sign } = signer;
      return {
        ...signer,
        get publicKey() {
          return signer.publicKey;
        },
        get past() {
          return signer.past;
        },
        sign,
      };
    },
  },
  'bring files in for every purpose': {
    store: (store) => ({
      ...store,
      enqueue: (command) => {
        const order = command.command as Command;
        if (order.type !== 'add-source') return store.enqueue(command);
        const purposes = { inference: true, training: true, sharing: true };
        return store.enqueue({ ...command, command: { ...order, source: { ...order.source, purposes } } });
      },
    }),
  },
  'hear yes where the owner says no': {
    store: (store) => ({
      ...store,
      enqueue: (command) => {
        const order = command.command as Command;
        if (order.type !== 'change-purposes') return store.enqueue(command);
        return store.enqueue({ ...command, command: { ...order, purposes: { inference: true, training: true } } });
      },
    }),
  },
  'take up a state that knows of no file that is forbidden': {
    store: (store) => ({
      ...store,
      snapshot: async () => {
        const [snapshot, head, applied] = [await store.snapshot(), await store.head(), await store.applied()];
        if (snapshot === null || head === null || applied !== head.size - 1) return snapshot;
        const allowed = (await Promise.all(ROW_KINDS.map(async (kind) => (await store.rows(kind)).map(allow)))).flat();
        const value = { ...(snapshot.value as object), checkpoint: head.checkpoint, rows: allowed };
        return { sequence: applied as Sequence, value };
      },
      // The rows say the same: else they would be made anew.
      rows: async (kind) => (await store.rows(kind)).map(allow),
    }),
  },
  'hear no rule that forbids': {
    rules: (engine) => ({ ...engine, judge: () => Promise.resolve([]) }),
  },
  'adopt the rules that the app came with, whatever the owner wrote': {
    store: (store) => ({
      ...store,
      enqueue: (command) => {
        const order = command.command as Command;
        if (order.type !== 'adopt-rules') return store.enqueue(command);
        const digest = rulesDigest(NO_RULES, sha256);
        return store.enqueue({ ...command, command: { ...order, set: NO_RULES, digest } });
      },
    }),
  },
  'take up a state that knows of no rules': {
    store: (store) => ({
      ...store,
      snapshot: async () => {
        const [snapshot, head, applied] = [await store.snapshot(), await store.head(), await store.applied()];
        if (snapshot === null || head === null || applied !== head.size - 1) return snapshot;
        const rows = (await Promise.all(ROW_KINDS.map((kind) => store.rows(kind)))).flat();
        const without = rows.filter(({ kind }) => kind !== 'rules');
        const value = { ...(snapshot.value as object), checkpoint: head.checkpoint, rows: without };
        return { sequence: applied as Sequence, value };
      },
      // The rows say the same: else they would be made anew.
      rows: async (kind) => (kind === 'rules' ? [] : store.rows(kind)),
    }),
  },
  'say nothing of a model that was of no use': {
    tool: (tool) => {
      if (tool.definition.name !== 'answer-with-model') return tool;
      return {
        ...tool,
        run: async (args, context) => {
          const done = await tool.run(args, context);
          return done.ok ? ok({ ...(done.value as object), notes: [] }) : done;
        },
      };
    },
  },
  'read other words in a file than its owner brought in': {
    blobs: (blobs) => ({
      ...blobs,
      read: async (id, start, end) => {
        const read = await blobs.read(id, start, end);
        return read.ok ? ok(utf8(withLies(new TextDecoder().decode(read.value)))) : read;
      },
      items: async function* (id) {
        for await (const items of blobs.items(id)) yield JSON.parse(withLies(JSON.stringify(items))) as unknown[];
      },
    }),
  },
  'open the vault whatever passphrase is typed': {
    vaultCrypto: (crypto) => ({
      ...crypto,
      slotKey: (_secret, salt, context) => crypto.slotKey(new Uint8Array(), salt, context),
    }),
  },
  'lose what a backup is made of once its list is written': {
    backups: (folder) => ({
      ...folder,
      write: async (name, bytes) => {
        await folder.write(name, bytes);
        if (!name.endsWith('.index.json')) return;
        for (const file of await folder.list()) if (/-\d+\.age$/.test(file.name)) await folder.remove(file.name);
      },
    }),
  },
  'erase everything but the second copy': {
    leg: (leg) => (leg.name === 'indexeddb' ? { ...leg, erase: () => Promise.resolve() } : leg),
  },
  'erase everything but the files': {
    blobs: (blobs) => ({ ...blobs, erase: () => Promise.resolve() }),
  },
  'erase everything but the rows': {
    store: (store) => ({ ...store, erase: () => Promise.resolve() }),
  },
  'seal nothing': {
    sealer: (sealer) => ({
      ...sealer,
      seal: (plain, context) =>
        context.startsWith('journal/keys/')
          ? sealer.seal(plain, context)
          : Promise.resolve({ ciphertext: plain.slice(), wrappedKey: new Uint8Array(60) }),
      open: (sealed, context) =>
        context.startsWith('journal/keys/')
          ? sealer.open(sealed, context)
          : Promise.resolve(ok(sealed.ciphertext.slice())),
    }),
  },
};

/** Of the same length. */
function withLies(text: string): string {
  return text.replaceAll('48,000', '99,000');
}

const NO_RULES: RuleSet = { packs: [], scopes: SCOPE_VERSION };

async function opens(files: BlobFiles, sealer: Sealer, file: string): Promise<boolean> {
  const bytes = await files.read(file, 0, (await files.size(file)) ?? 0);
  const sealed = bytes.ok ? decodeSealed(bytes.value) : null;
  return sealed !== null && (await sealer.open(sealed, `blob/${file.replace(/\.blob$/, '')}`)).ok;
}

/** A file's row as if it had never been forbidden to read it. */
function allow(row: ProjectionRow): ProjectionRow {
  return row.kind === 'source' ? { ...row, value: { ...(row.value as object), purposes: { inference: true } } } : row;
}
