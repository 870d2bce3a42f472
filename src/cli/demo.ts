import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import type { Run } from '#core/agent/run.ts';
import { engineSentence } from '#core/models/jobs.ts';
import {
  addFiles,
  addFolder,
  addSample,
  allowSharing,
  driveApp,
  exportJournal,
  runFrom,
  runGoal,
  setOwner,
  type Exported,
} from './drive-app.ts';
import { chooseModel, costOf, leftOf, readModelChoice, type Left } from './drive-models.ts';

const USAGE = `npm run demo -- [--files DIR] [--goal "..."] [--now ISO] [--zone IANA] [--owner "Name <address>"] [--approve] [--json]
                  [--model builtin|none|URL] [--model-name NAME] [--key-env NAME]

Runs a goal over a folder of files (the sample vault without --files) in a headless browser and prints the plan, the
steps, the answer with its sources and the check of the audit chain. Exit status 1 unless the run is complete and verified.

--model says which model has a part in it: the small one that comes with the app and reads goals (builtin), none, or one
behind an OpenAI-compatible address such as http://127.0.0.1:11434/v1: the first it lists, or --model-name, with the key
that is in the environment variable --key-env. That one is sent the goal where no method fits it, and words of the files
only after a yes: yours at the terminal, or --approve.`;
const SAMPLE_GOAL = 'Summarise this mailbox: what is asked of me, by whom and by when?';

/** `npm run demo`: the main job from a terminal. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      files: { type: 'string' },
      goal: { type: 'string' },
      now: { type: 'string' },
      zone: { type: 'string' },
      owner: { type: 'string' },
      model: { type: 'string', default: 'builtin' },
      'model-name': { type: 'string' },
      'key-env': { type: 'string' },
      approve: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const now = values.now ?? null;
  if (now !== null && Number.isNaN(Date.parse(now)))
    throw new Error(`--now must be an ISO 8601 date and time, such as 2026-11-19T09:00:00Z; it is "${now}".`);
  const choice = readModelChoice(values.model, {
    ...(values['model-name'] === undefined ? {} : { name: values['model-name'] }),
    ...(values['key-env'] === undefined ? {} : { keyEnv: values['key-env'] }),
    env: process.env,
  });
  const folder = values.files === undefined ? null : resolve(values.files);
  const files = folder === null ? [] : filesBelow(folder);
  const nested = files.some((file) => dirname(file) !== folder);
  const goal = values.goal ?? SAMPLE_GOAL;
  const app = await driveApp({ now, zone: values.zone ?? null });
  try {
    if (values.owner !== undefined) {
      const { name, address } = ownerFrom(values.owner);
      await setOwner(app, name, address);
    }
    await chooseModel(app, choice);
    // What the run says of the files is read from the export.
    if (folder !== null) await allowSharing(app);
    if (folder === null) await addSample(app);
    else if (nested) await addFolder(app, folder);
    else await addFiles(app, files);
    const id = await runGoal(app, goal, (act, content) => answerQuestion(act, content, values.approve, values.json));
    const exported = await exportJournal(app);
    const run = runFrom(exported, id);
    if (!run) throw new Error('The journal does not hold the run.');
    const within = nested && folder !== null ? `${basename(folder)}/` : '';
    const asked = choice.kind === 'host' ? choice.address.origin : null;
    // What the browser saw leave, but for what went to the host that was named.
    const strays = app.egress.filter((url) => new URL(url).origin !== asked);
    const result = resultOf(goal, run, exported, strays, within);
    console.log(values.json ? JSON.stringify(result, null, 2) : inWords(result, run));
    return run.status === 'complete' &&
      exported.report.ok &&
      exported.report.afterCheckpoint === 0 &&
      strays.length === 0
      ? 0
      : 1;
  } finally {
    await app.close();
  }
}

/** @param within the folder's name that the paths begin with, left out here */
function resultOf(goal: string, run: Run, exported: Exported, egress: readonly string[], within: string) {
  const evidence = new Map((run.answer?.evidence ?? []).map((piece) => [piece.id, piece]));
  const claims = (run.answer?.sections ?? []).flatMap((section) =>
    section.claims.map((claim) => ({
      section: section.title,
      text: claim.text,
      sources: claim.evidence.flatMap((piece) => {
        const found = evidence.get(piece);
        return found
          ? [
              {
                file: pathIn(found.file, within),
                sha256: found.source,
                start: found.start,
                end: found.end,
                quote: found.quote,
              },
            ]
          : [];
      }),
    })),
  );
  return {
    goal,
    understood: run.plan?.goal.restated ?? '',
    plan: (run.plan?.steps ?? []).map(
      ({ id, tool, title, dependsOn, produces, consumes, parallelizable, approval }) => ({
        id,
        tool,
        title,
        dependsOn,
        produces,
        consumes,
        parallelizable,
        approval,
      }),
    ),
    steps: Object.entries(run.steps).map(([id, state]) => ({
      id,
      status: state.status,
      ms: state.startedAt === null || state.endedAt === null ? 0 : state.endedAt - state.startedAt,
    })),
    status: run.status,
    outcome: run.answer?.outcome ?? null,
    // An answer without sentences says in its notes what it cannot do.
    answer: claims.length > 0 ? claims : (run.answer?.notes ?? []).map((text) => ({ section: '', text, sources: [] })),
    notes: claims.length > 0 ? (run.answer?.notes ?? []) : [],
    workings: run.answer?.workings ?? [],
    suggestions: run.answer?.suggestions ?? [],
    verdict: run.verdict?.result ?? null,
    verification: {
      confidence: run.verdict?.confidence ?? 0,
      checks: run.verdict?.checks.length ?? 0,
      repairs: run.verdict?.repairs ?? [],
    },
    failure: run.failure,
    audit: { verifiedUpTo: exported.report.verifiedUpTo, ok: exported.report.ok, agent: exported.report.agent },
    engines: run.answer?.engines ?? [],
    readBy: run.plan?.goal.readBy ?? null,
    left: leftOf(exported.facts),
    cost: costOf(exported.facts),
    egress,
  };
}

