/** What of the platform this window lacks, by the names that Health uses; a worker cannot see these itself. */
export function missingInWindow(): string[] {
  const missing: string[] = [];
  if (!('showDirectoryPicker' in globalThis)) missing.push('file-system-access');
  if (!('storage' in navigator) || typeof navigator.storage.persist !== 'function') missing.push('persist');
  return missing;
}
