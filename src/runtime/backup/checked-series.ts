import type { Payload } from '#core/audit/entry.ts';
import { checkCheckpoint, checkEntry, type JournalCheck, startCheck } from '#core/audit/journal-check.ts';
import { hex } from '#core/base/bytes.ts';
import type { SourceId } from '#core/base/ids.ts';
import type { AgentId } from '#core/identity/did-key.ts';
import { BackupError } from '#ports/backup-error.ts';
import type { BackupFolder } from '#ports/backup-folder.ts';
import type { IncrementalHash } from '../blobs/sealed-blob-store.ts';
import type { BackedUpSecrets } from '../identity/secret-backup.ts';
import { readSegment, type SegmentPart } from './format.ts';
import { inFile, type OpenSegment, type OpenSeries } from './open-series.ts';
import type { BackupTools } from './parts.ts';

/** What a backup holds, each part given only once it is checked; bytes of a file are checked when `stored` comes. */
export type CheckedPart =
  | {
      readonly kind: 'group';
      readonly entries: readonly CheckedEntry[];
      readonly checkpoint: string;
      readonly check: JournalCheck;
    }
  | { readonly kind: 'file'; readonly id: SourceId; readonly size: number }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** A secret as it was when that part of the backup was made; a later one counts. */
  | { readonly kind: keyof BackedUpSecrets; readonly text: string | null }
  | { readonly kind: 'items'; readonly items: readonly unknown[] }
  /** The file is whole and its bytes have its digest. */
  | { readonly kind: 'stored'; readonly id: SourceId; readonly size: number }
  /** It could not be read any more when it was to be backed up. */
  | { readonly kind: 'lost'; readonly id: SourceId; readonly why: string };

export interface CheckedEntry {
  readonly text: string;
  readonly payload: Payload | null;
}

/**
 * Reads a whole series and checks everything in it: the sealed bytes against the index, every entry, payload and root,
 * the signature of each segment's head, and every file's digest.
 * @param progress called with the sealed bytes read so far
 * @throws BackupError that names the file and what is wrong
 */
export async function* checkedSeries(
  tools: BackupTools,
  folder: BackupFolder,
  opened: OpenSeries,
  progress: (bytes: number) => void = () => undefined,
): AsyncIterable<CheckedPart> {
  const [first] = opened.segments;
  if (first === undefined) return;
  let check = startCheck(first.header.agent as AgentId);
  let bytesDone = 0;
  for (const segment of opened.segments) {
    const reading = new CheckedSegment(tools, segment, check);
    const sealed = digested(tools, folder.read(segment.name), segment, (bytes) => progress(bytesDone + bytes));
    try {
      for await (const part of readSegment(tools.hash, tools.cipher.open(opened.key, sealed)))
        yield* reading.take(part);
      yield* reading.end();
    } catch (error) {
      throw inFile(error, segment.name);
    }
    check = reading.check;
    bytesDone += segment.bytes;
  }
}

class CheckedSegment {
  check: JournalCheck;
  readonly #tools: BackupTools;
  readonly #segment: OpenSegment;
  #entries: CheckedEntry[] = [];
  #file: { readonly id: SourceId; readonly size: number; readonly hash: IncrementalHash; read: number } | null = null;

  constructor(tools: BackupTools, segment: OpenSegment, check: JournalCheck) {
    this.#tools = tools;
    this.#segment = segment;
    this.check = check;
  }

  *take(part: SegmentPart): Iterable<CheckedPart> {
    switch (part.kind) {
      case 'header':
        if (part.header.agent !== this.check.agent) throw damaged('it is of another agent');
        if (part.header.from !== this.check.frontier.size) throw damaged('it does not follow the part before it');
        yield { kind: 'root', text: null };
        yield { kind: 'vouching', text: null };
        yield { kind: 'providers', text: null };
        return;
      case 'root':
      case 'vouching':
      case 'providers':
        yield part;
        return;
      case 'entry':
        this.check = held(checkEntry(this.#tools.tools, this.check, part.text, part.payload));
        this.#entries.push({ text: part.text, payload: part.payload });
        return;
      case 'checkpoint': {
        // The head of the segment is signed over all of these; each must still be the root that the entries give.
        this.check = held(checkCheckpoint(this.#tools.tools, this.check, part.note, 'root'));
        const entries = this.#entries;
        this.#entries = [];
        yield { kind: 'group', entries, checkpoint: part.note, check: this.check };
        return;
      }
      case 'blob':
        yield* this.#endFile();
        this.#file = { id: part.id, size: part.size, hash: this.#tools.hash(), read: 0 };
        yield { kind: 'file', id: part.id, size: part.size };
        return;
      case 'bytes':
        if (this.#file === null) throw damaged('it has bytes of no file');
        this.#file.hash.update(part.bytes);
        this.#file.read += part.bytes.length;
        yield part;
        return;
      case 'items':
        if (this.#file === null) throw damaged('it has contents of no file');
        yield part;
        return;
      case 'lost':
        if (this.#file === null) throw damaged('it has lost a file that it does not name');
        yield { kind: 'lost', id: this.#file.id, why: part.why };
        this.#file = null;
    }
  }

  *end(): Iterable<CheckedPart> {
    yield* this.#endFile();
    const { header } = this.#segment;
    if (this.#entries.length > 0 || this.check.frontier.size !== header.to)
      throw damaged(`it ends at entry ${String(this.check.frontier.size)} instead of ${String(header.to)}`);
    this.check = held(checkCheckpoint(this.#tools.tools, this.check, header.checkpoint));
  }

  *#endFile(): Iterable<CheckedPart> {
    const file = this.#file;
    this.#file = null;
    if (file === null) return;
    if (file.read !== file.size || hex(file.hash.digest()) !== file.id)
      throw damaged(`the file ${file.id.slice(0, 12)}… in it is not what its digest says`);
    yield { kind: 'stored', id: file.id, size: file.size };
  }
}

/** The sealed bytes as they are read; at their end they must have the digest that the index tells. */
async function* digested(
  tools: BackupTools,
  sealed: AsyncIterable<Uint8Array>,
  segment: OpenSegment,
  progress: (bytes: number) => void,
): AsyncIterable<Uint8Array> {
  const hash = tools.hash();
  let read = 0;
  for await (const bytes of sealed) {
    hash.update(bytes);
    read += bytes.length;
    progress(read);
    yield bytes;
  }
  if (segment.sha256 !== null && hex(hash.digest()) !== segment.sha256)
    throw damaged('its bytes are not those that the list of the backup tells');
}

function held<T>(
  checked: { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: { readonly why: string } },
): T {
  if (checked.ok) return checked.value;
  throw damaged(checked.error.why);
}

function damaged(why: string): BackupError {
  return new BackupError('damaged', `This part of the backup is damaged: ${why}.`);
}
