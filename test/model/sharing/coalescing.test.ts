import { describe, expect, it } from 'vitest';
import { dice } from '../../support/dice.js';
import { golden, latencies, sent } from '../../golden/tracing.js';
import type { Traced } from '../../golden/tracing.js';

/** Response time of the shop, and patience of the users of one workload, in ms. */
const TAKES = 100.003;
const PATIENCE = 70.5;
const VALUES = 3;

interface World {
  readonly windowMs: number | null;
  readonly shareErrors: boolean;
  /** Arrival of requests, by value; the impatient ones leave before the response. */
  readonly requests: readonly { at: number; key: number; isHasty: boolean }[];
  /** While the shop fails, and when the gateway is away. */
  readonly failing: readonly [from: number, to: number];
  readonly away: readonly [from: number, to: number];
}

function randomWorld(seed: number, windowMs: number | null, shareErrors: boolean): World {
  const roll = dice(seed);
  let at = 0;
  const requests = Array.from({ length: 60 }, (_, k) => {
    at += 1 + roll(roll(4) === 0 ? 120 : 20);
    return { at, key: k % VALUES, isHasty: roll(3) === 0 };
  });
  const from = 20 + roll(at - 300) + 0.25;
  const out = 100 + roll(at - 300) + 0.75;
  return { windowMs, shareErrors, requests, failing: [from, from + 200], away: [out, out + 30] };
}

/** One route for all values, so that every third request is equal. */
function scenarioOf({ windowMs, shareErrors, requests, failing, away }: World): string {
  const of = (wanted: number, isHasty: boolean): string =>
    requests
      .filter((one) => one.key === wanted && one.isHasty === isHasty)
      .map(({ at }) => `${at}ms`)
      .join(', ');
  const values = Array.from({ length: VALUES }, (_, key) => key);
  const users = values.flatMap((key) =>
    [true, false].map((isHasty) => {
      const policy = isHasty ? `, policy: { timeout: ${PATIENCE}ms }` : '';
      const name = `${isHasty ? 'hasty' : 'calm'}${key}`;
      const call = `{ call: edge, path: /of${key}${policy} }`;
      return `  ${name}: { arrivals: { at: [ ${of(key, isHasty)} ] }, requests: [ ${call} ] }`;
    }),
  );
  const routes = values.map(
    (key) => `{ name: of${key}, match: { path: /of${key} }, to: shop.get }`,
  );
  const window = windowMs === null ? '' : `, window: ${windowMs}ms`;
  return `
keys: { all: uniform(count=1) }
gateways:
  edge:
    runtime: async
    cancellation: immediate
    middleware: [ coalesce: { key: all, shareErrors: ${shareErrors}${window} } ]
    routes: [ ${routes.join(', ')} ]
services:
  shop: { runtime: async, endpoints: { get: [ wait: ${TAKES}ms ] } }
workloads:
${users.join('\n')}
faults:
  - { id: errors, kind: error, target: shop, afterWork: true, at: ${failing[0]}ms, for: ${failing[1] - failing[0]}ms }
  - { id: crash, kind: crash, target: edge, at: ${away[0]}ms, for: ${away[1] - away[0]}ms }
`;
}

interface Answer {
  outcome: string;
  at: number;
}

interface Flight {
  readonly key: number;
  leader: number;
  readonly followers: number[];
  start: number;
}

