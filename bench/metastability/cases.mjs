// The cases of the benchmark: what each run is by construction, and the runs that confirm it.
import { chainOf, scenarioOf, stagesOf } from './topology.mjs';
import { randomOf } from './random.mjs';

/** Kinds of cases, how many of each the full benchmark has, and whether their true verdict is metastable. */
export const KINDS = {
  overloadedFromTheStart: { n: 100, group: 'overloaded', make: fromTheStart },
  overloadedByNinePercent: { n: 100, group: 'overloaded', make: ninePercent },
  overloadedByLeaks: { n: 100, group: 'overloaded', make: leaked },
  overloadedByLostReplicas: { n: 100, group: 'overloaded', make: lostReplicas },
  slowRecovery: { n: 100, group: 'slow', make: slowRecovery },
  retryStorm: { n: 90, group: 'metastable', make: retryStorm },
  burstStorm: { n: 45, group: 'metastable', make: burstStorm },
  cacheStampede: { n: 45, group: 'metastable', make: cacheStampede },
  rebalanceLoop: { n: 40, group: 'metastable', make: rebalanceLoop },
};

/** One case: its scenario, and the scenarios that confirm it by name. */
export function caseOf(kind, seed) {
  return { kind, seed, group: KINDS[kind].group, ...KINDS[kind].make(randomOf(seed), seed) };
}

const round = (value) => Math.round(value * 10) / 10;

function decoy(random, at, services) {
  if (random.chance(0.3)) return [];
  const target = random.pick(Object.keys(services));
  const kind = random.pick(['slow', 'crash']);
  const more = kind === 'slow' ? { factor: random.whole(2, 4) } : {};
  return [{ id: 'decoy', kind, target, ...more, at: `${at}s`, for: `${random.whole(3, 6)}s` }];
}

function policyOf(random, retries) {
  return {
    retries,
    timeoutMs: random.whole(20, 60) * 10,
    queue: random.whole(100, 600),
    cancellation: random.pick(['ignore', 'ignore', 'onDequeue']),
  };
}

/** More first attempts than capacity from the first second. */
function fromTheStart(random, seed) {
  const capacity = random.whole(60, 160);
  const { services } = chainOf(random, { ...policyOf(random, random.whole(0, 3)), capacity });
  const rate = round(capacity * random.between(1.06, 1.7));
  const base = { seed, duration: 110, services, faults: decoy(random, 40, services) };
  return { scenario: scenarioOf({ ...base, arrivals: `poisson(${rate}/s)` }) };
}

/** 9 % more load lift a busy bottleneck above its capacity. */
function ninePercent(random, seed) {
  const capacity = random.whole(80, 200);
  const { services } = chainOf(random, {
    ...policyOf(random, random.pick([0, 0, 1, 3])),
    capacity,
  });
  const rate = round(capacity * random.between(0.945, 0.97));
  const arrivals = stagesOf(rate, [[45, round(rate * 1.09)]], 150);
  return {
    scenario: scenarioOf({
      seed,
      duration: 150,
      services,
      arrivals,
      faults: decoy(random, 45, services),
    }),
  };
}

/** Most connections of a pool leak. */
function leaked(random, seed) {
  const size = random.whole(5, 20);
  const queryMs = random.whole(5, 30);
  const capacity = (size * 1000) / queryMs;
  const rate = round(Math.min(150, capacity * random.between(0.3, 0.7)));
  const share = Math.min(0.5, (3 * size) / (rate * 20));
  const retries = random.whole(0, 3);
  const services = {
    front: {
      runtime: 'async',
      endpoints: {
        get: {
          readOnly: true,
          steps: [
            { wait: 'exponential(2ms)' },
            {
              query: 'db.read',
              policy: {
                timeout: `${random.whole(30, 100) * 10}ms`,
                ...(retries > 0 ? { retry: { attempts: retries + 1, on: ['any'] } } : {}),
              },
            },
          ],
        },
      },
    },
  };
  const more = {
    databases: {
      db: {
        pool: { maxOpen: size, acquireTimeout: random.pick(['500ms', '1s', '2s']) },
        operations: { read: `exponential(${queryMs}ms)` },
      },
    },
  };
  const faults = [
    {
      id: 'leak',
      kind: 'connectionLeak',
      target: 'front',
      share: `${(share * 100).toFixed(2)}%`,
      at: '40s',
      for: '20s',
    },
    ...decoy(random, 40, services),
  ];
  return {
    scenario: scenarioOf({
      seed,
      duration: 120,
      services,
      arrivals: `poisson(${rate}/s)`,
      faults,
      more,
    }),
  };
}

