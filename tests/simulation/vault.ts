import { loadDateFinder } from '#adapters/chrono/date-finder.ts';
import { loadEntityFinder } from '#adapters/compromise/entity-finder.ts';
import { csvParser } from '#adapters/csv/csv-parser.ts';
import { createIcalExpander } from '#adapters/ical/expander.ts';
import { languageDetector } from '#adapters/language/language-detector.ts';
import { markdownParser } from '#adapters/markdown/markdown-parser.ts';
import { plainTextParser } from '#adapters/plain-text/plain-text-parser.ts';
import { createZones } from '#adapters/temporal/zones.ts';
import type { UnixMs } from '#core/base/ids.ts';
import type { SignedRecord } from '#core/identity/record.ts';
import { nobleIdentityKeys } from '#adapters/noble/identity-keys.ts';
import { beginIdentity } from '#runtime/identity/begin-identity.ts';
import { memorySecretStore } from '#tests/fakes/memory-secret-store.ts';
import { seededSigner } from '#tests/fakes/seeded-signer.ts';
import { fastEntropy, fastSealer, sha256 } from './crypto.ts';
import type { Signer } from '#ports/crypto.ts';
import type { Language } from '#runtime/agent/ports.ts';
import type { Parser } from '#ports/parser.ts';

/** Stands in every file and nowhere else: it must never be on disk in the clear. */
export const CANARY = 'heron-7351-quillon';

export const VAULT: readonly { readonly path: string; readonly text: string }[] = [
  {
    path: 'expenses.csv',
    text: `Date,Category,Amount\n2026-11-02,Travel,120.50\n2026-11-03,Hotels,310\n2026-11-09,Travel,80\n2026-11-10,${CANARY},5\n`,
  },
  {
    path: 'kestrel.md',
    text: `# Kestrel status\n\nThe Kestrel budget is 48,000 euros. ${CANARY} is its code name.\n\nThe Kestrel launch moved to 12 December 2026.\n`,
  },
  { path: 'notes.txt', text: `Kestrel notes\n\nNadia signs the Kestrel contract on 3 December 2026. ${CANARY}\n` },
];

export const SAMPLE: Readonly<Record<string, string>> = {
  '/sample/manifest.json': JSON.stringify({
    asOfMs: 1_763_700_000_000,
    zone: 'Europe/Berlin',
    owner: { name: 'Robin Vale', address: 'robin@example.org' },
    files: [{ path: 'sample.md' }],
  }),
  '/sample/sample.md': `# Sample\n\nThe sample Kestrel budget is 10 euros. ${CANARY}\n`,
};

const PARSERS: Readonly<Record<string, Parser>> = { '.csv': csvParser, '.md': markdownParser, '.txt': plainTextParser };

export function parserFor(extension: string): Promise<Parser> | null {
  const parser = PARSERS[extension];
  return parser === undefined ? null : Promise.resolve(parser);
}

/** What is loaded and worked out once, before anything is simulated. */
export interface Loaded extends Language {
  /** The records of an identity, for lives whose signatures nobody checks; one of its own would cost more than such a life. */
  readonly identity: readonly SignedRecord[];
}

/** The product's language adapters; each answer is worked out once. */
export async function loadLanguage(): Promise<Loaded> {
  const zones = await createZones();
  const [dates, entities, calendar] = await Promise.all([
    loadDateFinder({ dayFirst: true }),
    loadEntityFinder(),
    createIcalExpander(zones),
  ]);
  const day = 86_400_000;
  return {
    identity: await identityOf(1, seededSigner(1), 1_763_700_000_000 as UnixMs),
    dates: {
      find: remembered(
        (text: string, reference: UnixMs, zone: string) => dates.find(text, reference, zone),
        (text, reference, zone) =>
          // The vault is read by the day.
          `${text}|${String(Math.floor(reference / day))}|${zone}`,
      ),
    },
    entities: {
      find: remembered(
        (text: string) => entities.find(text),
        (text) => text,
      ),
    },
    detector: {
      detect: remembered(
        (text: string) => languageDetector.detect(text),
        (text) => text,
      ),
    },
    calendar,
    zones,
  };
}

/** The records of an identity whose journal this signer signs. */
export function identityOf(device: number, signer: Signer, at: UnixMs): Promise<readonly SignedRecord[]> {
  const entropy = fastEntropy(device);
  const sealer = fastSealer(device, entropy);
  const parts = { sha256, entropy, sealer, signer, secrets: memorySecretStore(), keys: nobleIdentityKeys(entropy) };
  return beginIdentity(parts, at);
}

function remembered<A extends unknown[], R>(work: (...args: A) => R, name: (...args: A) => string): (...args: A) => R {
  const known = new Map<string, R>();
  return (...args) => {
    const key = name(...args);
    if (!known.has(key)) known.set(key, work(...args));
    return known.get(key)!;
  };
}
