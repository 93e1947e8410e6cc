import type { Step, StepOf } from '../../contracts/scenario/steps.js';
import { get, items, locate, text } from '../located.js';
import type { StepOutput } from '../schema/steps.js';
import type { Context, Cursor } from './context.js';

/** Reports each modifier of a step that could not change anything there. `here` is the step. */
export function checkModifiers(here: Cursor, step: Step, output: StepOutput): void {
  const refuse = here.conflicts();
  const { verb, background, optional } = step;
  const handlers = (['optional', 'onError'] as const).filter((field) =>
    field === 'optional' ? optional : step.onError !== null,
  );
  if (handlers.length === 2) {
    refuse('optional', 'optional and onError exclude each other: both handle the failure');
  }
  if (background) {
    for (const field of handlers) {
      refuse(field, `nothing waits for a background step, so no failure arrives: remove ${field}`);
    }
    if (verb === 'fail') {
      const message =
        'nothing waits for a background step, so this failure has no effect: remove background';
      refuse('background', message);
    }
  } else {
    const reason = whyItCannotFail(here.context, step);
    for (const field of handlers) if (reason !== null) refuse(field, `${reason}: remove ${field}`);
  }
  const { times } = step;
  const once = times.kind === 'constant' && times.value === 1;
  if (!once && (verb === 'fail' || verb === 'respond')) {
    const message =
      `${verb} ends the program the first time: remove times. For a share of the requests ` +
      'write probability';
    refuse('times', message);
  }
  if (
    output.policy !== undefined &&
    step.verb === 'cache' &&
    !hasServer(here.context, step.cache)
  ) {
    const message =
      `every level of ${step.cache} is inside the process, so no call is made: remove ` + 'policy';
    refuse('policy', message);
  }
}

/** Why no failure of this step can reach its handlers; null where one can. */
function whyItCannotFail(context: Context, step: Step): string | null {
  if (canFail(context, step)) return null;
  switch (step.verb) {
    case 'respond':
      return 'respond ends the program, so nothing follows it';
    case 'cache':
      return hasServer(context, step.cache)
        ? `a ${step.op} ignores the failures of ${step.cache}; write onError: fail at the cache if they matter`
        : `a ${step.op} in ${step.cache} is a change in memory and cannot fail`;
    case 'parallel':
      return step.join.kind === 'bestEffort'
        ? 'join: bestEffort continues regardless of failures'
        : 'no step inside this parallel can fail';
    case 'choose':
    case 'loop':
      return `no step inside this ${step.verb} can fail`;
    case 'lock':
      return 'no step inside this lock can fail, and without acquireTimeout its wait has no limit';
    case 'saga':
      return `the step only starts ${step.saga}, in memory; write await: true to wait for its end, which may fail`;
    case 'work':
    case 'wait':
    case 'call':
    case 'publish':
    case 'query':
    case 'load':
    case 'append':
    case 'transaction':
    case 'fail':
      return `${step.verb} only takes time and cannot fail`;
  }
}

/** Whether a step may end with a failure that its own `optional` or `onError` would handle. */
function canFail(context: Context, step: Step): boolean {
  const anyFails = (steps: readonly Step[]): boolean =>
    steps.some((inner) => escapes(context, inner));
  switch (step.verb) {
    case 'work':
    case 'wait':
    case 'respond':
      return false;
    case 'parallel':
      return step.join.kind !== 'bestEffort' && step.branches.some(anyFails);
    case 'choose':
      return step.branches.some((branch) => anyFails(branch.steps));
    case 'loop':
      return anyFails(step.steps);
    case 'lock':
      return step.acquireTimeoutNs !== null || anyFails(step.steps);
    case 'saga':
      return step.await || isWritten(context, step.saga);
    case 'cache':
      return commandFails(context, step) || anyFails(awaitedWrites(context, step));
    case 'call':
    case 'query':
    case 'load':
    case 'append':
    case 'publish':
    case 'transaction':
    case 'fail':
      return true;
  }
}

/** Whether a failure of this step reaches the step around it. */
function escapes(context: Context, step: Step): boolean {
  if (step.background || step.optional) return false;
  if (step.onError === null) return canFail(context, step);
  return step.onError.some((inner) => escapes(context, inner));
}

/** Whether a saga begins with a query that stores its state. */
function isWritten(context: Context, saga: string): boolean {
  return get(locate(context.tree, ['sagas', saga]).node, 'persistence') !== undefined;
}

type CacheVerb = StepOf<'cache'>;

/** A lookup fails with a miss; a command fails where the cache does not ignore the failures of its server. */
function commandFails(context: Context, step: CacheVerb): boolean {
  if (step.op === 'get' || step.op === 'refresh') return true;
  const cache = locate(context.tree, ['caches', step.cache]).node;
  const fails = text(get(cache, 'pattern')) === 'readThrough' ? 'fail' : 'bypass';
  return hasServer(context, step.cache) && (text(get(cache, 'onError')) ?? fails) === 'fail';
}

/** The steps that a `set` waits for; with writeBehind they run later, in the background. */
function awaitedWrites(context: Context, { cache, write }: CacheVerb): readonly Step[] {
  const { node } = locate(context.tree, ['caches', cache]);
  return write === null || text(get(node, 'pattern')) === 'writeBehind' ? [] : write;
}

/** Whether a level of the cache is a server that is called over the network. */
function hasServer(context: Context, cache: string): boolean {
  const { node } = locate(context.tree, ['caches', cache]);
  return items(get(node, 'levels')).some(
    (level) => (text(get(level, 'kind')) ?? 'local') !== 'local',
  );
}
