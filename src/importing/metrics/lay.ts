import { formatCount, formatSeconds, formatShare } from '../../text/figures.js';
import { plural } from '../../text/words.js';
import { LOAD_NAME } from '../names.js';
import type { Component, System } from '../system.js';
import { digits, durationText } from '../traces/measured.js';
import { map, plain, type WrittenScalar } from '../written.js';
import { isOutside, UNKNOWN } from './families.js';
import type { MetricFacts, ServiceFacts } from './observe.js';

/** What became of metrics. */
export interface LaidMetrics extends Pick<MetricFacts, 'series' | 'seconds' | 'leftOut'> {
  /** How much was read. */
  readonly head: string;
  /** A sentence for each value that is in the scenario, or that a person should know. */
  readonly lines: readonly string[];
}

/** Seconds of CPU of a request by service, as traces name it; null where metrics do not say. */
export type CpuOf = (service: string) => number | null;

/** The component that metrics mean: by the labels of a process, a container or a pod. */
function componentOf(
  system: System,
  { name, workload }: Pick<ServiceFacts, 'name' | 'workload'>,
): Component | null {
  return (
    system.named(name) ??
    (workload === null ? undefined : system.named(workload)) ??
    system.named(name.replace(/-v\d+$/, '')) ??
    null
  );
}

/** The CPU of a request, for the reader of traces. */
export function cpuOf(system: System, { services }: MetricFacts): CpuOf {
  return (service) => {
    const wanted = system.named(service);
    const found = services.find(
      (one) =>
        one.name === service || (wanted !== undefined && componentOf(system, one) === wanted),
    );
    return found?.demand?.perRequest ?? null;
  };
}

/**
 * Puts what metrics say into a system: the load from outside, the CPU of a request of services without traces, and how
 * often one service calls another. Manifests and traces keep what they say otherwise.
 */
export function layMetrics(system: System, facts: MetricFacts, hasTraces: boolean): LaidMetrics {
  return new Laying(system, facts, hasTraces).all();
}

/** What metrics say of processes besides their requests and times: a line for each. */
export function processLines(system: System, facts: MetricFacts): readonly string[] {
  const services = facts.services.map((one) => ({ ...one, rate: null, failed: null, p50: null }));
  return new Laying(system, { ...facts, services }, true).described();
}

class Laying {
  private readonly lines: string[] = [];
  private readonly lost = new Map<string, number>();
  private readonly found = new Map<ServiceFacts, Component>();

  constructor(
    private readonly system: System,
    private readonly facts: MetricFacts,
    private readonly hasTraces: boolean,
  ) {}

  described(): readonly string[] {
    this.find();
    for (const [service, component] of this.found) this.service(service, component);
    this.lags();
    return this.lines;
  }

  private find(): void {
    for (const service of this.facts.services) {
      const component = componentOf(this.system, service);
      if (component !== null) this.found.set(service, component);
      else if (service.lag === null) {
        const reason = `services of the metrics that no manifest and no trace has: ${service.name}`;
        this.lost.set(reason, 1);
      }
    }
  }

  all(): LaidMetrics {
    const { facts } = this;
    this.find();
    if (!this.hasTraces) this.calls();
    for (const [service, component] of this.found) this.service(service, component);
    this.lags();
    this.load();
    const lost = [...this.lost].map(([reason, count]) => ({ reason, count }));
    const { series, seconds, leftOut } = facts;
    const head = `${formatCount(series)} series of metrics over ${formatSeconds(seconds)}`;
    return { head, series, seconds, leftOut: [...leftOut, ...lost], lines: this.lines };
  }

  private service(facts: ServiceFacts, component: Component): void {
    const { rate, counted, cores, demand, throttled, failed, p50, p99, pool } = facts;
    const said: string[] = [];
    if (rate !== null) said.push(`${digits(rate)} requests/s (n = ${formatCount(counted)})`);
    if (cores !== null) said.push(this.cores(cores, component));
    if (demand !== null) {
      const { perRequest, interval, background } = demand;
      const time = durationText(perRequest * 1e9);
      const range = interval?.map((one) => durationText(one * 1e9)).join(' to ');
      const sure = range === undefined ? 'at most: the load does not change' : `95 %: ${range}`;
      said.push(`${time} of CPU a request (${sure})`);
      if (background > 0.05 * (cores ?? 0))
        said.push(`${digits(background)} cores without requests, which is not in the scenario`);
      if (!this.hasTraces && component.section === 'services' && component.endpoints === null)
        component.work = noted(
          `exponential(${time})`,
          `measured, n = ${plural(demand.n, 'window')}`,
        );
    }
    if (throttled !== null && throttled > 0)
      said.push(`its quota stops it in ${formatShare(throttled)} of the periods`);
    if (failed !== null && failed > 0) said.push(`${formatShare(failed)} fail`);
    if (p50 !== null && p99 !== null)
      said.push(`p50 ${durationText(p50 * 1e9)}, p99 ${durationText(p99 * 1e9)}`);
    if (pool !== null) {
      const waits = pool.pending > 0 ? `, ${pool.pending} wait` : '';
      said.push(`at most ${pool.active} of ${pool.max} connections in use${waits}`);
    }
    if (said.length > 0) this.lines.push(`${component.name}: ${said.join('; ')}`);
  }

  /** Busy cores of those that its instances may use. */
  private cores(used: number, { cores, replicas }: Component): string {
    const all = cores === null ? null : cores * (replicas ?? 1);
    return all === null
      ? `${digits(used)} cores busy`
      : `${digits(used)} of ${digits(all)} cores busy (${formatShare(used / all)})`;
  }

