import type { CommandId, RunId, SourceId, UnixMs } from '#core/base/ids.ts';
import { hex, utf8 } from '#core/base/bytes.ts';
import { BLOB_CHUNK_BYTES } from '#core/base/limits.ts';
import type { Json } from '#core/base/json.ts';
import type { AgentId } from '#core/identity/did-key.ts';
import type { Result } from '#core/base/result.ts';
import type { Source } from '#core/items/source.ts';
import { answerMarkdown } from '#core/tools/answer-markdown.ts';
import type { ExtractedQuote, SourceExcerpt } from '../contract/agent-api.ts';
import type { ImportProgress } from '../contract/views.ts';
import { heldFromCopies, heldFromOthers, type Withheld, withheldRuns } from '../proofs/withheld.ts';
import { NO_WITNESSES, type StoredWitnesses } from '../proofs/witness-facts.ts';
import { exportJournal, proveClaim } from './export-journal.ts';
import { accessText, type FoundPlace, keptIn } from '../access/kept-here.ts';
import { type SealedAway, sealedNote, withoutSealed } from '../access/without-sealed.ts';
import { salvage } from '../access/salvage.ts';
import { ROW_KINDS } from './projection.ts';
import type { AgentPorts } from './ports.ts';
import { readExcerpt } from './read-excerpt.ts';
import { readExtracted } from './read-extracted.ts';
import { readOverview, readRun } from './read-views.ts';
import type { Tab } from './tab.ts';
import type { OwnerSettings } from '#core/items/owner.ts';

/** Files going in and out of one tab: imports, excerpts, exports, and erasing. */
export interface TabFileOptions {
  readonly tab: Tab;
  readonly ports: AgentPorts;
  readonly agent: AgentId;
  readonly defaults: OwnerSettings;
  readonly importer: Importer;
  /** A static file of the app itself. */
  readonly ownFile: (path: string) => Promise<Result<Blob, string>>;
  readonly decode: (bytes: Uint8Array) => string;
  readonly zip: (members: AsyncIterable<Member>) => Promise<Uint8Array>;
  /** What the browser keeps for this address, and what is known of the vault without its keys. */
  readonly places: () => Promise<readonly FoundPlace[]>;
  readonly vault: () => Promise<Json>;
  readonly formatTime: (time: UnixMs) => string;
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

interface Member {
  readonly path: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

interface SampleManifest {
  readonly asOfMs: number;
  readonly zone: string;
  readonly owner: { readonly name: string; readonly address: string };
  readonly files: readonly { readonly path: string }[];
}

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

  /** @param reading the owner's own copy of everything, or one to be given to others */
  async exportJournal(withPayloads: boolean, reading: 'owner' | 'sharing' = 'sharing'): Promise<Uint8Array> {
    const { tab, agent, ports } = this.#options;
    const row = await ports.store.row('witnesses', 'witnesses');
    const { cosigned } = (row?.value as StoredWitnesses | undefined) ?? NO_WITNESSES;
    const withheld = withPayloads ? await this.#withheld(reading) : undefined;
    return exportJournal(tab.reading, agent, ports.clock.now(), withPayloads, cosigned, withheld);
  }

  async proveClaim(run: RunId, claim: string): Promise<Uint8Array> {
    const { tab, agent } = this.#options;
    const proof = await proveClaim(tab.reading, agent, run, claim, await this.#withheld('sharing'));
    if (!proof.ok) throw new Error(proof.error);
    return proof.value;
  }

  /** Everything that is kept about the owner, with what it is in plain language, in one zip. */
  async exportAll(listener: (fraction: number) => void): Promise<Uint8Array> {
    const { ports, defaults, zip, tab } = this.#options;
    // Where the store is lost, what is left of the journal and the files is all there is to take along.
    const { health } = await tab.overview();
    if (health.state === 'amnesia') return zip(salvage(tab.reading, ports.blobs, ports.clock.now()));
    const { sources: all, runs } = await readOverview(ports.store, defaults);
    const sources = all.filter((source) => !heldFromCopies(source));
    const held = await this.#withheld('owner');
    const away: SealedAway = {
      sources: new Map(all.filter(heldFromCopies).map(({ id, path }) => [id, path])),
      runs: new Set([...held.runs.keys(), ...held.plans.keys()]),
    };
    const total = sources.reduce((sum, source) => sum + source.bytes, 1);
    let written = 0;
    const options = this.#options;
    const journal = await this.exportJournal(true, 'owner');
    return zip(
      (async function* () {
        yield* everyView(options, away);
        yield { path: 'journal.ndjson', bytes: one(journal) };
        for (const summary of runs) {
          if (held.runs.has(summary.id)) continue;
          const view = await readRun(ports.store, summary.id);
          if (view?.run.answer)
            yield { path: `answers/${summary.id}.md`, bytes: one(utf8(answerMarkdown(summary.goal, view.run.answer))) };
        }
        for (const source of sources) {
          yield {
            path: `files/${source.path}`,
            bytes: chunksOf(options.ports, source, (count) => {
              written += count;
              listener(written / total);
            }),
          };
        }
      })(),
    );
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

  async #withheld(reading: 'owner' | 'sharing'): Promise<Withheld> {
    const { tab, ports, defaults } = this.#options;
    const { sources } = await readOverview(ports.store, defaults);
    return withheldRuns(tab.reading, sources, reading === 'owner' ? heldFromCopies : heldFromOthers);
  }

  async #add(source: Source): Promise<void> {
    const id = hex(this.#options.ports.entropy.bytes(16)) as CommandId;
    const outcome = await this.#options.tab.command({ id, type: 'add-source', source });
    if (!outcome.ok && outcome.code !== 'stale' && outcome.code !== 'no-leader') throw new Error(outcome.message);
  }
}

/** What the journal was folded into, a file for each kind, and what it all is. */
async function* everyView(
  { ports, places, vault, formatTime }: TabFileOptions,
  away: SealedAway,
): AsyncIterable<Member> {
  const found = await places();
  const when = formatTime(ports.clock.now());
  yield { path: 'README.txt', bytes: one(utf8(accessText(found, when) + sealedNote(away))) };
  const file = (name: string, value: unknown): Member => ({
    path: `data/${name}.json`,
    bytes: one(utf8(`${JSON.stringify(value, null, 2)}\n`)),
  });
  for (const kind of ROW_KINDS) {
    const rows = withoutSealed(kind, await ports.store.rows(kind), away);
    yield file(
      kind,
      rows.map(({ id, sequence, value }) => ({ id, sequence, value })),
    );
  }
  yield file('orders', await ports.store.pending());
  yield file('vault', await vault());
  yield file(
    'places',
    found.map((place) => {
      const kept = keptIn(place);
      return kept === null ? place : { ...kept, ...place };
    }),
  );
}

async function* chunksOf(ports: AgentPorts, source: Source, done: (bytes: number) => void): AsyncIterable<Uint8Array> {
  for (let at = 0; at < source.bytes; at += BLOB_CHUNK_BYTES) {
    const read = await ports.blobs
      .readFor('owner', () => source)
      .read(source.id, at, Math.min(source.bytes, at + BLOB_CHUNK_BYTES));
    if (!read.ok) throw new Error(`${source.path} could not be read: ${read.error.message}`);
    done(read.value.length);
    yield read.value;
  }
}

async function* one(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield await Promise.resolve(bytes);
}
