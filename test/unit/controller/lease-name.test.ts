import { expect } from 'chai';
import { leaseName } from '../../../src/controller/lease-name.ts';

describe('leaseName', () => {
  it('is the same for all who work on everything', () => {
    expect(leaseName(undefined)).to.equal('institution-sync');
  });

  it('differs between shards, and is a name that the API server takes', () => {
    const names = ['shard=a', 'shard=b', 'shard in (a, b)'].map(leaseName);
    expect(new Set(names).size).to.equal(3);
    for (const name of names) expect(name).to.match(/^institution-sync-[0-9a-f]{10}$/);
    expect(leaseName('shard=a')).to.equal(names[0]);
  });
});
