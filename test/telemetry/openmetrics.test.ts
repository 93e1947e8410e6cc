import { describe, expect, it } from 'vitest';
import { Lifetimes } from '../../src/telemetry/lifetimes.js';
import { openMetrics } from '../../src/telemetry/openmetrics.js';
import { EPOCH, exported } from './export.js';

/** Ten requests a second of 300 ms; one of the two processes is down from 12 s to 21 s. */
const SCENARIO = `
run: { duration: 30s, replications: 1 }
network: { latency: 0ms }
services:
  shop:
    replicas: 2
    concurrency: 100
    lifecycle: { startup: 0s }
    endpoints: { buy: { method: POST, steps: [ { wait: 300ms } ] } }
workloads: { users: { arrivals: constant(10/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: down, kind: crash, target: 'shop[0]', at: 12s, for: 9s } ]
`;

/** A process at 100 % whose autoscaler asks for a second one at 15 s, which starts in 5 s. */
const SCALED = `
run: { duration: 30s, replications: 1 }
services:
  shop:
    lifecycle: { startup: 5s }
    autoscaling: { metric: rate, target: 10/s, min: 1, max: 4 }
    endpoints: { buy: [ { wait: 10ms } ] }
workloads: { users: { arrivals: constant(15/s), requests: [ { call: shop.buy } ] } }
`;

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Seconds from the start of the load. */
  readonly at: number;
}

function samplesOf(text: string): readonly Sample[] {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const [, name, inner, value, at] = /^(\w+)\{(.*)\} (\S+) (\S+)$/.exec(line)!;
    const labels = [...inner!.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, own]) => [key, own]);
    return {
      name: name!,
      labels: Object.fromEntries(labels) as Sample['labels'],
      value: Number(value),
      at: Number(at) - Date.parse(EPOCH) / 1000,
    };
  });
}

