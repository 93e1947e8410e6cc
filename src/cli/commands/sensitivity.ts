import { findMetric } from '../../language/metrics.js';
import { sensitivityText } from '../../report/sensitivity/text.js';
import { renderSensitivityHtml } from '../../report/sensitivity/page.js';
import { tornadoSvg } from '../../report/sensitivity/tornado.js';
import { exploredBudgets } from '../../analysis/explore.js';
import { simulators } from '../../run/replicate.js';
import { withRunners } from '../queue/runners.js';
import type { ModelInput } from '../../scenario/tuning/inputs.js';
import type { Measure } from '../../contracts/scenario/expression.js';
import type { SensitivityResult } from '../../contracts/result/sensitivity.js';
import { canonicalJson } from '../../text/canonical.js';
import { oneLine } from '../../text/line.js';
import { exactShare } from '../../text/figures.js';
import { shellWord } from '../../text/shell.js';
import { plural } from '../../text/words.js';
import { checkDestinations, takesStandardOutput, writeDocument, Writes } from '../documents.js';
import { EXIT, usageError } from '../exit.js';
import { allInputs, inputsBelow } from '../inputs.js';
import { interruption, keep, reporting, UNREPORTED } from '../interrupt.js';
import { memoryOf } from '../memory.js';
import type { Prepared, Selection } from '../../api/prepare.js';
import { prepare } from '../prepare.js';
import { commandOf } from '../report-files.js';
import { stopwatch } from '../progress.js';
import { Points } from '../sensitivity/points.js';
import {
  sensitivityOf,
  type FoundSensitivity,
  type SensitivityInputs,
} from '../sensitivity/search.js';
import type { SimulateOptions } from '../simulate.js';
import { palette, type Terminal } from '../terminal.js';
import { VERSION } from '../../text/version.js';

/** Flags of `sensitivity`. */
export interface SensitivityFlags extends Selection, SimulateOptions {
  readonly guess: number;
  readonly over?: readonly string[];
  readonly all?: boolean;
  readonly maxRuns: number;
  readonly json?: string;
  /** Where the tornado is drawn. */
  readonly svg?: string;
  /** Where the page is written. */
  readonly html?: string;
}

/** Varies what a file only guesses, and prints which guesses decide the answer. */
export async function sensitivity(
  argument: string,
  flags: SensitivityFlags,
  terminal: Terminal,
): Promise<number> {
  const destinations = [flags.json, flags.svg, flags.html];
  checkDestinations(destinations);
  const took = stopwatch();
  // Common random numbers: one run of each variant at each point, unless more are asked for.
  const selection: Selection = { ...flags, replications: flags.replications ?? 1 };
  const prepared = prepare(argument, selection, terminal);
  const inputs = chosenInputs(prepared, flags);
  checkRuns(prepared, flags.maxRuns);
  const asked = askedOf(prepared);
  const found = await varied({ prepared, inputs, ...asked }, flags, terminal);
  terminal.progress('');
  if (found === null) return EXIT.interrupted;
  const { file, path } = prepared;
  const { title, sha256 } = file;
  const result: SensitivityResult = {
    faultline: 1,
    scenario: { title, sha256 },
    seed: file.variants[0]!.scenario.run.seed,
    replications: prepared.replications,
    engine: { version: VERSION },
    guess: flags.guess,
    variants: file.variants.map(({ name }) => name),
    budgets: asked.budgets.map(({ text }) => text),
    ...found,
    ...(interruption.aborted && { interrupted: true as const }),
  };
  const writes = new Writes();
  await writes.attempt(() =>
    writeDocument(flags.json, () => `${canonicalJson(result)}\n`, terminal),
  );
  await writes.attempt(() => writeDocument(flags.svg, () => tornadoSvg(result), terminal));
  const page = { command: reproduced(path, flags), version: VERSION };
  await writes.attempt(() =>
    writeDocument(flags.html, () => renderSensitivityHtml(result, page), terminal),
  );
  if (flags.quiet !== true) terminal.note(oneLine(`varied in ${took()}`));
  if (!takesStandardOutput(destinations)) {
    const { columns, isLog, colors } = terminal;
    const shown = { file: path, columns: isLog ? 100 : columns };
    terminal.out(sensitivityText(result, { ...shown, paint: palette(colors.out) }));
  }
  keep(`The sensitivity of ${path} is reported.`);
  writes.settle();
  return interruption.aborted ? EXIT.interrupted : EXIT.ok;
}

