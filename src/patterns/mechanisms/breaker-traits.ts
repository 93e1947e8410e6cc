import type { Ns } from '../../kernel/time.js';
import type { BreakerTraits } from '../../contracts/patterns/policy-traits.js';
import type { PolicySetup } from '../../contracts/patterns/policy.js';
import { Breaker, type BreakerRule } from './breaker.js';
import type { BreakerClasses } from './breaker-classes.js';
import { BREAKER } from './families.js';

/** Conditions that open a breaker. */
export type Trips = Pick<BreakerTraits, 'evidence' | 'consecutive'>;

/** A kind of breaker whose rule sees the classes of all calls. */
interface RuledKind<C> {
  classes(config: C): BreakerClasses;
  trips(config: C): Trips;
  rule(config: C, setup: PolicySetup): BreakerRule;
}

/** The answers of a breaker with a rule. */
export function ruled<C>(kind: RuledKind<C>) {
  return {
    ...BREAKER,
    keyed: 'states',
    traits: (config: C) => ({ ...kind.trips(config), classes: kind.classes(config) }),
    create: (config: C, setup: PolicySetup) =>
      new Breaker(setup.ctx, kind.rule(config, setup), kind.classes(config)),
  } as const;
}

/** It opens by a rate without a minimum of calls in a time. */
export const NO_TRIPS: Trips = { evidence: null, consecutive: null };

/** It needs a minimum of `calls` within a window; none if the minimum is 0. */
export function tripsWithin(
  field: string,
  calls: number,
  windowField: string,
  windowNs: Ns,
): Trips {
  const evidence = calls === 0 ? null : { field: [field], calls, windowField, windowNs };
  return { evidence, consecutive: null };
}

/** It opens after this many failures in a row; 0 turns the count off. */
export function tripsAfter(field: readonly string[], failures: number): Trips {
  return { evidence: null, consecutive: failures === 0 ? null : { field, failures } };
}
