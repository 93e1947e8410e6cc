import { describe, expect, it } from 'vitest';
import { problemsOf } from '../theory/program.js';
import { golden, latencies, sent } from './tracing.js';

const HEAD = 'faultline: 1\ntitle: t\nrun: { duration: 60s }\n';
const shop = (arrivals: string, more = '', times = 'wait: 20ms'): string => `
services: { shop: { endpoints: { page: [ ${times} ] } } }
workloads:
  users: { arrivals: ${arrivals}, requests: [ { call: shop.page } ] }
${more}`;
const fault = (own: string): string =>
  `faults: [ { id: rush, kind: load, target: users, at: 100ms, for: 1s, ${own} } ]`;

describe('a rate that a fault turns', () => {
  const turned = (arrivals: string, factor: string, at = '1500ms', length = '6s'): number[] =>
    sent(
      golden(
        shop(arrivals) +
          `faults: [ { id: f, kind: load, target: users, at: ${at}, for: 1s, factor: ${factor} } ]`,
        length,
      ).requests,
    );

  it.each(['constant(1/s)', '{ kind: renewal, gap: 1s }'])(
    '%s lets the rest of the running gap pass at the new rate',
    (arrivals) => {
      // Half of a gap is left at 1.5 s, and half of one at 2.5 s.
      const rushed = [1550, 1650, 1750, 1850, 1950, 2050, 2150, 2250, 2350, 2450];
      expect(turned(arrivals, '10')).toEqual([1000, ...rushed, 3000, 4000, 5000]);
      expect(turned(arrivals, '0.5')).toEqual([1000, 2500, 3500, 4500, 5500]);
      // From the start, and before the workload has begun.
      expect(turned(arrivals, '4', '0s', '3s')).toEqual([250, 500, 750, 1000, 2000]);
    },
  );

  it('is there at once where arrivals are rare', () => {
    // One in ten minutes on its own, one a second with the fault: 60 +-3.3 x sqrt(60) in its minute.
    const { requests } = golden(
      shop('poisson(6/h)') +
        'faults: [ { id: f, kind: load, target: users, at: 10m, for: 1m, factor: 600 } ]',
    );
    const within = sent(requests).filter((at) => at >= 600_000 && at < 660_000).length;
    expect(Math.abs(within - 60)).toBeLessThan(26);
  });
});

