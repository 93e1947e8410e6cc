import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { unit } from '../../src/kernel/rng.js';
import { outlierKind, outlierKinds } from '../../src/patterns/registry.js';
import { outliersEnvoy } from '../../src/patterns/outliers/envoy.js';
import { OUTCOME, withStatus } from '../../src/contracts/outcome.js';
import { detectionOf } from '../support/detection.js';

const OK = OUTCOME.ok;
const FAIL = withStatus(OUTCOME.serverError, 500);
const UNAVAILABLE = withStatus(OUTCOME.serverError, 503);

const detection = (written: object, size: number) => detectionOf(outliersEnvoy, written, size);

/** None of the rates. */
const ROW = { maxEjectionPercent: '100%', successRate: { enforcing: 0 } };

describe('outlierDetection: failures in a row', () => {
  it('ejects on the fifth, and a success starts the count anew', () => {
    const it = detection(ROW, 3);
    it.record(1, 0, FAIL, 4);
    for (const success of [OK, OUTCOME.clientError, OUTCOME.throttled]) {
      it.record(1, 0, success);
      it.record(1, 0, FAIL, 4);
    }
    expect(it.events).toEqual([]);
    it.record(2, 0, FAIL);
    expect(it.events).toEqual([[2, 0, 'out']]);
    expect(it.open).toEqual([false, true, true]);
  });

  it('counts timeouts, refusals and resets, and not what the client gave up', () => {
    const { timeout, refused, connectTimeout, reset, rejectedOverload, cancelled } = OUTCOME;
    const local = detection(ROW, 3);
    for (const one of [timeout, refused, cancelled, connectTimeout, reset]) local.record(1, 0, one);
    expect(local.events).toEqual([]);
    local.record(1, 0, rejectedOverload);
    expect(local.events).toEqual([[1, 0, 'out']]);
  });

  it('of gateway failures: another 5xx resets them, and counts separately', () => {
    const it = detection({ ...ROW, consecutive5xx: 6, consecutiveGatewayFailure: 3 }, 3);
    it.record(1, 0, UNAVAILABLE, 2);
    it.record(1, 0, FAIL);
    it.record(1, 0, OUTCOME.timeout, 2);
    expect(it.events).toEqual([]);
    it.record(2, 0, OUTCOME.refused);
    expect(it.events).toEqual([[2, 0, 'out']]);
    const off = detection(ROW, 3);
    off.record(1, 0, UNAVAILABLE, 4);
    expect(off.events).toEqual([]);
  });

  it('are off with 0', () => {
    const it = detection({ ...ROW, consecutive5xx: 0 }, 3);
    it.record(1, 0, FAIL, 100);
    expect(it.events).toEqual([]);
  });
});

describe('outlierDetection: limit on ejections', () => {
  const first = (written: object, size: number): number => {
    const it = detection(written, size);
    for (let instance = 0; instance < size; instance++) it.record(1, instance, FAIL, 5);
    return it.events.length;
  };

  it('is a share of all that an ejection must not pass', () => {
    expect(first({}, 3)).toBe(0);
    expect(first({}, 9)).toBe(0);
    expect(first({}, 10)).toBe(1);
    expect(first({}, 19)).toBe(1);
    expect(first({}, 20)).toBe(2);
    expect(first({ maxEjectionPercent: '33%' }, 3)).toBe(0);
    expect(first({ maxEjectionPercent: '34%' }, 3)).toBe(1);
    expect(first({ maxEjectionPercent: '29%' }, 100)).toBe(29);
    expect(first({ maxEjectionPercent: '100%' }, 3)).toBe(3);
  });

  it('alwaysEjectOneHost: one in any case', () => {
    expect(first({ alwaysEjectOneHost: true }, 3)).toBe(1);
    expect(first({ alwaysEjectOneHost: true }, 1)).toBe(1);
  });

  it('an ejection that is not made resets the count', () => {
    const it = detection({ maxEjectionPercent: '50%' }, 2);
    it.record(1, 0, FAIL, 5);
    it.record(1, 1, FAIL, 5);
    // The first is back at 40 s; the other one has to fail five times again.
    it.record(41, 1, FAIL, 4);
    expect(it.events).toEqual([
      [1, 0, 'out'],
      [40, 0, 'in'],
    ]);
    it.record(42, 1, FAIL);
    expect(it.events.at(-1)).toEqual([42, 1, 'out']);
  });
});

