import type { RunId, UnixMs } from '#core/base/ids.ts';
import { utf8 } from '#core/base/bytes.ts';
import { BLOB_CHUNK_BYTES } from '#core/base/limits.ts';
import type { Json } from '#core/base/json.ts';
import type { AgentId } from '#core/identity/did-key.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import type { Source } from '#core/items/source.ts';
import { answerMarkdown } from '#core/tools/answer-markdown.ts';
import { accessText, type FoundPlace, keptIn } from '../access/kept-here.ts';
import { salvage } from '../access/salvage.ts';
import { type SealedAway, sealedNote, withoutSealed } from '../access/without-sealed.ts';
import { heldFromCopies, heldFromOthers, type Withheld, withheldRuns } from '../proofs/withheld.ts';
import { NO_WITNESSES, type StoredWitnesses } from '../proofs/witness-facts.ts';
import { exportJournal, proveClaim } from './export-journal.ts';
import type { AgentPorts } from './ports.ts';
import { ROW_KINDS } from './projection.ts';
import { readOverview, readRun } from './read-views.ts';
import type { Tab } from './tab.ts';

export interface TabExportOptions {
  readonly tab: Tab;
  readonly ports: AgentPorts;
  readonly agent: AgentId;
  readonly defaults: OwnerSettings;
  readonly zip: (members: AsyncIterable<Member>) => Promise<Uint8Array>;
  /** What the browser keeps for this address, and what is known of the vault without its keys. */
  readonly places: () => Promise<readonly FoundPlace[]>;
  readonly vault: () => Promise<Json>;
  readonly formatTime: (time: UnixMs) => string;
}

interface Member {
  readonly path: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** What goes out of one tab at its owner's word: the journal, proofs, and a copy of everything. */
export class TabExports {
  readonly #options: TabExportOptions;

  constructor(options: TabExportOptions) {
    this.#options = options;
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

  async #withheld(reading: 'owner' | 'sharing'): Promise<Withheld> {
    const { tab, ports, defaults } = this.#options;
    const { sources } = await readOverview(ports.store, defaults);
    return withheldRuns(tab.reading, sources, reading === 'owner' ? heldFromCopies : heldFromOthers);
  }
}

/** What the journal was folded into, a file for each kind, and what it all is. */
async function* everyView(
  { ports, places, vault, formatTime }: TabExportOptions,
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
