import { execFileSync } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Laps } from './statistics.ts';

/** MIT. Not among the project's own packages, as it brings 67 MB: fetched where it is to be measured, and only then. */
const PACKAGES = ['@langchain/langgraph@1.7.3', '@langchain/core@1.4.0', 'zod@4.6.7'] as const;
export const LANGGRAPH = 'LangGraph.js 1.7.3, MemorySaver';

interface Notes {
  readonly notes: readonly string[];
}

/** What of LangGraph.js is used here. */
interface LangGraph {
  readonly START: string;
  readonly END: string;
  readonly MemorySaver: new () => object;
  readonly Annotation: {
    (of: {
      readonly reducer: (so: readonly string[], more: readonly string[]) => string[];
      readonly default: () => string[];
    }): object;
    readonly Root: (fields: object) => object;
  };
  readonly StateGraph: new (state: object) => Graph;
}

interface Graph {
  readonly addNode: (name: string, work: (state: Notes) => Notes | Promise<Notes>) => Graph;
  readonly addEdge: (from: string | readonly string[], to: string) => Graph;
  readonly addConditionalEdges: (from: string, next: (state: Notes) => string) => Graph;
  readonly compile: (options: { readonly checkpointer: object }) => {
    readonly invoke: (state: Notes, options: object) => Promise<Notes>;
  };
}

/** What a step does: nothing but take its time. */
export interface Task {
  readonly id: string;
  readonly ms: number;
  readonly after: readonly string[];
}

/** What the peer does here. */
export interface Peer {
  /** A loop of steps, each of which notes something. */
  readonly loop: (steps: number, textOf: (step: number) => string, laps: Laps) => Promise<void>;
  /** A graph of tasks that take their time. @returns milliseconds */
  readonly graph: (tasks: readonly Task[]) => Promise<number>;
  readonly remove: () => void;
}

/** Fetches LangGraph.js into a folder of its own; it keeps its state in memory only. */
export async function langGraph(): Promise<Peer> {
  // It listens to one signal for every task.
  setMaxListeners(0);
  const folder = mkdtempSync(join(tmpdir(), 'windhover-peer-'));
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  execFileSync('npm', ['install', '--save-exact', '--ignore-scripts', '--no-audit', '--no-fund', ...PACKAGES], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  const entry = join(folder, 'node_modules', '@langchain', 'langgraph', 'dist', 'index.js');
  const peer = (await import(pathToFileURL(entry).href)) as LangGraph;
  return {
    loop: (steps, textOf, laps) => loop(peer, steps, textOf, laps),
    graph: (tasks) => graph(peer, tasks),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function notesOf({ Annotation }: LangGraph): object {
  return Annotation.Root({ notes: Annotation({ reducer: (so, more) => [...so, ...more], default: () => [] }) });
}

async function loop(peer: LangGraph, steps: number, textOf: (step: number) => string, laps: Laps): Promise<void> {
  const { StateGraph, MemorySaver, START, END } = peer;
  const compiled = new StateGraph(notesOf(peer))
    .addNode('note', () => {
      laps.next();
      return { notes: [textOf(laps.ended)] };
    })
    .addEdge(START, 'note')
    .addConditionalEdges('note', ({ notes }) => (notes.length <= steps ? 'note' : END))
    .compile({ checkpointer: new MemorySaver() });
  const ended = await compiled.invoke(
    { notes: [] },
    { configurable: { thread_id: 'loop' }, recursionLimit: steps + 10 },
  );
  if (ended.notes.length !== steps + 1) throw new Error('The peer did not do every step.');
}

async function graph(peer: LangGraph, tasks: readonly Task[]): Promise<number> {
  const { StateGraph, MemorySaver, START, END } = peer;
  let building = new StateGraph(notesOf(peer));
  for (const { id, ms } of tasks)
    building = building.addNode(id, async () => {
      if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
      return { notes: [id] };
    });
  for (const { id, after } of tasks) building = building.addEdge(after.length === 0 ? START : [...after], id);
  const followed = new Set(tasks.flatMap(({ after }) => after));
  for (const { id } of tasks) if (!followed.has(id)) building = building.addEdge(id, END);
  const compiled = building.compile({ checkpointer: new MemorySaver() });
  const begun = performance.now();
  const options = { configurable: { thread_id: 'graph' }, recursionLimit: tasks.length + 10 };
  const ended = await compiled.invoke({ notes: [] }, options);
  const took = performance.now() - begun;
  if (ended.notes.length !== tasks.length) throw new Error('The peer did not do every task.');
  return took;
}
