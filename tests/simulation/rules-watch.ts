import type { Digest } from '#core/base/ids.ts';
import { policyVersion } from '#core/policy/decide.ts';
import type { ActionRequest } from '#core/policy/permit.ts';
import { rulesDigest, type RuleSet } from '#core/policy/rule-set.ts';
import type { Fact } from '#runtime/agent/facts.ts';
import { OWN_PACK } from '#runtime/policy/rule-name.ts';
import { SHIPPED_RULES } from '#runtime/policy/shipped-rules.ts';
import { sha256 } from './crypto.ts';
import type { History } from './history.ts';
import { OWNERS_RULES, type OwnersRules } from './sim-rules.ts';

const SHIPPED = rulesDigest(SHIPPED_RULES, sha256);

/**
 * Watches that every decision is by the rules in force where it stands in the journal, and names them. What is in force is
 * told from the entries alone, and what rules mean from what their owner meant by them.
 */
export class RulesWatch {
  readonly #history: History;

  constructor(history: History) {
    this.#history = history;
  }

  /** Before the fact joins what was acknowledged. */
  check(fact: Fact): void {
    switch (fact.type) {
      case 'policy.adopted':
        return this.#checkAdoption(fact);
      case 'approval.requested':
      case 'approval.covered': {
        const { approval, run } = fact;
        const acts = [approval, ...(approval.acts ?? []).filter((act) => act.standing !== 'denied')];
        for (const { action, step } of acts)
          if (action !== undefined) this.#checkVersion(action, `${run}/${step} is asked about`);
        return;
      }
      case 'approval.given': {
        const asked = this.#history.state.runs.get(fact.run)?.approval?.action;
        if (asked !== undefined) this.#checkVersion(asked, `a yes is given for ${fact.run}/${asked.step}`);
        return;
      }
      case 'step.finished':
        return this.#checkTool(fact);
      default:
    }
  }

  /** A file is about to be saved, the journal being what it is. */
  checkSave(request: ActionRequest, bytes: number): void {
    this.#checkVersion(request, `${request.run}/${request.step} is saved`);
    const meant = meaningOf(this.#inForce().set);
    if (meant?.forbidsSaving?.(bytes) === true)
      this.#violated(`${request.run}/${request.step} is saved, which the rules in force forbid`);
  }

  #checkAdoption({ digest, set, decided, command }: Extract<Fact, { type: 'policy.adopted' }>): void {
    if (rulesDigest(set, sha256) !== digest) this.#violated('the rules are not those of their digest');
    const ordered = this.#history.commands.find((record) => record.command.id === command)?.command;
    if (ordered?.type !== 'adopt-rules' || ordered.digest !== digest)
      this.#violated('rules are adopted that their owner did not ask for');
    if (decided?.policy !== this.#version())
      this.#violated(`the adoption of rules was decided by ${String(decided?.policy)}; ${this.#version()} is in force`);
  }

  #checkVersion({ policy }: ActionRequest, what: string): void {
    if (policy !== this.#version()) this.#violated(`${what} under ${policy}; ${this.#version()} is in force`);
  }

  /** What no rule allowed at any time while it ran did not run. */
  #checkTool({ run, step }: Extract<Fact, { type: 'step.finished' }>): void {
    const tool = this.#history.state.runs.get(run)?.plan?.steps.find(({ id }) => id === step)?.tool;
    const { entries } = this.#history;
    for (let index = entries.length - 1; index >= 0; index--) {
      const { fact } = entries[index]!;
      // Meanwhile there were others, and those may have let it.
      if (fact.type === 'policy.adopted') return;
      if (fact.type === 'step.started' && fact.run === run && fact.step === step) break;
    }
    if (tool !== undefined && meaningOf(this.#inForce().set)?.forbidsTool === tool)
      this.#violated(`${run}/${step} read with ${tool}, which the rules in force forbid`);
  }

  #inForce(): { readonly digest: Digest; readonly set: RuleSet } {
    const last = this.#history.entries.findLast(({ fact }) => fact.type === 'policy.adopted')?.fact;
    return last?.type === 'policy.adopted' ? last : { digest: SHIPPED, set: SHIPPED_RULES };
  }

  #version(): string {
    return policyVersion(this.#inForce().digest);
  }

  #violated(message: string): void {
    this.#history.violated('I17', message);
  }
}

function meaningOf({ packs }: RuleSet): OwnersRules | undefined {
  const own = packs.find(({ id }) => id === OWN_PACK)?.text;
  return own === undefined ? undefined : OWNERS_RULES.find(({ text }) => text === own);
}
