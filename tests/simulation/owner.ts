import type { ActorId } from '#core/actors/envelope.ts';
import { hex } from '#core/base/bytes.ts';
import type { ApprovalId, CommandId, Digest, RunId, SourceId } from '#core/base/ids.ts';
import type { Command } from '#runtime/contract/commands.ts';
import { sha256 } from './crypto.ts';
import { GOALS, MODEL_GOALS, type Action } from './scenario.ts';
import { MS } from './scheduler.ts';
import { BACKUP_PASSPHRASE } from './sim-backup.ts';
import { chosen } from './sim-models.ts';
import { adoptRules, OWNERS_RULES } from './sim-rules.ts';
import { simBlob, type SimTab } from './sim-tab.ts';
import { CANARY, HOSTILE, VAULT } from './vault.ts';
import type { World } from './world.ts';

interface StartedRun {
  readonly id: RunId;
  readonly command: Command;
  readonly answer: 'approve' | 'deny' | 'ignore';
  readonly after: number;
}

type Rules = Extract<Action, { readonly do: 'rules' }>;

/** Who sits before the screen: does what the scenario says, and answers what is asked. */
export class Owner {
  readonly runs: StartedRun[] = [];
  readonly #world: World;
  readonly #agents: { readonly id: ActorId; readonly name: string }[] = [];
  #named = 1;
  #orders = 0;
  readonly #answering = new Set<ApprovalId>();
  /** Rules that wait for the next question, or the next yes. */
  readonly #rulesWaiting: Rules[] = [];

  constructor(world: World) {
    this.#world = world;
    for (const action of world.scenario.actions) world.soon(action.at, `owner ${action.do}`, () => this.#act(action));
    this.#watchApprovals();
  }

  #order(tab: SimTab, command: Command): void {
    const { scheduler, random, strikes } = this.#world;
    strikes.whileOrdering();
    scheduler.after(100 + random.below(MS), tab.worker, `order ${command.type}`, () => {
      const { history } = this.#world;
      tab.order(command).catch((error: unknown) => history.violated('crash', `${command.type} threw ${String(error)}`));
    });
  }

  /** Everything was erased: the owner brings in a file, and asks for something. */
  beginsAnew(): void {
    const { scheduler } = this.#world;
    const now = scheduler.now / MS;
    const tab = 0;
    this.#agents.length = 0;
    const actions: readonly Action[] = [
      { do: 'import', file: 0, at: now + 2_000, tab },
      { do: 'goal', goal: 0, save: true, answer: 'approve', after: 200, at: now + 3_000, tab },
    ];
    for (const action of actions) this.#world.soon(action.at, `owner ${action.do}`, () => this.#act(action));
  }

