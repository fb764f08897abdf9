import type { OrganizationState } from './model-tenant.ts';
import type { Timeline } from './timeline.ts';

/** What people did to organizations by hand, and when: nobody may be blamed for not knowing it. */
export interface PeopleEdits {
  /** A person has changed this organization, which had, or has, these names and marks. */
  note(id: string, ...states: readonly OrganizationState[]): void;
  /** Whether a person ever changed or made it. */
  isTouched(id: string): boolean;
  /** Whether a person has changed what has this name or mark since then. */
  since(state: OrganizationState, then: number): boolean;
  /** When a person changed anything last. */
  lastAt(): number;
}

export function recordEdits(timeline: Timeline): PeopleEdits {
  const touched = new Set<string>();
  const lastByName = new Map<string, number>();
  let lastAt = 0;

  return {
    note(id, ...states) {
      touched.add(id);
      lastAt = timeline.now();
      for (const state of states) {
        for (const name of namesOf(state)) lastByName.set(name, timeline.now());
      }
    },
    isTouched: (id) => touched.has(id),
    since: (state, then) => namesOf(state).some((name) => (lastByName.get(name) ?? 0) > then),
    lastAt: () => lastAt,
  };
}

function namesOf({ name, metadata }: OrganizationState): readonly string[] {
  const mark = metadata['institutionId'];
  return mark === undefined ? [name] : [name, mark];
}
