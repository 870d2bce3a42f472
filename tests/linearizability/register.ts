import type { Behaviour } from '#core/actors/actor.ts';
import type { Json } from '#core/base/json.ts';
import type { Model } from './check.ts';

/** What is asked of a register. */
export type RegisterCall =
  | { readonly do: 'read' }
  | { readonly do: 'write'; readonly value: number }
  | { readonly do: 'add'; readonly value: number }
  | { readonly do: 'swap'; readonly from: number; readonly to: number };

/** One number that is read, written, added to, and swapped. */
export const REGISTER: Model = {
  initial: 0,
  step: (state, input) => {
    const call = input as unknown as RegisterCall;
    const value = state as number;
    switch (call.do) {
      case 'read':
        return { state, output: value };
      case 'write':
        return { state: call.value, output: value };
      case 'add':
        return { state: value + call.value, output: value + call.value };
      case 'swap':
        return call.from === value ? { state: call.to, output: true } : { state, output: false };
    }
  },
};

/** The same as an actor. A message may also tell it to forward a call to another actor, under an id of its own. */
export const registerBehaviour: Behaviour<Json> = {
  initial: () => REGISTER.initial,
  apply: (_, event) => (event as { readonly state: Json }).state,
  choose: (_, mail, calm) => (calm ? (mail[0] ?? null) : null),
  receive: (state, message, at) => {
    const body = message.body as { readonly forward?: string; readonly call: Json };
    if (body.forward === undefined) return { event: REGISTER.step(state, body.call), outbox: [] };
    const outbox = [
      { ...message, id: `${message.id}/on`, from: message.to, to: body.forward, at, body: { call: body.call } },
    ];
    return { event: { state, output: null }, outbox };
  },
  setAside: (state) => ({ event: { state, output: 'set aside' }, outbox: [] }),
};
