import type { Hear } from './api-line.ts';
import type { Stored } from './api-server.ts';
import type { Knowledge } from './knowledge.ts';
import type { Machine } from './machine.ts';

/** Notes what a machine hears of InstitutionSyncs. */
export function hearing(knowledge: Knowledge, machine: Machine): Hear {
  function see(object: Stored, isGone: boolean): void {
    const { name, uid } = object.metadata;
    const session = knowledge.session(machine, name);
    if (isGone && session.seen?.metadata.uid !== uid) return;
    session.seen = isGone ? undefined : object;
  }
  return {
    event({ type, plural, object }) {
      if (plural === 'institutionsyncs') see(object, type === 'DELETED');
    },
    listing({ resource, namespace }, objects) {
      if (resource.plural !== 'institutionsyncs') return;
      knowledge.unlisted(machine).delete(namespace);
      for (const session of knowledge.sessions(machine)) {
        const isSelected =
          (namespace ?? session.seen?.metadata.namespace) === session.seen?.metadata.namespace;
        if (isSelected) session.seen = undefined;
      }
      for (const object of objects) see(object, false);
    },
  };
}
