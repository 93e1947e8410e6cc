import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';
import type { Component } from '../../system.js';
import { filled, from, guess, list, map, type Written, type WrittenMap } from '../../written.js';
import { namespaceOf, resource, type DocumentKind } from '../kind.js';
import { clusterOf } from './cluster.js';
import { countOf, secondsOf } from './quantities.js';

/** Autoscalers of version 2, and those of version 1 with their one target. */
export const autoscalers: DocumentKind = {
  name: 'Kubernetes HorizontalPodAutoscaler',
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
        status: 'the state of the moment is no setting',
      });
    });
  },
};

function scale(spec: Cell | undefined, component: Component): void {
  const metrics = metricsOf(spec, component);
  if (metrics.length === 0) spec?.list('no metric of this autoscaler can act');
  if (spec === undefined || metrics.length === 0) return;
  const count = (key: string): Written | undefined => countOf(spec.get(key));
  const written = map({
    min: count('minReplicas'),
    max: count('maxReplicas'),
    metrics: list(metrics),
    scaleUp: rulesOf(spec.get('behavior', 'scaleUp')),
    scaleDown: rulesOf(spec.get('behavior', 'scaleDown')),
  });
  if (!written.entries.has('max')) return;
  component.fields.set('autoscaling', written);
  const lifecycle = component.fields.get('lifecycle');
  const known = lifecycle?.kind === 'map' ? lifecycle.entries : [];
  component.fields.set('lifecycle', map([['startup', guess('10s')], ...known]));
}

function metricsOf(spec: Cell | undefined, component: Component): readonly WrittenMap[] {
  const v1 = spec?.get('targetCPUUtilizationPercentage');
  const all = (spec?.get('metrics')?.items() ?? []).flatMap((metric) => {
    const target = metric.get('resource', 'target');
    const isCpu =
      metric.get('type')?.text() === 'Resource' && metric.get('resource', 'name')?.text() === 'cpu';
    if (isCpu) return [target?.get('averageUtilization')];
    metric.list('the language scales on cpu, concurrency, queue, rate, lag and latency');
    return [];
  });
  const targets = [...all, v1].filter((cell) => (cell?.number() ?? 0) > 0);
  if (hasRequest(component)) {
    return targets.map((cell) =>
      map({ metric: from('cpu'), target: from(`${cell!.number()}%`, cell) }),
    );
  }
  for (const cell of targets)
    cell!.list('without a CPU request Kubernetes cannot compute this share');
  return [];
}

function hasRequest({ fields }: Component): boolean {
  const resources = fields.get('resources');
  const requests = resources?.kind === 'map' ? resources.entries.get('requests') : undefined;
  return requests?.kind === 'map' && requests.entries.has('cpu');
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
