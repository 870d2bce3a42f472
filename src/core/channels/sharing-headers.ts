/** What a host has to say so that a page may use it, as lines and for three servers in their general form. */
export interface Sharing {
  /** The origin of this app: what the browser sends as Origin. */
  readonly page: string;
  /** As in the way out. */
  readonly path: string;
  readonly methods: readonly string[];
  /** Those the browser asks beforehand for. */
  readonly headers: readonly string[];
  /** On the user's device or network: browsers that are older ask for one more. */
  readonly local: boolean;
}

export interface SharingText {
  readonly lines: string;
  readonly nginx: string;
  readonly caddy: string;
  readonly express: string;
}

const MAX_AGE_S = 600;

/** @param sharing already checked: no name or path in it has a quote, blank or line break */
export function sharingHeaders(sharing: Sharing): SharingText {
  const { path } = sharing;
  const answer = answerHeaders(sharing);
  const asked = askedHeaders(sharing);
  const prefix = path === '/' ? '' : path.replace(/\/$/, '');
  return {
    lines: [
      `Each answer under ${path}, refusals too:`,
      ...answer.map(line),
      '',
      `Each OPTIONS request under ${path}, without asking for a key, with status 204:`,
      ...[...answer, ...asked].map(line),
    ].join('\n'),
    nginx: [
      `location ${path} {`,
      ...answer.map(([name, value]) => `  add_header ${name} "${value}" always;`),
      '  if ($request_method = OPTIONS) {',
      ...[...answer, ...asked].map(([name, value]) => `    add_header ${name} "${value}" always;`),
      '    return 204;',
      '  }',
      '  # ... as before',
      '}',
    ].join('\n'),
    caddy: [
      `@shared path ${prefix === '' ? '*' : `${prefix} ${prefix}/*`}`,
      'header @shared {',
      ...answer.map(([name, value]) => `  ${name} "${value}"`),
      '}',
      '@asked {',
      '  method OPTIONS',
      `  path ${prefix === '' ? '*' : `${prefix} ${prefix}/*`}`,
      '}',
      'header @asked {',
      ...asked.map(([name, value]) => `  ${name} "${value}"`),
      '}',
      'respond @asked 204',
    ].join('\n'),
    express: [
      `app.use('${path}', (request, response, next) => {`,
      ...answer.map(([name, value]) => `  response.set('${name}', '${value}');`),
      `  if (request.method !== 'OPTIONS') return next();`,
      ...asked.map(([name, value]) => `  response.set('${name}', '${value}');`),
      '  response.sendStatus(204);',
      '});',
    ].join('\n'),
  };
}

function answerHeaders({ page }: Sharing): [string, string][] {
  return [
    ['Access-Control-Allow-Origin', page],
    ['Vary', 'Origin'],
  ];
}

function askedHeaders({ methods, headers, local }: Sharing): [string, string][] {
  return [
    ['Access-Control-Allow-Methods', methods.join(', ')],
    ...(headers.length === 0 ? [] : [['Access-Control-Allow-Headers', headers.join(', ')] as [string, string]]),
    ...(local ? [['Access-Control-Allow-Private-Network', 'true'] as [string, string]] : []),
    ['Access-Control-Max-Age', String(MAX_AGE_S)],
  ];
}

function line([name, value]: [string, string]): string {
  return `${name}: ${value}`;
}
