import { memoryBytes } from '#adapters/files/file-bytes.ts';
import { ownFileLoader } from '#adapters/http/own-files.ts';
import { callbackPinStore } from '#adapters/keyval/callback-pin-store.ts';
import { opfsBlobFiles } from '#adapters/opfs/blob-files.ts';
import { opfsPinStore } from '#adapters/opfs/head-pin-store.ts';
import { opfsJournalLeg } from '#adapters/opfs/journal-leg.ts';
import { windowFileTarget } from '#adapters/platform/save-file.ts';
import type { KnownKeys } from '#core/audit/signing-keys.ts';
import { hex } from '#core/base/bytes.ts';
import type { CommandId, Epoch, Ms, SourceId, UnixMs } from '#core/base/ids.ts';
import type { Source } from '#core/items/source.ts';
import { defaultSettings } from '#runtime/agent/read-views.ts';
import { AgentsDesk } from '#runtime/actors/agents-desk.ts';
import { BackupKeeper } from '#runtime/backup/keeper.ts';
import { forgetRuns } from '#runtime/actors/forget-runs.ts';
import { Tab } from '#runtime/agent/tab.ts';
import { TabExports } from '#runtime/agent/tab-exports.ts';
import { TabFiles, type Importer } from '#runtime/agent/tab-files.ts';
import type { AgentPorts } from '#runtime/agent/ports.ts';
import { sourceGate } from '#runtime/blobs/source-gate.ts';
import { sealedBlobStore } from '#runtime/blobs/sealed-blob-store.ts';
import type { Command, CommandOutcome } from '#runtime/contract/commands.ts';
import type { Overview } from '#runtime/contract/views.ts';
import { importFiles } from '#runtime/import/importer.ts';
import { beginIdentity } from '#runtime/identity/begin-identity.ts';
import { IdentityBook } from '#runtime/identity/identity-book.ts';
import { journalKeys, namesLast } from '#runtime/identity/journal-keys.ts';
import { NO_SECRETS } from '#runtime/identity/secret-backup.ts';
import { changeKey, settleKeys } from '#runtime/identity/settle-keys.ts';
import type { LiveContent } from '#runtime/backup/parts.ts';
import type { PolicyDesk } from '#runtime/policy/policy-desk.ts';
import { nameOf } from '#runtime/journal/copies.ts';
import { shareLeadership } from '#runtime/leader.ts';
import { Vault } from '#runtime/vault/vault.ts';
import { Ballast, ballastedLeg, ballastedStore } from '#runtime/journal/ballast.ts';
import type { ActorStore } from '#ports/actor-store.ts';
import type { AgentStore, JournalHead } from '#ports/agent-store.ts';
import type { BlobFiles } from '#ports/blob-files.ts';
import type { BlobStore } from '#ports/blob-store.ts';
import type { Clock } from '#ports/clock.ts';
import type { Entropy, Sealer } from '#ports/crypto.ts';
import type { FileTarget } from '#ports/file-target.ts';
import type { HeadPinStore, JournalLeg } from '#ports/journal-leg.ts';
import type { RuleEngine } from '#ports/rules.ts';
import type { WindowApi } from '#ports/window-api.ts';
import { fastEntropy, fastSealer, incrementalSha256, sha256 } from './crypto.ts';
import { simBackupMemory, simBackupTools } from './sim-backup.ts';
import { simPolicyDesk, simRuleEngine } from './sim-rules.ts';
import { simEngines } from './sim-models.ts';
import { eraseKeys, signingKit, simSecrets, simSigner } from './sim-keys.ts';
import { deviceOf, vaultParts } from './vault-parts.ts';
import type { Page } from './page.ts';
import { idbBlobFiles } from './idb-blobs.ts';
import { idbActorStore } from './sim-agents.ts';
import { idbLeg } from './idb-leg.ts';
import { idbAgentStore, idbPin } from './idb-store.ts';
import type { Save } from './history.ts';
import { asError, MS, newProcess, type Process } from './scheduler.ts';
import { parserFor } from './vault.ts';
import type { World } from './world.ts';

