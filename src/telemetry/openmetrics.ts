import type { Plan } from '../contracts/plan/plan.js';
import { COUNTED_SERIES, COUNTED_VIEWS } from '../contracts/record/exported.js';
import type { RunRecord, TraceRecord } from '../contracts/record/record.js';
import { callOf, type Call } from './calls.js';
import { countedOf } from './counted.js';
import { Counting } from './counters.js';
import type { Exporter, ExporterKind, ExportSettings, TracedRun } from './exporter.js';
import { Gauges } from './gauges.js';
import { Lifetimes } from './lifetimes.js';
import { MeterFamilies } from './meters.js';
import { Scrapes } from './scrapes.js';
import { Family, type Labels, type NewFamily } from './series.js';

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

class OpenMetrics implements Exporter {
  private readonly scrapes: Scrapes;
  private readonly gauges: Gauges<Family>;
  private readonly meters: MeterFamilies<Family>;
  private readonly counters: readonly Family[];
  private readonly histograms: readonly Family[];
  private run!: TracedRun;
  private lifetimes!: Lifetimes;
  /** Of this run, in the order of the families. */
  private counts: readonly Counting[] = [];
  private times: readonly Counting[] = [];

  constructor(private readonly settings: ExportSettings) {
    const scrapes = new Scrapes(settings.intervalSec, settings.startNs);
    this.scrapes = scrapes;
    const make: NewFamily<Family> = (name, type, unit, help) =>
      new Family(scrapes, name, type, unit, help);
    this.gauges = new Gauges(scrapes, make);
    this.meters = new MeterFamilies(scrapes, make);
    const all = COUNTED_VIEWS.map((view) => COUNTED_SERIES[view]);
    this.counters = all.map((own) => make(own.counter, 'counter', '', own.counterHelp));
    this.histograms = all.map((own) => make(own.time, 'histogram', 'seconds', own.timeHelp));
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
    const families = [
      ...this.counters,
      ...this.histograms,
      ...this.gauges.all(),
      ...this.meters.all(),
    ];
    return `${families.map((family) => family.text()).join('')}# EOF\n`;
  }

  /** Counts one event in the counter and in the histogram of its view; the counter has one label more. */
  private count(call: Call): void {
    for (const { view, at, instance, labels, more, ns } of countedOf(call, this.run.plan.variant)) {
      const index = COUNTED_VIEWS.indexOf(view);
      this.counts[index]!.add(at, instance, [...labels, more], 0);
      this.times[index]!.add(at, instance, labels, ns / 1e9);
    }
  }
}

/** The first and the last scrape of a run, warm-up and drain included. */
function rangeOf(plan: Plan, scrapes: Scrapes): readonly [first: number, last: number] {
  return [
    scrapes.at(-plan.warmupNs),
    Math.floor((plan.horizonNs - plan.warmupNs) / scrapes.intervalNs),
  ];
}
