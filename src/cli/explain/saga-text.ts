import { formatDuration } from '../../spec/quantities/quantity-text.js';
import type { Orchestration, Saga, SagaPersistence, SagaStep } from '../../spec/scenario/sagas.js';
import type { Scenario } from '../../spec/scenario/scenario.js';
import type { Target } from '../../spec/scenario/target.js';
import { plainText } from './values.js';

/** Sagas with their steps, orchestrated or choreographed. */
export function sagaLines({ sagas }: Scenario): readonly string[] {
  return [...sagas.values()].flatMap((saga) => [
    `${saga.name}: ${sagaText(saga)}`,
    ...saga.stages.map((stage, index) => {
      const steps = stage.map((step) => stepText(saga.steps[step]!));
      return `${saga.name} ${index + 1}. ${steps.join(' | ')}`;
    }),
    ...saga.invariants.map((rule) => {
      const [cause, then] = [saga.steps[rule.if]!.name, saga.steps[rule.then]!.name];
      return `${saga.name}: if ${cause} then ${then}`;
    }),
  ]);
}

function sagaText(saga: Saga): string {
  const { orchestration, choreography, isolation } = saga;
  const words = [
    ...(orchestration === null ? [] : drivenWords(orchestration)),
    ...(choreography === null
      ? []
      : [
          'choreographed',
          `startedBy ${targets(choreography.startedBy)}`,
          `completedBy ${targets(choreography.completedBy)}`,
          `cancelledBy ${targets(choreography.cancelledBy)}`,
        ]),
    `stuckAfter ${formatDuration(saga.stuckAfterNs)}`,
    `tombstones ${saga.tombstones}`,
    ...(saga.key === null ? [] : [`key ${saga.key}`, `isolation ${isolationText(isolation)}`]),
    ...(saga.value === null ? [] : [`value ${plainText(saga.value)}`]),
  ];
  return words.join(', ');
}

function drivenWords(own: Orchestration): readonly string[] {
  const { persistence, retry } = own;
  const { attempts, intervalNs, factor, maxNs } = retry;
  const longest = maxNs === Infinity ? 'none' : formatDuration(maxNs);
  const pauses = `interval ${formatDuration(intervalNs)}, factor ${factor}, max ${longest}`;
  return [
    `orchestrated by ${own.orchestrator}, engine ${own.engine}`,
    `timeout ${own.timeoutNs === null ? 'none' : formatDuration(own.timeoutNs)}`,
    `ambiguous ${own.ambiguous}`,
    `compensationOrder ${own.compensationOrder}`,
    `onCompensationFailure ${own.onCompensationFailure}`,
    `retry (attempts ${attempts === Infinity ? 'unlimited' : attempts}, ${pauses})`,
    persistence === null
      ? 'persistence none'
      : `persistence ${persistence.database}.${persistence.operation} (${savingText(persistence)})`,
    `recoveryDelay ${formatDuration(own.recoveryDelayNs)}`,
    ...(own.leaseNs === null ? [] : [`leaseTimeout ${formatDuration(own.leaseNs)}`]),
  ];
}

function savingText({ before, read }: SagaPersistence): string {
  return `before ${before}${read === null ? '' : `, read ${targets([read])}`}`;
}

function stepText({ name, call, compensation, kind, readOnly }: SagaStep): string {
  const undo = compensation === null ? '' : `, undone by ${targets([compensation])}`;
  return `${name} (${kind}${readOnly ? ', read only' : ''}): ${targets([call])}${undo}`;
}

function isolationText(isolation: Saga['isolation']): string {
  if (isolation.kind !== 'semanticLock') return isolation.kind;
  return `semanticLock (lockTimeout ${formatDuration(isolation.lockTimeoutNs)})`;
}

function targets(list: readonly Target[]): string {
  return list.map(({ component, part }) => `${component}.${part}`).join(' or ');
}
