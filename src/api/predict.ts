import { OptionError } from './errors.js';
import { inThisThread } from './execute.js';
import { wider, type Wider } from './inputs-interval.js';
import {
  RUN_OPTIONS,
  requireWhole,
  scenarioOf,
  textsOf,
  type RunOptions,
  type ScenarioInput,
} from './options.js';
import { answersOf, askedAbout, questionsOf } from './questions.js';
import { runsBy } from './searching.js';
import { wholeEnough } from './until.js';

/** How often all measured inputs are drawn. */
export interface PredictOptions extends RunOptions {
  /** 5 to 1,000. Default: 20. */
  readonly draws?: number;
}

/**
 * Figures with intervals that include how well the inputs are known, as `faultline ask --draws` has them: values whose line
 * has the comment `± 2.1 %` (95 %), as `import` writes it, are drawn at random, all together. Without such values the
 * intervals are those of `metric`.
 *
 * `texts` as for `metric`. Rejects as `simulate` does.
 */
export async function predict(
  scenario: ScenarioInput,
  texts: string | readonly string[],
  { draws = 20, ...options }: PredictOptions = {},
): Promise<Wider> {
  requireWhole('draws', draws, 5, 1000);
  const whole = scenarioOf(scenario, options, RUN_OPTIONS);
  const given = textsOf('texts', texts);
  if (given.length === 0) {
    throw new OptionError('`texts` names no figure', { option: 'texts', found: '' });
  }
  const questions = questionsOf(whole, given);
  const prepared = askedAbout(whole, questions);
  const { plans, path } = prepared;
  const { execute = inThisThread } = options;
  const { records, file } = await wholeEnough(prepared, { execute, path });
  const answers = answersOf({ file, plans, records }, questions);
  return wider({ prepared, questions, answers, draws }, runsBy(execute));
}
