import { ACTING } from './acting.ts';
import { CALENDARS } from './calendars.ts';
import { DECLINING } from './declining.ts';
import { DOCUMENTS } from './documents.ts';
import { MAIL } from './mail.ts';
import type { Scenario } from './scenario.ts';
import { TABLES } from './tables.ts';
import { WITH_MODELS } from './with-models.ts';

export const SCENARIOS: readonly Scenario[] = [
  ...MAIL,
  ...CALENDARS,
  ...DOCUMENTS,
  ...TABLES,
  ...ACTING,
  ...DECLINING,
  ...WITH_MODELS,
];

/** `symbolic`: no model; `scripted`: a scripted one where the scenario has one; `model`: a real one in all of them. */
export const MODES = ['symbolic', 'scripted', 'model'] as const;
export type Mode = (typeof MODES)[number];

/** What a mode plays: with a real model all but those that are about what a model does wrong, or is not asked. */
export function scenariosOf(mode: Mode): readonly Scenario[] {
  switch (mode) {
    case 'symbolic':
      return SCENARIOS.filter(({ model }) => model === undefined);
    case 'scripted':
      return SCENARIOS.filter(({ model }) => model !== undefined);
    case 'model':
      return SCENARIOS.filter(({ model, fault }) => model === undefined || fault === undefined);
  }
}