const BASE_MS = 1_763_700_000_000;
/** As in workers/agent.worker.ts. */
const AGENTS_BEGIN_MS = 1_500 as Ms;
/** As much in the simulation's small world as the product's is in a browser: a few of the largest writes. */
const BALLAST_BYTES = 64 * 1024;

/** What a worker is made of once the vault is open. */
interface Composed {
  readonly tab: Tab;
  readonly files: TabFiles;
  readonly out: TabExports;
  /** The owner's agents, in lives that have any. */
  readonly agents: AgentsDesk | null;
  /** In lives whose owner keeps a backup. */
  readonly backup: BackupKeeper | null;
  /** Where the owner changes rules. */
  readonly policy: PolicyDesk;
}

/** The worker of a page with the product's runtime in it, and what the owner sees of it there. */
export class SimTab {
  readonly name: string;
  readonly page: Page;
  readonly worker: Process;
  started = false;
  /** When its runtime was put together, ms. */
  openedAt = 0;
  /** What the owner sees. */
  overview: Overview | null = null;
  /** The highest epoch under which this tab's journal was acknowledged or opened. */
  epoch = 0;
  readonly helpers: Process[] = [];
  readonly #world: World;
  readonly #entropy: Entropy;
  readonly #clock: Clock;
  #vault: Promise<Vault> | null = null;
  #composed: Composed | null = null;
  /** The save that the runtime has begun last. */
  #saving: Save | null = null;
  #ruleEngine: RuleEngine | null = null;

  constructor(world: World, page: Page) {
    this.#world = world;
    this.page = page;
    this.name = page.name;
    this.worker = newProcess(`${this.name}.worker${page.workers.length === 0 ? '' : String(page.workers.length)}`);
    this.#entropy = fastEntropy(world.scenario.seed * 1_000 + world.workers++);
    this.#clock = world.clockOf(this.worker);
    page.workers.push(this);
  }

  get alive(): boolean {
    return this.worker.alive;
  }

  get open(): boolean {
    return this.alive && this.#composed !== null;
  }

  get tab(): Tab {
    return this.#parts.tab;
  }

  get agents(): AgentsDesk | null {
    return this.#parts.agents;
  }

  get backup(): BackupKeeper | null {
    return this.#parts.backup;
  }

  get policy(): PolicyDesk {
    return this.#parts.policy;
  }

  get out(): TabExports {
    return this.#parts.out;
  }

  get files(): TabFiles {
    return this.#parts.files;
  }

  get #parts(): Composed {
    if (this.#composed === null) throw new Error(`${this.name} is not open.`);
    return this.#composed;
  }

  /** The product's vault in this worker. @param ask whether another tab may hand on the keys that it has */
  vault(ask: boolean): Promise<Vault> {
    const parts = { entropy: this.#entropy, clock: this.#clock };
    return (this.#vault ??= Vault.open(vaultParts(this.#world, this.worker, parts), ask));
  }

  /** A call from the page into this worker and back. */
  asked<T>(label: string, work: () => Promise<T>): Promise<T> {
    const { scheduler } = this.#world;
    return new Promise((resolve, reject) => {
      scheduler.after(this.#latency(), this.worker, label, () => {
        const answer = (say: () => void): void =>
          void scheduler.after(this.#latency(), this.page.window, `${label} answer`, say);
        work().then(
          (result) => answer(() => resolve(result)),
          (error: unknown) => answer(() => reject(asError(error))),
        );
      });
    });
  }

  startWithVault(): void {
    this.started = true;
    this.#world.scheduler.after(this.#latency(), this.worker, 'open', () => {
      void this.vault(true).then(({ keys }) => {
        if (keys === null) return;
        this.compose(deviceOf(keys));
        this.start();
      });
    });
  }

