import type { CheckTools } from '#core/audit/check-tools.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { BackupCipher } from '#ports/backup-cipher.ts';
import type { BlobStore } from '#ports/blob-store.ts';
import type { IncrementalHash } from '../blobs/sealed-blob-store.ts';
import type { BackedUpSecrets } from '../identity/secret-backup.ts';
import type { JournalReading } from '../journal/parts.ts';

/** What is kept in this browser, for reading: what a backup is made from and compared with. */
export interface LiveContent {
  readonly journal: JournalReading;
  readonly blobs: Pick<BlobStore, 'size' | 'read' | 'items'>;
  readonly store: Pick<AgentStore, 'rows'>;
  /** What of the identity's secrets lies on this device. */
  readonly secrets: () => Promise<BackedUpSecrets>;
}

/** What reading a backup needs. */
export interface BackupTools {
  readonly cipher: BackupCipher;
  readonly tools: CheckTools;
  /** SHA-256 of bytes that come piece by piece. */
  readonly hash: () => IncrementalHash;
}
