import type { Sequence, Sha256 } from '#core/base/ids.ts';
import type { Result } from '#core/base/result.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { CalendarExpander, Zones } from '#ports/calendar.ts';
import type { Clock } from '#ports/clock.ts';
import type { Entropy } from '#ports/crypto.ts';
import type { FileTarget } from '#ports/file-target.ts';
import type { GoalReader } from '#ports/goal-reader.ts';
import type { DateFinder, EntityFinder, LanguageDetector } from '#ports/language.ts';
import type { RuleEngine } from '#ports/rules.ts';
import type { SourceGate } from '../blobs/source-gate.ts';
import type { ChannelDesk } from '../channels/channel-desk.ts';
import type { QuestionsTo } from './ask-model-act.ts';
import type { EngineFinder } from '../models/step-model.ts';
import type { JournalFact } from '../journal/parts.ts';

/** Everything the agent can touch, handed in by the worker that composes it. */
export interface AgentPorts {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly sha256: Sha256;
  readonly store: AgentStore;
  /** What files hold, read for a purpose only. */
  readonly blobs: SourceGate;
  readonly files: FileTarget;
  /** The gate to the outside; left out where nothing can leave. */
  readonly outbox?: () => Promise<Outbox>;
  /** Loaded when first needed: they are heavy. */
  readonly language: () => Promise<Language>;
  /** The built-in model that reads goals, loaded when a goal is first read; null where it cannot be had. */
  readonly goalReader?: () => Promise<GoalReader | null>;
  /** What answers under a name that the owner chose; left out where there are no models. */
  readonly engineFor?: EngineFinder;
  /** What asks a provider one question at a time; left out where there are none. */
  readonly questionsTo?: QuestionsTo;
  /** Evaluates the owner's own rules: loaded when one of them could first say anything about what is to be done. */
  readonly rules: () => Promise<RuleEngine>;
}

export type Outbox = Pick<ChannelDesk, 'consider' | 'send'>;

export interface Language {
  readonly dates: DateFinder;
  readonly entities: EntityFinder;
  readonly detector: LanguageDetector;
  readonly calendar: CalendarExpander;
  readonly zones: Zones;
}

/** The writing end of the journal, as far as the agent needs it. */
export interface JournalSink {
  /** Appends in one durable write; resolves to the last sequence, or with why the agent must stop leading. */
  readonly append: (
    facts: readonly JournalFact[],
  ) => Promise<Result<Sequence, { readonly code: string; readonly message: string }>>;
  /** The newest signed head, and the entries it covers. */
  readonly head: { readonly size: number; readonly checkpoint: string };
  /** Whether nobody else leads by now. */
  readonly isOurs: () => Promise<boolean>;
}
