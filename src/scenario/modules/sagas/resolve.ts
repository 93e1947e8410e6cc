import { NS_PER_SECOND, type Ns } from '../../../kernel/time.js';
import type {
  Choreography,
  Orchestration,
  Saga,
  SagaInvariant,
  SagaIsolation,
  SagaRetry,
  SagaStep,
} from '../../../contracts/scenario/sagas.js';
import type { Target } from '../../../contracts/scenario/target.js';
import type { Step, StepModifiers } from '../../../contracts/scenario/steps.js';
import type { SagaOutput, SagaStepEntry } from '../../schema/sagas.js';
import type { SagaStepOutput } from '../../schema/saga-step.js';
import { checkKey, resolvePolicy } from '../../resolve/bundles.js';
import { described } from '../../resolve/described.js';
import type { Context, Path } from '../../resolve/context.js';
import { isOneOf, conflict, conflictsAt, report } from '../../resolve/context.js';
import { entryOf } from '../../resolve/names.js';
import type { Entry } from '../kind.js';
import { ENGINES, type EngineDefaults } from './engines.js';
import { isOfKind, resolveCall, resolveQuery, split } from '../../resolve/targets.js';

/** Age at which a saga without a time limit counts as stuck. */
const STUCK_NS = 300 * NS_PER_SECOND;

/** Resolves a saga. */
export function resolveSaga({ context, name, output, path }: Entry<'sagas'>): Saga {
  const { steps, stages } = resolveSagaSteps(context, output, path);
  const orchestrated = output.kind === 'orchestrated';
  checkKindFields(context, output, path);
  const orchestration = orchestrated ? resolveOrchestration(context, output, path) : null;
  const timeout = orchestration?.timeoutNs ?? null;
  const key = output.key ?? null;
  checkKey(context, key, null, path);
  return {
    ...described(name, output),
    steps,
    stages,
    orchestration,
    choreography: orchestrated ? null : resolveChoreography(context, output, path),
    stuckAfterNs: output.stuckAfter ?? (timeout === null ? STUCK_NS : 3 * timeout),
    invariants: output.invariants.flatMap(
      (rule, index) => resolveInvariant(context, rule, steps, [...path, 'invariants', index]) ?? [],
    ),
    value: output.value ?? null,
    tombstones: output.tombstones,
    key,
    isolation: resolveIsolation(context, output, path),
  };
}

/** Resolves a `saga` step. */
export function resolveSagaStep(
  context: Context,
  output: SagaStepOutput,
  modifiers: StepModifiers,
  owner: string,
  path: Path,
): Step | null {
  const { start } = output;
  const at = [...path, 'start'];
  if (!isOfKind(context, start, 'saga', at)) return null;
  const driver = entryOf(context.output.sagas, start)?.orchestrator;
  if (driver === undefined) {
    const message = `${start} is choreographed: the endpoints of startedBy start it, and no step can`;
    conflict(context, at, message);
    return null;
  }
  if (driver !== owner) {
    const message =
      `only the orchestrator ${driver} can start ${start}: start it in an endpoint of ` +
      `${driver}, and call that from here`;
    conflict(context, at, message);
    return null;
  }
  return { verb: 'saga', saga: start, await: output.await, ...modifiers };
}

/** Reports fields that apply only to the other of orchestration and choreography. */
function checkKindFields(context: Context, output: SagaOutput, path: Path): void {
  const orchestrated = output.kind === 'orchestrated';
  const wrong: readonly (keyof SagaOutput)[] = orchestrated
    ? ['startedBy', 'completedBy', 'cancelledBy']
    : [
        'orchestrator',
        'compensationOrder',
        'compensationPolicy',
        'onCompensationFailure',
        'retry',
        'persistence',
        'recoveryDelay',
        'leaseTimeout',
      ];
  for (const field of wrong) {
    if (output[field] === undefined) continue;
    const message = orchestrated
      ? `${field} applies only to a choreographed saga: remove it`
      : `${field} applies only to an orchestrated saga: remove it`;
    conflict(context, [...path, field], message);
  }
  if (!orchestrated && output.timeout !== null) {
    const message =
      'a choreographed saga has no orchestrator to enforce a timeout: remove timeout, and use ' +
      'a deadline in the service that starts it';
    conflict(context, [...path, 'timeout'], message);
  }
  const missing: readonly (keyof SagaOutput)[] = orchestrated
    ? ['orchestrator']
    : ['startedBy', 'completedBy', 'cancelledBy'];
  for (const field of missing) {
    if (output[field] !== undefined) continue;
    report(context, 'FL203', path, `${field} is missing: a saga of kind ${output.kind} needs it`);
  }
}

