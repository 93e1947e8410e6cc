import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { importTexts } from '../../src/importing/import.js';
import { simulate } from '../../src/index.js';
import { loaded } from './support.js';

/** What one service sends to another: per second, mean in ms, share of failures. */
interface Sent {
  readonly from: string;
  readonly to: string;
  readonly rate: number;
  readonly ms: number;
  readonly failed?: number;
}

/** Ten minutes of the standard metrics of Istio, as Prometheus exports them, with buckets of an exponential law. */
function exported(edges: readonly Sent[], more: readonly unknown[] = []): string {
  const times = Array.from({ length: 41 }, (_, k) => 1_768_208_400 + 15 * k);
  const series = (name: string, labels: object, perSecond: number): unknown => ({
    metric: { __name__: name, ...labels },
    values: times.map((time, k) => [time, String(perSecond * 15 * k)]),
  });
  const result = edges.flatMap(({ from, to, rate, ms, failed = 0 }) => {
    const labels = { source_workload: from, destination_workload: to, reporter: 'destination' };
    const times_ = 'istio_request_duration_milliseconds';
    return [
      series('istio_requests_total', { ...labels, response_code: '200' }, rate * (1 - failed)),
      series('istio_requests_total', { ...labels, response_code: '503' }, rate * failed),
      // The caller counts the same requests.
      series('istio_requests_total', { ...labels, reporter: 'source', response_code: '200' }, rate),
      series(`${times_}_sum`, labels, rate * ms),
      series(`${times_}_count`, labels, rate),
      ...[1, 2, 5, 10, 25, 50, 100, 250, 500, 1000].map((le) =>
        series(`${times_}_bucket`, { ...labels, le: String(le) }, rate * (1 - Math.exp(-le / ms))),
      ),
      series(`${times_}_bucket`, { ...labels, le: '+Inf' }, rate),
    ];
  });
  return JSON.stringify({
    status: 'success',
    data: { resultType: 'matrix', result: [...result, ...more] },
  });
}

const EDGES: readonly Sent[] = [
  { from: 'istio-ingressgateway', to: 'web', rate: 40, ms: 30 },
  { from: 'istio-ingressgateway', to: 'reports', rate: 5, ms: 90 },
  { from: 'web', to: 'catalog', rate: 80, ms: 8 },
  { from: 'reports', to: 'catalog', rate: 5, ms: 60 },
  { from: 'catalog', to: 'prices', rate: 85, ms: 3, failed: 0.01 },
];

function importedFrom(edges: readonly Sent[]): {
  readonly text: string;
  readonly lines: readonly string[];
} {
  const metrics = [{ path: 'prometheus.json', text: exported(edges) }];
  const result = importTexts([], { title: 'A mesh', names: new Map(), metrics });
  loaded(result);
  return { text: result.scenario, lines: result.metrics!.lines };
}

describe('metrics of a mesh', () => {
  const { text, lines } = importedFrom(EDGES);
  const { services, workloads } = parse(text);

  it('give the calls of each caller and the load from outside', () => {
    const [{ wait: _, ...first }, loop] = services.web.endpoints.handle.steps;
    expect(first).toEqual({});
    expect(loop).toEqual({ loop: { times: 2, steps: [{ call: 'catalog.handle' }] } });
    const [load] = Object.values<any>(workloads);
    expect(load.arrivals).toBe('poisson(45/s)');
    expect(load.requests.map(({ name, weight }: any) => [name, weight])).toEqual([
      ['web', 40],
      ['reports', 5],
    ]);
    expect(services.prices.endpoints.handle.steps.at(-1)).toEqual({ fail: 500, probability: 0.01 });
  });

  it('tell the callers of a service apart whose requests take other times', () => {
    expect(services.reports.endpoints.handle.steps.at(-1)).toEqual({ call: 'catalog.for-reports' });
    expect(lines).toContain('catalog: requests of reports take 60ms');
    // 8 and 60 ms, of which prices takes 3 ms.
    const own = (name: string): number =>
      Number(/mean=([\d.]+)ms/.exec(services.catalog.endpoints[name].steps[0].wait)![1]);
    expect(own('handle') / 5).toBeCloseTo(1, 1);
    expect(own('for-reports') / 57).toBeCloseTo(1, 1);
  });

  it('make a scenario with the times that were measured', { timeout: 30_000 }, async () => {
    const set = ['run.duration=120s'];
    const { variants } = await simulate(text, { replications: 1, set });
    const { edges } = variants[0]!;
    const mean = (name: string): number => edges[name]!.latency.mean! * 1e3;
    expect(mean('web->catalog') / 8).toBeCloseTo(1, 1);
    expect(mean('reports->catalog') / 60).toBeCloseTo(1, 1);
  });

  it(
    'are times of which the CPU of a request is work, where there is CPU',
    { timeout: 30_000 },
    async () => {
      const cpuOf = (container: string, cores: number) => ({
        metric: { __name__: 'container_cpu_usage_seconds_total', container, pod: `${container}-1` },
        values: [
          [1_768_208_400, '0'],
          [1_768_209_000, String(600 * cores)],
        ],
      });
      // 40/s x 4 ms of an own time of 14 ms, and 85/s x 3 ms of one of 3 ms.
      const more = [cpuOf('web', 0.16), cpuOf('prices', 0.255)];
      const metrics = [{ path: 'prometheus.json', text: exported(EDGES, more) }];
      const result = importTexts([], { title: 'A mesh', names: new Map(), metrics });
      loaded(result);
      const own = (name: string): any =>
        parse(result.scenario).services[name].endpoints.handle.steps;
      expect(own('web')[0]).toEqual({ work: '4ms' });
      expect(own('web')[1].wait).toMatch(/^lognormal\(mean=9\.9/);
      expect(own('prices')[0].work).toMatch(/^lognormal\(mean=3ms/);
      expect(own('catalog')[0].wait).toMatch(/^lognormal/);
      expect(result.metrics!.lines).toContain(
        'web: 0.16 cores busy; 4ms of CPU a request (at most: the load does not change)',
      );
      const { variants } = await simulate(result.scenario, {
        replications: 1,
        set: ['run.duration=120s'],
      });
      const { edges } = variants[0]!;
      expect((edges['web->catalog']!.latency.mean! * 1e3) / 8).toBeCloseTo(1, 1);
      expect((edges['users->web']!.latency.mean! * 1e3) / 30).toBeCloseTo(1, 1);
    },
  );
});
