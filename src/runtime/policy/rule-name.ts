/** The pack that holds what the owner writes. */
export const OWN_PACK = 'own';

/** A rule by its name, at the beginning of a sentence: `own/nights` is the owner's rule “nights”. */
export function ruleName(id: string): string {
  const [pack = '', ...rest] = id.split('/');
  const name = rest.join('/');
  if (name === '') return 'A rule of yours';
  return pack === OWN_PACK ? `Your rule “${name}”` : `The rule “${name}” of “${pack}”`;
}
