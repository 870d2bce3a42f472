import { schemaChecker } from '#adapters/json-schema/schema-checker.ts';
import { OpenAiEngine } from '#adapters/openai-http/engine.ts';
import { platformClock } from '#adapters/platform/clock.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { Sealer } from '#ports/crypto.ts';
import type { KeyHolder } from '#ports/key-holder.ts';
import type { ChannelDesk } from '#runtime/channels/channel-desk.ts';
import { heldSecrets } from '#runtime/identity/held-secrets.ts';
import { ModelDesk } from '#runtime/models/model-desk.ts';
import { ProviderKeys } from '#runtime/models/provider-keys.ts';

export interface ModelsComposition {
  readonly desk: ChannelDesk;
  readonly store: AgentStore;
  readonly sealer: Sealer;
  readonly keys: KeyHolder;
}

/** This tab's hosts of models. */
export function openModels({ desk, store, sealer, keys }: ModelsComposition): ModelDesk {
  return new ModelDesk({
    ...{ desk, store, clock: platformClock },
    keys: new ProviderKeys({ secrets: heldSecrets(keys), sealer }),
    engine: (host) => new OpenAiEngine({ ...host, clock: platformClock, schemaChecker }),
  });
}