/** Replicas that never come back leave too little capacity. */
function lostReplicas(random, seed) {
  const replicas = random.whole(2, 4);
  const lost = random.whole(1, replicas - 1);
  const capacity = random.whole(80, 200);
  const left = (replicas - lost) / replicas;
  const { services } = chainOf(random, {
    ...policyOf(random, random.whole(0, 3)),
    capacity,
    replicas,
  });
  const rate = round(capacity * Math.min(0.9, left * random.between(1.08, 1.6)));
  const targets = Array.from({ length: lost }, (_, k) => `store[${k}]`);
  const faults = targets.map((target, k) => ({
    id: `gone${k}`,
    kind: 'crash',
    target,
    restart: false,
    at: '40s',
    for: '5s',
  }));
  return {
    scenario: scenarioOf({ seed, duration: 120, services, arrivals: `poisson(${rate}/s)`, faults }),
  };
}

/** A queue that shrinks, but not before the end of the run. A longer run recovers. */
function slowRecovery(random, seed) {
  const capacity = random.whole(80, 160);
  const retries = random.pick([0, 0, 0, 1]);
  const need = random.between(0.7, 0.93);
  const rate = round((capacity * need) / (1 + retries));
  const outage = random.whole(15, 30);
  const after = 60;
  const backlog = (capacity - rate * (1 + retries)) * after * random.between(1.6, 4);
  const { services } = chainOf(random, {
    retries,
    timeoutMs: random.whole(20, 60) * 10,
    queue: Math.max(200, Math.round(backlog)),
    capacity,
  });
  // A fault that fills the queue: nearly all work stops.
  const factor = 40;
  const faults = [
    { id: 'slow', kind: 'slow', target: 'store', factor, at: '30s', for: `${outage}s` },
  ];
  const make = (duration) =>
    scenarioOf({ seed, duration, services, arrivals: `poisson(${rate}/s)`, faults });
  return {
    scenario: make(30 + outage + after),
    confirm: [
      {
        name: 'recovers in a longer run',
        scenario: make(30 + outage + after * 12),
        expects: 'healthy',
      },
    ],
  };
}

function confirmed(make, pauseAt, resumeAfter = 30) {
  const pause = {
    id: 'pause',
    kind: 'load',
    target: 'users',
    factor: 0.01,
    at: `${pauseAt}s`,
    for: `${resumeAfter}s`,
  };
  return [
    {
      name: 'healthy without the trigger',
      scenario: make({ trigger: false, pause: [] }),
      expects: 'healthy',
    },
    {
      name: 'healthy after a pause of the load',
      scenario: make({ trigger: true, pause: [pause] }),
      expects: 'healthy',
    },
  ];
}

/** Retries after a short slow-down keep the bottleneck full. */
function retryStorm(random, seed) {
  const capacity = random.whole(80, 200);
  const retries = random.whole(1, 3);
  const timeoutMs = random.whole(15, 40) * 10;
  const queue = Math.round((capacity * timeoutMs * random.between(2.5, 6)) / 1000);
  const { services } = chainOf(random, { retries, timeoutMs, queue, capacity });
  const low = 1.25 / (1 + retries);
  const rate = round(capacity * random.between(low, Math.max(low + 0.05, 0.68)));
  const kind = random.pick(['slow', 'crash', 'slow']);
  const trigger = {
    id: 'trigger',
    kind,
    target: 'store',
    ...(kind === 'slow' ? { factor: 20 } : {}),
    at: '40s',
    for: '8s',
  };
  // A crash loses the queue, so a burst of load follows it.
  const burst = { id: 'rush', kind: 'load', target: 'users', factor: 5, at: '48s', for: '6s' };
  const faults = kind === 'crash' ? [trigger, burst] : [trigger];
  const make = ({ trigger: on, pause }) =>
    scenarioOf({
      seed,
      duration: pause.length > 0 ? 190 : 120,
      services,
      arrivals: `poisson(${rate}/s)`,
      faults: [...(on ? faults : []), ...pause],
    });
  return { scenario: make({ trigger: true, pause: [] }), confirm: confirmed(make, 120) };
}

/** The same storm after a burst of the planned load, without any fault. */
function burstStorm(random, seed) {
  const capacity = random.whole(80, 200);
  const retries = random.whole(1, 3);
  const timeoutMs = random.whole(15, 40) * 10;
  const queue = Math.round((capacity * timeoutMs * random.between(2.5, 6)) / 1000);
  const { services } = chainOf(random, { retries, timeoutMs, queue, capacity });
  const low = 1.25 / (1 + retries);
  const rate = round(capacity * random.between(low, Math.max(low + 0.05, 0.68)));
  const peak = round(capacity * random.between(4, 6));
  const until = random.whole(46, 50);
  const make = ({ trigger: on, pause }) => {
    const duration = pause.length > 0 ? 190 : 120;
    const changes = [
      [40, peak],
      [until, rate],
    ];
    return scenarioOf({
      seed,
      duration,
      services,
      arrivals: on ? stagesOf(rate, changes, duration) : `poisson(${rate}/s)`,
      faults: pause,
    });
  };
  return { scenario: make({ trigger: true, pause: [] }), confirm: confirmed(make, 120) };
}

