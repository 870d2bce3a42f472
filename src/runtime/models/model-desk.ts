import { err, ok, type Result } from '#core/base/result.ts';
import { NEUTRAL, OWNER_TYPED } from '#core/labels/label.ts';
import { modelsBase } from '#core/channels/channel.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { Clock } from '#ports/clock.ts';
import type { Engine } from '#ports/engine.ts';
import type { ModelOutlet } from '#ports/model-outlet.ts';
import type { ChannelDesk } from '../channels/channel-desk.ts';
import { UNNAMED_KEY, type StoredChannel, type StoredKey } from '../channels/channel-facts.ts';
import type { ChannelDraft } from '../contract/channels-api.ts';
import {
  TEST_MESSAGE,
  type KeyState,
  type ListedModel,
  type ModelsApi,
  type ProviderDraft,
  type TestAnswer,
} from '../contract/models-api.ts';
import { modelOutlet, sendingOf, type OutletParts } from './model-outlet.ts';
import { modelQuestions, type ModelQuestions } from './model-question.ts';
import type { ProviderKeys } from './provider-keys.ts';

export interface ModelDeskParts {
  readonly desk: Pick<
    ChannelDesk,
    'open' | 'consider' | 'approve' | 'change' | 'revoke' | 'setKey' | 'findKey' | 'removeKey'
  >;
  readonly store: Pick<AgentStore, 'row'>;
  readonly clock: Clock;
  readonly keys: ProviderKeys;
  /** What speaks the dialect of a host. */
  readonly engine: (host: HostOfModels) => Engine;
}

/** A host of models, for what speaks its dialect. */
export interface HostOfModels {
  /** As the owner calls it. */
  readonly name: string;
  /** The origin. */
  readonly host: string;
  /** Without a slash at the end. */
  readonly base: string;
  readonly outlet: ModelOutlet;
  /** What was found out about it, by model: it lasts as long as its way out stays as it is. */
  readonly learned: Map<string, unknown>;
}

interface KnownHost {
  /** Of the way out as it was then. */
  readonly sequence: number;
  readonly about: HostOfModels;
  readonly outletParts: OutletParts;
  readonly engine: Engine;
}

const TEST_TOKENS = 64;
const NONE = 'There is no such provider, or it was removed.';

