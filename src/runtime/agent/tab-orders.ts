import type { CommandId, Ms } from '#core/base/ids.ts';
import { COMMAND_ACK_TIMEOUT_MS } from '#core/base/limits.ts';
import type { Broadcast } from '#ports/coordination.ts';
import type { Command, CommandOutcome } from '../contract/commands.ts';
import { isOutOfRoom } from '../journal/ballast.ts';
import type { LeadingAgent } from './leading-agent.ts';
import type { AgentPorts } from './ports.ts';
import type { TabMessage } from './tab-message.ts';

const NO_ROOM =
  'There is no room left for it in this browser, so nothing was begun. Delete files that are not needed, or free space on the disk; then do it again.';
const DRAIN_AGAIN_MS = 1_000 as Ms;
/** A tab may end between keeping an order and telling the leader: it looks by itself this often. */
const LOOK_AGAIN_MS = 5_000 as Ms;

/**
 * Orders of one tab, and, while it leads, of all. An order goes into the durable inbox whichever tab it comes from; the
 * leader carries out what waits there, one after the other, and its answer comes back over the channel.
 */
export class TabOrders {
  readonly #ports: Pick<AgentPorts, 'store' | 'clock'>;
  readonly #messages: Broadcast<TabMessage>;
  readonly #agent: () => LeadingAgent | null;
  readonly #waiting = new Map<CommandId, Waiting>();
  #draining: Promise<void> = Promise.resolve();
  #cancelLook: () => void = () => undefined;

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

  /**
   * Puts an order into the inbox and waits for the leader, which may be this tab.
   * @param progress of a long order, from 0 to 1
   */
  async give(command: Command, progress: (fraction: number) => void = () => undefined): Promise<CommandOutcome> {
    const { store, clock } = this.#ports;
    const answered = new Promise<CommandOutcome>((answer) =>
      this.#waiting.set(command.id, { answer, progress, cancel: () => undefined }),
    );
    try {
      await store.enqueue({ id: command.id, at: clock.now(), command });
    } catch (error) {
      this.#waiting.delete(command.id);
      return isOutOfRoom(error)
        ? { ok: false, code: 'quota', message: NO_ROOM }
        : { ok: false, code: 'io', message: `The order could not be kept: ${String(error)}` };
    }
    this.#awaitSign(command.id);
    this.#answerIfDone(command.id);
    if (this.#agent()) this.drain();
    else this.#messages.post({ type: 'nudge' });
    return answered;
  }

  /** The inbox does not take what was done before, so that nobody is going to answer it: its answer is kept. */
  #answerIfDone(id: CommandId): void {
    void this.#ports.store.outcome(id).then(
      (known) => {
        if (known !== null && known !== undefined) this.answer(id, known as CommandOutcome);
      },
      () => undefined,
    );
  }

  /** A long order is so far. */
  working(id: CommandId, fraction: number): void {
    this.#waiting.get(id)?.progress(fraction);
    this.#awaitSign(id);
  }

  /** Carries out what waits in the inbox, in order; does nothing while another tab leads. */
  drain(): void {
    this.#cancelLook();
    this.#draining = this.#draining
      .then(async () => {
        const agent = this.#agent();
        if (!agent) return;
        for (const { id, command } of await this.#ports.store.pending()) {
          const outcome = await agent.handle(command as Command);
          // It stays in the inbox, for who leads next: until then it is neither done nor refused.
          if (!outcome.ok && outcome.code === 'no-leader') continue;
          this.answer(id, outcome);
          this.#messages.post({ type: 'done', id, outcome });
        }
        this.#cancelLook();
        this.#cancelLook = this.#ports.clock.after(LOOK_AGAIN_MS, () => this.drain());
      })
      // The inbox could not be read: what waits there is not forgotten.
      .catch(() => void this.#ports.clock.after(DRAIN_AGAIN_MS, () => this.drain()));
  }

  /** Tells whoever waits for this order in this tab. */
  answer(id: CommandId, outcome: CommandOutcome): void {
    const order = this.#waiting.get(id);
    this.#waiting.delete(id);
    order?.cancel();
    order?.answer(outcome);
  }

  /** The leader has so long to answer, or to say how far it is. */
  #awaitSign(id: CommandId): void {
    const order = this.#waiting.get(id);
    if (!order) return;
    order.cancel();
    const cancel = this.#ports.clock.after(COMMAND_ACK_TIMEOUT_MS as Ms, () =>
      this.answer(id, {
        ok: false,
        code: 'no-leader',
        message: 'No tab has carried this out yet. It is kept and done as soon as one can.',
      }),
    );
    this.#waiting.set(id, { ...order, cancel });
  }
}

/** Who waits for an order in this tab. */
interface Waiting {
  readonly answer: (outcome: CommandOutcome) => void;
  readonly progress: (fraction: number) => void;
  /** Ends the time that the leader has. */
  readonly cancel: () => void;
}
