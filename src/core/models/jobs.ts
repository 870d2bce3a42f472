import { moneyText, type Spent } from '../spend/money.ts';

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

/** A model that its owner chose for a job. */
export interface ModelHelper {
  readonly job: ModelJob;
  readonly engine: EngineChoice;
  /** "tinytool on this device", "qwen3 at https://models.example". */
  readonly name: string;
}

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
  /** Left out where it cost nothing. */
  readonly spent?: Spent;
}

/** Who had a part in it, and what left the device for it, in words for the owner. */
export function engineSentence({ job, name, model, where, host, requests, bytesSent, spent }: EngineUse): string {
  const who = where === 'device' ? `${model} on this device` : `${model} at ${name}`;
  const left =
    where === 'device'
      ? 'Nothing left the device for it.'
      : `${String(requests)} ${requests === 1 ? 'request' : 'requests'} with ${String(bytesSent)} bytes went to ${host ?? name} for it.`;
  return `${PARTS[job]} ${who}. ${left}${spent === undefined ? '' : ` ${spentSentence(spent)}`}`;
}

function spentSentence({ micro, currency, told }: Spent): string {
  const money = moneyText(micro, currency);
  return told
    ? `It cost ${money}.`
    : `It cost about ${money}: its tokens were counted here, for the host did not say how many it used.`;
}

const PARTS: Readonly<Record<ModelJob, string>> = {
  answering: 'Written from the passages by',
  wording: 'Worded by',
  planning: 'Planned by',
};
