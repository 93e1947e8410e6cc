import type { Consumption } from '../../contracts/scenario/consumers.js';
import type { Plan } from '../../contracts/plan/plan.js';
import { queueKindOf } from '../../scenario/queues/index.js';
import type { InterventionKind } from './kind.js';
import { fallsBehind, withConsumers } from './consumers.js';

/** A message that a consumer cannot process is passed over, so that the others behind it are processed. */
export const poison: InterventionKind = {
  kind: 'poison',
  isUnseen: true,
  passesOver: true,
  of: (plan) =>
    withConsumers(plan, isStubborn).map(({ subject, changed }) => ({
      kind: 'poison',
      subject,
      part: 'condition',
      remedy: remedyOf(plan, subject),
      words: `with messages of ${subject} passed over at their first failure`,
      apply: (source) => changed(source.plan, passing),
    })),
  worth: (variant, { subject }) => (fallsBehind(variant, subject) ? 0.8 : 0),
};

/** A product that counts deliveries gives a message up itself. */
function remedyOf({ components }: Plan, subject: string): string {
  const product = components.find(({ name }) => name === subject)?.product ?? undefined;
  const field = queueKindOf(product)?.givesUp ?? 'onPoison: deadLetter';
  return `${field} and a deadLetter queue`;
}

function isStubborn({ onPoison, retry }: Consumption): boolean {
  return onPoison === 'block' || (retry?.attempts ?? 1) > 1;
}

function passing<C extends Consumption>(spec: C): C {
  const { onPoison } = spec;
  return { ...spec, onPoison: onPoison === 'block' ? 'skip' : onPoison, retry: null };
}
