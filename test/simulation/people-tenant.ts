import type { Dice } from './dice.ts';
import { stateOf, type ModelTenant } from './model-tenant.ts';
import type { ModelThe } from './model-the.ts';
import type { PeopleEdits } from './people-edits.ts';

type Organization = ReturnType<ModelTenant['organizations']['all']>[number];
type Change = Partial<Organization['body']>;

/** What people do to a tenant by hand. Each does nothing where there is nothing to do. */
export function tenantDeeds(tenant: ModelTenant, the: ModelThe, edits: PeopleEdits, dice: Dice) {
  const { organizations } = tenant;
  let made = 0;

  function some(): Organization | undefined {
    return dice.pickAny(organizations.all());
  }

  function edit(organization: Organization | undefined, change: Change): void {
    if (organization === undefined) return;
    const holder = change.name === undefined ? undefined : organizations.byName(change.name);
    if (holder !== undefined && holder !== organization) return;
    const before = stateOf(organization.body);
    organizations.replace(organization, { ...organization.body, ...change });
    edits.note(organization.id, before, stateOf(organization.body));
  }

  function create(name: string, metadata: Readonly<Record<string, string>> = {}): void {
    if (organizations.byName(name) !== undefined) return;
    const body = { name, display_name: `By hand ${name}`, metadata };
    const added = organizations.add(body);
    edits.note(added.id, stateOf(added.body));
  }

  function newName(): string {
    made += 1;
    return `hand-made-${made}`;
  }

  function someIid(): string | undefined {
    return dice.pickAny(the.rows())?.iid;
  }

  function withoutMark({ body }: Organization): Record<string, string> {
    const { institutionId: _, ...rest } = body.metadata ?? {};
    return rest;
  }

  return {
    'renames an organization': () => edit(some(), { name: newName() }),
    'gives an organization the name of another institution'() {
      edit(some(), { name: someIid() ?? newName() });
    },
    'changes a display name': () => edit(some(), { display_name: `Changed ${dice.below(9)}` }),
    'takes a mark off'() {
      const organization = some();
      if (organization) edit(organization, { metadata: withoutMark(organization) });
    },
    'takes the mark off an organization whose institution is gone'() {
      for (const organization of organizations.all()) {
        const mark = organization.body.metadata?.['institutionId'];
        if (mark !== undefined && the.listedSince(mark) === undefined && dice.chance(0.7)) {
          edit(organization, { metadata: withoutMark(organization) });
        }
      }
    },
    'gives an organization another mark'() {
      const organization = some();
      const mark = someIid() ?? 'nobody';
      edit(organization, { metadata: { ...organization?.body.metadata, institutionId: mark } });
    },
    'copies a mark to a new organization'() {
      const mark = some()?.body.metadata?.['institutionId'];
      if (mark !== undefined) create(newName(), { institutionId: mark });
    },
    'copies the mark of an institution that is gone'() {
      const marks = organizations
        .all()
        .flatMap(({ body }) => body.metadata?.['institutionId'] ?? []);
      const gone = dice.pickAny(marks.filter((mark) => the.listedSince(mark) === undefined));
      if (gone !== undefined) create(newName(), { institutionId: gone });
    },
    'adds a metadata key'() {
      const organization = some();
      const key = `own-${dice.below(3)}`;
      const metadata = { ...organization?.body.metadata, [key]: String(dice.below(100)) };
      edit(organization, { metadata });
    },
    'removes a metadata field'() {
      const organization = some();
      const { country: _, ...metadata } = organization?.body.metadata ?? {};
      edit(organization, { metadata });
    },
    'removes an organization'() {
      const organization = some();
      if (organization === undefined) return;
      const before = stateOf(organization.body);
      organizations.remove(organization);
      edits.note(organization.id, before);
    },
    'creates an organization': () => create(newName(), dice.chance(0.5) ? { team: 'x' } : {}),
    'creates an organization of an institution'() {
      create(someIid() ?? newName(), dice.chance(0.5) ? { owner: 'somebody' } : {});
    },
    'creates an organization of an institution to come'() {
      const mark = someIid();
      create(
        `i-${dice.below(20)}`,
        mark !== undefined && dice.chance(0.5) ? { institutionId: mark } : {},
      );
    },
    'puts another organization in the place of one'() {
      const organization = some();
      if (organization === undefined) return;
      const { name, metadata } = organization.body;
      edit(organization, { name: newName() });
      create(name, dice.chance(0.5) ? { ...metadata } : {});
    },
    'disables a connection': () => some()?.connections.clear(),
    'revokes all tokens': () => tenant.revokeTokens(),
    'reaches the limit of organizations': () =>
      tenant.setEntityLimit(organizations.size() + dice.below(3)),
    'gets the limit of organizations raised': () => tenant.setEntityLimit(1_000),
  };
}
