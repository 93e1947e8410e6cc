import { describe, expect, it } from 'vitest';
import type { CascadeResult } from '../../src/contracts/result/cascade.js';
import { run } from '../theory/program.js';

const SHOP = 'shop: { concurrency: 64, queue: { capacity: 20 }, endpoints:';
const ends = (name: string, endpoint: string): string =>
  `${name}: { concurrency: 64, endpoints: { ${endpoint}: [ wait: 20ms ] } }`;
const HANG = (target: string): string =>
  `{ id: hang, kind: hang, target: ${target}, at: 60s, for: 20s }`;
const SLOW = '{ id: slow, kind: slow, target: pay, factor: 3, at: 10s, for: 10s }';
const ERRORS = '{ id: errors, kind: error, target: pay, share: 15%, at: 30s, for: 15s }';

function cascadeOf(steps: string, faults: readonly string[]): CascadeResult {
  return run(`
faultline: 1
title: One fault after another
run: { duration: 100s, warmup: 5s }
services:
  ${SHOP} { buy: [ ${steps} ] } }
  ${ends('pay', 'charge')}
  ${ends('other', 'get')}
workloads: { users: { arrivals: poisson(100/s), patience: 5s, requests: [ { call: shop.buy } ] } }
faults: [ ${faults.join(', ')} ]
`).variant().cascade;
}

/** Components that degrade after a time, with cause and mechanism. */
const causesFrom = ({ events }: CascadeResult, from: number): readonly string[] =>
  events
    .filter(({ kind, at }) => ['degraded', 'failing', 'down'].includes(kind) && at >= from)
    .map(({ kind, subject, cause, mechanism }) => `${kind} ${subject}: ${cause} ${mechanism}`);

describe('a fault behind a milder one', () => {
  const ONE = 'call: pay.charge';
  const TWO = '{ call: pay.charge }, { call: other.get }';

  it('has its own causes, as if it were alone', () => {
    const alone = cascadeOf(ONE, [HANG('pay')]);
    const behind = cascadeOf(ONE, [SLOW, HANG('pay')]);
    expect(causesFrom(alone, 60)).toEqual([
      'failing pay: hang hang',
      'down shop: pay blockedSlots',
      'down users.buy: shop queueFull',
    ]);
    expect(causesFrom(behind, 60)).toEqual(causesFrom(alone, 60));
    expect(causesFrom(behind, 0).slice(0, 3)).toEqual([
      'degraded pay: slow slow',
      'degraded shop: pay slow',
      'degraded users.buy: shop slow',
    ]);
  });

  it('has them where it is the third, and hits another callee', () => {
    const behind = cascadeOf(TWO, [SLOW, ERRORS, HANG('other')]);
    expect(causesFrom(behind, 60)).toEqual(causesFrom(cascadeOf(TWO, [HANG('other')]), 60));
    expect(causesFrom(behind, 30)).toContain('degraded shop: pay calleeError');
  });

  it('has a sentence of its own a minute later, while the slowness before it lasts', () => {
    const long = SLOW.replace('at: 10s, for: 10s', 'at: 5s, for: 90s');
    const { sentence } = cascadeOf(ONE, [long, HANG('pay').replace('60s', '70s')]);
    expect(sentence).toMatch(
      /^pay 3x slower at 5 s[^.]*-> users\.buy: p95 [^.]*\. Later, pay hangs at 70 s/u,
    );
    const soon = cascadeOf(ONE, [long, HANG('pay').replace('60s', '30s')]);
    expect(soon.sentence).not.toContain('Later');
  });

  it('has a sentence of its own after the slowness before it', () => {
    const { sentence } = cascadeOf(ONE, [SLOW, HANG('pay')]);
    expect(sentence).toMatch(
      /^pay 3x slower at 10 s \(likely\) -> shop: slow answers of pay, [^;]*; users are healthy again at [\d.]+ s\. Later, pay hangs at 60 s \(likely\) -> pay: 64 of 64 workers held from 60\.\d s on -> shop: success [\d.]+ %, 64 of 64 workers wait for pay, queue of 20 full from 60\.\d s on -> users\.buy: success 0 %; success is back at once\. /u,
    );
  });

  it('leaves to the first one what is worst of it', () => {
    const early = HANG('pay').replace('60s', '10s').replace('20s', '10s');
    const late = SLOW.replace('10s', '60s');
    const { sentence } = cascadeOf(ONE, [early, late]);
    const [first, later] = sentence.split(' Later, ');
    expect(first).toMatch(
      /^pay hangs at 10 s \(likely\) -> pay: 64 of 64 workers held from 10\.\d s on -> shop: success [\d.]+ %, 64 of 64 workers wait for pay/u,
    );
    expect(first).not.toContain('p95');
    expect(later).toMatch(/^pay 3x slower at 60 s \(likely\) -> shop: slow answers of pay, p95/u);
  });
});

