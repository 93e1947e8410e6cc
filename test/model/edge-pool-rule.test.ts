import { describe, expect, it } from 'vitest';
import { counted, golden } from '../golden/tracing.js';
import { dice } from '../support/dice.js';
import { EdgeRule } from '../support/plain-edge-pool.js';
import type { EdgeSizes } from '../support/plain-edge-pool.js';

/** The field of a limit that is set. */
const field = (name: string, value: number | null, unit = ''): string =>
  value === null || value === Infinity ? '' : `${name}: ${value}${unit}, `;

function sizesOf(roll: (n: number) => number, multiplexed: boolean): EdgeSizes {
  const pick = <T>(...list: readonly T[]): T => list[roll(list.length)];
  const max = pick(1, 2, 3, Infinity);
  // Nothing waits where there may be any number.
  const isBound = max < Infinity;
  return {
    multiplexed,
    max,
    maxIdle: pick(1, 2, Infinity),
    maxPending: isBound ? pick(1, 4, Infinity) : Infinity,
    maxRequests: pick(1, 3, 7, Infinity),
    maxStreams: multiplexed ? pick(1, 2, 3, 100) : 1,
    idleTimeout: pick(null, 15_001, 80_003),
    lifetime: pick(null, 100_007, 400_009),
    acquireTimeout: isBound ? pick(null, 0, 20_017, 60_019) : null,
  };
}

/** Random calls of two lengths over random connections; the figures by call, and those of the rule. */
function told(seed: number): readonly [unknown, unknown] {
  const roll = dice(seed * 31 + 5);
  const own = sizesOf(roll, seed % 2 === 1);
  const isSafe = roll(2) === 0;
  const timeout = [61_013, 1_000_003][roll(2)];
  // Odd times, so that no two things coincide.
  const arrivals: (readonly [number, number])[] = [];
  let at = 0;
  for (let k = 0; k < 60; k++) {
    at += roll(8) === 0 ? 1 + roll(200_000) : 1 + roll(15_000);
    arrivals.push([at, roll(3) === 0 ? 71_003 : 20_011]);
  }
  const times = (service: number): string =>
    arrivals
      .filter(([, length]) => length === service)
      .map(([time]) => `${time}us`)
      .join(', ');
  const limits =
    field('max', own.max) +
    field('maxIdle', own.maxIdle) +
    field('maxPending', own.maxPending) +
    field('maxRequests', own.maxRequests) +
    (own.multiplexed ? field('maxStreams', own.maxStreams) : '') +
    field('idleTimeout', own.idleTimeout, 'us') +
    field('lifetime', own.lifetime, 'us') +
    field('acquireTimeout', own.acquireTimeout, 'us');
  const traced = golden(
    `
network: { links: [ { between: [app, far], latency: 15ms } ] }
services:
  app:
    endpoints: { short: [ call: far.short ], long: [ call: far.long ] }
    outbound: { far: { connections: { ${limits} }, timeout: ${timeout}us } }
  far:
    protocol: { kind: ${own.multiplexed ? 'http2' : 'http1'}, tls: ${isSafe ? 'tls13' : 'none'} }
    endpoints: { short: [ wait: 20011us ], long: [ wait: 71003us ] }
workloads:
  shorts: { arrivals: { at: [ ${times(20_011)} ] }, requests: [ { call: app.short } ] }
  longs: { arrivals: { at: [ ${times(71_003)} ] }, requests: [ { call: app.long } ] }
`,
    '20s',
  );
  const rule = new EdgeRule(own, 15_000, isSafe ? 2 : 1, timeout);
  rule.run(arrivals);
  const count = (says: string): number => rule.calls.filter((call) => call.says === says).length;
  return [
    {
      calls: traced.requests.map((row) => [row.sent, row.answered, row.outcome === 'ok']),
      counts: [counted(traced, 'poolTimeouts'), counted(traced, 'poolOverflows')],
      connects: counted(traced, 'connects'),
    },
    {
      calls: rule.calls.map((call) => [call.at / 1000, call.end / 1000, call.says === 'ok']),
      counts: [count('poolTimeouts'), count('poolOverflows')],
      connects: rule.opened,
    },
  ];
}

describe('the connections of an edge', () => {
  it.each([0, 6, 12, 18, 24, 30, 36, 42])(
    'do what their rule says in stories from %i on',
    (first) => {
      for (let seed = first; seed < first + 6; seed++) {
        const [seen, ruled] = told(seed);
        expect({ seed, seen }).toEqual({ seed, seen: ruled });
      }
    },
  );
});
