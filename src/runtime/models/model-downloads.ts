import { hex } from '#core/base/bytes.ts';
import type { Digest, Ms, Sha256 } from '#core/base/ids.ts';
import { MIB } from '#core/base/limits.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import { NEUTRAL, OWNER_TYPED } from '#core/labels/label.ts';
import { lackingIn, manifestIn, type ModelManifest } from '#core/models/manifest.ts';
import type { Clock } from '#ports/clock.ts';
import type { ModelFile, ModelOrder, OpenPart, PartShelf } from '#ports/device-models.ts';
import { BrokenOff, wholeOf } from '../channels/answer-stream.ts';
import type { ChannelDesk, OpenOutcome, Opened } from '../channels/channel-desk.ts';
import type { ChannelDraft } from '../contract/channels-api.ts';
import type { DownloadsApi, DownloadView, ModelToFetch } from '../contract/downloads-api.ts';

/** More is no manifest. */
const MANIFEST_BYTES_MAX = MIB;
/** One request asks for no more: a browser gives its service worker five minutes for one thing. */
const PIECE_BYTES = 32 * MIB;
const SENT_BYTES_PER_DAY = MIB;
const REQUESTS_PER_MINUTE = 300;
/** A connection that brought something before it was lost is begun again, after a while. */
const AGAIN_MS = 1_000 as Ms;
/** Smaller steps are not told. */
const STEP = 0.004;

export interface ModelDownloadsParts {
  readonly desk: Pick<ChannelDesk, 'readAddress' | 'approve' | 'change' | 'revoke' | 'open'>;
  /** Null where this browser cannot keep them. */
  readonly shelf: PartShelf | null;
  readonly clock: Pick<Clock, 'after'>;
  readonly sha256: Sha256;
}

/**
 * Models from a host that the owner approved: by a way out of their own, which sends addresses and nothing else. What every
 * file has to be is known before it comes, by a manifest whose digest the owner gave. What came stays when it is stopped.
 */
export class ModelDownloads implements DownloadsApi {
  readonly #parts: ModelDownloadsParts;
  #stopping = new AbortController();

  constructor(parts: ModelDownloadsParts) {
    this.#parts = parts;
  }

