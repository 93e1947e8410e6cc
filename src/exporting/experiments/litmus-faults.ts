import { meanOf, type Distribution } from '../../kernel/distribution.js';
import type { Fault } from '../../contracts/scenario/scenario.js';
import type { Experimental } from './experiment.js';
import { endsOfLink, isOnce, STAYS_DOWN, type FaultWriters, type Unwritten } from './faults.js';
import { hostOf, leftLabels, podsOf, podsThatCall, type Pods } from './pods.js';
import { wholeMs as ms } from './times.js';
import { coresOf, longestNs, spreadOf } from './usual.js';

type Texts = Readonly<Record<string, string>>;

/** An experiment of the hub on the pods of one application, without its time. */
export interface Attack {
  readonly app: string;
  readonly experiment: string;
  readonly env: Texts;
}

/** A fault as experiments, one for each application. */
interface Attacks {
  readonly attacks: readonly Attack[];
  readonly remarks: readonly string[];
}

type Written = Attacks | Unwritten;

export const WRITERS: FaultWriters<Attacks> = {
  latency: (fault, of, { add, correlation }) => {
    const [mean, jitter] = [meanOf(add as Distribution), spreadOf(add as Distribution)];
    if (!Number.isFinite(mean)) return { reason: 'its delay has no mean' };
    const env = { NETWORK_LATENCY: ms(mean), JITTER: ms(jitter) };
    const remarks = [
      ...(jitter > 0 ? ['its delay is written as its mean with a jitter'] : []),
      ...((correlation ?? 0) === 0 ? [] : ['its delays are independent, without correlation']),
    ];
    return onLink(fault, of, 'pod-network-latency', env, remarks);
  },
  loss: (fault, of) =>
    onLink(fault, of, LOSS, { NETWORK_PACKET_LOSS_PERCENTAGE: percent(fault.share) }),
  corrupt: (fault, of) =>
    onLink(fault, of, 'pod-network-corruption', {
      NETWORK_PACKET_CORRUPTION_PERCENTAGE: percent(fault.share),
    }),
  bandwidth: (fault, of, { rate }) =>
    onLink(fault, of, 'pod-network-rate-limit', {
      // Bytes per second as bits.
      NETWORK_BANDWIDTH: `${Math.max(1, Math.round(((rate as number) * 8) / 1e3))}kbit`,
    }),
  partition: (fault, of) => {
    const [from = [], to = []] = fault.between ?? [];
    return toHosts(podsOf(from, fault, of), to, of, LOSS, ALL_LOST, [
      `only what ${from.join(', ')} sends to ${to.join(', ')} is lost`,
    ]);
  },
  crash: (fault, of, { restart }) => {
    if (restart === false) return { reason: STAYS_DOWN };
    return isOnce(fault)
      ? ofPods(fault, of, 'pod-delete', { ...ONCE, FORCE: 'true' })
      : ofPods(fault, of, LOSS, ALL_LOST, [
          'its process does not die: all that its pods send is lost, and callers get no answer',
        ]);
  },
  stop: (fault, of) =>
    ofPods(fault, of, 'pod-delete', { ...ONCE, FORCE: 'false' }, [
      'Kubernetes starts the pods again as soon as it can',
    ]),
  hang: (fault, of) =>
    fromCallers(fault, of, LOSS, ALL_LOST, [
      'its callers get no answer, but its own workers and queue do not fill up',
    ]),
  slow: (fault, of, { factor }) => {
    const longest = longestNs(fault, of);
    if (longest === null)
      return { reason: 'Litmus slows nothing by a factor, and the time of its steps is not known' };
    const env = { NETWORK_LATENCY: ms(((factor as number) - 1) * longest), JITTER: '0' };
    return fromCallers(fault, of, 'pod-network-latency', env, [
      `${factor as number} times its ${ms(longest)} ms is written as a delay, which occupies none of its workers`,
    ]);
  },
  cpuStress: (fault, of, { load, workers }) =>
    ofPods(fault, of, 'pod-cpu-hog', {
      CPU_CORES: String(workers ?? coresOf(fault, of) ?? 1),
      CPU_LOAD: percent(load as number),
    }),
  memoryLeak: (fault, of, { max }) => {
    if (max === undefined) return { reason: 'a stressor of memory has a size: write `max`' };
    const env = { MEMORY_CONSUMPTION: String(Math.max(1, Math.round((max as number) / 1e6))) };
    const once = ['the memory is taken at once, and not over time'];
    return ofPods(fault, of, 'pod-memory-hog', env, once);
  },
  error: (fault, of, { status }) =>
    ofRequests(fault, of, 'pod-http-status-code', { STATUS_CODE: String(status) }),
  reset: (fault, of) => ofRequests(fault, of, 'pod-http-reset-peer', { RESET_TIMEOUT: '0' }),
  dns: (fault, of, { mode }) => {
    if (mode !== 'error')
      return { reason: `pod-dns-error has only errors, and not ${String(mode)}` };
    const hosts = fault.target.map((name) => hostOf(name, of));
    return attacksOn(podsThatCall(fault.target, of), of, 'pod-dns-error', {
      TARGET_HOSTNAMES: JSON.stringify(hosts),
    });
  },
};

