import { describe, expect, test } from 'vitest';
import { diagnose, type Evidence, type Finding, isForTheHost, type ProbeOutcome } from '#core/channels/diagnose.ts';
import { sharingHeaders } from '#core/channels/sharing-headers.ts';
import { findingText, letterText } from '#runtime/channels/doctor-words.ts';

const answered = (status: number): ProbeOutcome => ({ kind: 'answered', status });
const UNREACHABLE: ProbeOutcome = { kind: 'unreachable' };
const BASE: Evidence = {
  space: 'public',
  fromLoopback: false,
  online: true,
  localPermission: 'unknown',
  methods: ['GET', 'POST'],
  plain: answered(200),
  headers: [],
};
const headers = (...outcomes: [string, ProbeOutcome][]): Pick<Evidence, 'headers'> => ({
  headers: outcomes.map(([name, outcome]) => ({ name, outcome })),
});

const TABLE: readonly [what: string, evidence: Partial<Evidence>, findings: readonly Finding[]][] = [
  ['an answer', {}, [{ code: 'works' }]],
  ['an answer that moved', { plain: answered(304) }, [{ code: 'works' }]],
  ['an answer with each header', headers(['x-a', answered(200)], ['x-b', answered(404)]), [{ code: 'works' }]],
  ['offline', { plain: UNREACHABLE, online: false }, [{ code: 'offline' }]],
  [
    'offline, to this device',
    { plain: UNREACHABLE, online: false, space: 'loopback', fromLoopback: true },
    [{ code: 'no-answer', space: 'loopback' }],
  ],
  ['nothing that may be read', { plain: UNREACHABLE }, [{ code: 'no-answer', space: 'public' }]],
  [
    'a local place that was forbidden',
    { plain: UNREACHABLE, space: 'local', localPermission: 'denied' },
    [{ code: 'local-denied' }],
  ],
  [
    'a local place nobody was asked about',
    { plain: UNREACHABLE, space: 'loopback', localPermission: 'prompt' },
    [{ code: 'local-unasked' }, { code: 'no-answer', space: 'loopback' }],
  ],
  [
    'a local place that was allowed',
    { plain: UNREACHABLE, space: 'loopback', localPermission: 'granted' },
    [{ code: 'no-answer', space: 'loopback' }],
  ],
  [
    'a place on the device that the app is served from',
    { plain: UNREACHABLE, space: 'loopback', localPermission: 'denied', fromLoopback: true },
    [{ code: 'no-answer', space: 'loopback' }],
  ],
  ['a redirect', { plain: { kind: 'redirect' } }, [{ code: 'redirect' }]],
  ['our own content policy', { plain: { kind: 'blocked-here' } }, [{ code: 'blocked-here' }]],
  ['no service worker', { plain: { kind: 'no-way-out' } }, [{ code: 'no-way-out' }]],
  ['silence', { plain: { kind: 'silent' } }, [{ code: 'silent' }]],
  ['a lost connection', { plain: { kind: 'cut' } }, [{ code: 'cut' }]],
  [
    'one of the headers',
    headers(['authorization', UNREACHABLE], ['x-a', answered(200)]),
    [{ code: 'headers-not-allowed', headers: ['authorization'] }],
  ],
  [
    'all of the headers',
    headers(['authorization', UNREACHABLE], ['x-a', UNREACHABLE]),
    [{ code: 'preflight', headers: ['authorization', 'x-a'] }],
  ],
  ['silence with a header', headers(['x-a', { kind: 'silent' }]), [{ code: 'silent' }]],
  ['a key that is asked for', { plain: answered(401) }, [{ code: 'key-asked', status: 401 }]],
  ['a refusal', { plain: answered(403) }, [{ code: 'forbidden', status: 403 }]],
  ['no such path', { plain: answered(404) }, [{ code: 'no-such-place', status: 404 }]],
  ['no GET where one is wanted', { plain: answered(405) }, [{ code: 'get-not-taken', status: 405 }]],
  ['no GET where none is wanted', { plain: answered(405), methods: ['POST'] }, [{ code: 'works' }]],
  ['too many', { plain: answered(429) }, [{ code: 'too-often', status: 429 }]],
  ['trouble', { plain: answered(503) }, [{ code: 'in-trouble', status: 503 }]],
  ['another no', { plain: answered(418) }, [{ code: 'refused', status: 418 }]],
  [
    'methods that cannot be tried',
    { methods: ['DELETE', 'GET', 'PUT'] },
    [{ code: 'works' }, { code: 'methods-untried', methods: ['DELETE', 'PUT'] }],
  ],
  [
    'several things at once',
    { plain: answered(401), ...headers(['x-a', UNREACHABLE]), methods: ['PUT'] },
    [
      { code: 'preflight', headers: ['x-a'] },
      { code: 'key-asked', status: 401 },
      { code: 'methods-untried', methods: ['PUT'] },
    ],
  ],
];

describe('what is found', () => {
  test.each(TABLE)('%s', (_what, evidence, findings) => {
    expect(diagnose({ ...BASE, ...evidence })).toEqual(findings);
  });

  test('each finding has words, and one that several causes share names all of them', () => {
    const all = TABLE.flatMap(([, , findings]) => findings);
    for (const finding of all) {
      const { title, text } = findingText(finding, 'https://api.example.com');
      expect(title.length, finding.code).toBeGreaterThan(5);
      expect(text.length, finding.code).toBeGreaterThan(20);
    }
    const { text } = findingText({ code: 'no-answer', space: 'public' }, 'https://api.example.com');
    for (const cause of ['no such host', 'not running', 'certificate', 'Access-Control-Allow-Origin', 'redirect'])
      expect(text).toContain(cause);
    expect(new Set(all.filter(isForTheHost).map(({ code }) => code))).toEqual(
      new Set(['no-answer', 'headers-not-allowed', 'preflight', 'methods-untried']),
    );
  });
});

test('the text for whoever runs the host has the exact lines, and the same for three servers', () => {
  const sharing = {
    page: 'https://app.example',
    path: '/v1',
    methods: ['GET', 'PUT'],
    headers: ['authorization'],
    local: false,
  };
  const made = sharingHeaders(sharing);
  for (const text of Object.values(made)) {
    for (const part of ['Access-Control-Allow-Origin', 'https://app.example', 'GET, PUT', 'authorization', 'Vary'])
      expect(text).toContain(part);
    expect(text).not.toContain('Private-Network');
  }
  expect(made.lines.split('\n')).toContain('Access-Control-Allow-Headers: authorization');
  expect(made.nginx).toContain('add_header Access-Control-Allow-Origin "https://app.example" always;');
  expect(sharingHeaders({ ...sharing, local: true }).lines).toContain('Access-Control-Allow-Private-Network: true');
  expect(letterText({ page: sharing.page, origin: 'https://api.example.com', path: '/v1' }, made)).toContain(
    made.lines,
  );
});
