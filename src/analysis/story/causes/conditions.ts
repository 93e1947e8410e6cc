import type { CauseRef, Resource } from '../../../spec/result/cause.js';
import type { RunRecord } from '../../../spec/record/record.js';
import type { Lane } from '../../measure/lanes.js';
import { mergeSegments } from '../../measure/sums.js';
import { bySteps, stepAt } from '../../measure/steps.js';
import { meanOf } from '../../../kernel/distribution.js';
import { meanSteps, sumSteps } from '../links.js';
import { hasNoWorkerLeft, saturatedShare, SATURATED } from '../saturation.js';
import type { Scene } from '../scene.js';
import {
  formatCount,
  formatNumber,
  formatRate,
  formatSeconds,
  formatShare,
} from '../../../text/figures.js';
import type { Candidate, Growth } from './candidate.js';
import { ownFailures } from './suspects.js';

/** Growth of a load from which it explains a degradation. */
const GROWN = 1.1;
/** Steps over which a load is averaged. */
const RATE_STEPS = 10;
/** Steps by which an effect may precede the step in which its cause is known. */
const SLACK = 2;
/** Share of the steps in which a component must be full for its capacity to be the cause. */
const FULL = 0.3;
const MOST = 0.5;
/** A component that uses less of its cores than this has none to spare only because it stops. */
const SPARE = 0.8;

/** A load in requests per second, over steps [from, until). */
export function rateOf(
  { lanes, steps }: Scene,
  workload: number,
  from: number,
  until: number,
): number {
  const first = Math.max(0, from);
  const last = Math.min(steps.count, until);
  if (last <= first) return 0;
  const own = lanes.filter(({ component, workers }) => workers === 0 && component === workload);
  const arrivals = own.reduce((sum, lane) => sum + sumSteps(lane.arrivals, first, last), 0);
  let ns = 0;
  for (let step = first; step < last; step++) ns += steps.lengthNs[step];
  return (arrivals / ns) * 1e9;
}

/** The planned growth of the loads by the start of a degradation, the largest first. */
export function growthsBy(scene: Scene, onset: number): readonly Growth[] {
  const { data, steps, loads } = scene;
  const workloads = [...new Set(data.requests.map((part) => data.plan.parts[part].component))];
  const rises = loads.risesNs
    .map((at) => stepAt(steps, at))
    .filter((step) => step <= onset + SLACK);
  const last = rises[rises.length - 1];
  return workloads
    .flatMap((workload): readonly Growth[] => {
      if (last !== undefined) {
        const before = rateOf(scene, workload, last - RATE_STEPS, last);
        const until = Math.max(last + SLACK, Math.min(onset + SLACK, last + RATE_STEPS));
        const after = Math.max(
          rateOf(scene, workload, last + 1, until),
          rateOf(scene, workload, onset, onset + SLACK),
        );
        if (after > GROWN * before)
          return [
            {
              workload,
              before,
              after,
              step: last,
              isSudden: loads.jumpsNs.some((at) => stepAt(steps, at) === last),
            },
          ];
      }
      if (!grows(scene, workload)) return [];
      const before = rateOf(scene, workload, 0, SLACK);
      const after = rateOf(scene, workload, onset - SLACK, onset + SLACK);
      const isLater = onset > 2 * SLACK;
      return isLater && after > GROWN * before
        ? [{ workload, before, after, step: 0, isSudden: false }]
        : [];
    })
    .sort((a, b) => b.after - b.before - (a.after - a.before) || a.workload - b.workload);
}

/** Whether a load is planned to change: others differ by chance, or follow the responses. */
function grows({ data }: Scene, workload: number): boolean {
  return data.plan.loads.some(
    ({ component, arrivals }) => component === workload && PLANNED.has(arrivals.kind),
  );
}

const PLANNED: ReadonlySet<string> = new Set(['stages', 'burst', 'sinusoid', 'at']);

