import type { SourceId, UnixMs } from '../base/ids.ts';
import type { Purposes } from './purposes.ts';
import type { Seal } from './sealing.ts';

export type SourceKind = 'calendar' | 'mail' | 'mailbox' | 'table' | 'document' | 'data';

/** One imported file, content-addressed: its id is the SHA-256 of its bytes, so the same file is held once. */
export interface Source {
  readonly id: SourceId;
  /** Path as imported, forward slashes; a zip's member is `archive.zip/inner/name.txt`. */
  readonly path: string;
  readonly kind: SourceKind;
  readonly bytes: number;
  readonly importedAt: UnixMs;
  /** The file's own modification time where the system gave one. */
  readonly modifiedAt: UnixMs | null;
  /** How many items of each kind the parser found. */
  readonly counts: {
    readonly messages: number;
    readonly events: number;
    readonly documents: number;
    readonly tables: number;
  };
  /** What the parser could not use, in plain words with the place; the rest of the file went in. */
  readonly warnings: readonly ImportProblem[];
  readonly sample: boolean;
  /** For sample data: the moment it plays at, which goals over it alone are read against. */
  readonly asOf?: UnixMs;
  /** What its owner allows it to be used for. Left out in journals of before there were purposes: see `purposesOf`. */
  readonly purposes?: Purposes;
  /** It never leaves this device: the owner sealed it, or a folder that it lies in. Left out for neither. */
  readonly sealed?: Seal;
}

/** What was wrong with a file and where, in words for its owner. */
export interface ImportProblem {
  readonly code: ImportProblemCode;
  /** "line 14", "message 203 at byte 91022", "member ../../etc/passwd"; empty when it is the whole file. */
  readonly where: string;
  /** One sentence: what is wrong and what to do. */
  readonly message: string;
}

export type ImportProblemCode =
  | 'empty'
  | 'unsupported'
  | 'too-large'
  | 'truncated'
  | 'encoding'
  | 'malformed'
  | 'bad-recurrence'
  | 'unknown-zone'
  | 'ragged-row'
  | 'zip-bomb'
  | 'zip-path'
  | 'encrypted'
  | 'quota'
  | 'cancelled';

/** A place in a source. Byte offsets into the file as imported, end exclusive. */
export interface Span {
  readonly source: SourceId;
  readonly start: number;
  readonly end: number;
}
