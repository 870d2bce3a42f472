import { seededRandom } from '#core/base/random.ts';
import { type Instance, numbered, problemText } from './instance.ts';

/** Packages go by truck within a city and by plane between airports. */
const DOMAIN = `(define (domain logistics)
  (:requirements :strips :typing)
  (:types thing place city - object
          package vehicle - thing
          truck plane - vehicle
          airport - place)
  (:predicates (in-city ?p - place ?c - city) (at ?t - thing ?p - place) (in ?p - package ?v - vehicle))
  (:action load
    :parameters (?what - package ?into - vehicle ?where - place)
    :precondition (and (at ?into ?where) (at ?what ?where))
    :effect (and (in ?what ?into) (not (at ?what ?where))))
  (:action unload
    :parameters (?what - package ?from - vehicle ?where - place)
    :precondition (and (at ?from ?where) (in ?what ?from))
    :effect (and (at ?what ?where) (not (in ?what ?from))))
  (:action drive
    :parameters (?t - truck ?from ?to - place ?c - city)
    :precondition (and (at ?t ?from) (in-city ?from ?c) (in-city ?to ?c))
    :effect (and (at ?t ?to) (not (at ?t ?from))))
  (:action fly
    :parameters (?p - plane ?from ?to - airport)
    :precondition (at ?p ?from)
    :effect (and (at ?p ?to) (not (at ?p ?from)))))
`;
const PLACES_PER_CITY = 4;

/** @param size how many packages; a city for every three of them, a truck in each, and a plane for every ten */
export function logistics(size: number, seed: number): Instance {
  const random = seededRandom(seed);
  const cities = numbered('city', Math.max(2, Math.ceil(size / 3)));
  const airports = cities.map((city) => `${city}-airport`);
  const places = cities.flatMap((city) => numbered(`${city}-place`, PLACES_PER_CITY - 1));
  const trucks = cities.map((city) => `${city}-truck`);
  const planes = numbered('plane', Math.ceil(size / 10));
  const packages = numbered('package', size);
  const anywhere = [...airports, ...places];
  const init = [
    ...anywhere.map((place) => `(in-city ${place} ${place.split('-')[0] ?? ''})`),
    ...trucks.map((truck, city) => `(at ${truck} ${cities[city] ?? ''}-place1)`),
    ...planes.map((plane) => `(at ${plane} ${random.pick(airports)})`),
    ...packages.map((each) => `(at ${each} ${random.pick(anywhere)})`),
  ];
  const goal = packages.map((each) => `(at ${each} ${random.pick(anywhere)})`);
  const objects = [
    `${cities.join(' ')} - city`,
    `${airports.join(' ')} - airport`,
    `${places.join(' ')} - place`,
    `${trucks.join(' ')} - truck`,
    `${planes.join(' ')} - plane`,
    `${packages.join(' ')} - package`,
  ];
  return { domain: DOMAIN, problem: problemText('logistics', objects, init, goal) };
}
