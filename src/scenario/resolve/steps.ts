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
import type { JoinOutput, StepOutput } from '../schema/steps.js';
import { resolvePolicy } from './bundles.js';
import { resolveCacheStep } from '../modules/caches/steps.js';
import { isOneOf, conflict, report, type Context, type Path } from './context.js';
import { viaBalancer } from './balancers.js';
import { resolvePublish } from './publish.js';
import { checkModifiers } from './modifiers.js';
import { namesOfKinds, sorted } from './names.js';
import { resolveSagaStep } from '../modules/sagas/resolve.js';
import { resolveAppend, resolveLoad, resolveRead } from '../modules/event-stores/steps.js';
import { resolveLock, resolveTransaction } from './sections.js';
import { resolveShardKey } from './shards.js';
import { hasVersion, resolveCall, resolveQuery } from './targets.js';

/** The component that runs the steps, and the default bundle of their calls. */
export interface Owner {
  readonly name: string;
  readonly policy: Bundle | null;
}

/** Resolves steps. A step with an invalid target is reported and skipped. */
export function resolveSteps(
  context: Context,
  outputs: readonly StepOutput[],
  owner: Owner,
  path: Path,
): Step[] {
  return outputs.flatMap(
    (output, index) => resolveStep(context, output, owner, [...path, index]) ?? [],
  );
}

/** Reports the version of a condition that the executing component does not have. */
function checkRunning(context: Context, version: string, path: Path): void {
  const [section, name] = path;
  if (section === 'policies') {
    const message =
      'a shared bundle belongs to several callers, so it knows no version: write the fallback in ' +
      '`outbound` of the caller, or remove version';
    conflict(context, path, message);
    return;
  }
  hasVersion(context, String(name), version, 'FL404', path);
}

/** Resolves a condition of a step, branch or middleware entry. */
export function resolveWhen(
  context: Context,
  output: StepOutput['when'],
  path: Path,
): Condition | null {
  if (output === undefined) return null;
  const { workload, header } = output;
  if (workload !== undefined && !context.names.broken.has(workload)) {
    const allowed = namesOfKinds(context.names, ['workload']);
    isOneOf(context, workload, allowed, [...path, 'workload'], `there is no workload ${workload}`);
  }
  const { version } = output;
  if (version !== undefined) checkRunning(context, version, [...path, 'version']);
  return {
    class: output.class ?? null,
    workload: workload ?? null,
    headers: new Map(sorted(header)),
    version: version ?? null,
  };
}

function resolveStep(context: Context, s: StepOutput, owner: Owner, path: Path): Step | null {
  const step = resolveVerb(context, s, owner, path);
  if (step !== null) checkModifiers(context, step, s, path);
  return step;
}

function resolveVerb(context: Context, s: StepOutput, owner: Owner, path: Path): Step | null {
  const modifiers = resolveModifiers(context, s, owner, path);
  if (s.work !== undefined) return { verb: 'work', time: s.work.time, ...modifiers };
  if (s.wait !== undefined) return { verb: 'wait', time: s.wait.time, ...modifiers };
  if (s.call !== undefined) return resolveCallStep(context, s.call, modifiers, owner, path);
  if (s.query !== undefined) {
    const { database, operation, route = null } = s.query;
    const target = resolveQuery(context, database, operation, [...path, 'query']);
    const of = resolveRead(context, s.query, [...path, 'query']);
    const shardKey = resolveShardKey(context, s.query, [...path, 'query', 'key']);
    return target === null ? null : { verb: 'query', ...target, route, shardKey, of, ...modifiers };
  }
  if (s.load !== undefined) return resolveLoad(context, s.load, modifiers, [...path, 'load']);
  if (s.append !== undefined)
    return resolveAppend(context, s.append, modifiers, [...path, 'append']);
  if (s.publish !== undefined)
    return resolvePublish(context, s.publish, modifiers, owner.name, [...path, 'publish']);
  if (s.saga !== undefined)
    return resolveSagaStep(context, s.saga, modifiers, owner.name, [...path, 'saga']);
  if (s.transaction !== undefined) {
    const at = [...path, 'transaction'];
    const steps = resolveSteps(context, s.transaction.steps, owner, [...at, 'steps']);
    return resolveTransaction(context, s.transaction, steps, modifiers, owner.name, at);
  }
  if (s.lock !== undefined) {
    const at = [...path, 'lock'];
    const steps = resolveSteps(context, s.lock.steps, owner, [...at, 'steps']);
    return resolveLock(context, s.lock, steps, modifiers, at);
  }
  if (s.cache !== undefined) {
    const inner = (steps: readonly StepOutput[], at: Path): Step[] =>
      resolveSteps(context, steps, owner, at);
    return resolveCacheStep(context, s.cache, modifiers, owner.name, inner, [...path, 'cache']);
  }
  if (s.parallel !== undefined) return resolveParallel(context, s.parallel, modifiers, owner, path);
  if (s.choose !== undefined) return resolveChoose(context, s.choose, modifiers, owner, path);
  if (s.loop !== undefined) {
    const steps = resolveSteps(context, s.loop.steps, owner, [...path, 'loop', 'steps']);
    return { verb: 'loop', count: s.loop.times, steps, ...modifiers };
  }
  if (s.fail !== undefined) return resolveFail(context, s.fail, modifiers, path);
  if (s.respond !== undefined) {
    const then = resolveSteps(context, s.respond.then ?? [], owner, [...path, 'respond', 'then']);
    return { verb: 'respond', ...resolveAnswer(context, s.respond, path), then, ...modifiers };
  }
  return null;
}

