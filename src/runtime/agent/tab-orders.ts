import type { CommandId, Ms } from '#core/base/ids.ts';
import { COMMAND_ACK_TIMEOUT_MS } from '#core/base/limits.ts';
import type { Broadcast } from '#ports/coordination.ts';
import type { Command, CommandOutcome } from '../contract/commands.ts';
import type { LeadingAgent } from './leading-agent.ts';
import type { AgentPorts } from './ports.ts';
import type { TabMessage } from './tab-message.ts';

/**
 * Orders of one tab, and, while it leads, of all. An order goes into the durable inbox whichever tab it comes from; the
 * leader carries out what waits there, one after the other, and its answer comes back over the channel.
 */
export class TabOrders {
  readonly #ports: Pick<AgentPorts, 'store' | 'clock'>;
  readonly #messages: Broadcast<TabMessage>;
  readonly #agent: () => LeadingAgent | null;
  readonly #waiting = new Map<CommandId, (outcome: CommandOutcome) => void>();
  #draining: Promise<void> = Promise.resolve();

  /** @param agent the leading agent while this tab leads */
  constructor(
    ports: Pick<AgentPorts, 'store' | 'clock'>,
    messages: Broadcast<TabMessage>,
    agent: () => LeadingAgent | null,
  ) {
    this.#ports = ports;
    this.#messages = messages;
    this.#agent = agent;
  }

  /** Puts an order into the inbox and waits for the leader, which may be this tab. */
  async give(command: Command): Promise<CommandOutcome> {
    const { store, clock } = this.#ports;
    const answered = new Promise<CommandOutcome>((resolve) => this.#waiting.set(command.id, resolve));
    try {
      await store.enqueue({ id: command.id, at: clock.now(), command });
    } catch (error) {
      this.#waiting.delete(command.id);
      return { ok: false, code: 'quota', message: `The order could not be kept: ${String(error)}` };
    }
    if (this.#agent()) this.drain();
    else this.#messages.post({ type: 'nudge' });
    const cancel = clock.after(COMMAND_ACK_TIMEOUT_MS as Ms, () => {
      this.answer(command.id, {
        ok: false,
        code: 'no-leader',
        message: 'No tab has carried this out yet. It is kept and done as soon as one can.',
      });
    });
    const outcome = await answered;
    cancel();
    return outcome;
  }

  /** Carries out what waits in the inbox, in order; does nothing while another tab leads. */
  drain(): void {
    this.#draining = this.#draining
      .then(async () => {
        const agent = this.#agent();
        if (!agent) return;
        for (const { id, command } of await this.#ports.store.pending()) {
          const outcome = await agent.handle(command as Command);
          this.answer(id, outcome);
          this.#messages.post({ type: 'done', id, outcome });
        }
      })
      .catch(() => undefined);
  }

  /** Tells whoever waits for this order in this tab. */
  answer(id: CommandId, outcome: CommandOutcome): void {
    this.#waiting.get(id)?.(outcome);
    this.#waiting.delete(id);
  }
}
