/** One request as the sandbox saw it. */
export interface RequestRecord {
  /** When it arrived, in milliseconds since the Unix epoch by the sandbox's clock. */
  readonly at: number;
  readonly method: string;
  /** The path's template, such as `/api/v2/organizations/{id}`. */
  readonly path: string;
  /** Path and query as sent. */
  readonly url: string;
  readonly endpoint: string;
  /** The status sent; 0 when no complete head was sent, or not yet. */
  readonly status: number;
  readonly correlationId: string | undefined;
  /** The fault that was made, where one was. */
  readonly fault: string | undefined;
}

/** What a request's record is opened with. */
export type Arrival = Omit<RequestRecord, 'status' | 'fault'>;

const FIELDS = ['method', 'path', 'endpoint', 'status', 'fault'] as const;

/** Fields that a record must have to be counted. */
export type RequestFilter = Partial<Pick<RequestRecord, (typeof FIELDS)[number]>>;

export interface RequestLog {
  /** Opens a record; the function it returns completes it. */
  open(arrival: Arrival): (status: number, fault: string | undefined) => void;
  /** The latest requests in order of arrival, those without an answer yet included. */
  all(): readonly RequestRecord[];
  /** How many of them have all of these fields; never a lost record, see `counts`. */
  count(filter?: RequestFilter): number;
  /** Answers since the start (or `clear`) per endpoint and status, dropped records included. */
  counts(): Readonly<Record<string, Readonly<Record<number, number>>>>;
  clear(): void;
}

/** Remembers the latest `kept` requests one by one, and counts all of them. */
export function openRequestLog(kept: number): RequestLog {
  let records: Mutable<RequestRecord>[] = [];
  let counts: Record<string, Record<number, number>> = {};

  return {
    open(arrival) {
      const record = { ...arrival, status: 0, fault: undefined as string | undefined };
      records.push(record);
      // In large steps, so that a full log costs next to nothing for each request.
      if (records.length > kept * 1.1 + 100) records = records.slice(-kept);
      return (status, fault) => {
        record.status = status;
        record.fault = fault;
        const byStatus = (counts[record.endpoint] ??= {});
        byStatus[status] = (byStatus[status] ?? 0) + 1;
      };
    },
    all: () => records,
    count: (filter = {}) => records.filter((record) => matches(record, filter)).length,
    counts: () => structuredClone(counts),
    clear() {
      records = [];
      counts = {};
    },
  };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function matches(record: RequestRecord, filter: RequestFilter): boolean {
  return FIELDS.every((field) => filter[field] === undefined || record[field] === filter[field]);
}