describe('time series', () => {
  const text = exported(SCENARIO, openMetrics);
  const samples = samplesOf(text);
  const of = (name: string, where: Readonly<Record<string, string>> = {}): readonly Sample[] =>
    samples.filter(
      (sample) =>
        sample.name === name &&
        Object.entries(where).every(([label, value]) => sample.labels[label] === value),
    );

  it('count the requests that a process has answered, by method, endpoint and status', () => {
    const own = of('http_requests_total', { instance: 'shop[1]' });
    expect(own[0]!.labels).toEqual({
      variant: 'base',
      service: 'shop',
      instance: 'shop[1]',
      method: 'POST',
      endpoint: '/buy',
      status_code: '200',
    });
    expect(own.map(({ at }) => at)).toEqual([5, 10, 15, 20, 25, 30]);
  });

  it('start again at 0 with a new process, and have no sample while it is down', () => {
    const own = of('http_requests_total', { instance: 'shop[0]' });
    expect(own.map(({ at }) => at)).toEqual([5, 10, 25, 30]);
    expect(own[2]!.value).toBeLessThan(own[1]!.value);
    expect(of('up', { instance: 'shop[0]' }).map(({ value }) => value)).toEqual([
      1, 1, 1, 0, 0, 1, 1,
    ]);
  });

  it('put each duration into its bucket and all larger ones', () => {
    const at30 = of('http_request_duration_seconds_bucket', { instance: 'shop[1]' }).filter(
      ({ at }) => at === 30,
    );
    const total = of('http_requests_total', { instance: 'shop[1]' }).at(-1)!.value;
    expect(at30.map(({ labels, value }) => [labels.le, value / total])).toEqual([
      ['0.1', 0],
      ['0.25', 0],
      ['0.5', 1],
      ['1.0', 1],
      ['2.5', 1],
      ['5.0', 1],
      ['10.0', 1],
      ['+Inf', 1],
    ]);
    const sum = of('http_request_duration_seconds_sum', { instance: 'shop[1]' }).at(-1)!.value;
    expect(sum / total).toBeCloseTo(0.3, 9);
  });

  it('count what users got: 10 a second, of which those in the crashed process failed', () => {
    const all = of('user_requests_total').filter(({ at }) => at === 30);
    const total = all.reduce((sum, { value }) => sum + value, 0);
    // 300 less those that are still on their way.
    expect(total).toBeGreaterThanOrEqual(296);
    expect(all.map(({ labels }) => labels.outcome).sort()).toEqual(['ok', 'reset']);
  });

  it('measure gauges between two samples: by Little, 10 a second for 300 ms are 3 requests', () => {
    const means = of('requests_in_flight', { service: 'shop' }).filter(({ at }) => at === 10);
    expect(means.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(3, 6);
  });

  it('are grouped by family, each series in order of time, and end with # EOF', () => {
    expect(text.endsWith('# EOF\n')).toBe(true);
    const families = [...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name);
    expect(new Set(families).size).toBe(families.length);
    const last = new Map<string, number>();
    let family = '';
    const finished = new Set<string>();
    for (const { name, labels, at } of samples) {
      const own = families.findLast((known) =>
        new RegExp(`^${known}(?:_(?:total|bucket|count|sum))?$`).test(name),
      )!;
      if (own !== family) expect(finished).not.toContain(own);
      finished.add(own);
      family = own;
      const key = JSON.stringify([name, labels]);
      expect(at).toBeGreaterThan(last.get(key) ?? -Infinity);
      last.set(key, at);
    }
  });

  it('show a p99 above 10 s only with buckets that reach it', () => {
    const slow = SCENARIO.replace('wait: 300ms', 'wait: 12s').replace(/faults:.*/, '');
    const upTo = (buckets: readonly number[]): readonly number[] => {
      const all = samplesOf(exported(slow, openMetrics, { buckets }));
      return all
        .filter(
          ({ name, labels, at }) =>
            name === 'http_request_duration_seconds_bucket' &&
            at === 30 &&
            labels.instance === 'shop[0]',
        )
        .map(({ value }) => value);
    };
    const [below, all] = upTo([0.1, 0.25, 0.5, 1, 2.5, 5, 10]).slice(-2);
    expect([below, all! > 0]).toEqual([0, true]);
    const [wide, every] = upTo([1, 10, 30]).slice(-2);
    expect(wide).toBe(every);
  });

  it('have the figures of queues: 10 messages a second, of which a worker handles 5', () => {
    const queue = `
run: { duration: 20s, replications: 1 }
network: { latency: 0ms }
services:
  api: { endpoints: { submit: [ { publish: jobs } ] } }
  worker: { endpoints: { handle: [ { wait: 200ms } ] } }
queues: { jobs: { kind: simple, consumers: [ { call: worker.handle, concurrency: 1 } ] } }
workloads: { users: { arrivals: constant(10/s), requests: [ { call: api.submit } ] } }
`;
    const all = samplesOf(exported(queue, openMetrics));
    const at20 = (name: string): number =>
      all
        .filter((sample) => sample.name === name && sample.at === 20)
        .reduce((sum, { value }) => sum + value, 0);
    expect(at20('queue_published_total')).toBeGreaterThanOrEqual(198);
    expect(at20('queue_published_total')).toBeLessThanOrEqual(200);
    // The mean between 15 s and 20 s: the queue grows by 5 a second.
    expect(at20('queue_ready')).toBeGreaterThan(84);
    expect(at20('queue_ready')).toBeLessThan(90);
    expect(at20('queue_age_seconds')).toBeGreaterThan(8);
    expect(at20('queue_age_seconds')).toBeLessThan(9.5);
  });

  it('goes on with a process that is to be removed, until its work is done', () => {
    const lifetimes = new Lifetimes([
      { at: 5, kind: 'instance', subject: 'shop[2]', value: 'absent' },
      { at: 9, kind: 'instance', subject: 'shop[2]', value: 'drained' },
    ]);
    expect([4, 6, 8.9, 9].map((at) => lifetimes.isUp('shop[2]', at * 1e9))).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });

  it('say of a replica whether it is up from its order to its end, and nothing before and after', () => {
    const lifetimes = new Lifetimes([
      { at: 10, kind: 'instance', subject: 'shop[2]', value: 'wanted' },
      { at: 15, kind: 'instance', subject: 'shop[2]', value: 'up' },
      { at: 20, kind: 'instance', subject: 'shop[2]', value: 'killed' },
      { at: 25, kind: 'instance', subject: 'shop[2]', value: 'up' },
      { at: 30, kind: 'instance', subject: 'shop[2]', value: 'absent' },
      { at: 35, kind: 'instance', subject: 'shop[2]', value: 'drained' },
    ]);
    const seen = [5, 10, 15, 20, 25, 30, 35].map((at) => [
      lifetimes.isTarget('shop[2]', at * 1e9, false),
      lifetimes.isUp('shop[2]', at * 1e9, false),
    ]);
    expect(seen).toEqual([
      [false, false],
      [true, false],
      [true, true],
      [true, false],
      [true, true],
      [true, true],
      [false, false],
    ]);
  });

  it('have no sample of a replica that the autoscaler has not ordered', () => {
    const text = exported(SCALED, openMetrics);
    const up = samplesOf(text).filter(({ name }) => name === 'up');
    const first = (instance: string): number | undefined =>
      up.find(({ labels }) => labels.instance === instance)?.at;
    expect([first('shop[0]'), first('shop[1]'), first('shop[3]')]).toEqual([0, 15, undefined]);
    const second = up.filter(({ labels }) => labels.instance === 'shop[1]');
    expect(second.map(({ value }) => value)).toEqual([0, 1, 1, 1]);
  });
});
