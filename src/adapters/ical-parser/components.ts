/** A logical line of iCalendar (RFC 5545 section 3.1), unfolded, by UTF-16 offsets. */
export interface ContentLine {
  /** Uppercase. */
  readonly name: string;
  readonly parameters: string;
  readonly value: string;
  readonly start: number;
  readonly end: number;
  /** From 1. */
  readonly line: number;
}

/** BEGIN to END with what is inside. */
export interface Component {
  readonly name: string;
  readonly lines: readonly ContentLine[];
  readonly children: readonly Component[];
  readonly start: number;
  readonly end: number;
  readonly line: number;
  /** The file ended, or another component's END came, before this one's. */
  readonly unfinished: boolean;
}

/** The components at the top of a file, normally VCALENDARs. Lines that are none are passed over and given back. */
export function readComponents(text: string): { components: Component[]; stray: ContentLine[] } {
  const stray: ContentLine[] = [];
  const open: Draft[] = [];
  const components: Component[] = [];
  const close = (end: number, unfinished: boolean): void => {
    const draft = open.pop();
    if (!draft) return;
    const component: Component = { ...draft, end, unfinished };
    const parent = open.at(-1);
    if (parent) parent.children.push(component);
    else components.push(component);
  };
  for (const line of contentLines(text)) {
    const inside = open.at(-1);
    if (line.name === 'BEGIN') {
      open.push({ name: line.value.trim().toUpperCase(), lines: [], children: [], start: line.start, line: line.line });
    } else if (line.name === 'END') {
      const name = line.value.trim().toUpperCase();
      if (open.some((draft) => draft.name === name)) {
        while (open.at(-1)?.name !== name) close(line.start, true);
        close(line.end, false);
      } else stray.push(line);
    } else if (inside && line.name !== '') inside.lines.push(line);
    else stray.push(line);
  }
  while (open.length > 0) close(text.length, true);
  return { components, stray };
}

/** The first property of a name. */
export function property(component: Component, name: string): ContentLine | null {
  return component.lines.find((line) => line.name === name) ?? null;
}

/** TEXT values escape commas, semicolons, backslashes and line ends. */
export function plainValue(line: ContentLine | null): string {
  return (line?.value ?? '')
    .replace(/\\([nN,;\\])/g, (_, escaped: string) => (/n/i.test(escaped) ? '\n' : escaped))
    .trim();
}

/** `TZID=Europe/Berlin` and the like, without quotes. */
export function parameter(line: ContentLine, name: string): string | null {
  const found = new RegExp(`(?:^|;)${name}=(?:"([^"]*)"|([^;]*))`, 'i').exec(line.parameters);
  return found ? (found[1] ?? found[2] ?? '').trim() : null;
}

interface Draft {
  readonly name: string;
  readonly lines: ContentLine[];
  readonly children: Component[];
  readonly start: number;
  readonly line: number;
}

function* contentLines(text: string): Iterable<ContentLine> {
  let number = 1;
  for (const match of text.matchAll(/([^\r\n]*(?:(?:\r\n|\r|\n)[ \t][^\r\n]*)*)(?:\r\n|\r|\n|$)/g)) {
    const raw = match[1] ?? '';
    const line = number;
    number += match[0].match(/\r\n|\r|\n/g)?.length ?? 0;
    if (raw.trim() === '') continue;
    const unfolded = raw.replace(/(?:\r\n|\r|\n)[ \t]/g, '');
    const [, name = '', parameters = '', value = ''] = LINE.exec(unfolded) ?? [];
    const start = match.index;
    yield {
      name: name.toUpperCase(),
      parameters,
      value: value || (name === '' ? unfolded : ''),
      start,
      end: start + raw.length,
      line,
    };
  }
}

const LINE = /^([A-Za-z0-9-]+)((?:;[^:;="]+=(?:"[^"]*"|[^":;]*)(?:,(?:"[^"]*"|[^":;,]*))*)*):([\s\S]*)$/;
