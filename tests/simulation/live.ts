import { isDeepStrictEqual } from 'node:util';
import type { Run } from '#core/agent/run.ts';
import { isEnded } from '#core/agent/transition.ts';
import { verifyExport } from '#core/audit/export-check.ts';
import type { UnixMs } from '#core/base/ids.ts';
import { opfsBlobFiles } from '#adapters/opfs/blob-files.ts';
import { opfsJournalLeg } from '#adapters/opfs/journal-leg.ts';
import { exportJournal } from '#runtime/agent/export-journal.ts';
import { readEntries } from '#runtime/journal/reader.ts';
import { journalKeys } from '#runtime/identity/journal-keys.ts';
import { nameOf, verifyCopy } from '#runtime/journal/copies.ts';
import type { JournalReading } from '#runtime/journal/parts.ts';
import type { Signer } from '#ports/crypto.ts';
import type { RuleEngine } from '#ports/rules.ts';
import type { ProjectionRow } from '#ports/agent-store.ts';
import { hex } from '#core/base/bytes.ts';
import { fastEntropy, fastSealer, sha256 } from './crypto.ts';
import { installTimers } from './page.ts';
import { checkAgents } from './sim-agents.ts';
import { checkBackups } from './sim-backup.ts';
import { signingKit, simSigner } from './sim-keys.ts';
import type { FaultName } from './faults.ts';
import type { Violation } from './history.ts';
import { idbBlobFiles } from './idb-blobs.ts';
import { idbLeg } from './idb-leg.ts';
import { idbAgentStore } from './idb-store.ts';
import type { Scenario } from './scenario.ts';
import { MS } from './scheduler.ts';
import { blobsOf, checkpointIn } from './sim-tab.ts';
import type { Language } from '#runtime/agent/ports.ts';
import { CANARY } from './vault.ts';
import type { Mutated } from './mutations.ts';
import { World } from './world.ts';

/** What became of one simulated life. */
export interface Outcome {
  readonly seed: number;
  /** SHA-256 of the trace, hex. */
  readonly trace: string;
  readonly events: number;
  readonly entries: number;
  readonly saves: number;
  readonly struck: ReadonlyMap<FaultName, number>;
  /** Whether the owner was told of a loss. */
  readonly reported: string | null;
  readonly violations: readonly Violation[];
}

export interface LiveOptions {
  readonly language: Language;
  /** What evaluates the owner's rules. */
  readonly rules: RuleEngine;
  readonly mutated?: Mutated;
  readonly log?: (line: string) => void;
}

/** More than any life needs: one that is not over by then goes round in circles. */
const EVENTS_MAX = 60_000;
/** How long after the last fault every run must have come to rest, simulated ms. */
const CALM_MS = 45_000;
/** A model that hangs is given up after two minutes. */
const MODELS_CALM_MS = 300_000;
/** Views and copies follow what is acknowledged within this. */
const SETTLE_MS = 2_500;

/** Exporting and proving the export takes as long as a quarter of a life. */
const EXPORTED_EVERY = 4;

/** Lives one scenario to its end and says what was wrong. */
export async function live(scenario: Scenario, options: LiveOptions): Promise<Outcome> {
  const world = new World(scenario, options);
  const putBack = scenario.passphrase ? installTimers(world) : () => undefined;
  const { scheduler } = world;
  const rejected = (error: unknown): void => world.history.violated('crash', `nobody caught ${describe(error)}`);
  process.on('unhandledRejection', rejected);
  try {
    const last = Math.max(
      ...scenario.actions.map(({ at }) => at),
      ...scenario.faults.map((fault) => fault.at + fault.for),
      1_000,
    );
    const until = async (ms: number, enough: () => boolean): Promise<void> => {
      let audited = 0;
      let { history } = world;
      while (scheduler.steps < EVENTS_MAX && (await scheduler.step(ms * MS))) {
        if (history !== world.history) audited = 0;
        ({ history } = world);
        const epoch = history.entries.at(-1)?.epoch ?? 0;
        if (epoch > audited) {
          audited = epoch;
          await audit(world, false);
        }
        if (enough()) return;
      }
    };
    await until(last + 300, () => false);
    world.calm();
    const calm = scheduler.now / MS;
    await until(
      calm + (scenario.models === undefined ? CALM_MS : MODELS_CALM_MS),
      () => scheduler.now / MS > calm + 3_000 && world.settled(),
    );
    await until(scheduler.now / MS + SETTLE_MS, () => false);
    if (scheduler.steps >= EVENTS_MAX) world.history.violated('I11', 'the life goes on and on');
    await atEnd(world);
  } finally {
    process.off('unhandledRejection', rejected);
    putBack();
  }
  const { history } = world;
  const { violations } = history;
  for (const { invariant, message } of violations) scheduler.note(`${invariant} ${message}`);
  return {
    seed: scenario.seed,
    trace: scheduler.digest(),
    events: scheduler.steps,
    entries: history.size,
    saves: history.saves.length,
    struck: world.weather.struck,
    reported: lossReported(world),
    violations,
  };
}

