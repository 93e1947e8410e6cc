import type { Plan } from '../contracts/plan/plan.js';
import type { RunRecord, TraceRecord } from '../contracts/record/record.js';
import { servedCodeOf, servedStatusOf } from './answers.js';
import { callOf, callerEnd, methodOf, NEVER, routeOf } from './calls.js';
import type { Call } from './calls.js';
import { Counting, Scrapes } from './counters.js';
import type { Exporter, ExporterKind, ExportSettings, TracedRun } from './exporter.js';
import { Gauges } from './gauges.js';
import { Lifetimes } from './lifetimes.js';
import { MeterFamilies } from './meters.js';
import { goNameOf } from './grpc.js';
import { isServer, roleOf } from './products.js';
import { Family } from './series.js';
import type { Labels } from './series.js';

/**
 * Metrics as time series in the text format of OpenMetrics, with a timestamp for each sample. Families do not
 * interleave, so the file is written once all runs are over. Sources: OpenMetrics 1.0; names and labels as Prometheus
 * documents them for HTTP servers.
 */
export const openMetrics: ExporterKind = {
  kind: 'openmetrics',
  allReplications: false,
  create: (settings) => new OpenMetrics(settings),
};

const SERVED = ['http_requests', 'Requests that the process has answered.'] as const;
const SERVED_TIME = [
  'http_request_duration_seconds',
  'Time from the arrival of a request to its response, its wait for a worker included.',
] as const;
const CALLS = [
  'client_requests',
  'Attempts of calls, seen by the process that makes them; the tries of a proxy are one.',
] as const;
const CALL_TIME = [
  'client_request_duration_seconds',
  'Time of an attempt, seen by the process that makes it.',
] as const;
const TRIES = ['proxy_requests', 'Tries of the proxies of a mesh, by calling instance.'] as const;
const TRY_TIME = ['proxy_request_duration_seconds', 'Time of a try of a proxy.'] as const;
const USERS = ['user_requests', 'Requests of users, with all repetitions behind them.'] as const;
const USER_TIME = [
  'user_request_duration_seconds',
  'Time of a request, seen by its user.',
] as const;

/** Source: go-grpc-middleware, providers/prometheus (server metrics). */
const RPCS = ['grpc_server_handled', 'RPCs that the process has answered.'] as const;
const RPC_TIME = [
  'grpc_server_handling_seconds',
  'Time from the arrival of an RPC to its response, its wait for a worker included.',
] as const;

/** No convention has names for a protocol of its own over TCP. */
const TCP = ['tcp_requests', 'Requests over plain TCP that the process has answered.'] as const;
const TCP_TIME = [
  'tcp_request_duration_seconds',
  'Time from the arrival of a request over plain TCP to its response, its wait for a worker included.',
] as const;

/** Index of a counter and its histogram in the order of the families. */
const VIEW = Object.freeze({ served: 0, calls: 1, users: 2, tries: 3, rpcs: 4, tcp: 5 } as const);

class OpenMetrics implements Exporter {
  private readonly scrapes: Scrapes;
  private readonly gauges: Gauges;
  private readonly meters: MeterFamilies;
  private readonly counters: readonly Family[];
  private readonly histograms: readonly Family[];
  private run!: TracedRun;
  private lifetimes!: Lifetimes;
  /** Of this run, in the order of the families. */
  private counts: readonly Counting[] = [];
  private times: readonly Counting[] = [];

  constructor(private readonly settings: ExportSettings) {
    this.scrapes = new Scrapes(settings.intervalSec, settings.startNs);
    this.gauges = new Gauges(this.scrapes);
    this.meters = new MeterFamilies(this.scrapes);
    this.counters = [SERVED, CALLS, USERS, TRIES, RPCS, TCP].map(
      ([name, help]) => new Family(name, 'counter', '', help),
    );
    this.histograms = [SERVED_TIME, CALL_TIME, USER_TIME, TRY_TIME, RPC_TIME, TCP_TIME].map(
      ([name, help]) => new Family(name, 'histogram', 'seconds', help),
    );
  }

  begin(run: TracedRun): string {
    const { scrapes, settings } = this;
    this.run = run;
    const lifetimes = new Lifetimes(run.journal);
    this.lifetimes = lifetimes;
    this.counts = this.counters.map(() => new Counting(scrapes, lifetimes, null));
    this.times = this.histograms.map(() => new Counting(scrapes, lifetimes, settings.buckets));
    return '';
  }

