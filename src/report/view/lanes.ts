import type { VariantResult } from '../../contracts/result/result.js';
import type { HealthState } from '../../contracts/result/cascade.js';
import { byCodeUnit } from '../../text/order.js';
import { degradedIntervals, depthsOf, isServer, type View } from './view.js';
import { backlogsAt, backlogsOf, type Backlog } from './waiting.js';

/** A lane: one component or request, and its degraded intervals. */
export interface Lane {
  readonly subject: string;
  readonly words: string;
  readonly user: boolean;
  readonly intervals: readonly {
    readonly from: number;
    readonly until: number;
    readonly state: HealthState;
  }[];
  /** Work that waits for a component. */
  readonly backlogs: readonly Backlog[];
}

/** Whether its component or request degrades at some time. */
export function isDegradedLane({ intervals }: Lane): boolean {
  return intervals.length > 0;
}

const MECHANISM_WORDS: ReadonlyMap<string, string> = new Map([
  ['calleeTimeout', 'timeouts'],
  ['calleeError', 'errors'],
  ['queueFull', 'queue full'],
  ['queueWait', 'queueing'],
  ['poolWait', 'pool wait'],
  ['heldConnections', 'connections held'],
  ['heldLocks', 'rows locked'],
  ['cacheMisses', 'cache misses'],
  ['breakerOpen', 'breaker open'],
  ['noInstance', 'no instance'],
  ['limited', 'limited'],
  ['netLoss', 'connections'],
  ['lostMessages', 'loss'],
  ['slowNetwork', 'network'],
  ['deadline', 'deadline'],
  ['blockedSlots', 'slots blocked'],
  ['retryLoad', 'retries'],
  ['hedgeLoad', 'hedges'],
]);

/** Name of a mechanism on an arrow. */
export function mechanismWords(mechanism: string): string {
  return MECHANISM_WORDS.get(mechanism) ?? mechanism;
}

/**
 * Lanes: users, then the components that degrade, the first one lowest, so that a failure climbs to its users; then the
 * healthy ones. Of many components, only those that degraded or that an arrow touches. A backlog is in the lane of the component that handles it, or, without one, in a lane of its own.
 */
export function lanesOf(view: View, variant: VariantResult): Lane[] {
  const { states, influences } = variant.cascade;
  const depth = depthsOf(view);
  const workloads = new Set<string>(
    view.result.topology.nodes.filter((n) => n.kind === 'workload').map((n) => n.name),
  );
  const touched = new Set(influences.flatMap((i) => [i.from, i.to]));
  const servers = view.result.topology.nodes.filter(isServer).map((n) => n.name);
  const intervalsOf = (name: string): Lane['intervals'] => degradedIntervals(variant, name);
  const drawn = servers.filter(
    (name) => servers.length <= 10 || intervalsOf(name).length > 0 || touched.has(name),
  );
  const apart = backlogsOf(variant).filter(
    ({ places }) => !drawn.some((name) => places.includes(name)),
  );
  const shown: string[] = [...drawn, ...new Set(apart.map(({ places }) => places[0]!))];
  // A healthy component is below all others.
  const onset = (name: string): number => intervalsOf(name)[0]?.from ?? -1;
  shown.sort(
    (a, b) => onset(b) - onset(a) || (depth.get(a) ?? 0) - (depth.get(b) ?? 0) || byCodeUnit(a, b),
  );
  const users = view.requests.filter((request) => request in states || !workloads.has(request));
  // Of too many, the first ones that degrade: there the failure begins.
  const first = new Set(shown.filter((name) => onset(name) >= 0).slice(-LANES));
  const chosen = shown.length <= LANES ? shown : shown.filter((name) => first.has(name));
  return [...users.slice(0, 6), ...chosen].map((subject) => ({
    subject,
    user: users.includes(subject),
    words: users.includes(subject) ? subject.replace('.', ': ') : subject,
    intervals: intervalsOf(subject),
    backlogs: backlogsAt(variant, subject),
  }));
}

/** Most components with a lane. */
const LANES = 20;

/**
 * The part of the run in which the failure spreads: from just before the fault to just after the last first onset.
 */
export function spreadWindow(view: View, variant: VariantResult): [number, number] | null {
  const start = view.headline?.spans[0]?.from ?? variant.cascade.influences[0]?.at;
  if (start === undefined) return null;
  const onsets = lanesOf(view, variant).flatMap((lane) =>
    lane.intervals.slice(0, 1).map((s) => s.from),
  );
  const arrows = variant.cascade.influences.map((i) => i.at);
  const until = view.headline?.spans[0]?.until ?? view.result.run.duration;
  const first = [...onsets, ...arrows].filter((at) => at >= start - 1e-9 && at <= until);
  if (first.length === 0) return null;
  const length = Math.max(8 * view.result.run.step, first.reduce((a, b) => Math.max(a, b)) - start);
  const window: [number, number] = [
    Math.max(0, start - length * 0.12),
    Math.min(view.result.run.duration, start + length * 1.25),
  ];
  return window[1] - window[0] < view.result.run.duration * 0.7 ? window : null;
}

/** ` (109,605 messages still wait at 900 s)`: what waits in a lane; empty without a backlog. */
export function backlogWords({ backlogs }: Lane): string {
  const last = backlogs[backlogs.length - 1];
  return last === undefined ? '' : ` (${last.words})`;
}