async function atEnd(world: World): Promise<void> {
  if (world.erasing.wanted) {
    world.history.violated('erased', 'what the owner wanted to be erased is still there');
    return;
  }
  const { history } = world;
  const lost = await audit(world, true);
  history.checkCommands();
  const reported = lossReported(world);
  if (lost !== null && reported === null) history.violated('I2', `${lost}, and no tab says so`);
  if (reported !== null && !world.damaged)
    history.violated('report', `a loss is reported and there was none: ${reported}`);
  for (const tab of world.open) {
    const health = tab.overview?.health;
    if (health?.state === 'failed') history.violated('I11', `${tab.name} has failed for good: ${health.message}`);
  }
  if (reported === null) {
    checkRuns(world);
    checkProjections(world);
    checkViews(world);
    if (!world.damaged) checkAgents(world);
    if (world.scenario.seed % EXPORTED_EVERY === 0) await checkExport(world);
    if (!world.damaged) await checkBlobs(world);
  }
  checkSaves(world);
  checkSecrets(world);
  if (world.scenario.backup) await checkBackups(world, reading(world));
}

/**
 * Proves the journal from outside: a copy has all that was acknowledged, in one tree.
 * @returns what is lost, or null
 */
async function audit(world: World, last: boolean): Promise<string | null> {
  const { history, scheduler } = world;
  if (history.size === 0 || history.ended) return null;
  scheduler.current = world.outside;
  const parts = reading(world);
  let lost: string | null = `no copy proves the ${String(history.size)} entries that were acknowledged`;
  try {
    for (const leg of parts.legs) {
      const copy = await verifyCopy(parts, leg, { rootsAt: [history.size] });
      if (copy.roots.get(history.size) === history.root) lost = null;
    }
    if (lost === null && last) lost = await unreadable(world, parts);
  } catch (error) {
    lost = describe(error);
  }
  if (lost !== null && !world.damaged) history.violated(last ? 'I2' : 'I3', lost);
  return lost;
}

async function unreadable(world: World, parts: JournalReading): Promise<string | null> {
  const { history } = world;
  for (const [sequence, { text, payload }] of (await readEntries(parts, 0, history.size)).entries()) {
    if (text !== history.entries[sequence]?.text) return `entry ${String(sequence)} is another than was acknowledged`;
    const doomed = history.isDoomed(sequence);
    if (payload === null && !doomed) return `the contents of entry ${String(sequence)} are lost`;
    if (payload !== null && history.isDestroyed(sequence) && !world.damaged)
      history.violated('destroyed', `entry ${String(sequence)} was destroyed and can still be read`);
  }
  return null;
}

/** A reader of the journal that no fault touches and no time passes for. */
function reading(world: World): JournalReading & { readonly signer: Signer } {
  const { device } = world.keys();
  const kit = signingKit(world.scenario.signed);
  const signer = simSigner(world.idb, null, kit);
  const store = idbAgentStore(world.idb, null);
  const second = idbLeg(world.idb, null);
  return {
    signer,
    keys: () => journalKeys(store, signer),
    sealer: fastSealer(device, fastEntropy(1)),
    tools: kit.tools,
    store,
    legs: world.scenario.opfs ? [opfsJournalLeg(), second] : [second],
  };
}

function lossReported(world: World): string | null {
  for (const { overview } of world.open) {
    if (overview === null) continue;
    const { health, journal } = overview;
    if (health.state === 'amnesia' || health.state === 'damaged') return `${health.state}: ${health.message}`;
    if (journal.verification === 'failed') return `verification: ${String(journal.problem)}`;
  }
  return null;
}

/** Once faults end every run comes to an end or waits for its owner. */
function checkRuns(world: World): void {
  for (const run of world.history.state.runs.values()) {
    if (isEnded(run) || run.status === 'paused' || run.status === 'waiting-approval') continue;
    world.history.violated('I11', `${run.id} is still ${run.status}: ${stepsOf(run)}`);
  }
  const waiting = world.idb.table('store.inbox').size;
  if (waiting > 0) world.history.violated('I11', `${String(waiting)} orders still wait in the inbox`);
}

function stepsOf(run: Run): string {
  return Object.entries(run.steps)
    .map(([id, { status }]) => `${id} ${status}`)
    .join(', ');
}

