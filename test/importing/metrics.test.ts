import { afterAll, describe, expect, it } from 'vitest';
import { importTexts, type Imported } from '../../src/importing/import.js';
import { Folder, faultline } from '../cli/harness.js';
import { fixtures, loaded, source } from './support.js';

const folder = new Folder();
afterAll(() => folder.remove());

type Labels = Readonly<Record<string, string>>;

/** A counter with a sample every 15 s for half an hour, as Prometheus has it. `at`: its value after that many seconds. */
function counter(name: string, labels: Labels, at: (seconds: number) => number | null): object {
  const values = Array.from({ length: 121 }, (_, k) => [1_700_000_000 + 15 * k, at(15 * k)]);
  return {
    metric: { __name__: name, ...labels },
    values: values.flatMap(([time, value]) => (value === null ? [] : [[time, String(value)]])),
  };
}

function response(...result: readonly object[]): string {
  return JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } });
}

/** Requests after some seconds, if their rate goes from 20/s to 60/s in half an hour. */
const requests = (t: number): number => 20 * t + (t * t * 40) / 3600;

function shop(...texts: readonly string[]): Imported {
  const files = [
    ...fixtures('examples/shop/k8s'),
    ...fixtures('examples/shop/istio'),
    ...fixtures('examples/shop', ['application-orders.yml']),
  ];
  const metrics = texts.map((text, k) => ({ path: `prometheus-${k}.json`, text }));
  return importTexts(files, { title: 'Shop', names: new Map(), metrics });
}

const spring = (application: string, share: number, extra: Labels = {}): object =>
  counter('http_server_requests_seconds_count', { application, uri: '/all', ...extra }, (t) =>
    Math.round(share * requests(t)),
  );
/** CPU of two pods: 4 ms a request, and 0.05 cores without any. */
const cpu = (service: string, perRequest: number, share: number): readonly object[] =>
  [0, 1].map((k) =>
    counter(
      'container_cpu_usage_seconds_total',
      { container: service, pod: `${service}-7d9f8c5b6d-x2x9${k}` },
      (t) => (share * requests(t) * perRequest) / 2 + 0.025 * t,
    ),
  );

