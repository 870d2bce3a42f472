import { stripVTControlCharacters } from 'node:util';

/** What is used of the JSON reporter's file. */
export interface PlaywrightReport {
  readonly stats?: { readonly expected: number; readonly unexpected: number; readonly flaky: number };
  readonly suites?: readonly Suite[];
}

/** What is used of the JSON reporter's file. */
export interface VitestReport {
  readonly numPassedTests?: number;
  readonly numFailedTests?: number;
  readonly success?: boolean;
  readonly testResults?: readonly {
    readonly name: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages?: readonly string[] | null;
    }[];
  }[];
}

interface Suite {
  readonly suites?: readonly Suite[];
  readonly specs?: readonly Spec[];
}

interface Spec {
  readonly title: string;
  readonly file: string;
  readonly line: number;
  readonly tests: readonly {
    readonly status: 'expected' | 'unexpected' | 'flaky' | 'skipped';
    readonly results: readonly { readonly duration: number; readonly error?: { readonly message?: string } }[];
  }[];
}

const MESSAGE_LINES = 12;

/** Each test that failed, and each file that could not be run, with why. */
export function failuresIn(report: VitestReport): string[] {
  return (report.testResults ?? []).flatMap(({ name, message = '', assertionResults }) => [
    ...(message === '' ? [] : [`FAILED ${name}`, ...firstLines(message)]),
    ...assertionResults
      .filter(({ status }) => status === 'failed')
      .flatMap(({ fullName, failureMessages }) => [
        `FAILED ${name} ${fullName}`,
        ...firstLines((failureMessages ?? []).join('\n')),
      ]),
  ]);
}

/** Each test that failed, at last or only the first time, with why and after how long, in lines. */
export function troubleIn(report: PlaywrightReport): string[] {
  return (report.suites ?? [])
    .flatMap(specsOf)
    .flatMap(({ title, file, line, tests }) =>
      tests
        .filter(({ status }) => status === 'unexpected' || status === 'flaky')
        .flatMap(({ status, results }) => [
          `${status === 'flaky' ? 'FLAKY' : 'FAILED'} ${file}:${String(line)} ${title}`,
          ...results.flatMap(({ error, duration }) =>
            error === undefined
              ? []
              : [`  after ${String(Math.round(duration / 1_000))} s:`, ...firstLines(error.message ?? '')],
          ),
        ]),
    );
}

function firstLines(message: string): string[] {
  const lines = stripVTControlCharacters(message).split('\n');
  return lines.slice(0, MESSAGE_LINES).map((words) => `  ${words}`);
}

function specsOf(suite: Suite): Spec[] {
  return [...(suite.specs ?? []), ...(suite.suites ?? []).flatMap(specsOf)];
}
