import { expect } from 'chai';
import { startCollector, type Collector } from '../../sandbox/otlp/start.ts';
import type { ReceivedSpan } from '../../sandbox/otlp/spans.ts';
import { logLines, runCli, startCli } from '../cli/run-cli.ts';
import { institutions, managed, openWorld, type World } from '../cli/world.ts';

type Variables = Readonly<Record<string, string>>;

describe('traces', function () {
  this.timeout(30_000);
  let collector: Collector;

  beforeEach(async () => {
    collector = await startCollector();
  });
  afterEach(() => collector[Symbol.asyncDispose]());

  function sync(world: World, variables: Variables, ...flags: readonly string[]) {
    return runCli(['sync', ...flags], { env: { ...world.environment, ...variables } });
  }

  const endpoint = (): Variables => ({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  const named = (name: string) => collector.spans.filter((span) => span.name === name);

  it('show one span a sync, with its outcome, and one a request beneath it', async () => {
    await using world = await openWorld();
    const { code, stdout } = await sync(world, endpoint());
    expect(code).to.equal(0);
    expect(collector.requests.map(({ path }) => path)).to.deep.equal(['/v1/traces']);

    const [root, ...others] = named('sync');
    expect(others).to.deep.equal([]);
    const finished = logLines(stdout).find(({ message }) => message === 'sync finished');
    expect(root).to.deep.include({ parentSpanId: '', kind: 'internal', error: false });
    expect(root?.attributes).to.deep.equal({
      'institution_sync.sync.id': finished?.['sync'],
      'institution_sync.outcome': 'Succeeded',
      'institution_sync.requests': finished?.['requests'],
      'institution_sync.full_reading': true,
      'institution_sync.created': 3,
      'institution_sync.updated': 0,
      'institution_sync.removed': 0,
      'institution_sync.failed': 0,
      'institution_sync.held': 0,
      'institution_sync.institutions': 3,
      'institution_sync.organizations': 3,
    });

    const requests = collector.spans.filter((span) => span !== root);
    for (const span of requests) {
      expect(span).to.include({ kind: 'client', error: false, traceId: root?.traceId });
      expect(span.parentSpanId).to.equal(root?.spanId);
    }
    const toAuth0 = requests.filter(
      ({ attributes }) => attributes['server.port'] === Number(new URL(world.tenant.url).port),
    );
    expect(toAuth0).to.have.length(world.tenant.requests.all().length);
    const [creation] = named('POST /api/v2/organizations');
    expect(creation?.attributes).to.deep.equal({
      'http.request.method': 'POST',
      'http.response.status_code': 201,
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(world.tenant.url).port),
      'url.scheme': 'https',
      'url.template': '/api/v2/organizations',
    });
    expect(named(`GET ${new URL(world.the.endpoint).pathname}`)).to.have.length(2);
  });

  it('name the program and what else the variables say, and stand in the log', async () => {
    await using world = await openWorld();
    const { stdout } = await sync(world, {
      ...endpoint(),
      OTEL_SERVICE_NAME: 'tenant-sync',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,team=identity',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20let-me-in',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    });
    const [root] = named('sync');
    expect(root?.resource).to.include({
      'service.name': 'tenant-sync',
      'deployment.environment.name': 'test',
      team: 'identity',
    });
    expect(collector.requests[0]?.headers).to.include({ authorization: 'Bearer let-me-in' });
    const changes = logLines(stdout).filter(({ message }) => message === 'organization changed');
    expect(changes).to.have.length(3);
    for (const line of changes) {
      expect(line).to.include({ trace_id: root?.traceId, span_id: root?.spanId });
    }
  });

  it('keep ids and secrets out of names and attributes, and tell of failures', async () => {
    const rows = institutions(3);
    const renamed = rows.map((row) => ({ ...row, name: `${String(row['name'])} (new)` }));
    await using world = await openWorld({ rows: renamed.slice(0, 2) });
    world.tenant.seed(managed(rows));
    world.tenant.fault('PATCH /api/v2/organizations/{id}', {
      kind: 'status',
      status: 400,
      body: { statusCode: 400, error: 'Bad Request', message: 'Not today' },
    });
    const { code } = await sync(world, endpoint(), '--DELETION_LIMIT=100%');
    expect(code).to.equal(3);
    const names = new Set(collector.spans.map(({ name }) => name));
    expect([...names].toSorted()).to.deep.equal([
      'DELETE /api/v2/organizations/{id}',
      'GET /api/v2/organizations',
      'GET /api/v2/organizations/{id}',
      `GET ${new URL(world.the.endpoint).pathname}`,
      'PATCH /api/v2/organizations/{id}',
      'POST /oauth/token',
      'sync',
    ]);
    const everything = JSON.stringify(collector.spans);
    expect(everything).to.not.match(/org_|i-0000|University/);
    expect(everything).to.not.include(world.tenant.clientSecret);
    const refused = named('PATCH /api/v2/organizations/{id}').filter(({ error }) => error);
    expect(refused).to.have.length(1);
    expect(refused[0]?.attributes).to.include({
      'http.response.status_code': 400,
      'error.type': '400',
    });
    const [root] = named('sync');
    expect(root).to.deep.include({ error: true });
    expect(root?.statusMessage).to.include('Not today');
    expect(root?.attributes).to.include({
      'institution_sync.outcome': 'PartiallyFailed',
      'institution_sync.updated': 1,
      'institution_sync.removed': 1,
      'error.type': 'PartialFailure',
    });
  });

  it('tell why a sync failed', async () => {
    await using world = await openWorld();
    const { code } = await sync(world, { ...endpoint(), AUTH0_CLIENT_SECRET: 'wrong' });
    expect(code).to.equal(1);
    const [root] = named('sync');
    expect(root?.attributes).to.include({
      'institution_sync.outcome': 'Failed',
      'error.type': 'AuthenticationFailed',
    });
    expect(named('POST /oauth/token').map(outcome)).to.deep.equal([[401, true]]);
  });

  it('tell of a source that does not answer', async () => {
    await using world = await openWorld();
    await world.the.stop();
    const running = await startCli(['sync'], { env: { ...world.environment, ...endpoint() } });
    await running.until(/could not be read/);
    running.child.kill('SIGTERM');
    expect((await running.ended).code).to.equal(143);
    const [request] = named(`GET ${new URL(world.the.endpoint).pathname}`);
    expect(request).to.include({ error: true });
    expect(request?.attributes).to.include({ 'error.type': 'ECONNREFUSED' });
    expect(named('sync')[0]?.attributes).to.include({ 'institution_sync.outcome': 'Interrupted' });
  });

  const silent: Readonly<Record<string, () => Variables>> = {
    'OTEL_SDK_DISABLED is true': () => ({ ...endpoint(), OTEL_SDK_DISABLED: 'true' }),
    'OTEL_TRACES_EXPORTER is none': () => ({ ...endpoint(), OTEL_TRACES_EXPORTER: 'none' }),
    'the sampler takes none': () => ({ ...endpoint(), OTEL_TRACES_SAMPLER: 'always_off' }),
    'no variable asks for them': () => ({ OTEL_SERVICE_NAME: 'alone' }),
  };
  for (const [why, variables] of Object.entries(silent)) {
    it(`are not sent when ${why}`, async () => {
      await using world = await openWorld();
      const { code, stdout } = await sync(world, variables());
      expect(code).to.equal(0);
      expect(collector.requests).to.deep.equal([]);
      if (!why.includes('sampler')) expect(stdout).to.not.include('trace_id');
    });
  }

  it('go where the variable for traces says, which wins', async () => {
    await using world = await openWorld();
    await sync(world, {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https://127.0.0.1:9',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/own/path`,
    });
    expect(collector.requests.map(({ path }) => path)).to.deep.equal(['/own/path']);
  });

  it('that cannot be had are a warning, and the sync goes on', async () => {
    await using world = await openWorld();
    const grpc = await sync(world, { ...endpoint(), OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' });
    expect(grpc.code).to.equal(0);
    expect(logLines(grpc.stdout)[0]).to.include({
      level: 'warn',
      variable: 'OTEL_EXPORTER_OTLP_PROTOCOL',
      choices: 'http/protobuf',
    });
    collector.answerWith(400);
    const refused = await sync(world, endpoint());
    expect(refused.code).to.equal(0);
    const trouble = logLines(refused.stdout).filter(({ message }) =>
      String(message).startsWith('traces:'),
    );
    expect(trouble).to.have.length(1);
  });

  it('that nobody takes do not keep the process from ending', async () => {
    await using world = await openWorld();
    collector.answerWith(0);
    const startedAt = performance.now();
    const { code } = await sync(world, endpoint());
    expect(code).to.equal(0);
    expect(collector.requests).to.have.length(1);
    expect(performance.now() - startedAt).to.be.lessThan(10_000);
  });
});

function outcome({ attributes, error }: ReceivedSpan): readonly unknown[] {
  return [attributes['http.response.status_code'], error];
}
