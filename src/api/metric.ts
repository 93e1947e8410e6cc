import type { Plan } from '../contracts/plan/plan.js';
import type { Result } from '../contracts/result/result.js';
import type { Question } from '../contracts/scenario/expression.js';
import { mayBeDistribution } from '../language/metrics.js';
import { formatSpan } from '../text/figures.js';
import { OptionError } from './errors.js';
import { checkNames } from './options.js';
import { chosen } from './prepare.js';
import { answersOf, questionsOf, type Answer } from './questions.js';
import { runsOf } from './simulate.js';

/** About which variant a metric is asked. */
export interface MetricOptions {
  /** Default: the variant that the text names (`in full`), else the baseline. */
  readonly variant?: string;
}

/**
 * One figure of a result: a metric with its window, as in budgets: `web.order.latency.p99 during brownout`,
 * `users.success from 60s to 90s in full`. With a limit, such as `users.success >= 99%`, the answer has a verdict. The
 * reference of metrics is `faultline explain metrics`.
 *
 * `result` is a result of `simulate`, `compare` or `prove` itself, because a figure is measured in its runs: a copy, or
 * one from a file, has none. Units: seconds, per second, shares from 0 to 1.
 *
 * Throws a ScenarioError if the text is wrong (with place, allowed words and the nearest one), and an OptionError if the
 * variant does not exist, the text names several, or these runs are not measured at the edges of its window.
 */
export function metric(result: Result, text: string, options: MetricOptions = {}): Answer {
  checkNames(options, ['variant']);
  const ran = runsOf(result);
  if (ran === undefined) {
    const message = '`result` has no runs: pass what `simulate` returned, not a copy or a document';
    throw new OptionError(message, { option: 'result', found: result.scenario.title });
  }
  const { prepared, records } = ran;
  const { file, plans, path } = prepared;
  const [question] = questionsOf(prepared, [text]);
  const at = notMeasured(plans, question!);
  if (at !== null) {
    const message = `\`text\`: these runs are not measured ${at}: write a budget with this window in the scenario, or ask \`predict\`, which makes runs for it`;
    throw new OptionError(message, { option: 'text', found: text });
  }
  const answers = answersOf({ file, plans, records }, [question!]);
  const baseline = result.variants.find((own) => own.baseline) ?? result.variants[0]!;
  const named = question!.measure.variants?.map(({ name }) => name) ?? null;
  if (named !== null && named.length > 1 && options.variant === undefined) {
    const message = `\`variant\` is needed: ${JSON.stringify(text)} asks for ${named.join(', ')}`;
    throw new OptionError(message, { option: 'variant', found: text, allowed: named });
  }
  const wanted = options.variant ?? named?.[0] ?? baseline.name;
  const variants = answers.map(({ variant }) => ({ name: variant }));
  const [only] = chosen(variants, [wanted], named === null ? path : JSON.stringify(text));
  return answers.find(({ variant }) => variant === only!.name)!;
}

/** The window of a question at whose edges the measurements of these runs are not cut, in words; null if they are. */
function notMeasured(plans: readonly Plan[], { measure, expression }: Question): string | null {
  const { window, metric: asked } = measure;
  const isDistribution = mayBeDistribution(asked.name);
  const component = asked.subject.kind === 'component' ? asked.subject.at.component : null;
  const hasSteps = ({ components, bySteps }: Plan): boolean =>
    component !== null
      ? bySteps[components.findIndex(({ name }) => name === component)]!
      : !bySteps.includes(false);
  if (isDistribution && (expression?.steps ?? null) !== null && !plans.every(hasSteps))
    return 'by steps';
  if (window?.kind !== 'between') return null;
  const { fromNs, toNs } = window;
  const isCut = ({ grid, warmupNs, endNs }: Plan, ns: number): boolean => {
    const at = warmupNs + ns;
    if (at <= warmupNs || at >= endNs) return true;
    const cell = grid.edges.indexOf(at);
    return (
      cell > 0 && (!isDistribution || grid.segmentOfCell[cell] !== grid.segmentOfCell[cell - 1])
    );
  };
  const edge = [fromNs, toNs].find((ns) => plans.some((plan) => !isCut(plan, ns)));
  return edge === undefined ? null : `from ${formatSpan(fromNs / 1e9, toNs / 1e9)}`;
}
