import { hex } from '#core/base/bytes.ts';
import type { CommandId, Digest, Sequence, Sha256 } from '#core/base/ids.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import { OWNER_TYPED, type Label } from '#core/labels/label.ts';
import { ANY_SCOPE, SCOPE_VERSION } from '#core/policy/rule-scope.ts';
import type { RulePack, RuleSet } from '#core/policy/rule-set.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { Clock } from '#ports/clock.ts';
import type { Entropy } from '#ports/crypto.ts';
import type { RuleEngine } from '#ports/rules.ts';
import { agentNames } from '../actors/agent-names.ts';
import type { CommandOutcome } from '../contract/commands.ts';
import type { CheckedRule, DryRun, PolicyApi, PolicyDraft, PolicyView, RuleProblem } from '../contract/policy-api.ts';
import { dryRun } from './dry-run.ts';
import { datesOf, readOwn } from './own-pack.ts';
import type { AdoptedRules, PolicyCommand } from './policy-facts.ts';
import { IN_FORCE, policyView } from './policy-view.ts';
import type { RuleJudge } from './rule-judge.ts';
import { PACKS, SHIPPED_RULES } from './shipped-rules.ts';

export interface PolicyDeskParts {
  readonly store: Pick<AgentStore, 'row' | 'rows'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly entropy: Entropy;
  readonly sha256: Sha256;
  readonly judge: RuleJudge;
  /** Heavy: loaded when something that the owner wrote is to be read. */
  readonly rules: () => Promise<RuleEngine>;
  /** Where the owner is, an IANA zone. */
  readonly zone: () => Promise<string>;
  readonly command: (body: PolicyCommand & { readonly id: CommandId }) => Promise<CommandOutcome>;
}

/** Where the owner looks at rules, tries them out and changes them. Any tab has one; the leader journals what it orders. */
export class PolicyDesk implements PolicyApi {
  readonly #parts: PolicyDeskParts;
  readonly #listeners = new Set<(view: PolicyView) => void>();
  /** The entry that brought the rules into force that were told last; null before any. */
  #told: Sequence | null = null;

  constructor(parts: PolicyDeskParts) {
    this.#parts = parts;
  }

  async onView(listener: (view: PolicyView) => void): Promise<void> {
    this.#listeners.add(listener);
    listener(await this.#view());
  }

  /** Something was journaled: told where it was about rules. */
  async changed(): Promise<void> {
    if (this.#listeners.size === 0) return;
    const last = (await this.#parts.store.row('rules', IN_FORCE))?.sequence ?? null;
    if (last === this.#told) return;
    const view = await this.#view();
    for (const listener of this.#listeners) listener(view);
  }

  async check(text: string): Promise<Result<readonly CheckedRule[], readonly RuleProblem[]>> {
    if (text.trim() === '') return ok([]);
    const names = await agentNames(this.#parts.store);
    const read = await readOwn(await this.#parts.rules(), text, UNDATED, names);
    return read.ok ? ok(read.value.checked) : read;
  }

  async tryOut(draft: PolicyDraft): Promise<Result<DryRun, string>> {
    const set = await this.#setOf(draft);
    if (!set.ok) return set;
    const { judge, store, zone, sha256 } = this.#parts;
    return ok(await dryRun(set.value, judge, store, await zone(), sha256));
  }

  /** @param from where the draft came from: only what the owner wrote or chose becomes a rule */
  async adopt(draft: PolicyDraft, after: Digest | null, from: Label = OWNER_TYPED): Promise<Result<void, string>> {
    const set = await this.#setOf(draft);
    return set.ok ? this.#adopt(set.value, after, from) : set;
  }

  async restore(version: Digest, after: Digest | null): Promise<Result<void, string>> {
    const { store, judge } = this.#parts;
    const adopted = (await store.rows('rules')).map(({ value }) => value as AdoptedRules);
    const set = adopted.find(({ digest }) => digest === version)?.set;
    if (set !== undefined) return this.#adopt(set, after, OWNER_TYPED);
    return version === judge.digest(SHIPPED_RULES)
      ? this.#adopt(SHIPPED_RULES, after, OWNER_TYPED)
      : err('There is no such version.');
  }

  async #adopt(set: RuleSet, after: Digest | null, label: Label): Promise<Result<void, string>> {
    const { entropy, judge, command } = this.#parts;
    const outcome = await command({
      ...{ type: 'adopt-rules', after, digest: judge.digest(set), set, label },
      nonce: hex(entropy.bytes(16)),
      id: hex(entropy.bytes(16)) as CommandId,
    });
    await this.changed();
    return outcome.ok ? ok(undefined) : err(outcome.message);
  }

  /** Packs stay as they were adopted; one that is turned on comes as the app has it. */
  async #setOf({ packs, own }: PolicyDraft): Promise<Result<RuleSet, string>> {
    const present = believed((await this.#inForce())?.set ?? SHIPPED_RULES);
    const chosen: RulePack[] = [];
    for (const { id, ...dates } of packs) {
      const pack = [...present, ...PACKS].find((known) => known.id === id);
      if (pack === undefined) return err('There is no such pack.');
      if (!isOrdered(dates)) return err('A pack ends after it begins. Give it a later last day.');
      chosen.push({ ...pack, ...datesOf(dates) });
    }
    if (!isOrdered(own)) return err('Your rules end after they begin. Give them a later last day.');
    if (own.text.trim() !== '') {
      const read = await readOwn(await this.#parts.rules(), own.text, own);
      if (!read.ok) return err('Your rules have a mistake. Mend it first.');
      chosen.push(read.value.pack);
    }
    return ok({ packs: chosen, scopes: SCOPE_VERSION });
  }

  async #inForce(): Promise<AdoptedRules | null> {
    return ((await this.#parts.store.row('rules', IN_FORCE))?.value ?? null) as AdoptedRules | null;
  }

  async #view(): Promise<PolicyView> {
    const { store, judge, clock } = this.#parts;
    const view = policyView(await store.rows('rules'), judge.digest(SHIPPED_RULES), clock.now());
    this.#told = view.versions[0]?.sequence ?? null;
    return view;
  }
}

/** Scopes that another version of the app read are not relied on. */
function believed({ packs, scopes }: RuleSet): readonly RulePack[] {
  if (scopes === SCOPE_VERSION) return packs;
  return packs.map((pack) => ({ ...pack, rules: pack.rules.map((rule) => ({ ...rule, scope: ANY_SCOPE })) }));
}

const UNDATED = { from: null, until: null };

function isOrdered({ from, until }: { readonly from: number | null; readonly until: number | null }): boolean {
  return from === null || until === null || from < until;
}
