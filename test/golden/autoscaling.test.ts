import { describe, expect, it } from 'vitest';
import { problemsOf } from '../theory/program.js';
import { endings, states } from './states.js';
import { golden, instants, outcomes } from './tracing.js';
import type { Traced } from './tracing.js';

/** One service `s` with an autoscaler; `work` of CPU for each of `rate` requests a second, evenly dealt. */
const scaled = (
  autoscaling: string,
  load: string,
  more: Record<string, string> = {},
  length = '100s',
): Traced =>
  golden(
    `
${more['platform'] === undefined ? '' : `platform: { ${more['platform']} }`}
services:
  s: { ${more['service'] ?? 'replicas: 4, cpu: 2, resources: { requests: { cpu: 1 } }, '}autoscaling: { ${autoscaling} }, endpoints: { serve: [ ${more['steps'] ?? 'work: 10ms'} ] } }
${more['parts'] ?? ''}
workloads:
  users: { arrivals: ${load}, requests: [ { call: ${more['call'] ?? 's.serve'} } ] }
faults: [ ${more['faults'] ?? ''} ]
`,
    length,
  );

/** How many are wanted or there at some seconds. */
const counts = (traced: Traced, places: number, ...at: readonly number[]): number[] =>
  at.map((second) => {
    let count = 0;
    for (let replica = 0; replica < places; replica++) {
      const past = states(traced, replica)
        .map((word) => word.split(' '))
        .filter(([, when]) => Number(when) <= second);
      const last = past.filter(([state]) => state === 'wanted' || state === 'absent').pop();
      if (last === undefined || last[0] === 'wanted') count++;
    }
    return count;
  });

const HALF = 'metric: cpu, target: 50%, min: 1, max: 20';

