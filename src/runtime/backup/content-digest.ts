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
  entries = 0;

  constructor(hash: () => IncrementalHash) {
    this.#new = hash;
    this.#entries = hash();
  }

  get files(): ReadonlyMap<SourceId, string> {
    return this.#files;
  }

  /** @param payload null when it was destroyed or cannot be read */
  entry(text: string, payload: Payload | null): void {
    this.#entries.update(utf8(`${text}\n${payload === null ? '' : encodePayload(payload)}\n`));
    this.entries++;
  }

  /** The digest of a file's items, batch by batch, then `done`. */
  file(id: SourceId, size: number): { readonly items: (batch: readonly unknown[]) => void; readonly done: () => void } {
    const items = this.#new();
    return {
      items: (batch) => items.update(utf8(`${JSON.stringify(batch)}\n`)),
      done: () => this.#files.set(id, `${id} ${String(size)} ${hex(items.digest())}`),
    };
  }

  /** Ends the digest: nothing may be added after. */
  digest(): Digest {
    const all = this.#new();
    all.update(this.#entries.digest());
    for (const id of [...this.#files.keys()].sort()) all.update(utf8(`${this.#files.get(id) ?? ''}\n`));
    return hex(all.digest()) as Digest;
  }
}

/** The digest of what is kept here: the entries [0, to) and these files. */
export async function liveDigest(
  live: LiveContent,
  hash: () => IncrementalHash,
  to: number,
  files: Iterable<SourceId>,
): Promise<ContentDigest> {
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
  return content;
}