  #nextId(): CommandId {
    return `c${String(this.#orders++)}` as CommandId;
  }

  #act(action: Action): void {
    // Who erases everything waits until it is done.
    if (this.#world.erasing.wanted) return;
    if (action.do === 'open') {
      if (this.#world.there.length < 4) this.#world.openPage();
      return;
    }
    if (action.do === 'erase') return this.#world.erasing.want();
    if (action.do === 'lock' || action.do === 'protect') return this.#atTheDoor(action);
    const tab = this.#world.pick(action.tab);
    if (tab === null) return;
    const run = 'run' in action ? this.runs[action.run % Math.max(1, this.runs.length)] : undefined;
    const inTab = (work: () => Promise<unknown>): void =>
      void this.#world.scheduler.after(100, tab.worker, action.do, () => {
        work().then(
          () => undefined,
          (error: unknown) => this.#world.scheduler.note(`${action.do} failed: ${String(error)}`),
        );
      });
    switch (action.do) {
      case 'close':
        return this.#world.kill(tab.page, 'closed');
      case 'hide':
      case 'show':
        tab.page.visible = action.do === 'show';
        return;
      case 'sample':
        return inTab(() => tab.files.importSample(`sample ${String(action.at)}`, () => undefined));
      case 'verify':
        return inTab(() => tab.tab.verify(() => undefined));
      case 'rebuild':
        return inTab(() => tab.tab.rebuild(() => undefined));
      case 'export':
        return inTab(() => tab.out.exportJournal(true));
      case 'import': {
        const file = VAULT[action.file]!;
        if (action.file === HOSTILE) this.#world.weather.count('hostile result');
        const files = [{ path: file.path, file: simBlob(file.text) }];
        return inTab(() => tab.files.importFiles(`import ${String(action.at)}`, files, () => undefined));
      }
      case 'remove':
      case 'restore':
        return this.#order(tab, { id: this.#nextId(), type: `${action.do}-source`, source: sourceOf(action.file) });
      case 'allow':
      case 'forbid': {
        const purposes = { inference: action.do === 'allow' };
        const sources = [sourceOf(action.file)];
        return this.#order(tab, { id: this.#nextId(), type: 'change-purposes', sources, purposes });
      }
      case 'create-agent': {
        const name = `Agent ${String(this.#named++)}`;
        return inTab(async () => {
          const created = await tab.agents?.create(name, null);
          if (created?.ok === true) this.#agents.push({ id: created.value, name });
        });
      }
      case 'give': {
        const [agent, other] = [this.#agents[action.agent], this.#agents[1 - action.agent]];
        if (agent === undefined) return;
        const goal = GOALS[action.goal]!;
        const words = action.delegated && other !== undefined ? `Ask ${other.name}: ${goal}` : goal;
        return inTab(async () => tab.agents?.give(agent.id, words));
      }
      case 'order-agent': {
        const agent = this.#agents[action.agent];
        return agent === undefined ? undefined : inTab(async () => tab.agents?.order(agent.id, action.order));
      }
      case 'set-up-backup':
        return inTab(async () => tab.backup?.setUp('folder', BACKUP_PASSPHRASE));
      case 'back-up':
        return inTab(async () => tab.backup?.backUp());
      case 'drill':
        return inTab(async () => tab.backup?.drill(null));
      case 'rules':
        if (action.when === 'now') this.#changeRules(action);
        else this.#rulesWaiting.push(action);
        return;
      case 'destroy-run':
        return run === undefined
          ? undefined
          : inTab(() => tab.tab.destroy({ kind: 'run', id: run.id }, () => undefined));
      case 'destroy-file':
        return inTab(() => tab.tab.destroy({ kind: 'source', id: sourceOf(action.file) }, () => undefined));
      case 'change-key':
        return this.#order(tab, { id: this.#nextId(), type: 'change-key' });
      case 'choose-models':
        if (tab.overview !== null)
          this.#order(tab, {
            id: this.#nextId(),
            type: 'change-settings',
            settings: { ...tab.overview.settings, engines: chosen(action.jobs) },
          });
        return;
      case 'settings':
        if (tab.overview !== null)
          this.#order(tab, {
            id: this.#nextId(),
            type: 'change-settings',
            settings: { ...tab.overview.settings, names: [CANARY] },
          });
        return;
      case 'goal': {
        const id = `run-${String(this.runs.length)}` as RunId;
        const overrides = action.save ? { saveAs: 'answer.md' } : {};
        const command: Command = {
          id: this.#nextId(),
          type: 'start-run',
          run: id,
          goal: [...GOALS, ...MODEL_GOALS][action.goal]!,
          overrides,
        };
        this.runs.push({ id, command, answer: action.answer, after: action.after });
        return this.#order(tab, command);
      }
      case 'again':
        if (run !== undefined) {
          this.#world.weather.count('duplicate delivery');
          this.#order(tab, run.command);
        }
        return;
      case 'save-answer': {
        if (run === undefined) return;
        const as = `run-${String(this.runs.length)}` as RunId;
        const command: Command = { id: this.#nextId(), type: 'save-answer', run: run.id, as, fileName: 'again.md' };
        this.runs.push({ id: as, command, answer: 'approve', after: 100 });
        return this.#order(tab, command);
      }
      case 'stop':
      case 'pause':
      case 'resume':
      case 'forget':
        if (run !== undefined) this.#order(tab, { id: this.#nextId(), type: `${action.do}-run`, run: run.id });
    }
  }

  #atTheDoor({ do: what, tab }: Action): void {
    const there = this.#world.there.filter(({ locked }) => !locked);
    const page = there[tab % Math.max(1, there.length)];
    if (what === 'protect') page?.protect();
    else page?.inWindow('lock', (gate) => gate.lock());
  }

  /** The owner looks at the tabs now and then, opens what is locked and answers what is asked there. */
  #watchApprovals(): void {
    this.#world.soon(this.#world.scheduler.now / MS + 150, 'owner looks', () => {
      this.#watchApprovals();
      for (const page of this.#world.there) if (page.locked && this.#world.random.chance(0.1)) page.unlock();
      if (this.#world.erasing.wanted) return;
      for (const tab of this.#world.open) {
        for (const { run, approval } of tab.overview?.approvals ?? []) {
          const started = this.runs.find(({ id }) => id === run);
          if (started === undefined || started.answer === 'ignore' || this.#answering.has(approval.id)) continue;
          this.#answering.add(approval.id);
          this.#changeWaiting('question', started.after);
          this.#world.soon(this.#world.scheduler.now / MS + started.after, 'owner answers', () => {
            const { id, digest } = approval;
            this.#answer(started, id, digest);
          });
        }
      }
    });
  }

  /** The owner has other rules, in the middle of what is asked. @param within ms */
  #changeWaiting(when: Rules['when'], within: number): void {
    const index = this.#rulesWaiting.findIndex((rules) => rules.when === when);
    const [rules] = index === -1 ? [] : this.#rulesWaiting.splice(index, 1);
    if (rules === undefined) return;
    const { scheduler, random } = this.#world;
    const at = scheduler.now / MS + random.below(within * MS) / MS;
    this.#world.soon(at, 'owner rules', () => this.#changeRules(rules));
  }

  #changeRules({ rules, tab: index }: Rules): void {
    const tab = this.#world.pick(index);
    if (tab === null) return;
    this.#world.scheduler.after(100, tab.worker, 'rules', () => {
      adoptRules(tab.policy, OWNERS_RULES[rules]!).then(
        (outcome) => this.#world.scheduler.note(`rules ${String(rules)} ${JSON.stringify(outcome)}`),
        (error: unknown) => this.#world.scheduler.note(`rules failed: ${String(error)}`),
      );
    });
  }

  #answer(run: StartedRun, approval: ApprovalId, digest: Digest): void {
    const tab = this.#world.pick(this.#world.random.below(3));
    const id = this.#nextId();
    const command: Command =
      run.answer === 'approve'
        ? { id, type: 'approve', run: run.id, approval, digest }
        : { id, type: 'deny', run: run.id, approval, reason: 'no' };
    if (tab !== null) this.#order(tab, command);
    this.#changeWaiting('yes', RULES_AFTER_YES_MS);
    // Where nothing came of it the owner is asked again.
    this.#world.soon(this.#world.scheduler.now / MS + 12_000, 'owner forgets', () => this.#answering.delete(approval));
  }
}

/** An act follows the yes to it within about so long. */
const RULES_AFTER_YES_MS = 60;

function sourceOf(file: number): SourceId {
  return hex(sha256(new TextEncoder().encode(VAULT[file]!.text))) as SourceId;
}
