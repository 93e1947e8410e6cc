import type { Outcome, OutcomeName } from '../../contracts/outcome.js';
import { isSuccess, OUTCOME, outcomeOfStatus, withStatus } from '../../contracts/outcome.js';
import { parseDuration, QuantityError } from '../../contracts/quantities/quantity-text.js';
import type {
  Condition,
  Step,
  StepModifiers,
  Bundle,
  StepOf,
} from '../../contracts/scenario/steps.js';
import type { WrittenCall, WrittenJoin } from '../../contracts/scenario/verbs.js';
import type { StepOutput } from '../schema/steps.js';
import { resolvePolicy } from './bundles.js';
import { resolveCacheStep } from '../modules/caches/steps.js';
import type { Cursor } from './context.js';
import { viaBalancer } from './balancers.js';
import { resolvePublish } from './publish.js';
import { checkModifiers } from './modifiers.js';
import { namesOfKinds, sorted } from './names.js';
import { resolveSagaStep } from '../modules/sagas/resolve.js';
import { resolveAppend, resolveLoad, resolveRead } from '../modules/event-stores/steps.js';
import { resolveLock, resolveTransaction } from './sections.js';
import { resolveShardKey } from '../sections/shards.js';
import { hasVersion, resolveCall, resolveQuery } from './targets.js';

/** The component that runs the steps, and the default bundle of their calls. */
export interface Owner {
  readonly name: string;
  readonly policy: Bundle | null;
}

/** Resolves steps. A step with an invalid target is reported and skipped. */
export function resolveSteps(here: Cursor, outputs: readonly StepOutput[], owner: Owner): Step[] {
  return outputs.flatMap((output, index) => resolveStep(here.in(index), output, owner) ?? []);
}

/** Reports the version of a condition that the executing component does not have. */
function checkRunning(here: Cursor, version: string): void {
  const [section, name] = here.path;
  if (section === 'policies') {
    const message =
      'a shared bundle belongs to several callers, so it knows no version: write the fallback in ' +
      '`outbound` of the caller, or remove version';
    here.conflict(message);
    return;
  }
  hasVersion(here, String(name), version, 'FL404');
}

/** Resolves a condition of a step, branch or middleware entry. */
export function resolveWhen(here: Cursor, output: StepOutput['when'] | null): Condition | null {
  if (!output) return null;
  const { workload, version } = output;
  if (workload !== null && !here.names.broken.has(workload)) {
    const allowed = namesOfKinds(here.names, ['workload']);
    here.in('workload').isOneOf(workload, allowed, `there is no workload ${workload}`);
  }
  if (version !== null) checkRunning(here.in('version'), version);
  return { ...output, headers: new Map(sorted(output.headers)) };
}

function resolveStep(here: Cursor, s: StepOutput, owner: Owner): Step | null {
  const step = resolveVerb(here, s, owner);
  if (step !== null) checkModifiers(here, step, s);
  return step;
}

function resolveVerb(here: Cursor, s: StepOutput, owner: Owner): Step | null {
  const modifiers = resolveModifiers(here, s, owner);
  if (s.work !== undefined) return { verb: 'work', time: s.work.time, ...modifiers };
  if (s.wait !== undefined) return { verb: 'wait', time: s.wait.time, ...modifiers };
  if (s.call !== undefined) return resolveCallStep(here, s.call, modifiers, owner);
  if (s.query !== undefined) {
    const { database, operation, route } = s.query;
    const target = resolveQuery(here.in('query'), database, operation ?? undefined);
    const of = resolveRead(here.in('query'), s.query);
    const shardKey = resolveShardKey(here.in('query', 'key'), s.query);
    return target === null ? null : { verb: 'query', ...target, route, shardKey, of, ...modifiers };
  }
  if (s.load !== undefined) return resolveLoad(here.in('load'), s.load, modifiers);
  if (s.append !== undefined) return resolveAppend(here.in('append'), s.append, modifiers);
  if (s.publish !== undefined)
    return resolvePublish(here.in('publish'), s.publish, modifiers, owner.name);
  if (s.saga !== undefined) return resolveSagaStep(here.in('saga'), s.saga, modifiers, owner.name);
  if (s.transaction !== undefined) {
    const at = here.in('transaction');
    const steps = resolveSteps(at.in('steps'), s.transaction.steps, owner);
    return resolveTransaction(at, s.transaction, steps, modifiers, owner.name);
  }
  if (s.lock !== undefined) {
    const at = here.in('lock');
    const steps = resolveSteps(at.in('steps'), s.lock.steps, owner);
    return resolveLock(at, s.lock, steps, modifiers);
  }
  if (s.cache !== undefined) {
    const inner = (at: Cursor, steps: readonly StepOutput[]): Step[] =>
      resolveSteps(at, steps, owner);
    return resolveCacheStep(here.in('cache'), s.cache, modifiers, owner.name, inner);
  }
  if (s.parallel !== undefined) return resolveParallel(here, s.parallel, modifiers, owner);
  if (s.choose !== undefined) return resolveChoose(here, s.choose, modifiers, owner);
  if (s.loop !== undefined) {
    const steps = resolveSteps(here.in('loop', 'steps'), s.loop.steps, owner);
    return { verb: 'loop', ...s.loop, steps, ...modifiers };
  }
  if (s.fail !== undefined) return resolveFail(here, s.fail, modifiers);
  if (s.respond !== undefined) {
    const then = resolveSteps(here.in('respond', 'then'), s.respond.then ?? [], owner);
    return { verb: 'respond', ...resolveAnswer(here, s.respond), then, ...modifiers };
  }
  return null;
}

