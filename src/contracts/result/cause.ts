import type { z } from 'zod';
import { figure, number, oneOf, shape, share, text } from './shapes.js';

const causeKind = oneOf(
  'fault',
  'rollout',
  'load',
  'capacity',
  'collections',
  'coldStarts',
  'locks',
  'leak',
  'poison',
  'hotKeys',
  'limit',
  'scaling',
  'start',
  'errors',
  'retries',
  'hedges',
  'cacheFill',
  'probes',
  'setting',
  'rebalances',
  'redeliveries',
  'breakers',
  'outliers',
  'timeouts',
  'fallbacks',
);
/**
 * Kinds of causes. A cause is something that could be taken away or changed, so that a run without it proves it; the
 * intervention that does so has the same kind and subject.
 *
 * - `fault`: a fault of the scenario. Subject: its id.
 * - `rollout`: a new version. Subject: the component.
 * - `load`: a planned change of the load, or a load that is too high from the start. Subject: the workload.
 * - `capacity`: a resource whose ceiling the load meets. Subject: the component; `resource` names which.
 * - `collections`: pauses of the garbage collector. Subject: the component.
 * - `coldStarts`: instances that are slow after their start. Subject: the component.
 * - `locks`: waits for a lock. Subject: the component that holds the locks.
 * - `leak`: memory or connections that are never given back. Subject: the component.
 * - `poison`: a message that its consumer can never process. Subject: the queue or topic.
 * - `hotKeys`: values of a key that send most messages to one partition. Subject: the topic.
 * - `limit`: refusals by design: a quota, a rate limit, a 404. Subject: the component, endpoint or edge that refuses.
 * - `scaling`: an autoscaler that is too slow, or takes instances away. Subject: the component.
 * - `start`: fewer instances at the start than an autoscaler gives a component for the same load. Subject: the component.
 * - `errors`: a component that fails requests by itself, without a fault. Subject: the component.
 * - `retries`, `hedges`, `cacheFill`, `probes`, `rebalances`, `redeliveries`: work that failures cause, and that
 *   keeps them up. Subject: the edge, the cache, the component, the topic or the queue.
 * - `breakers`, `outliers`: a circuit breaker or outlier detection that refuses or excludes what would work. Subject: the
 *   edge.
 * - `timeouts`, `fallbacks`: a limit on the time of calls, or work done instead of failed ones. Subject: the edge, or the
 *   endpoint with a time limit of its own.
 * - `setting`: another value of a setting, which is only ever a remedy. Subject: its path.
 */
export type CauseKind = z.output<typeof causeKind>;

const resource = oneOf(
  'workers',
  'cores',
  'connections',
  'queue',
  'memory',
  'bandwidth',
  'consumers',
  'segments',
  'concurrency',
  'relay',
);
/** A resource with a ceiling. */
export type Resource = z.output<typeof resource>;

const unit = oneOf('share', 'perSecond', 'times', 'count', 'seconds');
/** Units of the figure of a cause. */
export type CauseUnit = z.output<typeof unit>;

/** A cause by name, as the account and the interventions share it. */
export const causeRef = {
  kind: causeKind,
  subject: text,
  /** Of `capacity` only. */
  resource: resource.optional(),
};

const known = oneOf('proved', 'likely', 'guess');
/**
 * How a cause is known. `proved`: the same runs without it have less harm. `likely`: the requests that fail or are slow
 * lead to it. `guess`: only its time and its place speak for it.
 */
export type Known = z.output<typeof known>;

export const knownCause = shape({
  ...causeRef,
  /** `cause`: users degrade because of it. `amplifier`: it makes worse a degradation that has begun. */
  role: oneOf('cause', 'amplifier'),
  /** Id of the fault, or of the rollout among the faults. */
  fault: text.optional(),
  /** Seconds from the end of the warm-up: its start; its end, or null if it lasts to the end of the run. */
  at: number,
  until: figure,
  /** The cause in words: `bank 8x slower`, `the load of users rises from 100/s to 400/s`. */
  text,
  /** Its main figure: by how many times the load grows, the rate that a resource can serve, the share that fails. */
  value: figure,
  unit: unit.nullable(),
  /** The mechanism by which it first degrades a component or the users. */
  mechanism: text.nullable(),
  /** The measurement that speaks for it; empty = its time and its place alone. */
  evidence: text,
  /**
   * Its part of the failed and slow requests of users; null if they do not show it. The parts of all causes are at most
   * 1 together. Where runs without it exist they give it.
   */
  share: share.nullable(),
  /** Share of these requests that runs without it do not have; absent without such runs. */
  averted: share.optional(),
  // Documents of earlier versions hold what was inferred.
  known: known.default('likely'),
});
/** A cause in the result, with how it is known. */
export type KnownCause = z.output<typeof knownCause>;

/** A cause in the account of a run, in order of time. */
export type CauseFact = Omit<KnownCause, 'known'>;

/** A cause by name, as the account and the interventions share it. */
export type CauseRef = Pick<KnownCause, 'kind' | 'subject' | 'resource'>;
