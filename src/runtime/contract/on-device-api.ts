import type { Result } from '#core/base/result.ts';
import type { DeviceAbility, DeviceModel, Processor } from '#ports/device-models.ts';

/** What the worker offers to the page about models that run here. What is refused is in words for the owner. */
export interface OnDeviceApi {
  look(): Promise<OnDeviceView>;
  /** Copies the folder of a model, reporting the part that is copied. @returns its id */
  add(
    files: readonly { readonly path: string; readonly file: File }[],
    listener: (fraction: number) => void,
  ): Promise<Result<string, string>>;
  /** Fetches what runs models on this device, so that it is here when there is no connection. */
  prepare(): Promise<Result<void, string>>;
  /** Checks every file of a model and makes it ready, reporting the part that is checked. */
  load(model: string, listener: (fraction: number) => void): Promise<Result<Processor, string>>;
  /** Asks a model something, for the owner to see what it makes of it: nothing is done with what it says. */
  tryOut(model: string, text: string, listener: (piece: string) => void): Promise<Result<TriedOut, string>>;
  /** Stops what is being copied or written. */
  stop(): Promise<void>;
  remove(model: string): Promise<void>;
  /** Gives back the memory that a model takes. */
  unload(): Promise<void>;
}

export interface OnDeviceView {
  readonly ability: DeviceAbility;
  readonly models: readonly DeviceModel[];
  /** The built-in model that reads goals; null where its file is not here, or not the one it was built with. */
  readonly goalReader: { readonly bytes: number; readonly digest: string } | null;
  readonly loaded: { readonly model: string; readonly on: Processor } | null;
}

export interface TriedOut {
  readonly tokensIn: number;
  readonly tokensOut: number;
  readonly ms: number;
}

export type { DeviceAbility, DeviceModel, Processor };