/** The resource of a component that is used up, in words; null if none is for long enough. */
export function ceilingOf(
  scene: Scene,
  lane: Lane,
  from: number,
  until: number,
): { readonly resource: Resource; readonly text: string } | null {
  const found = scene.saturations.get(lane);
  const isFull =
    saturatedShare(lane, from, until) >= FULL ||
    (found !== undefined && found.from < until && found.until > from);
  if (!isFull) return null;
  let workers = 0;
  let cores = 0;
  let queue = 0;
  for (let step = from; step < until; step++) {
    if (hasNoWorkerLeft(lane, step)) workers++;
    if (lane.cpu[step] >= SATURATED * lane.cores * lane.up[step]) cores++;
    queue = Math.max(queue, lane.queueMax[step] ?? 0);
  }
  const queued =
    Number.isFinite(lane.queueCapacity) && lane.queueCapacity > 0 && queue >= lane.queueCapacity
      ? `, queue of ${formatCount(lane.queueCapacity)} full`
      : '';
  if (cores > 0 && cores >= workers && Number.isFinite(lane.cores)) {
    const all = formatNumber(lane.cores * lane.up[from]);
    return {
      resource: 'cores',
      text: `${all} of ${all} cores of ${lane.name} are in use${queued}`,
    };
  }
  if (workers > 0) {
    const all = formatCount(Math.round(lane.workers * lane.up[from]));
    return {
      resource: 'workers',
      text: `${all} of ${all} workers of ${lane.name} are in use${queued}`,
    };
  }
  const waiting = scene.lanes.some(() => sumSteps(lane.poolWaiting, from, until) > 0);
  if (waiting)
    return { resource: 'connections', text: `calls wait for connections of ${lane.name}` };
  return sumSteps(lane.shed, from, until) > 0
    ? { resource: 'queue', text: `${lane.name} refuses what exceeds its limit` }
    : null;
}

/** The rate that a component completes while it is full, in requests per second. */
export function servedRate({ steps }: Scene, lane: Lane, from: number, until: number): number {
  let ns = 0;
  for (let step = from; step < until; step++) ns += steps.lengthNs[step];
  return ns > 0 ? (sumSteps(lane.succeeded, from, until) / ns) * 1e9 : 0;
}

/**
 * Causes without a fault at the deepest degraded component: pauses of its collector, waits for locks, refusals by a
 * limit, an autoscaler that is late, a ceiling with the load that meets it, or its own errors. Several may act together;
 * the first is the one without which the others do no harm.
 */
export function conditionsAt(
  scene: Scene,
  record: RunRecord,
  lane: Lane,
  from: number,
  until: number,
): readonly Candidate[] {
  const { plan } = scene.data;
  const component = plan.components[lane.component];
  const one = (ref: CauseRef, evidence: string, step = from): Candidate => ({
    ref,
    suspect: null,
    lane,
    from: step,
    evidence,
  });
  const name = component.name;
  const growths = growthsBy(scene, from);
  const loads = growths.slice(0, 1).map((growth): Candidate => {
    const subject = plan.components[growth.workload].name;
    return { ...one({ kind: 'load', subject }, '', growth.step), growth };
  });
  const pause = component.gc === null ? 0 : meanOf(component.gc.pause) / 1e9;
  const isSpare = meanSteps(lane.cpu, from, until) < SPARE * lane.cores;
  if (pause >= PAUSED * slowestOf(lane, from, until) && pause > 0 && isSpare)
    return [
      one({ kind: 'collections', subject: name }, `each pause takes ${formatSeconds(pause)}`),
      ...loads,
    ];
  const fill = coldCache(scene, record, lane, from, until);
  if (fill !== null) return [one({ kind: 'cacheFill', subject: fill.cache }, fill.text)];
  const wait = lockWait(scene, record, lane.component);
  if (wait !== null) return [one({ kind: 'locks', subject: name }, wait), ...loads];
  const bad = sumSteps(lane.arrivals, from, until) - sumSteps(lane.good, from, until);
  if (sumSteps(lane.overRate, from, until) >= MOST * bad && bad > 0)
    return [
      one(
        { kind: 'limit', subject: name },
        `${formatShare(bad / sumSteps(lane.arrivals, from, until))} of its requests exceed its rate limit`,
      ),
      ...loads,
    ];
  const ceiling = ceilingOf(scene, lane, from, until);
  if (ceiling !== null) {
    const full = one({ kind: 'capacity', subject: name, resource: ceiling.resource }, ceiling.text);
    const isSudden = growths.some((growth) => growth.isSudden);
    const scaled =
      component.autoscaling === null ? [] : [one({ kind: 'scaling', subject: name }, ceiling.text)];
    if (scaled.length > 0) return isSudden ? [...scaled, ...loads] : [...scaled, full, ...loads];
    return isSudden ? [...loads, full] : [full, ...loads];
  }
  const pooled = scene.links.find(
    (link) => link.caller === lane && meanSteps(link.waiting, from, until) >= 1,
  );
  if (pooled !== undefined) {
    const ref = { kind: 'capacity', subject: pooled.callee.name, resource: 'connections' } as const;
    return [one(ref, `${name} waits for connections to ${pooled.callee.name}`), ...loads];
  }
  if (
    ownFailures(scene, lane, from, until) >=
      MOST * (bad / Math.max(1, sumSteps(lane.arrivals, from, until))) &&
    sumSteps(lane.errors, from, until) > 0
  )
    return [
      one(
        { kind: 'errors', subject: name },
        `it fails ${formatShare(ownFailures(scene, lane, from, until))} of its requests itself`,
      ),
    ];
  return loads;
}

