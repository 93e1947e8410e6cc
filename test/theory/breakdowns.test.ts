import seedrandom from 'seedrandom';
import { describe } from 'vitest';
import { theory } from './case.js';
import { inMs, inSystem, upShare } from './measures.js';
import { run, traceOf } from './program.js';

/** A time that something is away, in ms. */
interface Outage {
  readonly at: number;
  readonly length: number;
}

/** Exponential times up and down in turn, until the end of the run. Units: s, result ms. */
function outagesOf(name: string, up: number, down: number, duration: number): readonly Outage[] {
  const random = seedrandom(name);
  const exponential = (mean: number): number => -mean * 1000 * Math.log(1 - random());
  const outages: Outage[] = [];
  for (let at = exponential(up); ;) {
    const length = exponential(down);
    if (at + length >= duration * 1000) return outages;
    outages.push({ at, length });
    at += length + exponential(up);
  }
}

const us = (ms: number): string => `${Math.max(1, Math.round(ms * 1000))}us`;

const faultsOf = (target: string, kind: string, outages: readonly Outage[]): readonly string[] =>
  outages.map(
    ({ at, length }, k) =>
      `  - { id: ${target}-${k}, kind: ${kind}, target: ${target}, at: ${us(at)}, for: ${us(length)} }`,
  );

describe('parts that are away at random times', () => {
  theory('mm1-breakdown', ({ p }) => {
    const outages = outagesOf('server', p['up_mean_s'], p['down_mean_s'], p.duration);
    const ran = run(
      [
        'faultline: 1',
        'title: A server with outages',
        `run: { duration: ${p.duration}s, warmup: ${p.warmup}s, seed: 7 }`,
        `services: { s: { concurrency: 1, endpoints: { serve: [ work: exponential(${p['service_mean_ms']}ms) ] } } }`,
        `workloads: { users: { arrivals: poisson(${p['arrival_rps']}/s), requests: [ { call: s.serve } ] } }`,
        'faults:',
        ...faultsOf('s', 'hang', outages),
      ].join('\n'),
    );
    const { users, s } = ran.components();
    return {
      latency_mean_ms: inMs(users!.successLatency.mean),
      in_system_mean: inSystem(s!),
      time_up_fraction: upShare(ran, 's'),
    };
  });

  // A request every 20 s calls all three independently, and sees which are up at that instant.
  theory(
    'availability-series-3',
    ({ p }) => {
      const names = ['a', 'b', 'c'];
      const ran = run(
        [
          'faultline: 1',
          'title: Three that fail on their own',
          `run: { duration: ${p.duration}s, seed: 7 }`,
          'services:',
          ...names.map((name) => `  ${name}: { endpoints: { ask: [ wait: 0ms ] } }`),
          '  series: { endpoints: { ask: [ call: a.ask, call: b.ask, call: c.ask ] } }',
          '  parallel: { endpoints: { ask: [ parallel: { branches: [ [ call: a.ask ], [ call: b.ask ], [ call: c.ask ] ], join: any } ] } }',
          'workloads:',
          '  each: { arrivals: constant(180/h), requests: [ { call: series.ask } ] }',
          '  any: { arrivals: constant(180/h), requests: [ { call: parallel.ask } ] }',
          'faults:',
          ...names.flatMap((name) =>
            faultsOf(name, 'crash', outagesOf(name, p['up_mean_s'], p['down_mean_s'], p.duration)),
          ),
        ].join('\n'),
      );
      const { each, any } = ran.components();
      return {
        all_up_fraction: each!.success!,
        one_down_or_more_fraction: 1 - each!.success!,
        all_down_fraction: 1 - any!.success!,
      };
    },
    { share: 0.1, sampled: ['all_up_fraction', 'all_down_fraction'] },
  );

  theory('crash-detection-errors', ({ p }) => {
    const { rows } = traceOf(
      [
        'faultline: 1',
        'title: One of four dies, and is called until that is known',
        `run: { duration: ${p.duration}s }`,
        `platform: { endpointPropagation: ${p['detected_at_s'] - p['crash_at_s']}s }`,
        `services: { s: { replicas: ${p['replicas']}, endpoints: { serve: [ wait: 1ms ] } } }`,
        `workloads: { users: { arrivals: constant(${p['arrival_rps']}/s), requests: [ { call: s } ] } }`,
        `faults: [ { id: dies, kind: crash, target: s, instances: [2], at: ${p['crash_at_s'] * 1e6 + 500}us, for: none } ]`,
      ].join('\n'),
    );
    const requests = rows.filter(({ parent }) => parent < 0);
    const failed = (from: number, until: number): number => {
      const own = requests.filter(({ sent }) => sent >= from * 1e3 && sent < until * 1e3);
      return own.filter(({ outcome }) => outcome !== 'ok').length / own.length;
    };
    return {
      failed_requests: requests.filter(({ outcome }) => outcome === 'refused').length,
      error_fraction_between_10_and_15s: failed(p['crash_at_s'], p['detected_at_s']),
      'error_fraction_after_15.1s': failed(p['detected_at_s'] + 0.1, p.duration),
    };
  });
});