describe('outlierDetection: the way back', () => {
  it('only a sweep lets an instance in, the first one at or after the end of its time', () => {
    const late = detection(ROW, 3);
    late.record(1, 0, FAIL, 5);
    late.until(60);
    expect(late.events[1]).toEqual([40, 0, 'in']);
    const exact = detection(ROW, 3);
    exact.record(10, 0, FAIL, 5);
    exact.until(60);
    expect(exact.events[1]).toEqual([40, 0, 'in']);
  });

  it('each ejection is longer by the base time; being well for an interval takes one off', () => {
    const again = detection(ROW, 3);
    again.record(1, 0, FAIL, 5);
    again.record(41, 0, FAIL, 5);
    again.until(200);
    // 41 s + 2 x 30 s.
    expect(again.events[3]).toEqual([110, 0, 'in']);
    const well = detection(ROW, 3);
    well.record(1, 0, FAIL, 5);
    // The sweep of 50 s is an interval after its return.
    well.record(51, 0, FAIL, 5);
    well.until(200);
    expect(well.events[3]).toEqual([90, 0, 'in']);
  });

  it('but not longer than the longest', () => {
    const it = detection({ ...ROW, maxEjectionTime: '45s' }, 3);
    it.record(1, 0, FAIL, 5);
    it.record(41, 0, FAIL, 5);
    it.until(200);
    expect(it.events[3]).toEqual([90, 0, 'in']);
  });

  it('jitter is a draw of each ejection, beyond the longest time too', () => {
    const written = { interval: '1ms', baseEjectionTime: '1s', maxEjectionTime: '1s' };
    const it = detection({ ...ROW, ...written, maxEjectionTimeJitter: '1s' }, 3);
    const jitter = (draw: number): number => Math.floor(unit(11, 13, 1, draw, 0) * 1001) / 1000;
    it.record(1, 1, FAIL, 5);
    it.record(10, 1, FAIL, 5);
    it.until(20);
    const back = it.events.filter(([, , state]) => state === 'in').map(([at]) => at);
    expect(back).toEqual([2 + jitter(0), 11 + jitter(1)]);
  });

  it('resets what was counted in a row, meanwhile too', () => {
    const it = detection(ROW, 3);
    it.record(1, 0, FAIL, 5);
    it.record(2, 0, FAIL, 7);
    it.record(41, 0, FAIL, 4);
    expect(it.events).toHaveLength(2);
    it.record(41, 0, FAIL);
    expect(it.events).toHaveLength(3);
  });

  it('sweeps rest when there is nothing to see', () => {
    const it = detection(ROW, 3);
    expect(it.isArmed()).toBe(false);
    it.record(3, 0, OK);
    expect(it.isArmed()).toBe(true);
    it.until(11);
    expect(it.isArmed()).toBe(false);
    it.record(12, 0, FAIL, 5);
    it.until(100);
    // Back at 50 s, one off at 60 s.
    expect(it.events.at(-1)).toEqual([50, 0, 'in']);
    expect(it.isArmed()).toBe(false);
  });

  it('a restart forgets everything', () => {
    const it = detection(ROW, 3);
    it.record(1, 0, FAIL, 5);
    it.record(1, 1, FAIL, 4);
    it.until(5);
    it.state.reset();
    expect([it.open, it.isArmed()]).toEqual([[true, true, true], false]);
    it.record(6, 1, FAIL);
    it.record(7, 0, FAIL, 5);
    it.until(100);
    // The multiplier is forgotten too: 7 s + 30 s.
    expect(it.events).toEqual([
      [1, 0, 'out'],
      [5, 0, 'in'],
      [7, 0, 'out'],
      [40, 0, 'in'],
    ]);
  });
});