const LOSS = 'pod-network-loss';
const ALL_LOST: Texts = { NETWORK_PACKET_LOSS_PERCENTAGE: '100' };
/** The pods are deleted once: pod-delete repeats until its time is over. */
const ONCE: Texts = { TOTAL_CHAOS_DURATION: '1', CHAOS_INTERVAL: '1' };
const PORT = 'it is written for port 8080: change it to yours';

/** Messages on links `a->b`: what the pods of a send to the host of b. */
function onLink(
  fault: Fault,
  of: Experimental,
  experiment: string,
  env: Texts,
  remarks: readonly string[] = [],
): Written {
  const ends = endsOfLink(fault);
  if (ends === null)
    return { reason: 'an experiment of Litmus is about one link between two components' };
  const [from, to] = ends;
  const direction = `only what ${from} sends to ${to} is hit`;
  const own = toHosts(podsOf([from], fault, of), [to], of, experiment, env, remarks);
  return 'reason' in own ? own : { ...own, remarks: [...own.remarks, direction] };
}

/** What the callers of a component send to it. */
function fromCallers(
  fault: Fault,
  of: Experimental,
  experiment: string,
  env: Texts,
  remarks: readonly string[],
): Written {
  const names = [...new Set(fault.target.map((target) => target.split('.')[0]!))];
  return toHosts(podsThatCall(names, of), names, of, experiment, env, remarks);
}

function toHosts(
  pods: Pods | Unwritten,
  names: readonly string[],
  of: Experimental,
  experiment: string,
  env: Texts,
  remarks: readonly string[],
): Written {
  const hosts = names.map((name) => hostOf(name, of)).join(',');
  const outside = names.filter((name) => of.scenario.services.get(name)?.external === true);
  const changed = outside.map((name) => `its host is not known: change ${name}.example.com`);
  const all = { ...env, DESTINATION_HOSTS: hosts };
  return attacksOn(pods, of, experiment, all, [...remarks, ...changed]);
}

/** Requests of chosen pods, all or a share of them. */
function ofRequests(fault: Fault, of: Experimental, experiment: string, more: Texts): Written {
  if (fault.target.some((target) => target.includes('.')))
    return { reason: 'an experiment of Litmus hits all requests of a port, and not one endpoint' };
  const env = { ...more, TARGET_SERVICE_PORT: '8080', TOXICITY: percent(fault.share) };
  return ofPods(fault, of, experiment, env, [PORT]);
}

function ofPods(
  fault: Fault,
  of: Experimental,
  experiment: string,
  env: Texts,
  remarks: readonly string[] = [],
): Written {
  return attacksOn(podsOf(fault.target, fault, of), of, experiment, env, remarks);
}

/** One attack for each application among the pods. */
function attacksOn(
  pods: Pods | Unwritten,
  of: Experimental,
  experiment: string,
  env: Texts,
  remarks: readonly string[] = [],
): Written {
  if ('reason' in pods) return pods;
  const { selector, mode, value } = pods.chosen;
  const { app, ...labels } = selector.labelSelectors ?? {};
  const apps = app === undefined ? (selector.expressionSelectors?.[0]?.values ?? []) : [app];
  if (apps.length === 0)
    return { reason: 'Litmus chooses the pods of an application, and these are all of a zone' };
  const node = Object.entries(selector.nodeSelectors ?? {}).map((pair) => pair.join('='));
  const attacks = apps.map((own): Attack => {
    const affected = affectedOf(own, mode, value, of);
    return {
      app: own,
      experiment,
      env: {
        ...env,
        ...(affected !== null && { PODS_AFFECTED_PERC: affected }),
        ...(node.length > 0 && { NODE_LABEL: node[0]! }),
      },
    };
  });
  return { attacks, remarks: [...remarks, ...pods.remarks, ...leftLabels(Object.keys(labels))] };
}

/** The share of the pods in percent; null = one pod, as without it. */
function affectedOf(
  app: string,
  mode: string,
  value: string | undefined,
  { scenario: { services } }: Experimental,
): string | null {
  if (mode === 'all') return '100';
  if (mode === 'fixed-percent') return value ?? '100';
  const count = Number(value ?? 1);
  const replicas = services.get(app)?.replicas ?? 1;
  return count <= 1 ? null : String(Math.min(100, Math.ceil((100 * count) / replicas)));
}

/** A share as whole percent, at least 1. */
function percent(share: number): string {
  return String(Math.max(1, Math.round(100 * share)));
}
