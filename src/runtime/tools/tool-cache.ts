import type { Digest, RunId, Sha256, SourceId, StepId } from '#core/base/ids.ts';
import { canonicalJson, digestOf, type Json } from '#core/base/json.ts';
import { utf8 } from '#core/base/bytes.ts';
import { TOOL_CACHE_BYTES_MAX } from '#core/base/limits.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type { ToolError } from '#core/tools/definition.ts';
import type { ToolContext } from './tool.ts';

/** A step that found something. */
export interface Finder {
  readonly run: RunId;
  readonly step: StepId;
}

export interface CachedCall {
  /** Of all that the call depends on but its circumstances; null: it is made anew each time. */
  readonly key: Digest | null;
  readonly by: Finder;
  readonly context: ToolContext;
  /** Comes to hold the files that the tool reads. */
  readonly read: ReadonlySet<SourceId>;
  /** Makes the call; what it looks at in its context is noted. */
  readonly work: (context: ToolContext) => Promise<Result<Json, ToolError>>;
}

/** What a call came to, and who found it. */
export interface Found {
  readonly observation: Json;
  /** Of its canonical JSON. */
  readonly bytes: number;
  readonly read: ReadonlySet<SourceId>;
  readonly by: Finder;
}

/** What a tool may look at beside its arguments, its inputs and the files. */
const CIRCUMSTANCES = ['now', 'zone', 'owner'] as const;
type Circumstance = (typeof CIRCUMSTANCES)[number];
/** What a tool looked at, as it was. */
type Looked = ReadonlyMap<Circumstance, Digest>;

interface Kept {
  readonly what: Found;
  readonly looked: Looked;
  readonly size: number;
}

/** What a call that others wait for came to. */
interface Told {
  readonly result: Result<Found, ToolError>;
  readonly looked: Looked;
}

/** What keeping anything takes beside what was found, and beside each file that was read. */
const ENTRY_BYTES = 512;
const SOURCE_BYTES = 64;

/** These say something of the one that called, and not of what it called for. */
const OF_THE_CALLER: ReadonlySet<ToolError['code']> = new Set(['cancelled', 'timeout']);

/**
 * Calls of tools that change nothing and ask nobody, with what they came to: the same call over the same files, under the
 * same circumstances as far as the tool looked at them, is answered at once. Calls that are under way at once are made
 * once. What is kept is in this thread's memory only, and goes with it.
 */
export class ToolCache {
  readonly #sha256: Sha256;
  readonly #bytesMax: number;
  /** Least recently used first. */
  readonly #kept = new Map<Digest, Kept>();
  /** Null is told where the one that made the call was stopped: the others make it themselves. */
  readonly #underWay = new Map<Digest, Promise<Told | null>>();
  #bytes = 0;
  /** Goes up with each forgetting: what was under way then is not kept. */
  #forgotten = 0;

  constructor(sha256: Sha256, bytesMax = TOOL_CACHE_BYTES_MAX) {
    this.#sha256 = sha256;
    this.#bytesMax = bytesMax;
  }

  /** Of all that is kept. */
  get bytes(): number {
    return this.#bytes;
  }

  async call(call: CachedCall): Promise<Result<Found, ToolError>> {
    const { key, context } = call;
    if (key === null) return found(call, await call.work(context));
    for (let other = this.#underWay.get(key); other !== undefined; other = this.#underWay.get(key)) {
      const told = await unlessAborted(other, context.signal);
      if (context.signal.aborted) return err({ code: 'cancelled', message: 'It was stopped.' });
      if (told !== null && this.#stillSo(told.looked, context)) return told.result;
    }
    const known = this.#find(key, context);
    return known === null ? this.#make(key, call) : ok(known);
  }

  /** Keeps nothing of before: something may not be known here any more. */
  forget(): void {
    this.#forgotten++;
    this.#kept.clear();
    this.#underWay.clear();
    this.#bytes = 0;
  }

  async #make(key: Digest, call: CachedCall): Promise<Result<Found, ToolError>> {
    const before = this.#forgotten;
    const looked = new Map<Circumstance, Digest>();
    let tell: (told: Told | null) => void = () => undefined;
    const underWay = new Promise<Told | null>((resolve) => (tell = resolve));
    this.#underWay.set(key, underWay);
    let told: Told | null = null;
    try {
      const result = found(call, await call.work(this.#watched(call.context, looked)));
      // One that was stopped may have come to a part only.
      if (call.context.signal.aborted || (!result.ok && OF_THE_CALLER.has(result.error.code))) return result;
      told = { result, looked };
      if (result.ok && this.#forgotten === before) this.#keep(key, result.value, looked);
      return result;
    } finally {
      if (this.#underWay.get(key) === underWay) this.#underWay.delete(key);
      tell(told);
    }
  }

  #find(key: Digest, context: ToolContext): Found | null {
    const kept = this.#kept.get(key);
    if (kept === undefined) return null;
    this.#drop(key, kept);
    if (!this.#stillSo(kept.looked, context)) return null;
    this.#hold(key, kept);
    return kept.what;
  }

  #keep(key: Digest, what: Found, looked: Looked): void {
    const before = this.#kept.get(key);
    if (before !== undefined) this.#drop(key, before);
    const size = what.bytes + ENTRY_BYTES + what.read.size * SOURCE_BYTES;
    if (size <= this.#bytesMax) this.#hold(key, { what, looked, size });
  }

  #hold(key: Digest, kept: Kept): void {
    this.#kept.set(key, kept);
    this.#bytes += kept.size;
    for (const [oldest, other] of this.#kept) {
      if (this.#bytes <= this.#bytesMax) return;
      this.#drop(oldest, other);
    }
  }

  #drop(key: Digest, { size }: Kept): void {
    this.#kept.delete(key);
    this.#bytes -= size;
  }

  /** The same context, which notes what is looked at. */
  #watched(context: ToolContext, looked: Map<Circumstance, Digest>): ToolContext {
    const watched = { ...context };
    for (const name of CIRCUMSTANCES)
      Object.defineProperty(watched, name, {
        enumerable: true,
        get: () => {
          if (!looked.has(name)) looked.set(name, this.#digestOf(context, name));
          return context[name];
        },
      });
    return watched;
  }

  #stillSo(looked: Looked, context: ToolContext): boolean {
    return [...looked].every(([name, digest]) => this.#digestOf(context, name) === digest);
  }

  #digestOf(context: ToolContext, name: Circumstance): Digest {
    return digestOf(this.#sha256, context[name]);
  }
}

function found({ by, read }: CachedCall, result: Result<Json, ToolError>): Result<Found, ToolError> {
  if (!result.ok) return result;
  const bytes = utf8(canonicalJson(result.value)).length;
  return ok({ observation: result.value, bytes, read: new Set(read), by });
}

/** Null as soon as the signal aborts. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | null> {
  return new Promise((resolve) => {
    const stop = (): void => resolve(null);
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    void work.then((value) => {
      signal.removeEventListener('abort', stop);
      resolve(value);
    });
  });
}
