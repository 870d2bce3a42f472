import type { Sha256, UnixMs } from '../base/ids.ts';
import { keyIdOf, type SigningKey } from '../identity/key-document.ts';
import type { Cosigners, IdentityRecord } from '../identity/record.ts';
import type { ExportReport } from './export-report.ts';
import type { ReadRecord } from './signing-keys.ts';

/**
 * What a journal says of whose it is, in words: its identity, who may change it, and each change with those who signed it and
 * with which algorithms. Every record told of here was found to hold, with each half of every signature.
 */
export function identityFacts(
  { sha256, formatTime }: { readonly sha256: Sha256; readonly formatTime: (time: UnixMs) => string },
  { identity, records }: Pick<ExportReport, 'identity' | 'records'>,
): { readonly label: string; readonly text: string }[] {
  if (identity === null) return [];
  const { genesis, id, root, cosigners } = identity;
  return [
    { label: 'Identity', text: `${id}, “${genesis.name}”, since ${formatTime(genesis.createdAt)}` },
    { label: 'Root', text: keyText(root) },
    ...(cosigners.threshold === 0 ? [] : [{ label: 'Co-signers', text: cosignersText(cosigners) }]),
    ...records.map((read) => ({
      label: 'Record',
      text: `entry ${String(read.sequence)}: ${changeText(read.signed.record)}; signed by ${signersText(sha256, read)}`,
    })),
  ];
}

function changeText(record: IdentityRecord): string {
  switch (record.type) {
    case 'windhover.genesis':
      return 'the identity begins';
    case 'windhover.certificate':
      return `a key is certified ${record.purpose === 'prove' ? 'for proofs of identity' : 'to sign statements'} (${record.subject.algorithm})`;
    case 'windhover.cosigners':
      return record.cosigners.threshold === 0
        ? 'no co-signers any more'
        : `co-signers: ${cosignersText(record.cosigners)}`;
    case 'windhover.succession':
      return record.role === 'root'
        ? `another root, ${keyText(record.key)}`
        : `another journal key from entry ${String(record.from)} on, ${keyText(record.key)}`;
  }
}

/** The root, co-signers and the keys in question, each with its algorithm. */
function signersText(sha256: Sha256, { before, signed }: ReadRecord): string {
  const is = (key: SigningKey, by: string): boolean => keyIdOf(sha256, key) === by;
  const texts = signed.signatures.map(({ by, algorithm }) => {
    if (before === null)
      return is((signed.record as { root: SigningKey }).root, by)
        ? `the root (${algorithm})`
        : `the first key (${algorithm})`;
    if (is(before.root, by)) return `the root (${algorithm})`;
    const cosigner = before.cosigners.keys.findIndex((key) => is(key, by));
    if (cosigner >= 0)
      return `co-signer ${String(cosigner + 1)} of ${String(before.cosigners.keys.length)} (${algorithm})`;
    const { record } = signed;
    // What is certified signs its own certificate.
    if (record.type !== 'windhover.succession') return `the certified key (${algorithm})`;
    return is(record.key, by) ? `the new key (${algorithm})` : `the key before (${algorithm})`;
  });
  return texts.join(', ');
}

function cosignersText({ keys, threshold }: Cosigners): string {
  return `any ${String(threshold)} of ${String(keys.length)} may stand in for the root: ${keys.map(keyText).join('; ')}`;
}

/** Of a hybrid key the first half: the other is two thousand bytes long. */
function keyText({ algorithm, keys }: SigningKey): string {
  return `${keys[0] as string} (${algorithm})`;
}
