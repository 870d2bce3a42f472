import type { Json } from '#core/base/json.ts';

/** Whether a value fits a JSON Schema (draft 2020-12). @returns what does not fit and where; null where all does */
export type SchemaChecker = (schema: Readonly<Record<string, Json>>, value: Json) => string | null;
