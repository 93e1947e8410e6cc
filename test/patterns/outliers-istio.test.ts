import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { outlierKind } from '../../src/patterns/registry.js';
import { outliersIstio } from '../../src/patterns/outliers/istio.js';
import { OUTCOME, withStatus } from '../../src/contracts/outcome.js';
import { detectionOf } from '../support/detection.js';
import { SECOND } from '../support/fake-calls.js';

const OK = OUTCOME.ok;
const FAIL = withStatus(OUTCOME.serverError, 500);
const UNAVAILABLE = withStatus(OUTCOME.serverError, 503);
const ALL = { maxEjectionPercent: 100 };
const { schema } = outliersIstio;

const detection = (written: object, size: number) => detectionOf(outliersIstio, written, size);

describe('outlierDetection under the names of Istio', () => {
  it('is registered, with an example that says its kind', () => {
    expect(outlierKind('istio')).toBe(outliersIstio);
    const { kind, ...fields } = parse(outliersIstio.example) as Record<string, unknown>;
    expect(kind).toBe('istio');
    const config = schema.parse(fields);
    expect(outliersIstio.check(config)).toEqual([]);
    expect(structuredClone(config)).toEqual(config);
  });

  it('has the defaults of a DestinationRule', () => {
    expect(schema.parse({})).toEqual({
      consecutive5xxErrors: 5,
      consecutiveGatewayErrors: 0,
      splitExternalLocalOriginErrors: false,
      interval: 10 * SECOND,
      baseEjectionTime: 30 * SECOND,
      maxEjectionPercent: 0.1,
      minHealthPercent: 0,
    });
  });

  it('reads bare numbers as percent, and no ejections at all as the default', () => {
    const most = (maxEjectionPercent: unknown) =>
      schema.parse({ maxEjectionPercent }).maxEjectionPercent;
    expect([1, 29, 100, '50%', 0, '0%'].map(most)).toEqual([0.01, 0.29, 1, 0.5, 0.1, 0.1]);
    for (const wrong of [0.5, 101, -1, '101%', '50']) expect(() => most(wrong)).toThrow();
  });

  it('ejects on the fifth failure, and lets in at a sweep after 30 s', () => {
    const it = detection(ALL, 3);
    it.record(1, 0, FAIL, 4);
    expect(it.events).toEqual([]);
    it.record(1, 0, FAIL);
    it.until(41);
    expect(it.events).toEqual([
      [1, 0, 'out'],
      [40, 0, 'in'],
    ]);
  });

  it('counts local errors separately if they are split, five by default', () => {
    const split = { ...ALL, splitExternalLocalOriginErrors: true };
    for (const [written, most] of [
      [{}, 5],
      [{ consecutiveLocalOriginFailures: 0 }, 5],
      [{ consecutiveLocalOriginFailures: 2 }, 2],
    ] as const) {
      const it = detection({ ...split, ...written }, 3);
      it.record(1, 0, OUTCOME.refused, most - 1);
      // Answers neither count among them nor end their row.
      it.record(1, 0, FAIL, 4);
      expect(it.events).toEqual([]);
      it.record(2, 0, OUTCOME.connectTimeout);
      expect(it.events).toEqual([[2, 0, 'out']]);
    }
    const plain = { consecutiveLocalOriginFailures: 3 };
    expect(outliersIstio.check(schema.parse(plain)).map(({ field }) => field)).toEqual([
      'consecutiveLocalOriginFailures',
    ]);
    expect(outliersIstio.check(schema.parse({ ...plain, ...split }))).toEqual([]);
  });

  it('is out for 300 s at most', () => {
    const long = { ...ALL, baseEjectionTime: '200s' };
    const it = detection(long, 3);
    it.record(1, 0, FAIL, 5);
    it.record(211, 0, FAIL, 5);
    it.until(600);
    // 200 s, then 300 s and not 400 s.
    expect(it.events.map(([at]) => at)).toEqual([1, 210, 211, 520]);
  });

  it('0 turns failures in a row off, and gateway failures are off until written', () => {
    const off = detection({ ...ALL, consecutive5xxErrors: 0 }, 3);
    off.record(1, 0, UNAVAILABLE, 100);
    expect(off.events).toEqual([]);
    const gateway = { ...ALL, consecutive5xxErrors: 0, consecutiveGatewayErrors: 3 };
    const it = detection(gateway, 3);
    it.record(1, 0, FAIL, 100);
    it.record(2, 0, UNAVAILABLE, 2);
    expect(it.events).toEqual([]);
    it.record(3, 0, OUTCOME.timeout);
    expect(it.events).toEqual([[3, 0, 'out']]);
  });

  it('compares no rates, as Envoy would', () => {
    const rates = (kind: string, written: object) => {
      const it = detectionOf(outlierKind(kind)!, written, 10);
      for (let instance = 0; instance < 10; instance++) {
        it.record(1, instance, instance === 0 ? FAIL : OK, 200);
      }
      it.until(11);
      return it.events;
    };
    expect(rates('envoy', { consecutive5xx: 0 })).toEqual([[10, 0, 'out']]);
    expect(rates('istio', { consecutive5xxErrors: 0 })).toEqual([]);
  });

  it('minHealthPercent is the panic threshold, 0 unless written', () => {
    const panic = (written: object) => outliersIstio.panicThreshold(schema.parse(written));
    expect([{}, { minHealthPercent: 0 }, { minHealthPercent: 30 }].map(panic)).toEqual([0, 0, 0.3]);
    const envoy = outlierKind('envoy')!;
    expect(envoy.panicThreshold(envoy.schema.parse({}))).toBe(0.5);
  });
});
