import { eachStep, innerLists } from '../../language/each-step.js';
import type { Step, StepOf } from '../../contracts/scenario/steps.js';
import { meanCount } from '../counts.js';
import { serverSteps } from '../programs.js';
import type { Rule } from '../rule.js';
import { formatCount } from '../../text/figures.js';
import { yamlAt } from '../words.js';

/** A `parallel` of one branch: what is repeated in it happens one after the other. */
export const parallelOfOne: Rule = {
  name: 'parallel-of-one',
  severity: 'warning',
  reason:
    'Branches run in parallel, and the steps of a branch do not. With one branch the calls of a `times` or a list add up their latencies.',
  remedy: 'Write `each` for copies that run in parallel, or a branch for each call.',
  check: ({ scenario }) =>
    serverSteps(scenario).flatMap(({ from, steps, path }) =>
      steps.flatMap((step, index) => {
        const found = firstOf(step);
        const inTurn = found === null ? 1 : inARow(found.branches[0]!);
        if (found === null || inTurn <= 1) return [];
        return {
          path: [...path, index],
          entities: [from],
          message: `parallel of ${from} has one branch, so its steps run one after the other`,
          measured: `1 branch, of ${formatCount(inTurn)} steps in a row`,
          limit: 'at least 2 branches, or `each`',
          fix: yamlAt(path.slice(0, -1), `steps: [ parallel: ${copies(inTurn, found)} ]`),
        };
      }),
    ),
};

/** The first parallel step of one branch in a step, itself included; null without one. */
function firstOf(step: Step): StepOf<'parallel'> | null {
  // Other joins have a use with one branch too, such as a time limit.
  const isOne = step.verb === 'parallel' && step.branches.length === 1 && step.join.kind === 'all';
  if (isOne && meanCount(step.each, Infinity) === 1) return step;
  for (const inner of innerLists(step).flat()) {
    const found = firstOf(inner);
    if (found !== null) return found;
  }
  return null;
}

/** As many copies of the first call of a branch, side by side. */
function copies(count: number, { branches }: StepOf<'parallel'>): string {
  const calls: string[] = [];
  eachStep(branches[0]!, (step) => {
    if (step.verb === 'call') calls.push(`${step.to.component}.${step.to.part}`);
  });
  const [first = 'SERVICE.ENDPOINT'] = calls;
  return `{ each: ${Math.round(count)}, branches: [ call: ${first} ] }`;
}

/** Number of steps of a list that run one after the other. */
function inARow(steps: readonly Step[]): number {
  return steps.reduce((sum, step) => sum + turnsOf(step), 0);
}

function turnsOf(step: Step): number {
  const times = step.times === null ? 1 : meanCount(step.times);
  return times * (step.verb === 'loop' ? meanCount(step.count) * inARow(step.steps) : 1);
}