/** Resolves the response of a `respond` step. Only a success can have a body or be degraded. */
function resolveAnswer(
  context: Context,
  { status, degraded, responseSize }: NonNullable<StepOutput['respond']>,
  path: Path,
): { readonly outcome: Outcome; readonly responseBytes: number | null } {
  const outcome = outcomeOfStatus(status);
  const at = [...path, 'respond'];
  if (!isSuccess(outcome)) {
    const message = `a ${status} is a failure and `;
    if (degraded) conflict(context, [...at, 'degraded'], `${message}does not count as degraded`);
    if (responseSize !== undefined) {
      conflict(context, [...at, 'responseSize'], `${message}has no body`);
    }
  }
  return {
    outcome: degraded ? withStatus(OUTCOME.degraded, status) : outcome,
    responseBytes: responseSize ?? null,
  };
}

function resolveModifiers(
  context: Context,
  s: StepOutput,
  owner: Owner,
  path: Path,
): StepModifiers {
  const leaves = [s.call, s.query, s.cache, s.load, s.append].some((verb) => verb !== undefined);
  if (s.policy !== undefined && !leaves) {
    const message =
      'policy applies only to a call, a query, a cache, a load or an append: remove it';
    conflict(context, [...path, 'policy'], message);
  }
  return {
    name: s.name ?? null,
    policy:
      resolvePolicy(context, s.policy, [...path, 'policy']) ??
      (s.call === undefined ? null : owner.policy),
    probability: s.probability,
    times: s.times,
    optional: s.optional,
    onError:
      s.onError === undefined
        ? null
        : resolveSteps(context, s.onError, owner, [...path, 'onError']),
    background: s.background,
    when: resolveWhen(context, s.when, [...path, 'when']),
  };
}

function resolveCallStep(
  context: Context,
  call: NonNullable<StepOutput['call']>,
  modifiers: StepModifiers,
  owner: Owner,
  path: Path,
): Step | null {
  const found = resolveCall(context, call.to, owner.name, [...path, 'call', 'to']);
  const to = viaBalancer(context, found, owner.name);
  if (to === null) return null;
  const self = call.to.startsWith('self.');
  if (self && modifiers.policy !== null && modifiers.policy !== owner.policy) {
    const message = 'a call of self runs in the same process, without policies: remove policy';
    conflict(context, [...path, 'policy'], message);
  }
  return {
    verb: 'call',
    to,
    self,
    method: call.method?.toUpperCase() ?? null,
    path: call.path ?? null,
    host: call.host ?? null,
    headers: new Map(sorted(call.headers)),
    requestBytes: call.requestSize ?? null,
    ...modifiers,
    policy: self ? null : modifiers.policy,
  };
}

function resolveParallel(
  context: Context,
  parallel: NonNullable<StepOutput['parallel']>,
  modifiers: StepModifiers,
  owner: Owner,
  path: Path,
): Step {
  const at = [...path, 'parallel'];
  const branches = parallel.branches.map((branch, index) =>
    resolveSteps(context, branch, owner, [...at, 'branches', index]),
  );
  const join = resolveJoin(context, parallel.join, [...at, 'join']);
  if (join.kind === 'quorum' && parallel.each.kind === 'constant') {
    const all = branches.length * parallel.each.value;
    if (join.count > all) {
      const message =
        `a quorum of ${join.count} needs at least ${join.count} branches; found ` + `${all}`;
      conflict(context, [...at, 'join'], message);
    }
  }
  const { each, maxConcurrent } = parallel;
  return { verb: 'parallel', branches, join, each, maxConcurrent, ...modifiers };
}

function resolveJoin(context: Context, join: JoinOutput, path: Path): StepOf<'parallel'>['join'] {
  if (join.kind !== 'bestEffort') return join;
  try {
    return { kind: 'bestEffort', withinNs: parseDuration(join.within, { allowZero: false }) };
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    report(context, 'FL205', path, `bestEffort: ${error.message}`);
    return { kind: 'all' };
  }
}

function resolveChoose(
  context: Context,
  choose: NonNullable<StepOutput['choose']>,
  modifiers: StepModifiers,
  owner: Owner,
  path: Path,
): Step {
  const branches = choose.map((branch, index) => {
    const at = [...path, 'choose', index];
    if ((branch.weight === undefined) === (branch.when === undefined)) {
      const message = 'a branch of choose needs exactly one of weight and condition (`when`)';
      conflict(context, at, message);
    }
    return {
      weight: branch.weight ?? null,
      when: resolveWhen(context, branch.when, [...at, 'when']),
      steps: resolveSteps(context, branch.steps, owner, [...at, 'steps']),
    };
  });
  return { verb: 'choose', branches, ...modifiers };
}

function resolveFail(
  context: Context,
  { status, retryAfter }: NonNullable<StepOutput['fail']>,
  modifiers: StepModifiers,
  path: Path,
): Step {
  const outcome = failure(status);
  if (retryAfter !== undefined && UNANSWERED.has(outcome)) {
    const message = `${status} is not a response that could carry a hint: write a status`;
    conflict(context, [...path, 'fail', 'retryAfter'], message);
  }
  return { verb: 'fail', outcome, retryAfterNs: retryAfter ?? null, ...modifiers };
}

/** Failures without a response. */
const UNANSWERED: ReadonlySet<number> = new Set([OUTCOME.timeout, OUTCOME.refused, OUTCOME.reset]);

function failure(status: string | number): number {
  return typeof status === 'number' ? outcomeOfStatus(status) : OUTCOME[status as OutcomeName];
}