describe('the horizontal pod autoscaler (HPA-1 to HPA-6, GS-26)', () => {
  it('wants the ratio of what is used to the target, rounded up', () => {
    // 320/s x 10 ms on four: 80 %.
    expect(counts(scaled(HALF, 'constant(320/s)'), 20, 14, 16)).toEqual([4, 7]);
  });

  it('changes nothing within the tolerance', () => {
    // 54 %: 1.08 of the target.
    expect(counts(scaled(HALF, 'constant(216/s)'), 20, 99)).toEqual([4]);
    expect(counts(scaled(`${HALF}, tolerance: 5%`, 'constant(216/s)'), 20, 16)).toEqual([5]);
  });

  it('doubles at most in one look', () => {
    // 200 % wants 16, of which the first look gives 8, and the second, at 100 %, the others.
    const load = 'constant(800/s)';
    expect(counts(scaled(HALF, load), 20, 16, 31)).toEqual([8, 16]);
    // Those that were not ready for a whole period say nothing yet.
    const service =
      'replicas: 4, cpu: 2, resources: { requests: { cpu: 1 } }, lifecycle: { startup: 1s }, ';
    expect(counts(scaled(HALF, load, { service }), 20, 16, 31, 46)).toEqual([8, 8, 16]);
  });

  it('takes none away before the last five minutes have asked for fewer', () => {
    const traced = scaled(
      HALF,
      '{ kind: stages, start: 480/s, stages: [ { target: 480/s, duration: 20s }, { target: 20/s, duration: 1ms }, { target: 20/s, duration: 600s } ] }',
      {
        service: 'replicas: 10, cpu: 2, resources: { requests: { cpu: 1 } }, ',
      },
      '400s',
    );
    // At 15 s ten are as they are to be; at 315 s that is five minutes ago.
    expect(counts(traced, 20, 314, 316)).toEqual([10, 4]);
  });

  it('never goes below min and above max', () => {
    expect(
      counts(
        scaled(
          'metric: cpu, target: 50%, min: 3, max: 20, scaleDown: { stabilization: 0s }',
          'constant(4/s)',
        ),
        20,
        16,
      ),
    ).toEqual([3]);
    expect(
      counts(scaled('metric: cpu, target: 50%, min: 1, max: 5', 'constant(800/s)'), 5, 90),
    ).toEqual([5]);
  });

  it('is blind to requests that only wait (HPA-8)', () => {
    const steps = 'work: 1ms, wait: 400ms';
    // 80/s on one core each: 8 % of the cores, 8 requests in each of four.
    const load = 'constant(80/s)';
    const own = { service: 'replicas: 4, cpu: 1, ', steps };
    const fast = 'min: 1, max: 20, scaleDown: { stabilization: 0s }';
    expect(counts(scaled(`metric: cpu, target: 50%, ${fast}`, load, own), 20, 16)).toEqual([1]);
    expect(counts(scaled(`metric: concurrency, target: 4, ${fast}`, load, own), 20, 16)).toEqual([
      8,
    ]);
  });

  it('counts what comes in, and what waits for a worker', () => {
    const service = 'replicas: 2, concurrency: 1, ';
    const rate = scaled('metric: rate, target: 10/s, max: 20', 'constant(40/s)', {
      service,
      steps: 'wait: 10ms',
    });
    expect(counts(rate, 20, 16)).toEqual([4]);
    // Each serves one a second and gets two: 15 wait in each at the end, 7.5 on average.
    const queue = scaled(
      'metric: queue, target: 5, max: 20',
      'constant(4/s)',
      { service, steps: 'wait: 1s' },
      '20s',
    );
    expect(counts(queue, 20, 16)).toEqual([3]);
  });

  it('takes the largest of several metrics', () => {
    const metrics =
      'metrics: [ { metric: cpu, target: 50% }, { metric: rate, target: 20/s } ], max: 20';
    expect(counts(scaled(metrics, 'constant(160/s)'), 20, 16)).toEqual([8]);
  });

  it('looks at what was measured a while ago (HPA-7)', () => {
    const load =
      '{ kind: stages, start: 40/s, stages: [ { target: 40/s, duration: 20s }, { target: 320/s, duration: 1ms }, { target: 320/s, duration: 80s } ] }';
    const late = `${HALF}, metricDelay: 30s, scaleDown: { selectPolicy: disabled }`;
    const prompt = `${HALF}, scaleDown: { selectPolicy: disabled }`;
    // The look of 30 s sees 5 s of 320/s less, that of 45 s all: 30 s later with the delay.
    expect(counts(scaled(prompt, load), 20, 29, 31, 46)).toEqual([4, 5, 7]);
    expect(counts(scaled(late, load), 20, 31, 46, 59, 61, 76)).toEqual([4, 4, 4, 5, 7]);
  });

  it('sets those aside that are not ready yet', () => {
    // Seven are desired, and three of them take 40 s to start. Meanwhile the four stay at 80 %, and no more are
    // added.
    const service =
      'replicas: 4, cpu: 2, resources: { requests: { cpu: 1 } }, lifecycle: { startup: 40s }, ';
    const traced = scaled(HALF, 'constant(320/s)', { service });
    expect(counts(traced, 20, 16, 54, 99)).toEqual([7, 7, 7]);
    expect(states(traced, 4)).toEqual(['absent 0', 'down 0', 'wanted 15', 'up 55']);
  });
});

