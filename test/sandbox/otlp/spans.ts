import { readMessage, type Field } from './protobuf.ts';

export type Value = string | number | boolean | undefined;

/** A span as a collector takes it. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the root of a trace. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: 'internal' | 'client' | 'other';
  readonly durationMs: number;
  readonly attributes: Readonly<Record<string, Value>>;
  readonly error: boolean;
  readonly statusMessage: string;
  readonly resource: Readonly<Record<string, Value>>;
}

/** The spans of an ExportTraceServiceRequest (opentelemetry-proto 1.7, trace/v1). */
export function readSpans(body: Uint8Array): readonly ReceivedSpan[] {
  return messages(readMessage(body), 1).flatMap((resourceSpans) => {
    const [resource = new Map()] = messages(resourceSpans, 1);
    return messages(resourceSpans, 2)
      .flatMap((scopeSpans) => messages(scopeSpans, 2))
      .map((span) => toSpan(span, attributes(resource, 1)));
  });
}

type Message = ReturnType<typeof readMessage>;

const KINDS = new Map([
  [1n, 'internal'],
  [3n, 'client'],
] as const);

function toSpan(span: Message, resource: ReceivedSpan['resource']): ReceivedSpan {
  const [status = new Map<number, Field[]>()] = messages(span, 15);
  const started = numberOf(span, 7);
  return {
    traceId: Buffer.from(bytesOf(span, 1)).toString('hex'),
    spanId: Buffer.from(bytesOf(span, 2)).toString('hex'),
    parentSpanId: Buffer.from(bytesOf(span, 4)).toString('hex'),
    name: text(span, 5),
    kind: KINDS.get(numberOf(span, 6) as 1n | 3n) ?? 'other',
    durationMs: Number((numberOf(span, 8) - started) / 1000n) / 1000,
    attributes: attributes(span, 9),
    error: numberOf(status, 3) === 2n,
    statusMessage: text(status, 2),
    resource,
  };
}

function attributes(message: Message, field: number): Readonly<Record<string, Value>> {
  const pairs = messages(message, field).map((pair) => {
    const [value = new Map<number, Field[]>()] = messages(pair, 2);
    return [text(pair, 1), valueOf(value)] as const;
  });
  return Object.fromEntries(pairs);
}

function valueOf(value: Message): Value {
  if (value.has(1)) return text(value, 1);
  if (value.has(2)) return numberOf(value, 2) === 1n;
  if (value.has(3)) return Number(numberOf(value, 3));
  return undefined;
}

function messages(message: Message, field: number): readonly Message[] {
  return (message.get(field) ?? []).flatMap((each) =>
    typeof each === 'bigint' ? [] : [readMessage(each)],
  );
}

function bytesOf(message: Message, field: number): Uint8Array {
  const value = message.get(field)?.at(-1);
  return typeof value === 'object' ? value : new Uint8Array();
}

function text(message: Message, field: number): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytesOf(message, field));
}

function numberOf(message: Message, field: number): bigint {
  const value = message.get(field)?.at(-1);
  return typeof value === 'bigint' ? value : 0n;
}