describe('a fault that makes requests slow and few of them fail', () => {
  it('has a part of the harm for all that are slow, beside a fault that fails many more', () => {
    const { causes, innocent } = run(`
faultline: 1
title: Slow requests beside failed ones
run: { duration: 80s, warmup: 5s }
policies: { tax: { timeout: 1.2s } }
services:
  shop: { runtime: async, outbound: { pay: tax }, endpoints: { buy: [ call: pay.charge ] } }
  list: { endpoints: { get: [ wait: 5ms ] } }
  pay: { external: true, endpoints: { charge: [ wait: exponential(20ms) ] } }
workloads:
  users:
    arrivals: poisson(300/s)
    requests: [ { name: buy, call: shop.buy, weight: 15 }, { name: list, call: list.get, weight: 85 } ]
faults:
  - { id: slow, kind: slow, target: pay, factor: 20, at: 20s, for: 15s }
  - { id: down, kind: error, target: list, share: 95%, at: 50s, for: 10s }
`).variant().cascade;
    expect(innocent).toEqual([]);
    expect(causes.map(({ fault }) => fault)).toEqual(['slow', 'down']);
    expect(causes[0].share).toBeGreaterThan(0.1);
  });
});

describe('a fault that strikes because another makes its condition true', () => {
  const ran = run(`
faultline: 1
title: A watchdog that restarts a busy instance
run: { duration: 120s, timeline: 1s, seed: 4 }
services:
  shop: { replicas: 4, concurrency: 1, loadBalancing: { kind: leastRequest, choices: 4 }, endpoints: { buy: [ wait: 10ms ] } }
workloads: { users: { arrivals: constant(360/s), requests: [ { call: shop.buy } ] } }
faults:
  - { id: sale, kind: load, target: users, rate: 120/s, at: 10s, for: 10s }
  - { id: watchdog, kind: crash, target: shop, instances: 1, when: shop.queue > 200 for 3s, count: 3, for: 10s }
`);

  it('makes it worse, and does not begin what was there before it', () => {
    const { causes, events, sentence } = ran.variant().cascade;
    expect(causes).toMatchObject([
      { fault: 'sale', role: 'cause', share: 1 },
      { fault: 'watchdog', role: 'amplifier', share: null },
    ]);
    expect(sentence).toMatch(/^120\/s extra from users at 10 s \(likely\) ->/u);
    expect(sentence).toContain('One instance of shop crashes, when shop.queue > 200 for 3s at');
    const first = events.find(({ kind, subject }) => kind === 'failing' && subject === 'shop');
    expect(first?.cause).toBeNull();
  });
});

describe('a fault that hangs a component behind an open breaker', () => {
  it('is a cause beside the errors that opened it: the few probes that are sent fail', () => {
    const { causes } = run(`
faultline: 1
title: Errors, then a hang
run: { duration: 100s, warmup: 5s, seed: 61 }
policies:
  guard: { timeout: 1s, circuitBreaker: { kind: cockatiel, breaker: { consecutive: 5 }, halfOpenAfter: 10s } }
services:
  shop: { runtime: async, outbound: guard, endpoints: { pay: [ call: bank.charge ] } }
  bank: { external: true, endpoints: { charge: [ wait: exponential(20ms) ] } }
workloads: { users: { arrivals: poisson(50/s), requests: [ { call: shop.pay } ] } }
faults:
  - { id: flaky, kind: error, target: bank, share: 50%, at: 20s, for: 20s }
  - { id: hang, kind: hang, target: bank, at: 40s, for: 30s }
`).variant().cascade;
    expect(causes.map(({ fault }) => fault)).toEqual(['flaky', 'hang']);
  });
});

describe('lists of instances that are not updated', () => {
  const frozen = (crash: string): CascadeResult =>
    run(`
faultline: 1
title: A proxy calls a host that is gone
run: { duration: 60s, warmup: 5s }
policies: { sidecar: { retry: { kind: istio, attempts: 1 } } }
mesh: { kind: istio, policy: sidecar }
services:
  shop: { endpoints: { page: { readOnly: true, steps: [ call: stock.get ] } } }
  stock: { replicas: 4, loadBalancing: roundRobin, endpoints: { get: { readOnly: true, steps: [ wait: 20ms ] } } }
workloads: { users: { arrivals: constant(100/s), requests: [ { call: shop.page } ] } }
faults:
  - { id: frozen, kind: freeze, target: stock, what: mesh, at: 20s, for: 20s }
  - { id: gone, kind: crash, target: "stock[0]", at: 30s, for: ${crash} }
`).variant().cascade;
  const named = ({ causes }: CascadeResult) => causes.map(({ fault }) => fault);

  it('are a cause, if the trouble ends with them while the instance is still down', () => {
    const told = frozen('20s');
    expect(named(told)).toEqual(['frozen', 'gone']);
    expect(told.sentence).toMatch(
      /^the proxies get no news of stock at 20 s \(guess\) and stock\[0\] crashes at 30 s/u,
    );
  });

  it('stay open, if the instance is back at the same time', () => {
    const told = frozen('10s');
    expect(named(told)).toEqual(['gone']);
    expect(told.sentence).toContain(
      'The runs do not show whether “the proxies get no news of stock”',
    );
  });
});
