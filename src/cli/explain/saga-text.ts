import type { Saga, SagaPersistence, SagaStep } from '../../contracts/scenario/sagas.js';
import { all, fieldsText, setFieldsText } from './fields.js';
import { plainText } from './values.js';

/** A saga with its steps, orchestrated or choreographed. */
export function sagaLines(saga: Saga): readonly string[] {
  const { steps, stages, invariants } = saga;
  return [
    `: ${sagaText(saga)}`,
    ...stages.map((stage, at) => {
      return ` ${at + 1}. ${stage.map((step) => stepText(steps[step]!)).join(' | ')}`;
    }),
    ...invariants.map((rule) => `: if ${steps[rule.if]!.name} then ${steps[rule.then]!.name}`),
  ];
}

function sagaText(saga: Saga): string {
  const { orchestration, choreography, key } = saga;
  const kind = orchestration === null ? 'choreographed' : 'orchestrated';
  const { persistence = null, compensationPolicy = null } = orchestration ?? {};
  return fieldsText(
    { kind, ...orchestration, ...choreography, ...saga },
    {
      ...all('hidden', 'steps stages invariants orchestration choreography detection'),
      ...all('ifSet', 'value key leaseNs heartbeatNs'),
      recoveryDelayNs: 'ifGiven',
      ...(key === null ? all('hidden', 'isolation') : {}),
      persistence: () => (persistence === null ? 'none' : savingText(persistence)),
      compensationPolicy: () => compensationPolicy && compensationPolicy.id,
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
