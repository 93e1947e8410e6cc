import { judge } from '../../analysis/verdicts/verdict.js';
import type { Answer } from '../../api/questions.js';
import type { Prepared } from '../../api/prepare.js';
import {
  splitOnce,
  stagesOf,
  type Stages,
  type Trial,
  type Way,
} from '../../api/rare/splitting.js';
import { RareRuns } from '../../api/rare/trials.js';
import type { RunRecord } from '../../contracts/record/record.js';
import { streamKey } from '../../kernel/rng.js';
import { findMetric } from '../../language/metrics.js';
import { runCases } from '../../run/cases.js';
import { simulators } from '../../run/replicate.js';
import { isStopped } from '../../run/run.js';
import type { TaskWorkers } from '../../run/worker-threads.js';
import type { Question } from '../../contracts/scenario/expression.js';
import { differenceInterval } from '../../stats/difference.js';
import { momentsOf } from '../../stats/moments.js';
import { oneLine } from '../../text/line.js';
import { list } from '../../text/words.js';
import { usageError } from '../exit.js';
import { interruption } from '../interrupt.js';
import { memoryOf, type MemoryShare } from '../memory.js';
import { unlessInterrupted } from '../plan-runs.js';
import { withRunners } from '../queue/runners.js';
import { explainRunError } from '../run-errors.js';
import type { SimulateOptions } from '../simulate.js';
import type { Terminal } from '../terminal.js';

/** Repetitions of a splitting, if `--replications` asks for no other number. */
const REPETITIONS = 10;
/** Fewest repetitions that give an interval. */
const FEWEST = 5;

export interface RareAnswer extends Answer {
  /** Runs that were made, and the events that they handled, pilot included. */
  readonly runs: number;
  readonly events: number;
  /** Levels between the usual state and the rare one; none = plain runs are enough. */
  readonly levels: readonly number[];
  /** Events that plain runs would need for an interval of this width, if requests failed independently. */
  readonly plainEvents: number | null;
}

/** What is asked, and how. */
export interface RareAsked {
  readonly prepared: Prepared;
  readonly questions: readonly Question[];
  /** The component that leads to the rare event as it fills. */
  readonly component: string;
  readonly options: SimulateOptions & { readonly replications?: number };
  readonly terminal: Terminal;
}

/** Estimates shares by importance splitting. After an interrupt: the answers so far, from the finished repetitions. */
export function rareAnswers(asked: RareAsked): Promise<readonly RareAnswer[]> {
  const { prepared, options, terminal } = asked;
  const repetitions = options.replications ?? REPETITIONS;
  if (repetitions < FEWEST)
    throw usageError(
      `--replications ${repetitions}: --rare repeats its estimate as often, and needs at least ${FEWEST} for an interval`,
    );
  asked.questions.forEach(refuseWindow);
  const share = memoryOf(options, prepared.plans, prepared.path);
  const setup = simulators(share.heapMiB, [], share.memory);
  return withRunners(setup, options, terminal, async (threads) => {
    const answers: RareAnswer[] = [];
    for (const question of asked.questions) {
      const { variants } = question.measure;
      for (const variant of prepared.file.variants) {
        if (variants !== null && !variants.some(({ name }) => name === variant.name)) continue;
        const runs = new RareRuns(
          { variant, file: prepared.file },
          question.measure.metric,
          asked.component,
        );
        if (!runs.hasInstances) throw unknownComponent(runs, asked.component);
        const one = new Rare({ asked, question, runs, threads, share, repetitions });
        const answer = await one.answer();
        if (answer !== null) answers.push(answer);
        if (interruption.aborted) return answers;
      }
    }
    terminal.progress('');
    return answers;
  });
}

/** Splitting takes what happens in any part of a run. */
function refuseWindow({ measure, expression }: Question): void {
  const text = oneLine(measure.text);
  if (measure.window !== null)
    throw usageError(
      `--rare: "${text}" has a window; it takes entire runs, so shorten run.duration instead`,
    );
  const found = findMetric(measure.metric.name);
  const isShare = found.known === 'yes' && found.metric.unit === 'share';
  if (!isShare) throw notShare(text);
  if (expression !== null && expression.limit.kind !== 'quantity')
    throw usageError(
      `--rare: "${text}" is compared with another figure; give it a number, such as < 0.001%`,
    );
}

function notShare(text: string): Error {
  return usageError(
    `--rare: "${text}" is no share of requests; ask for one, such as users.share.rejectedOverload`,
  );
}

