import { describe, expect, it } from 'vitest';
import { meanOf } from '../../src/kernel/distribution.js';
import { faultKind } from '../../src/patterns/registry.js';
import { scaled } from '../../src/patterns/mechanisms/scaled.js';
import { distribution } from '../../src/contracts/quantities/quantities.js';
import { MS } from '../support/fake-calls.js';

function edits(kind: string, written: object, strength = 1, share = 1) {
  const fault = faultKind(kind)!;
  return fault
    .edits(fault.schema.parse(written), strength, share)
    .map(({ knob, more, ...rest }) => ({ knob: knob.name, ...(more ?? {}), ...rest }));
}

describe('faults as edits of knobs', () => {
  it('crash takes the process down, and the host with blackhole', () => {
    expect(edits('crash', {})).toEqual([{ knob: 'down', value: 1 }]);
    expect(edits('crash', { blackhole: true })).toEqual([
      { knob: 'down', value: 1 },
      { knob: 'blackhole', value: 1 },
    ]);
  });

  it('crash is for good without a restart, and its host is back at the end', () => {
    expect(edits('crash', { restart: false, blackhole: true })).toEqual([
      { knob: 'down', value: 2, recovery: 'never' },
      { knob: 'blackhole', value: 1 },
    ]);
  });

  it('hang and pause freeze in their two ways', () => {
    expect(edits('hang', {})).toEqual([{ knob: 'frozen', value: 1 }]);
    expect(edits('pause', {})).toEqual([{ knob: 'frozen', value: 2 }]);
  });

  it('slow divides the speed, ramping the factor from 1', () => {
    expect(edits('slow', { factor: 4 })).toEqual([{ knob: 'speed', value: 0.25 }]);
    expect(edits('slow', { factor: 5 }, 0.25)).toEqual([{ knob: 'speed', value: 0.5 }]);
    expect(edits('slow', { factor: 5 }, 0)).toEqual([{ knob: 'speed', value: 1 }]);
  });

  it('error hits a share of the requests, before or after their work', () => {
    expect(edits('error', { status: 503 }, 1, 0.2)).toEqual([
      { knob: 'errorBefore', value: 0.2, status: 503 },
    ]);
    expect(edits('error', { afterWork: true }, 0.5, 0.2)).toEqual([
      { knob: 'errorAfter', value: 0.1, status: 500 },
    ]);
  });

  it('latency adds a distribution, stretched by the ramp', () => {
    expect(edits('latency', { add: '40ms', direction: 'to' })).toEqual([
      {
        knob: 'delay',
        value: -1,
        distribution: { kind: 'constant', valueNs: 40 * MS },
        direction: 'to',
        correlation: 0,
      },
    ]);
    expect(edits('latency', { add: '40ms' }, 0.25)[0]).toHaveProperty('distribution', {
      kind: 'constant',
      valueNs: 10 * MS,
    });
    expect(edits('latency', { add: '40ms' }, 0)).toEqual([]);
  });

  it('loss is a share below 100%', () => {
    expect(edits('loss', {}, 0.5, 0.04)).toEqual([{ knob: 'loss', value: 0.02 }]);
    const fault = faultKind('loss')!;
    expect(fault.check!({}, 1).map((p) => p.field)).toEqual(['share']);
    expect(fault.check!({}, 0.99)).toEqual([]);
  });

  it('partition drops or rejects, whole or one way', () => {
    expect(edits('partition', {})).toEqual([{ knob: 'cut', value: 1, direction: 'both' }]);
    expect(edits('partition', { mode: 'reject', direction: 'from' })).toEqual([
      { knob: 'cut', value: 2, direction: 'from' },
    ]);
  });

  it('load multiplies the rate, ramping the factor from 1', () => {
    expect(edits('load', { factor: 3 })).toEqual([{ knob: 'rate', value: 3 }]);
    expect(edits('load', { factor: 3 }, 0.5)).toEqual([{ knob: 'rate', value: 2 }]);
  });
});

describe('a stretched distribution', () => {
  it.each([
    '15ms',
    'exponential(15ms)',
    'uniform(5ms 25ms)',
    'normal(15ms 3ms)',
    'lognormal(p50=8ms p99=60ms)',
    'gamma(mean=15ms cv=2)',
    'erlang(k=3 mean=15ms)',
    'hyperexponential(90%=5ms 10%=80ms)',
    'weibull(shape=2 scale=10ms)',
    'pareto(shape=3 min=5ms)',
    'pareto(shape=3 min=5ms max=50ms)',
    'empirical(3ms 5ms 9ms)',
    'mixture(95%=exponential(5ms) 5%=constant(1s))',
  ])('has %s with its mean halved', (text) => {
    const law = distribution().parse(text);
    expect(meanOf(scaled(law, 0.5)) / meanOf(law)).toBeCloseTo(0.5, 9);
  });
});