/** Resolves the response of a `respond` step. Only a success can have a body or be degraded. */
function resolveAnswer(
  here: Cursor,
  { status, degraded, responseBytes }: NonNullable<StepOutput['respond']>,
): { readonly outcome: Outcome; readonly responseBytes: number | null } {
  const outcome = outcomeOfStatus(status);
  const at = here.in('respond');
  if (!isSuccess(outcome)) {
    const message = `a ${status} is a failure and `;
    if (degraded) at.in('degraded').conflict(`${message}does not count as degraded`);
    if (responseBytes !== null) {
      at.in('responseSize').conflict(`${message}has no body`);
    }
  }
  return {
    outcome: degraded ? withStatus(OUTCOME.degraded, status) : outcome,
    responseBytes,
  };
}

function resolveModifiers(here: Cursor, s: StepOutput, owner: Owner): StepModifiers {
  const leaves = [s.call, s.query, s.cache, s.load, s.append].some((verb) => verb !== undefined);
  if (s.policy !== undefined && !leaves) {
    const message =
      'policy applies only to a call, a query, a cache, a load or an append: remove it';
    here.in('policy').conflict(message);
  }
  return {
    name: s.name ?? null,
    policy:
      resolvePolicy(here.in('policy'), s.policy) ?? (s.call === undefined ? null : owner.policy),
    probability: s.probability,
    times: s.times,
    optional: s.optional,
    onError: s.onError === undefined ? null : resolveSteps(here.in('onError'), s.onError, owner),
    background: s.background,
    when: resolveWhen(here.in('when'), s.when),
  };
}

function resolveCallStep(
  here: Cursor,
  call: WrittenCall,
  modifiers: StepModifiers,
  owner: Owner,
): Step | null {
  const found = resolveCall(here.in('call', 'to'), call.to, owner.name);
  const to = viaBalancer(here.context, found, owner.name);
  if (to === null) return null;
  const self = call.to.startsWith('self.');
  if (self && modifiers.policy !== null && modifiers.policy !== owner.policy) {
    const message = 'a call of self runs in the same process, without policies: remove policy';
    here.in('policy').conflict(message);
  }
  return {
    verb: 'call',
    ...call,
    to,
    self,
    method: call.method?.toUpperCase() ?? null,
    headers: new Map(sorted(call.headers)),
    ...modifiers,
    policy: self ? null : modifiers.policy,
  };
}

function resolveParallel(
  here: Cursor,
  parallel: NonNullable<StepOutput['parallel']>,
  modifiers: StepModifiers,
  owner: Owner,
): Step {
  const at = here.in('parallel');
  const branches = parallel.branches.map((branch, index) =>
    resolveSteps(at.in('branches', index), branch, owner),
  );
  const join = resolveJoin(at.in('join'), parallel.join);
  if (join.kind === 'quorum' && parallel.each.kind === 'constant') {
    const all = branches.length * parallel.each.value;
    if (join.count > all) {
      const message =
        `a quorum of ${join.count} needs at least ${join.count} branches; found ` + `${all}`;
      at.in('join').conflict(message);
    }
  }
  return { verb: 'parallel', ...parallel, branches, join, ...modifiers };
}

function resolveJoin(here: Cursor, join: WrittenJoin): StepOf<'parallel'>['join'] {
  if (join.kind !== 'bestEffort') return join;
  try {
    return { kind: 'bestEffort', withinNs: parseDuration(join.within, { allowZero: false }) };
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    here.report('FL205', `bestEffort: ${error.message}`);
    return { kind: 'all' };
  }
}

function resolveChoose(
  here: Cursor,
  choose: NonNullable<StepOutput['choose']>,
  modifiers: StepModifiers,
  owner: Owner,
): Step {
  const branches = choose.map((branch, index) => {
    const at = here.in('choose', index);
    if ((branch.weight === null) === (branch.when === null)) {
      const message = 'a branch of choose needs exactly one of weight and condition (`when`)';
      at.conflict(message);
    }
    return {
      ...branch,
      when: resolveWhen(at.in('when'), branch.when),
      steps: resolveSteps(at.in('steps'), branch.steps, owner),
    };
  });
  return { verb: 'choose', branches, ...modifiers };
}

function resolveFail(
  here: Cursor,
  { status, retryAfterNs }: NonNullable<StepOutput['fail']>,
  modifiers: StepModifiers,
): Step {
  const outcome = failure(status);
  if (retryAfterNs !== null && UNANSWERED.has(outcome)) {
    const message = `${status} is not a response that could carry a hint: write a status`;
    here.in('fail', 'retryAfter').conflict(message);
  }
  return { verb: 'fail', outcome, retryAfterNs, ...modifiers };
}

/** Failures without a response. */
const UNANSWERED: ReadonlySet<number> = new Set([OUTCOME.timeout, OUTCOME.refused, OUTCOME.reset]);

function failure(status: string | number): number {
  return typeof status === 'number' ? outcomeOfStatus(status) : OUTCOME[status as OutcomeName];
}