function inWords(result: ReturnType<typeof resultOf>, run: Run): string {
  const lines = [`Goal: ${result.goal}`, `Understood: ${result.understood}`, '', 'Plan'];
  for (const step of result.plan) {
    const state = result.steps.find((candidate) => candidate.id === step.id);
    const after = step.dependsOn.length > 0 ? ` (after ${step.dependsOn.join(', ')})` : '';
    lines.push(`  ${step.id}  ${step.title}${after}: ${state?.status ?? 'waiting'}, ${String(state?.ms ?? 0)} ms`);
  }
  lines.push('', 'Answer');
  let section = '';
  for (const claim of result.answer) {
    if (claim.section !== section) lines.push(`  ${claim.section}`);
    section = claim.section;
    lines.push(`  - ${claim.text}`);
    for (const source of claim.sources)
      lines.push(
        `      ${source.file}, bytes ${String(source.start)}-${String(source.end)}, sha256 ${source.sha256.slice(0, 16)}…`,
      );
  }
  for (const note of result.notes) lines.push(`  Note: ${note}`);
  for (const working of result.workings) lines.push(`  Working: ${working}`);
  for (const suggestion of result.suggestions) lines.push(`  It could: ${suggestion}`);
  if (run.failure) lines.push(`  Failed: ${run.failure.message}`);
  lines.push(
    '',
    `Verdict: ${result.verdict ?? 'none'} (${String(result.verification.checks)} checks, ${String(result.verification.repairs.length)} repairs)`,
    `Run: ${result.status}`,
    `Audit: the export ${result.audit.ok ? `verifies up to ${String(result.audit.verifiedUpTo)}` : 'does NOT verify'}, signed by ${result.audit.agent ?? 'nobody'}`,
    `Goal read by: ${result.readBy === null ? 'the rules' : 'the built-in model, on this device'}`,
    ...(result.engines.length === 0 ? ['Written without a model'] : result.engines.map(engineSentence)),
    `Sent to other hosts: ${result.left.length === 0 ? 'nothing' : result.left.map(leftText).join('; ')}`,
    `Cost: ${result.cost.length === 0 ? 'nothing' : result.cost.join(', ')}`,
    ...(result.egress.length === 0 ? [] : [`Past the gate: ${result.egress.join(', ')}`]),
  );
  return lines.join('\n');
}

function leftText({ host, requests, bytes }: Left): string {
  return `${String(requests)} ${requests === 1 ? 'request' : 'requests'}, ${String(bytes)} bytes, to ${host}`;
}

/** Shows what would be done and asks the person at the terminal; without one the answer is no. */
async function answerQuestion(act: string, content: string, approve: boolean, quiet: boolean): Promise<boolean> {
  if (!quiet) console.log(`The app asks: ${act}\n\n${content}\n`);
  if (approve || !process.stdin.isTTY) return approve;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question('Approve? [y/N] ');
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

function pathIn(path: string, within: string): string {
  return path.startsWith(within) ? path.slice(within.length) : path;
}

function filesBelow(folder: string): string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new Error(`--files must name a folder; "${folder}" is none.`);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (files.length === 0) throw new Error(`There are no files in "${folder}".`);
  return files;
}

function ownerFrom(text: string): { name: string; address: string } {
  const match = /^\s*(.*?)\s*<([^<>\s]+@[^<>\s]+)>\s*$/.exec(text);
  if (!match?.[1] || !match[2]) throw new Error(`--owner must read "Name <address>"; it is "${text}".`);
  return { name: match[1], address: match[2] };
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
