import type { Span, SpanEvent, SpanKind, Trace } from './trace.ts';

/** Names of spans as the semantic conventions of OpenTelemetry for generative AI have them, where they have one. */
const OPERATION: Readonly<Record<SpanKind, string>> = {
  run: 'invoke_agent',
  planning: 'plan',
  step: 'execute_tool',
  waiting: 'approval',
  paused: 'paused',
  verifying: 'verify',
  request: 'request',
};
const INTERNAL = 1;
const CLIENT = 3;
const OK = 1;
const ERROR = 2;

/**
 * A trace as OTLP in JSON, for tools that read OpenTelemetry: an ExportTraceServiceRequest with one resource
 * (opentelemetry-proto 1.x; ids in hexadecimal, times in nanoseconds as strings, as its JSON mapping has it).
 * @param version of the app
 */
export function otlpJson({ id, spans }: Trace, version: string): string {
  const scope = { name: 'windhover', version };
  const service = attributesOf({ 'service.name': 'windhover', 'service.version': version });
  const written = spans.map((span) => otlpSpan(id, span));
  const request = { resourceSpans: [{ resource: { attributes: service }, scopeSpans: [{ scope, spans: written }] }] };
  return `${JSON.stringify(request, null, 2)}\n`;
}

function otlpSpan(traceId: string, span: Span): object {
  const { id, parent, kind, title, tool, from, to, outcome, note, attributes, events } = span;
  const operation = OPERATION[kind];
  return {
    ...{ traceId, spanId: id, ...(parent === null ? {} : { parentSpanId: parent }) },
    name: tool === null ? operation : `${operation} ${tool}`,
    kind: kind === 'request' ? CLIENT : INTERNAL,
    startTimeUnixNano: nanoseconds(from),
    ...(to === null ? {} : { endTimeUnixNano: nanoseconds(to) }),
    attributes: attributesOf({
      'gen_ai.operation.name': operation,
      ...(tool === null ? {} : { 'gen_ai.tool.name': tool }),
      ...(title === '' ? {} : { 'windhover.title': title }),
      ...Object.fromEntries(Object.entries(attributes).map(([name, value]) => [attributeName(name), value])),
    }),
    events: events.map(otlpEvent),
    status: statusOf(outcome, note),
  };
}

function otlpEvent({ name, at, attributes }: SpanEvent): object {
  return { name, timeUnixNano: nanoseconds(at), attributes: attributesOf(attributes) };
}

function statusOf(outcome: Span['outcome'], note: string | null): object {
  if (outcome === 'open') return {};
  return { code: outcome === 'done' ? OK : ERROR, ...(note === null || outcome === 'done' ? {} : { message: note }) };
}

/** Names of the conventions stay as they are, others are the app's own. */
function attributeName(name: string): string {
  return /^(http|server|gen_ai)\./.test(name) ? name : `windhover.${name}`;
}

function attributesOf(values: { readonly [name: string]: string | number }): object[] {
  return Object.entries(values).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
  }));
}

function nanoseconds(at: number): string {
  return String(BigInt(Math.round(at)) * 1_000_000n);
}
