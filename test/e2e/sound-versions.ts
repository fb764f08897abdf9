import { expect } from 'chai';
import type { StoredObject } from './operator.ts';
import type { Subject } from './subject.ts';

/** They are there only while True. */
const ONLY_TRUE: ReadonlySet<string> = new Set([
  'Reconciling',
  'Stalled',
  'ChangesHeld',
  'InstitutionsSkipped',
  'Suspended',
]);

/** What kstatus, kubectl wait and people rely on, in every version of the object. */
function expectSound({ metadata, status }: StoredObject): void {
  if (status === undefined) return;
  const { conditions = [] } = status;
  const types = conditions.map(({ type }) => type);
  expect(types).to.include('Ready');
  expect(new Set(types).size).to.equal(types.length);
  expect(types).to.not.include.members(['Reconciling', 'Stalled']);
  expect(status.observedGeneration).to.be.within(1, metadata.generation);
  for (const condition of conditions) {
    expect(condition.observedGeneration).to.be.within(1, status.observedGeneration ?? 0);
    expect(Date.parse(condition.lastTransitionTime)).to.be.at.most(Date.now());
    expect(condition.message).to.not.equal('');
    if (ONLY_TRUE.has(condition.type)) expect(condition.status).to.equal('True');
  }
}

/** A condition's time changes with its status, and only then. */
function expectTimesOfTransitions(before: StoredObject, after: StoredObject): void {
  for (const condition of after.status?.conditions ?? []) {
    const earlier = before.status?.conditions?.find(({ type }) => type === condition.type);
    if (earlier === undefined) continue;
    const since = [earlier, condition].map((each) => Date.parse(each.lastTransitionTime));
    if (earlier.status === condition.status) expect(since[1], condition.type).to.equal(since[0]);
    else expect(since[1], condition.type).to.be.at.least(since[0] ?? 0);
  }
}

export interface Version {
  readonly at: number;
  readonly object: StoredObject;
}

/**
 * Every version of the object until one fits, with the time at which kubectl showed it; each is
 * checked against the rules of kstatus.
 */
export async function record(
  subject: Subject,
  fits: (object: StoredObject) => boolean,
): Promise<readonly Version[]> {
  const versions: Version[] = [];
  await subject.until((object) => {
    versions.push({ at: Date.now(), object });
    return fits(object);
  });
  for (const { object } of versions) expectSound(object);
  for (const [index, { object }] of versions.slice(1).entries()) {
    const before = versions[index];
    if (before !== undefined) expectTimesOfTransitions(before.object, object);
  }
  return versions;
}