describe('outlierDetection: rates at a sweep', () => {
  /** Success rates in percent, of this number of requests each. */
  const swept = (written: object, rates: readonly number[], volume = 100) => {
    const it = detection(
      { consecutive5xx: 0, maxEjectionPercent: '20%', ...written },
      rates.length,
    );
    rates.forEach((rate, instance) => {
      it.record(1, instance, OK, Math.round((volume * rate) / 100));
      it.record(1, instance, FAIL, Math.round((volume * (100 - rate)) / 100));
    });
    it.until(11);
    return it.events;
  };

  it('a rate below the mean less 1.9 standard deviations', () => {
    // Mean 90, deviation 20: below 52.
    expect(swept({}, [50, 100, 100, 100, 100])).toEqual([[10, 0, 'out']]);
    // Whatever the one is, of five it is two deviations away: only the factor decides.
    expect(swept({ successRate: { stdevFactor: 2 } }, [50, 100, 100, 100, 100])).toEqual([]);
    expect(swept({}, [50, 60, 100, 100, 100])).toEqual([]);
  });

  it('needs enough requests of enough instances', () => {
    expect(swept({}, [50, 100, 100, 100, 100], 98)).toEqual([]);
    expect(swept({ successRate: { requestVolume: 98 } }, [50, 100, 100, 100, 100], 98)).toEqual([
      [10, 0, 'out'],
    ]);
    expect(swept({ maxEjectionPercent: '50%' }, [50, 100, 100, 100])).toEqual([]);
    const four = { maxEjectionPercent: '50%', successRate: { minimumHosts: 4, stdevFactor: 1.5 } };
    expect(swept(four, [50, 100, 100, 100])).toEqual([[10, 0, 'out']]);
  });

  it('is off with enforcing 0', () => {
    expect(swept({ successRate: { enforcing: 0 } }, [0, 100, 100, 100, 100])).toEqual([]);
  });

  it('a share of failures, at the threshold and above', () => {
    const judge = (threshold: string, rates: readonly number[]) =>
      swept({ successRate: { enforcing: 0 }, failurePercentage: { threshold } }, rates);
    expect(judge('85%', [15, 100, 100, 100, 100])).toEqual([[10, 0, 'out']]);
    expect(judge('85%', [16, 100, 100, 100, 100])).toEqual([]);
    expect(judge('85%', [15, 100, 100, 100])).toEqual([]);
    // More than one may not be out, and the others stay.
    expect(judge('50%', [0, 0, 0, 0, 0])).toEqual([[10, 0, 'out']]);
  });

  it('evaluates one interval, without ejected instances', () => {
    const it = detection({ consecutive5xx: 0, maxEjectionPercent: '100%' }, 5);
    for (let instance = 0; instance < 5; instance++) it.record(1, instance, OK, 60);
    it.until(11);
    for (let instance = 0; instance < 5; instance++) {
      it.record(12, instance, instance === 0 ? FAIL : OK, 60);
    }
    it.until(21);
    expect(it.events).toEqual([]);
    for (let instance = 0; instance < 5; instance++) {
      it.record(22, instance, instance === 0 ? FAIL : OK, 100);
    }
    it.until(31);
    expect(it.events).toEqual([[30, 0, 'out']]);
    // Four are not enough to compare.
    for (let instance = 0; instance < 5; instance++) {
      it.record(32, instance, instance < 2 ? FAIL : OK, 100);
    }
    it.until(41);
    expect(it.events).toHaveLength(1);
  });
});

