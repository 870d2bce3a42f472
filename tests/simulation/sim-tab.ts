import { memoryBytes } from '#adapters/files/file-bytes.ts';
import { callbackPinStore } from '#adapters/keyval/callback-pin-store.ts';
import { opfsBlobFiles } from '#adapters/opfs/blob-files.ts';
import { opfsPinStore } from '#adapters/opfs/head-pin-store.ts';
import { opfsJournalLeg } from '#adapters/opfs/journal-leg.ts';
import { windowFileTarget } from '#adapters/platform/save-file.ts';
import { agentIdOf } from '#core/identity/did-key.ts';
import type { Epoch, Ms, SourceId, UnixMs } from '#core/base/ids.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type { Source } from '#core/items/source.ts';
import { defaultSettings } from '#runtime/agent/read-views.ts';
import { Tab } from '#runtime/agent/tab.ts';
import { TabFiles, type Importer } from '#runtime/agent/tab-files.ts';
import type { AgentPorts } from '#runtime/agent/ports.ts';
import { sourceGate } from '#runtime/blobs/source-gate.ts';
import { sealedBlobStore } from '#runtime/blobs/sealed-blob-store.ts';
import type { Overview } from '#runtime/contract/views.ts';
import { importFiles } from '#runtime/import/importer.ts';
import { shareLeadership } from '#runtime/leader.ts';
import { Ballast, ballastedLeg, ballastedStore } from '#runtime/journal/ballast.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { BlobFiles } from '#ports/blob-files.ts';
import type { BlobStore } from '#ports/blob-store.ts';
import type { Clock } from '#ports/clock.ts';
import type { Entropy, Sealer } from '#ports/crypto.ts';
import type { FileTarget } from '#ports/file-target.ts';
import type { HeadPinStore, JournalLeg } from '#ports/journal-leg.ts';
import type { WindowApi } from '#ports/window-api.ts';
import { fastEntropy, fastSealer, incrementalSha256, sha256, signingKit } from './crypto.ts';
import { idbBlobFiles } from './idb-blobs.ts';
import { idbLeg } from './idb-leg.ts';
import { idbAgentStore, idbPin } from './idb-store.ts';
import type { Save } from './history.ts';
import { asError, MS, newProcess, type Process } from './scheduler.ts';
import { identityOf, parserFor, SAMPLE } from './vault.ts';
import type { World } from './world.ts';

const BASE_MS = 1_763_700_000_000;
/** As much in the simulation's small world as the product's is in a browser: a few of the largest writes. */
const BALLAST_BYTES = 64 * 1024;

/** One tab: a window, its worker with the product's runtime in it, and what the owner sees there. */
export class SimTab {
  readonly name: string;
  readonly window: Process;
  readonly worker: Process;
  readonly tab: Tab;
  readonly files: TabFiles;
  visible = true;
  /** What the owner sees. */
  overview: Overview | null = null;
  /** The highest epoch under which this tab's journal was acknowledged or opened. */
  epoch = 0;
  readonly helpers: Process[] = [];
  readonly #world: World;
  /** The save that the runtime has begun last. */
  #saving: Save | null = null;

  constructor(world: World, index: number) {
    this.#world = world;
    this.name = `tab${String(index)}`;
    this.window = newProcess(`${this.name}.window`);
    this.worker = newProcess(`${this.name}.worker`);
    const { scenario, scheduler } = world;
    const { device } = world.keys();
    const seed = scenario.seed * 1_000 + index;
    const entropy = fastEntropy(seed);
    const sealer = world.mutated.sealer(this.#sealer(fastSealer(device, entropy)));
    const kit = signingKit(device, scenario.signed);
    const clock = world.clockOf(this.worker);
    const blobFiles = (directory: string, table: string): BlobFiles =>
      scenario.opfs ? opfsBlobFiles(directory) : idbBlobFiles(world.idb, this.worker, table);
    const ballast = new Ballast(blobFiles('ballast', 'ballast'), clock, BALLAST_BYTES);
    const kept = world.mutated.store(this.#watchedStore(idbAgentStore(world.idb, this.worker)));
    const store = ballastedStore(kept, ballast);
    const api = this.#windowApi();
    const target = windowFileTarget(api, sha256);
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
    const agent = agentIdOf(kit.signer.publicKey);
    const defaults = defaultSettings('Europe/Berlin', 'en-GB');
    this.tab = new Tab({
      ports,
      journal: {
        clock,
        entropy,
        signer: kit.signer,
        sealer,
        tools: kit.tools,
        store,
        legs: legs.map((leg) => ballastedLeg(leg, ballast)),
        full: () => ballast.spent,
        pins: (scenario.opfs ? [...pins, opfsPinStore()] : pins).map(world.mutated.pin),
      },
      agent,
      beginIdentity: (at) =>
        scenario.signed ? identityOf(device, kit.signer, at) : Promise.resolve(world.language.identity),
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
    this.files = new TabFiles({
      tab: this.tab,
      ports,
      agent,
      defaults,
      importer: this.#importer(sealer),
      ownFile: (path) => this.#ownFile(path),
      decode: (bytes) => new TextDecoder().decode(bytes),
      zip: () => Promise.resolve(new Uint8Array()),
      places: () => Promise.resolve([]),
      formatTime: String,
      vault: () => Promise.resolve([]),
      eraseRest: () => Promise.resolve(),
    });
  }

  get alive(): boolean {
    return this.worker.alive;
  }

  /** As a page does when it opens. */
  start(): void {
    this.#world.scheduler.after(this.#latency(), this.worker, 'start', () => {
      this.tab.onOverview((overview) => (this.overview = overview));
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
      scheduler.after(delay, this.window, label, () => {
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
      visible: () => this.#inWindow('visible', this.#latency(), () => this.visible),
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

  /** A static file of the app, through the service worker. */
  async #ownFile(path: string): Promise<Result<Blob, string>> {
    const { weather, scheduler } = this.#world;
    const slow = weather.strikes('timeout') ? 30_000 * MS : 0;
    await scheduler.wait(this.#latency() + slow, this.worker, `own file ${path}`);
    for (const fault of ['offline', 'kill service worker', 'reset in mid-body'] as const)
      if (weather.strikes(fault)) return err(`${path} could not be loaded: ${fault}`);
    if (weather.strikes('429')) return err(`${path} is not there (429)`);
    if (weather.strikes('5xx')) return err(`${path} is not there (503)`);
    const text = SAMPLE[path];
    if (text === undefined) return err(`${path} is not there (404)`);
    if (weather.strikes('malformed JSON')) return ok(simBlob('<!doctype html>'));
    if (weather.strikes('truncated stream')) return ok(simBlob(text.slice(0, text.length >> 1)));
    return ok(simBlob(text));
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
