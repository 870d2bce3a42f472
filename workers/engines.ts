import { err, ok, type Result } from '#core/base/result.ts';
import type { EngineChoice } from '#core/models/jobs.ts';
import type { Engine } from '#ports/engine.ts';
import type { ModelDesk } from '#runtime/models/model-desk.ts';

/** Why none, in words for the owner. */
export type EngineFor = (choice: EngineChoice) => Promise<Result<Engine, string>>;

/** What runs the model that was chosen. Whether a provider still has it is seen when it is asked. */
export function engines(
  device: () => Promise<Engine>,
  providers: () => Promise<Pick<ModelDesk, 'engineOf'>>,
): EngineFor {
  return async (choice) => {
    if (choice.at === 'provider') return (await providers()).engineOf(choice.provider);
    const engine = await device();
    const models = await engine.models(new AbortController().signal);
    if (!models.ok) return err(models.error.message);
    return models.value.some(({ id }) => id === choice.model)
      ? ok(engine)
      : err(`There is no model ${choice.model} on this device any more. Choose another one under Models.`);
  };
}
