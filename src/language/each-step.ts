import type { Step } from '../contracts/scenario/steps.js';

/** Visits every step of a list in file order, including nested steps and error handlers. */
export function eachStep(steps: readonly Step[], visit: (step: Step) => void): void {
  for (const step of steps) {
    visit(step);
    for (const inner of innerLists(step)) eachStep(inner, visit);
    if (step.onError !== null) eachStep(step.onError, visit);
  }
}

/** The lists of steps inside a step. */
export function innerLists(step: Step): readonly (readonly Step[])[] {
  switch (step.verb) {
    case 'parallel':
      return step.branches;
    case 'choose':
      return step.branches.map((branch) => branch.steps);
    case 'loop':
    case 'transaction':
    case 'lock':
      return [step.steps];
    case 'respond':
      return [step.then];
    case 'cache':
      return [step.onMiss ?? [], step.write ?? []];
    case 'work':
    case 'wait':
    case 'call':
    case 'publish':
    case 'saga':
    case 'query':
    case 'load':
    case 'append':
    case 'fail':
      return [];
  }
}
