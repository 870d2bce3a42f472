/** Every bound of the product, named with its unit. Exceeding one is an error that is shown, never a silent cut. */
export const KIB = 1024;
export const MIB = 1024 * KIB;

export const SOURCE_BYTES_MAX = 512 * MIB;
export const ZIP_MEMBERS_MAX = 5_000;
export const ZIP_EXPANDED_BYTES_MAX = 512 * MIB;
export const ZIP_RATIO_MAX = 200;
export const ZIP_DEPTH_MAX = 3;
/** A zip inside a zip is held in memory while it is read. */
export const ZIP_NESTED_BYTES_MAX = 64 * MIB;
/** One parsed item (a message, an event, a document); a larger one is refused with its place. */
export const ITEM_TEXT_BYTES_MAX = 16 * MIB;
/** Formats that can only be read whole: calendars, tables, PDF, docx. */
export const WHOLE_FILE_BYTES_MAX = 128 * MIB;
/** One message with its attachments, as it stands in a mailbox. */
export const MESSAGE_BYTES_MAX = 64 * MIB;
export const TABLE_ROWS_MAX = 200_000;
export const BLOB_CHUNK_BYTES = 1 * MIB;

export const GOAL_CHARS_MAX = 2_000;
export const PLAN_STEPS_MAX = 64;
/** Places that one goal may send its answer to. */
export const SEND_PLACES_MAX = 5;
/** Of one run, whatever they need. */
export const STEPS_PARALLEL_MAX = 8;
/** Connections that browsers open to one host, where it speaks HTTP/1.1. */
export const NETWORK_STEPS_PARALLEL_MAX = 6;
/** There is one graphics device, and one model fits into it. */
export const DEVICE_MODELS_PARALLEL_MAX = 1;
export const STEP_ATTEMPTS_MAX = 3;
/** Before a step that failed is tried again; twice as long each time. */
export const RETRY_WAIT_MS = 250;
export const STEP_TIMEOUT_MS = 120_000;
/** Path, query, headers and body of one request that leaves the device; it is held in memory whole. */
export const OUTGOING_BYTES_MAX = 32 * MIB;
export const OBSERVATION_BYTES_MAX = 8 * MIB;
/** What is kept in memory of what steps found, as canonical JSON. */
export const TOOL_CACHE_BYTES_MAX = 32 * MIB;
export const CLAIMS_PER_ANSWER_MAX = 200;
export const REPAIRS_MAX = 2;

export const JOURNAL_GROUP_ENTRIES_MAX = 64;
export const SECOND_LEG_LAG_MS_MAX = 1_000;
export const SECOND_LEG_LAG_ENTRIES_MAX = 64;
export const HEARTBEAT_INTERVAL_MS = 250;
export const HEARTBEAT_MISSED_MS = 1_500;
export const COMMAND_ACK_TIMEOUT_MS = 10_000;
export const DELETED_SOURCE_KEPT_MS = 30 * 24 * 3_600_000;
