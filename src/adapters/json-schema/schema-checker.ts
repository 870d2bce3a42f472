import { Validator } from '@cfworker/json-schema';
import type { SchemaChecker } from '#ports/schema-checker.ts';

/** By @cfworker/json-schema, which interprets schemas: it makes no code of them, which the content policy would refuse. */
export const schemaChecker: SchemaChecker = (schema, value) => {
  try {
    const { valid, errors } = new Validator({ ...schema }, '2020-12', true).validate(value);
    if (valid) return null;
    // The last one is the closest to what does not fit.
    const last = errors.at(-1);
    return last === undefined ? 'It does not fit.' : `${last.instanceLocation}: ${last.error}`;
  } catch (error) {
    // A schema that cannot be followed lets nothing through.
    return `The schema cannot be used: ${error instanceof Error ? error.message : String(error)}`;
  }
};
