import { inverse, rowOf } from './int-list.ts';
import type { Stop } from './reach.ts';
import type { Task } from './task.ts';

/** Words of a set of marks. */
type Marks = Int32Array;

/**
 * The goal's facts in stages: one whose every achiever undoes what another goal still needs comes after that other. In
 * the manner of Koehler and Hoffmann, "On Reasonable and Forced Goal Orderings", JAIR 12 (2000), with what is needed taken
 * from landmarks of the problem without deletions. A guess only: what comes of it is searched, not trusted.
 */
export function goalStages(task: Task, stop: Stop): readonly (readonly number[])[] {
  const addedBy = inverse(task.adds, task.facts);
  const undone = [...task.goal].map((goal) => undoneBy(task, [...rowOf(addedBy, goal)]));
  const marked = [...new Set(undone.flat())];
  if (marked.length === 0) return [[...task.goal]];
  const bits = new Map(marked.map((fact, bit) => [fact, bit]));
  const landmarks = findLandmarks(task, bits, stop);
  const needed = [...task.goal].map((goal) => neededBy(task, [...rowOf(addedBy, goal)], landmarks));
  const earlier = undone.map((facts, late) =>
    [...task.goal.keys()].filter(
      (early) => early !== late && facts.some((fact) => has(needed[early] as Marks, bits.get(fact) as number)),
    ),
  );
  return inStages(earlier).map((stage) => stage.map((index) => task.goal[index] as number));
}

/** The facts that each of the operators deletes. */
function undoneBy({ deletes }: Task, operators: readonly number[]): number[] {
  const [first, ...rest] = operators;
  if (first === undefined) return [];
  return rest.reduce(
    (left, operator) => {
      return left.length === 0 ? left : left.filter((fact) => rowOf(deletes, operator).includes(fact));
    },
    [...rowOf(deletes, first)],
  );
}

/** By fact, which of the marked facts hold at some time on every way to it without deletions, itself among them. */
function findLandmarks(task: Task, bits: ReadonlyMap<number, number>, stop: Stop): readonly Marks[] {
  const words = (bits.size + 31) >>> 5;
  const found = Array.from({ length: task.facts }, () => new Int32Array(words).fill(-1));
  const isWaiting = new Uint8Array(task.costs.length);
  const queue: number[] = [];
  const changed = (fact: number): void => {
    for (const operator of rowOf(task.neededBy, fact)) {
      if (isWaiting[operator] === 0) queue.push(operator);
      isWaiting[operator] = 1;
    }
  };
  for (const operator of task.costs.keys()) {
    if (rowOf(task.needs, operator).length === 0) queue.push(operator);
  }
  for (const fact of task.init) {
    const marks = found[fact] as Marks;
    marks.fill(0);
    setMark(marks, bits.get(fact));
    changed(fact);
  }
  for (let next = 0; next < queue.length && (next % 1_024 !== 1_023 || !stop()); next++) {
    const operator = queue[next] as number;
    isWaiting[operator] = 0;
    const before = unionOf(task, operator, found, words);
    for (const fact of rowOf(task.adds, operator)) {
      const marks = found[fact] as Marks;
      let isLess = false;
      const own = bits.get(fact) ?? -1;
      for (let word = 0; word < words; word++) {
        const itself = own >>> 5 === word ? 1 << (own & 31) : 0;
        const left = (marks[word] as number) & ((before[word] as number) | itself);
        isLess ||= left !== marks[word];
        marks[word] = left;
      }
      if (isLess) changed(fact);
    }
  }
  return found;
}

function unionOf({ needs }: Task, operator: number, found: readonly Marks[], words: number): Marks {
  const union = new Int32Array(words);
  for (const fact of rowOf(needs, operator)) {
    const marks = found[fact] as Marks;
    for (let word = 0; word < words; word++) union[word] = (union[word] as number) | (marks[word] as number);
  }
  return union;
}

/** What all of the operators need before them. */
function neededBy(task: Task, operators: readonly number[], landmarks: readonly Marks[]): Marks {
  const words = landmarks[0]?.length ?? 0;
  const common = new Int32Array(words).fill(operators.length === 0 ? 0 : -1);
  for (const operator of operators) {
    const needed = unionOf(task, operator, landmarks, words);
    for (let word = 0; word < words; word++) common[word] = (common[word] as number) & (needed[word] as number);
  }
  return common;
}

/** @param earlier by goal, those before it; where they stand in a circle, the one with the fewest goes first */
function inStages(earlier: readonly (readonly number[])[]): number[][] {
  const stages: number[][] = [];
  const waiting = new Set(earlier.keys());
  const open = (goal: number): number => (earlier[goal] ?? []).filter((other) => waiting.has(other)).length;
  while (waiting.size > 0) {
    const counts = [...waiting].map((goal) => ({ goal, count: open(goal) }));
    const least = counts.reduce((best, { count }) => Math.min(best, count), Infinity);
    const stage = counts.filter(({ count }) => count === least).map(({ goal }) => goal);
    const taken = least === 0 ? stage : stage.slice(0, 1);
    for (const goal of taken) waiting.delete(goal);
    stages.push(taken);
  }
  return stages;
}

function setMark(marks: Marks, bit: number | undefined): void {
  if (bit !== undefined) marks[bit >>> 5] = (marks[bit >>> 5] as number) | (1 << (bit & 31));
}

const has = (marks: Marks, bit: number): boolean => ((marks[bit >>> 5] as number) & (1 << (bit & 31))) !== 0;
