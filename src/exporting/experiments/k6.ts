import { meanOf } from '../../kernel/distribution.js';
import type { Fault } from '../../contracts/scenario/scenario.js';
import type { Request, Workload } from '../../contracts/scenario/workloads.js';
import type { Experimental, ExperimentFormat, Remark } from './experiment.js';
import { k6Script, type K6Scenario } from './k6-script.js';
import { thresholdsOf } from './k6-thresholds.js';
import { changed, ratesOver, type RateChange, type RatePart } from './rates.js';
import { goDuration, seconds, unplannable } from './times.js';

/** Most virtual users that wait for answers, in seconds of the highest rate. */
const PATIENCE_NS = 10e9;

/**
 * A script of k6 with the workloads of the scenario, each as an executor with the same rate over time, and the faults that
 * change the load.
 *
 * Source: grafana.com/docs/k6, using-k6/scenarios/executors.
 */
export const k6: ExperimentFormat = {
  name: 'k6',
  summary: 'a script of k6 with the workloads, and the budgets as thresholds',
  comment: '//',
  write(of) {
    const unwritten: Remark[] = [];
    const otherwise: Remark[] = [];
    const scenarios: K6Scenario[] = [];
    for (const [name, workload] of of.scenario.workloads) {
      const written = workloadOf(name, workload, of);
      scenarios.push(...written.scenarios);
      otherwise.push(...written.remarks.map((reason) => ({ of: `workloads.${name}`, reason })));
      if (written.reason !== null)
        unwritten.push({ of: `workloads.${name}`, reason: written.reason });
    }
    for (const fault of of.faults.filter(({ kind }) => kind === 'load')) {
      const own = `faults[${fault.id}]`;
      const why = unplannable(fault);
      if (why !== null) unwritten.push({ of: own, reason: why });
      else if (fault.ramp !== null)
        otherwise.push({
          of: own,
          reason: 'it has its full strength from the start, without a ramp',
        });
    }
    const others = of.faults.filter(({ kind }) => kind !== 'load');
    unwritten.push(
      ...others.map(({ id }) => ({
        of: `faults[${id}]`,
        reason: 'k6 makes load and no other fault: --as chaos-mesh writes it',
      })),
    );
    const { thresholds, remarks } = thresholdsOf(of);
    unwritten.push(...remarks);
    const text = scenarios.length === 0 ? '' : k6Script(of.title, scenarios, thresholds);
    return { text, unwritten, otherwise };
  },
};

interface WrittenWorkload {
  readonly scenarios: readonly K6Scenario[];
  readonly remarks: readonly string[];
  /** Why it is not written; null if it is. */
  readonly reason: string | null;
}

function workloadOf(name: string, workload: Workload, of: Experimental): WrittenWorkload {
  const { run } = of.scenario;
  const { arrivals, startNs, stopNs } = workload;
  const requests = workload.requests.map(requestOf);
  const strange = requests.flatMap(({ remarks }) => remarks);
  const endNs = run.warmupNs + run.durationNs;
  const base = { name, requests: requests.map(({ request }) => request) };
  if (arrivals.kind === 'closed') {
    const { ramp, users, think } = arrivals;
    const executor =
      ramp === null
        ? { executor: 'constant-vus', vus: users, duration: goDuration(endNs) }
        : {
            executor: 'ramping-vus',
            startVUs: Math.round(ramp.start),
            stages: [
              { duration: goDuration(run.warmupNs), target: Math.round(ramp.start) },
              ...ramp.stages.map(({ durationNs, target }) => ({
                duration: goDuration(durationNs),
                target: Math.round(target),
              })),
            ],
          };
    const sleep = seconds(meanOf(think));
    return {
      scenarios: [{ ...base, executor, sleep }],
      remarks: [
        ...strange,
        ...(think.kind === 'constant' ? [] : ['users think for the mean time']),
      ],
      reason: null,
    };
  }
  const rates = ratesOver(arrivals, endNs, run.warmupNs);
  if (rates === null)
    return { scenarios: [], remarks: [], reason: 'k6 has no executor for written instants' };
  const faults = of.faults.filter(
    (fault) => fault.kind === 'load' && fault.target.includes(name) && unplannable(fault) === null,
  );
  const stop: RateChange[] = [
    ...(startNs > 0 ? [{ fromNs: 0, untilNs: startNs, factor: 0, add: 0 }] : []),
    ...(stopNs !== null ? [{ fromNs: stopNs, untilNs: endNs, factor: 0, add: 0 }] : []),
  ];
  const parts = changed(rates, [...faults.flatMap((fault) => changesOf(fault, of)), ...stop]);
  const isRandom =
    arrivals.kind === 'poisson' ||
    arrivals.kind === 'renewal' ||
    ('process' in arrivals && arrivals.process === 'poisson');
  return {
    scenarios: [{ ...base, executor: executorOf(parts, endNs) }, ...herdsOf(faults, base, of)],
    remarks: [
      ...strange,
      ...(isRandom ? ['k6 spaces requests evenly, and these come at random'] : []),
      ...(arrivals.kind === 'sinusoid' ? ['its wave is written as lines'] : []),
    ],
    reason: null,
  };
}

