import type { EntityFinder } from '#ports/language.ts';

/** Loads compromise and gives a finder; the loading is the only asynchronous part. */
export async function loadEntityFinder(): Promise<EntityFinder> {
  const { default: nlp } = await import('compromise');
  return {
    find: (text) => {
      const document = nlp(text);
      return {
        people: cleaned(document.people().out('array')),
        places: cleaned(document.places().out('array')),
        organisations: cleaned(document.organizations().out('array')),
      };
    },
  };
}

/** Without the punctuation and possessives that compromise leaves on, each once. */
function cleaned(found: unknown): string[] {
  const names = Array.isArray(found) ? found.filter((name) => typeof name === 'string') : [];
  const trimmed = names.map((name) => name.replace(/^[^\p{L}\p{N}]+|(?:['’]s)?[^\p{L}\p{N}]*$/gu, ''));
  return [...new Set(trimmed)].filter((name) => name !== '');
}
