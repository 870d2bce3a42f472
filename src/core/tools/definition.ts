/** What a tool is, apart from how it is run: enough to plan with, to decide on and to journal. */
export interface ToolDefinition {
  /** kebab-case verb and noun, unique: `find-asks`. */
  readonly name: ToolName;
  readonly version: number;
  /** What it does, as the owner reads it in a plan: "Find what is asked of you". */
  readonly title: string;
  readonly effects: ToolEffects;
  /** Artifacts it cannot work without, by their types, and those that it uses where there are any. */
  readonly takes: { readonly needs: readonly ArtifactType[]; readonly may?: readonly ArtifactType[] };
  /** What a step with it produces: one of these. */
  readonly gives: readonly ArtifactType[];
  /** May run beside other steps. */
  readonly parallelSafe: boolean;
}

export interface ToolEffects {
  /** What it reads of the owner's data. */
  readonly reads: readonly ('messages' | 'events' | 'documents' | 'tables')[];
  /** What it changes outside the journal. */
  readonly writes: readonly 'file'[];
  /**
   * `channel`: sends by a way out that the owner opened, after the owner was asked. `model`: asks a model, which may be behind
   * such a way out; the gate decides about each request.
   */
  readonly egress: 'none' | 'channel' | 'model';
  /** Cannot be undone by the app. */
  readonly irreversible: boolean;
  /** Doing it twice is the same as doing it once; otherwise a repeat needs reading back first. */
  readonly idempotent: boolean;
  /** What undoes it; null where there is nothing to undo, or nothing that could. */
  readonly inverse: ToolName | null;
}

/** Whether a call comes to the same as long as what it reads is the same, and changes nothing. */
export function isRepeatable({ effects }: Pick<ToolDefinition, 'effects'>): boolean {
  return effects.idempotent && effects.egress === 'none' && effects.writes.length === 0;
}

/** What one step hands to another. */
export type ArtifactType =
  | 'threads'
  | 'asks'
  | 'waiting'
  | 'thread-summaries'
  | 'busy'
  | 'facts'
  | 'resolved'
  | 'passages'
  | 'rows'
  | 'answer'
  /** An answer that a model is still to come to. */
  | 'draft'
  /** What a provider's model said. */
  | 'said'
  | 'saved'
  | 'sent';

/** What tools that answer give; where a model comes to it afterwards, it is a draft. */
export const AN_ANSWER: readonly ArtifactType[] = ['answer', 'draft'];

export type ToolName =
  // mail
  | 'read-threads'
  | 'find-asks'
  | 'find-waiting'
  | 'summarise-threads'
  | 'compose-mail-summary'
  // calendar
  | 'read-busy-times'
  | 'find-free-slots'
  | 'list-events'
  // documents
  | 'search-passages'
  | 'answer-from-passages'
  | 'collect-report-facts'
  | 'resolve-corrections'
  | 'compose-report'
  // tables
  | 'read-table'
  | 'compute-table'
  // with a language model
  | 'answer-with-model'
  | 'word-answer'
  | 'join-answers'
  | 'ask-model'
  // the outside
  | 'save-file'
  | 'send-answer'
  // when no method fits
  | 'explain-limits';

/** A tool call that failed, in a closed set of codes; `message` is for the owner. */
export interface ToolError {
  readonly code:
    | 'no-data'
    | 'bad-arguments'
    | 'too-large'
    | 'timeout'
    | 'cancelled'
    | 'denied'
    | 'io'
    | 'unknown-outcome'
    | 'internal';
  readonly message: string;
}
