import { describe, expect, it } from 'vitest';
import { golden } from './tracing.js';

/** When requests that bring 10 ms of work each are done. Unit: ms. */
function done(cpu: string, load: string, at: string, fault = ''): readonly number[] {
  const traced = golden(
    `
services: { shop: { cpu: ${cpu}, endpoints: { buy: [ work: 10ms ] } } }
workloads: { users: { arrivals: { at: [ ${at} ] }, requests: [ { call: shop.buy } ] } }
faults: [ { id: stress, kind: cpuStress, target: shop, load: ${load}, at: 100ms, for: 400ms } ${fault} ]
`,
    '1s',
  );
  return traced.at('shop.buy').map(({ ended }) => ended);
}

describe('cpuStress (a fair scheduler, sched-design-CFS.rst)', () => {
  it('leaves a request the half of a core that a stressor of 50 % does not want', () => {
    expect(done('1', '50%', '100ms')).toEqual([120]);
  });

  it('gives each thread an equal part where all want more', () => {
    // Two of three threads on one core; one of three on two cores, of which each takes two thirds.
    // Ends are rounded up to whole nanoseconds.
    expect(done('1', '50%', '100ms, 100ms')).toEqual([130.000001, 130.000001]);
    expect(done('2', '100%', '100ms')).toEqual([115]);
  });

  it('takes nothing from requests that find a free core', () => {
    expect(done('2', '20%', '100ms')).toEqual([110]);
  });

  it('begins and ends with the fault, for work under way too', () => {
    // 5 ms alone, then 5 ms at a half; 3 ms at a half, then alone.
    expect(done('1', '50%', '95ms')).toEqual([110]);
    expect(done('1', '50%', '494ms')).toEqual([507]);
  });

  it('adds up with another one as what is left of what is left', () => {
    const other = ', { id: more, kind: cpuStress, target: shop, load: 50%, at: 100ms, for: 400ms }';
    // 75 % are wanted: an equal half is more than a quarter.
    expect(done('1', '50%', '100ms', other)).toEqual([120]);
    // 36 % are wanted, 64 % are left.
    const small = ', { id: more, kind: cpuStress, target: shop, load: 20%, at: 100ms, for: 400ms }';
    expect(done('1', '20%', '100ms', small)).toEqual([115.625]);
  });

  it('uses up the quota, also without other work', () => {
    const cpu = '{ cores: 1, quota: { limit: 0.5, period: 100ms } }';
    // From 100 ms on a half of the core each, 10 ms of the budget in 10 ms.
    expect(done(cpu, '100%', '100ms')).toEqual([120]);
    // 45 of 50 ms are used: 2.5 ms of work until the freeze at 150 ms, the other 7.5 ms from 200 ms on.
    expect(done(cpu, '100%', '145ms')).toEqual([215]);
    expect(done(cpu, '100%', '160ms')).toEqual([220]);
  });

  it('with workers gives each of them and each request an equal part', () => {
    const burns = (cpu: string, workers: number, load: string, at: string): readonly number[] =>
      done(cpu, `${load}, workers: ${workers}`, at);
    // One thread on two cores leaves the other core alone; with two requests each of the three gets two thirds.
    expect(burns('2', 1, '100%', '100ms')).toEqual([110]);
    expect(burns('2', 1, '100%', '100ms, 100ms')).toEqual([115.000001, 115.000001]);
    // Four threads and a request on one core: a fifth of it.
    expect(burns('1', 4, '100%', '100ms')).toEqual([150]);
    // Two threads that want a tenth each leave 80 %, more than the third of an equal part.
    expect(burns('1', 2, '10%', '100ms')).toEqual([112.5]);
  });

  it('with workers uses up the quota of the container', () => {
    const cpu = '{ cores: 2, quota: { limit: 0.5, period: 100ms } }';
    // Alone, the thread has used 50 ms of each period by its middle. A request at 140 ms runs beside it for 5 ms, until
    // the quota is used up, and 5 ms from 200 ms on.
    expect(done(cpu, '100%, workers: 1', '140ms')).toEqual([205]);
  });

  it('adds the threads of several faults, and those with one per core', () => {
    const more = (own: string): string =>
      `, { id: more, kind: cpuStress, target: shop, ${own}, at: 100ms, for: 400ms }`;
    // Three threads and a request on one core.
    expect(done('1', '100%, workers: 1', '100ms', more('load: 100%, workers: 2'))).toEqual([140]);
    // One per core wants 20 %, less than an equal part of a third: 80 % are shared with a thread that wants all.
    expect(done('1', '20%', '100ms', more('load: 100%, workers: 1'))).toEqual([125]);
  });

  it('is refused where cores are unlimited', () => {
    expect(() => done('unlimited', '50%', '100ms')).toThrow('has no `cpu`');
  });
});
