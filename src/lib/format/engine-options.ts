import { MODEL_JOBS, type EngineChoice, type EngineChoices, type ModelJob } from '#core/models/jobs.ts';

/** What a choice may be made of. */
export interface EngineOffers {
  /** Models whose files are here; null where nobody could look. */
  readonly device: readonly { readonly id: string; readonly name: string }[] | null;
  readonly providers: readonly OfferingProvider[];
}

interface OfferingProvider {
  readonly id: string;
  readonly name: string;
  /** What it listed; null where it was not asked. */
  readonly models: readonly string[] | null;
}

export interface EngineGroup {
  /** Null for this device. */
  readonly provider: string | null;
  readonly name: string;
  readonly options: readonly EngineOption[];
}

export interface EngineOption {
  /** What a form calls the choice by. */
  readonly key: string;
  readonly name: string;
}

/** Why a choice can no longer be had as it was made. */
export type Gone = 'device' | 'provider' | 'listed';

/**
 * The choices for a job, by where they run; the one that was made is among them for as long as its provider is.
 * @param device how the group of this device is called
 */
export function engineGroups(offers: EngineOffers, made: EngineChoice | null, device: string): EngineGroup[] {
  const here = (offers.device ?? []).map(({ id, name }) => optionOf({ at: 'device', model: id }, name));
  const behind = offers.providers.map(({ id, name, models }) => {
    const chosen = made?.at === 'provider' && made.provider === id ? [made.model] : [];
    const ids = [...new Set([...(models ?? []), ...chosen])];
    const options = ids.map((model) => optionOf({ at: 'provider', provider: id, model }, model));
    return { provider: id, name, options };
  });
  return [{ provider: null, name: device, options: here }, ...behind].filter(({ options }) => options.length > 0);
}

export function goneOf(offers: EngineOffers, made: EngineChoice): Gone | null {
  if (made.at === 'device')
    return offers.device === null || offers.device.some(({ id }) => id === made.model) ? null : 'device';
  const provider = offers.providers.find(({ id }) => id === made.provider);
  if (provider === undefined) return 'provider';
  return provider.models === null || provider.models.includes(made.model) ? null : 'listed';
}

/** Empty for none. */
export function keyOf(choice: EngineChoice | null): string {
  if (choice === null) return '';
  return JSON.stringify(choice.at === 'device' ? [choice.model] : [choice.provider, choice.model]);
}

/** @param key of `keyOf` */
export function choiceOf(key: string): EngineChoice | null {
  if (key === '') return null;
  const [first = '', model] = JSON.parse(key) as readonly string[];
  return model === undefined ? { at: 'device', model: first } : { at: 'provider', provider: first, model };
}

/** As settings hold them: jobs without a model are left out. */
export function choicesOf(keys: Readonly<Record<ModelJob, string>>): EngineChoices {
  return Object.fromEntries(
    MODEL_JOBS.flatMap((job) => {
      const choice = choiceOf(keys[job]);
      return choice === null ? [] : [[job, choice] as const];
    }),
  );
}

function optionOf(choice: EngineChoice, name: string): EngineOption {
  return { key: keyOf(choice), name };
}