describe('metrics of a system', () => {
  const text = response(
    spring('storefront', 1),
    spring('catalog', 0.8),
    spring('orders', 0.2),
    ...cpu('storefront', 0.002, 1),
    ...cpu('catalog', 0.004, 0.8),
    ...cpu('orders', 0.005, 0.2),
  );

  it('give the load from outside, and the CPU of a request without what a process does for itself', () => {
    const imported = shop(text);
    const { file } = { file: loaded(imported) };
    const [{ scenario }] = file.variants;
    expect(scenario.workloads.get('users')!.arrivals).toMatchObject({ kind: 'poisson' });
    expect(imported.scenario).toMatch(/arrivals: poisson\(40(\.\d+)?\/s\) {2}# measured, n = /);
    for (const [service, ms] of [
      ['storefront', 2],
      ['catalog', 4],
      ['orders', 5],
    ] as const) {
      const [, own] = imported.scenario.split(new RegExp(`^ {2}${service}:`, 'm'));
      const found = /work: exponential\(([\d.]+)ms\) {2}# measured, n = 60 windows/.exec(own!);
      expect(Number(found?.[1]), service).toBeCloseTo(ms, 1);
    }
    const lines = imported.metrics!.lines.join('\n');
    expect(lines).toContain('load from outside: 40/s');
    expect(lines).toMatch(/catalog: 32 requests\/s .*0\.05 cores without requests/);
    expect(lines).toMatch(/orders: .*of 2 cores busy/);
  });

  it('say at most how much CPU a request takes, if the load does not change', () => {
    const steady = (name: string, labels: Labels, rate: number): object =>
      counter(name, labels, (t) => rate * t);
    const imported = shop(
      response(
        steady('http_server_requests_seconds_count', { application: 'orders', uri: '/' }, 10),
        steady('container_cpu_usage_seconds_total', { container: 'orders', pod: 'orders-0' }, 0.06),
      ),
    );
    expect(imported.scenario).toContain('work: exponential(6ms)  # measured');
    expect(imported.metrics!.lines.join()).toContain('at most: the load does not change');
  });

  it('take restarts, gaps and two files of one series as Prometheus does', () => {
    const restarted = counter(
      'http_server_requests_seconds_count',
      { application: 'storefront', uri: '/' },
      (t) => (t >= 400 && t < 700 ? null : 40 * (t >= 1000 ? t - 1000 : t)),
    );
    const whole = response(restarted);
    const imported = shop(whole, whole);
    // From 990 s to the restart at 1,000 s it grew by 400, which no sample shows.
    expect(imported.metrics!.lines[0]).toContain('load from outside: 39.78/s');
    const reasons = imported.metrics!.leftOut.map(({ reason }) => reason).join('\n');
    expect(reasons).toMatch(/gaps between samples, the longest of 5\.\d min/);
    expect(reasons).toContain('restarts of counters');
    expect(reasons).toContain('samples that two files have: used once');
  });

  it('of Istio give the calls of one service by another', () => {
    const istio = (from: string, to: string, share: number, reporter: string): object =>
      counter(
        'istio_requests_total',
        {
          source_workload: from,
          destination_workload: to,
          reporter,
          response_code: share < 0.05 ? '503' : '200',
        },
        (t) => Math.round(share * requests(t)),
      );
    const both = (from: string, to: string, share: number): readonly object[] =>
      ['source', 'destination'].map((reporter) => istio(from, to, share, reporter));
    const imported = shop(
      response(
        ...both('istio-ingressgateway', 'storefront', 1),
        ...both('storefront', 'catalog', 0.8),
        ...both('storefront', 'orders', 0.2),
        ...both('storefront', 'inventory', 0.1),
        ...both('orders', 'payments', 0.5),
        ...both('orders', 'payments', 0.01),
      ),
    );
    expect(imported.metrics!.lines[0]).toContain('load from outside: 40/s at shop-gateway');
    const { scenario } = imported;
    expect(scenario).toMatch(/call: catalog\.handle.*\n +probability: 0\.8 {2}# measured, n = /);
    expect(scenario).toMatch(/times: geometric\(mean=2\.55\) {2}# measured/);
    expect(imported.account.listed.map(({ reason }) => reason)).toContain(
      'the metrics count no call from orders to inventory',
    );
    expect(imported.metrics!.lines.join('\n')).toMatch(
      /payments: 20\.4 requests\/s .*1\.96 % fail/,
    );
    loaded(imported);
  });

  it('list pools, queues, throttling and times, which only a person can judge', () => {
    const level = (name: string, labels: Labels, value: number): object =>
      counter(name, labels, () => value);
    const bucket = (le: string, share: number): object =>
      counter(
        'istio_request_duration_milliseconds_bucket',
        { destination_workload: 'orders', le },
        (t) => share * 10 * t,
      );
    const periods = (name: string, rate: number): object =>
      counter(name, { container: 'orders', pod: 'orders-0' }, (t) => rate * t);
    const imported = shop(
      response(
        level('hikaricp_connections_max', { application: 'orders' }, 10),
        level('hikaricp_connections_active', { application: 'orders' }, 10),
        level('hikaricp_connections_pending', { application: 'orders' }, 3),
        level('kafka_consumergroup_lag', { consumergroup: 'mailer', topic: 'mails' }, 1200),
        periods('container_cpu_cfs_periods_total', 10),
        periods('container_cpu_cfs_throttled_periods_total', 2.5),
        ...(
          [
            ['10', 0.5],
            ['100', 0.98],
            ['+Inf', 1],
          ] as const
        ).map(([le, s]) => bucket(le, s)),
        level('go_goroutines', { job: 'orders' }, 3),
        counter('istio_requests_total', { destination_workload: 'nowhere' }, (t) => t),
      ),
    );
    const lines = imported.metrics!.lines.join('\n');
    expect(lines).toContain('at most 10 of 10 connections in use, 3 wait');
    expect(lines).toContain('mailer: at most 1,200 messages of mails wait');
    expect(lines).toContain('its quota stops it in 25 % of the periods');
    expect(lines).toContain('p50 10ms, p99 100ms');
    const left = imported.metrics!.leftOut.map(({ reason }) => reason).join('\n');
    expect(left).toContain('series of go_goroutines: no importer reads this metric');
    expect(left).toContain('that no manifest and no trace has: nowhere');
  });
});

describe('files of metrics', () => {
  const error = (text: string): string => {
    try {
      importTexts(source('a: 1'), {
        title: '',
        names: new Map(),
        metrics: source(text, 'prom.json'),
      });
    } catch (own) {
      return (own as Error).message;
    }
    return '';
  };

  it('are refused with the reason and what is expected', () => {
    expect(error('{"status":"succ')).toContain('prom.json:1: is no complete JSON: expected');
    expect(error('{"status":"error","error":"out of bounds"}')).toContain('out of bounds');
    const vector = '{"status":"success","data":{"resultType":"vector","result":[]}}';
    expect(error(vector)).toContain('has no rate: use /api/v1/query_range');
    expect(error('[1]')).toContain('is no range export of Prometheus');
  });

  it('without names say how to export them, and broken samples are counted', () => {
    const series = {
      metric: { job: 'orders' },
      values: [
        [1, '2'],
        [2, '3'],
      ],
    };
    const wrong = counter('http_server_requests_seconds_count', { job: 'shop/orders' }, (t) =>
      t === 30 ? NaN : t,
    );
    const { leftOut } = shop(response(series, wrong)).metrics!;
    const reasons = leftOut.map(({ reason }) => reason).join('\n');
    expect(reasons).toContain('without rate() or sum()');
    expect(reasons).toContain('samples that are no numbers');
  });

  it('are named on the command line, beside manifests', () => {
    const metrics = folder.put('prom.json', response(spring('storefront', 1)));
    const out = folder.at('shop.yaml');
    const paths = ['examples/shop/k8s', 'examples/shop/istio'];
    const { status, stdout, stderr } = faultline([
      'import',
      ...paths,
      '--metrics',
      metrics,
      '--out',
      out,
    ]);
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('1 series of metrics over 30 min');
    expect(stdout).toContain('Measured in the metrics\n  load from outside: 40/s');
    const missing = faultline(['import', ...paths, '--metrics', folder.at('none.json')]);
    expect(missing.status).toBe(2);
    expect(missing.stderr).toContain('none.json');
  });
});
