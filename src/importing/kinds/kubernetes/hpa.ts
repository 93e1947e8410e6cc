import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';
import type { Component } from '../../system.js';
import {
  filled,
  from,
  guess,
  list,
  map,
  type Written,
  type WrittenMap,
  type WrittenScalar,
} from '../../written.js';
import { namespaceOf, resource, type DocumentKind } from '../kind.js';
import { clusterOf } from './cluster.js';
import { coresOf, countOf, possible, secondsOf } from './quantities.js';

/** Autoscalers of version 2, and those of version 1 with their one target. */
export const autoscalers: DocumentKind = {
  recognises: resource(/^autoscaling$/, 'HorizontalPodAutoscaler'),
  read(document, system) {
    const cluster = clusterOf(system);
    system.later('settings', () => {
      const name = document.get('spec', 'scaleTargetRef', 'name')?.text() ?? '';
      const component = cluster.components.get(`${namespaceOf(document)}/${name}`);
      if (component?.section !== 'services') document.list(`no file has the workload ${name}`);
      else scale(document.get('spec'), component);
      listBelow(document, {
        apiVersion: REASON.kind,
        kind: REASON.kind,
        metadata: REASON.name,
        'spec.scaleTargetRef': REASON.name,
        'spec.metrics.*.type': REASON.kind,
        'spec.metrics.*.resource.name': REASON.kind,
        'spec.metrics.*.resource.target.type': REASON.kind,
        'spec.metrics.*.containerResource.name': REASON.kind,
        'spec.metrics.*.containerResource.container': REASON.name,
        'spec.metrics.*.containerResource.target.type': REASON.kind,
        status: 'the state of the moment is no setting',
      });
    });
  },
};

function scale(spec: Cell | undefined, component: Component): void {
  const metrics = metricsOf(spec, component);
  if (metrics.length === 0) spec?.list('no metric of this autoscaler can act');
  if (spec === undefined || metrics.length === 0) return;
  if (component.versions.length > 0) spec.list(VERSIONS);
  const count = (key: string): WrittenScalar | undefined => possible(countOf(spec.get(key)));
  const bounds = { min: count('minReplicas'), max: count('maxReplicas') };
  autoscale(component, metrics, bounds, spec.get('behavior'));
}

interface Bounds {
  readonly min: WrittenScalar | undefined;
  readonly max: WrittenScalar | undefined;
}

/** The replicas that a workload has after the first look of its autoscaler, which keeps them within its bounds. */
function within(replicas: WrittenScalar, { min, max }: Bounds): WrittenScalar {
  const count = Number(replicas.value);
  const bound =
    count < Number(min?.value ?? 1) ? min : count > Number(max?.value) ? max : undefined;
  if (bound === undefined) return replicas;
  return {
    ...bound,
    origins: [...replicas.origins, ...bound.origins],
    note: 'a bound of its autoscaler',
  };
}

/** Writes an autoscaler of Kubernetes with its bounds and the rules of its `behavior`. `more`: fields that KEDA adds. */
export function autoscale(
  component: Component,
  metrics: readonly WrittenMap[],
  { min, max }: Bounds,
  behavior: Cell | undefined,
  more: Readonly<Record<string, Written | undefined>> = {},
): void {
  if (max === undefined || component.versions.length > 0) return;
  const written = map({
    ...more,
    min,
    max,
    metrics: list(metrics),
    scaleUp: rulesOf(behavior?.get('scaleUp')),
    scaleDown: rulesOf(behavior?.get('scaleDown')),
  });
  component.fields.set('autoscaling', written);
  const replicas = component.fields.get('replicas');
  if (replicas?.kind === 'scalar') component.fields.set('replicas', within(replicas, { min, max }));
  const lifecycle = component.fields.get('lifecycle');
  const known = lifecycle?.kind === 'map' ? lifecycle.entries : [];
  component.fields.set('lifecycle', map([['startup', guess(startOf(component))], ...known]));
}

