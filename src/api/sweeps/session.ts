import { caseFigures, type Asked } from '../../analysis/sweep.js';
import { findMetric } from '../../language/metrics.js';
import type { Case } from '../../run/cases.js';
import type { Records } from '../../run/here.js';
import type { SweepFigures } from '../../contracts/result/sweep-figures.js';
import type { MetricPath, MetricUnit } from '../../contracts/scenario/expression.js';
import { VERSION } from '../../text/version.js';
import type { BuiltCase } from './build.js';
import type { CaseShape, RunCases, SweepHost } from './host.js';
import type { Starts } from './starts.js';

/** Most settings whose plans are in memory at once. */
const CHUNK = 64;

/** A setting to run. */
export interface Ask {
  /** Its paths and values. */
  readonly name: string;
  build(): BuiltCase;
  readonly replications: number;
  /** Records of the first replications, which are not run again. */
  readonly before?: Records | undefined;
  /** Receives the records before they are dropped. */
  readonly onRecords?: (records: Records) => void;
}

/** Runs settings, or finds their stored figures. */
export class Session {
  /** Names of the settings that were computed, and the number of those that were found. */
  readonly computed: string[] = [];
  found = 0;
  private readonly asked: Asked;
  private readonly shape: Pick<CaseShape, 'units' | 'budgets' | 'hasExpect'>;
  private readonly starts: Starts;
  private readonly host: SweepHost;

  constructor(asked: Asked, starts: Starts, host: SweepHost) {
    this.asked = asked;
    this.shape = {
      units: asked.metrics.map(({ metric }) => unitOf(metric)),
      budgets: asked.budgets.length,
      hasExpect: asked.expect !== null,
    };
    this.starts = starts;
    this.host = host;
  }

  /** Figures of all settings, in order; `run` runs the missing ones. */
  async figures(
    run: RunCases,
    asks: readonly Ask[],
  ): Promise<readonly (readonly SweepFigures[])[]> {
    const all: (readonly SweepFigures[])[] = [];
    for (let first = 0; first < asks.length; first += CHUNK) {
      const shown = { before: first, of: asks.length };
      all.push(...(await this.chunk(run, asks.slice(first, first + CHUNK), shown)));
    }
    return all;
  }

  private async chunk(
    run: RunCases,
    asks: readonly Ask[],
    shown: { readonly before: number; readonly of: number },
  ): Promise<readonly (readonly SweepFigures[])[]> {
    const built = asks.map((ask) => ask.build());
    const keys = built.map((one, i) => this.partsOf(one, asks[i]!.replications));
    const figures = keys.map((key, i) =>
      this.host.store.find(key, {
        ...this.shape,
        variants: built[i]!.file.variants.map(({ name }) => name),
        replications: asks[i]!.replications,
      }),
    );
    const missing = figures.flatMap((known, i) => (known === undefined ? [i] : []));
    this.found += asks.length - missing.length;
    this.keepStored();
    const begun = await this.starts.of(
      missing.map((i) => built[i]!),
      async (cases) => {
        const records: Records[] = [];
        if (cases.length > 0) await run(cases, (index, own) => (records[index] = own));
        return records;
      },
    );
    const cases = missing.map((i, k): Case => {
      const first = asks[i]!.before?.[0]?.length ?? 0;
      return { plans: begun[k]!.plans, first, count: asks[i]!.replications - first };
    });
    const done = shown.before + asks.length - missing.length;
    const bar = this.host.bar(done, shown.of);
    let ready = done;
    const take = (index: number, late: Records): void => {
      const i = missing[index]!;
      const { file } = built[i]!;
      const { plans, began } = begun[index]!;
      const records = joined(asks[i]!.before, late);
      asks[i]!.onRecords?.(records);
      const own = caseFigures({ file, plans, records }, this.asked).map((figures, variant) =>
        began[variant]!.length === 0 ? figures : { ...figures, began: began[variant]! },
      );
      // Results that ran out of memory are not stored: that depends on the machine, not on the setting.
      if (own.every(({ stop }) => stop !== 'memory')) this.host.store.keep(keys[i]!, own);
      figures[i] = own;
      this.computed.push(asks[i]!.name);
      this.keepStored();
      bar(++ready);
    };
    if (cases.length > 0) await run(cases, take);
    this.host.onEnd();
    return figures.map((own) => own!);
  }

  private keepStored(): void {
    const count = this.found + this.computed.length;
    if (count > 0) this.host.onStored(count);
  }

  /** Everything on which the figures of a setting depend. */
  private partsOf({ file }: BuiltCase, replications: number): object {
    const { metrics, budgets, expect } = this.asked;
    return {
      version: VERSION,
      scenario: file.sha256,
      start: this.starts.key,
      seed: file.variants[0]!.scenario.run.seed,
      replications,
      metrics: metrics.map(({ text }) => text),
      budgets: budgets.map(({ text }) => text),
      expect: expect === null ? null : [expect.text, expect.confidence],
    };
  }
}

/** The unit of a metric; the sweep has only metrics that are known. */
function unitOf({ name }: MetricPath): MetricUnit {
  const found = findMetric(name);
  return found.known === 'yes' ? found.metric.unit : 'number';
}

/** All records of a setting, by variant. One that lacked memory has none. */
function joined(before: Records | undefined, late: Records): Records {
  if (before === undefined) return late;
  return late.map((own, variant) => (own.length === 0 ? own : [...before[variant]!, ...own]));
}
