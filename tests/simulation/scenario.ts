import { seededRandom, type Random } from '#core/base/random.ts';
import type { AgentOrder } from '#runtime/contract/agents-api.ts';
import { FAULTS, SAVE_FAULTS, type Fault, type FaultName } from './faults.ts';
import { MODEL_JOBS, type ModelJob } from '#core/models/jobs.ts';
import { OWNERS_RULES } from './sim-rules.ts';
import { HOSTILE } from './vault.ts';

/** What the owner does, and when (ms). `tab` counts among the tabs that are open then, `run` among the runs begun. */
export type Action = { readonly at: number; readonly tab: number } & (
  | { readonly do: 'open' | 'close' | 'hide' | 'show' | 'sample' | 'verify' | 'rebuild' | 'export' | 'settings' }
  | { readonly do: 'set-up-backup' | 'back-up' | 'drill' | 'erase' }
  | { readonly do: 'protect' | 'lock' | 'change-key' | 'create-agent' }
  | { readonly do: 'give'; readonly agent: number; readonly goal: number; readonly delegated: boolean }
  | { readonly do: 'order-agent'; readonly agent: number; readonly order: AgentOrder }
  | { readonly do: 'destroy-run'; readonly run: number }
  | { readonly do: 'choose-models'; readonly jobs: readonly ModelJob[] }
  /** `when`: at once, or as soon as the next question is seen, or the next yes is said. */
  | { readonly do: 'rules'; readonly rules: number; readonly when: 'now' | 'question' | 'yes' }
  | { readonly do: 'destroy-file'; readonly file: number }
  | { readonly do: 'import' | 'remove' | 'restore' | 'allow' | 'forbid'; readonly file: number }
  /** `answer`: what the owner says when asked whether to save, and after how many ms. */
  | {
      readonly do: 'goal';
      readonly goal: number;
      readonly save: boolean;
      readonly answer: 'approve' | 'deny' | 'ignore';
      readonly after: number;
    }
  | { readonly do: 'stop' | 'pause' | 'resume' | 'forget' | 'again' | 'save-answer'; readonly run: number }
);

/** Everything that a simulated life depends on. */
export interface Scenario {
  /** Of delays, ties and odds. */
  readonly seed: number;
  /** Real Ed25519 signatures, not what stands for them. */
  readonly signed: boolean;
  /** Without an origin private file system the journal has one copy. */
  readonly opfs: boolean;
  /** The engine has file handles that several tabs may hold at once. */
  readonly shared: boolean;
  /** Whether saved files go to a folder that can be read back. */
  readonly folder: boolean;
  /** Whether the owner gives the vault a passphrase, and locks it. */
  readonly passphrase: boolean;
  /** Whether the owner has agents. */
  readonly agents: boolean;
  /** Whether the owner keeps a backup. */
  readonly backup: boolean;
  /** Whether the owner lets a model of this device help; left out for no. */
  readonly models?: true;
  readonly actions: readonly Action[];
  readonly faults: readonly Fault[];
}

export const GOALS = [
  'Total Amount by Category in expenses',
  'How many rows are in the table expenses?',
  'What do my files say about the Kestrel budget?',
  'Write a status report on Kestrel from my documents',
] as const;
/** What models may be of use for, by the numbers that follow. */
export const MODEL_GOALS = ['Get me ready for the Kestrel meeting, please', 'Who signs the Kestrel contract?'] as const;
export const FILES = 3;
/** The share of lives whose owner does it. */
const [PASSPHRASE_CHANCE, KEY_CHANCE, PURPOSES_CHANCE] = [0.15, 0.15, 0.15];
const [AGENTS_CHANCE, DESTROY_CHANCE] = [0.12, 0.12];
const [BACKUP_CHANCE, ERASE_CHANCE] = [0.1, 0.06];
const [RULES_CHANCE, MODELS_CHANCE] = [0.15, 0.1];
/** Real signatures cost most of a seed's time. */
const SIGNED_EVERY = 32;

