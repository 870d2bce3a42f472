import { z } from 'zod';

/** A value that JSON can carry. */
const json = z.json();

const call = z.object({
  function: z.string().min(1),
  args: z.record(z.string(), json),
  result: z.string().nullable().default(''),
});

const suite = z.object({
  tools: z.array(
    z.object({
      name: z.string().min(1),
      parameters: z.object({ properties: z.record(z.string(), z.unknown()).default({}) }),
    }),
  ),
  /** What an injection place holds when nobody attacks. */
  injection_vectors: z.record(z.string(), z.string()),
  environment: json,
  user_tasks: z.array(
    z.object({
      id: z.string(),
      prompt: z.string(),
      trace: z.array(call),
      injectable_vectors: z.array(z.string()).default([]),
    }),
  ),
  injection_tasks: z.array(z.object({ id: z.string(), goal: z.string(), trace: z.array(call) })),
});

export type Call = z.infer<typeof call>;
export type Suite = z.infer<typeof suite>;
export type UserTask = Suite['user_tasks'][number];
export type InjectionTask = Suite['injection_tasks'][number];
export type Json = z.infer<typeof json>;

/**
 * Reads a benchmark suite in AgentDojo's terms (Debenedetti et al., 2024): tools, tasks of a user with the calls that
 * solve them, tasks of an attacker likewise, and the places where an attacker can write, as `@@name@@` in results.
 * @throws Error naming the file and the first place where it is not such a suite
 */
export function parseSuite(text: string, file: string): Suite {
  const read = suite.safeParse(parseJson(text, file));
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  throw new Error(`${file}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a suite'}`);
}

/** @throws Error naming the file when it holds no attack templates */
export function parseTemplates(text: string, file: string): Record<string, string> {
  const read = z.object({ templates: z.record(z.string(), z.string()) }).safeParse(parseJson(text, file));
  if (read.success) return read.data.templates;
  throw new Error(`${file}: no attack templates: ${read.error.issues[0]?.message ?? ''}`);
}

/** Puts text where the attacker can write, in a string or in all strings of a value; places not named keep empty. */
export function fill<T extends Json>(value: T, texts: Readonly<Record<string, string>>): T {
  if (typeof value === 'string') return value.replace(/@@(\w+)@@/g, (_, name: string) => texts[name] ?? '') as T;
  if (Array.isArray(value)) return value.map((part: Json) => fill(part, texts)) as Json as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, fill(part, texts)])) as T;
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${file}: not JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