/** Part of the slowest p95 that a pause of the collector must explain. */
const PAUSED = 0.2;

function slowestOf(lane: Lane, from: number, until: number): number {
  let slowest = 0;
  for (let step = from; step < until; step++)
    if (lane.latency[step] > slowest) slowest = lane.latency[step];
  return slowest;
}

/** Growth of the requests to a component that a cache explains, and the fall of its hit ratio. */
const FILLED = 1.5;
const COLDER = 0.2;

/** A cache whose entries are missing, so that its misses load a component although the users' load is the same. */
function coldCache(
  scene: Scene,
  record: RunRecord,
  lane: Lane,
  from: number,
  until: number,
): { readonly cache: string; readonly text: string } | null {
  const { data, steps } = scene;
  const before = Math.max(0, from - RATE_STEPS);
  if (
    !(from > before) ||
    !(meanSteps(lane.arrivals, from, until) > FILLED * meanSteps(lane.arrivals, before, from))
  )
    return null;
  for (const { component } of data.plan.caches) {
    const countsOf = (meter: string): Float64Array =>
      bySteps(
        record.meters.flatMap((own) =>
          own.name === meter && own.component === component && own.form === 'counter'
            ? [own.counts]
            : [],
        ),
        steps,
      );
    const [hits, reads] = [countsOf('hits'), countsOf('reads')];
    const ratio = (a: number, b: number): number => sumSteps(hits, a, b) / sumSteps(reads, a, b);
    const [was, is] = [ratio(before, from), ratio(from, until)];
    if (was - is >= COLDER)
      return {
        cache: data.plan.components[component].name,
        text: `it finds ${formatShare(is)} of the values, ${formatShare(was)} before`,
      };
  }
  return null;
}

/** Part of the latency that must be waiting for a lock. */
const LOCKED = 0.3;

/** How long requests wait for the locks of a component, in words; null if that is not most of their time. */
function lockWait({ data, lanes }: Scene, record: RunRecord, component: number): string | null {
  const meters = record.meters.filter(
    (meter) => meter.name === 'lockWait' && meter.component === component,
  );
  for (const meter of meters) {
    if (meter.form !== 'durations') continue;
    const waits = mergeSegments([meter.segments], data.whole.segments);
    const p95 = waits.quantile(0.95);
    const lane = lanes.find((own) => own.component === component)!;
    const latency = Math.max(...[...lane.latency].filter((value) => !Number.isNaN(value)), 0);
    if (p95 !== null && p95 / 1e9 >= LOCKED * latency && latency > 0)
      return `p95 of the wait ${formatSeconds(p95 / 1e9)}`;
  }
  return null;
}
