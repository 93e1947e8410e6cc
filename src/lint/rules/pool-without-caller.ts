import type { Finding, Rule } from '../rule.js';
import { yamlAt } from '../words.js';

/** A pool by the name of a caller that never uses it. */
export const poolWithoutCaller: Rule = {
  name: 'pool-without-caller',
  severity: 'warning',
  reason:
    'The pool is that of one caller, and this one never calls the component. Its size protects nothing, and the caller that was meant has the common pool.',
  remedy: 'Name the service that calls it, or remove the pool.',
  check({ scenario: { databases, eventStores }, namers }) {
    const own = [
      ...[...databases.values()].map((host) => ({ section: 'databases', host })),
      ...[...eventStores.values()].map((host) => ({ section: 'eventStores', host })),
    ];
    return own.flatMap(({ section, host: { name, pools } }) =>
      [...pools.keys()]
        .filter(
          (caller) =>
            !namers()
              .get(name)!
              .some((other) => other.name === caller),
        )
        .map((caller): Finding => ({
          path: [section, name, 'pools', caller],
          entities: [caller, name],
          message: `${caller} has a pool to ${name} and never uses it`,
          measured: '0 calls',
          limit: 'at least 1',
          fix: yamlAt([section, name, 'pools'], `${caller}: null`),
        })),
    );
  },
};
