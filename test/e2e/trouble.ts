import { expect } from 'chai';
import type { ConditionType } from '../../src/api/conditions.ts';
import { isStalling, type FaultReason } from '../../src/api/reasons.ts';
import { conditionOf, isReady, type SpecChanges, type StoredObject } from './operator.ts';
import { openStage, type SecretKeys, type Stage, type StageOptions } from './stage.ts';
import { story } from './troubled-world.ts';
import { expectInStep, makeUntidy, watchUntouched } from './untidy-tenant.ts';

/** A cause that keeps every sync from its first write on, and how it is mended. */
export interface Trouble extends StageOptions {
  readonly reason: FaultReason;
  /** What the message must tell: what is wrong, and what to do. */
  readonly says: RegExp;
  readonly spec?: SpecChanges;
  /** The Secret at first; the keys that work by default; `none`: there is no Secret. */
  readonly secret?: (stage: Stage) => SecretKeys | 'none';
  /** Whether all was well before; the object is new by default. */
  readonly later?: boolean;
  readonly spoil?: (stage: Stage) => void | Promise<void>;
  /** Mends the cause, without touching the object. */
  readonly mend: (stage: Stage) => void | Promise<void>;
  /** One attempt is enough, because it takes minutes or because the next one is well. */
  readonly once?: boolean;
}

/** Every attempt is over within three minutes. */
const SLOW_MS = 240_000;
/** Once mended: the waits within a sync are 16 seconds at most, those between two are 11. */
const RECOVERY_MS = 60_000;

const AVAILABILITY: Readonly<Partial<Record<FaultReason, ConditionType>>> = {
  SourceUnavailable: 'SourceAvailable',
  SourceInvalid: 'SourceAvailable',
  TargetUnavailable: 'TargetAvailable',
  AuthenticationFailed: 'TargetAvailable',
  InsufficientScope: 'TargetAvailable',
  ConnectionNotFound: 'TargetAvailable',
};

/**
 * Tells that a trouble is reported for what it is and again only once, that nothing is written while
 * it lasts, and that the object recovers without help.
 */
export function trouble(title: string, what: Trouble): void {
  story(title, async (world) => {
    const stage = await openStage(world, what);
    makeUntidy(stage.auth0);
    const keys = what.secret?.(stage) ?? stage.keys;
    if (keys !== 'none') await stage.setSecret(keys);
    if (what.later === true) {
      await stage.apply(what.spec);
      await stage.until((object) => isReady(object));
      expectInStep(stage);
    }
    const since = stage.versions().length;
    const expectUntouched = watchUntouched(stage);
    await what.spoil?.(stage);
    if (what.later !== true) await stage.apply(what.spec);

    const { until } = stage;
    const timeoutMs = what.once === true ? SLOW_MS : 120_000;
    const failed = await until((object) => hasFailed(object, what), { since, timeoutMs });
    if (what.once !== true) await until((object) => hasFailedAgain(object, failed), { since });
    expectReported(stage.versions().slice(since), what);
    expectUntouched();

    const mendedAt = stage.versions().length;
    await what.mend(stage);
    const well = await until((object) => isReady(object), {
      since: mendedAt,
      timeoutMs: RECOVERY_MS,
    });
    expect(well.status?.conditions?.map(({ type, status }) => `${type} ${status}`)).to.have.members(
      ['Ready True', 'SourceAvailable True', 'TargetAvailable True'],
    );
    expectInStep(stage);
    const notes = await stage.events('SyncFailed', 1);
    expect(notes, 'events of SyncFailed').to.have.length(1);
    expect(notes[0]).to.match(what.says);
    await stage.close();
  });
}

function hasFailed(object: StoredObject, { reason }: Trouble): boolean {
  return isReady(object, `False ${reason}`);
}

function hasFailedAgain(object: StoredObject, first: StoredObject): boolean {
  return (
    conditionOf(object, 'Ready') === conditionOf(first, 'Ready') &&
    object.status?.nextSyncTime !== first.status?.nextSyncTime
  );
}

/** Every verdict since the trouble began is the same, and says what to do. */
function expectReported(versions: readonly StoredObject[], { reason, says }: Trouble): void {
  const verdicts = versions.filter((object) => conditionOf(object, 'Ready')?.startsWith('False'));
  const messages = verdicts.map(({ status }) => {
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    expect(ready?.reason).to.equal(reason);
    return ready?.message;
  });
  expect([...new Set(messages)], 'messages').to.deep.equal(messages.slice(0, 1));
  expect(messages[0]).to.match(says);
  for (const object of verdicts) {
    const stalled = isStalling(reason) ? `True ${reason}` : undefined;
    expect(conditionOf(object, 'Stalled')).to.equal(stalled);
    if (isStalling(reason)) expect(conditionOf(object, 'Reconciling')).to.equal(undefined);
    const unavailable = AVAILABILITY[reason];
    if (unavailable !== undefined) {
      expect(conditionOf(object, unavailable)).to.equal(`False ${reason}`);
    }
    expect(object.status?.observedGeneration).to.equal(object.metadata.generation);
  }
}
