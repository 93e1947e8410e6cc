import { meanOf, type Distribution } from '../../kernel/distribution.js';
import type { Fault } from '../../contracts/scenario/scenario.js';
import type { Experimental } from './experiment.js';
import {
  configOf,
  endsOfLink,
  isOnce,
  STAYS_DOWN,
  type FaultWriters,
  type Unwritten,
} from './faults.js';
import { podsOf, podsThatCall, type Pods } from './pods.js';
import { goDuration } from './times.js';
import { coresOf, longestNs, spreadOf } from './usual.js';

type Config = Readonly<Record<string, unknown>>;

/** A fault as a template of a Workflow without its name and its time. */
interface Templated {
  readonly template: Config;
  readonly remarks: readonly string[];
}

type Written = Templated | Unwritten;

export const WRITERS: FaultWriters<Templated> = {
  latency: (fault, of, config) => {
    const { add, correlation } = config as { add: Distribution; correlation: number };
    const [mean, jitter] = [meanOf(add), spreadOf(add)];
    if (!Number.isFinite(mean)) return { reason: 'its delay has no mean' };
    const delay = {
      latency: goDuration(mean),
      ...(jitter > 0 && { jitter: goDuration(jitter) }),
      ...(correlation > 0 && { correlation: percentText(correlation) }),
    };
    const remarks = jitter > 0 ? [`a ${add.kind} delay is written as its mean with a jitter`] : [];
    return network(fault, of, { action: 'delay', delay }, remarks);
  },
  loss: (fault, of) =>
    network(fault, of, { action: 'loss', loss: { loss: percentText(fault.share) } }),
  corrupt: (fault, of) =>
    network(fault, of, { action: 'corrupt', corrupt: { corrupt: percentText(fault.share) } }),
  bandwidth: (fault, of, config) => {
    const { rate } = config as { rate: number };
    const bandwidth = { rate: rateText(rate), limit: QUEUE_BYTES, buffer: BURST_BYTES };
    return network(fault, of, { action: 'bandwidth', bandwidth });
  },
  partition: (fault, of, config) => {
    const { direction, mode } = config as { direction: string; mode: string };
    const [from, to] = (fault.between ?? [[], []]).map((side) => podsOf(side, fault, of));
    if (from === undefined || to === undefined || 'reason' in from) return { reason: NO_PODS };
    if ('reason' in to) return to;
    const remarks =
      mode === 'reject' ? ['connections get no answer, instead of being refused'] : [];
    return {
      template: {
        templateType: 'NetworkChaos',
        networkChaos: { action: 'partition', direction, ...from.chosen, target: to.chosen },
      },
      remarks: [...remarks, ...from.remarks, ...to.remarks],
    };
  },
  crash: (fault, of, config) => {
    const { restart, blackhole } = config as { restart: boolean; blackhole: boolean };
    if (!restart) return { reason: STAYS_DOWN };
    const remarks = blackhole ? ['connections are refused, instead of getting no answer'] : [];
    return ofPods(fault, of, podChaos(fault), remarks);
  },
  stop: (fault, of) => ofPods(fault, of, podChaos(fault, { gracePeriod: 30 })),
  zoneOutage: (fault, of) =>
    ofPods(fault, of, podChaos(fault), ['the pods of the zone stop, and not its machines']),
  cpuStress: (fault, of, config) => {
    const { load, workers } = config as { load: number; workers?: number };
    const cores = coresOf(fault, of);
    const cpu = { workers: workers ?? cores ?? 1, load: Math.round(100 * load) };
    const remarks =
      workers === undefined && cores === null ? ['its cores are not known: one worker'] : [];
    return ofPods(fault, of, stress({ cpu }), remarks);
  },
  memoryLeak: (fault, of, config) => {
    const { max } = config as { max?: number };
    if (max === undefined) return { reason: 'a stressor of memory has a size: write `max`' };
    const memory = { workers: 1, size: `${Math.max(1, Math.round(max / BYTES_PER_MIB))}MiB` };
    return ofPods(fault, of, stress({ memory }), [
      'the memory is taken at once, and not over time',
    ]);
  },
  clockSkew: (fault, of, config) => {
    const { offset } = config as { offset: number };
    const timeOffset = `${offset < 0 ? '-' : ''}${goDuration(Math.abs(offset))}`;
    return ofPods(fault, of, {
      templateType: 'TimeChaos',
      spec: (pods) => ({ timeChaos: { ...pods.chosen, timeOffset } }),
    });
  },
  ioError: (fault, of, config) => {
    const { on } = config as { on: string };
    const methods = on === 'both' ? ['READ', 'WRITE'] : on === 'reads' ? ['READ'] : ['WRITE'];
    const errors = { action: 'fault', errno: 5, percent: Math.round(100 * fault.share), methods };
    return ofPods(fault, of, io(errors), [VOLUME]);
  },
  diskStress: (fault, of, config) => {
    const { factor, add } = config as { factor?: number; add?: Distribution };
    if (add === undefined)
      return { reason: 'Chaos Mesh adds a time to each access, and has no factor: write `add`' };
    const rest = factor === undefined || factor === 1 ? [] : ['its factor is left out'];
    const delay = { action: 'latency', delay: goDuration(meanOf(add)), percent: 100 };
    return ofPods(fault, of, io(delay), [...rest, VOLUME]);
  },
  dns: (fault, of, config) => {
    const { mode } = config as { mode: string };
    if (mode === 'stale')
      return { reason: 'DNSChaos has no old records, only errors and random addresses' };
    const callers = podsThatCall(fault.target, of);
    if ('reason' in callers) return callers;
    const patterns = fault.target.map((name) => `${name}.*`);
    const dnsChaos = { action: mode, ...callers.chosen, patterns };
    return { template: { templateType: 'DNSChaos', dnsChaos }, remarks: callers.remarks };
  },
  hang: (fault, of) =>
    fromCallers(fault, of, { action: 'loss', loss: { loss: '100' } }, [
      'its callers get no answer, but its own workers and queue do not fill up',
    ]),
  slow: (fault, of, config) => {
    const { factor } = config as { factor: number };
    const longest = longestNs(fault, of);
    if (longest === null)
      return {
        reason: 'Chaos Mesh slows nothing by a factor, and the time of its steps is not known',
      };
    const latency = goDuration((factor - 1) * longest);
    return fromCallers(fault, of, { action: 'delay', delay: { latency } }, [
      `${factor} times its ${goDuration(longest)} is written as a delay of its answers, which occupies none of its workers`,
    ]);
  },
  error: (fault, of, config) => {
    const { status } = config as { status: number };
    return http(fault, of, { target: 'Response', replace: { code: status } });
  },
  reset: (fault, of) => http(fault, of, { target: 'Request', abort: true }),
};

