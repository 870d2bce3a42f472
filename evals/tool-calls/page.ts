import { ownFileLoader } from '#adapters/http/own-files.ts';
import { shippedModels } from '#adapters/http/shipped-models.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { platformClock } from '#adapters/platform/clock.ts';
import { deviceAbility } from '#adapters/platform/device-ability.ts';
import { transformersEngine } from '#adapters/transformers/transformers-engine.ts';
import type { Processor } from '#ports/device-models.ts';
import type { ToolCase } from '#tests/fakes/tinytool.ts';
import { scoreToolCalls, type CallScores } from './score-calls.ts';

/** What the page has scored, and on what. */
export interface ScoredPage {
  readonly scores: CallScores;
  /** The graphics processor, as the browser names it; empty where the main processor did it. */
  readonly graphics: string;
}

/** Null where the browser has no such processor. @param cases as JSON */
export type ScorePage = (on: Processor, cases: string) => Promise<ScoredPage | null>;

const scoreHere: ScorePage = async (on, cases) => {
  const found = await deviceAbility();
  const there = found.webgpu === 'ready' || found.webgpu === 'software';
  if (on === 'webgpu' && !there) return null;
  const ability = on === 'webgpu' ? found : { ...found, webgpu: 'none' as const };
  const shelf = shippedModels(ownFileLoader(platformClock), sha256);
  const engine = transformersEngine(shelf, () => Promise.resolve(ability));
  const ready = await engine.load('tinytool', () => undefined);
  if (!ready.ok) throw new Error(ready.error.message);
  const scores = await scoreToolCalls(engine, 'tinytool', JSON.parse(cases) as readonly ToolCase[]);
  return { scores, graphics: on === 'webgpu' ? `${found.graphics} (${found.webgpu})` : '' };
};

/** The page that `npm run evals -- tool-calls` opens: the app's own adapter over the model that comes with the app. */
Object.assign(globalThis, { scoreHere });
