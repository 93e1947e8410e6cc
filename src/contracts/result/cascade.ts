import type { z } from 'zod';
import { knownCause } from './cause.js';
import { estimate } from './estimate.js';
import {
  count,
  figure,
  isInOrder,
  list,
  mapping,
  number,
  oneOf,
  present,
  shape,
  share,
  text,
  type ShapeValues,
} from './shapes.js';

const healthState = oneOf('ok', 'degraded', 'failing', 'down');
export type HealthState = z.output<typeof healthState>;

export const runVerdict = oneOf(
  'untouched',
  'recovered',
  'slowRecovery',
  'metastable',
  'overloaded',
  'lost',
  'undecided',
);
/** How a run ends, see docs/analysis.md. */
export type RunVerdict = z.output<typeof runVerdict>;

const endReason = oneOf(
  'noLoss',
  // Nothing changes in the run: its faults last for all of it, so they are part of the usual conditions.
  'background',
  'back',
  // Goodput is back while a fault lasts, to the end of the run.
  'during',
  'amplified',
  'repeated',
  'wasted',
  'restarts',
  'redeliveries',
  'load',
  'instances',
  'connections',
  'poison',
  'faultStays',
  'releaseStays',
  // No request before trouble gives a baseline.
  'noBaseline',
  // The fault begins right before the end, lasts to the end, or the run ends soon after it; no request comes after it.
  'tooLate',
  'faultLasts',
  'tooShort',
  'noRequests',
  // Goodput rises, or the backlog falls (`value`: by this share).
  'rises',
  'drains',
  // Instances that are still to be restarted, or came back only at the end; a breaker that has not tried again.
  'returning',
  'breakerOpen',
  // A full component still gets more instances.
  'scaling',
  // The load is close to the capacity (`value`).
  'nearCapacity',
  // No ceiling and no loop is known; the load is larger than before trouble, by the factor `value`, or as before.
  'higherLoad',
  'unexplained',
);
/**
 * The reason of a verdict. Of `metastable`: `amplified` (`value`: attempts per user request, as a multiple of those while
 * it was healthy; null = none then), `repeated` (no user sends a new request), `wasted` (`value`: share of the work that no
 * caller uses), `restarts`, `redeliveries` (`value`: per message; null = none is handled for the first time). Of
 * `overloaded`: `load` (`value`: share of the capacity that first attempts need). Of `lost`: `instances`, `connections`,
 * `poison`, `faultStays` (a fault without an end), `releaseStays` (`subject`: a version that was promoted). Of
 * `untouched`, `recovered` and `slowRecovery`: `noLoss`, `background`, `back`, `during`. The others are of `undecided`.
 */
export type EndReason = z.output<typeof endReason>;

const endingShape = shape({
  verdict: runVerdict,
  reason: endReason,
  subject: text.nullable(),
  value: figure,
});
/** A verdict with its reason, and the component (or topic, or instance) that decides it. */
export type Ending = z.output<typeof endingShape>;

const eventFigure = shape({
  metric: oneOf('success', 'goodput', 'latency', 'unanswered', 'workers', 'queue', 'waiting'),
  value: count,
  unit: oneOf('share', 'seconds', 'count'),
  usual: count.optional(),
  /** Seconds until which it counts, from the event on; absent if the figure is that of an instant. */
  until: number.optional(),
});
/** The figure of a degradation. `usual` is its value before the first fault, if that is known. */
export type EventFigure = z.output<typeof eventFigure>;

/** What happens at a component, as a whole or as the first thing that gives in. */
export const eventKind = oneOf(
  'fault',
  'faultEnd',
  'saturated',
  'degraded',
  'failing',
  'down',
  'breakerOpen',
  'breakerClosed',
  'ejected',
  // Probes remove instances from the endpoint lists of their callers.
  'unready',
  // A registry removes instances.
  'unlisted',
  // A registry stops to evict or to answer; or does so again.
  'registry',
  'registryBack',
  // A new version gets a larger share of the requests, or its rollout is stopped.
  'rollout',
  // An autoscaler changes the number of instances.
  'scaledUp',
  'scaledDown',
  // Instances wait for room on a node; one is added or removed; a node is given up after its death.
  'pending',
  'node',
  'nodeLost',
  // A disruption budget keeps instances on a node that is drained, to the end of the drain.
  'kept',
  // A consumer group is reset to older or newer messages, as the scenario plans.
  'replay',
  'backlog',
  // All connections of a pool are in use and callers wait for one.
  'poolFull',
  // A full queue, or the alarm of a broker, lets publishers wait.
  'blocked',
  // Processes die without a fault that stops them.
  'killed',
  // More reads than before miss earlier writes.
  'stale',
  // Sagas that are stuck, inconsistent or lost.
  'unsettled',
  // More sagas than before are undone.
  'cancelled',
  // Messages that never take effect.
  'lost',
  // Commits that a database had confirmed and no longer has.
  'lostCommits',
  // Messages that take effect twice, or that are dead-lettered.
  'repeated',
  'deadLettered',
  // Requests that are not idempotent and that are executed to the end more than once.
  'doneTwice',
  // A replica becomes the primary.
  'promoted',
  'returned',
  'recovered',
  'notRecovered',
);

