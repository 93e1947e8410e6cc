// Causes that are no fault: conditions of the scenario that hurt users by themselves. Each edits a scenario and names
// the causes of which at least one must be reported, with the same scenario without the condition.
import { DURATION } from './topology.mjs';

const half = DURATION / 2;

/** The busiest inner service, or one of the busy ones. */
function busyService(random, { nodes }, isWanted = () => true) {
  const services = nodes.filter(
    (node) =>
      node.layer > 0 && node.kind === 'service' && node.runtime === 'threads' && isWanted(node),
  );
  return services.length === 0 ? null : random.weighted(services.map((node) => [node.rate, node]));
}

/** The component that the load overloads first: the one with the highest utilisation. */
const tightest = ({ nodes }) =>
  [...nodes].filter(({ kind }) => kind !== 'cached').sort((a, b) => busy(b) - busy(a))[0];
const busy = ({ rate, spentMs, ownMs, workers, replicas, runtime }) =>
  (rate * (runtime === 'async' ? ownMs : spentMs)) / workers / replicas;

const users = { kind: 'load', subject: 'users' };

export const CONDITION_KINDS = {
  ramp: (random, topology, scenario) => {
    const { rate } = topology;
    const stages = [
      { duration: '15s', target: `${rate}/s` },
      { duration: '35s', target: `${Math.round(rate * random.between(3, 5))}/s` },
    ];
    scenario.workloads.users.arrivals = { kind: 'stages', start: `${rate}/s`, stages };
    return { causes: [users, { kind: 'capacity', subject: '*' }], starts: 15 };
  },
  overload: (random, topology, scenario) => {
    const { name, workers, spentMs, rate, replicas } = tightest(topology);
    const most = (1000 * workers * replicas) / spentMs;
    const factor = Math.max(2, (most / rate) * random.between(1.3, 1.8));
    scenario.workloads.users.arrivals = `poisson(${Math.round(topology.rate * factor)}/s)`;
    return { causes: [users, { kind: 'capacity', subject: '*' }], near: name, starts: 0 };
  },
  collections: (random, topology, scenario) => {
    const node = busyService(random, topology);
    if (node === null) return null;
    const gc = { every: `${random.whole(6, 12)}s`, pause: `${random.whole(12, 25) / 10}s` };
    const service = scenario.services[node.name];
    service.runtime = { kind: 'threads', gc };
    service.replicas = 1;
    service.concurrency = node.workers * node.replicas;
    return { causes: [{ kind: 'collections', subject: node.name }], starts: 0 };
  },
  release: (random, topology, scenario) => {
    const node = busyService(random, topology);
    if (node === null) return null;
    const service = scenario.services[node.name];
    const steps = [...service.endpoints.go.steps];
    if (random.chance(0.5)) steps.push({ fail: 500, probability: `${random.whole(30, 80)}%` });
    else steps.unshift({ wait: `exponential(${Math.ceil(node.spentMs * random.whole(8, 15))}ms)` });
    service.replicas = Math.max(2, node.replicas);
    service.versions = { v1: {}, v2: { endpoints: { go: { steps } } } };
    const kind = random.pick(['rolling', 'recreate', 'blueGreen']);
    service.rollout = { to: 'v2', at: '20s', kind };
    return { causes: [{ kind: 'rollout', subject: node.name }], starts: 20 };
  },
  scaling: (random, topology, scenario) => {
    const node = busyService(random, topology, ({ calls }) => calls.length === 0);
    if (node === null) return null;
    const { rate } = topology;
    const service = scenario.services[node.name];
    const step = random.between(2.5, 3.5);
    // All other components have room for the new load.
    for (const other of Object.values(scenario.services)) other.concurrency *= 4;
    for (const other of Object.values(scenario.databases ?? {})) {
      other.cpu *= 4;
      other.pool.maxOpen *= 4;
    }
    service.concurrency = node.workers;
    service.cpu = Math.max(1, Math.round(node.workers * 0.8));
    service.endpoints.go.steps = [{ work: `exponential(${node.ownMs}ms)` }];
    service.lifecycle = { startup: `${random.whole(10, 20)}s` };
    service.autoscaling = {
      metric: 'cpu',
      target: '60%',
      min: node.replicas,
      max: node.replicas * 6,
    };
    const stages = [
      { duration: `${half - 10}s`, target: `${rate}/s` },
      { duration: '0s', target: `${Math.round(rate * step)}/s` },
    ];
    scenario.workloads.users.arrivals = { kind: 'stages', start: `${rate}/s`, stages };
    const capacity = { kind: 'capacity', subject: node.name };
    return {
      causes: [{ kind: 'scaling', subject: node.name }, users, capacity],
      starts: half - 10,
    };
  },
  locks: (random, topology, scenario) => {
    const node = busyService(random, topology, ({ calls, rate }) => calls.length === 0 && rate > 8);
    if (node === null) return null;
    const service = scenario.services[node.name];
    const hold = Math.ceil((1000 / node.rate) * random.between(1.2, 2));
    scenario.keys = { ...scenario.keys, account: 'hot(count=1000 hotShare=90% hotKeys=1)' };
    const lock = { on: 'account', scope: 'service', acquireTimeout: '1s' };
    service.endpoints.go.steps = [
      { lock: { ...lock, steps: [{ wait: `exponential(${hold}ms)` }] } },
    ];
    service.concurrency = 4 * node.workers + 20;
    return { causes: [{ kind: 'locks', subject: node.name }], starts: 0 };
  },
  limit: (random, topology, scenario) => {
    const node = busyService(random, topology, ({ rate }) => rate > 5);
    if (node === null) return null;
    const rate = Math.max(1, Math.round(node.rate * random.between(0.3, 0.7)));
    scenario.services[node.name].admission = { rateLimit: { rate: `${rate}/s`, burst: rate } };
    return { causes: [{ kind: 'limit', subject: node.name }], starts: 0 };
  },
  errors: (random, topology, scenario) => {
    const node = busyService(random, topology);
    if (node === null) return null;
    const { steps } = scenario.services[node.name].endpoints.go;
    steps.push({ fail: 500, probability: `${random.whole(20, 60)}%` });
    return { causes: [{ kind: 'errors', subject: node.name }], starts: 0 };
  },
  poison: (random, topology, scenario) => {
    const [entry] = topology.entries;
    scenario.topics = {
      parcels: {
        kind: 'kafka',
        partitions: 2,
        subscribers: [
          {
            group: 'packer',
            call: 'packer.pack',
            retry: { attempts: 50, backoff: { kind: 'constant', base: '1s' } },
          },
        ],
      },
    };
    scenario.keys = { ...scenario.keys, parcel: { kind: 'sequence', count: 2 } };
    scenario.services.packer = { endpoints: { pack: [{ work: '1ms' }] } };
    scenario.services[entry.name].endpoints.go.steps.push({
      publish: { topic: 'parcels', key: 'parcel' },
    });
    scenario.faults = [{ id: 'poison', kind: 'poison', target: 'parcels', at: '20s', for: '1s' }];
    const causes = [
      { kind: 'poison', subject: 'parcels' },
      { kind: 'fault', subject: 'poison' },
    ];
    return { causes, starts: 20, isUnseen: true };
  },
};
