import { seededRandom } from '#core/base/random.ts';
import { type Instance, numbered, problemText } from './instance.ts';

/** Satellites turn, switch on, calibrate, and take pictures of what they point at. */
const DOMAIN = `(define (domain satellite)
  (:requirements :strips :typing :equality :negative-preconditions)
  (:types satellite direction instrument mode)
  (:predicates (on-board ?i - instrument ?s - satellite) (supports ?i - instrument ?m - mode)
    (pointing ?s - satellite ?d - direction) (power-left ?s - satellite) (powered ?i - instrument)
    (calibrated ?i - instrument) (has-picture ?d - direction ?m - mode) (target-of ?i - instrument ?d - direction))
  (:action turn
    :parameters (?s - satellite ?to ?from - direction)
    :precondition (and (pointing ?s ?from) (not (= ?to ?from)))
    :effect (and (pointing ?s ?to) (not (pointing ?s ?from))))
  (:action switch-on
    :parameters (?i - instrument ?s - satellite)
    :precondition (and (on-board ?i ?s) (power-left ?s))
    :effect (and (powered ?i) (not (calibrated ?i)) (not (power-left ?s))))
  (:action switch-off
    :parameters (?i - instrument ?s - satellite)
    :precondition (and (on-board ?i ?s) (powered ?i))
    :effect (and (not (powered ?i)) (power-left ?s)))
  (:action calibrate
    :parameters (?s - satellite ?i - instrument ?d - direction)
    :precondition (and (on-board ?i ?s) (target-of ?i ?d) (pointing ?s ?d) (powered ?i))
    :effect (calibrated ?i))
  (:action take-picture
    :parameters (?s - satellite ?d - direction ?i - instrument ?m - mode)
    :precondition (and (calibrated ?i) (on-board ?i ?s) (supports ?i ?m) (powered ?i) (pointing ?s ?d))
    :effect (has-picture ?d ?m)))
`;

/** @param size how many pictures; a satellite for every five of them, with up to three instruments each */
export function satellite(size: number, seed: number): Instance {
  const random = seededRandom(seed);
  const satellites = numbered('satellite', Math.max(1, Math.ceil(size / 5)));
  const modes = numbered('mode', 3);
  const stars = numbered('star', Math.max(3, Math.ceil(size / 4)));
  const phenomena = numbered('phenomenon', size);
  const instruments: string[] = [];
  const init: string[] = [];
  for (const [number, each] of satellites.entries()) {
    init.push(`(power-left ${each})`, `(pointing ${each} ${random.pick([...stars, ...phenomena])})`);
    for (let i = 0; i <= random.below(3); i++) {
      const instrument = `instrument${instruments.length + 1}`;
      instruments.push(instrument);
      init.push(`(on-board ${instrument} ${each})`, `(target-of ${instrument} ${random.pick(stars)})`);
      // The first one can do everything, so that every picture can be taken.
      const supported = number === 0 && i === 0 ? modes : modes.filter(() => random.chance(0.6));
      for (const mode of supported) init.push(`(supports ${instrument} ${mode})`);
    }
  }
  const goal = phenomena.map((direction) => `(has-picture ${direction} ${random.pick(modes)})`);
  const objects = [
    `${satellites.join(' ')} - satellite`,
    `${[...stars, ...phenomena].join(' ')} - direction`,
    `${instruments.join(' ')} - instrument`,
    `${modes.join(' ')} - mode`,
  ];
  return { domain: DOMAIN, problem: problemText('satellite', objects, init, goal) };
}
