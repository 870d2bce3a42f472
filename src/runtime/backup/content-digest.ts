import { encodePayload, type Payload } from '#core/audit/entry.ts';
import { hex, utf8 } from '#core/base/bytes.ts';
import type { Digest, SourceId } from '#core/base/ids.ts';
import type { IncrementalHash } from '../blobs/sealed-blob-store.ts';
import { readGroups } from '../journal/reader.ts';
import type { LiveContent } from './parts.ts';

/**
 * One digest over all that is kept: every entry with what it says, in order, then every file by its own digest with all
 * that was read from it. The same content has the same digest on every device, however it is sealed there.
 */
export class ContentDigest {
  readonly #new: () => IncrementalHash;
  readonly #entries: IncrementalHash;
  readonly #files = new Map<SourceId, string>();
  #count = 0;

  constructor(hash: () => IncrementalHash) {
    this.#new = hash;
    this.#entries = hash();
  }

  /** @param payload null when it was destroyed or cannot be read */
  entry(text: string, payload: Payload | null): void {
    this.#entries.update(utf8(`${text}\n${payload === null ? '' : encodePayload(payload)}\n`));
    this.#count++;
  }

  /** A file's items, batch by batch, then `done`. */
  file(id: SourceId, size: number): FileDigest {
    const items = this.#new();
    return {
      items: (batch) => items.update(utf8(`${JSON.stringify(batch)}\n`)),
      done: () => this.#files.set(id, `${id} ${String(size)} ${hex(items.digest())}`),
    };
  }

  /** Ends it: nothing may be added after. */
  sum(): ContentSum {
    const entries = this.#entries.digest();
    const all = this.#new();
    all.update(entries);
    for (const id of [...this.#files.keys()].sort()) all.update(utf8(`${this.#files.get(id) ?? ''}\n`));
    return {
      digest: hex(all.digest()) as Digest,
      entries: { count: this.#count, digest: hex(entries) },
      files: this.#files,
    };
  }
}

export interface FileDigest {
  readonly items: (batch: readonly unknown[]) => void;
  readonly done: () => void;
}

export interface ContentSum {
  readonly digest: Digest;
  readonly entries: { readonly count: number; readonly digest: string };
  /** A line for each file: its id, its size, the digest of its items. */
  readonly files: ReadonlyMap<SourceId, string>;
}

/** The digest of what is kept here: the entries [0, to) and these files. */
export async function liveDigest(
  live: LiveContent,
  hash: () => IncrementalHash,
  to: number,
  files: Iterable<SourceId>,
): Promise<ContentSum> {
  const content = new ContentDigest(hash);
  for await (const group of readGroups(live.journal)) {
    for (const { entry, text, payload } of group.entries) if (entry.sequence < to) content.entry(text, payload);
    if (group.size >= to) break;
  }
  for (const id of files) {
    const size = await live.blobs.size(id);
    if (size === null) continue;
    const file = content.file(id, size);
    for await (const batch of live.blobs.items(id)) file.items(batch);
    file.done();
  }
  return content.sum();
}
