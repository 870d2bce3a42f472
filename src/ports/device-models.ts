import type { Digest } from '#core/base/ids.ts';
import type { Result } from '#core/base/result.ts';
import type { ModelManifest } from '#core/models/manifest.ts';
import type { Engine, EngineFailure } from './engine.ts';

/** A model whose files are on this device. */
export interface DeviceModel {
  /** What a request calls it by. */
  readonly id: string;
  readonly name: string;
  /** As its folder states it; null where it does not. */
  readonly licence: string | null;
  /** It came with the app, from a folder of the owner's, or from a host that they approved. */
  readonly origin: 'app' | 'folder' | 'host';
  readonly files: readonly ModelFile[];
  /** SHA-256 of the canonical list of its files, each with its own. */
  readonly digest: Digest;
}

export interface ModelFile {
  /** Below the folder of the model. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: Digest;
}

/** Where files of models are kept. Whether they are still what they were is for whoever reads them to see. */
export interface ModelShelf {
  readonly models: () => Promise<readonly DeviceModel[]>;
  /** Null where it is gone, or cannot be had now. */
  readonly file: (model: DeviceModel, path: string) => Promise<Blob | null>;
}

/** Files of the owner's that become a model. */
export interface FolderShelf extends ModelShelf {
  /**
   * Copies a folder. Where it has a `manifest.json` of its own, every file must be as that says.
   * @param progress the part that is copied, from 0 to 1
   */
  readonly keep: (
    files: readonly { readonly path: string; readonly file: Blob }[],
    progress: (fraction: number) => void,
    signal: AbortSignal,
  ) => Promise<Result<DeviceModel, string>>;
  readonly remove: (id: string) => Promise<void>;
}

/** A model on its way from a host. */
export interface ModelOrder {
  /** SHA-256 of its manifest, known before anything came: each is fetched once. */
  readonly digest: Digest;
  readonly manifest: ModelManifest;
  /** Of the manifest; the files lie beside it. */
  readonly address: string;
  /** The way out that it comes by. */
  readonly channel: string;
}

/** Models on their way: what came stays, over reloads, until it is a whole model or given up. */
export interface PartShelf {
  readonly orders: () => Promise<readonly (ModelOrder & { readonly here: number })[]>;
  readonly begin: (order: ModelOrder) => Promise<void>;
  /** What is here of a file, for one at a time; null while another tab has it. */
  readonly open: (order: ModelOrder, path: string) => Promise<OpenPart | null>;
  /** All files are here and were checked: it is a model from now on. */
  readonly finish: (order: ModelOrder) => Promise<DeviceModel>;
  readonly discard: (order: ModelOrder) => Promise<void>;
}

export interface OpenPart {
  readonly bytes: () => number;
  /** Adds to its end. @returns false when there is no room */
  readonly append: (bytes: Uint8Array) => boolean;
  readonly clear: () => void;
  /** SHA-256 of all that is here. */
  readonly digest: () => Digest;
  /** What came is on the disk afterwards. */
  readonly close: () => void;
}

export type Processor = 'webgpu' | 'wasm';

/** What runs models that are here. */
export interface DeviceEngine extends Engine {
  /**
   * Reads a model, checks every file of it, and makes it ready; the one before it is given up.
   * @param progress the part that is read and checked, from 0 to 1
   */
  readonly load: (id: string, progress: (fraction: number) => void) => Promise<Result<Processor, EngineFailure>>;
  /** What is ready now, and what runs it. */
  readonly loaded: () => { readonly model: string; readonly on: Processor } | null;
  readonly unload: () => Promise<void>;
}

/** What of this device decides how models run on it. */
export interface DeviceAbility {
  /** `none`: the browser has no WebGPU; `no-adapter`: it has, and finds nothing to run it on. */
  readonly webgpu: 'ready' | 'software' | 'no-adapter' | 'none';
  /** As the browser calls the graphics processor; empty where it does not say. */
  readonly graphics: string;
  /** Half-precision numbers, which smaller models for graphics processors need. */
  readonly half: boolean;
  /** The largest single buffer of the graphics processor, in bytes; null without one. */
  readonly bufferBytesMax: number | null;
  /** Memory of the device in GiB as the browser rounds it; null where it does not say. */
  readonly memoryGib: number | null;
  readonly cores: number;
}
