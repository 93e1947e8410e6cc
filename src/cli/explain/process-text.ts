import { hasThresholds, type Autoscaling } from '../../contracts/scenario/autoscaling.js';
import type { ScalingMetric, ScalingTarget } from '../../contracts/scenario/scaling-metrics.js';
import type { ScalingRules } from '../../contracts/scenario/scaling-ratio.js';
import type { ScalingStep, ThresholdScaling } from '../../contracts/scenario/scaling-step.js';
import { formatDuration } from '../../contracts/quantities/quantity-text.js';
import type { Probe, Probes } from '../../contracts/scenario/probes.js';
import type { Host } from '../../contracts/scenario/host.js';
import { formatSize } from '../../contracts/quantities/size-text.js';
import type { DisruptionBudget, Nodes } from '../../contracts/scenario/nodes.js';
import type { Platform } from '../../contracts/scenario/platform.js';
import type { Service } from '../../contracts/scenario/services.js';
import { all, braced, fieldsText, setFieldsText } from './fields.js';
import { plainText, quantityText } from './values.js';

/** Fields of every component that have their own section, or are shown with the components. */
export const HOST = {
  ...all('hidden', 'replicas concurrency queue cpu runtime loadBalancing cancellation protocol'),
  ...all('hidden', 'admission outlierDetection labels external zones gc memory lifecycle probes'),
  ...all('hidden', 'autoscaling cpuRequest rejectWork requests disruptionBudget'),
};

/** Rules of the platform: restarts of processes, and when callers learn about them. */
export function platformText({ placing, ...own }: Platform): string {
  return setFieldsText(
    { ...own, ...placing },
    { replaces: 'hidden', nodes: (nodes) => nodes && nodesText(nodes) },
  );
}

function nodesText({ count, zones, milliCpu, memory, ...times }: Nodes): string | null {
  const own = { count, max: zones.length, cpu: milliCpu / 1000, memory, ...times };
  return braced(fieldsText(own, { memory: 'size' }));
}

/** Behaviour of processes: environments of functions, pauses, and how they come back. */
export function processText(host: Host | Service): string {
  const { gc, memory, lifecycle, probes, autoscaling, cpuRequest, disruptionBudget } = host;
  const { rejectWork, external, labels } = host;
  const zones = new Set(host.zones.filter((zone) => zone !== null));
  return setFieldsText(
    {
      ...('environments' in host ? host.environments : {}),
      ...{ memory, gc, lifecycle, probes, cpuRequest, autoscaling, disruptionBudget },
      memoryRequest: host.requests.memory === 0 ? null : host.requests.memory,
      ...{ zones, rejectWork, external, labels },
    },
    {
      memory: (own) => own && braced(fieldsText(own, all('size', 'limit base perRequest'))),
      gc: (own) => own && braced(setFieldsText(own, { allocated: 'size' })),
      probes: (own) => own && probesText(own),
      memoryRequest: (own) => (own === null ? null : formatSize(own)),
      disruptionBudget: (own) => own && budgetText(own),
      autoscaling: (own) => own && scalingText(own, cpuRequest),
    },
  );
}

function budgetText({ keeps, amount }: DisruptionBudget): string {
  const text = 'count' in amount ? `${amount.count}` : quantityText(amount.share, 'share');
  return `{ ${keeps}: ${text} }`;
}

function probesText(probes: Probes): string | null {
  const text = (probe: Probe | null): string | null => {
    if (probe === null) return null;
    const { endpoint, periodNs, timeoutNs, failureThreshold, successThreshold, ...more } = probe;
    const { terminationGraceNs, ...rest } = more;
    const first = { periodNs, timeoutNs, failureThreshold, successThreshold };
    return plainText({ call: endpoint ?? 'self', ...first, ...rest, terminationGraceNs });
  };
  return braced(fieldsText(probes, { startup: text, liveness: text, readiness: text }));
}

/** The fields of a policy of AWS under the names that YAML has for them. */
function asWritten({
  syncNs: periodNs,
  periods: evaluationPeriods,
  inPeriods: scaleInPeriods,
  outCooldownNs: scaleOutCooldownNs,
  inCooldownNs: scaleInCooldownNs,
  ...others
}: ThresholdScaling) {
  const times = { scaleOutCooldownNs, scaleInCooldownNs };
  return { ...others, periodNs, evaluationPeriods, scaleInPeriods, ...times };
}

function scalingText(own: Autoscaling, cpuRequest: number | null): string | null {
  const cores = cpuRequest === null ? 'its cores' : `the ${cpuRequest} cores that it requests`;
  const amountOf = (metric: ScalingMetric, value: number): string => {
    if (metric === 'cpu') return quantityText(value, 'share') ?? '';
    if (metric === 'latency') return formatDuration(value);
    return metric === 'rate' ? `${value}/s` : `${value}`;
  };
  const targetText = ({ metric, target, of }: ScalingTarget): string => {
    if (metric === 'latency') return `latency ${formatDuration(target)} on average`;
    if (metric === 'cpu') return `cpu ${quantityText(target, 'share')} of ${cores}`;
    const amount = metric === 'rate' ? `${target}/s` : target;
    return `${metric} ${amount} per replica${of === null ? '' : ` of ${of}`}`;
  };
  if (hasThresholds(own)) {
    const { metric, of } = own.metrics[0];
    const word = `${metric}${metric === 'cpu' ? ` of ${cores}` : ''}${of === null ? '' : ` of ${of}`}`;
    const steps = (list: readonly ScalingStep[]): string =>
      plainText(
        list.map(({ threshold, change }) => `${amountOf(metric, threshold)} ${changeText(change)}`),
      );
    return braced(
      fieldsText(asWritten(own), {
        metrics: () => word,
        above: steps,
        below: steps,
        ...all('hidden', own.kind === 'step' ? 'scaleInPeriods shrinks' : 'shrinks'),
      }),
    );
  }
  if (own.kind === 'scheduled') {
    const unused = 'metrics syncNs metricDelayNs shrinks';
    return braced(fieldsText(own, all('hidden', unused)));
  }
  const metrics = (list: Autoscaling['metrics']): string => plainText(list.map(targetText));
  const rules = { metrics, tolerance: 'share', up: rulesText, down: rulesText } as const;
  return braced(
    fieldsText(own, {
      ...rules,
      ...all('hidden', own.kind === 'hpa' ? 'kind shrinks' : 'shrinks'),
    }),
  );
}

function changeText({ unit, value }: ScalingStep['change']): string {
  if (unit === 'ratio') return 'x metric / target';
  if (unit === 'exactly') return `-> ${value}`;
  return `${value > 0 ? '+' : ''}${value}${unit === 'percent' ? '%' : ''}`;
}

function rulesText({ policies, ...own }: ScalingRules): string {
  if (own.selectPolicy === 'disabled') return 'never';
  const limits = policies.map(({ unit, value, periodNs }) => ({
    [unit]: unit === 'percent' ? `${value}%` : value,
    periodNs,
  }));
  return plainText({ ...own, policies: limits });
}
