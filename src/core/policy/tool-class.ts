import type { ArgumentRole } from './request.ts';

/** What is known of a tool before it is used: its name, and its arguments with what its schema says of them. */
export interface ToolSchema {
  readonly name: string;
  readonly arguments: readonly string[];
}

/** How the policy sees a tool. */
export interface ToolClass {
  /** It tells something and changes nothing: no consequence, whatever it is asked with. */
  readonly pureRead: boolean;
  readonly destructive: boolean;
  readonly roles: Readonly<Record<string, ArgumentRole>>;
}

const READING = new Set(
  'calculate check compare count describe find get list look lookup query read retrieve search show view'.split(' '),
);
const DESTROYING = new Set(
  'archive ban block cancel clear close delete deny disable drop erase kick purge reject remove reset revoke terminate unsubscribe wipe'.split(
    ' ',
  ),
);
const CONTENT = new Set(
  'body caption comment content contents date day description end message name note notes recurring start subject summary text time title'.split(
    ' ',
  ),
);
/** A reading tool that is told where to read sends its argument there: it is a way out. */
const PLACES = new Set('address domain email endpoint host link site uri url urls webhook website'.split(' '));
const MONEY = new Set('amount cost deposit fee payment price sum total'.split(' '));

/** Whether an argument of this name is a sum of money. */
export function carriesAmount(argument: string): boolean {
  return words(argument).some((word) => MONEY.has(word));
}

/**
 * A class for a tool nobody has declared, from its name and the names of its arguments alone; a description counts
 * for nothing, whoever wrote the tool wrote that too. In doubt it has consequences, and its arguments are addresses.
 */
export function classifyTool(tool: ToolSchema): ToolClass {
  const verb = words(tool.name)[0] ?? '';
  const sendsSomewhere = tool.arguments.some((name) => words(name).some((word) => PLACES.has(word)));
  return {
    pureRead: READING.has(verb) && !sendsSomewhere,
    destructive: DESTROYING.has(verb),
    roles: Object.fromEntries(tool.arguments.map((name) => [name, roleOf(name)])),
  };
}

function roleOf(argument: string): ArgumentRole {
  const last = words(argument).at(-1) ?? '';
  return CONTENT.has(last) ? 'content' : 'address';
}

/** `user_email`, `userEmail` and `user-email` are the same words. */
function words(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}
