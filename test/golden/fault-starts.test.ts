import { describe, expect, it } from 'vitest';
import { JOURNAL } from '../../src/contracts/record/record.js';
import { begun, golden, instants } from './tracing.js';
import { reversed } from '../determinism/flagship.js';
import { problemsOf, run } from '../theory/program.js';

const world = (faults: string, replications = 40): string => `
faultline: 1
title: Starts
run: { duration: 60s, timeline: 1s, replications: ${replications}, seed: 3 }
services:
  shop: { replicas: 4, concurrency: 1, endpoints: { buy: [ wait: 10ms ] } }
  bank: { endpoints: { pay: [ wait: 1ms ] } }
workloads:
  users: { arrivals: constant(10/s), requests: [ { call: shop.buy } ] }
  surge: { arrivals: { at: [ ${Array.from({ length: 100 }, () => '20500ms').join(', ')} ] }, requests: [ { call: shop.buy } ] }
faults:
${faults}
`;

/** By replication: the starts and ends of a fault in ms. */
function spansOf(text: string, id: string): readonly (readonly number[])[] {
  const { plans, records } = run(text);
  const index = plans[0]!.faults.findIndex((fault) => fault.id === id);
  return records[0]!.map(({ journal: { timeNs, kind, subject } }) =>
    Array.from(timeNs.keys())
      .filter((k) => kind[k] === JOURNAL.fault && subject[k] === index)
      .map((k) => timeNs[k]! / 1e6),
  );
}

const slow = (id: string, more: string): string =>
  `  - { id: ${id}, kind: slow, target: shop, factor: 2, ${more} }`;

describe('starts by chance', () => {
  it('take place in about as many runs as their probability says, and late by their jitter', () => {
    const spans = spansOf(world(slow('f', 'at: 10s, for: 5s, jitter: 4s, probability: 50%')), 'f');
    const took = spans.filter(({ length }) => length === 2);
    expect(spans.filter(({ length }) => length === 0).length).toBe(40 - took.length);
    expect(took.length).toBeGreaterThan(12);
    expect(took.length).toBeLessThan(28);
    const starts = took.map(([from]) => from!);
    expect(Math.min(...starts)).toBeGreaterThanOrEqual(10_000);
    expect(Math.max(...starts)).toBeLessThanOrEqual(14_000);
    expect(new Set(starts).size).toBe(took.length);
    for (const [from, until] of took) expect(until! - from!).toBeCloseTo(5000, 6);
  });

  it('draw each start for itself', () => {
    const spans = spansOf(world(slow('f', 'at: 5s, for: 1s, every: 5s, probability: 30%')), 'f');
    const counts = spans.map(({ length }) => length / 2);
    // 11 starts in each of 40 runs.
    const all = counts.reduce((sum, count) => sum + count, 0);
    expect(all).toBeGreaterThan(100);
    expect(all).toBeLessThan(165);
    expect(new Set(counts).size).toBeGreaterThan(3);
  });

  it('are drawn once for a group, which also chooses the same instances', () => {
    const own = 'at: 10s, for: 5s, jitter: 4s, probability: 50%, instances: 1';
    const text = (group: string): string =>
      world([slow('a', `${own}${group}`), slow('b', `${own}${group}`)].join('\n'));
    expect(spansOf(text(', group: g'), 'a')).toEqual(spansOf(text(', group: g'), 'b'));
    expect(spansOf(text(''), 'a')).not.toEqual(spansOf(text(''), 'b'));
    // Another member of the group changes no draws.
    const alone = world(slow('a', `${own}, group: g`));
    expect(spansOf(alone, 'a')).toEqual(spansOf(text(', group: g'), 'a'));
  });

  it('is followed by a fault of its group', () => {
    const chance = 'jitter: 4s, probability: 50%, group: g';
    const text = world(
      [
        slow('a', `at: 10s, for: 5s, ${chance}`),
        slow('b', `after: a, delay: 1s, for: 2s, ${chance}`),
      ].join('\n'),
    );
    const first = spansOf(text, 'a');
    const next = spansOf(text, 'b');
    next.forEach((spans, k) => {
      expect(spans.length).toBe(first[k]!.length);
      if (spans.length > 0) expect(spans[0]! - first[k]![1]!).toBeCloseTo(1000, 6);
    });
    expect(
      problemsOf(
        world(
          [slow('a', `at: 10s, for: 5s, jitter: 1s`), slow('b', 'after: a, for: 2s')].join('\n'),
        ),
      ),
    ).toMatch(/a starts at random: give both faults the same group, jitter and probability, so/);
  });
});

