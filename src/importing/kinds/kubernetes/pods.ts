import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';
import { filled, from, guess, map, plain, type Written } from '../../written.js';
import { countOf, graceOf, coresOf, secondsOf, sizeOf } from './quantities.js';

/** Cores of a node, if nothing says more: what a process can use at once. */
const NODE_CORES = 4;

/** Containers beside the program that injectors of meshes add. */
const SIDECARS = /^(istio-proxy|linkerd-proxy|envoy|cloud-?sql-proxy|vault-agent)/;

/** The container that serves: the first one that is no sidecar. */
export function containerOf(pod: Cell | undefined): Cell | undefined {
  const all = pod?.get('containers')?.items() ?? [];
  return all.find((each) => !SIDECARS.test(each.get('name')?.text() ?? '')) ?? all[0];
}

/** What a pod says about a process: cores, memory, probes, its end. `kind`: what keeps the pod running. */
export function processFields(
  pod: Cell | undefined,
  kind: Cell | undefined,
): ReadonlyMap<string, Written> {
  const container = containerOf(pod);
  const requests = container?.get('resources', 'requests');
  const limits = container?.get('resources', 'limits');
  // The API server sets a request that is missing to the limit.
  const cpu = requests?.get('cpu') ?? limits?.get('cpu');
  const requested = coresOf(cpu);
  const limit = sizeOf(limits?.get('memory'));
  return map({
    cpu: cpuOf(pod),
    memory: limit === undefined ? undefined : map({ limit, base: guess(baseOf(limit.value)) }),
    resources: requestsOf(
      requested === undefined ? undefined : from(requested, cpu),
      sizeOf(requests?.get('memory')) ?? limit,
    ),
    probes: filled(
      map({
        startup: probeOf(container?.get('startupProbe'), false),
        liveness: probeOf(container?.get('livenessProbe'), false),
        readiness: probeOf(container?.get('readinessProbe'), true),
      }),
    ),
    lifecycle: filled(
      map({
        preStop: sleepOf(container?.get('lifecycle', 'preStop')),
        terminationGrace: graceOf(secondsOf(pod?.get('terminationGracePeriodSeconds'))),
        onNodeLoss: BOUND.has(kind?.text() ?? '') ? from('wait', kind) : undefined,
      }),
    ),
  }).entries;
}

/**
 * Their pods are not made elsewhere while a lost node may still run them: a set has each pod once, and the pods of a
 * DaemonSet tolerate an unreachable node without an end. Sources: kubernetes.io/docs/tasks/run-application/
 * force-delete-stateful-set-pod, kubernetes.io/docs/concepts/workloads/controllers/daemonset (taints and tolerations).
 */
const BOUND: ReadonlySet<string> = new Set(['StatefulSet', 'DaemonSet']);

/** Half of the limit: enough for most programs, and far from a kill. */
function baseOf(limit: Written | string | number | boolean): string {
  const [, number, unit] = /^([0-9.]+)(\w+)$/.exec(String(limit))!;
  return `${Number(number) / 2}${unit}`;
}

/** The CPU limit of the container that serves. */
export function limitOf(pod: Cell | undefined): Cell | undefined {
  return containerOf(pod)?.get('resources', 'limits', 'cpu');
}

/** A limit is a quota of each period on the cores of the node. Without a limit, a process can use the whole node. */
export function cpuOf(pod: Cell | undefined, most: number | null = null): Written {
  const cell = limitOf(pod);
  const limit = coresOf(cell);
  const cores = coresBelow(limit ?? null, most);
  if (limit === undefined) return cores;
  return map({ cores, quota: map({ limit: from(limit, cell) }) });
}

/** Cores of the node beneath a limit; `most`: what the program can use at all, or null. */
export function coresBelow(limit: number | null, most: number | null): Written {
  return most === null ? guess(Math.max(NODE_CORES, Math.ceil(limit ?? 0))) : plain(most);
}

function requestsOf(cpu: Written | undefined, memory: Written | undefined): Written | undefined {
  const requests = filled(map({ cpu, memory }));
  return requests === undefined ? undefined : map({ requests });
}

