import { field, time, type WayOut } from './product-words.js';

const POLICIES = 'timeout requesttimeout deadline retry retries circuitbreaker bulkhead hedge';

/** The policy that protects a call, with the time limit that was written. */
function policyWith(value: string | undefined, key: string): string {
  return /time|deadline/i.test(key)
    ? `policy: { timeout: ${time(value, '1s')} }`
    : 'policy: { timeout: 1s, retry: { attempts: 3 } }';
}

/** What protects a call, written at the component that it leads to. */
export const PROTECTED: WayOut = {
  keys: `${POLICIES} policy policies connections connectionpool`,
  because: 'a call is protected by the policy of its caller, at the step or per callee in outbound',
  write: policyWith,
};

export const OF_GATEWAYS: readonly WayOut[] = [
  {
    keys: POLICIES,
    because: 'the calls of a route are protected by its policy',
    write: (value, key) =>
      `routes: [ { match: { path: / }, to: shop.get, ${policyWith(value, key)} } ]`,
  },
];

/** Nothing but calls leads to databases and functions. */
export const OF_FUNCTIONS: readonly WayOut[] = [
  { ...PROTECTED, keys: `${PROTECTED.keys} ratelimit` },
];

export const OF_DATABASES: readonly WayOut[] = [
  {
    keys: 'connections',
    because: 'the connections that a server has for all of its callers are maxConnections',
    write: (value) => field('maxConnections', value ?? '100'),
  },
  ...OF_FUNCTIONS,
];
