import { SINKS } from '#core/policy/request.ts';
import { leaves } from '#core/policy/rules.ts';

/** The scope of what is written as `action in Action::"leaves"`. */
export const LEAVING = SINKS.filter(leaves);
