import { meterFamily, meterScale } from '../language/exported.js';
import { METRICS } from '../language/metrics.js';
import type { ComponentKind } from '../contracts/component-kind.js';
import type { Plan } from '../contracts/plan/plan.js';
import type { MeterRecord, RunRecord } from '../contracts/record/record.js';
import type { Scrapes } from './scrapes.js';
import type { Labels, NewFamily, Samples } from './series.js';

/** Meters with a family: distributions of a run are not kept by time, so they have none. */
type Metered = Exclude<MeterRecord, { readonly form: 'durations' }>;

/**
 * The figures of queues, topics, caches, sagas and other components, one family for each metric of a kind of component:
 * `queue_ready`, `cache_reads_total`. Names and units are those of the language.
 */
export class MeterFamilies<F extends Samples> {
  private readonly families = new Map<string, F>();

  constructor(
    private readonly scrapes: Scrapes,
    private readonly make: NewFamily<F>,
  ) {}

  /** Adds the meters of one run up to the end of its load. */
  add(plan: Plan, record: RunRecord, common: Labels, last: number): void {
    for (const meter of record.meters) {
      if (meter.form === 'durations') continue;
      const { kind, name } = plan.components[meter.component];
      const part: Labels = meter.part < 0 ? [] : [['part', plan.parts[meter.part].name]];
      const labels: Labels = [...common, ['component', name], ...part];
      const family = this.familyOf(kind, meter);
      if (meter.form === 'counter') this.count(plan, family, labels, meter.counts, last);
      else this.level(plan, family, labels, meter, last);
    }
  }

  /** In the order in which they are written. */
  all(): readonly F[] {
    return [...this.families.values()];
  }

  private familyOf(kind: ComponentKind, { name, form }: Metered): F {
    const { name: full, unit } = meterFamily(kind, name, form);
    const known = this.families.get(full);
    if (known !== undefined) return known;
    const help = METRICS.find((entry) => entry.name === name)?.help ?? `Meter ${name}.`;
    const family = this.make(full, form, unit, help);
    this.families.set(full, family);
    return family;
  }

  private count(
    plan: Plan,
    family: Samples,
    labels: Labels,
    counts: Float64Array,
    last: number,
  ): void {
    const added = this.byScrape(plan, counts);
    let total = 0;
    for (let scrape = 1; scrape <= last; scrape++) {
      total += added.get(scrape) ?? 0;
      family.add('_total', labels, { scrape, value: total });
    }
  }

  private level(
    plan: Plan,
    family: Samples,
    labels: Labels,
    { name, area }: { readonly name: string; readonly area: Float64Array },
    last: number,
  ): void {
    const areas = this.byScrape(plan, area);
    const scale = meterScale(name) / this.scrapes.intervalNs;
    for (let scrape = 1; scrape <= last; scrape++) {
      const value = (areas.get(scrape) ?? 0) * scale;
      family.add('', labels, { scrape, value });
    }
  }

  /** Sums of the cells that end after one scrape and not after the next. */
  private byScrape(plan: Plan, cells: Float64Array): ReadonlyMap<number, number> {
    const sums = new Map<number, number>();
    for (let cell = 0; cell < cells.length; cell++) {
      const scrape = this.scrapes.at(plan.grid.edges[cell + 1] - plan.warmupNs);
      sums.set(scrape, (sums.get(scrape) ?? 0) + cells[cell]);
    }
    return sums;
  }
}
