import { beforeAll, describe, expect, it } from 'vitest';
import { samplers } from '../../src/kernel/distribution.js';
import { backoffSchema } from '../../src/contracts/scenario/backoff.js';
import { Backoff } from '../../src/patterns/mechanisms/backoff.js';
import { MS } from '../support/fake-calls.js';

/**
 * M. Brooker, Exponential Backoff And Jitter (AWS Architecture Blog, 2015): clients that all want to
 * write one row once, with optimistic locking. Each reads the version, writes if it is still that
 * one, and else waits for its back-off and reads again; every message takes N(10 ms, 2 ms). The
 * back-off is base 5 ms times 2 to the number of failures, at most 2 s, so the first delay is 10 ms.
 */
const KINDS = {
  none: null,
  exponential: { kind: 'exponential', base: '10ms', max: '2s' },
  equal: { kind: 'exponential', base: '10ms', max: '2s', jitter: 'equal' },
  full: { kind: 'exponential', base: '10ms', max: '2s', jitter: 'full' },
  decorrelated: { kind: 'decorrelated', base: '5ms', max: '2s' },
} as const;
type Kind = keyof typeof KINDS;

/** Writes until all have written, and the time it took in ms; means over 100 contests. */
interface Contest {
  readonly calls: number;
  readonly ms: number;
}

const TRIALS = 100;

/** One contest; the next message of each client is all there is to happen. */
function contest(clients: number, backoff: Backoff | null, trial: number): Contest {
  const net = samplers.add({ kind: 'normal', meanNs: 10 * MS, sdNs: 2 * MS });
  const messages = new Int32Array(clients);
  const failures = new Int32Array(clients);
  const seen = new Int32Array(clients);
  const due = new Float64Array(clients);
  const message = (client: number): number =>
    samplers.draw(net, 3, 5, trial, client, messages[client]++);
  for (let client = 0; client < clients; client++) due[client] = message(client);
  // Stages of a client: its read arrives, the version comes back, its write arrives, the response.
  const stage = new Int32Array(clients);
  let version = 0;
  let calls = 0;
  let now = 0;
  for (let left = clients; left > 0;) {
    let client = 0;
    for (let k = 1; k < clients; k++) if (due[k] < due[client]) client = k;
    now = due[client];
    due[client] += message(client);
    switch (stage[client]) {
      case 0:
        seen[client] = version;
        break;
      case 2:
        calls++;
        if (seen[client] === version) version++;
        else seen[client] = -1;
        break;
      case 3:
        if (seen[client] >= 0) {
          due[client] = Infinity;
          left--;
        } else if (backoff !== null) {
          due[client] += backoff.delayNs(++failures[client], trial, client);
        }
        break;
    }
    stage[client] = (stage[client] + 1) % 4;
  }
  return { calls, ms: now / MS };
}

function contests(clients: number, kind: Kind): Contest {
  const written = KINDS[kind];
  const backoff =
    written === null ? null : new Backoff(backoffSchema.parse(written), { a: 17, b: 19 });
  let calls = 0;
  let ms = 0;
  for (let trial = 0; trial < TRIALS; trial++) {
    const one = contest(clients, backoff, trial);
    calls += one.calls / TRIALS;
    ms += one.ms / TRIALS;
  }
  return { calls, ms };
}

/**
 * Means of 100 contests of the simulator of the article (aws-samples/aws-arch-backoff-simulator):
 * clients, back-off, calls, milliseconds.
 */
const PUBLISHED: readonly (readonly [number, Kind, number, number])[] = [
  [10, 'none', 50.6, 382.2],
  [10, 'exponential', 51.0, 3590.4],
  [10, 'equal', 42.4, 732.8],
  [10, 'full', 38.6, 465.4],
  [10, 'decorrelated', 37.9, 434.9],
  [50, 'none', 690.0, 1138.5],
  [50, 'exponential', 623.2, 36_033.5],
  [50, 'equal', 347.1, 4277.7],
  [50, 'full', 332.4, 2914.3],
  [50, 'decorrelated', 372.7, 2194.7],
  [100, 'none', 2425.7, 2031.1],
  [100, 'exponential', 1846.1, 63_309.4],
  [100, 'equal', 812.5, 6539.8],
  [100, 'full', 796.2, 4908.5],
  [100, 'decorrelated', 998.6, 4780.4],
];

describe('exponential back-off and jitter', () => {
  it.each(PUBLISHED)(
    '%d clients, %s: %d calls within 5 %%, %d ms within 15 %%',
    (n, kind, calls, ms) => {
      const mean = contests(n, kind);
      expect(Math.abs(mean.calls / calls - 1), `${mean.calls} calls`).toBeLessThan(0.05);
      expect(Math.abs(mean.ms / ms - 1), `${mean.ms} ms`).toBeLessThan(0.15);
    },
  );

  describe('with 100 clients', () => {
    const of = {} as Record<Kind, Contest>;
    beforeAll(() => {
      for (const kind of Object.keys(KINDS) as Kind[]) of[kind] = contests(100, kind);
    });

    it('full jitter more than halves the calls of plain exponential back-off, any jitter nearly', () => {
      for (const kind of ['equal', 'full', 'decorrelated'] as const) {
        expect(of[kind].calls).toBeLessThan(0.6 * of.exponential.calls);
        expect(of[kind].ms).toBeLessThan(of.exponential.ms / 9);
      }
      expect(of.full.calls).toBeLessThan(of.exponential.calls / 2);
    });

    it('equal jitter makes a little more calls than full jitter and takes much longer', () => {
      expect(of.equal.calls).toBeGreaterThan(of.full.calls);
      expect(of.equal.calls).toBeLessThan(1.1 * of.full.calls);
      expect(of.equal.ms).toBeGreaterThan(1.2 * of.full.ms);
    });

    it('full jitter makes fewer calls than decorrelated jitter, in slightly more time', () => {
      expect(of.full.calls).toBeLessThan(0.9 * of.decorrelated.calls);
      expect(of.decorrelated.ms).toBeLessThan(1.1 * of.full.ms);
    });

    it('no back-off at all is the fastest and makes the most calls', () => {
      for (const kind of ['exponential', 'equal', 'full', 'decorrelated'] as const) {
        expect(of.none.calls).toBeGreaterThan(of[kind].calls);
        expect(of.none.ms).toBeLessThan(of[kind].ms);
      }
    });
  });

  it('without back-off the calls grow with the square of the clients', () => {
    const growth = contests(80, 'none').calls / contests(40, 'none').calls;
    expect(growth).toBeGreaterThan(3.4);
    expect(growth).toBeLessThan(4);
  });
});
