import type { Selection } from '../../src/kubernetes/api-access.ts';
import { answerError, type KubernetesError } from '../../src/kubernetes/kubernetes-error.ts';
import type { Collection } from '../../src/kubernetes/resource.ts';
import type { Stored } from './api-server.ts';

/** Whether a selection includes the object. */
export function selects({ namespace, fieldSelector }: Selection, { metadata }: Stored): boolean {
  if (namespace !== undefined && metadata.namespace !== namespace) return false;
  return fieldSelector === undefined || fieldSelector === `metadata.name=${metadata.name}`;
}

/** The error as a client makes it of the server's answer. */
export function refusal(
  verb: string,
  at: Collection & { readonly name?: string },
  code: number,
  reason: string,
  retryAfterSeconds?: number,
): KubernetesError {
  const details = { name: at.name ?? at.resource.plural, retryAfterSeconds };
  const body = JSON.stringify({ code, reason, message: reason, details });
  return answerError(`${verb} ${at.resource.plural}`, code, body, Number.NaN);
}

/** RFC 7386. */
export function merge(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const merged: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = merge(merged[key], value);
  }
  return merged;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isSame(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

/** As the server writes times. */
export function seconds(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/\.\d+Z$/, 'Z');
}
