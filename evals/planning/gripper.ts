import { seededRandom } from '#core/base/random.ts';
import { type Instance, numbered, problemText } from './instance.ts';

/** A robot with two hands brings balls to other rooms. */
const DOMAIN = `(define (domain gripper)
  (:requirements :strips :typing :negative-preconditions :equality)
  (:types room ball hand)
  (:constants left right - hand)
  (:predicates (robot-in ?r - room) (in ?b - ball ?r - room) (free ?h - hand) (carries ?h - hand ?b - ball))
  (:action move
    :parameters (?from ?to - room)
    :precondition (and (robot-in ?from) (not (= ?from ?to)))
    :effect (and (robot-in ?to) (not (robot-in ?from))))
  (:action take
    :parameters (?b - ball ?r - room ?h - hand)
    :precondition (and (in ?b ?r) (robot-in ?r) (free ?h))
    :effect (and (carries ?h ?b) (not (in ?b ?r)) (not (free ?h))))
  (:action drop
    :parameters (?b - ball ?r - room ?h - hand)
    :precondition (and (carries ?h ?b) (robot-in ?r))
    :effect (and (in ?b ?r) (free ?h) (not (carries ?h ?b)))))
`;

/** @param size how many balls, in two rooms */
export function gripper(size: number, seed: number): Instance {
  const random = seededRandom(seed);
  const rooms = numbered('room', 2);
  const balls = numbered('ball', size);
  const init = ['(robot-in room1)', '(free left)', '(free right)'];
  const goal: string[] = [];
  for (const ball of balls) {
    const [from, to] = random.chance(0.9) ? rooms : [...rooms].reverse();
    init.push(`(in ${ball} ${from ?? ''})`);
    goal.push(`(in ${ball} ${to ?? ''})`);
  }
  const objects = [`${rooms.join(' ')} - room`, `${balls.join(' ')} - ball`];
  return { domain: DOMAIN, problem: problemText('gripper', objects, init, goal) };
}
