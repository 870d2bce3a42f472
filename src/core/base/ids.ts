/** Branded primitives: a plain string or number does not pass for one of these by accident. */
declare const brand: unique symbol;
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** SHA-256 as 64 lowercase hex digits. */
export type Digest = Brand<string, 'Digest'>;
/** SHA-256 of an imported file's bytes. */
export type SourceId = Brand<string, 'SourceId'>;
export type ItemId = Brand<string, 'ItemId'>;
export type RunId = Brand<string, 'RunId'>;
export type StepId = Brand<string, 'StepId'>;
export type EvidenceId = Brand<string, 'EvidenceId'>;
export type ApprovalId = Brand<string, 'ApprovalId'>;
export type CommandId = Brand<string, 'CommandId'>;
/** Position of an entry in the journal, from 0. */
export type Sequence = Brand<number, 'Sequence'>;
/** Fencing epoch: raised by each new leader. */
export type Epoch = Brand<number, 'Epoch'>;
/** Milliseconds since 1970-01-01T00:00:00Z. */
export type UnixMs = Brand<number, 'UnixMs'>;
/** A duration or a monotonic reading in milliseconds. */
export type Ms = Brand<number, 'Ms'>;

/** The synchronous SHA-256 that core functions are handed. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;