function probeOf(probe: Cell | undefined, isReadiness: boolean): Written | undefined {
  if (probe === undefined) return undefined;
  const count = (key: string): Written | undefined => countOf(probe.get(key));
  const written = map(
    {
      period: secondsOf(probe.get('periodSeconds')),
      timeout: secondsOf(probe.get('timeoutSeconds')),
      failureThreshold: count('failureThreshold'),
      successThreshold: isReadiness ? count('successThreshold') : undefined,
      initialDelay: secondsOf(probe.get('initialDelaySeconds')),
      terminationGrace: isReadiness
        ? undefined
        : secondsOf(probe.get('terminationGracePeriodSeconds')),
    },
    [probe],
  );
  const asks = 'what a probe asks is not simulated: it asks whether the process answers';
  listBelow(probe, { httpGet: asks, tcpSocket: asks, exec: asks, grpc: asks });
  listBelow(probe, { successThreshold: 'is always 1 for a liveness and a startup probe' });
  return written;
}

/** `preStop` is a time: that of `sleep`, as a command or as an action. */
function sleepOf(preStop: Cell | undefined): Written | undefined {
  const action = secondsOf(preStop?.get('sleep', 'seconds'));
  if (action !== undefined) return action;
  const words = preStop?.get('exec', 'command')?.items() ?? [];
  const last = words.at(-1);
  const [, number] = /(?:^|sleep +)([0-9.]+)s?$/.exec(last?.text() ?? '') ?? [];
  const isSleep = words.some((word) => /(^|\/|\s)sleep\b/.test(word.text() ?? ''));
  if (number === undefined || !isSleep) {
    preStop?.list('how long the hook takes is not in the file: only `sleep` says it');
    return undefined;
  }
  return from(`${number}s`, ...words);
}

/** Gives the reasons for what a pod says and the simulation does not have. */
export function listPod(pod: Cell | undefined): void {
  const serving = containerOf(pod);
  for (const container of pod?.get('containers')?.items() ?? []) {
    if (container !== serving) container.list(REASON.secondContainer);
  }
  listBelow(serving, CONTAINER);
  listBelow(pod, POD);
}

const IN_OTHERS =
  'the values are in another object: those of ConfigMaps of these files count, Secrets are not read';

const QUANTITY =
  'is no quantity of cores or bytes, such as 500m and 512Mi, or of something that is not simulated';

const CONTAINER: Readonly<Record<string, string>> = {
  name: REASON.name,
  image: REASON.program,
  imagePullPolicy: REASON.program,
  command: REASON.program,
  args: REASON.program,
  workingDir: REASON.program,
  ports: REASON.port,
  securityContext: REASON.security,
  volumeMounts: REASON.storage,
  volumeDevices: REASON.storage,
  terminationMessagePath: REASON.program,
  terminationMessagePolicy: REASON.program,
  'env.*.name': 'the name of an environment variable is no setting',
  'env.*.valueFrom': IN_OTHERS,
  env: REASON.environment,
  envFrom: IN_OTHERS,
  'resources.limits.ephemeral-storage': REASON.storage,
  'resources.requests.ephemeral-storage': REASON.storage,
  'resources.limits': QUANTITY,
  'resources.requests': QUANTITY,
};

const POD: Readonly<Record<string, string>> = {
  serviceAccountName: REASON.security,
  serviceAccount: REASON.security,
  automountServiceAccountToken: REASON.security,
  securityContext: REASON.security,
  imagePullSecrets: REASON.security,
  volumes: REASON.storage,
  initContainers: 'the time that init containers take is part of `lifecycle.startup`',
  restartPolicy: 'the kubelet restarts every process of a Deployment or StatefulSet',
  nodeSelector: REASON.scheduling,
  affinity: REASON.scheduling,
  tolerations: REASON.scheduling,
  topologySpreadConstraints: REASON.scheduling,
  priorityClassName: REASON.scheduling,
  schedulerName: REASON.scheduling,
  dnsPolicy: 'names are resolved without loss of time',
  dnsConfig: 'names are resolved without loss of time',
  hostAliases: 'names are resolved without loss of time',
  enableServiceLinks: REASON.environment,
  hostname: REASON.name,
  subdomain: REASON.name,
};
