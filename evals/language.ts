import { loadDateFinder } from '#adapters/chrono/date-finder.ts';
import { loadEntityFinder } from '#adapters/compromise/entity-finder.ts';
import { createIcalExpander } from '#adapters/ical/expander.ts';
import { languageDetector } from '#adapters/language/language-detector.ts';
import { createZones } from '#adapters/temporal/zones.ts';
import type { Language } from '#runtime/agent/ports.ts';

let loaded: Promise<Language> | null = null;

/** The product's language adapters, loaded once. */
export function evaluationLanguage(): Promise<Language> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Language> {
  const zones = await createZones();
  const [dates, entities, calendar] = await Promise.all([
    loadDateFinder({ dayFirst: true }),
    loadEntityFinder(),
    createIcalExpander(zones),
  ]);
  return { dates, entities, detector: languageDetector, calendar, zones };
}