const storyEvent = {
  at: number,
  kind: eventKind,
  subject: text,
  /** For recovered and notRecovered: the state that ended, or did not, if it is not a health state. */
  ends: oneOf('backlog', 'stale', 'blocked').optional(),
  /** Of the end of the last of many degradations: how many there are; those between the first ones and it are left out. */
  episodes: count.optional(),
  /** Of a backlog: it grows before any fault. */
  isChronic: present,
  /** Of a backlog: the component where it is, then those that handle it. */
  places: list(text).optional(),
  /** Of the start of a fault of a zone: components with all of their instances in it. */
  takes: list(text).optional(),
  /** Subject that caused it, and by which mechanism. */
  cause: text.nullable(),
  mechanism: text.nullable(),
  /** Text with its number: `64 of 64 workers wait for psp`. */
  text,
  /** The text without its detail, where it has one: the fault alone, the verb alone, the figure alone. */
  head: text.optional(),
  /** The rest of such a text: an effect on the target, a consequence, counts. */
  detail: text.optional(),
  /** The figure that a degradation is reported with. */
  figure: eventFigure.optional(),
};

const cascadeEvent = shape({
  ...storyEvent,
  /** Replications in which the same happens: for degradation at the same time, for other events at any time. */
  runs: count,
});
/** An event of replication 0. */
export type CascadeEvent = z.output<typeof cascadeEvent>;

/** An event in one run. */
export type StoryEvent = Omit<CascadeEvent, 'runs'>;

const influenceShape = shape({
  from: text,
  to: text,
  at: number,
  /**
   * calleeTimeout, calleeError, queueFull, queueWait, poolWait, heldConnections, heldLocks, breakerOpen, noInstance,
   * limited, netLoss, lostMessages, slowNetwork, deadline, blockedSlots, slow, abandoned, cacheMisses, retryLoad,
   * hedgeLoad.
   */
  mechanism: text,
  /** Share of the failed or slow attempts on the edge that have this mechanism. */
  share,
  text,
});
export type Influence = z.output<typeof influenceShape>;

const span = shape({ from: number, until: number, state: healthState }).check(isInOrder);

const cascadeResultFields = {
  /** Events of replication 0, which the timeline shows. */
  events: list(cascadeEvent),
  /** Intervals of degradation in replication 0, by component (or workload request). */
  states: mapping(list(span)),
  /** Influences; the effect flows from `from` to `to`. */
  influences: list(influenceShape),
  /**
   * Feedback loops over the influences, from the first caller to the last callee. With `restarts`: a single
   * component whose processes die again after they restart.
   */
  loops: list(shape({ through: list(text), mechanism: text })),
  /** Number of components that were ever degraded, excluding the faulted ones; over replications. */
  blastRadius: estimate(count),
  /** Length of the longest chain of influences. */
  depth: count,
  /** Degraded parts that do not use the faulted component. */
  collateral: list(text),
  goodputLost: estimate(number),
  /** By replication. */
  verdicts: list(runVerdict),
  /** Why, by replication. */
  endings: list(endingShape),
  /** Share of replications that are metastable. */
  metastable: share,
  /**
   * Components that are degraded in other replications but not in replication 0, with the number of those
   * replications.
   */
  elsewhere: list(shape({ subject: text, runs: count })),
  /** Causes of the degradations of users in replication 0, in order of time. */
  causes: list(knownCause),
  /** Faults without a harmful effect in most replications: id, and why it is considered harmless. */
  innocent: list(shape({ fault: text, reason: text })),
  /** Summary of the cascade in one sentence. */
  sentence: text,
};
/** Cascade of failures in a variant: the first degradation, how it spread, which components it reached, and its end. */
export interface CascadeResult extends ShapeValues<typeof cascadeResultFields> {}
export const cascadeResult: z.ZodType<CascadeResult> = shape(cascadeResultFields);