  rows(rows: TraceRecord): string {
    const { plan } = this.run;
    for (let row = 0; row < rows.rows; row++) this.count(callOf(plan, rows, row));
    return '';
  }

  end(record: RunRecord): string {
    const { run, scrapes, gauges, lifetimes } = this;
    const { plan } = run;
    const [first, last] = rangeOf(plan, scrapes);
    this.counters.forEach((family, k) => this.counts[k]!.write(family, first, last));
    this.histograms.forEach((family, k) => this.times[k]!.write(family, first, last));
    const common: Labels = [['variant', plan.variant]];
    const loaded = scrapes.at(plan.endNs - plan.warmupNs);
    gauges.addUp(plan, lifetimes, common, first, last);
    gauges.addLevels(plan, record, common, loaded);
    gauges.addBreakers(run.journal, common, first, last);
    this.meters.add(plan, record, common, loaded);
    return '';
  }

  finish(): string {
    const families = [...this.counters, ...this.histograms];
    return `${families.map((family) => family.text()).join('')}${this.gauges.text()}${this.meters.text()}# EOF\n`;
  }

  private count(call: Call): void {
    switch (call.role) {
      case 'request':
        if (!call.isUnfinished) this.countRequest(call);
        return;
      case 'call':
        this.countCall(call, VIEW.calls);
        return;
      case 'attempt': {
        const isEnded = !call.isUnfinished && !call.callerDied;
        if (isEnded) this.countCall(call, call.via === 0 ? VIEW.calls : VIEW.tries);
        if (isServer(call.callee) && call.served !== null) this.countServed(call);
        return;
      }
      case 'publication':
      case 'task':
        return;
    }
  }

  private countRequest(call: Call): void {
    const { part, callee, outcome } = call;
    const labels: Labels = [this.variant, ['workload', callee.name], ['request', part.name]];
    const end = callerEnd(call);
    this.add(VIEW.users, end, null, labels, ['outcome', outcome], end - call.called);
  }

  private countCall(call: Call, view: number): void {
    const { part, callee, caller, callerInstance, outcome } = call;
    const labels: Labels = [
      this.variant,
      ['service', caller!.name],
      ...(callerInstance === null ? [] : [['instance', callerInstance] as const]),
      ['target', callee.name],
      ['endpoint', part.name],
    ];
    const sent = call.sent === NEVER ? call.called : call.sent;
    const end = callerEnd(call);
    this.add(view, end, callerInstance, labels, ['outcome', outcome], end - sent);
  }

  private countServed(call: Call): void {
    const { callee, instance, servedAt, part } = call;
    const ns = servedAt - call.arrived;
    const process: Labels = [this.variant, ['service', callee.name], ['instance', instance!]];
    if (roleOf(callee) === 'rpc') {
      const labels: Labels = [
        ...process,
        ['grpc_type', 'unary'],
        ['grpc_service', callee.name],
        ['grpc_method', part.name],
      ];
      const code = ['grpc_code', goNameOf(servedCodeOf(call))] as const;
      this.add(VIEW.rpcs, servedAt, instance, labels, code, ns);
      return;
    }
    if (roleOf(callee) === 'tcp') {
      const labels: Labels = [...process, ['endpoint', part.name]];
      this.add(VIEW.tcp, servedAt, instance, labels, ['outcome', call.served!], ns);
      return;
    }
    const labels: Labels = [...process, ['method', methodOf(call)], ['endpoint', routeOf(call)]];
    const status = ['status_code', String(servedStatusOf(call))] as const;
    this.add(VIEW.served, servedAt, instance, labels, status, ns);
  }

  private get variant(): Labels[number] {
    return ['variant', this.run.plan.variant];
  }

  /** Counts one event in the counter and in the histogram of a view; the counter has one label more. */
  private add(
    view: number,
    at: number,
    instance: string | null,
    labels: Labels,
    more: Labels[number],
    ns: number,
  ): void {
    this.counts[view]!.add(at, instance, [...labels, more], 0);
    this.times[view]!.add(at, instance, labels, ns / 1e9);
  }
}

/** The first and the last scrape of a run, warm-up and drain included. */
function rangeOf(plan: Plan, scrapes: Scrapes): readonly [first: number, last: number] {
  return [
    scrapes.at(-plan.warmupNs),
    Math.floor((plan.horizonNs - plan.warmupNs) / scrapes.intervalNs),
  ];
}
