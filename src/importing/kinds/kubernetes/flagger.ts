import type { Cell } from '../../cell.js';
import { secondsIn } from '../../durations.js';
import { listBelow, REASON } from '../../reasons.js';
import type { Component, System } from '../../system.js';
import { from, list, map, originsIn, plain, type Written } from '../../written.js';
import { namespaceOf, resource, type DocumentKind } from '../kind.js';
import { clusterOf } from './cluster.js';

/**
 * A Canary of Flagger: how its workload gets the requests, at rest. Sources: flagger, docs/gitbook/usage/how-it-works.md,
 * pkg/controller/scheduler.go (runCanary, nextStepWeight), pkg/apis/flagger/v1beta1/canary.go (defaults).
 */
export const flaggerCanaries: DocumentKind = {
  recognises: resource(/^flagger\.app$/, 'Canary'),
  read(document, system) {
    const { components } = clusterOf(system);
    system.later('settings', () => {
      const namespace = namespaceOf(document);
      const target = document.get('spec', 'targetRef', 'name')?.text() ?? '';
      const component = components.get(`${namespace}/${target}`);
      if (component !== undefined) addCanary(document, namespace, component, system);
      listBelow(document, LISTED);
      document.list('no workload of these files has such a rollout: write `rollout`');
    });
  },
};

function addCanary(document: Cell, namespace: string, component: Component, system: System): void {
  const service = document.get('spec', 'service', 'name')?.text();
  if (service !== undefined) system.addHost(service, namespace, component);
  const analysis = document.get('spec', 'analysis') ?? document.get('spec', 'canaryAnalysis');
  if (component.section !== 'services' || component.versions.length > 0) return;
  if (analysis === undefined || document.get('spec', 'skipAnalysis')?.value === true) return;
  const weights = weightsOf(analysis);
  if (weights === null) return;
  const before = component.fields.get('rollout');
  for (const cell of before === undefined ? [] : originsIn(before))
    cell.relist('Flagger replaces the strategy of its workload');
  const given = analysis.get('interval');
  const seconds = secondsIn(given?.text()?.trim());
  const interval: Written =
    seconds === null
      ? { ...plain('60s'), note: 'Flagger default' }
      : { ...from(`${Math.max(10, seconds)}s`, given), note: seconds < 10 ? LEAST : null };
  const steps = weights.flatMap((weight) => [map({ weight }), map({ pause: interval })]);
  component.fields.set(
    'rollout',
    map({
      kind: plain('canary'),
      routing: plain('weighted'),
      steps: list([
        map({ scale: { ...plain('100%'), note: 'Flagger starts all pods first' } }),
        ...steps,
      ]),
      analysis: judgementOf(analysis, interval),
    }),
  );
}

const LEAST = 'the least of Flagger';

/** The weights in turn; null = this strategy does not divide the requests of all users. */
function weightsOf(analysis: Cell): readonly Written[] | null {
  const step = analysis.get('stepWeight');
  const width = step?.number() ?? 0;
  const listed = analysis.get('stepWeights');
  if (width <= 0) {
    const weights = (listed?.items() ?? []).filter((cell) => isShare(cell.number()));
    return weights.length === 0 ? null : weights.map((cell) => from(`${cell.text()}%`, cell));
  }
  const end = analysis.get('maxWeight');
  const most = isShare(end?.number()) ? end!.number()! : 100;
  const count = Math.ceil(most / width);
  return Array.from({ length: Math.min(count, 100) }, (_, k) =>
    from(`${Math.min(100, width * (k + 1))}%`, step, end),
  );
}

function isShare(value: number | undefined): boolean {
  return value !== undefined && value > 0 && value <= 100;
}

/** The checks that Flagger has built in. `threshold` is the number of failed checks that end a rollout. */
function judgementOf(analysis: Cell, interval: Written): Written | undefined {
  const metrics = analysis.get('metrics')?.items() ?? [];
  const expect = metrics.flatMap(expectationsOf);
  if (expect.length === 0) return undefined;
  const threshold = analysis.get('threshold');
  return map({
    kind: plain('flagger'),
    expect: list(expect),
    interval,
    failureLimit: from(Math.max(1, threshold?.number() ?? 1) - 1, threshold),
  });
}

function expectationsOf(metric: Cell): readonly Written[] {
  const name = metric.get('name');
  const [subject, unit] = CHECKS.get(name?.text() ?? '') ?? [];
  if (subject === undefined) return [];
  const range = metric.get('thresholdRange');
  const least = range === undefined && unit === '%' ? metric.get('threshold') : range?.get('min');
  const most = range === undefined && unit === 'ms' ? metric.get('threshold') : range?.get('max');
  const check = (op: string, limit: Cell | undefined): readonly Written[] =>
    (limit?.number() ?? -1) < 0
      ? []
      : [from(`${subject} ${op} ${limit!.number()}${unit}`, name, limit)];
  return [...check('>=', least), ...check('<=', most)];
}

const CHECKS: ReadonlyMap<string, readonly [subject: string, unit: string]> = new Map([
  ['request-success-rate', ['canary.success', '%']],
  ['request-duration', ['canary.latency.p99', 'ms']],
]);

const OBJECTS =
  'Flagger writes other objects from it: import those too (kubectl get virtualservice,destinationrule,service -o yaml)';
const CHECK = 'an analysis judges requests: write `expect` on `canary.success` or `canary.latency`';
const USERS = 'it moves chosen users or all of them at once: write `rollout` with what users get';
const ANALYSIS = {
  'metrics.*.interval': 'an analysis covers the requests since the one before',
  metrics: CHECK,
  webhooks: 'hooks are not called; the load of one is a workload to write',
  alerts: 'alerts change no request',
  match: USERS,
  iterations: USERS,
  mirror: 'write `mirror` of a route',
  sessionAffinity: 'write `sticky` of `rollout`',
  stepWeightPromotion: 'in a run the new version has everything after the last step',
};

const LISTED: Readonly<Record<string, string>> = {
  apiVersion: REASON.kind,
  kind: REASON.kind,
  metadata: REASON.name,
  'spec.targetRef': REASON.name,
  'spec.autoscalerRef': REASON.name,
  'spec.ingressRef': REASON.name,
  'spec.provider': 'which product splits the requests: they are split exactly',
  'spec.progressDeadlineSeconds': 'it reports on a rollout and ends none',
  'spec.skipAnalysis': 'nothing is analysed, or it is so by default',
  'spec.service.name': REASON.name,
  'spec.service': OBJECTS,
  ...Object.fromEntries(
    ['analysis', 'canaryAnalysis'].flatMap((key) =>
      Object.entries(ANALYSIS).map(([field, reason]) => [`spec.${key}.${field}`, reason]),
    ),
  ),
};
