import type { Sha256 } from '../base/ids.ts';
import { base64, fromBase64 } from '../base/bytes.ts';
import { err, ok, type Result } from '../base/result.ts';
import { type AgentId, agentIdOf, publicKeyOf } from '../identity/did-key.ts';
import { HASH_BYTES } from './merkle.ts';
import {
  type NoteError,
  type NoteKey,
  openNote,
  parseNote,
  signNote,
  type SignEd25519,
  type VerifyEd25519,
} from './note.ts';

/** A signed tree head: C2SP tlog-checkpoint (c2sp.org/tlog-checkpoint). Origin, tree size and root, a line each, in a signed note. */
export interface Checkpoint {
  /** Names the log, and is the name of the key that signs it. */
  readonly origin: string;
  /** Entries in the tree. */
  readonly size: number;
  /** 32 bytes */
  readonly root: Uint8Array;
  /** Further lines, allowed and not understood. */
  readonly extensions: readonly string[];
}

export type CheckpointError = 'malformed' | 'wrong-origin' | 'unsigned' | 'bad-signature';

/** Before the did:key of an agent: the origin of its log, and the name under which it cosigns the logs of others. */
export const ORIGIN_PREFIX = 'windhover/';

/** The journal of an agent: no scheme, no spaces, no plus sign, so it also serves as the key's name. */
export function originOf(agent: AgentId): string {
  return `${ORIGIN_PREFIX}${agent}`;
}

/** @param publicKey the agent's Ed25519 key, 32 bytes */
export function checkpointKey(publicKey: Uint8Array): NoteKey {
  return { name: originOf(agentIdOf(publicKey)), publicKey };
}

/**
 * The key that signs under a journal's name. The name is the did:key of the journal's first key and stays when the key
 * changes, so that witnesses and anchors go on knowing the log (the key's id in the signature line tells which one it is).
 */
export function journalKey(agent: AgentId, publicKey: Uint8Array): NoteKey {
  return { name: originOf(agent), publicKey };
}

/**
 * Signs the head of a tree under the journal's origin.
 * @param agent the journal's name; the signer's own while it has the first key
 * @returns the note
 */
export function signCheckpoint(
  sha256: Sha256,
  head: { readonly size: number; readonly root: Uint8Array },
  signer: { readonly publicKey: Uint8Array; readonly sign: SignEd25519 },
  agent: AgentId = agentIdOf(signer.publicKey),
): Promise<string> {
  const key = journalKey(agent, signer.publicKey);
  return signNote(sha256, formatCheckpoint({ ...head, origin: key.name, extensions: [] }), key, signer.sign);
}

/** Opens a checkpoint that this key signed for the agent's own log. */
export function openCheckpoint(
  sha256: Sha256,
  verify: VerifyEd25519,
  key: NoteKey,
  note: string,
): Result<Checkpoint, CheckpointError> {
  const opened: Result<{ readonly text: string }, NoteError> = openNote(sha256, verify, key, note);
  if (!opened.ok) return opened;
  const checkpoint = parseCheckpoint(opened.value.text);
  if (!checkpoint.ok) return checkpoint;
  return checkpoint.value.origin === key.name ? checkpoint : err('wrong-origin');
}

/**
 * Opens a checkpoint of this journal that the key in force signed. Heads carry the name of the journal's first key; those
 * of before carried the name of the key that signed them, and that is read still.
 * @param names the journal's name, and those that its keys gave it
 */
export function openSignedBy(
  tools: { readonly sha256: Sha256; readonly verifyEd25519: VerifyEd25519 },
  names: readonly AgentId[],
  signer: AgentId,
  note: string,
): Result<Checkpoint, CheckpointError | 'bad-agent'> {
  const publicKey = publicKeyOf(signer);
  if (!publicKey.ok) return err('bad-agent');
  const name = names.find((known) => note.startsWith(`${originOf(known)}\n`)) ?? signer;
  return openCheckpoint(tools.sha256, tools.verifyEd25519, journalKey(name, publicKey.value), note);
}

/** The name of the journal that a checkpoint is of; null for a log of another kind. */
export function journalNameIn(note: string): AgentId | null {
  const origin = note.slice(0, Math.max(0, note.indexOf('\n')));
  const name = origin.startsWith(ORIGIN_PREFIX) ? origin.slice(ORIGIN_PREFIX.length) : '';
  return publicKeyOf(name).ok ? (name as AgentId) : null;
}

/** What a checkpoint note says, its signature not checked: to learn whose it is, or when a newer one covers it. */
export function readCheckpoint(note: string): Result<Checkpoint, 'malformed'> {
  const parsed = parseNote(note);
  return parsed.ok ? parseCheckpoint(parsed.value.text) : parsed;
}

/** The note's text. */
export function formatCheckpoint(checkpoint: Checkpoint): string {
  const { origin, size, root, extensions } = checkpoint;
  return [origin, String(size), base64(root), ...extensions].map((line) => `${line}\n`).join('');
}

export function parseCheckpoint(text: string): Result<Checkpoint, 'malformed'> {
  const lines = text.split('\n');
  const [origin = '', size = '', encoded = '', ...rest] = lines;
  const extensions = rest.slice(0, -1);
  const root = fromBase64(encoded);
  if (rest.at(-1) !== '' || origin === '' || extensions.includes('')) return err('malformed');
  // The size is decimal without leading zeros.
  if (!/^(?:0|[1-9][0-9]*)$/.test(size) || !Number.isSafeInteger(Number(size))) return err('malformed');
  if (root?.length !== HASH_BYTES) return err('malformed');
  return ok({ origin, size: Number(size), root, extensions });
}