  /** Puts the product's runtime together over the simulated disks. */
  compose(device: number): void {
    const world = this.#world;
    const { scenario, scheduler } = world;
    const entropy = this.#entropy;
    const clock = this.#clock;
    const sealer = world.mutated.sealer(this.#sealer(fastSealer(device, entropy)));
    const kit = signingKit(scenario.signed);
    const signer = world.mutated.signer(simSigner(world.idb, this.worker, kit));
    const blobFiles = (directory: string, table: string): BlobFiles =>
      scenario.opfs ? opfsBlobFiles(directory) : idbBlobFiles(world.idb, this.worker, table);
    const ballast = new Ballast(blobFiles('ballast', 'ballast'), clock, BALLAST_BYTES);
    const kept = world.mutated.store(idbAgentStore(world.idb, this.worker));
    // Outside of what asks the store a second time once the reserve is given up: only what the leader says counts.
    const store = this.#watchedStore(ballastedStore(kept, ballast));
    const api = this.#windowApi();
    const target = windowFileTarget(api, sha256);
    const actors = world.mutated.actors(idbActorStore(world.idb, this.worker));
    const ports: AgentPorts = {
      clock,
      entropy,
      sha256,
      store,
      blobs: sourceGate(blobsOf(world, { files: blobFiles('vault-blobs', 'blobs'), sealer, entropy, clock })),
      files: this.#watched(world.mutated.files(target)),
      language: async () => {
        await scheduler.wait(5 * MS, this.worker, 'language');
        return world.language;
      },
      ...(scenario.models === undefined
        ? {}
        : { engineFor: simEngines(world, this.worker, (thread) => this.helpers.push(thread)) }),
      rules: async () => {
        await scheduler.wait(5 * MS, this.worker, 'rules');
        return this.#rules();
      },
    };
    const pins: HeadPinStore[] = [
      idbPin(world.idb, this.worker),
      callbackPinStore(
        () => api.pins.get(''),
        (value) => api.pins.set('', value),
        () => api.pins.erase(''),
      ),
    ];
    const second = this.#leg(idbLeg(world.idb, this.worker));
    // A life is short: every log that an earlier leader left is packed.
    const legs = scenario.opfs ? [this.#leg(opfsJournalLeg('journal', 1)), second] : [second];
    const keys = (): Promise<KnownKeys> => journalKeys(store, signer);
    const agent = nameOf({ signer }, checkpointIn(world));
    const ring = {
      ...{ sha256, entropy, sealer, signer },
      ...{ secrets: simSecrets(world.idb, this.worker), keys: kit.identityKeys(entropy) },
    };
    const book = new IdentityBook({
      ...{ ...ring, clock, store },
      tools: () => Promise.resolve(kit.tools),
      command: (body) => tab.command({ ...body, id: hex(entropy.bytes(16)) as CommandId }),
    });
    const defaults = defaultSettings('Europe/Berlin', 'en-GB');
    const tab: Tab = new Tab({
      ports,
      journal: {
        clock,
        entropy,
        signer,
        keys,
        sealer,
        tools: kit.tools,
        store,
        legs: legs.map((leg) => ballastedLeg(leg, ballast)),
        full: () => ballast.spent,
        pins: (scenario.opfs ? [...pins, opfsPinStore()] : pins).map(world.mutated.pin),
      },
      agent,
      beginIdentity: (at) => beginIdentity(ring, at),
      keys: {
        change: changeKey(book, signer),
        settle: (identity, size) =>
          namesLast(identity, signer.publicKey) ? Promise.resolve([]) : settleKeys(book, signer, identity, size),
        refresh: () => signer.refresh(),
      },
      forgetRuns: (runs) => forgetRuns({ store: actors, clock, broadcast: world.actorNews.join(this.worker) }, runs),
      messages: world.messages.join(this.worker),
      compete: (lead, follow, failed) =>
        shareLeadership({
          name: 'agent:main',
          lock: world.locks.of(this.worker),
          broadcast: world.heartbeats.join(this.worker),
          clock,
          store,
          visible: () => api.visible(),
          lead,
          heard: follow,
          failed,
        }),
      defaults,
      fixedNow: null,
      missing: [],
    });
    const files = new TabFiles({
      ...{ tab, ports, defaults },
      importer: this.#importer(sealer),
      ownFile: ownFileLoader(clock),
      decode: (bytes) => new TextDecoder().decode(bytes),
      eraseRest: async () => {
        await actors.erase();
        if (scenario.backup) await simBackupMemory(world, this.worker).erase();
        await ballast.erase();
        await eraseKeys(world.idb, this.worker);
      },
    });
    const out = new TabExports({
      ...{ tab, ports, agent, defaults },
      zip: () => Promise.resolve(new Uint8Array()),
      places: () => Promise.resolve([]),
      formatTime: String,
      vault: () => Promise.resolve([]),
    });
    const blobs = scenario.backup
      ? blobsOf(world, { files: blobFiles('vault-blobs', 'blobs'), sealer, entropy, clock })
      : null;
    this.openedAt = scheduler.now / MS;
    this.#composed = {
      ...{ tab, files, out },
      policy: simPolicyDesk(world, {
        ...{ store, clock, entropy, zone: defaults.zone, rules: ports.rules },
        command: (command) => this.order(command),
      }),
      agents: scenario.agents ? this.#agents(actors, tab, store) : null,
      backup:
        blobs &&
        this.#backup(tab, { journal: tab.reading, blobs, store, secrets: () => Promise.resolve(NO_SECRETS) }, sealer),
    };
  }

  /** An order of the owner's, with what becomes of it. */
  async order(command: Command): Promise<CommandOutcome> {
    const { history } = this.#world;
    const record = history.asked(command, this.name);
    const outcome = await this.tab.command(command);
    this.#world.scheduler.note(`${command.id} ${command.type} ${JSON.stringify(outcome)}`);
    history.answered(record, outcome);
    return outcome;
  }

  /** What evaluates rules, in a thread of its own. */
  #rules(): RuleEngine {
    return (this.#ruleEngine ??= simRuleEngine(this.#world, this.worker, this.#clock, (process) =>
      this.helpers.push(process),
    ));
  }

  /** As workers/actors.ts puts them together. */
  #agents(actors: ActorStore, tab: Tab, store: AgentStore): AgentsDesk {
    const world = this.#world;
    const desk = new AgentsDesk({
      store: actors,
      rows: store,
      lock: world.locks.of(this.worker),
      broadcast: world.actorNews.join(this.worker),
      clock: this.#clock,
      entropy: this.#entropy,
      visible: () => this.#inWindow('visible', this.#latency(), () => this.page.visible),
      command: (command) => tab.command(command),
    });
    tab.closing.addEventListener('abort', () => void desk.stop());
    const begin = (): void => {
      desk.start().then(
        () => tab.onOverview(() => void desk.settle().catch(() => undefined)),
        // The page tries again when it next asks for them.
        () => this.#clock.after(AGENTS_BEGIN_MS, begin),
      );
    };
    this.#clock.after(AGENTS_BEGIN_MS, begin);
    return desk;
  }

  /** As workers/backup.ts puts it together. */
  #backup(tab: Tab, live: LiveContent, sealer: Sealer): BackupKeeper {
    const world = this.#world;
    const keeper = new BackupKeeper({
      ...{ live, sealer, clock: this.#clock, entropy: this.#entropy },
      tools: () => Promise.resolve(simBackupTools(world, world.random)),
      agent: nameOf(live.journal, checkpointIn(world)),
      memory: simBackupMemory(world, this.worker),
      folder: () => Promise.resolve(world.mutated.backups(world.backups.of(this.worker))),
      archive: () => Promise.reject(new Error('Nothing is saved by hand in a simulated life.')),
      lock: world.locks.of(this.worker),
      messages: world.backupNews.join(this.worker),
    });
    keeper.onView((view) => world.backups.shows(view));
    tab.onOverview((overview) => keeper.saw(overview));
    return keeper;
  }

  /** As a page does when it opens. */
  start(): void {
    this.started = true;
    this.#world.scheduler.after(this.#latency(), this.worker, 'start', () => {
      this.tab.onOverview((overview) => {
        this.overview = overview;
        if (overview.health.state === 'erased') this.#world.reload(this.page);
      });
      void this.tab
        .start()
        .catch((error: unknown) => this.#world.scheduler.note(`${this.name} start ${String(error)}`));
    });
  }

  #latency(): number {
    return 50 + this.#world.random.below(MS);
  }

  /** A leader that moves its head or its rows has had what they cover acknowledged. */
  #watchedStore(store: AgentStore): AgentStore {
    const { history } = this.#world;
    return {
      ...store,
      moveHead: (epoch, head) => {
        history.acknowledged(epoch, head.size, head.checkpoint);
        return store.moveHead(epoch, head);
      },
      apply: (epoch, batch) => {
        if (batch.applied >= history.size) history.acknowledged(epoch, batch.applied + 1, null);
        return store.apply(epoch, batch);
      },
    };
  }

  #sealer(sealer: Sealer): Sealer {
    return {
      ...sealer,
      seal: (plain, context) => {
        if (this.#world.weather.strikes('out of memory'))
          return Promise.reject(new RangeError('Array buffer allocation failed'));
        this.#world.sawKeys(context, plain);
        return sealer.seal(plain, context);
      },
    };
  }

  /** Whichever copy is the one that appends wait for. */
  #leg(leg: JournalLeg): JournalLeg {
    const world = this.#world;
    return world.mutated.leg({
      ...leg,
      open: async (epoch) => {
        const opened = await leg.open(epoch);
        if (opened.ok) this.epoch = epoch;
        return opened;
      },
      append: (groups, readable) => {
        world.history.written(groups);
        return leg.append(groups, readable);
      },
    });
  }

  /** A call from the worker into its window and back. */
  #inWindow<T>(label: string, delay: number, work: () => T): Promise<T> {
    const { scheduler } = this.#world;
    return new Promise((resolve, reject) => {
      scheduler.after(delay, this.page.window, label, () => {
        try {
          const result = work();
          scheduler.after(this.#latency(), this.worker, `${label} answer`, () => resolve(result));
        } catch (error) {
          scheduler.after(this.#latency(), this.worker, `${label} failed`, () => reject(asError(error)));
        }
      });
    });
  }

  #windowApi(): WindowApi {
    const world = this.#world;
    return {
      visible: () => this.#inWindow('visible', this.#latency(), () => this.page.visible),
      saveFile: (name, _mediaType, bytes) => {
        const begun = this.#saving;
        const slow = world.weather.strikes('save slow') ? world.random.below(8_000) * MS : 0;
        return this.#inWindow('save file', this.#latency() + slow, () => {
          if (world.weather.strikes('save refused')) throw new Error('The folder refused the file.');
          const written = world.save(name, bytes, begun);
          if (world.weather.strikes('save unconfirmed')) throw new Error('The file could not be closed.');
          return { name: written, where: world.scenario.folder ? 'folder' : 'downloads' } as const;
        });
      },
      findFile: (name, digest) =>
        this.#inWindow('find file', this.#latency(), () =>
          world.weather.strikes('read back refused') ? null : world.findInFolder(name, digest),
        ),
      wayOut: () => Promise.resolve('none'),
      pins: {
        get: () => this.#inWindow('pin', this.#latency(), () => world.windowPin),
        set: (_place, value) => this.#inWindow('pin', this.#latency(), () => void (world.windowPin = value)),
        erase: () => this.#inWindow('pin', this.#latency(), () => void (world.windowPin = null)),
      },
    };
  }

  #watched(target: FileTarget): FileTarget {
    const world = this.#world;
    return {
      ...target,
      save: (permit, request, content) => {
        const newest = (world.idb.table('store.meta').get('epoch') ?? 0) as Epoch;
        const readable = world.scenario.folder && !world.weather.struck.has('read back refused');
        this.#saving = world.history.saveBegins(permit, request, content, { epoch: this.epoch, newest, readable });
        return target.save(permit, request, content);
      },
    };
  }

  /** An import in a worker of its own, with its own blob store; it ends when the tab does. */
  #importer(sealer: Sealer): Importer {
    const world = this.#world;
    return (files, known, { added, progress, signal }) => {
      const process = newProcess(`${this.name}.import`);
      this.helpers.push(process);
      const { scheduler } = world;
      const clock = world.clockOf(process);
      const entropy = fastEntropy(world.random.below(1 << 30));
      const blobFiles = world.scenario.opfs ? opfsBlobFiles() : idbBlobFiles(world.idb, process, 'blobs');
      const paths = new Map(known.map(({ id, path }) => [id, path]));
      const back = <T>(label: string, work: () => Promise<T>): Promise<T> =>
        new Promise((resolve, reject) => {
          scheduler.after(this.#latency(), this.worker, label, () => {
            const answer = (say: () => void): void =>
              void scheduler.after(this.#latency(), process, `${label} answer`, say);
            work().then(
              (result) => answer(() => resolve(result)),
              (error: unknown) => answer(() => reject(asError(error))),
            );
          });
        });
      return new Promise((resolve, reject) => {
        scheduler.after(this.#latency(), process, 'import', () => {
          if (world.weather.strikes('out of memory')) {
            process.alive = false;
            scheduler.after(this.#latency(), this.worker, 'import broken', () =>
              reject(new Error('The import stopped.')),
            );
            return;
          }
          void importFiles({
            files: files.map(({ path, file }) => memoryBytes(path, (file as unknown as SimBlob).bytes)),
            blobs: blobsOf(world, { files: blobFiles, sealer, entropy, clock }),
            parsers: parserFor,
            archives: () => null,
            known: (id: SourceId) => paths.get(id) ?? null,
            sha256: incrementalSha256,
            clock,
            signal,
            added: (source: Source) => back('import added', () => added(source)),
            progress,
          }).then(
            (done) => scheduler.after(this.#latency(), this.worker, 'import done', () => resolve(done)),
            (error: unknown) =>
              scheduler.after(this.#latency(), this.worker, 'import failed', () => reject(asError(error))),
          );
        });
      });
    };
  }
}

