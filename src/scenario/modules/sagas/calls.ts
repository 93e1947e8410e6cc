import { driverName, type Saga } from '../../../contracts/scenario/sagas.js';
import { targetOf } from '../../../language/databases.js';
import type { Scenario } from '../../../contracts/scenario/scenario.js';
import type { StepOf } from '../../../contracts/scenario/steps.js';
import type { CallSite, CallEdge, CallWalker } from '../../resolve/call-edge.js';

/** Calls that an orchestrator makes for a saga. */
export function sagaCalls({ name, steps, orchestration }: Saga, walker: CallWalker): void {
  if (orchestration === null) return;
  const { orchestrator, persistence, compensationPolicy } = orchestration;
  const from = `${orchestrator}.${driverName(name)}`;
  const rare = { from, certain: false, times: 0 };
  for (const { call, compensation, policy } of steps) {
    walker.governed({ from, certain: true, times: 1 }, call, policy);
    if (compensation !== null) walker.governed(rare, compensation, compensationPolicy);
  }
  if (persistence === null) return;
  const times = (persistence.before ? 2 : 1) * steps.length;
  walker.edge({ from, certain: true, times }, targetOf(persistence), null, 1);
  if (persistence.read !== null) walker.edge(rare, persistence.read, null, 1);
}

/** Calls of a `saga` step: its orchestrator, and the save of its state. An awaited saga is a certain call. */
export function sagaStart(
  { sagas }: Pick<Scenario, 'sagas'>,
  step: StepOf<'saga'>,
  { from, certain, times }: CallSite,
): readonly CallEdge[] {
  const owner = sagas.get(step.saga)?.orchestration ?? null;
  if (owner === null) return [];
  const to = `${owner.orchestrator}.${driverName(step.saga)}`;
  const start = { from, to, certain: certain && step.await, times, tries: 1 };
  if (owner.persistence === null) return [start];
  const { database, operation } = owner.persistence;
  return [start, { from, to: `${database}.${operation}`, certain, times, tries: 1 }];
}
