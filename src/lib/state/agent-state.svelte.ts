import { SvelteMap } from 'svelte/reactivity';
import type { CommandId } from '#core/base/ids.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import type { WindowApi } from '#runtime/contract/agent-api.ts';
import type { Command, CommandOutcome } from '#runtime/contract/commands.ts';
import type { Health, Overview } from '#runtime/contract/views.ts';
import type { AgentClient } from '#lib/client/agent.ts';
import type { VaultGate } from './vault-gate.svelte.ts';
import type { ClockOverride } from '#lib/client/clock-override.ts';
import { Format } from '#lib/format/format.ts';
import { t } from '#lib/messages/t.ts';
import { wordsOf } from './watched-view.svelte.ts';

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;
export type CommandBody = WithoutId<Command>;

const STARTING: Health = { state: 'ok', message: '', missing: [] };

/** The agent of this tab: the overview that every page shows, and the one way to give it commands. */
export class AgentState {
  overview = $state.raw<Overview | null>(null);
  /** Why the worker did not start or broke down; null while all is well. */
  broken = $state.raw<string | null>(null);
  /** Orders that are kept and that no tab has carried out yet. */
  late = $state.raw<ReadonlySet<CommandId>>(new Set());

  /** The contents of approvals as they were made, where the owner changed them here, by run and step. */
  readonly unedited = new SvelteMap<string, string>();
  /** The acts of approvals that the owner unticked, by run and step: a changed text is asked about anew, without them. */
  readonly unticked = new SvelteMap<string, readonly string[]>();
  /** The approval that the owner changed with the keyboard in it: the one that follows it is to be read once more. */
  changed: { readonly place: string; readonly approval: string } | null = null;

  readonly settings: OwnerSettings = $derived(this.overview?.settings ?? browserSettings());
  readonly format: Format = $derived(new Format(this.settings));
  readonly health: Health = $derived(
    this.broken === null
      ? (this.overview?.health ?? STARTING)
      : { state: 'failed', message: t('health.worker', { reason: this.broken }), missing: [] },
  );
  readonly sources = $derived((this.overview?.sources ?? []).filter((source) => source.removedAt === null));
  readonly removed = $derived((this.overview?.sources ?? []).filter((source) => source.removedAt !== null));
  readonly runs = $derived(this.overview?.runs ?? []);
  readonly approvals = $derived(this.overview?.approvals ?? []);

  constructor(
    readonly client: AgentClient,
    readonly clock: ClockOverride,
    readonly window: WindowApi,
    readonly gate: VaultGate,
  ) {}

  async start(): Promise<void> {
    void this.client.broken.then((reason) => {
      this.broken = reason;
    });
    try {
      if (!(await this.gate.opened(this.client))) return;
      this.overview = await this.client.start({
        now: this.clock.now,
        zone: this.clock.zone ?? browserSettings().zone,
        locale: browserSettings().locale,
        window: this.window,
      });
      await this.client.onOverview((overview) => {
        this.overview = overview;
        if (overview.health.state === 'erased') location.assign('/');
      });
    } catch (error) {
      this.broken = wordsOf(error);
    }
  }

  /**
   * Orders something. The outcome is durable when this resolves; a refusal is in words for the owner. What no tab carries
   * out is kept, and waited for until one can: handed in again it is the same order.
   */
  async command(body: CommandBody): Promise<CommandOutcome> {
    const order = { ...body, id: crypto.randomUUID() as CommandId };
    try {
      for (;;) {
        const outcome = await this.client.command(order);
        if (outcome.ok || outcome.code !== 'no-leader') return outcome;
        this.late = new Set([...this.late, order.id]);
      }
    } catch (error) {
      return { ok: false, code: 'io', message: wordsOf(error) };
    } finally {
      this.late = new Set([...this.late].filter((id) => id !== order.id));
    }
  }

  /** Wall time for "3 minutes ago": the fixed clock when there is one. */
  now(): number {
    return this.clock.now ?? Date.now();
  }
}

/** What the browser tells of its owner before any settings were saved. */
function browserSettings(): OwnerSettings {
  const { locale, timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return {
    names: [],
    addresses: [],
    zone: timeZone,
    locale,
    weekStart: 'monday',
    units: 'metric',
    workingHours: {},
    theme: 'system',
  };
}
