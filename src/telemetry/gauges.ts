import { instanceName } from '../contracts/plan/names.js';
import type { Plan } from '../contracts/plan/plan.js';
import { GAUGE_KINDS, type GaugeKind, type RunRecord } from '../contracts/record/record.js';
import { BREAKER_SERIES, GAUGE_SERIES, UP_SERIES } from '../contracts/record/exported.js';
import type { JournalEntry } from '../contracts/result/result.js';
import type { Lifetimes } from './lifetimes.js';
import type { Scrapes } from './scrapes.js';
import type { Labels, NewFamily, Samples } from './series.js';

const EXPORTED = Object.keys(GAUGE_SERIES) as readonly (keyof typeof GAUGE_SERIES)[];

/** The families of all gauges, `up` and the state of breakers. */
export class Gauges<F extends Samples> {
  private readonly families: ReadonlyMap<GaugeKind, F>;
  private readonly up: F;
  private readonly breakers: F;
  private readonly scrapes: Scrapes;

  constructor(scrapes: Scrapes, make: NewFamily<F>) {
    this.scrapes = scrapes;
    this.up = make(UP_SERIES, 'gauge', '', 'Whether the process can be scraped.');
    this.families = new Map(
      EXPORTED.map((kind) => {
        const [name, unit, help] = GAUGE_SERIES[kind];
        return [kind, make(name, 'gauge', unit, `${help} Mean since the sample before.`)];
      }),
    );
    const states = 'State of a breaker that has changed its state: 1 for the current one.';
    this.breakers = make(BREAKER_SERIES, 'gauge', '', states);
  }

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
        family.add('', labels, { scrape, value });
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
        this.up.add('', labels, { scrape, value });
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
          this.breakers.add('', labels, { scrape, value });
        }
      }
    }
  }

  /** In the order in which they are written. */
  all(): readonly F[] {
    return [this.up, ...this.families.values(), this.breakers];
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
