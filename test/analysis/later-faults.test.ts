import { describe, expect, it } from 'vitest';
import type { CascadeResult } from '../../src/spec/result/cascade.js';
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

  it('is what the sentence tells, not the slowness before it', () => {
    const { sentence } = cascadeOf(ONE, [SLOW, HANG('pay')]);
    expect(sentence).toMatch(
      /^pay 3x slower at 10 s and pay hangs at 60 s -> pay: 64 of 64 workers held at 60\.\d s -> shop: 64 of 64 workers wait for pay, queue of 20 full -> users\.buy: success 0 % /u,
    );
    expect(sentence).not.toContain('p95');
  });

  it('leaves to the first one what is worst of it', () => {
    const early = HANG('pay').replace('60s', '10s').replace('20s', '10s');
    const late = SLOW.replace('10s', '60s');
    const { sentence } = cascadeOf(ONE, [early, late]);
    expect(sentence).toMatch(
      /^pay hangs at 10 s and pay 3x slower at 60 s -> pay: 64 of 64 workers held from 10\.\d s -> shop: 64 of 64 workers wait for pay/u,
    );
    expect(sentence).not.toContain('p95');
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
      /^the proxies get no news of stock at 20 s and stock\[0\] crashes at 30 s/u,
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
