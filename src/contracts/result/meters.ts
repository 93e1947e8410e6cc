import { z } from 'zod';
import { PART_KIND, type ComponentKind } from '../component-kind.js';
import { estimateWith, latencyResult } from './estimate.js';
import { count, list, mapping, number, oneForm, oneOf, present, shape, text } from './shapes.js';

export const componentKind = oneOf(
  ...(Object.keys(PART_KIND) as [ComponentKind, ...ComponentKind[]]),
);

const meterResult = oneForm(
  'form',
  shape({
    form: z.literal('counter'),
    /** Mean count of a run, and of each step. */
    total: number,
    /** Count by replication. */
    each: list(number),
    steps: list(number),
  }),
  shape({
    form: z.literal('gauge'),
    /** Means over time; ages are in seconds. */
    mean: number,
    max: number,
    /** Maximum by replication. */
    each: list(number),
    steps: list(number),
    /** Lowest and highest replication in each step; absent with a single replication. */
    band: shape({ low: list(number), high: list(number) }).optional(),
  }),
  shape({ form: z.literal('durations'), ...latencyResult.shape }),
);
/** One figure, by its form. Series have one value per step of the timeline, the mean over replications. */
export type MeterResult = z.output<typeof meterResult>;

/** Effects that were done, and those that were undone. */
const pair: z.ZodType<readonly [done: number, undone: number]> = z.tuple([count, count]);

const brokenSaga = shape({
  /** Text such as `if charge then ship`; null = the effects do not balance. */
  rule: text.nullable(),
  replication: count,
  start: number,
  end: number,
  /** By step: number of effects, and how many of them were undone. */
  effects: mapping(pair),
});
/** A saga whose effects are inconsistent. Times are seconds after the warm-up. */
export type BrokenSaga = z.output<typeof brokenSaga>;

const drainResult = estimateWith(number, {
  /** Replications in which it never is. */
  never: count,
});
/** Seconds from the end of a fault until the lag is back at its earlier level; null value = never. */
export type DrainResult = z.output<typeof drainResult>;

const rolloutResult = shape({
  kind: text,
  from: text,
  to: text,
  /** Number of replications with this result. */
  promoted: count,
  rolledBack: count,
  running: count,
  /** Seconds until one version had all requests and replicas, by replication; null = not within the run. */
  seconds: list(count.nullable()),
  /** Median latency of the old and the new version, in seconds; absent where one of them answered nothing. */
  medians: shape({ from: count, to: count }).optional(),
});
/** Course of a rollout, over replications. */
export type RolloutResult = z.output<typeof rolloutResult>;

export const meteredResult = shape({
  /** Kind of the component, also if this is one of its parts. */
  kind: componentKind,
  meters: mapping(meterResult),
  /** For a saga: one example for each broken rule; absent if no rule is broken. */
  broken: list(brokenSaga).optional(),
  /** For a lag or an outbox: by fault, how long the backlog lasts after it; absent without faults. */
  drain: mapping(drainResult).optional(),
  /** Dead letters that stay here: their number in each run. Absent elsewhere. */
  deadLetters: list(count).optional(),
  /** Present for a queue in which messages only wait until their time to live ends (a delay queue). */
  holdsBack: present,
  /**
   * For messages that come from an outbox or a delay queue and are old on arrival: the longest wait of one
   * here, in seconds. Absent elsewhere; there the largest age is this wait.
   */
  waitedHere: count.optional(),
  /** For a service whose version changes; absent elsewhere. */
  rollout: rolloutResult.optional(),
  /** Present if all messages that it dead-letters are read or passed on. */
  passesOn: present,
});
/** Figures of a subject beyond those of requests and edges: a topic, its group, a saga. Pooled over replications. */
export type MeteredResult = z.output<typeof meteredResult>;