describe('arrivals that a fault adds', () => {
  it('come all at once where a herd has no time', () => {
    const { requests } = golden(
      shop('{ at: [ 0ms, 50ms ] }', fault('herd: { clients: 3 }')),
      '60s',
    );
    expect(sent(requests)).toEqual([0, 50, 100, 100, 100]);
    const one = shop('{ at: [ 0ms ] }', fault('herd: { clients: 3 }')).replace(
      'shop: {',
      'shop: { concurrency: 1,',
    );
    expect(latencies(golden(one, '60s').requests)).toEqual([20, 20, 40, 60]);
  });

  it('come within the time of a herd, spread over all of it, also behind the end of the fault', () => {
    const herd = shop('{ at: [ 0ms ] }', fault('herd: { clients: 400, within: 4s }'));
    const times = sent(golden(herd, '60s').requests).slice(1);
    expect(times).toHaveLength(400);
    expect(times[0]).toBeGreaterThanOrEqual(100);
    expect(times[399]).toBeLessThan(4100);
    // Uniform: 100 in each second, +-3.3 standard deviations of 8.7.
    for (let second = 0; second < 4; second++) {
      const from = 100 + 1000 * second;
      const within = times.filter((at) => at >= from && at < from + 1000).length;
      expect(Math.abs(within - 100)).toBeLessThan(29);
    }
  });

  it('come again with each repetition, and more with each fault', () => {
    const twice = `faults:
  - { id: one, kind: load, target: users, at: 1s, for: 1s, every: 5s, count: 2, herd: { clients: 2 } }
  - { id: two, kind: load, target: users, at: 6s, for: 1s, herd: { clients: 1 } }`;
    const { requests } = golden(shop('{ at: [ 0ms ] }', twice), '60s');
    expect(sent(requests)).toEqual([0, 1000, 1000, 6000, 6000, 6000]);
  });

  it('are a process of their own at a rate, and leave the other requests as they are', () => {
    const own = shop('poisson(5/s)', '', 'wait: exponential(20ms)');
    const quiet = golden(own, '60s').requests;
    const rushed = golden(
      own + 'faults: [ { id: rush, kind: load, target: users, at: 10s, for: 40s, rate: 50/s } ]',
      '60s',
    ).requests;
    const id = ({ sent: at, answered }: { sent: number; answered: number }): string =>
      `${at} ${answered}`;
    const more = new Set(rushed.map(id));
    expect(quiet.filter((row) => !more.has(id(row)))).toEqual([]);
    const extra = rushed.length - quiet.length;
    // 2000 of a Poisson process, +-3.3 x sqrt(2000).
    expect(Math.abs(extra - 2000)).toBeLessThan(148);
    const late = rushed.filter(({ sent: at }) => at < 10_000 || at >= 50_000);
    expect(late).toHaveLength(quiet.filter(({ sent: at }) => at < 10_000 || at >= 50_000).length);
  });

  it('add up, follow a ramp, and work for users that wait for their responses', () => {
    const two = `faults:
  - { id: one, kind: load, target: users, at: 0s, for: 40s, rate: 50/s }
  - { id: two, kind: load, target: users, at: 0s, for: 40s, rate: 100/s, ramp: { up: 40s } }`;
    const users = '{ kind: closed, users: 1, think: 10s }';
    const { requests } = golden(shop(users, two), '60s');
    const within = (from: number, to: number): number =>
      requests.filter(({ sent: at }) => at >= from && at < to).length;
    // 50/s, and a ramp from 0 to 100/s: 12.5/s and 87.5/s in the mean of these 10 s.
    expect(Math.abs(within(0, 10_000) - 625)).toBeLessThan(83);
    expect(Math.abs(within(30_000, 40_000) - 1375)).toBeLessThan(123);
    expect(sent(requests).filter((at) => at >= 40_000)).toEqual([40_060, 50_080]);
  });

  it('say what they are', () => {
    expect(problemsOf(HEAD + shop('poisson(1/s)', fault('')))).toContain('has no effect');
    expect(() => golden(shop('{ at: [ 0ms ] }', fault('factor: 2')))).toThrow(
      'a factor cannot change',
    );
  });
});

describe('users that come and go in stages', () => {
  const users = (start: number, stages: string, think = '10ms'): string =>
    shop(
      `{ kind: closed, users: { start: ${start}, stages: [ ${stages} ] }, think: ${think} }`,
      '',
      'wait: 90ms',
    );

  it('are there when the ramp reaches them, think, and ask', () => {
    // User n starts at n times 100 ms, and thinks for 10 ms before the first request.
    const ramp = users(0, '{ duration: 300ms, target: 3 }, { duration: 0s, target: 0 }');
    const { requests } = golden(ramp, '60s');
    expect(sent(requests)).toEqual([110, 210, 210]);
    expect(latencies(requests)).toEqual([90, 90, 90]);
  });

  it('go when their request has ended, the last one first, and come back', () => {
    const ramp = users(
      2,
      '{ duration: 150ms, target: 2 }, { duration: 0s, target: 1 }, { duration: 350ms, target: 1 }, { duration: 0s, target: 2 }, { duration: 100ms, target: 2 }, { duration: 0s, target: 0 }',
    );
    const { requests } = golden(ramp, '60s');
    // Both users send at 10 and 110; at 210 the second one is surplus, and it is back at 500.
    expect(sent(requests)).toEqual([10, 10, 110, 110, 210, 310, 410, 510, 510]);
  });

  it('stay after the last stage, and may be moved by a short form before', () => {
    const { requests } = golden(users(1, '{ duration: 1s, target: 1 }'), '2s');
    expect(requests).toHaveLength(20);
    expect(golden(shop('closed(1 10ms)', '', 'wait: 90ms'), '2s').requests).toHaveLength(20);
  });

  it('say what cannot be', () => {
    const says = (own: string): string => problemsOf(HEAD + shop(own));
    const none = '{ kind: closed, users: { start: 0, stages: [ { duration: 1s, target: 0 } ] }';
    expect(says(`${none}, think: 1s }`)).toContain('every target is 0, so no user ever arrives');
    const both = none.replace('target: 0', 'target: 5');
    expect(says(`${both}, think: 1s, rampUp: 1s }`)).toContain('the stages set when users arrive');
  });
});
