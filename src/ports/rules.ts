import type { Json } from '#core/base/json.ts';
import type { Result } from '#core/base/result.ts';
import type { RuleVerdict } from '#core/policy/decide.ts';
import type { RuleRequest } from '#core/policy/rule-request.ts';
import type { Rule } from '#core/policy/rule-set.ts';

/** Reads and evaluates the rules that an owner writes, in the Cedar language (cedarpolicy.com). */
export interface RuleEngine {
  /**
   * Reads rules and checks them against what a request has. Nothing of a text with an error is returned.
   * @param text several rules, with comments
   */
  readonly read: (text: string) => Promise<Result<readonly ReadRule[], readonly RuleProblem[]>>;
  /**
   * What rules say of a request: one verdict for each that matches or fails, none for those that do not match. Total: an
   * engine that cannot be loaded, that takes too long, or that refuses the request fails every rule.
   */
  readonly judge: (
    rules: readonly Pick<Rule, 'id' | 'text' | 'effect'>[],
    request: RuleRequest,
  ) => Promise<readonly RuleVerdict[]>;
}

/** One rule out of a text, checked. */
export interface ReadRule {
  readonly text: string;
  readonly effect: 'permit' | 'ask' | 'forbid';
  /** Cedar's JSON form of it. */
  readonly policy: Json;
  /** By name, as `@id("nights")`. */
  readonly annotations: Readonly<Record<string, string>>;
  /** In the text, from 1. */
  readonly line: number;
}

/** What is wrong with a text, and where. */
export interface RuleProblem {
  /** What is wrong. */
  readonly message: string;
  /** What to do about it; empty where there is nothing to say. */
  readonly help: string;
  /** From 1; null where it is not about a place. */
  readonly place: { readonly line: number; readonly column: number } | null;
}