export function drawScenario(seed: number): Scenario {
  const random = seededRandom(seed * 0x9e37 + 11);
  const actions: Action[] = [];
  const at = (until: number): number => random.below(until);
  const tab = (): number => random.below(3);
  const opened = random.pick([1, 1, 2, 2, 3]);
  for (let index = 0; index < opened; index++) actions.push({ do: 'open', at: index === 0 ? 0 : at(3_000), tab: 0 });
  const files = 1 + random.below(FILES);
  for (let file = 0; file < files; file++) actions.push({ do: 'import', file, at: 50 + at(900), tab: tab() });
  const goals = 1 + random.below(2);
  for (let goal = 0; goal < goals; goal++) {
    const answer = random.pick(['approve', 'approve', 'approve', 'deny', 'ignore'] as const);
    actions.push({
      do: 'goal',
      goal: random.below(GOALS.length),
      save: random.chance(0.7),
      answer,
      after: 20 + at(1_500),
      at: 900 + at(2_500),
      tab: tab(),
    });
  }
  for (let more = random.below(4); more > 0; more--) actions.push(drawMore(random, 1_000 + at(5_000), tab()));
  const faults = drawFaults(random);
  const rush = drawRush(seededRandom(seed * 0x51ed + 7));
  actions.push(...rush.actions);
  faults.push(...rush.faults);
  const more = drawHabits(seededRandom(seed * 0x2f0b + 3));
  actions.push(...more.actions);
  const keeping = drawKeeping(seededRandom(seed * 0x3d4d + 5), more.passphrase);
  actions.push(...keeping.actions);
  faults.push(...keeping.faults);
  actions.push(...drawRules(seededRandom(seed * 0x4c95 + 13)));
  const models = drawModels(seededRandom(seed * 0x3a6f + 29));
  actions.push(...(models?.actions ?? []));
  faults.push(...(models?.faults ?? []));
  // The app's own files are loaded with the sample only.
  for (const { kind, at } of faults) {
    if (OWN_FILES.has(kind))
      actions.push({ do: 'sample', at: at + 1, tab: tab() }, { do: 'sample', at: at + 5_000, tab: tab() });
    if (kind === 'hostile result') actions.push({ do: 'import', file: HOSTILE, at: at % 1_500, tab: tab() });
  }
  return {
    seed,
    signed: seed % SIGNED_EVERY === 0,
    opfs: !random.chance(0.15),
    shared: random.chance(0.7),
    folder: random.chance(0.6),
    passphrase: more.passphrase,
    agents: more.agents,
    backup: keeping.backup,
    ...(models === null ? {} : { models: true }),
    actions: actions.sort((a, b) => a.at - b.at),
    faults,
  };
}

/**
 * In some lives files come in at the very moment at which a tab begins to lead: as the first one opens, or as one that
 * led is closed and another takes over.
 */
function drawRush(random: Random): { readonly actions: readonly Action[]; readonly faults: readonly Fault[] } {
  const kind = random.pick(['none', 'none', 'none', 'start', 'start', 'takeover'] as const);
  if (kind === 'none') return { actions: [], faults: [] };
  const begins = kind === 'start' ? 10 : 1_200 + random.below(4_000);
  const actions: Action[] = Array.from({ length: FILES }, (_, file) => ({
    do: 'import',
    file,
    at: begins + random.below(kind === 'start' ? 25 : 70),
    tab: 0,
  }));
  const slow: Fault = {
    kind: 'slow',
    at: begins,
    for: 1_000,
    chance: random.pick([0, 0, 0.1]),
    where: 'opfs',
    tab: 0,
    amount: 1,
  };
  if (kind === 'takeover') actions.push({ do: 'open', at: 0, tab: 0 }, { do: 'close', at: begins, tab: 0 });
  return { actions, faults: slow.chance > 0 ? [slow] : [] };
}

