import { schemaChecker } from '#adapters/json-schema/schema-checker.ts';
import { OpenAiEngine } from '#adapters/openai-http/engine.ts';
import type { Engine } from '#ports/engine.ts';
import type { ChannelDesk } from '#runtime/channels/channel-desk.ts';
import type { ChannelDraft } from '#runtime/contract/channels-api.ts';
import { modelOutlet } from '#runtime/models/model-outlet.ts';
import { channelWorld, DRAFT, type ChannelWorld } from './channel-world.ts';
import { halvesEgress } from './halves-egress.ts';
import { memoryAgentStore } from './memory-agent-store.ts';
import { modelHost, type ModelHost } from './model-host.ts';

/** A real host of models, asked by the real gate over both halves of the way out. */
export interface AskingWorld {
  readonly world: ChannelWorld;
  readonly host: ModelHost;
  readonly desk: ChannelDesk;
  readonly channel: string;
  readonly engine: Engine;
  /** Time that goes by while something is waited for. */
  hurry: number;
  readonly close: () => Promise<void>;
}

export async function askingWorld(key: string | null = null, draft: Partial<ChannelDraft> = {}): Promise<AskingWorld> {
  const world = channelWorld();
  const host = await modelHost();
  host.key = key;
  const { desk } = await world.open({ egress: halvesEgress((request) => fetch(request)) });
  const approved = await world.done(
    desk.approve({
      ...DRAFT,
      ...{ address: `${host.origin}/v1`, methods: ['GET', 'POST'], headers: ['authorization', 'content-type'] },
      ...{ bytesPerDay: 100_000_000, requestsPerMinute: 600 },
      ...draft,
    }),
  );
  if (!approved.ok) throw new Error(approved.error);
  const channel = approved.value;
  const store = memoryAgentStore(world.store);
  const engine = new OpenAiEngine({
    ...{ name: 'Host', host: host.origin, base: `${host.origin}/v1`, clock: world.clock, schemaChecker },
    outlet: modelOutlet({ desk, store, clock: world.clock, channel, key: () => Promise.resolve(key) }),
  });
  const over = new AbortController();
  const asking: AskingWorld = {
    ...{ world, host, desk, channel, engine, hurry: 2 },
    close: async () => {
      over.abort();
      await host.close();
    },
  };
  // The journal waits for its clock, the network for the real one.
  void (async () => {
    while (!over.signal.aborted) {
      await world.clock.advance(asking.hurry);
      await new Promise((turn) => setTimeout(turn, 1));
    }
  })();
  return asking;
}