  private lags(): void {
    for (const { name, lag } of this.facts.services) {
      if (lag === null) continue;
      this.lines.push(`${name}: at most ${formatCount(lag.most)} messages of ${lag.topic} wait`);
    }
  }

  /** Calls that Istio counts on both sides replace those that addresses suggest. */
  private calls(): void {
    const { system, facts } = this;
    const seen = new Set<string>();
    for (const { from, to, rate, counted } of facts.calls) {
      const [source, target] = [this.named(from), this.named(to)];
      if (source === null || target === null || source === target || isOutside(from)) continue;
      const served = facts.services.find((one) => this.found.get(one) === source)?.rate ?? null;
      if (served === null || !(served > 0) || source.section !== 'services') continue;
      seen.add(`${source.name}\n${target.name}`);
      const ratio = { value: rate / served, note: `measured, n = ${formatCount(counted)}` };
      const known = system.edges.findIndex((edge) => edge.from === source && edge.to === target);
      const origins = system.edges[known]?.origins ?? [];
      const edge = { from: source, to: target, origins, ratio };
      if (known < 0) system.edges.push(edge);
      else system.edges[known] = edge;
    }
    const measured = new Set(facts.calls.map(({ from }) => this.named(from)));
    system.dropEdges(
      ({ from, to }) =>
        measured.has(from) && this.counts(to) && !seen.has(`${from.name}\n${to.name}`),
      ({ from, to }) => `the metrics count no call from ${from.name} to ${to.name}`,
    );
  }

  /** Whether metrics would have a call of it. */
  private counts(component: Component): boolean {
    return [...this.found].some(([{ rate }, own]) => own === component && rate !== null);
  }

  private named(name: string): Component | null {
    return componentOf(this.system, { name, workload: null });
  }

  private load(): void {
    const rates = this.outside();
    if (rates.size === 0) return;
    const total = [...rates.values()].reduce((sum, { rate }) => sum + rate, 0);
    const n = [...rates.values()].reduce((sum, { counted }) => sum + counted, 0);
    if (!(total > 0)) return;
    const arrivals = noted(
      `poisson(${digits(total)}/s)`,
      `measured, n = ${formatCount(n)} requests`,
    );
    const { system } = this;
    if (system.load === null) {
      system.arrivals = arrivals;
      for (const [component, { rate }] of rates) system.weights.set(component, rate);
    } else {
      const own = system.load.entries.get(LOAD_NAME);
      if (own?.kind !== 'map') return;
      system.load = map({ [LOAD_NAME]: map([...own.entries, ['arrivals', arrivals]]) });
    }
    const targets = [...rates.keys()].map(({ name }) => name).join(', ');
    this.lines.unshift(`load from outside: ${digits(total)}/s at ${targets}`);
  }

  /** Requests from outside by component. Istio says where they come from; else they are those of what no one calls. */
  private outside(): ReadonlyMap<Component, { readonly rate: number; readonly counted: number }> {
    const { system, facts } = this;
    const found = new Map<Component, { rate: number; counted: number }>();
    const add = (component: Component | null, rate: number, counted: number): void => {
      if (component === null) return;
      const known = found.get(component) ?? { rate: 0, counted: 0 };
      found.set(component, { rate: known.rate + rate, counted: known.counted + counted });
    };
    for (const { from, to, rate, counted } of facts.calls) {
      if (!isOutside(from)) continue;
      const gateway = from === UNKNOWN ? null : this.named(from);
      add(gateway ?? this.entranceOf(this.named(to)), rate, counted);
    }
    if (found.size > 0) return found;
    const entries = this.entries();
    for (const [{ rate, counted }, component] of this.found) {
      if (rate !== null && entries.has(component)) add(component, rate, counted);
    }
    // A gateway counts nothing itself: what comes in is what the services behind its routes count.
    const gateways = system.components.filter(({ section }) => section === 'gateways');
    const [gateway] = gateways;
    if (found.size > 0 || gateway === undefined || gateways.length > 1 || this.hasTraces)
      return found;
    const inner = system.edges.filter(({ from }) => from.section === 'services' && !from.isLoad);
    const called = new Set(inner.map(({ to }) => to));
    for (const [{ rate, counted }, component] of this.found)
      if (rate !== null && !called.has(component)) add(gateway, rate, counted);
    return found;
  }

  /** The gateway before a service, if there is just one. */
  private entranceOf(component: Component | null): Component | null {
    const gateways = this.system.components.filter(({ section }) => section === 'gateways');
    return gateways.length === 1 && !this.hasTraces ? gateways[0]! : component;
  }

  /** With traces the targets of their load, else what nothing calls. */
  private entries(): ReadonlySet<Component> {
    const { system } = this;
    const own = system.load?.entries.get(LOAD_NAME);
    if (own?.kind === 'map') {
      const requests = own.entries.get('requests');
      const names = (requests?.kind === 'list' ? requests.items : []).flatMap((item) => {
        const call = item.kind === 'map' ? item.entries.get('call') : undefined;
        return call?.kind === 'scalar' ? [String(call.value).split('.')[0]!] : [];
      });
      return new Set(system.components.filter(({ name }) => names.includes(name)));
    }
    return new Set(system.entrances());
  }
}

function noted(value: string, note: string): WrittenScalar {
  return { ...plain(value), note };
}