/** What some owners do and others do not: lock the vault, change the key, say what a file may be used for. */
function drawHabits(random: Random): {
  readonly passphrase: boolean;
  readonly agents: boolean;
  readonly actions: readonly Action[];
} {
  const actions: Action[] = [];
  const at = (from: number, until: number): number => from + random.below(until - from);
  const tab = (): number => random.below(3);
  const passphrase = random.chance(PASSPHRASE_CHANCE);
  if (passphrase) {
    actions.push({ do: 'protect', at: at(300, 900), tab: tab() });
    for (let times = 1 + random.below(3); times > 0; times--)
      actions.push({ do: 'lock', at: at(900, 6_000), tab: tab() });
  }
  if (random.chance(KEY_CHANCE))
    for (let times = 1 + random.below(2); times > 0; times--)
      actions.push({ do: 'change-key', at: at(500, 6_000), tab: tab() });
  if (random.chance(PURPOSES_CHANCE)) {
    const file = random.below(FILES);
    actions.push({ do: 'forbid', file, at: at(600, 3_000), tab: tab() });
    if (random.chance(0.3)) actions.push({ do: 'allow', file, at: at(2_000, 5_000), tab: tab() });
  }
  const agents = random.chance(AGENTS_CHANCE);
  if (agents) {
    actions.push({ do: 'create-agent', at: at(300, 2_000), tab: tab() });
    actions.push({ do: 'create-agent', at: at(300, 2_500), tab: tab() });
    for (let times = 1 + random.below(3); times > 0; times--)
      actions.push({
        do: 'give',
        agent: random.below(2),
        goal: random.below(GOALS.length),
        delegated: random.chance(0.3),
        at: at(2_000, 5_000),
        tab: tab(),
      });
    for (let times = random.below(3); times > 0; times--)
      actions.push({
        do: 'order-agent',
        agent: random.below(2),
        order: random.pick(['stop', 'start', 'restart', 'kill', 'retire'] as const),
        at: at(2_500, 6_000),
        tab: tab(),
      });
  }
  if (random.chance(DESTROY_CHANCE)) {
    const file = random.below(FILES);
    if (random.chance(0.5)) actions.push({ do: 'destroy-run', run: random.below(2), at: at(3_000, 7_000), tab: tab() });
    else
      actions.push(
        { do: 'remove', file, at: at(1_500, 4_000), tab: tab() },
        { do: 'destroy-file', file, at: at(4_000, 7_000), tab: tab() },
      );
  }
  return { passphrase, agents, actions };
}

/**
 * Some owners keep a backup, and some erase everything: without a passphrase, which would go too. In half of these lives
 * whoever is at it is killed.
 */
function drawKeeping(
  random: Random,
  passphrase: boolean,
): { readonly backup: boolean; readonly actions: readonly Action[]; readonly faults: readonly Fault[] } {
  const actions: Action[] = [];
  const faults: Fault[] = [];
  const at = (from: number, until: number): number => from + random.below(until - from);
  const tab = (): number => random.below(3);
  const killed = (from: number, who: number): void => {
    if (random.chance(0.5)) return;
    const kind = random.pick(['kill tab', 'kill worker'] as const);
    faults.push({ kind, at: from + random.below(25), for: 300, chance: 1, where: 'both', tab: who, amount: 1 });
  };
  const backup = random.chance(BACKUP_CHANCE);
  if (backup) {
    const [began, who] = [at(600, 2_500), tab()];
    actions.push({ do: 'set-up-backup', at: began, tab: who });
    for (let times = 1 + random.below(3); times > 0; times--) {
      const [again, by] = [at(1_500, 8_000), tab()];
      actions.push({ do: 'back-up', at: again, tab: by });
      killed(again, by);
    }
    if (random.chance(0.5)) actions.push({ do: 'drill', at: at(4_000, 8_000), tab: tab() });
  }
  if (!passphrase && random.chance(ERASE_CHANCE)) {
    const wanted = at(2_500, 7_000);
    actions.push({ do: 'erase', at: wanted, tab: 0 });
    // The other tabs are given a second to let go before anything is erased.
    killed(wanted + 1_000, 0);
  }
  return { backup, actions, faults };
}