describe('instances that come and go', () => {
  const AT_ONCE = 'scaleDown: { stabilization: 0s }';

  it('come when they have started, and get their part then', () => {
    const service = 'replicas: 1, cpu: 1, lifecycle: { startup: 5s }, ';
    const traced = scaled('metric: cpu, target: 40%, max: 2', 'constant(50/s)', { service }, '30s');
    const of = (from: number, to: number): number =>
      traced
        .at('s.serve')
        .filter(({ instance, sent }) => instance === 's[1]' && sent >= from && sent < to).length;
    expect(of(0, 20e3)).toBe(0);
    expect(of(20e3, 30e3)).toBe(250);
    expect(outcomes(traced.requests).every((outcome) => outcome === 'ok')).toBe(true);
  });

  it('wait for a node and for their image, which containers that start again have', () => {
    const service = 'replicas: 1, cpu: 1, lifecycle: { startup: 5s }, ';
    const traced = scaled(
      'metric: cpu, target: 40%, max: 2',
      'constant(50/s)',
      {
        service,
        platform: 'kind: kubernetes, schedulingDelay: 2s, imagePull: 8s',
        faults:
          '{ id: f, kind: crash, target: "s[1]", at: 50s, for: 0s }, { id: g, kind: stop, target: "s[1]", at: 70s, for: 0s }',
      },
      '100s',
    );
    expect(states(traced, 1)).toEqual([
      'absent 0',
      'down 0',
      'wanted 15',
      'up 30',
      'down 50',
      'up 55',
      'leaving 70',
      'down 70',
      'up 85',
    ]);
  });

  it('stay where they are when they die while they start up', () => {
    const traced = scaled(
      'metric: cpu, target: 40%, max: 2',
      'constant(50/s)',
      {
        service: 'replicas: 1, cpu: 1, lifecycle: { startup: 10s }, ',
        platform: 'kind: kubernetes, imagePull: 20s',
        faults: '{ id: f, kind: crash, target: "s[1]", at: 40s, for: 0s }',
      },
      '100s',
    );
    // Its image is there at 35 s; the container begins again at 40 s.
    expect(states(traced, 1)).toEqual([
      'absent 0',
      'down 0',
      'wanted 15',
      'failedStart 40',
      'up 50',
    ]);
  });

  it('are asked to end as `lifecycle` says, and lose nothing that they drain', () => {
    const service = 'replicas: 4, lifecycle: { preStop: 2s }, ';
    const traced = scaled(
      `metric: concurrency, target: 10, max: 4, ${AT_ONCE}`,
      'constant(10/s)',
      { service, steps: 'wait: 3s' },
      '60s',
    );
    // 30 requests are in service: three are enough.
    expect(states(traced, 3)).toEqual(['absent 15', 'leaving 15', 'down 17.8']);
    expect(endings(traced, 3)).toEqual(['drained 17.8']);
    expect(outcomes(traced.requests).filter((outcome) => outcome !== 'ok')).toEqual([]);
  });

  it('go in the order in which they came, the last one first', () => {
    const load =
      '{ kind: stages, start: 35/s, stages: [ { target: 35/s, duration: 20s }, { target: 4/s, duration: 1ms }, { target: 4/s, duration: 80s } ] }';
    const traced = scaled(`metric: rate, target: 10/s, min: 1, max: 6, ${AT_ONCE}`, load, {
      service: 'replicas: 2, ',
      steps: 'wait: 10ms',
    });
    expect(counts(traced, 6, 16, 46)).toEqual([4, 1]);
    const gone = (second: number): boolean[] =>
      [0, 1, 2, 3].map((replica) => states(traced, replica).includes(`absent ${second}`));
    // Those of 15 s first, then that with the higher number.
    expect(gone(30)).toEqual([false, false, true, true]);
    expect(gone(45)).toEqual([false, true, false, false]);
  });

  it('leave their place to the next one', () => {
    const load =
      '{ kind: stages, start: 40/s, stages: [ { target: 40/s, duration: 20s }, { target: 4/s, duration: 1ms }, { target: 4/s, duration: 40s }, { target: 40/s, duration: 1ms }, { target: 40/s, duration: 80s } ] }';
    const traced = scaled(`metric: rate, target: 20/s, min: 1, max: 2, ${AT_ONCE}`, load, {
      service: '',
      steps: 'wait: 10ms',
    });
    expect(states(traced, 1).filter((word) => /wanted|absent/.test(word))).toEqual([
      'absent 0',
      'wanted 15',
      'absent 30',
      'wanted 75',
    ]);
  });

  it('come where the fewest are (reference, section 7)', () => {
    const traced = scaled('metric: rate, target: 10/s, max: 8', 'constant(60/s)', {
      service: 'zone: { a: 3, b: 1 }, ',
      steps: 'wait: 10ms',
      parts: 'network: { zones: { a: {}, b: {} } }',
    });
    // Places 4 to 7 lie in a, b, a, b.
    const came = [4, 5, 6, 7].map((replica) => states(traced, replica).includes('wanted 15'));
    expect(came).toEqual([false, true, false, true]);
  });

  it('are not chosen by faults before they are there', () => {
    const traced = scaled(
      'metric: rate, target: 100/s, max: 10',
      'constant(10/s)',
      {
        service: 'replicas: 2, ',
        steps: 'wait: 10ms',
        faults: '{ id: f, kind: crash, target: s, instances: 50%, at: 5s, for: 5s }',
      },
      '12s',
    );
    const downs = Array.from({ length: 10 }, (_, replica) =>
      states(traced, replica).includes('down 5'),
    );
    expect(downs.filter(Boolean)).toHaveLength(1);
    expect(downs.indexOf(true)).toBeLessThan(2);
  });

  it('stay down that a fault holds down while they come', () => {
    const traced = scaled(
      'metric: rate, target: 10/s, max: 4',
      'constant(40/s)',
      {
        service: 'replicas: 1, ',
        steps: 'wait: 10ms',
        faults: '{ id: f, kind: crash, target: "s[1]", at: 5s, for: 20s }',
      },
      '30s',
    );
    expect(states(traced, 1)).toEqual(['absent 0', 'down 0', 'wanted 15', 'up 25']);
  });

  it('take partitions of the groups that they consume for, and give them back', () => {
    const traced = scaled(
      'metric: lag, target: 10, of: orders.work, max: 4, syncPeriod: 5s, scaleDown: { stabilization: 0s }',
      `{ at: [ ${instants(1, 400, 1, 'ms')} ] }`,
      {
        service: 'replicas: 1, ',
        steps: 'work: 100ms',
        call: 'shop.buy',
        parts: `  shop: { endpoints: { buy: [ publish: orders ] } }
topics:
  orders: { kind: kafka, partitions: 4, subscribers: [ { group: work, call: s.serve } ] }
`,
      },
      '60s',
    );
    const by = (replica: number): number =>
      traced.at('s.serve').filter(({ instance }) => instance === `s[${replica}]`).length;
    expect([0, 1, 2, 3].reduce((sum, replica) => sum + by(replica), 0)).toBe(400);
    expect([1, 2, 3].every((replica) => by(replica) > 50)).toBe(true);
    expect(counts(traced, 4, 4, 6, 59)).toEqual([1, 4, 1]);
  });
});

