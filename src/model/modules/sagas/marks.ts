import { OUTCOME, withStatus, type Outcome } from '../../../contracts/outcome.js';
import type { PlanSagaMark, SagaRole } from '../../../contracts/plan/sagas.js';
import type { Act } from '../../data/acts.js';
import type { Ledger } from './ledger.js';
import { PHASE_OF } from './phases.js';

/** The response to a step that comes after its compensation. */
const TOO_LATE = withStatus(OUTCOME.clientError, 409);

/** A saga as its participants see it. */
export interface Watched {
  readonly ledger: Ledger;
  /** It has no orchestrator, so effects may come before its start. */
  readonly choreographed: boolean;
}

/** The act at the begin of an endpoint, or at its end, where its effect has happened. */
export function markOf({ at, roles, repeatable }: PlanSagaMark, sagas: readonly Watched[]): Act {
  const does = roles.filter(({ role }) => role === 'do');
  const others = at === 'end' ? roles.filter(({ role }) => role !== 'do') : roles;
  const apply = at === 'begin' ? beginning : ending;
  return {
    begin: (strand) => {
      for (const { saga, step } of does) {
        const { ledger } = sagas[saga];
        const slot = ledger.find(strand);
        if (slot >= 0 && ledger.isRefused(slot, step)) return TOO_LATE;
      }
      if (at === 'end') {
        for (const role of does) ending(sagas[role.saga], role, strand, repeatable);
      }
      for (const role of others) apply(sagas[role.saga], role, strand, repeatable);
      return OUTCOME.ok satisfies Outcome;
    },
  };
}

function recordOf({ ledger, choreographed }: Watched, strand: number): number {
  return choreographed ? ledger.meet(strand) : ledger.find(strand);
}

function beginning(watched: Watched, { role, step }: SagaRole, strand: number): void {
  if (role !== 'undo') return;
  const slot = recordOf(watched, strand);
  if (slot >= 0) watched.ledger.look(strand, slot, step);
}

function ending(
  watched: Watched,
  { role, step }: SagaRole,
  strand: number,
  repeatable: boolean,
): void {
  const { ledger } = watched;
  if (role === 'start') {
    ledger.accept(strand);
    return;
  }
  const slot = recordOf(watched, strand);
  if (slot < 0) return;
  switch (role) {
    case 'do':
      ledger.effect(slot, step, repeatable);
      return;
    case 'undo':
      ledger.undo(strand, slot, step, repeatable);
      return;
    case 'complete':
      ledger.finish(slot, PHASE_OF.completed);
      return;
    case 'cancel':
      ledger.finish(slot, PHASE_OF.compensated);
  }
}