/** The rule, one event after the other. */
function plainly(world: World) {
  const { requests, failing, away, windowMs, shareErrors } = world;
  const window = windowMs ?? Infinity;
  const answers: (Answer | null)[] = requests.map(() => null);
  const asked: number[] = [];
  let flights: Flight[] = [];
  let kept: { key: number; outcome: string; until: number }[] = [];
  let shared = 0;
  const fails = (start: number): boolean => start >= failing[0] && start < failing[1];
  const ask = (flight: Flight, leader: number, at: number): void => {
    flight.leader = leader;
    flight.start = at;
    asked.push(at);
  };
  const handOver = (flight: Flight, at: number): void => {
    const next = flight.followers.shift();
    if (next === undefined) flights = flights.filter((other) => other !== flight);
    else ask(flight, next, at);
  };
  const newest = (key: number): Flight | undefined =>
    flights.filter((flight) => flight.key === key).at(-1);

  function arrive(who: number, at: number): void {
    const { key } = requests[who]!;
    if (at >= away[0] && at < away[1]) {
      answers[who] = { outcome: 'refused', at };
      return;
    }
    const known = kept.find((one) => one.key === key && at < one.until);
    if (known !== undefined) {
      answers[who] = { outcome: known.outcome, at };
      shared++;
      return;
    }
    const flight = newest(key);
    if (flight !== undefined && at < flight.start + window) flight.followers.push(who);
    else {
      const own = { key, leader: who, followers: [], start: at };
      flights.push(own);
      ask(own, who, at);
    }
  }

  function land(flight: Flight, at: number): void {
    const outcome = fails(flight.start) ? 'serverError' : 'ok';
    answers[flight.leader] = { outcome, at };
    if (outcome !== 'ok' && !shareErrors) {
      handOver(flight, at);
      return;
    }
    if (newest(flight.key) === flight && at < flight.start + window && window < Infinity)
      kept.push({ key: flight.key, outcome, until: flight.start + window });
    for (const follower of flight.followers) answers[follower] = { outcome, at };
    shared += flight.followers.length;
    flights = flights.filter((other) => other !== flight);
  }

  function leave(who: number, at: number): void {
    if (answers[who] !== null) return;
    answers[who] = { outcome: 'timeout', at };
    for (const flight of flights) {
      if (flight.leader === who) handOver(flight, at);
      else if (flight.followers.includes(who))
        flight.followers.splice(flight.followers.indexOf(who), 1);
    }
  }

  function crash(at: number): void {
    const all = flights.flatMap(({ leader, followers }) => [leader, ...followers]);
    for (const who of all) answers[who] = { outcome: 'reset', at };
    flights = [];
    kept = [];
  }

  const events: [at: number, run: (at: number) => void][] = [[away[0], crash]];
  requests.forEach(({ at, isHasty }, who) => {
    events.push([at, () => arrive(who, at)]);
    if (isHasty) events.push([at + PATIENCE, () => leave(who, at + PATIENCE)]);
  });
  for (events.sort(([a], [b]) => a - b); events.length > 0 || flights.length > 0;) {
    const first = [...flights].sort((a, b) => a.start - b.start)[0];
    if (first !== undefined && first.start + TAKES < (events[0]?.[0] ?? Infinity))
      land(first, first.start + TAKES);
    else {
      const [at, run] = events.shift()!;
      run(at);
    }
  }
  return { answers, asked: asked.sort((a, b) => a - b), shared };
}

const rounded = (time: number): number => Math.round(time * 1e6) / 1e6;

describe('requests that share an answer, in random worlds', () => {
  it.each([
    ['while it is awaited', null, true],
    ['while it is awaited, but no failures', null, false],
    ['for 250 ms from its start', 250, true],
    ['for 250 ms from its start, but no failures', 250, false],
    ['for 60 ms from its start', 60, true],
  ])('%s', (_title, windowMs, shareErrors) => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 3; seed++) {
      const world = randomWorld(seed, windowMs, shareErrors);
      const traced: Traced = golden(scenarioOf(world));
      const wanted = plainly(world);
      const found = traced.requests.map(
        ({ sent: from, outcome, answered }): readonly [number, string, number] => [
          from,
          outcome,
          rounded(answered),
        ],
      );
      const plain = world.requests.map(({ at }, who) => {
        const answer = wanted.answers[who]!;
        seen.add(answer.outcome);
        return [at, answer.outcome, rounded(answer.at)];
      });
      expect(found).toEqual(plain);
      expect(sent(traced.at('shop.get')).map(rounded)).toEqual(wanted.asked.map(rounded));
      const parts = traced.ran.records[0]![0]!.parts;
      const shared = parts.reduce(
        (sum, { coalesced }) => sum + coalesced.reduce((a, b) => a + b, 0),
        0,
      );
      expect(shared).toBe(wanted.shared);
      expect(shared).toBeGreaterThan(5);
    }
    expect([...seen].sort()).toEqual(['ok', 'refused', 'reset', 'serverError', 'timeout']);
  });
});

