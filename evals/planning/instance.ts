/** A domain and a problem in PDDL. */
export interface Instance {
  readonly domain: string;
  readonly problem: string;
}

/** `b1 b2 b3` */
export function numbered(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${name}${index + 1}`);
}

export function problemText(
  domain: string,
  objects: readonly string[],
  init: readonly string[],
  goal: readonly string[],
): string {
  return `(define (problem ${domain}-problem)
  (:domain ${domain})
  (:objects ${objects.join('\n    ')})
  (:init ${init.join('\n    ')})
  (:goal (and ${goal.join('\n    ')})))
`;
}