/** A cache is emptied; the database behind it cannot answer in time, so that nothing fills it again. */
function cacheStampede(random, seed) {
  const rate = random.whole(100, 200);
  const queryMs = random.whole(15, 30);
  const cores = 1;
  const keys = random.whole(3, 8) * 100;
  const connections = random.whole(30, 60);
  // With all connections in use a query takes longer than its caller waits.
  const timeoutMs = Math.round((queryMs * connections) / cores / random.between(2, 3));
  const viaExpiry = random.chance(0.3);
  const exponent = random.pick([0.5, 0.6, 0.7]);
  const make = ({ trigger: on, pause }) => {
    const ttl = viaExpiry && on ? '40s' : '1h';
    const duration = pause.length > 0 ? 200 : 110;
    return scenarioOf({
      seed,
      duration,
      services: {
        front: {
          runtime: 'async',
          endpoints: {
            get: {
              readOnly: true,
              steps: [
                { wait: 'exponential(1ms)' },
                {
                  cache: {
                    get: 'items',
                    onMiss: [{ query: 'db.read', policy: { timeout: `${timeoutMs}ms` } }],
                  },
                },
              ],
            },
          },
        },
      },
      arrivals: `poisson(${rate}/s)`,
      faults: [
        ...(on && !viaExpiry
          ? [{ id: 'flush', kind: 'flush', target: 'items.shared', at: '40s' }]
          : []),
        ...pause,
      ],
      more: {
        keys: { item: `zipf(count=${keys} exponent=${exponent})` },
        databases: {
          db: {
            cpu: cores,
            maxConnections: connections,
            pool: { maxOpen: connections, acquireTimeout: '1s' },
            operations: { read: `${queryMs}ms` },
          },
        },
        caches: {
          items: {
            keys: 'item',
            warm: '100%',
            levels: [{ name: 'shared', kind: 'redis', latency: '0.5ms', ttl }],
          },
        },
      },
    });
  };
  const scenario = make({ trigger: true, pause: [] });
  return {
    scenario,
    confirm: [
      {
        name: 'healthy without the trigger',
        scenario: make({ trigger: false, pause: [] }),
        expects: 'healthy',
      },
    ],
  };
}

/** Members that poll more than they handle in time are put out of their group, and get the same messages again. */
function rebalanceLoop(random, seed) {
  const rate = random.whole(100, 200);
  const partitions = random.pick([4, 6, 8]);
  const interval = random.whole(5, 10);
  const handleMs = (partitions * 1000 * random.between(0.5, 0.7)) / rate;
  // A full poll takes longer than the interval allows.
  const perPoll = Math.round(((interval * 1000) / handleMs) * random.between(1.3, 2.5));
  const make = ({ trigger: on, pause }) =>
    scenarioOf({
      seed,
      duration: pause.length > 0 ? 600 : 300,
      services: {
        front: {
          runtime: 'async',
          endpoints: {
            get: [{ wait: '1ms' }, { publish: { topic: 'jobs', key: 'job' } }, { respond: 202 }],
          },
        },
        worker: {
          replicas: partitions,
          runtime: 'async',
          endpoints: { handle: [{ wait: `exponential(${us(handleMs)})` }] },
        },
      },
      arrivals: `poisson(${rate}/s)`,
      faults: [
        ...(on
          ? [
              {
                id: 'slow',
                kind: 'slow',
                target: 'worker.handle',
                factor: 4,
                at: '40s',
                for: `${interval * 4}s`,
              },
            ]
          : []),
        ...pause,
      ],
      more: {
        keys: { job: 'uniform(count=1000)' },
        brokers: { events: { kind: 'kafka', nodes: 3 } },
        topics: {
          jobs: {
            kind: 'kafka',
            broker: 'events',
            partitions,
            subscribers: [
              {
                group: 'workers',
                call: 'worker.handle',
                concurrency: 1,
                maxPollRecords: perPoll,
                maxPollInterval: `${interval}s`,
              },
            ],
          },
        },
      },
    });
  return {
    scenario: make({ trigger: true, pause: [] }),
    confirm: [
      {
        name: 'healthy without the trigger',
        scenario: make({ trigger: false, pause: [] }),
        expects: 'healthy',
      },
    ],
  };
}

const us = (ms) => `${Math.round(ms * 1000)}us`;
