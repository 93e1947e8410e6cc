import { exploredBudgets } from '../../analysis/explore.js';
import type { Measure } from '../../contracts/scenario/expression.js';
import type { SensitivityResult } from '../../contracts/result/sensitivity.js';
import { findMetric } from '../../language/metrics.js';
import type { ModelInput } from '../../scenario/tuning/inputs.js';
import { VERSION } from '../../text/version.js';
import { plural } from '../../text/words.js';
import { OptionError } from '../errors.js';
import { allInputs, inputsBelow } from '../inputs.js';
import type { Prepared } from '../prepare.js';
import type { SearchRuns } from '../searching.js';
import { Points } from './points.js';
import { sensitivityOf, type SensitivityInputs } from './search.js';

/** Which inputs are varied, and how far. */
interface SensitivitySettings {
  /** Half the range of each input, as a share of its value. */
  readonly guess: number;
  /** Paths of inputs, or of what has them; none = all guesses of the file. */
  readonly over: readonly string[];
  /** All inputs, also those that are not marked as guesses. */
  readonly all: boolean;
  /** Most runs, all variants and replications together. */
  readonly maxRuns: number;
}

/** Varies what a scenario only guesses; null if the search is over at once. */
export async function variedInputs(
  prepared: Prepared,
  settings: SensitivitySettings,
  runs: SearchRuns,
): Promise<SensitivityResult | null> {
  const { file, plans, selection, replications } = prepared;
  const { guess, maxRuns } = settings;
  const { inputs, unvaried } = chosenInputs(prepared, settings);
  checkRuns(prepared, maxRuns);
  const { budgets, metrics } = askedOf(prepared);
  const isOver = (): boolean => runs.isOver();
  const asked = { metrics: metrics.map(({ measure }) => measure), budgets, expect: null };
  const { seed } = file.variants[0]!.scenario.run;
  const names = file.variants.map(({ name }) => name);
  const found = await runs.run(plans, (execute) => {
    const own = { runs: { execute, isOver }, asked };
    const onProgress = (done: number): void => runs.onDone(done, null);
    const points = new Points({ ...own, prepared, onProgress }, maxRuns);
    const alone = (index: number): Points => {
      const variant = file.variants[index]!;
      const only = {
        ...prepared,
        file: { ...file, variants: [variant] },
        selection: { ...selection, variant: [variant.name] },
      };
      const before = points.done;
      const counted = (done: number): void => onProgress(before + done);
      return new Points({ ...own, prepared: only, onProgress: counted }, maxRuns - before);
    };
    return sensitivityOf({ inputs, guess, seed, names, budgets, metrics, points, isOver, alone });
  });
  runs.onEnd();
  if (found === null) return null;
  const { title, sha256 } = file;
  return {
    faultline: 1,
    scenario: { title, sha256 },
    seed,
    replications,
    engine: { version: VERSION },
    guess,
    variants: names,
    budgets: budgets.map(({ text }) => text),
    ...found,
    unvaried,
    ...(isOver() && { interrupted: true as const }),
  };
}

/** One point has all variants: without it there is no answer that could turn. */
function checkRuns({ file, replications }: Prepared, most: number): void {
  const least = file.variants.length * replications;
  if (least <= most) return;
  const variants = plural(file.variants.length, 'variant');
  const message =
    `\`maxRuns\` ${most}: the values of the file alone take ${plural(least, 'run')} ` +
    `(${variants} x ${plural(replications, 'replication')})`;
  throw new OptionError(message, { option: 'maxRuns', found: String(most) });
}

/** The inputs that are varied: those below the named paths, else those that the file marks as guesses, else all. */
function chosenInputs(
  prepared: Prepared,
  { over, all: isAll }: SensitivitySettings,
): { readonly inputs: readonly ModelInput[]; readonly unvaried: number } {
  const all = allInputs(prepared);
  if (over.length > 0) return { inputs: inputsBelow(all, over), unvaried: 0 };
  const marked = all.filter(({ isMarked }) => isMarked);
  if (marked.length === 0 || isAll) return { inputs: all, unvaried: 0 };
  return { inputs: marked, unvaried: all.length - marked.length };
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
