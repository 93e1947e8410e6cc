import { OUTCOME_NAMES, type OutcomeName } from '../../../../contracts/outcome.js';
import type { CauseRef } from '../../../../contracts/result/cause.js';
import { bySteps, outcomesBySteps } from '../../../measure/steps.js';
import { outcomesIn, sumSteps } from '../../links.js';
import type { Place } from '../special-conditions.js';

/** Something that refuses or ends requests by a rule of its own, though their component and its callees work. */
export interface Refusal {
  readonly ref: CauseRef;
  /** The cause in words. */
  readonly text: string;
  readonly evidence: string;
  /** Requests, calls or messages that it refuses or ends. */
  readonly count: number;
}

/** A way to refuse requests: its refusals at a component, in the steps of a place. Each is counted, not inferred. */
export type RefusalKind = (place: Place) => readonly Refusal[];

/** Requests of a part with an outcome. */
export function countAt(place: Place, part: number, outcome: OutcomeName): number {
  return outcomesAt(place, part)[OUTCOME_NAMES.indexOf(outcome)];
}

/** Requests of a part that arrive. */
export function arrivedAt(place: Place, part: number): number {
  return outcomesAt(place, part).reduce((sum, n) => sum + n, 0);
}

function outcomesAt({ record, scene, from, until }: Place, part: number): Float64Array {
  return outcomesIn(outcomesBySteps([record.parts[part]], scene.steps), from, until);
}

/** Executions of a part that end with 503. */
export function unavailable(place: Place, part: number): number {
  const { record, scene, from, until } = place;
  const column = record.parts[part].statuses.find(({ status }) => status === UNAVAILABLE);
  if (column === undefined) return 0;
  const counts = sumSteps(bySteps([column.counts], scene.steps), from, until);
  return Math.min(counts, countAt(place, part, 'serverError'));
}

const UNAVAILABLE = 503;
