import { NS_PER_SECOND, type Ns } from '../../../kernel/time.js';
import { targetOf } from '../../../language/databases.js';
import {
  CHOREOGRAPHED,
  ORCHESTRATED,
  SAGA_NAMES,
  type Choreography,
  type Orchestration,
  type Saga,
  type SagaInvariant,
  type SagaIsolation,
  type SagaRetry,
  type SagaStep,
  type WrittenInvariant,
} from '../../../contracts/scenario/sagas.js';
import type { SagaStartStep } from '../../../contracts/scenario/saga-step.js';
import { writtenName } from '../../../contracts/fields/entry.js';
import type { Target } from '../../../contracts/scenario/target.js';
import type { Step, StepModifiers } from '../../../contracts/scenario/steps.js';
import type { SagaOutput } from '../../schema/scenario-output.js';
import { checkKey, resolvePolicy } from '../../resolve/bundles.js';
import { described } from '../../resolve/described.js';
import type { Cursor } from '../../resolve/context.js';
import { entryOf } from '../../resolve/names.js';
import type { Entry } from '../kind.js';
import { ENGINES, type EngineDefaults } from './engines.js';
import { isOfKind, resolveCall, resolveQuery, split } from '../../resolve/targets.js';

type WrittenStep = Exclude<SagaOutput['steps'][number], readonly unknown[]>;

/** Age at which a saga without a time limit counts as stuck. */
const STUCK_NS = 300 * NS_PER_SECOND;

/** Resolves a saga. */
export function resolveSaga({ here, name, output }: Entry<'sagas'>): Saga {
  const { steps, stages } = resolveSagaSteps(here, output);
  const orchestrated = output.kind === 'orchestrated';
  checkKindFields(here, output);
  const orchestration = orchestrated ? resolveOrchestration(here, output) : null;
  const timeout = orchestration?.timeoutNs ?? null;
  const { key, value, tombstones } = output;
  checkKey(here, key, null);
  return {
    ...described(name, output),
    steps,
    stages,
    orchestration,
    choreography: orchestrated ? null : resolveChoreography(here, output),
    stuckAfterNs: output.stuckAfterNs ?? (timeout === null ? STUCK_NS : 3 * timeout),
    invariants: output.invariants.flatMap(
      (rule, index) => resolveInvariant(here.in('invariants', index), rule, steps) ?? [],
    ),
    value,
    tombstones,
    key,
    isolation: resolveIsolation(here, output),
  };
}

/** Resolves a `saga` step. */
export function resolveSagaStep(
  here: Cursor,
  output: SagaStartStep,
  modifiers: StepModifiers,
  owner: string,
): Step | null {
  const { saga: start } = output;
  const at = here.in('start');
  if (!isOfKind(at, start, 'saga')) return null;
  const driver = entryOf(here.output.sagas, start)?.orchestrator ?? null;
  if (driver === null) {
    const message = `${start} is choreographed: the endpoints of startedBy start it, and no step can`;
    at.conflict(message);
    return null;
  }
  if (driver !== owner) {
    const message =
      `only the orchestrator ${driver} can start ${start}: start it in an endpoint of ` +
      `${driver}, and call that from here`;
    at.conflict(message);
    return null;
  }
  return { verb: 'saga', ...output, ...modifiers };
}

/** Reports fields that apply only to the other of orchestration and choreography. */
function checkKindFields(here: Cursor, output: SagaOutput): void {
  const orchestrated = output.kind === 'orchestrated';
  const other = orchestrated ? 'a choreographed' : 'an orchestrated';
  here.refuse(
    (orchestrated ? CHOREOGRAPHED : ORCHESTRATED).map((field) => writtenName(field, SAGA_NAMES)),
    (field) => `${field} applies only to ${other} saga: remove it`,
  );
  if (!orchestrated && output.timeoutNs !== null) {
    const message =
      'a choreographed saga has no orchestrator to enforce a timeout: remove timeout, and use ' +
      'a deadline in the service that starts it';
    here.in('timeout').conflict(message);
  }
  for (const field of orchestrated ? (['orchestrator'] as const) : CHOREOGRAPHED) {
    if (output[field] !== null) continue;
    here.report('FL203', `${field} is missing: a saga of kind ${output.kind} needs it`);
  }
}