describe('a fault that waits for something', () => {
  it('starts at the end of the step in which it holds, once', () => {
    // 100 requests at 20.5 s: 4 in hand, 96 wait, 4 more go every 10 ms: 0.26 s of the step.
    const [spans] = spansOf(world(slow('f', 'when: shop.queue.max > 50, for: 5s'), 1), 'f');
    expect(spans).toEqual([21_000, 26_000]);
  });

  it('starts when it has held for a time, as often as it may', () => {
    const text = world(slow('f', 'when: users.throughput > 5/s for 4s, for: 3s, count: 3'), 1);
    const [spans] = spansOf(text, 'f');
    // The first step has its requests from 0.1 s on; watched again from the end of each.
    expect(spans).toEqual([4000, 7000, 11_000, 14_000, 18_000, 21_000]);
  });

  it('sees shares of what has ended, levels and what queues count', () => {
    const crash = '  - { id: down, kind: error, target: shop, at: 30s, for: 2s }\n';
    const [spans] = spansOf(
      world(`${crash}${slow('f', 'when: users.success < 90%, for: 5s')}`, 1),
      'f',
    );
    expect(spans).toEqual([31_000, 36_000]);
    const queue = `queues: { jobs: { kind: simple, backlog: 5 } }\n`;
    const text = world(slow('f', 'when: jobs.lag >= 5 for 2s, for: none'), 1) + queue;
    expect(spansOf(text, 'f')[0]).toEqual([2000]);
  });

  it('watches the calls of an edge, and counts of one outcome', () => {
    const body = `
services:
  front: { endpoints: { both: [ { call: shop.buy, optional: true }, { call: bank.pay, optional: true } ], one: [ call: shop.buy ] } }
  shop: { endpoints: { buy: [ wait: 1ms ] } }
  bank: { endpoints: { pay: [ wait: 1ms ] } }
workloads:
  users: { arrivals: constant(10/s), requests: [ { call: front.both } ] }
  others: { arrivals: constant(10/s), requests: [ { call: front.one } ] }
faults:
  - { id: down, kind: crash, target: bank, at: 10s, for: 5s }
`;
    const starts = (when: string): readonly number[] => {
      const more = `  - { id: f, kind: slow, target: shop, factor: 2, when: '${when}', for: 30s }\n`;
      return spansOf(
        `faultline: 1\ntitle: Edges\nrun: { duration: 30s, timeline: 100ms }\n${body}${more}`,
        'f',
      )[0]!;
    };
    // A call at 10.0 s is refused; its step of 100 ms ends at 10.1 s. Other edges have no failed calls.
    expect(starts('front->bank.success < 100%')).toEqual([10_100]);
    expect(starts('front.both->bank.pay.outcomes.refused > 0')).toEqual([10_100]);
    expect(starts('front->bank.share.refused >= 50% for 1s')).toEqual([11_000]);
    expect(starts('front->shop.success < 100%')).toEqual([]);
    // Two edges lead to `shop.buy`, with one call in each step.
    expect(starts('front->shop.calls >= 2')).toEqual([200]);
    expect(starts('front.one->shop.attempts >= 2')).toEqual([]);
    expect(starts('users->front.throughput >= 10/s')).toEqual([200]);
    expect(starts('bank.outcomes.ok > 0')).toEqual([200]);
  });

  it('watches the calls of an edge beside components with versions', () => {
    const text = `
faultline: 1
title: Versions
run: { duration: 30s, timeline: 100ms }
services:
  shop: { endpoints: { buy: [ { call: bank.pay, optional: true }, { call: mail.send, optional: true } ] } }
  bank: { endpoints: { pay: [ wait: 1ms ] } }
  mail: { replicas: { v1: 1, v2: 1 }, versions: { v1: {}, v2: {} }, endpoints: { send: [ wait: 1ms ] } }
workloads:
  users: { arrivals: constant(10/s), requests: [ { call: shop.buy } ] }
faults:
  - { id: down, kind: crash, target: bank, at: 10s, for: 5s }
  - { id: f, kind: slow, target: shop, factor: 2, when: shop->bank.success < 100%, for: 30s }
  - { id: g, kind: slow, target: shop, factor: 2, when: shop->mail.success < 100%, for: 30s }
`;
    expect([spansOf(text, 'f')[0], spansOf(text, 'g')[0]]).toEqual([[10_100], []]);
  });

  it('draws late and by chance too, the same whatever the order of the sections', () => {
    const text = world(
      slow('f', 'when: shop.queue.max > 50, for: 5s, jitter: 2s, probability: 60%'),
    );
    const spans = spansOf(text, 'f');
    expect(spansOf(reversed(text), 'f')).toEqual(spans);
    expect(spans.filter(({ length }) => length === 0).length).toBeGreaterThan(5);
    for (const own of spans) {
      if (own.length === 0) continue;
      expect(own[0]).toBeGreaterThanOrEqual(21_000);
      expect(own[0]).toBeLessThanOrEqual(23_000);
    }
  });

  it('is reported with its real time, and is a cause', () => {
    const crash = '  - { id: f, kind: crash, target: shop, when: shop.queue.max > 50, for: 5s }';
    const { result } = run(world(crash, 1));
    const { cascade } = result.variants[0]!;
    expect(result.faults[0]!.spans).toEqual([{ from: 21, until: 26 }]);
    expect(cascade.events.find(({ kind }) => kind === 'fault')).toMatchObject({
      at: 21,
      text: 'shop crashes, when shop.queue.max > 50',
    });
    expect(cascade.events.some(({ cause }) => cause === 'f')).toBe(true);
  });

  it.each([
    [
      'shop.latency.p99 > 1s',
      /latency is not available during a run; available are age alarmed blocked/,
    ],
    ['shop.requests > 5', /requests is not available during a run; available are age alarmed/],
    ['shop.queue', /expected a comparison/],
    ['shop.queue > 5 for', /expected a duration|expected a quantity|expected a/],
    ['shop.queue > 5ms', /number/],
    [
      'shop.queue > bank.queue',
      /expected a number as the limit, because other values are known only/,
    ],
    ['shops.queue > 5', /shops/],
    [
      'run.success < 90%',
      /expected a component, one of its parts or instances, or an edge CALLER->/,
    ],
    [
      'users->shop.queue > 5',
      /queue of an edge is not available during a run; available are attempts/,
    ],
    ['users->bank.success < 90%', /./],
    ['users->shop[0].success < 90%', /./],
    ['shop.outcomes.refuse > 1', /refuse/],
  ])('refuses %s', (when, message) => {
    expect(problemsOf(world(slow('f', `when: '${when}', for: 5s`)))).toMatch(message);
  });

  it('makes no window', () => {
    const text = `${world(slow('f', 'when: shop.queue > 5, for: 5s'))}budgets: [ users.success > 90% during f ]\n`;
    expect(problemsOf(text)).toMatch(/is known only during the run, so it cannot define a window/);
  });
});