const NO_PODS = 'it hits no pods that a selector could name';
const VOLUME = 'it is written for the volume at /var/lib/data: change volumePath to yours';
const PORT = 'it is written for port 8080: change it to yours';
const BYTES_PER_MIB = 1_048_576;
/** Bytes that wait for a token, and that may be sent at once, of a bandwidth limit. */
const QUEUE_BYTES = 20_971_520;
const BURST_BYTES = 10_000;

/** A part of a template, once its pods are known. */
interface Part {
  readonly templateType: string;
  readonly spec: (pods: Pods) => Readonly<Record<string, unknown>>;
}

function ofPods(
  fault: Fault,
  of: Experimental,
  { templateType, spec }: Part,
  remarks: readonly string[] = [],
): Written {
  const pods = podsOf(fault.target, fault, of);
  if ('reason' in pods) return pods;
  return { template: { templateType, ...spec(pods) }, remarks: [...remarks, ...pods.remarks] };
}

/** A pod that dies once, or that is down for a time. */
function podChaos(fault: Fault, more: Config = {}): Part {
  const isGraceful = Object.keys(more).length > 0;
  const action =
    isOnce(fault) || isGraceful ? { action: 'pod-kill', ...more } : { action: 'pod-failure' };
  return {
    templateType: 'PodChaos',
    spec: ({ chosen }) => ({ podChaos: { ...action, ...chosen } }),
  };
}

function stress(stressors: Config): Part {
  return {
    templateType: 'StressChaos',
    spec: ({ chosen }) => ({ stressChaos: { ...chosen, stressors } }),
  };
}

function io(more: Config): Part {
  const volumePath = '/var/lib/data';
  return {
    templateType: 'IOChaos',
    spec: ({ chosen }) => ({ ioChaos: { ...more, ...chosen, volumePath } }),
  };
}

/** Requests of chosen pods; all of them, because a rule of Chaos Mesh has no share of requests. */
function http(fault: Fault, of: Experimental, more: Config): Written {
  if (fault.share < 1)
    return { reason: 'HTTPChaos hits all requests of a pod, and not a share of them' };
  if (fault.target.some((target) => target.includes('.')))
    return { reason: 'HTTPChaos chooses by path, and the scenario has no path of this endpoint' };
  const part: Part = {
    templateType: 'HTTPChaos',
    spec: ({ chosen }) => ({ httpChaos: { ...more, port: 8080, ...chosen } }),
  };
  return ofPods(fault, of, part, [PORT]);
}

/** Messages on a link `a->b`. */
function network(
  fault: Fault,
  of: Experimental,
  action: Config,
  remarks: readonly string[] = [],
): Written {
  const ends = endsOfLink(fault);
  if (ends === null) return { reason: 'NetworkChaos is about one link between two components' };
  const [caller, callee] = ends;
  const from = podsOf([caller], fault, of);
  if ('reason' in from) return from;
  const { direction = 'both' } = configOf(fault) as { direction?: string };
  return toTarget(from, podsOf([callee], fault, of), callee, { ...action, direction }, remarks);
}

/** All that the callers of a component send to it, and get from it. */
function fromCallers(
  fault: Fault,
  of: Experimental,
  action: Config,
  remarks: readonly string[],
): Written {
  const names = fault.target.map((target) => target.split('.')[0]!);
  const callers = podsThatCall(names, of);
  if ('reason' in callers) return callers;
  return toTarget(
    callers,
    podsOf(names, fault, of),
    names[0]!,
    { ...action, direction: 'to' },
    remarks,
  );
}

/** A target without pods is named by its host. */
function toTarget(
  from: Pods,
  to: Pods | Unwritten,
  name: string,
  action: Config,
  remarks: readonly string[],
): Written {
  const isOutside = 'reason' in to;
  const target = isOutside
    ? { direction: 'to', externalTargets: [`${name}.example.com`] }
    : { target: to.chosen };
  const ofHost = isOutside ? [`its host is not known: change ${name}.example.com`] : to.remarks;
  return {
    template: {
      templateType: 'NetworkChaos',
      networkChaos: { ...action, ...from.chosen, ...target },
    },
    remarks: [...remarks, ...from.remarks, ...ofHost],
  };
}

function percentText(share: number): string {
  return String(Number((100 * share).toPrecision(6)));
}

/** Bytes per second as Chaos Mesh reads them. */
function rateText(bytesPerSecond: number): string {
  const units = [
    [1e9, 'gbps'],
    [1e6, 'mbps'],
    [1e3, 'kbps'],
  ] as const;
  const [size, unit] = units.find(([one]) => bytesPerSecond % one === 0) ?? [1, 'bps'];
  return `${Math.max(1, Math.round(bytesPerSecond / size))}${unit}`;
}
