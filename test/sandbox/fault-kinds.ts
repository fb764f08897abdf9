import { z } from 'zod';

const status = z.int().min(100).max(599);
const body = z.unknown().optional();

/** What happens before the service sees the request, so nothing changes in it. */
export const EarlyFault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('status'), status, body }),
  z.strictObject({
    kind: z.literal('redirect'),
    location: z.string(),
    status: status.exactOptional(),
  }),
  /** 429; with `headers`, they ask to wait until `waitSeconds` from now (1 by default). */
  z.strictObject({
    kind: z.literal('too-many-requests'),
    headers: z.boolean().exactOptional(),
    waitSeconds: z.number().exactOptional(),
    retryAfter: z.string().exactOptional(),
  }),
  /** The connection is reset, nothing is ever sent, or a page of HTML is sent with status 200. */
  z.strictObject({ kind: z.enum(['reset', 'hang', 'html']) }),
]);
export type EarlyFault = Readonly<z.infer<typeof EarlyFault>>;

/** What happens to the service's answer, after the effect. */
export const LateFault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('status-after-effect'), status, body }),
  /** Another body; by default the right one within an object's `data`. */
  z.strictObject({ kind: z.literal('wrong-shape'), body }),
  z.strictObject({ kind: z.literal('delay'), ms: z.number().min(0) }),
  /** The connection is reset: with nothing sent, or with the head and half of the body sent. */
  z.strictObject({ kind: z.enum(['lost-answer', 'reset-after-headers']) }),
  /** Half of the body is sent; then nothing, or the end of the connection. */
  z.strictObject({ kind: z.enum(['hang-in-body', 'cut-body']) }),
  /** A complete message: half of the JSON, an empty body, or all of it compressed. */
  z.strictObject({ kind: z.enum(['garbage-json', 'empty', 'gzip']) }),
  /** A list's answer: the one before is sent again, or `next` is the `from` of this request. */
  z.strictObject({ kind: z.enum(['repeat-page', 'loop-cursor']) }),
]);
export type LateFault = Readonly<z.infer<typeof LateFault>>;

/** A way in which an exchange goes wrong. */
export const FaultKind = z.union([EarlyFault, LateFault]);
export type FaultKind = EarlyFault | LateFault;

/** Kinds that need no parameter may be named by their word alone. */
export const FaultName = z.enum([
  'reset',
  'hang',
  'html',
  'too-many-requests',
  'wrong-shape',
  'lost-answer',
  'reset-after-headers',
  'hang-in-body',
  'cut-body',
  'garbage-json',
  'empty',
  'gzip',
  'repeat-page',
  'loop-cursor',
]);
export type FaultName = z.infer<typeof FaultName>;

/** Which requests: all fields must hold. `'GET /path'` and `'*'` are short for the common ones. */
export const FaultMatch = z.strictObject({
  method: z.string().exactOptional(),
  /** The path's template or the path itself. */
  path: z.string().exactOptional(),
  endpoint: z.string().exactOptional(),
  /** Query parameters that must have these values. */
  query: z.record(z.string(), z.string()).exactOptional(),
  /** Lets this many matching requests pass first. */
  skip: z.int().min(0).exactOptional(),
});
export type FaultMatch = Readonly<z.infer<typeof FaultMatch>>;

/** Whether the fault keeps the request from the service. */
export function isEarly(fault: FaultKind): fault is EarlyFault {
  return EARLY.has(fault.kind);
}

const EARLY: ReadonlySet<FaultKind['kind']> = new Set<FaultKind['kind']>([
  'status',
  'redirect',
  'too-many-requests',
  'reset',
  'hang',
  'html',
]);
