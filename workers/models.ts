import { schemaChecker } from '#adapters/json-schema/schema-checker.ts';
import { incrementalSha256, sha256 } from '#adapters/noble/sha256.ts';
import { OpenAiEngine } from '#adapters/openai-http/engine.ts';
import { opfsModelParts } from '#adapters/opfs/model-parts.ts';
import { platformClock } from '#adapters/platform/clock.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { Sealer } from '#ports/crypto.ts';
import type { KeyHolder } from '#ports/key-holder.ts';
import type { ChannelDesk } from '#runtime/channels/channel-desk.ts';
import { heldSecrets } from '#runtime/identity/held-secrets.ts';
import { ModelDesk } from '#runtime/models/model-desk.ts';
import { ModelDownloads } from '#runtime/models/model-downloads.ts';
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

/** Models that this tab fetches. @param opfs whether there are files that can be added to */
export function openDownloads(desk: ChannelDesk, opfs: boolean): ModelDownloads {
  const shelf = opfs ? opfsModelParts({ sha256, incremental: incrementalSha256 }) : null;
  return new ModelDownloads({ desk, shelf, clock: platformClock, sha256 });
}
