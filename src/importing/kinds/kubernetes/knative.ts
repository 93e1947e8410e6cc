import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';
import type { Component, System } from '../../system.js';
import { filled, from, guess, map, type Written } from '../../written.js';
import { resource } from '../kind.js';
import { containerOf, coresBelow, limitOf } from './pods.js';
import { coresOf, secondsOf } from './quantities.js';

/** A Service of Knative: a workload and its name in one. */
export const isKnative = resource(/^serving\.knative\.dev$/, 'Service');

/** Other programs than the autoscaler of Knative, and other metrics than the concurrency, have no counterpart in a function. */
const OTHER =
  'a function of kind knative follows the concurrency alone, and has no pods before its first requests';

/** A function of kind knative. The annotations: knative.dev/docs/serving/autoscaling, knative/serving pkg/apis/autoscaling/register.go. */
export function fillFunction(
  component: Component,
  { document, pod }: { readonly document: Cell; readonly pod: Cell | undefined },
  system: System,
): void {
  component.product = 'knative';
  const { fields } = component;
  const concurrency = pod?.get('containerConcurrency');
  // 0 = no limit, which is the default.
  if ((concurrency?.number() ?? 0) > 0)
    fields.set('concurrencyPerInstance', from(concurrency!.number()!, concurrency));
  fields.set('coldStart', guess('2s'));
  const limit = limitOf(pod);
  const cores = coresOf(limit);
  fields.set('cpu', cores === undefined ? coresBelow(null, null) : from(cores, limit));
  const timeout = secondsOf(pod?.get('timeoutSeconds'));
  if (timeout !== undefined) fields.set('timeout', timeout);
  const scaler = autoscalerOf(document.get('spec', 'template', 'metadata', 'annotations'));
  if (scaler !== undefined) fields.set('autoscaler', scaler);
  system.ask('How long does a pod of a Knative Service take to start? `coldStart` is a guess');
}

const PREFIX = 'autoscaling.knative.dev/';

function autoscalerOf(annotations: Cell | undefined): Written | undefined {
  const find = (...names: readonly string[]): Cell | undefined =>
    names.map((name) => annotations?.get(`${PREFIX}${name}`)).find((cell) => cell !== undefined);
  const read = (cell: Cell | undefined, least: number, unit = ''): Written | undefined => {
    const number = cell?.number();
    if (cell === undefined || number === undefined || number < least) return undefined;
    return from(unit === '' ? number : `${number}${unit}`, cell);
  };
  const metric = find('metric')?.text() ?? 'concurrency';
  const window = find('window');
  const isTime = /^\d+(s|m|h)$/.test(window?.text() ?? '');
  const panic = find('panic-threshold-percentage', 'panicThresholdPercentage');
  return filled(
    map({
      target: metric === 'concurrency' ? read(find('target'), 1) : undefined,
      targetUtilization: read(
        find('target-utilization-percentage', 'targetUtilizationPercentage'),
        1,
        '%',
      ),
      stableWindow: isTime ? from(window!.text()!, window) : undefined,
      panicWindow: read(find('panic-window-percentage', 'panicWindowPercentage'), 1, '%'),
      panicThreshold:
        (panic?.number() ?? 0) > 100 ? from(panic!.number()! / 100, panic) : undefined,
      minScale: read(find('min-scale', 'minScale'), 1),
      maxScale: read(find('max-scale', 'maxScale'), 1),
    }),
  );
}

/** Gives the reasons before those of other workloads. */
export function listFunction(document: Cell, pod: Cell | undefined): void {
  for (const [key, cell] of document
    .get('spec', 'template', 'metadata', 'annotations')
    ?.entries() ?? [])
    if (key.startsWith(PREFIX)) cell.list(OTHER);
  const probes = 'a pod gets requests once it has started: its time is `coldStart`';
  listBelow(containerOf(pod), {
    readinessProbe: probes,
    livenessProbe: probes,
    startupProbe: probes,
    resources: 'a function has the cores of its limit',
    lifecycle: REASON.program,
  });
  listBelow(pod, {
    containerConcurrency: 'no limit is the default',
    terminationGracePeriodSeconds: REASON.program,
    responseStartTimeoutSeconds: 'a function has one limit of its time',
    idleTimeoutSeconds: 'a function has one limit of its time',
  });
  listBelow(document, {
    'spec.template.spec.timeoutSeconds': 'a function has one limit of its time',
    'spec.traffic': 'a function has one revision: write `to` with weights to share requests',
  });
}
