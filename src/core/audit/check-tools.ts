import type { Sha256 } from '../base/ids.ts';
import type { VerifyEd25519 } from './note.ts';

/** What the check is handed: it has no hash and no curve of its own. */
export interface CheckTools {
  readonly sha256: Sha256;
  readonly verifyEd25519: VerifyEd25519;
  /** For identities with hybrid keys (FIPS 204); without it their records count as not signed. */
  readonly verifyMlDsa65?: VerifyEd25519;
}