function resolveOrchestration(here: Cursor, output: SagaOutput): Orchestration {
  const { engine, timeoutNs, ambiguous } = output;
  const orchestrator = output.orchestrator ?? '';
  if (output.orchestrator !== null) isOfKind(here.in('orchestrator'), orchestrator, 'service');
  const defaults = ENGINES[engine];
  const own = output.retry;
  const written = own?.intervalNs ?? null;
  const intervalNs = written ?? defaults.retry.intervalNs;
  const usual = defaults.retry.maxNs;
  const { maxNs = written === null || usual === Infinity ? usual : 100 * intervalNs } = own ?? {};
  const retry: SagaRetry = {
    attempts: own?.attempts ?? defaults.retry.attempts,
    intervalNs,
    factor: own?.factor ?? defaults.retry.factor,
    maxNs: maxNs ?? Infinity,
  };
  if (retry.attempts === Infinity && intervalNs === 0) {
    const message =
      'retries without a limit and without a pause would run at the same instant forever: ' +
      'write an interval';
    here.in('retry', 'interval').conflict(message);
  }
  return {
    engine,
    orchestrator,
    timeoutNs,
    compensationOrder: output.compensationOrder ?? defaults.order,
    compensationPolicy: resolvePolicy(here.in('compensationPolicy'), output.compensationPolicy),
    onCompensationFailure: output.onCompensationFailure ?? defaults.onCompensationFailure,
    ambiguous,
    retry,
    persistence: resolvePersistence(here, output),
    ...resolveDetection(output, defaults, resolveLease(here, output, defaults)),
    ...resolveHeartbeat(here, output, engine, defaults),
  };
}

function resolvePersistence(
  here: Cursor,
  { persistence }: SagaOutput,
): Orchestration['persistence'] {
  if (persistence === null) return null;
  const [database, operation] = split(persistence.query);
  const at = here.in('persistence', 'query');
  const target = resolveQuery(at, database, operation ?? undefined);
  if (target === null) return null;
  return {
    ...target,
    read: resolveRead(here, persistence.read),
    before: persistence.before,
  };
}

/** Resolves the operation that reads the saved state; null = none. */
function resolveRead(here: Cursor, reference: string | null): Target | null {
  if (reference === null) return null;
  const [database, operation] = split(reference);
  const at = here.in('persistence', 'read');
  const query = resolveQuery(at, database, operation ?? undefined);
  return query && targetOf(query);
}

function resolveLease(
  here: Cursor,
  { leaseNs: written, persistence }: SagaOutput,
  { leaseNs }: EngineDefaults,
): Ns | null {
  if (persistence !== null) return written === undefined ? leaseNs : written;
  if ((written ?? null) !== null) {
    const message =
      'no instance can take over a saga whose state is not persisted: write persistence, or ' +
      'remove leaseTimeout';
    here.in('leaseTimeout').conflict(message);
  }
  return null;
}

function resolveHeartbeat(
  here: Cursor,
  { heartbeatNs, persistence }: SagaOutput,
  engine: string,
  { heartbeats }: EngineDefaults,
): Pick<Orchestration, 'heartbeatNs'> {
  if (heartbeatNs === null) return {};
  const refuse = (message: string): void => here.in('heartbeatTimeout').conflict(message);
  if (heartbeats !== true) {
    refuse(
      `engine ${engine} has no heartbeats: write engine: temporal, or remove heartbeatTimeout`,
    );
  } else if (persistence === null) {
    refuse(
      'no instance can take over a saga whose state is not persisted: write persistence, or ' +
        'remove heartbeatTimeout',
    );
  }
  return { heartbeatNs };
}

/** A written `recoveryDelay` means that something watches the processes; otherwise the product decides. */
function resolveDetection(
  { recoveryDelayNs: written }: SagaOutput,
  { recoveryDelayNs, detection }: EngineDefaults,
  leaseNs: Ns | null,
): Pick<Orchestration, 'recoveryDelayNs' | 'leaseNs' | 'detection'> {
  if (written !== null) {
    return { recoveryDelayNs: written, leaseNs, detection: { ...detection, seesDeath: true } };
  }
  const isLeaseAll = !detection.seesDeath && leaseNs !== null;
  return { recoveryDelayNs: isLeaseAll ? null : recoveryDelayNs, leaseNs, detection };
}

function resolveChoreography(here: Cursor, output: SagaOutput): Choreography {
  const all = (field: keyof Choreography): readonly Target[] => {
    const written = output[field] ?? [];
    const at = here.in(field);
    if (typeof written === 'string') return endpoint(at, written) ?? [];
    return written.flatMap((own, index) => endpoint(at.in(index), own) ?? []);
  };
  return {
    startedBy: all('startedBy'),
    completedBy: all('completedBy'),
    cancelledBy: all('cancelledBy'),
  };
}

/** Resolves an endpoint of a service, as a list of one; null if it is not an endpoint. */
function endpoint(here: Cursor, reference: string): [Target] | null {
  const call = resolveCall(here, reference, '');
  if (call === null) return null;
  if (here.names.things.get(call.component)?.kind === 'service') return [call];
  const message =
    `expected an endpoint of a service, and ${call.component} is not a service: write the ` +
    'service behind it';
  here.report('FL405', message);
  return null;
}