function unknownComponent({ plan }: RareRuns, component: string): Error {
  const known = plan.components.filter(
    ({ instances, kind }) => instances > 0 && kind !== 'workload',
  );
  return usageError(
    `--rare ${oneLine(component)}: no component of this name has instances that fill; there are ${list(known.map(({ name }) => name))}`,
  );
}

interface RareOf {
  readonly asked: RareAsked;
  readonly question: Question;
  readonly runs: RareRuns;
  readonly threads: TaskWorkers;
  readonly share: MemoryShare;
  readonly repetitions: number;
}

/** One question about one variant. */
class Rare {
  private made = 0;
  private events = 0;
  private plainEvents = 0;
  private plainTrials = 0;

  constructor(private readonly by: RareOf) {}

  async answer(): Promise<RareAnswer | null> {
    const { by } = this;
    const { plan, cells } = by.runs;
    const { text } = by.question.measure;
    const key = streamKey(plan.seed, 0, 'splitting');
    this.say('choosing levels');
    const stages = await stagesOf((ways) => this.make(ways), key, cells);
    if (stages === 'interrupted') return null;
    if (stages === 'never') {
      throw usageError(
        `--rare ${oneLine(by.asked.component)}: "${oneLine(text)}" did not happen in ${plan.variant}, ` +
          `even in the runs that fill ${oneLine(by.asked.component)} most; name the component whose limit causes it, or lengthen run.duration`,
      );
    }
    const each: { readonly hits: number; readonly trials: number }[] = [];
    for (let number = 0; number < by.repetitions; number++) {
      this.say(`${each.length} of ${by.repetitions} repetitions`);
      const one = await splitOnce((ways) => this.make(ways), stages, { key, number, cells });
      if (one === null) break;
      each.push(one);
    }
    return each.length < FEWEST ? null : this.answerOf(stages, each);
  }

  private answerOf(
    { levels }: Stages,
    all: readonly { readonly hits: number; readonly trials: number }[],
  ): RareAnswer {
    const { question, runs } = this.by;
    const { measure, expression } = question;
    const trials = momentsOf(all.map((one) => one.trials)).mean;
    const each = all.map(({ hits }) => hits / trials);
    const { mean, variance } = momentsOf(each);
    const found = differenceInterval(mean, each)!;
    const interval = { low: Math.max(0, found.low), high: Math.min(1, found.high) };
    const error = variance / each.length;
    const perTrial = this.plainTrials > 0 ? this.plainEvents / this.plainTrials : 0;
    const limit = expression?.limit.kind === 'quantity' ? expression.limit.quantity.value : null;
    return {
      question: measure.text,
      variant: runs.plan.variant,
      unit: 'share',
      value: mean,
      ci95: [interval.low, interval.high],
      never: 0,
      replications: each.length,
      each,
      verdict: limit === null ? null : judge(expression!.op, mean, limit, interval),
      stop: null,
      runs: this.made,
      events: this.events,
      levels,
      plainEvents: error > 0 ? Math.round((perTrial * mean * (1 - mean)) / error) : null,
    };
  }

  private say(words: string): void {
    const { asked, question, runs } = this.by;
    if (asked.options.quiet === true) return;
    asked.terminal.progress(
      `${oneLine(question.measure.text)} in ${runs.plan.variant}: ${words}, ${this.made} runs`,
    );
  }

  /** Null after an interrupt. */
  private async make(ways: readonly Way[]): Promise<readonly Trial[] | null> {
    const { runs, threads, share, asked, question } = this.by;
    const cases = ways.map((way) => ({
      plans: [runs.planOf(way)],
      first: way.replication,
      count: 1,
    }));
    const records: RunRecord[] = new Array<RunRecord>(ways.length);
    const onCase = (index: number, [row]: readonly (readonly RunRecord[])[]): void => {
      records[index] = row![0]!;
    };
    const { workers, aloneHeapMiB } = share;
    const how = { workerThreads: threads, workers, aloneHeapMiB, signal: interruption, onCase };
    const done = await unlessInterrupted(
      runCases(cases, how).then(() => true),
      false,
    ).catch((error: unknown) => {
      throw explainRunError(error, asked.prepared.path);
    });
    if (!done) return null;
    return records.map((record, i) => {
      if (record === undefined || isStopped(record))
        throw usageError(
          '--rare: a guard stopped a run; raise run.maxEvents or shorten run.duration',
        );
      if (this.made === 0 && !runs.isShare(record)) throw notShare(oneLine(question.measure.text));
      this.made++;
      this.events += record.totals.events;
      const trial = runs.trialOf(record);
      if (ways[i]!.since < 0) {
        this.plainEvents += record.totals.events;
        this.plainTrials += trial.trials;
      }
      return trial;
    });
  }
}