/** Some owners write rules of their own, and other ones later, most of them in the middle of what they are asked. */
function drawRules(random: Random): readonly Action[] {
  if (!random.chance(RULES_CHANCE)) return [];
  const drawn = (when: 'now' | 'question' | 'yes', within: number): Action => ({
    ...{ do: 'rules', when, rules: random.below(OWNERS_RULES.length) },
    ...{ at: 400 + random.below(within), tab: random.below(3) },
  });
  // Where a rule has something to say of what is to be done, deciding takes its time, in which others may follow.
  const first = random.chance(0.5) ? [drawn('now', 600)] : [];
  const then = Array.from({ length: 1 + random.below(3) }, () =>
    drawn(random.pick(['now', 'question', 'yes', 'yes']), 4_000),
  );
  return [...first, ...then];
}

/** Some owners let a model of their device help, which may be lost, talk nonsense, or go round in circles. */
function drawModels(random: Random): { readonly actions: readonly Action[]; readonly faults: readonly Fault[] } | null {
  if (!random.chance(MODELS_CHANCE)) return null;
  const tab = (): number => random.below(3);
  const jobs = MODEL_JOBS.filter(() => random.chance(0.8));
  const goals = Array.from({ length: 1 + random.below(2) }, (): Action => ({
    ...{ do: 'goal', goal: random.pick([2, 3, 4, 4, 5]), save: random.chance(0.5) },
    ...{ answer: 'approve', after: 20 + random.below(800), at: 1_800 + random.below(2_500), tab: tab() },
  }));
  const faults = Array.from({ length: random.below(4) }, (): Fault => ({
    kind: random.pick(['GPU lost', 'GPU lost', 'garbage', 'garbage', 'loop', 'hang'] as const),
    ...{ at: 1_000 + random.below(2_000), for: random.pick([3_000, 20_000]), chance: random.pick([0.5, 1]) },
    ...{ where: 'both', tab: 0, amount: 1 },
  }));
  return { actions: [{ do: 'choose-models', jobs, at: 900 + random.below(700), tab: tab() }, ...goals], faults };
}

function drawMore(random: Random, at: number, tab: number): Action {
  const run = random.below(2);
  const what = random.pick([
    'stop',
    'stop',
    'pause',
    'resume',
    'forget',
    'again',
    'save-answer',
    'settings',
    'open',
    'close',
    'hide',
    'show',
    'sample',
    'verify',
    'rebuild',
    'export',
    'remove',
    'restore',
  ] as const);
  if (what === 'remove' || what === 'restore') return { do: what, file: random.below(FILES), at, tab };
  if (
    what === 'stop' ||
    what === 'pause' ||
    what === 'resume' ||
    what === 'forget' ||
    what === 'again' ||
    what === 'save-answer'
  )
    return { do: what, run, at, tab };
  return { do: what, at, tab };
}

const OWN_FILES = new Set<string>(
  [...Object.entries(FAULTS)].flatMap(([kind, group]) =>
    group === 'own files' || kind === 'kill service worker' ? [kind] : [],
  ),
);

const REACHABLE = [...Object.entries(FAULTS), ...Object.entries(SAVE_FAULTS)]
  .filter(([, group]) => !group.startsWith('not reachable') && group !== 'models')
  .map(([kind]) => kind as FaultName);

/** What can fall between an intent and its result. */
const AROUND_EFFECTS: readonly FaultName[] = [
  'kill worker',
  'kill tab',
  'freeze',
  'save refused',
  'save unconfirmed',
  'save slow',
  'read back refused',
];

/** A fifth of all lives are calm; the others have up to four faults. */
function drawFaults(random: Random): Fault[] {
  const count = random.pick([0, 1, 1, 2, 2, 3, 4]);
  return Array.from({ length: count }, () => {
    const kind = random.pick(random.chance(0.35) ? AROUND_EFFECTS : REACHABLE);
    const around = AROUND_EFFECTS.includes(kind);
    return {
      kind,
      at: 200 + random.below(around ? 2_000 : 6_000),
      for: random.pick(around ? [300, 2_500, 5_000] : [50, 300, 1_000, 4_000]),
      chance: random.pick(around ? [0.5, 1] : [0.05, 0.3, 1]),
      where: random.pick(['idb', 'opfs', 'both'] as const),
      tab: random.below(3),
      amount: 1 + random.below(6),
    };
  }).sort((a, b) => a.at - b.at);
}
