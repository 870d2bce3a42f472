import { hex } from '#core/base/bytes.ts';
import type { SourceId, UnixMs } from '#core/base/ids.ts';
import {
  ITEM_TEXT_BYTES_MAX,
  SOURCE_BYTES_MAX,
  ZIP_DEPTH_MAX,
  ZIP_EXPANDED_BYTES_MAX,
  ZIP_MEMBERS_MAX,
} from '#core/base/limits.ts';
import type { Item } from '#core/items/item.ts';
import type { ImportProblem, Source } from '#core/items/source.ts';
import { UnreadableBytes, type Archive, type ExpansionBudget } from '#ports/archive.ts';
import type { BlobStage, BlobStore } from '#ports/blob-store.ts';
import type { Clock } from '#ports/clock.ts';
import type { ByteSource, Parser } from '#ports/parser.ts';
import type { ImportProgress, ImportResult } from '../contract/views.ts';
import {
  blobTrouble,
  cancelled,
  changed,
  emptyFile,
  nothingInside,
  tooDeep,
  tooLargeFile,
  tooLargeItem,
  unexpected,
  unsupported,
} from './problems.ts';
import { formatOf } from './format-of.ts';
import { itemSize, SourceTally } from './source-tally.ts';
import { ProgressMeter } from './progress-meter.ts';

export interface ImportOptions {
  readonly files: readonly ByteSource[];
  readonly blobs: BlobStore;
  /** By lowercase extension with dot; null for one that nothing reads. Loaded only when such a file comes. */
  readonly parsers: (extension: string) => Promise<Parser> | null;
  readonly archives: (extension: string) => Promise<Archive> | null;
  /** The path of the source that holds these bytes already, or null. */
  readonly known: (id: SourceId) => string | null;
  readonly sha256: () => { readonly update: (bytes: Uint8Array) => unknown; readonly digest: () => Uint8Array };
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called once a source's bytes and items are durable; it counts as imported when this resolves. */
  readonly added: (source: Source) => Promise<void>;
  readonly progress: (progress: Omit<ImportProgress, 'id'>) => void;
}

/**
 * Brings files in, one after the other. Each is hashed first, so that what is there already is not read again; then its
 * bytes and items are staged and become visible together, or not at all. What is wrong with one file is its result and
 * stops no other. Memory holds one batch of items, or one file of a format that has to be read whole.
 */
export async function importFiles(options: ImportOptions): Promise<Omit<ImportProgress, 'id'>> {
  const running = new Import(options);
  for (const file of options.files) {
    await running.file(file, 0, { members: ZIP_MEMBERS_MAX, bytes: ZIP_EXPANDED_BYTES_MAX });
  }
  return running.finish();
}

const BATCH_ITEMS_MAX = 256;
const BATCH_BYTES_MAX = 512 * 1024;
/** Shares of the work: hashing, storing, reading. */
const HASHED = 0.2;
const STORED = 0.5;

class Import {
  private readonly meter: ProgressMeter;
  /** What this import brought in itself. */
  private readonly mine = new Map<SourceId, string>();

  constructor(private readonly options: ImportOptions) {
    this.meter = new ProgressMeter(options);
  }

  async file(file: ByteSource, depth: number, budget: ExpansionBudget): Promise<void> {
    const { signal } = this.options;
    this.meter.begin(file);
    try {
      signal.throwIfAborted();
      const result = await this.bringIn(file, depth, budget);
      this.meter.end(result && { path: file.path, ...result });
    } catch (error) {
      const problem = signal.aborted
        ? cancelled()
        : error instanceof UnreadableBytes
          ? error.problem
          : unexpected(error);
      this.meter.end({ path: file.path, outcome: 'failed', problem });
    }
  }

  finish(): Omit<ImportProgress, 'id'> {
    return this.meter.finish();
  }

  /** Null for an archive, whose members have results of their own. */
  private async bringIn(file: ByteSource, depth: number, budget: ExpansionBudget): Promise<Outcome | null> {
    if (file.size === 0) return failure(emptyFile());
    if (file.size > SOURCE_BYTES_MAX) return failure(tooLargeFile(file.size));
    const extension = await formatOf(file);
    const archive = await this.options.archives(extension);
    if (archive) return this.unpack(archive, file, depth, budget);
    const parser = await this.options.parsers(extension);
    if (!parser) return failure(unsupported(extension));
    const id = await this.hash(file);
    const same = this.options.known(id) ?? this.mine.get(id);
    if (same !== undefined) return { outcome: 'duplicate', source: id, of: same };
    const stage = await this.options.blobs.stage();
    let kept = false;
    try {
      const read = await this.read(file, id, parser, stage);
      kept = read.outcome === 'added';
      return read;
    } finally {
      if (!kept) await stage.discard();
    }
  }

