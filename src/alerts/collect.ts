import type { PlanAlerts } from '../contracts/plan/alerts.js';
import type { Plan } from '../contracts/plan/plan.js';
import { COUNTED_SERIES, COUNTED_VIEWS, type CountedView } from '../contracts/record/exported.js';
import type { RunRecord, TraceRecord } from '../contracts/record/record.js';
import { LabelSet } from '../promql/labels.js';
import { SeriesStore } from '../promql/series.js';
import { callOf } from '../telemetry/calls.js';
import { countedOf, type Counted } from '../telemetry/counted.js';
import { Counting, keyOf } from '../telemetry/counters.js';
import { Gauges } from '../telemetry/gauges.js';
import { journalOf } from '../telemetry/journal.js';
import { Lifetimes } from '../telemetry/lifetimes.js';
import { MeterFamilies } from '../telemetry/meters.js';
import { Scrapes } from '../telemetry/scrapes.js';
import type { Labels, Samples } from '../telemetry/series.js';
import { History } from './history.js';

/** Events of one series in the order of their ends. */
interface Counts {
  readonly labels: Labels;
  readonly more: Labels[number];
  readonly instance: string | null;
  readonly at: number[];
  readonly seconds: number[];
}

/** Families of the metrics that some rules ask for; the others cost nothing. */
type Wanted = ReadonlySet<string>;

/**
 * Takes the rows of a run, and makes the series that Prometheus would have scraped, of the metrics that rules ask for. A
 * process that dies takes its last counts along, which is known only at the end, so events are kept until then.
 */
export class Collector {
  private readonly views: ReadonlyMap<CountedView, Map<string, Counts>>;

  constructor(
    private readonly plan: Plan,
    private readonly alerts: PlanAlerts,
    private readonly wanted: Wanted,
  ) {
    const asked = COUNTED_VIEWS.filter((view) => {
      const { counter, time } = COUNTED_SERIES[view];
      return SUFFIXES.some((suffix) => wanted.has(time + suffix)) || wanted.has(`${counter}_total`);
    });
    this.views = new Map(asked.map((view) => [view, new Map<string, Counts>()]));
  }

  rows(rows: TraceRecord): void {
    if (this.views.size === 0) return;
    const { plan } = this;
    for (let row = 0; row < rows.rows; row++) {
      for (const counted of countedOf(callOf(plan, rows, row), plan.variant)) this.count(counted);
    }
  }

  /** All series of the run, from its measured start to its end. */
  series(record: RunRecord): SeriesStore {
    const { plan, alerts } = this;
    const store = new SeriesStore();
    const scrapes = new Scrapes(alerts.scrapeNs / 1e9, 0n);
    const journal = journalOf(plan, record);
    const lifetimes = new Lifetimes(journal);
    const history = new History(alerts, scrapes);
    const family = (name: string): SeriesFamily =>
      new SeriesFamily(name, { store, history, wanted: this.wanted });
    const last = Math.floor((plan.horizonNs - plan.warmupNs) / scrapes.intervalNs);
    for (const [view, counts] of this.views) {
      const { counter, time } = COUNTED_SERIES[view];
      const counting = new Counting(scrapes, lifetimes, null);
      const timing = new Counting(scrapes, lifetimes, alerts.buckets);
      for (const own of counts.values()) fill(own, counting, timing);
      counting.write(family(counter), 0, last);
      timing.write(family(time), 0, last);
    }
    const common: Labels = [['variant', plan.variant]];
    const loaded = Math.floor((plan.endNs - plan.warmupNs) / scrapes.intervalNs);
    const gauges = new Gauges(scrapes, family);
    gauges.addUp(plan, lifetimes, common, 0, last);
    gauges.addLevels(plan, record, common, loaded);
    gauges.addBreakers(journal, common, 0, last);
    new MeterFamilies(scrapes, family).add(plan, record, common, loaded);
    history.finish();
    return store;
  }

  private count({ view, at, instance, labels, more, ns }: Counted): void {
    const counts = this.views.get(view);
    if (counts === undefined) return;
    const key = `${keyOf(labels)}\u0000${more[1]}`;
    let own = counts.get(key);
    if (own === undefined) {
      counts.set(key, (own = { labels, more, instance, at: [], seconds: [] }));
    }
    own.at.push(at);
    own.seconds.push(ns / 1e9);
  }
}

const SUFFIXES = ['_bucket', '_count', '_sum'] as const;

function fill({ labels, more, instance, at, seconds }: Counts, by: Counting, all: Counting): void {
  const whole: Labels = [...labels, more];
  const counter = by.seriesOf(keyOf(whole), instance, whole);
  const histogram = all.seriesOf(keyOf(labels), instance, labels);
  for (let k = 0; k < at.length; k++) {
    by.addTo(counter, at[k], 0);
    all.addTo(histogram, at[k], seconds[k]);
  }
}

/** Where the samples of a family go. */
interface Target {
  readonly store: SeriesStore;
  readonly history: History;
  readonly wanted: Wanted;
}

/** A family whose samples become series. */
class SeriesFamily implements Samples {
  constructor(
    private readonly name: string,
    private readonly target: Target,
  ) {}

  add(
    suffix: string,
    labels: Labels,
    { scrape, value }: { readonly scrape: number; readonly value: number },
  ): void {
    const { store, wanted, history } = this.target;
    const name = this.name + suffix;
    if (!wanted.has(name)) return;
    const isCounter = suffix !== '';
    history.add(store.of(name, LabelSet.of(labels)), scrape, value, isCounter);
  }
}
