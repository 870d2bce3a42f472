import type { Random } from '#core/base/random.ts';

/** Faults of the world, by what they strike, and why those that cannot strike today cannot. */
export const FAULTS = {
  'write error': 'disk',
  'read error': 'disk',
  'torn transaction': 'disk',
  'lost after ack': 'disk',
  corruption: 'disk',
  'empty on open': 'disk',
  'partial on open': 'disk',
  quota: 'disk',
  eviction: 'disk',
  slow: 'disk',
  'blocked upgrade': 'disk',
  'stale second tab': 'disk',
  'kill tab': 'process',
  'kill worker': 'process',
  'kill service worker': 'process',
  freeze: 'process',
  'update in mid-run': 'process',
  'GPU lost': 'models',
  'out of memory': 'process',
  offline: 'own files',
  timeout: 'own files',
  'reset in mid-body': 'own files',
  '429': 'own files',
  '5xx': 'own files',
  redirect: 'own files',
  'malformed JSON': 'own files',
  'truncated stream': 'own files',
  'duplicate delivery': 'messages',
  jump: 'clock',
  back: 'clock',
  skew: 'clock',
  'list change': 'not reachable yet: no MCP in the product',
  /** Of an MCP server there is none yet; a file that the owner brings in is what others have written. */
  'hostile result': 'imports',
  hang: 'own files',
  garbage: 'models',
  loop: 'models',
} as const;

/** Invariants of SECURITY.md that no simulated life checks, and why. */
export const UNCHECKED = {
  I16: 'not checked here: simulated profiles are of one version; the migrations have tests of their own',
  I18: 'not checked: the product has no sandbox yet',
} as const;

/** The analogous ways in which the one side effect of today, saving a file, goes wrong. */
export const SAVE_FAULTS = {
  'save refused': 'nothing is written and the window says so',
  'save unconfirmed': 'the file is written and the window says that it is not',
  'save slow': 'the window answers much later',
  'read back refused': 'the folder cannot be read',
} as const;

export type FaultName = keyof typeof FAULTS | keyof typeof SAVE_FAULTS;

/** One fault of a scenario. */
export interface Fault {
  readonly kind: FaultName;
  /** Milliseconds since the world began. */
  readonly at: number;
  /** How long it lasts, ms; 0 for one that happens at once. */
  readonly for: number;
  /** Chance of each operation meanwhile. */
  readonly chance: number;
  /** Which disk: everything in IndexedDB shares one. */
  readonly where: 'idb' | 'opfs' | 'both';
  /** Index among the tabs that are open then. */
  readonly tab: number;
  /** How much, in the unit of the fault: transactions lost, bytes cut or changed, minutes jumped. */
  readonly amount: number;
}

/** The faults in force, and how often each has struck. */
export class Weather {
  readonly #random: Random;
  readonly #active = new Set<Fault>();
  readonly struck = new Map<FaultName, number>();
  /** Bytes that were given back since the disk is full. */
  #room = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  begin(fault: Fault): void {
    this.#active.add(fault);
  }

  end(fault: Fault): void {
    this.#active.delete(fault);
  }

  clear(): void {
    this.#room = 0;
    this.#active.clear();
  }

  /** Whether an operation is struck now. */
  strikes(kind: FaultName, where: Fault['where'] = 'both'): boolean {
    for (const fault of this.#active) {
      if (fault.kind !== kind) continue;
      if (fault.where !== 'both' && where !== 'both' && fault.where !== where) continue;
      if (!this.#random.chance(fault.chance)) continue;
      this.count(kind);
      return true;
    }
    return false;
  }

  /** Bytes are given back: a disk that is full has so much room again. */
  freed(bytes: number): void {
    if ([...this.#active].some(({ kind }) => kind === 'quota')) this.#room += bytes;
  }

  /** Whether there is no room for so many bytes. */
  full(where: Fault['where'], bytes: number): boolean {
    if (this.#room < bytes) return this.strikes('quota', where);
    this.#room -= bytes;
    return false;
  }

  count(kind: FaultName): void {
    this.struck.set(kind, (this.struck.get(kind) ?? 0) + 1);
  }
}
