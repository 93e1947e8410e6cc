import type { Saga, SagaPersistence, SagaStep } from '../../spec/scenario/sagas.js';
import type { Scenario } from '../../spec/scenario/scenario.js';
import { all, fieldsText, setFieldsText } from './fields.js';
import { plainText, sorted } from './values.js';

/** Sagas with their steps, orchestrated or choreographed. */
export function sagaLines({ sagas }: Scenario): readonly string[] {
  return sorted(sagas).flatMap(([name, saga]) => [
    `${name}: ${sagaText(saga)}`,
    ...saga.stages.map((stage, index) => {
      const steps = stage.map((step) => stepText(saga.steps[step]!));
      return `${name} ${index + 1}. ${steps.join(' | ')}`;
    }),
    ...saga.invariants.map((rule) => {
      const [cause, then] = [saga.steps[rule.if]!.name, saga.steps[rule.then]!.name];
      return `${name}: if ${cause} then ${then}`;
    }),
  ]);
}

function sagaText(saga: Saga): string {
  const { orchestration, choreography, key } = saga;
  const persistence = orchestration?.persistence ?? null;
  return fieldsText(
    {
      kind: orchestration === null ? 'choreographed' : 'orchestrated',
      ...orchestration,
      ...choreography,
      ...saga,
    },
    {
      ...all('hidden', 'steps', 'stages', 'invariants', 'orchestration', 'choreography'),
      ...all('ifSet', 'value', 'key', 'leaseNs'),
      ...(key === null ? { isolation: 'hidden' } : {}),
      persistence: () => (persistence === null ? 'none' : savingText(persistence)),
      compensationPolicy: () => orchestration?.compensationPolicy?.id ?? null,
    },
  );
}

function savingText({ database, operation, ...rest }: SagaPersistence): string {
  return `{ ${setFieldsText({ query: { database, operation }, ...rest }, { before: 'always' })} }`;
}

function stepText({ name, call, compensation, kind, readOnly }: SagaStep): string {
  const undo = compensation === null ? '' : `, undone by ${plainText(compensation)}`;
  return `${name} (${kind}${readOnly ? ', read only' : ''}): ${plainText(call)}${undo}`;
}