function resolveSagaSteps(here: Cursor, output: SagaOutput): Pick<Saga, 'steps' | 'stages'> {
  const steps: SagaStep[] = [];
  const stages: number[][] = [];
  const add = (entry: WrittenStep, at: Cursor): number[] => {
    const step = resolveOne(at, entry, output);
    return step === null ? [] : [steps.push(step) - 1];
  };
  output.steps.forEach((entry, index) => {
    const at = here.in('steps', index);
    const stage = Array.isArray(entry)
      ? entry.flatMap((own, k) => add(own, at.in(k)))
      : add(entry, at);
    if (stage.length > 0) stages.push(stage);
  });
  checkOrder(here, output);
  return { steps, stages };
}

function resolveOne(here: Cursor, entry: WrittenStep, output: SagaOutput): SagaStep | null {
  const wrong = here.conflicts();
  const call = endpoint(here.in('call'), entry.call);
  const undo = entry.compensation;
  const compensation = undo === null ? null : endpoint(here.in('compensation'), undo);
  if (entry.kind === 'compensable' && undo === null && !entry.readOnly) {
    const last =
      output.steps.at(-1) === entry
        ? 'readOnly: true if it changes nothing, or kind: retryable if it is repeated until it succeeds'
        : 'or readOnly: true if it changes nothing';
    here.conflict(`${entry.name} cannot be undone: write a compensation, ${last}`);
  }
  if (entry.kind !== 'compensable' && undo !== null) {
    const message = `a ${entry.kind} step is never undone: remove compensation, or write kind: compensable`;
    wrong('compensation', message);
  }
  if (entry.readOnly && undo !== null) {
    wrong('compensation', 'a readOnly step needs no compensation: remove one of them');
  }
  if (output.kind === 'choreographed' && (entry.policy ?? null) !== null) {
    wrong('policy', 'the steps of a choreographed saga are not called from here: remove policy');
  }
  if (call === null) return null;
  return {
    ...entry,
    call: call[0],
    compensation: compensation === null ? null : compensation[0],
    policy: resolvePolicy(here.in('policy'), entry.policy),
  };
}

const RANK = { compensable: 0, pivot: 1, retryable: 2 } as const;

/** Steps must have the order compensable* pivot? retryable*. */
function checkOrder(here: Cursor, output: SagaOutput): void {
  let reached = 0;
  output.steps.forEach((entry, index) => {
    const own = Array.isArray(entry) ? entry : [entry];
    const before = reached;
    own.forEach((step, k) => {
      const rank = RANK[step.kind];
      const at = here.in('steps', index, ...(Array.isArray(entry) ? [k] : []));
      const after = ['nothing', 'the pivot', 'a retryable step'][reached];
      if (rank < reached || (rank === 1 && reached === 1)) {
        const message =
          `${step.name} is ${step.kind} and is parallel to or after ${after}: the order is ` +
          'compensable steps, at most one pivot, then retryable steps';
        at.conflict(message);
      } else if (rank > 0 && own.length > 1 && own.some(({ kind }) => RANK[kind] !== rank)) {
        const message =
          `${step.name} is ${step.kind} and runs in parallel with steps of other kinds: move it ` +
          'into an entry of its own';
        at.conflict(message);
      }
      if (rank === 2 || before < rank) reached = Math.max(reached, rank);
    });
  });
}

function resolveInvariant(
  here: Cursor,
  rule: WrittenInvariant,
  steps: readonly SagaStep[],
): SagaInvariant | null {
  const allowed = steps.map((step) => step.name);
  const find = (name: string, field: string): number => {
    const message = `the saga has no step ${name}; it has ${allowed.join(' ')}`;
    here.in(field).isOneOf(name, allowed, message);
    return allowed.indexOf(name);
  };
  const cause = find(rule.if, 'if');
  const then = find(rule.then, 'then');
  return cause < 0 || then < 0 ? null : { if: cause, then };
}

function resolveIsolation(here: Cursor, output: SagaOutput): SagaIsolation {
  const { isolation, key } = output;
  const at = here.in('isolation');
  if (isolation === null) return { kind: 'none' };
  const { kind, lockTimeoutNs } = isolation;
  if (key === null) {
    const message =
      'isolation needs a key: two sagas conflict only if they have the same value of it. Write key';
    at.conflict(message);
  }
  if (lockTimeoutNs !== null && kind !== 'semanticLock') {
    const message = `${kind} does not wait for a lock: remove lockTimeout`;
    at.in('lockTimeout').conflict(message);
  }
  if (output.kind === 'choreographed' && (kind === 'semanticLock' || kind === 'reread')) {
    const message = `${kind} needs an orchestrator, and this saga is choreographed`;
    at.in('kind').conflict(message);
  }
  return kind === 'semanticLock' ? { kind, lockTimeoutNs: lockTimeoutNs ?? 0 } : { kind };
}
