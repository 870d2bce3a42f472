import type { CommandId, SourceId, UnixMs } from '#core/base/ids.ts';
import { hex } from '#core/base/bytes.ts';
import type { Result } from '#core/base/result.ts';
import type { Source } from '#core/items/source.ts';
import type { ExtractedQuote, SourceExcerpt } from '../contract/agent-api.ts';
import type { ImportProgress } from '../contract/views.ts';
import type { AgentPorts } from './ports.ts';
import { readExcerpt } from './read-excerpt.ts';
import { readExtracted } from './read-extracted.ts';
import { readOverview } from './read-views.ts';
import type { Tab } from './tab.ts';
import type { OwnerSettings } from '#core/items/owner.ts';

export interface TabFileOptions {
  readonly tab: Tab;
  readonly ports: AgentPorts;
  readonly defaults: OwnerSettings;
  readonly importer: Importer;
  /** A static file of the app itself. */
  readonly ownFile: (path: string) => Promise<Result<Blob, string>>;
  readonly decode: (bytes: Uint8Array) => string;
  /** Removes everything that the journal, the store and the blobs do not remove themselves: keys, pins. */
  readonly eraseRest: () => Promise<void>;
}

/** Reads files in a thread of its own. `added` is called for each source once its bytes and items are durable. */
export type Importer = (
  files: readonly { readonly path: string; readonly file: Blob }[],
  known: readonly { readonly id: SourceId; readonly path: string }[],
  hooks: {
    readonly added: (source: Source) => Promise<void>;
    readonly progress: (progress: Omit<ImportProgress, 'id'>) => void;
    readonly signal: AbortSignal;
  },
) => Promise<Omit<ImportProgress, 'id'>>;

interface SampleManifest {
  readonly asOfMs: number;
  readonly zone: string;
  readonly owner: { readonly name: string; readonly address: string };
  readonly files: readonly { readonly path: string }[];
}

/** Files going into one tab, what of them is shown, and erasing. */
export class TabFiles {
  readonly #options: TabFileOptions;
  readonly #imports = new Map<string, AbortController>();

  constructor(options: TabFileOptions) {
    this.#options = options;
    options.tab.closing.addEventListener('abort', () => {
      for (const controller of this.#imports.values()) controller.abort();
    });
  }

  /** @param mark adds what the importer cannot know: that a source is sample data, and when it plays */
  async importFiles(
    id: string,
    files: readonly { readonly path: string; readonly file: Blob }[],
    listener: (progress: ImportProgress) => void,
    mark: (source: Source) => Source = (source) => source,
  ): Promise<ImportProgress> {
    const { ports, importer, defaults } = this.#options;
    const controller = new AbortController();
    this.#imports.set(id, controller);
    const { sources } = await readOverview(ports.store, defaults);
    const known = sources
      .filter((source) => source.removedAt === null)
      .map(({ id: source, path }) => ({ id: source, path }));
    try {
      const done = await importer(files, known, {
        added: (source) => this.#add(mark(source)),
        progress: (progress) => listener({ id, ...progress }),
        signal: controller.signal,
      });
      return { id, ...done };
    } finally {
      this.#imports.delete(id);
    }
  }

  /** The invented vault that comes with the app, and whose it is: its owner's settings hold until the owner saves others. */
  async importSample(id: string, listener: (progress: ImportProgress) => void): Promise<ImportProgress> {
    const { ports, defaults, ownFile, tab } = this.#options;
    const load = async (path: string): Promise<Blob> => {
      const loaded = await ownFile(`/sample/${path}`);
      if (!loaded.ok) throw new Error(loaded.error);
      return loaded.value;
    };
    const manifest = JSON.parse(await (await load('manifest.json')).text()) as SampleManifest;
    const files = await Promise.all(manifest.files.map(async ({ path }) => ({ path, file: await load(path) })));
    const settings = {
      ...defaults,
      names: [manifest.owner.name],
      addresses: [manifest.owner.address],
      zone: manifest.zone,
    };
    await tab.command({ id: hex(ports.entropy.bytes(16)) as CommandId, type: 'suggest-settings', settings });
    const asOf = manifest.asOfMs as UnixMs;
    return this.importFiles(id, files, listener, (source) => ({ ...source, sample: true, asOf }));
  }

  cancelImport(id: string): void {
    this.#imports.get(id)?.abort();
  }

  async readSource(
    id: SourceId,
    start: number,
    end: number,
    extracted: ExtractedQuote | null,
  ): Promise<SourceExcerpt | null> {
    const { ports, decode } = this.#options;
    const row = await ports.store.row('source', id);
    if (!row) return null;
    const source = row.value as Source;
    const span = { start, end };
    const reader = ports.blobs.readFor('owner', () => source);
    const found = extracted && (await readExtracted(reader, source, span, extracted));
    return found ?? readExcerpt(reader, source, span, decode);
  }

  async eraseAll(): Promise<void> {
    const { tab, ports, eraseRest } = this.#options;
    await tab.eraseWith(async () => {
      for (const leg of tab.reading.legs) await leg.erase();
      for (const pin of tab.reading.pins) await pin.erase();
      await ports.blobs.erase();
      await ports.store.erase();
      await eraseRest();
    });
  }

  async #add(source: Source): Promise<void> {
    const id = hex(this.#options.ports.entropy.bytes(16)) as CommandId;
    const outcome = await this.#options.tab.command({ id, type: 'add-source', source });
    if (!outcome.ok && outcome.code !== 'stale' && outcome.code !== 'no-leader') throw new Error(outcome.message);
  }
}
