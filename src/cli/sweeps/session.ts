import { caseFigures, type Asked } from '../../analysis/sweep.js';
import { findMetric } from '../../language/metrics.js';
import { runCases, type Case } from '../../run/cases.js';
import type { WorkerThreads, WorkerThreadsSetup } from '../../run/worker-threads.js';
import { simulators, type Records } from '../../run/replicate.js';
import type { SweepFigures } from '../../contracts/result/sweep.js';
import { keepSoFar } from '../interrupt.js';
import type { MetricPath, MetricUnit } from '../../contracts/scenario/expression.js';
import { explainRunError } from '../run-errors.js';
import { progressBar } from '../progress.js';
import { memoryOf } from '../memory.js';
import type { SimulateOptions } from '../simulate.js';
import type { Terminal } from '../terminal.js';
import { packageVersion } from '../version.js';
import type { BuiltCase } from './build.js';
import { plural } from '../../text/words.js';
import type { CaseShape } from './case-file.js';
import type { Starts } from './starts.js';
import { caseKey, type CaseStore } from './store.js';

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
  private readonly shape: Pick<CaseShape, 'units' | 'budgets' | 'hasExpect'>;

  constructor(
    private readonly path: string,
    private readonly asked: Asked,
    private readonly store: CaseStore,
    private readonly starts: Starts,
    private readonly options: SimulateOptions,
    private readonly terminal: Terminal,
  ) {
    this.shape = {
      units: asked.metrics.map(({ metric }) => unitOf(metric)),
      budgets: asked.budgets.length,
      hasExpect: asked.expect !== null,
    };
  }

  /** Figures of all settings, in order; the worker threads run the missing ones. */
  async figures(
    workerThreads: WorkerThreads,
    asks: readonly Ask[],
  ): Promise<readonly (readonly SweepFigures[])[]> {
    const all: (readonly SweepFigures[])[] = [];
    for (let first = 0; first < asks.length; first += CHUNK) {
      const shown = { before: first, of: asks.length };
      all.push(...(await this.chunk(workerThreads, asks.slice(first, first + CHUNK), shown)));
    }
    return all;
  }

  private async chunk(
    workerThreads: WorkerThreads,
    asks: readonly Ask[],
    shown: { readonly before: number; readonly of: number },
  ): Promise<readonly (readonly SweepFigures[])[]> {
    const built = asks.map((ask) => ask.build());
    const keys = built.map((one, i) => this.keyOf(one, asks[i]!.replications));
    const figures = keys.map((key, i) =>
      this.store.find(key, {
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
        await this.run(workerThreads, cases, (index, own) => (records[index] = own));
        return records;
      },
    );
    const cases = missing.map((i, k): Case => {
      const first = asks[i]!.before?.[0]?.length ?? 0;
      return { plans: begun[k]!.plans, first, count: asks[i]!.replications - first };
    });
    const done = shown.before + asks.length - missing.length;
    const bar = this.bar(done, shown.of);
    let ready = done;
    await this.run(workerThreads, cases, (index, late) => {
      const i = missing[index]!;
      const { file } = built[i]!;
      const { plans, began } = begun[index]!;
      const records = joined(asks[i]!.before, late);
      asks[i]!.onRecords?.(records);
      const own = caseFigures({ file, plans, records }, this.asked).map((figures, variant) =>
        began[variant]!.length === 0 ? figures : { ...figures, began: began[variant]! },
      );
      // Results that ran out of memory are not stored: that depends on the machine, not on the setting.
      if (own.every(({ stop }) => stop !== 'memory')) this.store.keep(keys[i]!, own);
      figures[i] = own;
      this.computed.push(asks[i]!.name);
      this.keepStored();
      bar(++ready);
    });
    this.terminal.progress('');
    return figures.map((own) => own!);
  }

  /** An interrupt leaves the settings in the store. */
  private keepStored(): void {
    const count = this.found + this.computed.length;
    if (count === 0) return;
    const where = `${plural(count, 'setting')} of the sweep ${count === 1 ? 'is' : 'are'} kept in ${this.store.directory}`;
    keepSoFar(`${where}: the same command goes on there.`);
  }

  private async run(
    workerThreads: WorkerThreads,
    cases: readonly Case[],
    onCase: (index: number, records: Records) => void,
  ): Promise<void> {
    if (cases.length === 0) return;
    try {
      const { workers, aloneHeapMiB } = memoryOf(this.options, [], '');
      await runCases(cases, { workerThreads, workers, aloneHeapMiB, onCase });
    } catch (error) {
      throw explainRunError(error, this.path);
    } finally {
      this.terminal.progress('');
    }
  }

  private bar(done: number, total: number): (done: number) => void {
    if (this.options.quiet === true) return () => {};
    const draw = progressBar(this.terminal, 'settings', total);
    draw(done);
    return draw;
  }

  private keyOf({ file }: BuiltCase, replications: number): string {
    const { metrics, budgets, expect } = this.asked;
    return caseKey({
      version: packageVersion(),
      scenario: file.sha256,
      start: this.starts.key,
      seed: file.variants[0]!.scenario.run.seed,
      replications,
      metrics: metrics.map(({ text }) => text),
      budgets: budgets.map(({ text }) => text),
      expect: expect === null ? null : [expect.text, expect.confidence],
    });
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

/** Threads for all settings of a sweep, with at most `runs` runs at once. */
export function sweepThreads(options: SimulateOptions, runs: number): WorkerThreadsSetup {
  const { heapMiB, memory } = memoryOf(options, [], '', runs);
  // Each task contains its plan.
  return simulators(heapMiB, [], memory);
}