/** The owner's hosts of models: each is a way out like any other, with a key that no page and no engine sees. */
export class ModelDesk implements ModelsApi {
  readonly #parts: ModelDeskParts;
  /** What they learned of their host lasts as long as its way out stays as it is. */
  readonly #hosts = new Map<string, KnownHost>();
  /** By provider, the last one. */
  readonly #tests = new Map<string, AbortController>();
  /** What reads or changes keys, one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: ModelDeskParts) {
    this.#parts = parts;
  }

  add(draft: ProviderDraft): Promise<Result<string, string>> {
    return this.#inTurn(() => this.#add(draft));
  }

  async #add(draft: ProviderDraft): Promise<Result<string, string>> {
    const { desk, keys } = this.#parts;
    const key = keys.read(draft.key);
    if (!key.ok) return key;
    const approved = await desk.approve(channelOf(draft));
    if (!approved.ok || key.value === '') return approved;
    const set = await this.#setKey(approved.value, key.value);
    return set.ok ? approved : err(`The provider is approved, but without its key. ${set.error}`);
  }

  async change(provider: string, draft: Omit<ProviderDraft, 'key'>): Promise<Result<void, string>> {
    const known = await this.#provider(provider);
    return known.ok ? this.#parts.desk.change(provider, channelOf(draft)) : known;
  }

  remove(provider: string): Promise<Result<void, string>> {
    return this.#inTurn(async () => {
      const known = await this.#provider(provider);
      if (!known.ok) return known;
      const removed = await this.#removeKey(provider);
      return removed.ok ? this.#parts.desk.revoke(provider) : removed;
    });
  }

  /** Once a change that is under way is over: in its middle the answer would be of neither side. */
  keyState(provider: string): Promise<KeyState> {
    return this.#inTurn(async () => {
      if ((await this.#keyOf(provider)) !== null) return 'here';
      return (await this.#noted(provider))?.id == null ? 'none' : 'gone';
    });
  }

  setKey(provider: string, typed: string): Promise<Result<void, string>> {
    return this.#inTurn(async () => {
      const { keys } = this.#parts;
      const known = await this.#provider(provider);
      if (!known.ok) return known;
      const key = keys.read(typed);
      if (!key.ok) return key;
      return key.value === '' ? this.#removeKey(provider) : this.#setKey(provider, key.value);
    });
  }

  async list(provider: string): Promise<Result<readonly ListedModel[], string>> {
    const engine = await this.engineOf(provider);
    if (!engine.ok) return engine;
    const models = await engine.value.models(new AbortController().signal);
    return models.ok
      ? ok(models.value.map(({ id, contextTokens }) => ({ id, contextTokens })))
      : err(models.error.message);
  }

  async test(provider: string, model: string, listener: (piece: string) => void): Promise<Result<TestAnswer, string>> {
    await this.stopTest(provider);
    const stop = new AbortController();
    this.#tests.set(provider, stop);
    const engine = await this.engineOf(provider);
    if (!engine.ok) return engine;
    const { clock } = this.#parts;
    const began = clock.monotonic();
    const answer = await engine.value.infer(
      {
        model,
        messages: [{ role: 'user', text: TEST_MESSAGE, label: NEUTRAL }],
        ...{ tools: [], answer: { kind: 'text' }, tokensMax: TEST_TOKENS, temperature: 0, seed: null },
        ...{ by: { tool: 'models.test', run: 'owner', step: provider }, planned: true, planner: OWNER_TYPED },
      },
      listener,
      stop.signal,
    );
    if (!answer.ok) return err(answer.error.message);
    const { text, tokens, bytesSent, spent } = answer.value;
    return ok({
      ...{ text, bytesSent, spent, tokens: tokens.out.count, counted: tokens.out.exact },
      milliseconds: clock.monotonic() - began,
    });
  }

  stopTest(provider: string): Promise<void> {
    this.#tests.get(provider)?.abort();
    return Promise.resolve();
  }

  /** What asks it, over the gate and under its key. */
  async engineOf(provider: string): Promise<Result<Engine, string>> {
    const host = await this.#host(provider);
    return host.ok ? ok(host.value.engine) : host;
  }

  /** What asks it one question at a time, each shown to its owner first. */
  async questionsTo(provider: string): Promise<Result<ModelQuestions, string>> {
    const host = await this.#host(provider);
    if (!host.ok) return host;
    const { about, outletParts } = host.value;
    return ok(
      modelQuestions({
        engineOver: (outlet) => this.#parts.engine({ ...about, outlet }),
        outlet: about.outlet,
        consider: async (asking) => this.#parts.desk.consider(await sendingOf(outletParts, asking)),
      }),
    );
  }

  async #host(provider: string): Promise<Result<KnownHost, string>> {
    const known = await this.#provider(provider);
    if (!known.ok) return known;
    const { channel, name, sequence } = known.value;
    const made = this.#hosts.get(provider);
    if (made?.sequence === sequence) return ok(made);
    const { desk, store, clock } = this.#parts;
    const outletParts = { desk, store, clock, channel: channel.id, key: () => this.#keyOf(channel.id) };
    const outlet = modelOutlet(outletParts);
    const about = {
      name,
      host: channel.origin,
      base: modelsBase(channel),
      outlet,
      learned: new Map<string, unknown>(),
    };
    const host = { sequence, about, outletParts, engine: this.#parts.engine(about) };
    this.#hosts.set(provider, host);
    return ok(host);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work, work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /**
   * The note comes first: a key that no entry names is never used. Where the app stops in between, the one before counts
   * no more, and the new one is told to be missing.
   */
  async #setKey(provider: string, key: string): Promise<Result<void, string>> {
    const { desk, keys } = this.#parts;
    const noted = await desk.setKey(provider);
    if (!noted.ok) return noted;
    try {
      await keys.keep(provider, noted.value, key);
      return ok(undefined);
    } catch (error) {
      await desk.removeKey(provider);
      return err(`The key could not be kept: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  async #removeKey(provider: string): Promise<Result<void, string>> {
    const { desk, keys } = this.#parts;
    await this.#keyOf(provider);
    const noted = (await this.#noted(provider))?.id == null ? ok(undefined) : await desk.removeKey(provider);
    if (noted.ok) await keys.remove(provider);
    return noted;
  }

  /** The key that the journal names; null where there is none, or it does not lie here. */
  async #keyOf(provider: string): Promise<string | null> {
    const { desk, keys } = this.#parts;
    let noted = await this.#noted(provider);
    if (noted === undefined) {
      if ((await keys.of(provider, UNNAMED_KEY)) === null) return null;
      await desk.findKey(provider);
      noted = await this.#noted(provider);
    }
    // The app may have stopped before what was removed was gone.
    if (noted?.id === null) await keys.remove(provider);
    return noted?.id == null ? null : keys.of(provider, noted.id);
  }

  async #noted(provider: string): Promise<StoredKey | undefined> {
    return ((await this.#parts.store.row('channel', provider))?.value as StoredChannel | undefined)?.key;
  }

  async #provider(id: string): Promise<Result<StoredChannel, string>> {
    const stored = (await this.#parts.store.row('channel', id))?.value as StoredChannel | undefined;
    return stored?.revokedAt === null && stored.channel.models === true ? ok(stored) : err(NONE);
  }
}

/** What a host of models is asked by: its list, and chats, under a key. */
function channelOf(draft: Omit<ProviderDraft, 'key'>): ChannelDraft {
  const { name, address, clearance, bytesPerDay, requestsPerMinute, costs } = draft;
  return {
    ...{ name, why: 'Asking models', address, clearance, bytesPerDay, requestsPerMinute, costs },
    ...{ methods: ['GET', 'POST'], headers: ['authorization', 'content-type'], expiresAt: null, models: true },
  };
}
