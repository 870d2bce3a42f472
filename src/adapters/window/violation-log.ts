const KEY = 'windhover.violations';
const VIOLATIONS_KEPT_MAX = 50;

/** One thing that the Content-Security-Policy stopped in this browser. */
export interface Violation {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly directive: string;
  readonly blocked: string;
  readonly place: string;
}

/** Keeps what the content policy stopped, in localStorage, so that the audit page can show it. Nothing is sent. */
export class ViolationLog {
  #listener: (() => void) | null = null;

  constructor() {
    document.addEventListener('securitypolicyviolation', (event) => {
      this.#add({
        at: Date.now(),
        directive: event.effectiveDirective,
        blocked: event.blockedURI,
        place: event.sourceFile === '' ? '' : `${event.sourceFile}:${String(event.lineNumber)}`,
      });
    });
  }

  list(): readonly Violation[] {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
      return Array.isArray(kept) ? kept.filter(isViolation) : [];
    } catch {
      return [];
    }
  }

  clear(): void {
    try {
      localStorage.removeItem(KEY);
    } catch {
      // Where localStorage is refused nothing was kept.
    }
    this.#listener?.();
  }

  onChange(listener: () => void): void {
    this.#listener = listener;
  }

  #add(violation: Violation): void {
    try {
      localStorage.setItem(KEY, JSON.stringify([violation, ...this.list()].slice(0, VIOLATIONS_KEPT_MAX)));
    } catch {
      return;
    }
    this.#listener?.();
  }
}

function isViolation(value: unknown): value is Violation {
  if (typeof value !== 'object' || value === null) return false;
  const { at, directive, blocked, place } = value as Record<string, unknown>;
  return (
    typeof at === 'number' && typeof directive === 'string' && typeof blocked === 'string' && typeof place === 'string'
  );
}