  async look(): Promise<readonly DownloadView[]> {
    return ((await this.#parts.shelf?.orders()) ?? []).map(({ digest, manifest, address, here }) => ({
      id: digest,
      name: manifest.name,
      licence: manifest.licence,
      host: new URL(address).origin,
      files: manifest.files.length,
      bytes: sizeOf(manifest),
      here,
    }));
  }

  async order(what: ModelToFetch): Promise<Result<string, string>> {
    const { desk, shelf } = this.#parts;
    if (shelf === null) return err('This browser keeps no files for this app, so no model can be fetched.');
    const digest = what.digest.trim().toLowerCase();
    if (!/^[0-9a-f]{64}$/.test(digest))
      return err('A SHA-256 has 64 digits, 0 to 9 and a to f. Whoever offers the model tells it beside its address.');
    const address = what.address.trim();
    const read = await desk.readAddress(address);
    if (!read.ok) return read;
    if (!/\/[^/?#]+$/.test(read.value.path))
      return err('The address has to be that of a file: the manifest of the model, for example …/manifest.json.');
    if ((await shelf.orders()).some((order) => order.digest === digest)) return ok(digest);
    const approved = await desk.approve(channelTo(address, MANIFEST_BYTES_MAX));
    if (!approved.ok) return approved;
    const channel = approved.value;
    const manifest = await this.#manifest(address, digest as Digest, channel);
    if (!manifest.ok) {
      await desk.revoke(channel);
      return manifest;
    }
    const changed = await desk.change(channel, channelTo(address, MANIFEST_BYTES_MAX + 2 * sizeOf(manifest.value)));
    if (!changed.ok) return changed;
    await shelf.begin({ digest: digest as Digest, manifest: manifest.value, address, channel });
    return ok(digest);
  }

  async download(id: string, listener: (fraction: number) => void): Promise<Result<string, string>> {
    const { desk, shelf } = this.#parts;
    const order = await this.#order(id);
    if (shelf === null || order === undefined) return err('There is no such download, or it was given up.');
    this.#stopping = new AbortController();
    const all = sizeOf(order.manifest);
    let done = 0;
    let told = 0;
    for (const file of order.manifest.files) {
      const before = done;
      const came = await this.#file(shelf, order, file, (bytes) => {
        done = before + bytes;
        if (done < all && done / all - told < STEP) return;
        told = done / all;
        listener(told);
      });
      if (!came.ok) return came;
    }
    const model = await shelf.finish(order);
    await desk.revoke(order.channel);
    return ok(model.id);
  }

  stop(): Promise<void> {
    this.#stopping.abort();
    return Promise.resolve();
  }

  async discard(id: string): Promise<void> {
    const order = await this.#order(id);
    if (order === undefined) return;
    await this.#parts.shelf?.discard(order);
    await this.#parts.desk.revoke(order.channel);
  }

  async #order(id: string): Promise<ModelOrder | undefined> {
    return (await this.#parts.shelf?.orders())?.find(({ digest }) => digest === id);
  }

  async #manifest(address: string, digest: Digest, channel: string): Promise<Result<ModelManifest, string>> {
    const { sha256 } = this.#parts;
    const { signal } = new AbortController();
    const answer = await this.#ask(address, null, channel, MANIFEST_BYTES_MAX, signal);
    if (!answer.ok) return answer;
    const bytes = await wholeOf(answer.value.body);
    if (bytes instanceof BrokenOff) return err(bytes.message);
    const found = hex(sha256(bytes));
    if (found !== digest)
      return err(
        `What came is not the manifest that was promised: its SHA-256 is ${found.slice(0, 12)}…, not ${digest.slice(0, 12)}…. Nothing of it was kept.`,
      );
    const manifest = manifestIn(new TextDecoder().decode(bytes));
    if (manifest === null)
      return err('It is no manifest of a model: that is JSON with a name, and files with path, bytes and sha256.');
    const lacking = lackingIn(manifest.files.map(({ path }) => path));
    return lacking === null ? ok(manifest) : err(`${lacking} in this manifest, so it is no model that can run here.`);
  }

  /** Fetches what lacks of one file, and checks the whole of it. */
  async #file(
    shelf: PartShelf,
    order: ModelOrder,
    file: ModelFile,
    progress: (bytes: number) => void,
  ): Promise<Result<void, string>> {
    const part = await shelf.open(order, file.path);
    if (part === null) return err('It is being fetched in another tab.');
    try {
      if (part.bytes() > file.bytes) part.clear();
      progress(part.bytes());
      while (part.bytes() < file.bytes) {
        const came = await this.#piece(order, file, part, progress);
        if (!came.ok) return came;
      }
      const found = part.digest();
      if (found === file.sha256) return ok(undefined);
      part.clear();
      return err(
        `${file.path} is not what the manifest says: its SHA-256 is ${found.slice(0, 12)}…, not ${file.sha256.slice(0, 12)}…. It was thrown away. Go on to fetch it again.`,
      );
    } finally {
      part.close();
    }
  }

  async #piece(
    order: ModelOrder,
    file: ModelFile,
    part: OpenPart,
    progress: (bytes: number) => void,
  ): Promise<Result<void, string>> {
    const { signal } = this.#stopping;
    const from = part.bytes();
    const to = Math.min(from + PIECE_BYTES, file.bytes) - 1;
    const url = new URL(file.path, order.address).href;
    const answer = await this.#ask(url, `bytes=${String(from)}-${String(to)}`, order.channel, file.bytes, signal);
    if (!answer.ok) return answer;
    // It sends no parts, and begins anew.
    if (answer.value.status === 200 && from > 0) part.clear();
    const before = part.bytes();
    const reader = answer.value.body.getReader();
    try {
      for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        if (part.bytes() + piece.value.length > file.bytes) {
          await reader.cancel();
          part.clear();
          return err(`${file.path} is longer than the manifest says. It was thrown away.`);
        }
        if (!part.append(piece.value)) {
          await reader.cancel();
          return err('There is no room for all of it on this device. Make some and go on, or give it up.');
        }
        progress(part.bytes());
      }
    } catch (error) {
      if (!(error instanceof BrokenOff)) throw error;
      if (signal.aborted) return err(STOPPED);
      if (part.bytes() === before) return err(error.message);
      // What was stopped meanwhile is not asked for again.
      await new Promise<void>((again) => void this.#parts.clock.after(AGAIN_MS, again));
      return ok(undefined);
    }
    return part.bytes() === before ? err(`The host sent nothing of ${file.path}.`) : ok(undefined);
  }

  async #ask(
    url: string,
    range: string | null,
    channel: string,
    bytesMax: number,
    signal: AbortSignal,
  ): Promise<Result<Opened, string>> {
    if (signal.aborted) return err(STOPPED);
    const outcome = await this.#parts.desk.open(
      {
        request: { method: 'GET', url, headers: range === null ? [] : [['range', range]], body: null },
        ...{ channel, sink: 'egress', by: { tool: 'models.fetch', run: 'owner', step: 'fetch' } },
        // The host knows it: the address that the owner named, or one in a manifest whose digest they gave.
        ...{ arguments: { url, range }, carries: [{ name: 'address', role: 'address', label: NEUTRAL }] },
        ...{ planned: true, planner: OWNER_TYPED, destructive: false, answerBytesMax: bytesMax },
      },
      signal,
    );
    if (outcome.kind !== 'opened') return err(unopened(outcome));
    const { status, body } = outcome;
    if (status === 200 || (range !== null && status === 206)) return ok(outcome);
    await body.cancel();
    return err(`The host answered ${String(status)} to ${url}${HINTS[status] ?? ''}.`);
  }
}

const STOPPED = 'It was stopped. What came stays here.';
const HINTS: Readonly<Record<number, string>> = {
  401: ': it wants to know who asks, which is not possible here',
  403: ': it does not give this to everybody',
  404: ': it has no such file',
  416: ': it has less of this file than the manifest says',
  429: ': it has had too many requests. Go on later',
};

function unopened(outcome: Exclude<OpenOutcome, Opened>): string {
  if (outcome.kind === 'ask')
    return 'A rule of yours asks about every request, and this is many. Change the rule, or choose the folder of the model instead.';
  return outcome.kind === 'failed' && outcome.code === 'aborted' ? STOPPED : outcome.message;
}

function sizeOf({ files }: ModelManifest): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** To one folder of one host, sending no more than addresses. */
function channelTo(address: string, answerBytesPerDay: number): ChannelDraft {
  const folder = address.replace(/\/[^/]*$/, '/');
  return {
    ...{ name: `Model from ${new URL(address).host}`.slice(0, 60), why: 'Fetching a model', address: folder },
    ...{ methods: ['GET'], headers: ['range'], clearance: 'public', expiresAt: null },
    ...{ bytesPerDay: SENT_BYTES_PER_DAY, requestsPerMinute: REQUESTS_PER_MINUTE, answerBytesPerDay },
  };
}
