/** A file for the owner to keep: a backup, or a sealed copy. */
export interface BackupArchive {
  readonly name: string;
  readonly body: Blob;
}
