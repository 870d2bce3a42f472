/**
 * What a language model may help with, each chosen by the owner and none needed: without one the same is done by rules.
 * `answering`: questions, from passages of the files. `wording`: the sentences of an answer that was found without a
 * model. `planning`: goals that no method fits.
 */
export const MODEL_JOBS = ['answering', 'wording', 'planning'] as const;
export type ModelJob = (typeof MODEL_JOBS)[number];

/** Which model does a job: one whose files are on this device, or one of a host that the owner added. */
export type EngineChoice =
  | { readonly at: 'device'; readonly model: string }
  /** @property provider the id of its way out */
  | { readonly at: 'provider'; readonly provider: string; readonly model: string };

export type EngineChoices = Readonly<Partial<Record<ModelJob, EngineChoice>>>;

/** What a model had to do with a plan or an answer, as it is told with it. */
export interface EngineUse {
  readonly job: ModelJob;
  /** As the interface calls the engine. */
  readonly name: string;
  readonly model: string;
  readonly where: 'device' | 'channel';
  /** The origin that was asked; null on this device. */
  readonly host: string | null;
  /** SHA-256 of the weights; null where nobody can tell. */
  readonly digest: string | null;
  readonly requests: number;
  readonly tokensIn: number;
  readonly tokensOut: number;
  /** Bytes of what was sent to the host; 0 on this device. */
  readonly bytesSent: number;
}
