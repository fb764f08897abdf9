import { z } from 'zod';
import type { Immutable } from './immutable.ts';

/** The conditions of an InstitutionSync. */
export const CONDITION_TYPES = [
  /** Whether the organizations are as the spec asks. Always present. */
  'Ready',
  /** A first sync, or one for a new generation, is under way or waits to be retried. */
  'Reconciling',
  /** A person must act. */
  'Stalled',
  /** Whether THE could be read. */
  'SourceAvailable',
  /** Whether the tenant could be read and written. */
  'TargetAvailable',
  /** Changes beyond a limit wait for approval. */
  'ChangesHeld',
  /** Rows of THE cannot become organizations. */
  'InstitutionsSkipped',
  /** `spec.suspend` is set. */
  'Suspended',
] as const;
export type ConditionType = (typeof CONDITION_TYPES)[number];

/** A condition as Kubernetes defines it (meta/v1), with its bounds. */
export const Condition = z
  .object({
    type: z
      .string()
      .max(316)
      .describe(
        `One of ${CONDITION_TYPES.join(', ')}. Reconciling, Stalled, ChangesHeld, InstitutionsSkipped and Suspended are present only while True.`,
      ),
    status: z.enum(['True', 'False', 'Unknown']).describe('Whether it holds.'),
    observedGeneration: z
      .int()
      .min(0)
      .optional()
      .describe('The metadata.generation that this was found for.'),
    lastTransitionTime: z
      .string()
      .meta({ format: 'date-time' })
      .describe('When the status changed last.'),
    reason: z.string().min(1).max(1024).describe('Why, in one word for programs.'),
    message: z.string().max(32_768).describe('Why, and what to do, for people.'),
  })
  .describe('One aspect of the state.');
export type Condition = Immutable<z.output<typeof Condition>>;
