import type { ImportProblem, ImportProblemCode } from '#core/items/source.ts';
import type { Parsed } from '#ports/parser.ts';

export function problem(code: ImportProblemCode, where: string, message: string): ImportProblem {
  return { code, where, message };
}

export function warning(code: ImportProblemCode, where: string, message: string): Parsed {
  return { type: 'warning', problem: problem(code, where, message) };
}

export function failed(code: ImportProblemCode, where: string, message: string): Parsed {
  return { type: 'failed', problem: problem(code, where, message) };
}

/** What a thrown value says, in one line. */
export function reason(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]?.trim() ?? '';
}
