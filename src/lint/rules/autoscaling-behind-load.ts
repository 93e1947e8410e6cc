import { meanOf } from '../../kernel/distribution.js';
import { NS_PER_SECOND, type Ns } from '../../kernel/time.js';
import { editsOf } from '../../patterns/registry.js';
import type { Arrivals } from '../../contracts/scenario/arrivals.js';
import { followsRatio, type Autoscaling } from '../../contracts/scenario/autoscaling.js';
import type { Host } from '../../contracts/scenario/host.js';
import { levelAt } from '../../contracts/scenario/stages.js';
import type { Fault } from '../../contracts/scenario/scenario.js';
import type { Workload } from '../../contracts/scenario/workloads.js';
import { loadOf, type Load } from '../bottleneck.js';
import { rateOfInstance, sectionOf } from '../demand.js';
import { partsOf } from '../mixture.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { formatRate } from '../../text/figures.js';
import { timeText, yamlAt } from '../words.js';

/** Load that grows faster than an autoscaler reacts. */
export const autoscalingBehindLoad: Rule = {
  name: 'autoscaling-behind-load',
  severity: 'warning',
  reason:
    'New replicas serve requests only after the metric is read and they have started. Until then the old replicas serve the new load with the headroom they have.',
  remedy:
    'Leave more headroom (a lower `target`), keep more replicas (`min`), or start them faster.',
  check: (subject) => {
    const hosts = subject.hosts.filter(({ autoscaling }) => followsRatio(autoscaling));
    if (hosts.length === 0) return [];
    const loads = [...subject.scenario.workloads.values()].map(
      (workload) => [workload, loadOf(partsOf(subject, workload.name), subject)] as const,
    );
    return hosts.flatMap((host) => {
      const own = loads.filter(([, load]) => load.has(host.name));
      // If several workloads use a component, the load of the others at that time is unknown.
      return own.length === 1 ? judge(subject, host, own[0][0], own[0][1].get(host.name)!) : [];
    });
  },
};

/** Growth of a rate before a new replica can be ready. */
interface Growth {
  /** Time of its start, from the end of the warm-up. */
  readonly atNs: Ns;
  readonly from: number;
  readonly to: number;
  readonly withinNs: Ns;
}

function judge(subject: Subject, host: Host, workload: Workload, load: Load): readonly Finding[] {
  const { name, autoscaling, lifecycle } = host;
  if (!followsRatio(autoscaling) || autoscaling.max <= autoscaling.min) return [];
  const each = rateOfInstance(host, load.holdNs, load.workNs);
  const spare = spareOf(host, autoscaling, load, each);
  if (spare === null || each === Infinity) return [];
  const { schedulingDelay, imagePull } = subject.scenario.platform.placing;
  const placedNs = meanOf(schedulingDelay) + meanOf(imagePull);
  const startNs = placedNs + (lifecycle === null ? 0 : meanOf(lifecycle.startup));
  const lateNs = autoscaling.metricDelayNs + autoscaling.syncNs + startNs;
  // Capacity of the replicas that the autoscaler runs for the earlier load.
  const roomFor = ({ from, atNs }: Growth): number => {
    const asked = Math.ceil((from * spare) / each - ROUNDING);
    // The initial replicas stay until the first scale-down is possible.
    const isEarly = atNs < autoscaling.down.stabilizationNs;
    const least = isEarly ? Math.max(autoscaling.min, host.replicas) : autoscaling.min;
    return Math.min(autoscaling.max, Math.max(least, asked)) * each;
  };
  const growths = growthsOf(workload, subject.scenario.faults, lateNs);
  const worst = growths
    .filter((growth) => growth.to > roomFor(growth) * (1 + SLACK))
    .sort((a, b) => b.to / roomFor(b) - a.to / roomFor(a))[0];
  if (worst === undefined) return [];
  const room = roomFor(worst);
  // Even the largest number of replicas has no more capacity.
  if (room >= autoscaling.max * each) return [];
  const path = [sectionOf(subject.scenario, name), name, 'autoscaling'];
  const { metricDelayNs, syncNs } = autoscaling;
  const why = [
    ...(metricDelayNs === 0 ? [] : [`metrics ${timeText(metricDelayNs)} old`]),
    `a look every ${timeText(syncNs)}`,
    ...(startNs === 0 ? [] : [`a start of ${timeText(startNs)}`]),
  ];
  const within = worst.withinNs === 0 ? 'at once' : `within ${timeText(worst.withinNs)}`;
  return [
    {
      path,
      entities: [name, workload.name],
      message: `${workload.name} grows faster than the autoscaler of ${name} can answer`,
      measured: `from ${formatRate(worst.from)} to ${formatRate(worst.to)} ${within}`,
      limit: `${formatRate(room)} for up to ${timeText(lateNs)}: ${why.join(', ')}`,
      fix: yamlAt(path, `min: ${Math.min(autoscaling.max, Math.ceil(worst.to / each))}`),
    },
  ];
}

