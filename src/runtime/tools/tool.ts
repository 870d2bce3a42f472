import type { SourceId, UnixMs } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import type { Result } from '#core/base/result.ts';
import type { CalendarItem, Message, Table, TextDocument } from '#core/items/item.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import type { Source } from '#core/items/source.ts';
import type { EngineUse } from '#core/models/jobs.ts';
import type { ToolDefinition, ToolError } from '#core/tools/definition.ts';
import type { CalendarExpander, Zones } from '#ports/calendar.ts';
import type { DateFinder, EntityFinder } from '#ports/language.ts';

/** One tool: what it is, and how it is done. `run` reads through the context only and gives a JSON observation. */
export interface Tool {
  readonly definition: ToolDefinition;
  readonly run: (args: JsonObject, context: ToolContext) => Promise<Result<Json, ToolError>>;
}

export interface JsonObject {
  readonly [key: string]: Json;
}

/** All that a tool may touch. */
export interface ToolContext {
  readonly owner: OwnerSettings;
  /** The run's clock, fixed at its start. */
  readonly now: UnixMs;
  /** IANA zone of the run. */
  readonly zone: string;
  readonly items: ItemReader;
  readonly language: { readonly dates: DateFinder; readonly entities: EntityFinder };
  readonly calendar: CalendarExpander;
  readonly zones: Zones;
  /** Artifact name -> observation of the step that produced it. */
  readonly inputs: ReadonlyMap<string, Json>;
  /** Asks the model that the plan names for this step; null where it names none. */
  readonly model: StepModel | null;
  /** Items that went by, of so many. A tool that cannot tell how many there are stays silent. */
  readonly progress: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

/** A model as one step asks it. Each thing that it is shown goes with the label of where it came from. */
export interface StepModel {
  /** For what goes in and what comes out together. */
  readonly windowTokens: number;
  /** @param told words of this app @param shown what it works on, from the sources named */
  readonly ask: (question: {
    readonly told: string;
    readonly shown: string;
    readonly from: Iterable<SourceId>;
    readonly schema: JsonObject;
    readonly tokensMax: number;
  }) => Promise<Result<Json, ModelTrouble>>;
  /** What was used so far; null where nothing was answered yet. */
  readonly used: () => EngineUse | null;
}

/** Why a model did not answer; `message`: in words for the owner. */
export interface ModelTrouble {
  readonly tooLong: boolean;
  readonly message: string;
}

/** The items of the run's sources, streamed: a mailbox may be larger than memory. */
export interface ItemReader {
  readonly messages: () => AsyncIterable<Message>;
  readonly events: () => AsyncIterable<CalendarItem>;
  readonly documents: () => AsyncIterable<TextDocument>;
  readonly tables: () => AsyncIterable<Table>;
  /** How many items of these kinds there are. */
  readonly count: (...kinds: readonly ItemKind[]) => number;
  readonly source: (id: SourceId) => Source;
}

export type ItemKind = keyof Source['counts'];
