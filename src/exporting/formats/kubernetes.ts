import type { ComponentAct, Plain } from '../acts.js';
import { unwrittenOf, type Format } from '../format.js';
import { documents, fieldIn, milliseconds, number, percent, put, type Fields } from '../values.js';

/** Fields of a Deployment below `spec`, and of its container. */
const WORKLOAD: Fields = {
  replicas: ['replicas', number],
  'lifecycle.terminationGrace': [
    'template.spec.terminationGracePeriodSeconds',
    (value) => wholeSeconds(value),
  ],
};
const CONTAINER: Fields = {
  cpu: ['resources.limits.cpu', cpuText],
  'cpu.cores': ['resources.limits.cpu', cpuText],
  'cpu.quota.limit': ['resources.limits.cpu', cpuText],
  'memory.limit': ['resources.limits.memory', memoryText],
  'resources.requests.cpu': ['resources.requests.cpu', cpuText],
  'resources.requests.memory': ['resources.requests.memory', memoryText],
};
const PROBES: Fields = {
  period: ['periodSeconds', (value) => wholeSeconds(value)],
  timeout: ['timeoutSeconds', (value) => wholeSeconds(value)],
  failureThreshold: ['failureThreshold', number],
  initialDelay: ['initialDelaySeconds', (value) => wholeSeconds(value)],
};

/** Replicas, resources, probes and autoscalers of Deployments. */
export const kubernetes: Format = {
  name: 'kubernetes',
  summary: 'Deployment and HorizontalPodAutoscaler of Kubernetes, as patches',
  write(acts) {
    const workloads = new Map<string, Record<string, unknown>>();
    const scalers = new Map<string, Plain>();
    const unwritten = unwrittenOf(acts, (act) =>
      act.on === 'component'
        ? writeComponent(act, workloads, scalers)
        : 'Kubernetes has no policies of calls',
    );
    return {
      text: documents([
        ...[...workloads].map(([name, spec]) => ['', deployment(name, spec)] as const),
        ...[...scalers].map(([name, spec]) => ['', autoscaler(name, spec)] as const),
      ]),
      unwritten,
    };
  },
};

function writeComponent(
  { section, name, field, value, component }: ComponentAct,
  workloads: Map<string, Record<string, unknown>>,
  scalers: Map<string, Plain>,
): string | null {
  if (section !== 'services' && section !== 'gateways')
    return 'only services and gateways are Deployments';
  if (value === null) return 'the field has to be removed from the manifest';
  if (field.startsWith('autoscaling.')) {
    const spec = scalerOf(component['autoscaling']);
    if (spec === null) return 'an HPA scales on the CPU, and this autoscaler does not';
    scalers.set(name, spec);
    return null;
  }
  const spec = workloads.get(name) ?? {};
  const reason = writeWorkload(spec, name, field, value);
  if (reason === null) workloads.set(name, spec);
  return reason;
}

function writeWorkload(
  spec: Record<string, unknown>,
  name: string,
  field: string,
  value: unknown,
): string | null {
  const [, kind, own = ''] = /^probes\.(\w+)\.(\w+)$/.exec(field) ?? [];
  const ofWorkload = fieldIn(WORKLOAD, field, value);
  const ofContainer =
    kind === undefined ? fieldIn(CONTAINER, field, value) : fieldIn(PROBES, own, value);
  if (ofWorkload !== null) put(spec, ofWorkload[0].split('.'), ofWorkload[1]);
  else if (ofContainer !== null) {
    const prefix = kind === undefined ? [] : [`${kind}Probe`];
    put(containerIn(spec, name), [...prefix, ...ofContainer[0].split('.')], ofContainer[1]);
  } else return `a Deployment has no field for ${field}: it is a setting of the program`;
  return null;
}

/** The container that serves, which is named after the Deployment. */
function containerIn(spec: Record<string, unknown>, name: string): Record<string, unknown> {
  const template = (spec['template'] ??= {}) as Record<string, unknown>;
  const pod = (template['spec'] ??= {}) as Record<string, unknown>;
  pod['containers'] ??= [{ name }];
  return (pod['containers'] as Record<string, unknown>[])[0]!;
}

/** The whole autoscaler, because an HPA has all of it together. */
function scalerOf(autoscaling: unknown): Plain | null {
  if (typeof autoscaling !== 'object' || autoscaling === null) return null;
  const own = autoscaling as Plain;
  const [first] = Array.isArray(own['metrics']) ? (own['metrics'] as Plain[]) : [own];
  const target = percent(first?.['target']);
  if ((first?.['metric'] ?? 'cpu') !== 'cpu' || target === null) return null;
  const [up, down] = ['scaleUp', 'scaleDown'].map((name) => {
    const rules = own[name] as Plain | undefined;
    return rules?.['stabilization'] === undefined ? null : wholeSeconds(rules['stabilization']);
  });
  const behavior = {
    ...(up !== null && { scaleUp: { stabilizationWindowSeconds: up } }),
    ...(down !== null && { scaleDown: { stabilizationWindowSeconds: down } }),
  };
  return {
    minReplicas: own['min'] ?? 1,
    maxReplicas: own['max'],
    metrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: target } },
      },
    ],
    ...(Object.keys(behavior).length > 0 && { behavior }),
  };
}

function deployment(name: string, spec: Plain): Plain {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec };
}

function autoscaler(name: string, spec: Plain): Plain {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name },
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name }, ...spec },
  };
}

/** Kubernetes counts probes in whole seconds. */
function wholeSeconds(value: unknown): number | null {
  const ms = milliseconds(value);
  return ms === null ? null : Math.max(1, Math.round(ms / 1000));
}

function cpuText(value: unknown): string | null {
  const cores = number(value);
  if (cores === null) return null;
  return Number.isInteger(cores) ? String(cores) : `${Math.round(1000 * cores)}m`;
}

/** `768MiB` is `768Mi`, `1GB` is `1G`. */
function memoryText(value: unknown): string | null {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)([KMGT]i?)B$/.exec(String(value)) ?? [];
  return digits === undefined ? null : `${digits}${unit === 'K' ? 'k' : unit!}`;
}
