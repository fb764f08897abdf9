import type { ApiAccess, Selection } from './api-access.ts';
import { isExpired } from './kubernetes-error.ts';
import type { ApiObject } from './resource.ts';

export interface Listed {
  readonly items: readonly ApiObject[];
  /** The version of the whole: a watch may start from here. */
  readonly resourceVersion: string;
}

export interface ListAllOptions {
  readonly access: ApiAccess;
  readonly selection: Selection;
  /** Objects in a page; 500 by default, as in client-go. */
  readonly pageSize?: number;
  /** Called with every answer. */
  readonly onPage?: () => void;
}

/**
 * All objects selected, as they are now and not as some cache had them, read in pages. When the
 * server forgets the state that the pages are of, all are read again in one piece.
 */
export async function listAll(options: ListAllOptions, signal: AbortSignal): Promise<Listed> {
  const { access, selection, pageSize = 500, onPage } = options;
  const items: ApiObject[] = [];
  let next: string | undefined;
  try {
    for (;;) {
      const page = await access.list({ ...selection, limit: pageSize, next }, signal);
      onPage?.();
      for (const item of page.items) items.push(item);
      next = page.next;
      if (next === undefined) return { items, resourceVersion: page.resourceVersion };
    }
  } catch (error) {
    if (next === undefined || !isExpired(error)) throw error;
    const whole = await access.list(selection, signal);
    onPage?.();
    return whole;
  }
}
