import { startServer, type Sandbox, type ServerOptions } from '../server.ts';
import { openListing, type ListingOptions, type Row } from './listing.ts';

export interface TheOptions extends ServerOptions, ListingOptions {
  /** What the listing begins with; none by default. */
  readonly rows?: readonly Row[];
}

export interface TheSandbox extends Sandbox {
  /** The listing's URL, as the setting `institutions.endpoint` takes it. */
  readonly endpoint: string;
  /** Replaces all rows, also in the middle of a client's listing. */
  setRows(rows: readonly Row[]): void;
  rows(): readonly Row[];
  /** Puts the rows into another order, the same for the same seed. */
  shuffle(seed: number): void;
}

const PATH = '/refdata/institutions';

/** A stand-in of Times Higher Education's reference data on loopback. */
export async function startTheSandbox(options: TheOptions = {}): Promise<TheSandbox> {
  const listing = openListing(options, options.rows ?? []);
  const server = await startServer(options, (call) => ({
    template: call.path,
    endpoint: call.path === PATH ? 'institutions' : 'unknown',
    answer: () =>
      call.method === 'GET' && call.path === PATH
        ? listing.page(call.query, call.headers['if-none-match'])
        : { status: 404, body: { message: 'Not Found' } },
  }));
  return {
    ...server,
    endpoint: `${server.url}${PATH}`,
    setRows: listing.setRows,
    rows: listing.rows,
    shuffle: listing.shuffle,
  };
}