/** Tolerance for rounding errors, which must not add a replica. */
const ROUNDING = 1e-9;
/** Small excess that a queue absorbs. */
const SLACK = 0.05;

/**
 * Ratio of the capacity of the replicas to the load for which the autoscaler runs them; null if all metrics react
 * only to overload.
 */
function spareOf(
  host: Host,
  { metrics }: Autoscaling,
  { workNs, holdNs }: Load,
  each: number,
): number | null {
  const spares = metrics.map(({ metric, target }) => {
    switch (metric) {
      case 'cpu':
        // CPU utilization, relative to the request, at which an instance is saturated.
        return (each * workNs) / NS_PER_SECOND / (host.cpuRequest ?? host.cpu.cores) / target;
      case 'concurrency':
        return (each * holdNs) / NS_PER_SECOND / target;
      case 'rate':
        return each / target;
      case 'queue':
      case 'lag':
      case 'latency':
        return null;
    }
  });
  const known = spares.filter((spare) => spare !== null);
  return known.length === 0 ? null : Math.max(...known);
}

/** Growth of a workload within this time: by its stages, bursts and faults that add load. */
function growthsOf(
  { name, arrivals }: Workload,
  faults: readonly Fault[],
  lateNs: Ns,
): readonly Growth[] {
  const growths: Growth[] = [];
  if (arrivals.kind === 'burst') {
    growths.push({ atNs: 0, from: arrivals.base, to: arrivals.peak, withinNs: 0 });
  }
  if (arrivals.kind === 'stages') growths.push(...ofStages(arrivals, lateNs));
  for (const fault of faults) {
    if (!fault.target.includes(name)) continue;
    // If a ramp is longer than the reaction time, only its first part counts.
    const upNs = fault.ramp?.upNs ?? 0;
    const strength = upNs > lateNs ? lateNs / upNs : 1;
    const edits = editsOf(fault, strength).filter(({ knob }) => knob.load !== undefined);
    if (edits.length === 0) continue;
    const withinNs = Math.min(upNs, lateNs);
    for (const { fromNs } of fault.spans) {
      const from = rateAt(arrivals, fromNs);
      if (from === null) continue;
      const to = edits.reduce((rate, edit) => edit.knob.rateOf?.(rate, edit) ?? rate, from);
      growths.push({ atNs: fromNs, from, to, withinNs });
    }
  }
  return growths;
}

function ofStages(arrivals: Arrivals & { readonly kind: 'stages' }, lateNs: Ns): readonly Growth[] {
  let at: Ns = 0;
  const ends = arrivals.stages.map(({ durationNs }) => (at += durationNs));
  // The largest growth within a fixed time starts or ends at a change of the slope.
  const begins = [0, ...ends].flatMap((edge) => [edge, Math.max(0, edge - lateNs)]);
  return begins.flatMap((begin) => {
    const until = Math.min(begin + lateNs, at);
    const from = rateAt(arrivals, begin)!;
    const to = rateAt(arrivals, until)!;
    return to > from ? [{ atNs: begin, from, to, withinNs: until - begin }] : [];
  });
}

/** The rate at a time; null if it is random or depends on the responses. */
function rateAt(arrivals: Arrivals, t: Ns): number | null {
  if (arrivals.kind === 'poisson' || arrivals.kind === 'constant') return arrivals.rate;
  return arrivals.kind === 'stages' ? levelAt(arrivals, t) : null;
}
