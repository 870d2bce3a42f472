/** Closed reasons why a backup cannot be written, read, or taken for true. */
export type BackupErrorCode =
  /** No folder was chosen, or it is not there any more. */
  | 'no-folder'
  /** The browser wants to be asked again. */
  | 'no-permission'
  | 'full'
  | 'io'
  | 'wrong-key'
  | 'wrong-passphrase'
  /** There is no backup here. */
  | 'nothing'
  /** Written by a newer version of the app. */
  | 'newer-version'
  | 'damaged'
  /** A file of the series is missing. */
  | 'incomplete'
  /** The backup is whole, but is not what is kept here. */
  | 'differs'
  | 'cancelled';

/**
 * Thrown inside streams, where a Result has no place, and turned into one where the stream is driven. The message is a
 * sentence for the owner; `file` names the file it is about.
 */
export class BackupError extends Error {
  override readonly name = 'BackupError';
  readonly code: BackupErrorCode;
  readonly file: string | null;

  constructor(code: BackupErrorCode, message: string, file: string | null = null) {
    super(message);
    this.code = code;
    this.file = file;
  }
}
