import { verifyEd25519 } from '#adapters/noble/ed25519.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { base64, fromBase64 } from '#core/base/bytes.ts';
import { keyInName, cosign } from '#core/audit/cosignature.ts';
import { parseCheckpoint } from '#core/audit/checkpoint.ts';
import { verifyConsistency } from '#core/audit/merkle.ts';
import { COSIGNATURE_TYPE, formatNoteKey, openNote, parseNote } from '#core/audit/note.ts';
import { seededSigner } from './seeded-signer.ts';

export interface WitnessResponse {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** What C2SP tlog-witness says a witness does with `add-checkpoint`, for logs whose name tells their key. */
export class FakeNetworkWitness {
  /** `name+id+key`. */
  readonly key: string;
  /** Bodies it got, in order. */
  readonly got: string[] = [];
  /** What it cosigned last, by log. */
  readonly seen = new Map<string, { readonly size: number; readonly root: Uint8Array }>();
  /** Answers with this whatever comes. */
  stubborn: WitnessResponse | null = null;
  readonly #name: string;
  readonly #signer;
  readonly #now: () => number;

  constructor(name: string, seed: number, now: () => number) {
    this.#name = name;
    this.#signer = seededSigner(seed);
    this.#now = now;
    this.key = formatNoteKey(sha256, { name, publicKey: this.#signer.publicKey }, COSIGNATURE_TYPE);
  }

  async addCheckpoint(body: string): Promise<WitnessResponse> {
    this.got.push(body);
    if (this.stubborn !== null) return this.stubborn;
    const split = body.indexOf('\n\n');
    const [first = '', ...proofLines] = body.slice(0, Math.max(0, split)).split('\n');
    const old = /^old (\d+)$/.exec(first)?.[1];
    const proof = proofLines.map(fromBase64);
    const note = body.slice(split + 2);
    const origin = note.split('\n')[0] ?? '';
    if (old === undefined || proof.includes(null)) return said(400, 'bad request');
    const log = keyInName(origin);
    if (log === null) return said(404, 'unknown log');
    const opened = openNote(sha256, verifyEd25519, log, note);
    const checkpoint = opened.ok ? parseCheckpoint(opened.value.text) : opened;
    if (!opened.ok || !checkpoint.ok) return said(parseNote(note).ok ? 403 : 400, 'no trusted signature');
    const { size, root } = checkpoint.value;
    const last = this.seen.get(origin);
    if (Number(old) > size) return said(400, 'old size is above the checkpoint');
    if (Number(old) !== (last?.size ?? 0))
      return { status: 409, type: 'text/x.tlog.size', body: `${String(last?.size ?? 0)}\n` };
    if (last === undefined ? proof.length > 0 : !grew(proof as Uint8Array[], last, { size, root }))
      return said(422, 'the proof does not hold');
    this.seen.set(origin, { size, root });
    const key = { name: this.#name, publicKey: this.#signer.publicKey };
    const line = await cosign(sha256, opened.value.text, key, Math.floor(this.#now() / 1_000), this.#signer.sign);
    return { status: 200, type: 'text/plain', body: line };
  }
}

type Head = { readonly size: number; readonly root: Uint8Array };

function grew(proof: readonly Uint8Array[], before: Head, now: Head): boolean {
  if (before.size === now.size) return proof.length === 0 && base64(before.root) === base64(now.root);
  return verifyConsistency(sha256, proof, before.size, now.size, before.root, now.root);
}

function said(status: number, body: string): WitnessResponse {
  return { status, type: 'text/plain', body: `${body}\n` };
}
