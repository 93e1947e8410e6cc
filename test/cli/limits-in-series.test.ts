import { afterAll, describe, expect, it } from 'vitest';
import { Folder, faultline } from './harness.js';

/**
 * Four times 40/s over 32 workers of 400 ms, which hold 80/s, behind 50 workers, which wait for them and hold 120/s: more
 * of one of them moves the queue to the other.
 */
const SCENARIO = `faultline: 1
title: two limits, one behind the other
run: { duration: 40s, seed: 3 }
services:
  web: { concurrency: 50, endpoints: { buy: [ wait: 10ms, { call: pay.charge, policy: { timeout: 20s } } ] } }
  pay: { replicas: 2, concurrency: 16, endpoints: { charge: [ { call: psp.charge, policy: { timeout: 10s } } ] } }
  psp: { external: true, endpoints: { charge: [ wait: 400ms ] } }
workloads: { fans: { arrivals: constant(40/s), requests: [ { call: web.buy } ] } }
faults: [ { id: sale, kind: load, target: fans, at: 10s, for: 15s, factor: 4 } ]
budgets: [ fans.latency.p99 < 800ms ]
`;

describe('limits in series that a load fills', () => {
  const folder = new Folder();
  afterAll(() => folder.remove());

  it('are raised together, as far as that load needs and some room: 64 and 66 workers are busy', () => {
    const file = folder.put('series.yaml', SCENARIO);
    const { stdout } = faultline(['run', file, '--out', 'out'], { cwd: folder.path });
    const said =
      /do Set services\.pay\.concurrency to (\d+) \(now 16\) and services\.web\.concurrency to (\d+) \(now 50\): “fans\.latency\.p99 < 800ms” holds: 410 ms\./.exec(
        stdout.replace(/\s+/g, ' '),
      );
    const [pay, web] = (said ?? []).slice(1).map(Number);
    // 160/s x 0.4 s in two instances, and 160/s x 0.41 s.
    expect(Math.abs(pay! - 1.2 * 32)).toBeLessThan(1);
    expect(Math.abs(web! - 1.2 * 65.6)).toBeLessThan(2);
  });
});