/** The rows are what the journal comes to, no more and no less. */
function checkProjections(world: World): void {
  const { history, idb } = world;
  const rows = [...idb.table('store.rows').values()] as ProjectionRow[];
  const of = (kind: string): Map<string, unknown> =>
    new Map(rows.filter((row) => row.kind === kind).map((row) => [row.id, row.value]));
  const same = (kind: string, expected: ReadonlyMap<string, unknown>): void => {
    const kept = of(kind);
    for (const id of new Set([...kept.keys(), ...expected.keys()]))
      if (!isDeepStrictEqual(kept.get(id), expected.get(id)))
        history.violated('projection', `the row ${kind} ${id} is not what the journal comes to`);
  };
  const { runs, sources, timelines, observations, actors } = history.state;
  same('run', runs);
  same('source', sources);
  same('timeline', timelines);
  same('observation', observations);
  same('actor', actors);
}

/** A tab shows how things stand so long after it was opened, ms. */
const SHOWN_WITHIN_MS = 1_000;

/** Every open tab shows how things stand. */
function checkViews(world: World): void {
  const { history } = world;
  for (const tab of world.open) {
    const { overview } = tab;
    if (world.scheduler.now / MS < tab.openedAt + SHOWN_WITHIN_MS) continue;
    if (overview === null) {
      history.violated('projection', `${tab.name} never showed anything`);
      continue;
    }
    const shown = new Map(overview.runs.map(({ id, status }) => [id, status]));
    for (const [id, { status }] of history.state.runs)
      if (!history.state.forgotten.has(id) && shown.get(id) !== status)
        history.violated('projection', `${tab.name} shows ${id} as ${String(shown.get(id))}; it is ${status}`);
    if (overview.journal.size !== history.size)
      history.violated(
        'projection',
        `${tab.name} shows ${String(overview.journal.size)} of ${String(history.size)} entries`,
      );
  }
}

/** What is exported proves and holds all that was acknowledged. */
async function checkExport(world: World): Promise<void> {
  const { history, scheduler } = world;
  if (history.size === 0) return;
  scheduler.current = world.outside;
  const parts = reading(world);
  const bytes = await exportJournal(parts, nameOf(parts, checkpointIn(world)), 1 as UnixMs, true);
  const lines = new TextDecoder().decode(bytes).split('\n').slice(0, -1);
  const report = verifyExport(lines, parts.tools);
  if (!report.ok || report.verifiedUpTo !== history.size || report.payloads + history.destroyed < history.size)
    history.violated(
      'I20',
      `the export proves ${String(report.verifiedUpTo)} of ${String(history.size)} entries: ${report.firstBad?.why ?? ''}`,
    );
}

/** What was brought in is there, byte for byte, for as long as the owner does not take it away. */
async function checkBlobs(world: World): Promise<void> {
  const { scenario, scheduler, history } = world;
  scheduler.current = world.outside;
  const files = scenario.opfs ? opfsBlobFiles() : idbBlobFiles(world.idb, null, 'blobs');
  const sealer = fastSealer(world.keys().device, fastEntropy(1));
  const blobs = blobsOf(world, { files, sealer, entropy: fastEntropy(1), clock: world.clockOf(world.outside) });
  for (const { id, path, bytes, removedAt } of history.state.sources.values()) {
    if (removedAt !== null) continue;
    const read = await blobs.read(id, 0, bytes);
    if (!read.ok) history.violated('I2', `${path} was brought in, and its bytes are gone: ${read.error.message}`);
    else if (hex(sha256(read.value)) !== id) history.violated('I2', `${path} is not what was brought in`);
  }
}

/** Each yes leads to one file at most, and one that is there is not written again. */
function checkSaves(world: World): void {
  const { history } = world;
  for (const save of history.saves)
    if (save.written > 1)
      history.violated('I4', `${save.request.run} was saved ${String(save.written)} times for one yes`);
}

/** Nothing that the owner's files say is on disk in the clear. */
function checkSecrets(world: World): void {
  const needle = Buffer.from(CANARY);
  const look = (name: string, bytes: Uint8Array): void => {
    if (Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(needle))
      world.history.violated('I8', `the text of a file is in the clear in ${name}`);
  };
  for (const [directory, files] of world.opfs.directories)
    for (const [name, file] of files) look(`${directory}/${name}`, file.bytes.subarray(0, file.size));
  for (const value of world.idb.table('journal.segments').values())
    look('the second copy', (value as { readonly frames: Uint8Array }).frames);
  for (const value of world.idb.table('blobs').values()) look('a blob', value as Uint8Array);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 4).join(' | ') : String(error);
}