function resolveOrchestration(context: Context, output: SagaOutput, path: Path): Orchestration {
  const { engine, orchestrator = '' } = output;
  if (output.orchestrator !== undefined) {
    isOfKind(context, orchestrator, 'service', [...path, 'orchestrator']);
  }
  const defaults = ENGINES[engine];
  const own = output.retry ?? {};
  const intervalNs = own.interval ?? defaults.retry.intervalNs;
  const max =
    own.max === undefined
      ? own.interval === undefined
        ? defaults.retry.maxNs
        : 100 * intervalNs
      : (own.max ?? Infinity);
  const retry: SagaRetry = {
    attempts: own.attempts ?? defaults.retry.attempts,
    intervalNs,
    factor: own.factor ?? defaults.retry.factor,
    maxNs: max,
  };
  if (retry.attempts === Infinity && intervalNs === 0) {
    const message =
      'retries without a limit and without a pause would run at the same instant forever: ' +
      'write an interval';
    conflict(context, [...path, 'retry', 'interval'], message);
  }
  return {
    engine,
    orchestrator,
    timeoutNs: output.timeout,
    compensationOrder: output.compensationOrder ?? defaults.order,
    compensationPolicy: resolvePolicy(context, output.compensationPolicy, [
      ...path,
      'compensationPolicy',
    ]),
    onCompensationFailure: output.onCompensationFailure ?? defaults.onCompensationFailure,
    ambiguous: output.ambiguous,
    retry,
    persistence: resolvePersistence(context, output, path),
    ...resolveDetection(output, defaults, resolveLease(context, output, defaults, path)),
  };
}

function resolvePersistence(
  context: Context,
  { persistence }: SagaOutput,
  path: Path,
): Orchestration['persistence'] {
  if (persistence === undefined) return null;
  const [database, operation] = split(persistence.query);
  const at = [...path, 'persistence', 'query'];
  const target = resolveQuery(context, database, operation ?? undefined, at);
  if (target === null) return null;
  return {
    ...target,
    read: resolveRead(context, persistence.read, path),
    before: persistence.before,
  };
}

/** Resolves the operation that reads the saved state; null = none. */
function resolveRead(context: Context, reference: string | undefined, path: Path): Target | null {
  if (reference === undefined) return null;
  const [database, operation] = split(reference);
  const at = [...path, 'persistence', 'read'];
  const target = resolveQuery(context, database, operation ?? undefined, at);
  return target === null ? null : { component: target.database, part: target.operation };
}

function resolveLease(
  context: Context,
  { leaseTimeout, persistence }: SagaOutput,
  { leaseNs }: EngineDefaults,
  path: Path,
): Ns | null {
  if (persistence !== undefined) return leaseTimeout === undefined ? leaseNs : leaseTimeout;
  if ((leaseTimeout ?? null) !== null) {
    const message =
      'no instance can take over a saga whose state is not persisted: write persistence, or ' +
      'remove leaseTimeout';
    conflict(context, [...path, 'leaseTimeout'], message);
  }
  return null;
}

/** A written `recoveryDelay` means that something watches the processes; otherwise the product decides. */
function resolveDetection(
  { recoveryDelay }: SagaOutput,
  { recoveryDelayNs, detection }: EngineDefaults,
  leaseNs: Ns | null,
): Pick<Orchestration, 'recoveryDelayNs' | 'leaseNs' | 'detection'> {
  if (recoveryDelay !== undefined) {
    return {
      recoveryDelayNs: recoveryDelay,
      leaseNs,
      detection: { ...detection, seesDeath: true },
    };
  }
  const isLeaseAll = !detection.seesDeath && leaseNs !== null;
  return { recoveryDelayNs: isLeaseAll ? null : recoveryDelayNs, leaseNs, detection };
}

function resolveChoreography(context: Context, output: SagaOutput, path: Path): Choreography {
  const all = (field: 'startedBy' | 'completedBy' | 'cancelledBy'): readonly Target[] => {
    const written = output[field];
    if (written === undefined) return [];
    const at = [...path, field];
    if (typeof written === 'string') return endpoint(context, written, at) ?? [];
    return written.flatMap((own, index) => endpoint(context, own, [...at, index]) ?? []);
  };
  return {
    startedBy: all('startedBy'),
    completedBy: all('completedBy'),
    cancelledBy: all('cancelledBy'),
  };
}

/** Resolves an endpoint of a service, as a list of one; null if it is not an endpoint. */
function endpoint(context: Context, reference: string, path: Path): [Target] | null {
  const call = resolveCall(context, reference, '', path);
  if (call === null) return null;
  if (context.names.things.get(call.component)?.kind === 'service') return [call];
  const message =
    `expected an endpoint of a service, and ${call.component} is not a service: write the ` +
    'service behind it';
  report(context, 'FL405', path, message);
  return null;
}

