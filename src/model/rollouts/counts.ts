/** How many there are to be of the two versions. */
export interface Pair {
  readonly old: number;
  readonly next: number;
}

/** How many there are to be of each, and how many of them are ready for long enough. */
export interface State {
  readonly wanted: Pair;
  readonly available: Pair;
}

/** How far the number of replicas may be from what it is to be. */
export interface Slack {
  readonly desired: number;
  readonly surge: number;
  readonly unavailable: number;
}

/**
 * The next step of a rolling update: new ones up to the surplus, else old ones go as far as others are ready, those that
 * are not ready first (kubernetes pkg/controller/deployment rolling.go, NewRSNewReplicas, reconcileOldReplicaSets).
 */
export function rollingStep(state: State, { desired, surge, unavailable }: Slack): Pair {
  const { wanted, available } = state;
  const total = wanted.old + wanted.next;
  const more = Math.min(desired + surge - total, desired - wanted.next);
  if (more > 0) return { ...wanted, next: wanted.next + more };
  const least = desired - unavailable;
  const most = total - least - (wanted.next - available.next);
  if (most <= 0) return wanted;
  const unhealthy = Math.min(most, wanted.old - available.old);
  const rest = wanted.old - unhealthy;
  const spare = Math.max(0, available.old + available.next - least);
  return { ...wanted, old: rest - Math.min(rest, spare) };
}

/**
 * The next step to a share of the replicas: both counts are rounded up, the old version is filled up first, and of both
 * goes as many as others are ready (argo-rollouts utils/replicaset/canary.go, CalculateReplicaCountsForCanary).
 */
export function shareStep(state: State, share: number, slack: Slack): Pair {
  const { wanted, available } = state;
  const { desired, surge, unavailable } = slack;
  const goal = sharesOf(desired, share);
  // Rounded up twice they are one more.
  const uneven = goal.old + goal.next > desired ? 1 : 0;
  let room = desired + surge + uneven - wanted.old - wanted.next;
  const up = (have: number, want: number): number => {
    const more = Math.max(0, Math.min(want - have, room));
    room -= more;
    return have + more;
  };
  let old = up(wanted.old, goal.old);
  let next = up(wanted.next, goal.next);
  // Those that are to go count with all that are wanted of the one that shrinks, ready or not.
  const isGrowing = goal.next >= wanted.next;
  const counted =
    (isGrowing ? Math.min(wanted.next, available.next) : wanted.next) +
    (isGrowing ? wanted.old : Math.min(wanted.old, available.old));
  let spare = counted - (desired - unavailable);
  const down = (have: number, now: number, want: number): number => {
    if (have <= want || spare <= 0) return now;
    const fewer = Math.min(have - want, spare);
    spare -= fewer;
    return have - fewer;
  };
  next = down(wanted.next, next, goal.next);
  old = down(wanted.old, old, goal.old);
  return { old, next };
}

/** How many replicas each version has at a share of the new one: at least one where it has any. */
export function sharesOf(desired: number, share: number): Pair {
  return { old: up(desired * (1 - share)), next: up(desired * share) };
}

function up(value: number): number {
  return Math.ceil(value - 1e-9);
}
