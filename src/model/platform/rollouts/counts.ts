import { invariant } from '../../../kernel/invariant.js';
/** Numbers of replicas of the two versions. */
export interface Pair {
  readonly old: number;
  readonly next: number;
}

/** The desired and the available replicas of both versions; available means ready for long enough. */
export interface State {
  readonly wanted: Pair;
  readonly available: Pair;
}

/** Allowed deviation from the desired number of replicas. */
export interface Slack {
  readonly desired: number;
  readonly surge: number;
  readonly unavailable: number;
}

/**
 * The next step of a rolling update: adds new replicas up to the surge limit, else removes old ones as far as enough
 * others are available, unready ones first (kubernetes pkg/controller/deployment rolling.go, NewRSNewReplicas,
 * reconcileOldReplicaSets).
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
 * The counts after a change of the desired number during a rolling update: both versions change in proportion to their
 * sizes, and what rounding leaves goes to the larger one (kubernetes pkg/controller/deployment sync.go, scale;
 * deployment_util.go, GetReplicaSetProportion). `before`: the slack until now.
 */
export function proportionalStep({ wanted, available }: State, before: Slack, now: Slack): Pair {
  const { desired, surge } = now;
  if (wanted.old === 0) return { old: 0, next: desired };
  if (wanted.next === 0) return { old: desired, next: 0 };
  const isSaturated = wanted.next === before.desired && available.next === before.desired;
  if (isSaturated && desired === before.desired) return { ...wanted, old: 0 };
  const most = desired + surge;
  const more = most - wanted.old - wanted.next;
  const byShare = (size: number): number =>
    Math.round((size * most) / (before.desired + before.surge)) - size;
  // The larger one first; of equal ones the new one grows first, the old one shrinks first.
  const isOldFirst = wanted.old > wanted.next || (wanted.old === wanted.next && more < 0);
  const sizes = isOldFirst ? [wanted.old, wanted.next] : [wanted.next, wanted.old];
  let left = more;
  const changed = sizes.map((size) => {
    const by = more > 0 ? Math.min(byShare(size), left) : Math.max(byShare(size), left);
    left -= by;
    return size + by;
  });
  const larger = Math.max(0, changed[0] + left);
  invariant(more > 0 ? left >= 0 : left <= 0, 'shares of a change do not exceed it');
  return isOldFirst ? { old: larger, next: changed[1] } : { old: changed[1], next: larger };
}

/**
 * The next step towards a share of the replicas: the old version is filled up first, and both shrink only as far as
 * enough others are available (argo-rollouts utils/replicaset/canary.go, CalculateReplicaCountsForBasicCanary).
 */
export function shareStep(state: State, share: number, slack: Slack): Pair {
  const { wanted, available } = state;
  const { desired, surge, unavailable } = slack;
  const goal = nearest(desired, share, surge);
  let room = desired + surge - wanted.old - wanted.next;
  const up = (have: number, want: number): number => {
    const more = Math.max(0, Math.min(want - have, room));
    room -= more;
    return have + more;
  };
  let old = up(wanted.old, goal.old);
  let next = up(wanted.next, goal.next);
  // The growing version counts only its available replicas, the shrinking one all that are wanted.
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

/**
 * The counts whose ratio is nearest to a share, with one extra replica if the surge allows it. A version that gets any
 * requests has at least one replica (approximateWeightedCanaryStableReplicaCounts).
 */
export function nearest(desired: number, share: number, surge: number): Pair {
  const most = up(desired * share);
  const least = Math.floor(desired * share + ROUNDING);
  const mayBeAll = share >= 1 || share <= 0 || (desired === 1 && surge === 0);
  const options: { readonly next: number; readonly all: number }[] = [];
  const isTied = (all: number): boolean => Math.abs(((all * share) % 1) - 0.5) < ROUNDING;
  if (most < desired || mayBeAll) options.push({ next: most, all: desired });
  if (!isTied(desired) && (least > 0 || mayBeAll)) options.push({ next: least, all: desired });
  if (surge > 0) {
    options.push({ next: most, all: desired + 1 });
    if (!isTied(desired + 1) && (least > 0 || mayBeAll)) {
      options.push({ next: least, all: desired + 1 });
    }
  }
  const off = ({ next, all }: { readonly next: number; readonly all: number }): number =>
    Math.abs(next / all - share);
  let best = options[0] ?? { next: 0, all: desired };
  for (const option of options) if (off(option) < off(best) - ROUNDING) best = option;
  invariant(
    best.next >= 0 && best.next <= best.all,
    'a version has a share of the instances that are wanted',
  );
  return { next: best.next, old: best.all - best.next };
}

/** Number of replicas of a new version when a traffic router sets its share of the requests. */
export function besideOld(desired: number, share: number): number {
  return up(desired * share);
}

/** Absorbs the rounding errors of decimal fractions, so they add no replica. */
const ROUNDING = 1e-9;

function up(value: number): number {
  return Math.max(0, Math.ceil(value - ROUNDING));
}