describe('a frozen autoscaler (fault freeze)', () => {
  const FROZEN = '{ id: f, kind: freeze, target: s, what: autoscaling, at: 10s, for: 40s }';

  it('changes nothing, and continues with the metrics of that time', () => {
    const load = 'constant(320/s)';
    expect(counts(scaled(HALF, load, { faults: FROZEN }), 20, 16, 46, 61)).toEqual([4, 4, 7]);
    const late = `${HALF}, metricDelay: 30s`;
    expect(counts(scaled(late, load, { faults: FROZEN }), 20, 46, 61)).toEqual([4, 7]);
  });

  it('is there', () => {
    const none = (): Traced =>
      golden(`
services: { s: { endpoints: { serve: [ work: 1ms ] } } }
workloads: { users: { arrivals: constant(1/s), requests: [ { call: s } ] } }
faults: [ ${FROZEN} ]
`);
    expect(none).toThrow(/has no `autoscaling` to freeze/);
  });
});

describe('replacement of instances', () => {
  const AT_ONCE = 'scaleDown: { stabilization: 0s }';
  /** 40/s, 4/s from 20 s on, 40/s again from 60 s on. */
  const LOAD =
    '{ kind: stages, start: 40/s, stages: [ { target: 40/s, duration: 20s }, { target: 4/s, duration: 1ms }, { target: 4/s, duration: 40s }, { target: 40/s, duration: 1ms }, { target: 40/s, duration: 80s } ] }';
  const served = (traced: Traced, replica: number, from: number, to: number): number =>
    traced
      .at('s.serve')
      .filter((row) => row.instance === `s[${replica}]` && row.sent >= from && row.sent < to)
      .length;

  it('is measured from its start, not by what the former process did', () => {
    // Half of each core; one is away from 28.5 s to 29 s.
    const traced = scaled('metric: cpu, target: 50%, min: 4, max: 20', 'constant(200/s)', {
      service: 'replicas: 4, cpu: 1, ',
      faults: '{ id: f, kind: crash, target: "s[1]", at: 28500ms, for: 500ms }',
    });
    expect(counts(traced, 20, 99)).toEqual([4]);
  });

  it('is called though callers had ejected the former one', () => {
    const traced = scaled(`metric: rate, target: 20/s, min: 1, max: 2, ${AT_ONCE}`, LOAD, {
      service:
        'replicas: 2, outlierDetection: { consecutive5xx: 3, interval: 1s, baseEjectionTime: 300s, maxEjectionPercent: 50% }, ',
      steps: 'wait: 10ms',
      faults: '{ id: f, kind: error, target: "s[1]", status: 500, at: 1s, for: 20s }',
    });
    expect(states(traced, 1).filter((word) => /wanted|absent/.test(word))).toEqual([
      'absent 30',
      'wanted 75',
    ]);
    expect(served(traced, 1, 10e3, 30e3)).toBe(0);
    expect(served(traced, 1, 75e3, 95e3)).toBeGreaterThan(300);
  });

  it('is unknown to callers also where a stopped pod is replaced', () => {
    const traced = golden(
      `
platform: { kind: kubernetes }
services:
  s: { replicas: 2, outlierDetection: { consecutive5xx: 3, interval: 1s, baseEjectionTime: 300s, maxEjectionPercent: 50% }, endpoints: { serve: [ wait: 10ms ] } }
workloads: { users: { arrivals: constant(40/s), requests: [ { call: s.serve } ] } }
faults:
  - { id: f, kind: error, target: "s[1]", status: 500, at: 1s, for: 20s }
  - { id: g, kind: stop, target: "s[1]", at: 30s, for: 0s }
`,
      '60s',
    );
    expect(served(traced, 1, 10e3, 30e3)).toBe(0);
    expect(served(traced, 1, 30e3, 60e3)).toBe(600);
  });

  it('is not blamed for what the former one lost', () => {
    // Each has 100 requests of 4 s; those of the first are cut when its grace is over, as the next one is there already.
    const traced = golden(
      `
platform: { kind: kubernetes }
network: { latency: 5ms }
services:
  s: { replicas: 4, lifecycle: { startup: 1s, terminationGrace: 2s }, outlierDetection: { maxEjectionPercent: 50%, baseEjectionTime: 30s }, endpoints: { serve: [ wait: 4s ] } }
workloads: { users: { arrivals: constant(100/s), requests: [ { call: s.serve } ] } }
faults: [ { id: g, kind: stop, target: "s[0]", at: 10s, for: 0s } ]
`,
      '40s',
    );
    expect(endings(traced)).toEqual(['killed 12']);
    expect(served(traced, 0, 12.1e3, 36e3)).toBeGreaterThan(590);
  });

  it('is called though a breaker had opened on the former one', () => {
    const traced = scaled(`metric: rate, target: 20/s, min: 1, max: 2, ${AT_ONCE}`, LOAD, {
      service: 'replicas: 2, ',
      steps: 'wait: 10ms',
      call: 'front.go',
      parts:
        '  front: { outbound: { s: { circuitBreaker: { kind: simple, per: target, failureThreshold: 3, openDuration: 300s } } }, endpoints: { go: [ call: s.serve ] } }',
      faults: '{ id: f, kind: error, target: "s[1]", status: 500, at: 1s, for: 20s }',
    });
    expect(served(traced, 1, 10e3, 30e3)).toBe(0);
    expect(served(traced, 1, 75e3, 95e3)).toBeGreaterThan(300);
  });

  it('is cold, also where caches are warm at the beginning', () => {
    const traced = scaled('metric: rate, target: 20/s, min: 1, max: 2', 'constant(40/s)', {
      service: 'replicas: 1, ',
      steps: 'cache: { get: c, onMiss: [ wait: 5ms ] }',
      parts: `keys: { item: uniform(count=10) }
caches: { c: { keys: item, warm: 100%, levels: [ { name: near, kind: local, capacity: 10, ttl: 1h } ] } }`,
    });
    expect(counts(traced, 2, 16)).toEqual([2]);
    const slow = (from: number, to: number): number =>
      traced.requests.filter(
        (row) => row.sent >= from && row.sent < to && row.answered - row.sent >= 5,
      ).length;
    expect(slow(0, 15e3)).toBe(0);
    expect(slow(15e3, 100e3)).toBe(10);
  });

  it('arrives without a delay', () => {
    const traced = scaled(
      `metric: rate, target: 20/s, min: 1, max: 4, ${AT_ONCE}`,
      LOAD.replaceAll('40/s', '56/s'),
      {
        service: 'replicas: 3, ',
        steps: 'wait: 10ms',
        faults: '{ id: f, kind: crash, target: "s[1]", at: 25s, for: 70s }',
      },
    );
    // Place 1 is vacated at 30 s because its instance is down; a fault on it is not over at 75 s.
    const changes = (replica: number): readonly string[] =>
      states(traced, replica).filter((word) => /wanted|absent/.test(word));
    expect(changes(1).slice(0, 1)).toEqual(['absent 30']);
    expect(changes(1)).not.toContain('wanted 75');
    expect(changes(2).slice(0, 2)).toEqual(['absent 45', 'wanted 75']);
    expect(changes(3).slice(0, 2)).toEqual(['absent 0', 'wanted 75']);
  });

  it('is not waited for by callers of one that has vanished and is taken away', () => {
    const traced = scaled(
      `metric: rate, target: 20/s, min: 1, max: 3, ${AT_ONCE}`,
      'constant(30/s)',
      {
        service: 'replicas: 3, ',
        steps: 'wait: 10ms',
        faults: '{ id: f, kind: crash, target: "s[1]", blackhole: true, at: 10s, for: 60s }',
      },
    );
    expect(states(traced, 1)).toContain('absent 15');
    expect(served(traced, 1, 0, 15e3)).toBeGreaterThan(0);
    expect(served(traced, 1, 16e3, 70e3)).toBe(0);
  });
});