/** A request of a workload as k6 sends it. */
function requestOf({ name, weight, steps, patience }: Request): {
  readonly request: K6Scenario['requests'][number];
  readonly remarks: readonly string[];
} {
  const remarks: string[] = [];
  const calls = steps.flatMap((step): K6Scenario['requests'][number]['calls'] => {
    if (step.verb === 'wait') return [{ sleep: seconds(meanOf(step.time)) }];
    if (step.verb !== 'call') {
      remarks.push(`the step ${step.verb} of ${name} is left out`);
      return [];
    }
    if (step.path === null)
      remarks.push(
        `${step.to.component}.${step.to.part} has no path in the scenario: change it to yours`,
      );
    const path = step.path ?? `/${step.to.component}/${step.to.part ?? ''}`;
    return [{ method: step.method ?? 'GET', path, headers: Object.fromEntries(step.headers) }];
  });
  const timeout = patience === null ? null : goDuration(patience.afterNs);
  return { request: { name, weight, calls, timeout }, remarks };
}

function changesOf({ config, spans }: Fault, { scenario: { run } }: Experimental): RateChange[] {
  const { factor = 1, rate = 0 } = config as { factor?: number; rate?: number };
  return spans.map(({ fromNs, untilNs }) => ({
    fromNs: run.warmupNs + fromNs,
    untilNs: run.warmupNs + (untilNs ?? run.durationNs),
    factor,
    add: rate,
  }));
}

/** Clients that all come at once. */
function herdsOf(
  faults: readonly Fault[],
  base: Pick<K6Scenario, 'name' | 'requests'>,
  { scenario: { run } }: Experimental,
): readonly K6Scenario[] {
  return faults.flatMap(({ id, config, spans }) => {
    const { herd } = config as { herd?: { clients: number } };
    if (herd === undefined) return [];
    return spans.map(({ fromNs }, k): K6Scenario => ({
      ...base,
      name: `${base.name}-${id}${spans.length > 1 ? `-${k + 1}` : ''}`,
      executor: {
        executor: 'per-vu-iterations',
        vus: herd.clients,
        iterations: 1,
        startTime: goDuration(run.warmupNs + fromNs),
      },
    }));
  });
}

/** Units of time in which every rate is a whole number, as k6 needs it. */
const UNITS = [1, 10, 60, 600, 3600];

function executorOf(parts: readonly RatePart[], endNs: number): K6Scenario['executor'] {
  const rates = parts.flatMap(({ from, to }) => [from, to]);
  const isWhole = (unit: number): boolean =>
    rates.every((rate) => Math.abs(rate * unit - Math.round(rate * unit)) <= 1e-3 * rate * unit);
  const unit = UNITS.find(isWhole) ?? UNITS.at(-1)!;
  const whole = (rate: number): number => Math.round(rate * unit);
  const most = Math.max(...rates);
  const common = {
    timeUnit: `${unit}s`,
    preAllocatedVUs: Math.max(1, Math.ceil(most)),
    maxVUs: Math.max(1, Math.ceil((most * PATIENCE_NS) / 1e9)),
  };
  const first = parts[0]!;
  if (new Set(rates.map(whole)).size === 1) {
    return {
      executor: 'constant-arrival-rate',
      rate: whole(first.from),
      duration: goDuration(endNs),
      ...common,
    };
  }
  let level = whole(first.from);
  const stages = parts.flatMap(({ fromNs, untilNs, from, to }) => {
    const jump = whole(from) === level ? [] : [{ target: whole(from), duration: '0s' }];
    level = whole(to);
    return [...jump, { target: level, duration: goDuration(untilNs - fromNs) }];
  });
  return { executor: 'ramping-arrival-rate', startRate: whole(first.from), stages, ...common };
}