/** The command with all flags that change a figure. */
function reproduced(path: string, flags: SensitivityFlags): string {
  const { guess, over = [], all, maxRuns } = flags;
  return commandOf('sensitivity', path, flags, [
    `--guess ${exactShare(guess).replace(/\s/u, '')}`,
    ...(over.length === 0 ? [] : [`--over ${shellWord(over.join(','))}`]),
    ...(all === true ? ['--all'] : []),
    `--max-runs ${maxRuns}`,
  ]);
}

/** Varies the inputs; null after an interrupt at once. */
function varied(
  { prepared, inputs, budgets, metrics }: AskedInputs,
  flags: SensitivityFlags,
  terminal: Terminal,
): Promise<FoundSensitivity | null> {
  const { file, plans, path, selection } = prepared;
  const { guess, maxRuns, quiet } = flags;
  const share = memoryOf(flags, plans, path);
  const setup = simulators(share.heapMiB, [], share.memory);
  const onProgress = (done: number): void => {
    const words = `${done} runs were made`;
    if (quiet !== true) terminal.progress(`varying the inputs: ${words}`);
    reporting(`writing what is known: ${words}`, `${words}, and are lost: ${UNREPORTED}.`);
  };
  return withRunners(setup, flags, terminal, (threads) => {
    const runs = { threads, share, path };
    const asked = { metrics: metrics.map(({ measure }) => measure), budgets, expect: null };
    const points = new Points({ prepared, runs, asked, onProgress }, maxRuns);
    const alone = (index: number): Points => {
      const variant = file.variants[index]!;
      const only = {
        ...prepared,
        file: { ...file, variants: [variant] },
        selection: { ...selection, variant: [variant.name] },
      };
      const before = points.done;
      const own = { prepared: only, runs, asked };
      const counted = (done: number): void => onProgress(before + done);
      return new Points({ ...own, onProgress: counted }, maxRuns - before);
    };
    const { seed } = file.variants[0]!.scenario.run;
    const names = file.variants.map(({ name }) => name);
    return sensitivityOf({ inputs, guess, seed, names, budgets, metrics, points, alone });
  });
}

/** One point has all variants: without it there is no answer that could turn. */
function checkRuns({ file, replications }: Prepared, most: number): void {
  const least = file.variants.length * replications;
  if (least <= most) return;
  throw usageError(
    `--max-runs ${most}: the values of the file alone take ${plural(least, 'run')} (${plural(file.variants.length, 'variant')} x ${plural(replications, 'replication')})`,
  );
}

/** What is varied, and what is asked at each point. */
interface AskedInputs extends ReturnType<typeof askedOf> {
  readonly prepared: Prepared;
  readonly inputs: readonly ModelInput[];
}

/** The inputs that are varied: those below the named paths, else those that the file marks as guesses, else all. */
function chosenInputs(
  prepared: Prepared,
  { over = [], all: isAll = false }: SensitivityFlags,
): readonly ModelInput[] {
  const all = allInputs(prepared);
  if (over.length > 0) return inputsBelow(all, over);
  const marked = all.filter(({ isMarked }) => isMarked);
  return marked.length === 0 || isAll ? all : marked;
}

/** The budgets that are judged at each point, and the figures that are read: theirs, and the successes of each workload. */
function askedOf({ file, source }: Prepared): Pick<SensitivityInputs, 'budgets'> & {
  readonly metrics: readonly (SensitivityInputs['metrics'][number] & {
    readonly measure: Measure;
  })[];
} {
  const judged = new Set(
    file.variants.flatMap(({ name }) => exploredBudgets(file.budgets, name, true).judged),
  );
  const budgets = file.budgets.filter((one) => judged.has(one));
  const workloads = new Set(file.variants.flatMap((one) => [...one.scenario.workloads.keys()]));
  const texts = [...workloads].map((name) => `${name}.success`);
  const { questions } = source.questions(
    texts,
    file.variants.map(({ name }) => name),
  );
  const all: readonly Measure[] = [
    ...budgets.map(({ expression }) => expression),
    ...questions.map(({ measure }) => measure),
  ];
  const metrics = all.map((measure) => {
    const known = findMetric(measure.metric.name);
    const unit = known.known === 'yes' ? known.metric.unit : ('number' as const);
    return { text: measure.text, unit, measure };
  });
  return { budgets, metrics };
}
