import { execFileSync } from 'node:child_process';
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
  readonly addNode: (name: string, work: (state: Notes) => Notes) => Graph;
  readonly addEdge: (from: string, to: string) => Graph;
  readonly addConditionalEdges: (from: string, next: (state: Notes) => string) => Graph;
  readonly compile: (options: { readonly checkpointer: object }) => {
    readonly invoke: (state: Notes, options: object) => Promise<Notes>;
  };
}

/** Fetches LangGraph.js into a folder of its own. @returns a loop of steps, kept in memory only */
export async function langGraphLoop(
  steps: number,
  textOf: (step: number) => string,
): Promise<{ readonly run: (laps: Laps) => Promise<void>; readonly remove: () => void }> {
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
    run: (laps) => loop(peer, steps, textOf, laps),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function loop(
  { Annotation, StateGraph, MemorySaver, START, END }: LangGraph,
  steps: number,
  textOf: (step: number) => string,
  laps: Laps,
): Promise<void> {
  const state = Annotation.Root({ notes: Annotation({ reducer: (so, more) => [...so, ...more], default: () => [] }) });
  const graph = new StateGraph(state)
    .addNode('note', () => {
      laps.next();
      return { notes: [textOf(laps.ended)] };
    })
    .addEdge(START, 'note')
    .addConditionalEdges('note', ({ notes }) => (notes.length <= steps ? 'note' : END))
    .compile({ checkpointer: new MemorySaver() });
  const ended = await graph.invoke({ notes: [] }, { configurable: { thread_id: 'loop' }, recursionLimit: steps + 10 });
  if (ended.notes.length !== steps + 1) throw new Error('The peer did not do every step.');
}