/** A guess of how long a pod starts: a system that runs has probes that admit it. */
function startOf({ fields }: Component): string {
  const probes = fields.get('probes');
  const probe = below(probes, 'startup') ?? below(probes, 'liveness');
  if (probe === undefined) return '10s';
  const numberOf = (key: string, usual: number): number => {
    const field = below(probe, key);
    return field?.kind === 'scalar' ? parseFloat(String(field.value)) : usual;
  };
  const period = numberOf('period', 10);
  const first = Math.max(1, Math.ceil(numberOf('initialDelay', 0) / period));
  const ends = (first + numberOf('failureThreshold', 3) - 1) * period;
  return ends > 10 ? '10s' : `${ends / 2}s`;
}

function below(written: Written | undefined, key: string): Written | undefined {
  return written?.kind === 'map' ? written.entries.get(key) : undefined;
}

const VERSIONS =
  'a service of several versions has a fixed number of replicas of each: write one version to scale it';

/** Why other metrics than CPU have no place. */
export const METRIC = 'the language scales on cpu, concurrency, queue, rate, lag and latency';

function metricsOf(spec: Cell | undefined, component: Component): readonly WrittenMap[] {
  const v1 = spec?.get('targetCPUUtilizationPercentage');
  const all = (spec?.get('metrics')?.items() ?? []).flatMap((metric) => {
    const resource = metric.get('resource') ?? metric.get('containerResource');
    if (resource?.get('name')?.text() === 'cpu') return targetsOf(resource, component);
    metric.list(METRIC);
    return [];
  });
  return [...all, ...(v1 === undefined ? [] : shareOf(v1, v1.number(), component))];
}

/** The share of the request, or the cores of a pod. Version 2beta1 has them beside the name. */
function targetsOf(resource: Cell, component: Component): readonly WrittenMap[] {
  const target = resource.get('target');
  const share = target?.get('averageUtilization') ?? resource.get('targetAverageUtilization');
  if (share !== undefined) return shareOf(share, share.number(), component);
  const cores = target?.get('averageValue') ?? resource.get('targetAverageValue');
  return cores === undefined ? [] : coresTarget(cores, component);
}

/** A target in cores of a pod, such as `500m`, as the share of its request. */
export function coresTarget(cores: Cell, component: Component): readonly WrittenMap[] {
  const share = (100 * (coresOf(cores) ?? 0)) / (requestOf(component) ?? 1);
  return shareOf(cores, Number(share.toPrecision(4)), component);
}

/** A target in percent of the request. */
export function shareOf(
  cell: Cell,
  percent: number | undefined,
  component: Component,
): readonly WrittenMap[] {
  if (percent === undefined || percent <= 0) return [];
  if (requestOf(component) !== null)
    return [map({ metric: from('cpu'), target: from(`${percent}%`, cell) })];
  cell.list('without a CPU request or limit Kubernetes cannot compute this share');
  return [];
}

function requestOf({ fields }: Component): number | null {
  const resources = fields.get('resources');
  const requests = resources?.kind === 'map' ? resources.entries.get('requests') : undefined;
  const cpu = requests?.kind === 'map' ? requests.entries.get('cpu') : undefined;
  return cpu?.kind === 'scalar' ? Number(cpu.value) : null;
}

function rulesOf(behavior: Cell | undefined): WrittenMap | undefined {
  const policies = (behavior?.get('policies')?.items() ?? []).flatMap((policy) => {
    const value = policy.get('value');
    const number = value?.number();
    const period = secondsOf(policy.get('periodSeconds'));
    const isPercent = policy.get('type')?.text() === 'Percent';
    if (number === undefined || number <= 0 || period === undefined) return [];
    policy.get('type')?.list(REASON.kind);
    const amount = isPercent
      ? { percent: from(`${number}%`, value) }
      : { pods: from(number, value) };
    return [map({ ...amount, period })];
  });
  const select = behavior?.get('selectPolicy');
  const word = select?.text()?.toLowerCase();
  return filled(
    map({
      stabilization: secondsOf(behavior?.get('stabilizationWindowSeconds')),
      policies: policies.length === 0 ? undefined : list(policies),
      selectPolicy:
        word !== undefined && ['max', 'min', 'disabled'].includes(word)
          ? from(word, select)
          : undefined,
    }),
  );
}
