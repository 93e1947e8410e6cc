import { formatDuration } from '../../spec/quantities/quantity-text.js';
import type { Host } from '../../spec/scenario/host.js';
import type { GcSettings, Lifecycle, MemorySettings } from '../../spec/scenario/resources.js';
import type { Autoscaling, ScalingRules } from '../../spec/scenario/autoscaling.js';
import { PROBES } from '../../spec/scenario/probes.js';
import type { Probes } from '../../spec/scenario/probes.js';
import type { Scenario } from '../../spec/scenario/scenario.js';
import { formatSize } from '../../spec/quantities/size-text.js';
import { exactShare } from '../../text/figures.js';
import { plainText, sorted } from './values.js';

/** Rules of the platform: restarts of processes, and when callers learn about them. */
export function platformLines({ platform }: Scenario): readonly string[] {
  const { restart, endpointPropagation, placing } = platform;
  const lines: string[] = [];
  if (restart !== null) {
    const { initialNs, factor, maxNs, resetAfterNs, immediateFirst } = restart;
    const first = immediateFirst ? 'at once, then after ' : 'after ';
    lines.push(
      `processes of services and gateways start again ${first}${formatDuration(initialNs)}, each wait ${factor} times the ` +
        `one before, at most ${formatDuration(maxNs)}; from the start again after ${formatDuration(resetAfterNs)} of running`,
    );
  }
  const before = [
    { words: 'a place', time: placing.schedulingDelay },
    { words: 'its image', time: placing.imagePull },
  ].filter(({ time }) => plainText(time) !== '0s');
  if (before.length > 0) {
    const waits = before.map(({ words, time }) => `${plainText(time)} for ${words}`);
    lines.push(`a new instance waits ${waits.join(' and ')}, and then starts`);
  }
  if (endpointPropagation !== null)
    lines.push(`callers see a change of readiness after ${plainText(endpointPropagation)}`);
  return lines;
}

/** Behaviour of processes: pauses, and how they come back. */
export function processLines({ services, gateways }: Scenario): readonly string[] {
  return sorted(new Map<string, Host>([...services, ...gateways])).flatMap(
    ([name, { gc, memory, lifecycle, probes, autoscaling, cpuRequest }]) => {
      const warmup = lifecycle?.warmup ?? null;
      const words = [
        ...(memory === null ? [] : [memoryText(memory)]),
        ...(gc === null ? [] : [`gc ${gapText(gc)}, pause ${plainText(gc.pause)}`]),
        ...(lifecycle === null
          ? []
          : [`startup ${plainText(lifecycle.startup)}`, endText(lifecycle)]),
        ...(warmup === null
          ? []
          : [`warmup ${formatDuration(warmup.durationNs)} from factor ${warmup.factor}`]),
      ];
      if (probes !== null) words.push(...probesText(probes));
      if (autoscaling !== null) words.push(...scalingText(autoscaling, cpuRequest));
      return words.length === 0 ? [] : [`${name}: ${words.join('; ')}`];
    },
  );
}

/** How a process ends when it is asked to. */
function endText({ preStopNs, terminationGraceNs, drain }: Lifecycle): string {
  const serves = preStopNs > 0 ? `preStop ${formatDuration(preStopNs)}, ` : '';
  const within = `killed after ${formatDuration(terminationGraceNs)}`;
  return `asked to end: ${serves}${drain ? `drains, ${within}` : 'does not drain'}`;
}

/** The probes of its platform. */
function probesText(probes: Probes): readonly string[] {
  return PROBES.flatMap((kind) => {
    const probe = probes[kind];
    if (probe === null) return [];
    const { periodNs, timeoutNs, failureThreshold, endpoint, usesWorkers } = probe;
    const { initialDelayNs, successThreshold, terminationGraceNs } = probe;
    const rest = [
      initialDelayNs > 0 ? `, not before ${formatDuration(initialDelayNs)}` : '',
      successThreshold > 1 ? `, ${successThreshold} successes` : '',
      terminationGraceNs === null ? '' : `, killed after ${formatDuration(terminationGraceNs)}`,
    ];
    const every = `every ${formatDuration(periodNs)} for ${formatDuration(timeoutNs)}`;
    const beside = usesWorkers ? '' : ' beside its workers';
    return [
      `${kind}: ${endpoint ?? 'self'} asked ${every}${beside}, ${failureThreshold} failures count${rest.join('')}`,
    ];
  });
}

/** The controllers that add and remove instances. */
function scalingText(
  { metrics, min, max, syncNs, metricDelayNs, tolerance, up, down }: Autoscaling,
  cpuRequest: number | null,
): readonly string[] {
  const targets = metrics.map(({ metric, target, of }) => {
    if (metric === 'cpu') {
      const cores = cpuRequest === null ? 'its cores' : `the ${cpuRequest} cores asked for`;
      return `cpu ${exactShare(target)} of ${cores}`;
    }
    return metric === 'rate'
      ? `${target}/s each`
      : `${metric} ${target} each${of === null ? '' : ` of ${of}`}`;
  });
  const late = metricDelayNs === 0 ? '' : ` at what was ${formatDuration(metricDelayNs)} ago`;
  return [
    `${min} to ${max} replicas for ${targets.join(', ')}, looked at every ${formatDuration(syncNs)}${late}, within ${exactShare(tolerance)} left alone`,
    `up: ${rulesText(up)}`,
    `down: ${rulesText(down)}`,
  ];
}

function rulesText({ stabilizationNs, policies, selectPolicy }: ScalingRules): string {
  if (selectPolicy === 'disabled') return 'never';
  const limits = policies.map(
    ({ unit, value, periodNs }) =>
      `${value}${unit === 'percent' ? ' %' : plural(value)} in ${formatDuration(periodNs)}`,
  );
  const which = limits.length === 1 ? '' : selectPolicy === 'max' ? 'most of ' : 'least of ';
  const after = stabilizationNs === 0 ? '' : `, when asked for ${formatDuration(stabilizationNs)}`;
  return `${which}${limits.join(' and ')}${after}`;
}

function plural(count: number): string {
  return count === 1 ? ' replica' : ' replicas';
}

function gapText({ every, allocated }: GcSettings): string {
  return every === null ? `each ${formatSize(allocated ?? 0)}` : `every ${plainText(every)}`;
}

function memoryText({ limit, base, perRequest }: MemorySettings): string {
  const most = limit === Infinity ? '' : `, at most ${formatSize(limit)}`;
  return `memory ${formatSize(base)} and ${formatSize(perRequest)} a request${most}`;
}