function resolveSagaSteps(
  context: Context,
  output: SagaOutput,
  path: Path,
): Pick<Saga, 'steps' | 'stages'> {
  const steps: SagaStep[] = [];
  const stages: number[][] = [];
  const add = (entry: SagaStepEntry, at: Path): number[] => {
    const step = resolveOne(context, entry, output, at);
    return step === null ? [] : [steps.push(step) - 1];
  };
  output.steps.forEach((entry, index) => {
    const at = [...path, 'steps', index];
    const stage = Array.isArray(entry)
      ? entry.flatMap((own, k) => add(own as SagaStepEntry, [...at, k]))
      : add(entry as SagaStepEntry, at);
    if (stage.length > 0) stages.push(stage);
  });
  checkOrder(context, output, path);
  return { steps, stages };
}

function resolveOne(
  context: Context,
  entry: SagaStepEntry,
  output: SagaOutput,
  path: Path,
): SagaStep | null {
  const wrong = conflictsAt(context, path);
  const call = endpoint(context, entry.call, [...path, 'call']);
  const undo = entry.compensation;
  const compensation =
    undo === undefined ? null : endpoint(context, undo, [...path, 'compensation']);
  if (entry.kind === 'compensable' && undo === undefined && !entry.readOnly) {
    const message =
      `${entry.name} cannot be undone: write a compensation, or readOnly: true if it changes ` +
      'nothing';
    conflict(context, path, message);
  }
  if (entry.kind !== 'compensable' && undo !== undefined) {
    const message = `a ${entry.kind} step is never undone: remove compensation, or write kind: compensable`;
    wrong('compensation', message);
  }
  if (entry.readOnly && undo !== undefined) {
    wrong('compensation', 'a readOnly step needs no compensation: remove one of them');
  }
  if (output.kind === 'choreographed' && entry.policy !== undefined) {
    wrong('policy', 'the steps of a choreographed saga are not called from here: remove policy');
  }
  if (call === null) return null;
  return {
    name: entry.name,
    call: call[0],
    compensation: compensation === null ? null : compensation[0],
    kind: entry.kind,
    readOnly: entry.readOnly,
    policy: resolvePolicy(context, entry.policy, [...path, 'policy']),
  };
}

const RANK = { compensable: 0, pivot: 1, retryable: 2 } as const;

/** Steps must have the order compensable* pivot? retryable*. */
function checkOrder(context: Context, output: SagaOutput, path: Path): void {
  let reached = 0;
  output.steps.forEach((entry, index) => {
    const own = (Array.isArray(entry) ? entry : [entry]) as readonly SagaStepEntry[];
    const before = reached;
    own.forEach((step, k) => {
      const rank = RANK[step.kind];
      const at = [...path, 'steps', index, ...(Array.isArray(entry) ? [k] : [])];
      const after = ['nothing', 'the pivot', 'a retryable step'][reached];
      if (rank < reached || (rank === 1 && reached === 1)) {
        const message =
          `${step.name} is ${step.kind} and is parallel to or after ${after}: the order is ` +
          'compensable steps, at most one pivot, then retryable steps';
        conflict(context, at, message);
      } else if (rank > 0 && own.length > 1 && own.some(({ kind }) => RANK[kind] !== rank)) {
        const message =
          `${step.name} is ${step.kind} and runs in parallel with steps of other kinds: move it ` +
          'into an entry of its own';
        conflict(context, at, message);
      }
      if (rank === 2 || before < rank) reached = Math.max(reached, rank);
    });
  });
}

function resolveInvariant(
  context: Context,
  rule: SagaOutput['invariants'][number],
  steps: readonly SagaStep[],
  path: Path,
): SagaInvariant | null {
  const allowed = steps.map((step) => step.name);
  const find = (name: string, field: string): number => {
    const message = `the saga has no step ${name}; it has ${allowed.join(' ')}`;
    isOneOf(context, name, allowed, [...path, field], message);
    return allowed.indexOf(name);
  };
  const cause = find(rule.if, 'if');
  const then = find(rule.then, 'then');
  return cause < 0 || then < 0 ? null : { if: cause, then };
}

function resolveIsolation(context: Context, output: SagaOutput, path: Path): SagaIsolation {
  const { isolation, key } = output;
  const at = [...path, 'isolation'];
  if (isolation === undefined) return { kind: 'none' };
  const { kind, lockTimeout } = isolation;
  if (key === undefined) {
    const message =
      'isolation needs a key: two sagas conflict only if they have the same value of it. Write key';
    conflict(context, at, message);
  }
  if (lockTimeout !== undefined && kind !== 'semanticLock') {
    const message = `${kind} does not wait for a lock: remove lockTimeout`;
    conflict(context, [...at, 'lockTimeout'], message);
  }
  if (output.kind === 'choreographed' && (kind === 'semanticLock' || kind === 'reread')) {
    const message = `${kind} needs an orchestrator, and this saga is choreographed`;
    conflict(context, [...at, 'kind'], message);
  }
  return kind === 'semanticLock' ? { kind, lockTimeoutNs: lockTimeout ?? 0 } : { kind };
}