describe('local errors that are split from others', () => {
  const SPLIT = { splitExternalLocalOriginErrors: true, maxEjectionPercent: '100%' };
  const { refused, reset, timeout, connectTimeout } = OUTCOME;

  it('are no 5xx and no gateway failures', () => {
    const it = detection({ ...SPLIT, consecutive5xx: 2, consecutiveGatewayFailure: 2 }, 2);
    it.record(1, 0, UNAVAILABLE);
    it.record(1, 0, reset, 4);
    expect(it.events).toEqual([]);
    it.record(1, 0, UNAVAILABLE);
    expect(it.events).toEqual([[1, 0, 'out']]);
  });

  it('eject in a row of five, which a connection ends and an answer does not', () => {
    const it = detection(SPLIT, 2);
    it.record(1, 0, refused, 2);
    it.record(1, 0, OK);
    it.record(1, 0, connectTimeout, 2);
    it.state.connected(0);
    it.record(2, 0, refused, 4);
    expect(it.events).toEqual([]);
    it.record(3, 0, timeout);
    expect(it.events).toEqual([[3, 0, 'out']]);
  });

  it('never add up where each request has its connection before it times out', () => {
    const it = detection(SPLIT, 2);
    for (let k = 0; k < 50; k++) {
      it.state.connected(0);
      it.record(1 + k / 100, 0, timeout);
    }
    expect(it.events).toEqual([]);
    // Five at once have theirs before the first one times out.
    for (let k = 0; k < 5; k++) it.state.connected(1);
    it.record(2, 1, timeout, 5);
    expect(it.events).toEqual([[2, 1, 'out']]);
  });

  it('have a rate of their own, which can be turned off', () => {
    for (const [enforcingLocalOrigin, out] of [
      ['100%', [[10, 0, 'out']]],
      ['0%', []],
    ] as const) {
      const it = detection(
        {
          ...SPLIT,
          consecutiveLocalOriginFailure: 1000,
          successRate: { enforcingLocalOrigin },
        },
        5,
      );
      for (let instance = 0; instance < 5; instance++) {
        for (let k = 0; k < 100; k++) if (instance > 0) it.state.connected(instance);
        it.record(1, instance, instance === 0 ? refused : OK, 100);
      }
      it.until(11);
      expect(it.events).toEqual(out);
    }
  });

  it('are forgotten when an instance comes back', () => {
    const it = detection({ ...SPLIT, consecutive5xx: 1, baseEjectionTime: '10s' }, 2);
    it.record(1, 0, refused, 4);
    it.record(1, 0, FAIL);
    it.record(21, 0, refused, 4);
    expect(it.events).toEqual([
      [1, 0, 'out'],
      [20, 0, 'in'],
    ]);
  });

  it('have no number of their own where they are not split', () => {
    const wrong = outliersEnvoy.schema.parse({ consecutiveLocalOriginFailure: 3 });
    expect(outliersEnvoy.check(wrong).map(({ field }) => field)).toEqual([
      'consecutiveLocalOriginFailure',
    ]);
  });
});

describe('the registry of outlier detections', () => {
  it('holds that of Envoy, the default, with an example that contradicts nothing', () => {
    expect(outlierKinds.map(({ outlier }) => outlier)).toEqual(['envoy', 'istio']);
    expect(outlierKind('envoy')).toBe(outliersEnvoy);
    expect(outlierKind(undefined)).toBe(outliersEnvoy);
    const config = outliersEnvoy.schema.parse(parse(outliersEnvoy.example));
    expect(outliersEnvoy.check(config)).toEqual([]);
    expect(structuredClone(config)).toEqual(config);
    const wrong = outliersEnvoy.schema.parse({ maxEjectionTime: '20s' });
    expect(outliersEnvoy.check(wrong).map(({ field }) => field)).toEqual(['maxEjectionTime']);
    const long = outliersEnvoy.schema.parse({ baseEjectionTime: '10m' });
    expect(outliersEnvoy.check(long)).toEqual([]);
  });
});