  private async unpack(
    archive: Archive,
    file: ByteSource,
    depth: number,
    budget: ExpansionBudget,
  ): Promise<Outcome | null> {
    if (depth >= ZIP_DEPTH_MAX) return failure(tooDeep());
    let members = 0;
    for await (const entry of archive.entries(file, budget, this.options.signal)) {
      if (entry.type === 'failed') return failure(entry.problem);
      members++;
      const path = `${file.path}/${entry.name}`;
      if (entry.type === 'refused') this.meter.add({ path, outcome: 'failed', problem: entry.problem });
      else await this.file({ ...entry.file, path }, depth + 1, budget);
    }
    return members === 0 ? failure(nothingInside()) : null;
  }

  private async hash(file: ByteSource): Promise<SourceId> {
    const hash = this.options.sha256();
    let done = 0;
    for await (const chunk of file.stream()) {
      hash.update(chunk);
      done += chunk.length;
      await this.meter.at((HASHED * done) / file.size);
    }
    return hex(hash.digest()) as SourceId;
  }

  /** Stages bytes and items, then makes them visible and hands the source over. */
  private async read(file: ByteSource, id: SourceId, parser: Parser, stage: BlobStage): Promise<Outcome> {
    const { blobs, clock, added } = this.options;
    let done = 0;
    for await (const chunk of file.stream()) {
      const written = await stage.write(chunk);
      if (!written.ok) return failure(blobTrouble(written.error));
      done += chunk.length;
      await this.meter.at(HASHED + ((STORED - HASHED) * done) / file.size);
    }
    const tally = new SourceTally();
    const problem = await this.parse(file, id, parser, stage, tally);
    if (problem) return failure(problem);
    const committed = await stage.commit();
    if (!committed.ok) return failure(blobTrouble(committed.error));
    if (committed.value.id !== id) {
      if (!committed.value.existed) await blobs.remove(committed.value.id);
      return failure(changed());
    }
    const { path, size, modifiedAt } = file;
    const source: Source = {
      id,
      path,
      kind: parser.kind,
      bytes: size,
      importedAt: clock.now(),
      modifiedAt: modifiedAt as UnixMs | null,
      counts: tally.counts,
      warnings: tally.warnings,
      sample: false,
    };
    await added(source);
    this.mine.set(id, path);
    return { outcome: 'added', source: id, items: tally.items, warnings: tally.warnings };
  }

  /** @returns what makes the whole file unusable, or null */
  private async parse(
    file: ByteSource,
    id: SourceId,
    parser: Parser,
    stage: BlobStage,
    tally: SourceTally,
  ): Promise<ImportProblem | null> {
    let batch: Item[] = [];
    let batchBytes = 0;
    const flush = async (): Promise<ImportProblem | null> => {
      if (batch.length === 0) return null;
      const written = await stage.writeItems(batch);
      batch = [];
      batchBytes = 0;
      return written.ok ? null : blobTrouble(written.error);
    };
    for await (const parsed of parser.parse(file, id, this.options.signal)) {
      this.options.signal.throwIfAborted();
      if (parsed.type === 'failed') return parsed.problem;
      if (parsed.type === 'warning') tally.warn(parsed.problem);
      else if (parsed.type === 'progress') await this.meter.at(STORED + ((1 - STORED) * parsed.bytes) / file.size);
      else {
        const size = itemSize(parsed.item);
        if (size > ITEM_TEXT_BYTES_MAX && parsed.item.kind !== 'table') return tooLargeItem();
        tally.count(parsed.item);
        batch.push(parsed.item);
        batchBytes += size;
        const full = batch.length >= BATCH_ITEMS_MAX || batchBytes >= BATCH_BYTES_MAX;
        const trouble = full ? await flush() : null;
        if (trouble) return trouble;
        await this.meter.breathe();
      }
    }
    return flush();
  }
}

type Outcome = ImportResult extends infer Result
  ? Result extends { path: string }
    ? Omit<Result, 'path'>
    : never
  : never;

function failure(problem: ImportProblem): Outcome {
  return { outcome: 'failed', problem };
}
