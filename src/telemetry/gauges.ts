import { instanceName } from '../contracts/plan/names.js';
import type { Plan } from '../contracts/plan/plan.js';
import type { GaugeKind, RunRecord } from '../contracts/record/record.js';
import { GAUGE_KINDS } from '../contracts/record/record.js';
import type { JournalEntry } from '../contracts/result/result.js';
import type { Scrapes } from './counters.js';
import type { Lifetimes } from './lifetimes.js';
import { Family } from './series.js';
import type { Labels } from './series.js';

/** Connections to nodes and abandoned ones are part of those to the component; handlers are counted by their consumers. */
const SILENT = ['usedOfNode', 'abandoned', 'handling', 'leftBehind'] as const;
type Exported = Exclude<GaugeKind, (typeof SILENT)[number]>;

/** Name, unit and help of the gauges of a run. */
const GAUGES: Readonly<Record<Exported, readonly [name: string, unit: string, help: string]>> = {
  busy: ['workers_busy', '', 'Workers in use.'],
  queue: ['request_queue_length', '', 'Requests that wait for a worker.'],
  concurrency: ['requests_in_flight', '', 'Requests accepted and not answered.'],
  cpu: ['cpu_cores_used', '', 'Cores in use.'],
  memory: ['process_memory_bytes', 'bytes', 'Memory of the process.'],
  inFlight: ['client_calls_in_flight', '', 'Calls to a component that are not over.'],
  open: ['pool_connections_open', '', 'Open connections of a pool.'],
  used: ['pool_connections_used', '', 'Connections of a pool in use.'],
  waiting: ['pool_waiters', '', 'Callers that wait for a connection.'],
};

const EXPORTED = GAUGE_KINDS.filter(
  (kind): kind is Exported => !(SILENT as readonly GaugeKind[]).includes(kind),
);

/** The families of all gauges, `up` and the state of breakers. */
export class Gauges {
  private readonly families = new Map<GaugeKind, Family>(
    EXPORTED.map((kind) => {
      const [name, unit, help] = GAUGES[kind];
      return [kind, new Family(name, 'gauge', unit, `${help} Mean since the sample before.`)];
    }),
  );
  private readonly up = new Family('up', 'gauge', '', 'Whether the process can be scraped.');
  private readonly breakers = new Family(
    'circuit_breaker_state',
    'gauge',
    '',
    'State of a breaker that has changed its state: 1 for the current one.',
  );

  constructor(private readonly scrapes: Scrapes) {}

  /** Adds the levels of one run: for each scrape the mean of the cells that ended since the one before. */
  addLevels(plan: Plan, { gauges }: RunRecord, common: Labels, last: number): void {
    const { edges } = plan.grid;
    for (let row = 0; row < gauges.kind.length; row++) {
      const family = this.families.get(GAUGE_KINDS[gauges.kind[row]]);
      if (family === undefined) continue;
      const labels = [...common, ...labelsOf(plan, gauges.instance[row], gauges.callee[row])];
      const area = new Map<number, number>();
      for (let entry = gauges.from[row]; entry < gauges.until[row]; entry++) {
        const scrape = this.scrapes.at(edges[gauges.cell[entry] + 1] - plan.warmupNs);
        area.set(scrape, (area.get(scrape) ?? 0) + gauges.area[entry]);
      }
      for (let scrape = 1; scrape <= last; scrape++) {
        const value = (area.get(scrape) ?? 0) / this.scrapes.intervalNs;
        family.add('', labels, { at: this.scrapes.text(scrape), value });
      }
    }
  }

  /** Adds whether each process with an address is there, for as long as it is a target: from its order to its end. */
  addUp(plan: Plan, lifetimes: Lifetimes, common: Labels, first: number, last: number): void {
    plan.instances.forEach(({ component, index }, id) => {
      const { kind, initial, name } = plan.components[component];
      if (kind === 'workload') return;
      const isInitial = index < initial;
      const instance = instanceName(plan, id);
      const labels: Labels = [...common, ['service', name], ['instance', instance]];
      for (let scrape = first; scrape <= last; scrape++) {
        const at = this.scrapes.timeOf(scrape);
        if (!lifetimes.isTarget(instance, at, isInitial)) continue;
        const value = lifetimes.isUp(instance, at, isInitial) ? 1 : 0;
        this.up.add('', labels, { at: this.scrapes.text(scrape), value });
      }
    });
  }

  /** Adds the state of each breaker that has changed its state. */
  addBreakers(journal: readonly JournalEntry[], common: Labels, first: number, last: number): void {
    const bySubject = new Map<string, JournalEntry[]>();
    for (const entry of journal) {
      if (entry.kind !== 'breaker') continue;
      bySubject.set(entry.subject, [...(bySubject.get(entry.subject) ?? []), entry]);
    }
    for (const [name, entries] of bySubject) {
      const states = ['closed', ...new Set(entries.map(({ value }) => value))];
      for (const state of new Set(states)) {
        for (let scrape = first; scrape <= last; scrape++) {
          const at = this.scrapes.timeOf(scrape) / 1e9;
          const current = entries.findLast((entry) => entry.at <= at)?.value ?? 'closed';
          const labels: Labels = [...common, ['name', name], ['state', state]];
          const value = current === state ? 1 : 0;
          this.breakers.add('', labels, { at: this.scrapes.text(scrape), value });
        }
      }
    }
  }

  text(): string {
    const all = [this.up, ...this.families.values(), this.breakers];
    return all.map((family) => family.text()).join('');
  }
}

function labelsOf(plan: Plan, instance: number, callee: number): Labels {
  const labels: (readonly [string, string])[] = [];
  if (instance >= 0) {
    labels.push(['service', plan.components[plan.instances[instance].component].name]);
    labels.push(['instance', instanceName(plan, instance)]);
  }
  if (callee >= 0) labels.push(['target', plan.components[callee].name]);
  return labels;
}