describe('what makes no sense', () => {
  const service = (own: string): string => `
faultline: 1
title: Wrong
run: { duration: 10s }
services:
  s: { ${own}, endpoints: { serve: [ work: 1ms ] } }
workloads:
  users: { arrivals: constant(1/s), requests: [ { call: s } ] }
`;

  it.each([
    ['autoscaling: { metric: cpu, target: 50%, max: 4 }', /unlimited cores/],
    [
      'cpu: 1, autoscaling: { metric: cpu, target: 5, max: 4 }',
      /expected a target for cpu, such as 60%/,
    ],
    [
      'autoscaling: { metric: rate, target: 5, max: 4 }',
      /expected a target for rate, such as 50\/s/,
    ],
    [
      'autoscaling: { metric: queue, target: 5/s, max: 4 }',
      /expected a target for queue, such as 20/,
    ],
    [
      'autoscaling: { metric: lag, target: 5, max: 4 }',
      /of is missing: write the consumer group whose lag to use, as/,
    ],
    [
      'autoscaling: { metric: lag, target: 5, of: nothing.here, max: 4 }',
      /no group or queue nothing.here/,
    ],
    [
      'autoscaling: { metric: queue, target: 5, of: a.b, max: 4 }',
      /of applies only to metric: lag, and the metric is/,
    ],
    ['autoscaling: { max: 4 }', /metric is missing: write both, as in metric: cpu, target: 60%/],
    [
      'autoscaling: { of: jobs, target: 5, max: 4 }',
      /metric is missing: write both, as in metric: lag, target: 50, of: jobs/,
    ],
    [
      'autoscaling: { metric: queue, max: 4 }',
      /target is missing: write both, as in metric: cpu, target: 60%/,
    ],
    [
      'autoscaling: { metric: queue, target: 5, metrics: [ { metric: rate, target: 5/s } ], max: 4 }',
      /is the short form of one entry of metrics: move it into metrics/,
    ],
    [
      'replicas: 5, autoscaling: { metric: queue, target: 5, max: 4 }',
      /replicas, 5, is outside the range of the autoscaler: expected 1 to 4/,
    ],
    [
      'autoscaling: { metric: queue, target: 5, min: 5, max: 4 }',
      /min, 5, is greater than max, 4: lower min or raise max/,
    ],
    [
      'autoscaling: { metric: queue, target: 5, max: 4, scaleUp: { policies: [ { period: 5s } ] } }',
      /a policy needs exactly one of percent and pods/,
    ],
    ['autoscaling: { metric: disk, target: 5, max: 4 }', /lag latency, got disk/],
    ['autoscaling: { kind: step, max: 4 }', /autoscaling.steps: is required/],
    ['autoscaling: { kind: vpa, max: 4 }', /hpa keda step targetTracking scheduled/],
    ['resources: { requests: { disk: 5 } }', /unknown key disk[^]*allowed: cpu, memory/],
  ])('%s', (own, says) => {
    expect(problemsOf(service(own))).toMatch(says);
  });

  it('is the listener of events by its number', () => {
    const text = `${service('replicas: 2')}  more: { arrivals: constant(1/s), requests: [ { call: shop.tell } ] }
topics:
  news: { kind: bus, event: system, subscribers: [ { group: all-of-them, call: s.serve } ] }
`;
    const shop = '  shop: { endpoints: { tell: [ publish: news ] } }\nworkloads:';
    const right = text.replace('workloads:', shop);
    expect(problemsOf(right)).toBe('');
    const wrong = right.replace('replicas: 2', 'autoscaling: { metric: queue, target: 5, max: 4 }');
    expect(problemsOf(wrong)).toMatch(/fixed number of instances/);
  });

  it('is a deterministic subset of a number that changes', () => {
    const text = service(
      'loadBalancing: { kind: roundRobin, subset: { size: 2 } }, autoscaling: { metric: queue, target: 5, max: 4 }',
    );
    expect(() => golden(text.slice(text.indexOf('services:')))).toThrow(/FL711/);
  });
});