/** A Blob whose bytes are there at once. */
interface SimBlob {
  readonly bytes: Uint8Array;
}

export function simBlob(text: string): Blob {
  const bytes = new TextEncoder().encode(text);
  return { bytes, size: bytes.length, text: () => Promise.resolve(text) } as unknown as Blob;
}

/** The newest head's note, from which a journal has its name. */
export function checkpointIn(world: World): string {
  return (world.idb.table('store.meta').get('head') as JournalHead | undefined)?.checkpoint ?? '';
}

/** The device's wall clock, which may be wrong, and a timer that is not. */
export function simClock(world: World, process: Process): Clock {
  const { scheduler } = world;
  return {
    now: () => Math.floor(BASE_MS + (scheduler.now / MS) * world.wall.rate + world.wall.offset) as UnixMs,
    monotonic: () => (scheduler.now / MS) as Ms,
    after: (delay, callback) => scheduler.after(delay * MS, process, 'timer', callback),
  };
}

/** Where a thread of a tab keeps files: the product's store over the simulated disk. */
export function blobsOf(
  world: World,
  parts: {
    readonly files: BlobFiles;
    readonly sealer: Sealer;
    readonly entropy: Entropy;
    readonly clock: Clock;
  },
): BlobStore {
  const blobs = sealedBlobStore({ ...parts, sha256: incrementalSha256 });
  return world.mutated.blobs(blobs, parts.files, parts.sealer);
}