describe('requests that share an answer', () => {
  it('are given the size of the answer that is kept, not of one that came later', () => {
    // 1 KiB takes 1 ms. The long request leads from 0 to 100. The short one of 85 is separate, because the window of
    // 30 ms is over: its response of @95 is kept until 115, also while that of the long one leaves.
    const sizes = (of: string, size: number): string =>
      `{ respond: { status: 200, responseSize: ${size}KiB }, when: { workload: ${of} } }`;
    const { requests } = golden(`
keys: { all: uniform(count=1) }
network: { links: [ { between: [users, shop], bandwidth: 1000KiB/s } ] }
services:
  shop:
    runtime: async
    middleware: [ coalesce: { key: all, window: 30ms } ]
    endpoints:
      buy:
        steps: [ { wait: 90ms, when: { workload: long } }, wait: 10ms, ${sizes('long', 50)}, ${sizes('users', 5)} ]
workloads:
  long: { arrivals: { at: [ 0ms ] }, requests: [ { call: shop } ] }
  users: { arrivals: { at: [ 85ms, 105ms ] }, requests: [ { call: shop } ] }
`);
    expect(requests.map(({ sent: from, answered }) => [from, answered])).toEqual([
      [0, 100],
      [85, 100],
      [105, 110],
    ]);
  });

  it('get the Retry-After of the first one, and none once its response is cached', () => {
    const { at } = golden(`
keys: { all: uniform(count=1) }
gateways:
  edge: { middleware: [ coalesce: { key: all, window: 300ms } ], routes: [ { to: shop.buy } ] }
services:
  shop: { endpoints: { buy: [ wait: 100ms, fail: { status: 503, retryAfter: 2s } ] } }
workloads:
  users:
    arrivals: { at: [ 0ms, 50ms, 200ms ] }
    requests: [ { call: edge } ]
    policy: { retry: { attempts: 2, on: [ error ], respectRetryAfter: true, backoff: { kind: constant, base: 10s } } }
`);
    expect(sent(at('edge.buy'))).toEqual([0, 50, 200, 2100, 2100, 10_200]);
  });

  it('have nothing that a change of the speed of their instance puts off, whatever had their place before', () => {
    // The first request of each value is cancelled in a wait that would last until 10 s.
    const { at, requests } = golden(`
keys: { all: uniform(count=1) }
gateways:
  edge:
    runtime: async
    cancellation: immediate
    middleware: [ coalesce: { key: all } ]
    routes: [ { match: { path: /buy }, to: shop.buy } ]
services:
  shop: { endpoints: { buy: [ wait: 100ms ] } }
  sleeper: { runtime: async, cancellation: immediate, endpoints: { sleep: [ wait: 10s ] } }
workloads:
  tired: { arrivals: { at: [ 0ms, 0ms, 0ms, 0ms ] }, requests: [ { call: sleeper, policy: { timeout: 5ms } } ] }
  users: { arrivals: { at: [ 10ms, 20ms, 30ms ] }, requests: [ { call: edge, path: /buy } ] }
faults: [ { id: slow, kind: slow, target: edge, factor: 3, at: 40ms, for: 20ms } ]
`);
    const users = requests.filter(({ part }) => part.startsWith('users'));
    expect(latencies(users)).toEqual([100, 90, 80]);
    expect(sent(at('shop.buy'))).toEqual([10]);
  });
});
