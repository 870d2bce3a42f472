import { err, ok } from '#core/base/result.ts';
import type { Engine } from '#ports/engine.ts';
import type { ModelDesk } from '#runtime/models/model-desk.ts';
import type { EngineFinder } from '#runtime/models/step-model.ts';

/** What runs the model that was chosen. Whether a provider still has it is seen when it is asked. */
export function engines(
  device: () => Promise<Engine>,
  providers: () => Promise<Pick<ModelDesk, 'engineOf'>>,
): EngineFinder {
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
