import { seededRandom, type Random } from '#core/base/random.ts';
import { type Instance, numbered, problemText } from './instance.ts';

/** Towers of blocks become other towers, by an arm that holds one block. */
const DOMAIN = `(define (domain blocks-world)
  (:requirements :strips :typing)
  (:types block)
  (:predicates (on ?above ?below - block) (on-table ?b - block) (clear ?b - block) (empty-handed) (holding ?b - block))
  (:action pick-up
    :parameters (?b - block)
    :precondition (and (clear ?b) (on-table ?b) (empty-handed))
    :effect (and (holding ?b) (not (clear ?b)) (not (on-table ?b)) (not (empty-handed))))
  (:action put-down
    :parameters (?b - block)
    :precondition (holding ?b)
    :effect (and (clear ?b) (on-table ?b) (empty-handed) (not (holding ?b))))
  (:action stack
    :parameters (?above ?below - block)
    :precondition (and (holding ?above) (clear ?below))
    :effect (and (on ?above ?below) (clear ?above) (empty-handed) (not (holding ?above)) (not (clear ?below))))
  (:action unstack
    :parameters (?above ?below - block)
    :precondition (and (on ?above ?below) (clear ?above) (empty-handed))
    :effect (and (holding ?above) (clear ?below) (not (on ?above ?below)) (not (clear ?above)) (not (empty-handed)))))
`;

/** @param size how many blocks */
export function blocksWorld(size: number, seed: number): Instance {
  const random = seededRandom(seed);
  const blocks = numbered('b', size);
  const [before, after] = [someTowers(blocks, random), someTowers(blocks, random)];
  const init = before.flatMap((tower) => [
    `(on-table ${tower[0] ?? ''})`,
    ...onEachOther(tower),
    `(clear ${tower.at(-1) ?? ''})`,
  ]);
  const goal = after.flatMap(onEachOther);
  const problem = problemText('blocks-world', [`${blocks.join(' ')} - block`], ['(empty-handed)', ...init], goal);
  return { domain: DOMAIN, problem };
}

/** Towers from the bottom up. */
function someTowers(blocks: readonly string[], random: Random): string[][] {
  const towers: string[][] = [];
  for (const block of random.shuffle(blocks)) {
    const place = random.below(towers.length + 1);
    const tower = towers[place];
    if (tower) tower.push(block);
    else towers.push([block]);
  }
  return towers;
}

const onEachOther = (tower: readonly string[]): string[] =>
  tower.slice(1).map((block, below) => `(on ${block} ${tower[below] ?? ''})`);
