import { expect } from 'chai';
import { conditionOf, isReady, type StoredObject } from './operator.ts';
import { openStage, ROWS } from './stage.ts';
import { describeTrouble, story } from './troubled-world.ts';

const NO_ORGANIZATION = [
  { name: 'Without an iid' },
  { iid: '../x', name: 'Another path' },
  { iid: '', name: 'With an empty iid' },
  { iid: '   ', name: 'With a blank iid' },
  { iid: null, name: 'With an iid of null' },
  { iid: '..', name: 'The folder above' },
  { iid: 'i-1/members', name: 'Another resource' },
  { iid: 'i-1?take=1', name: 'A query' },
  { iid: 'I-UPPER', name: 'In upper case' },
  { iid: 'org_1', name: 'An id of Auth0' },
  { iid: 'x'.repeat(51), name: 'Too long' },
  { iid: 'i-umlaut-\u00e4', name: 'Not ASCII' },
  { iid: 'i-no-name' },
  { iid: 'i-empty-name', name: '' },
  { iid: 'i-blank-name', name: ' \u0000\t\ufeff' },
  { iid: 'i-name-of-null', name: null },
];

const LONG_NAMES = [
  { iid: 'i-256', name: 'x'.repeat(256) },
  { iid: 'i-5000', name: 'y'.repeat(5_000) },
  { iid: 'i-flags', name: `${'z'.repeat(250)}\u{1f1ec}\u{1f1e7}\u{1f1ec}\u{1f1e7}` },
];

function summaryOf({ status }: StoredObject) {
  return { ...status?.institutions, ...status?.organizations };
}

describeTrouble('rows that cannot be organizations', () => {
  story('are skipped and counted; the rest goes on', async (world) => {
    const stage = await openStage(world, {
      the: { rows: [...ROWS.slice(0, 30), ...NO_ORGANIZATION, ...LONG_NAMES, ...ROWS.slice(30)] },
    });
    const { auth0, the } = stage;
    const kept = {
      name: 'i-no-name',
      display_name: 'Kept',
      metadata: { institutionId: 'i-no-name' },
    };
    auth0.seed([kept]);
    await stage.setSecret(stage.keys);
    await stage.apply({ limits: { deletions: '100%' } });
    const object = await stage.until((each) => isReady(each));

    expect(conditionOf(object, 'InstitutionsSkipped')).to.equal('True InvalidRows');
    expect(summaryOf(object)).to.include({
      total: ROWS.length + LONG_NAMES.length + 1,
      skipped: NO_ORGANIZATION.length,
      inSync: ROWS.length + LONG_NAMES.length,
    });
    expect(object.status?.lastSync).to.include({
      created: ROWS.length + LONG_NAMES.length,
      deleted: 0,
      failed: 0,
      skipped: NO_ORGANIZATION.length,
    });
    const shown = new Map(auth0.organizations().map((each) => [each.name, each.display_name]));
    expect(shown.get('i-no-name')).to.equal('Kept');
    expect(shown.get('i-256')).to.equal('x'.repeat(255));
    expect(shown.get('i-5000')).to.equal('y'.repeat(255));
    expect(shown.get('i-flags')).to.equal(`${'z'.repeat(250)}\u{1f1ec}\u{1f1e7}`);
    expect(auth0.requests.count({ endpoint: 'unknown' })).to.equal(0);
    expect(auth0.requests.all().filter(({ url }) => /\.\.|i-1\b/.test(url))).to.deep.equal([]);

    const message = object.status?.conditions?.find(({ type }) => type === 'InstitutionsSkipped');
    expect(message?.message).to.match(/the controller's log names some/);
    const named = world.operator.controller.lines.find(
      (line) => String(line['object']).endsWith(`/${stage.name}`) && 'skippedSample' in line,
    );
    expect(JSON.stringify(named?.['skippedSample'])).to.match(/no iid.*\.\.\/x/);

    const since = stage.versions().length;
    the.setRows([...ROWS, ...LONG_NAMES, { iid: 'i-no-name', name: 'Found' }]);
    await stage.until((each) => conditionOf(each, 'InstitutionsSkipped') === undefined, { since });
    expect(await stage.events('InstitutionsSkipped', 1)).to.have.length(1);
    expect(await stage.events('SyncFailed')).to.deep.equal([]);
    const found = auth0.organizations().find(({ name }) => name === 'i-no-name');
    expect(found?.display_name).to.equal('Found');
    await stage.close();
  });
});