describe('delays that remember each other', () => {
  const delays = (correlation: string): readonly number[] => {
    const traced = golden(
      `
services: { shop: { endpoints: { buy: [ wait: 1ms ] } } }
workloads:
  users: { arrivals: { at: [ ${instants(1, 12, 1, 's')} ] }, requests: [ { call: shop.buy } ] }
faults:
  - { id: f, kind: latency, target: users->shop, add: uniform(0ms 100ms), correlation: ${correlation}, direction: to, at: 3500ms, for: 7s }
`,
      '20s',
    );
    return begun(traced.at('shop.buy')).map((at, k) => at - 1000 * (k + 1));
  };

  it('are a tenth of their own and nine tenths of the one before, while the fault lasts', () => {
    const drawn = delays('0%');
    const alike = delays('90%');
    let before = -1;
    drawn.forEach((own, k) => {
      const isHit = k >= 3 && k < 10;
      if (!isHit) {
        expect([own, alike[k]]).toEqual([0, 0]);
        return;
      }
      before = before < 0 ? own : 0.1 * own + 0.9 * before;
      expect(alike[k]).toBeCloseTo(before, 3);
    });
    expect(new Set(drawn).size).toBe(8);
  });
});

describe('a ramp', () => {
  /** Arrivals of 10/s that a fault makes 110/s: climbing for 10 s, up there for 2 s, falling for 10 s. */
  const arrivals = (more: string): number[] => {
    const { requests } = golden(
      `
services: { shop: { endpoints: { buy: [ wait: 1ms ] } } }
workloads: { users: { arrivals: constant(10/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: f, kind: load, target: users, factor: 11, at: 1s, for: 22s, ${more} } ]
`,
      '24s',
    );
    const sent = requests.map((row) => row.sent);
    const between = (from: number, to: number): number =>
      sent.filter((at) => at > from * 1000 && at <= to * 1000).length;
    return [between(0, 1), between(1, 11), between(11, 13), between(13, 23), between(23, 24)];
  };

  it('adds up to what its slope does, on both sides', () => {
    // A ramp to half of 100/s more over 10 s, compared with 100/s without the fault; the last instant is the end of
    // the run.
    expect(arrivals('ramp: { up: 10s, down: 10s }')).toEqual([10, 600, 220, 600, 9]);
  });

  it('of one side leaves the other one steep', () => {
    expect(arrivals('ramp: { up: 10s }')).toEqual([10, 600, 220, 1100, 9]);
    expect(arrivals('ramp: { down: 10s }')).toEqual([10, 1100, 220, 600, 9]);
  });

  it('of shape step waits before it and after it', () => {
    expect(arrivals('ramp: { up: 10s, down: 10s, shape: step }')).toEqual([10, 100, 220, 100, 9]);
  });

  it('stretches a wait by as much as it has passed', () => {
    // The factor is 1 + t / 50 ms up to 3: 50 ms x ln 3 done at 100 ms, the rest takes three times as long.
    const { requests } = golden(`
services: { shop: { endpoints: { buy: [ wait: 60ms ] } } }
workloads: { users: { arrivals: { at: [0ms] }, requests: [ { call: shop.buy } ] } }
faults: [ { id: f, kind: slow, target: shop, factor: 3, at: 0s, for: 1s, ramp: { up: 100ms } } ]
`);
    expect(Math.abs(requests[0]!.answered - (100 + 3 * (60 - 50 * Math.log(3))))).toBeLessThan(0.1);
  });
});
