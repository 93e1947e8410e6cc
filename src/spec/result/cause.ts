/**
 * Kinds of causes. A cause is something that could be taken away or changed, so that a run without it proves it; the
 * intervention that does so has the same kind and subject.
 *
 * - `fault`: a fault of the scenario. Subject: its id.
 * - `rollout`: a new version. Subject: the component.
 * - `load`: a planned change of the load, or a load that is too high from the start. Subject: the workload.
 * - `capacity`: a resource whose ceiling the load meets. Subject: the component; `resource` names which.
 * - `collections`: pauses of the garbage collector. Subject: the component.
 * - `locks`: waits for a lock. Subject: the component that holds the locks.
 * - `leak`: memory or connections that are never given back. Subject: the component.
 * - `poison`: a message that its consumer can never process. Subject: the queue or topic.
 * - `limit`: refusals by design: a quota, a rate limit, a 404. Subject: the component or edge that refuses.
 * - `scaling`: an autoscaler that is too slow, or takes instances away. Subject: the component.
 * - `errors`: a component that fails requests by itself, without a fault. Subject: the component.
 * - `retries`, `hedges`, `cacheFill`, `probes`, `rebalances`: work that failures cause, and that keeps them up.
 *   Subject: the edge, the cache, the component or the topic.
 */
export type CauseKind =
  | 'fault'
  | 'rollout'
  | 'load'
  | 'capacity'
  | 'collections'
  | 'locks'
  | 'leak'
  | 'poison'
  | 'limit'
  | 'scaling'
  | 'errors'
  | 'retries'
  | 'hedges'
  | 'cacheFill'
  | 'probes'
  | 'rebalances';

/** A resource with a ceiling. */
export type Resource = 'workers' | 'cores' | 'connections' | 'queue' | 'memory' | 'bandwidth';

/** A cause by name, as the account and the interventions share it. */
export interface CauseRef {
  readonly kind: CauseKind;
  readonly subject: string;
  /** Of `capacity` only. */
  readonly resource?: Resource;
}
