import { z } from 'zod';
import { choice, flag } from '../../contracts/quantities/fields.js';
import type { Ns } from '../../kernel/time.js';
import { ADDRESS_KEY } from '../../contracts/patterns/policy.js';
import type { PolicyKind, PolicyProblem } from '../../contracts/patterns/policy.js';
import { durationOrNone, whole } from '../../contracts/quantities/quantities.js';
import { PERIODS, restNs, windowEnd } from '../mechanisms/calendar.js';
import { sharedCounters } from '../mechanisms/shared-counters.js';
import { callFields, limiterFields, metered, ruleOf, type Meter } from '../mechanisms/meters.js';
import { NodeCalls } from '../mechanisms/node-calls.js';

const schema = z.strictObject({
  second: limitOf('second'),
  minute: limitOf('minute'),
  hour: limitOf('hour'),
  day: limitOf('day'),
  month: limitOf('month (31, 28, 31, 30 days, as from January)'),
  year: limitOf('year (longer than any run)'),
  limitBy: choice(
    ['consumer', 'credential', 'ip', 'service', 'header', 'path'],
    'consumer',
  ).describe(
    'Calls counted together: those with the same value of `key` (consumer, credential, ' +
      'header, path; consumer without a key falls back to ip), from the same address (ip: a ' +
      'calling instance, or one of the `clients` of a workload that has them), or all ' +
      '(service). Unit: name. Defaults to consumer.',
  ),
  ...limiterFields,
});

type Config = z.output<typeof schema>;

const placeFields = {
  policy: choice(['local', 'cluster', 'redis'], 'local').describe(
    'Location of the counters. `local`: in the memory of each node. `cluster`: in a ' +
      'database shared by all nodes, read before the decision and incremented after it, so ' +
      'concurrent calls can pass uncounted. `redis`: in a shared store; the lookup itself ' +
      'counts the call, refused or not, so none passes uncounted. The nodes are the instances ' +
      'of the caller. Unit: name. Defaults to local.',
  ),
  syncRate: durationOrNone({ min: 20_000_000 })
    .prefault('none')
    .describe(
      'With redis: a node decides from a copy of the counters plus its own calls, and syncs ' +
        'with the store this long after the first of them. none (-1) asks the store for every ' +
        'call. Unit: duration, at least 20ms, or `none`. Defaults to none.',
    ),
  faultTolerant: flag(true).describe(
    'With cluster and redis: whether a call passes when the lookup in the `store` fails. ' +
      'With false a request is answered 500 and a call is refused. Unit: boolean. Defaults to ' +
      'true.',
  ),
};

type PlacedConfig = Config & z.output<z.ZodObject<typeof placeFields>>;

/** The limited periods and their limits. */
function limitsOf(config: Config): readonly (readonly [period: number, limit: number])[] {
  return PERIODS.flatMap((period, k) => {
    const limit = config[period];
    return limit === undefined ? [] : [[k, limit] as const];
  });
}

function limitOf(period: string) {
  return whole({ min: 1 })
    .optional()
    .describe(
      `Calls admitted per calendar ${period}; time 0, warm-up included, starts one. All ` +
        'limits that are set must admit a call; refused calls do not count. Unit: calls. ' +
        'Defaults to none.',
    );
}

/**
 * The counters of Kong's rate-limiting plugin with policy `local` or `cluster`. A call is admitted while every limit is
 * above its counter. A timer without delay increments the counters after all calls of the same instant are decided, so
 * calls that arrive together all pass or are all refused.
 */
class CalendarCounters implements Meter {
  private readonly periods: readonly number[];
  private readonly limits: Float64Array;
  private readonly used: Float64Array;
  private readonly ends: Float64Array;
  /** Calls admitted at `pendingAt` that no counter includes yet. */
  private pending = 0;
  private pendingAt: Ns = -1;

  constructor(config: Config) {
    const limits = limitsOf(config);
    this.periods = limits.map(([period]) => period);
    this.limits = Float64Array.from(limits, ([, limit]) => limit);
    this.used = new Float64Array(limits.length);
    this.ends = new Float64Array(limits.length);
  }

  take(now: Ns): Ns {
    if (now !== this.pendingAt) this.catchUp(now);
    for (let k = 0; k < this.limits.length; k++) {
      if (this.used[k] >= this.limits[k]) return -1;
    }
    this.pending++;
    return 0;
  }

  /** Time to the end of the longest exhausted period: the basis of Kong's Retry-After. */
  retryNs(now: Ns): Ns {
    let last = 0;
    for (let k = 0; k < this.limits.length; k++) {
      if (this.used[k] >= this.limits[k]) last = k;
    }
    return restNs(this.periods[last], now);
  }

  isIdle(now: Ns): boolean {
    for (let k = 0; k < this.ends.length; k++) if (this.ends[k] > now) return false;
    return true;
  }

  private catchUp(now: Ns): void {
    for (let k = 0; k < this.used.length; k++) {
      this.used[k] += this.pending;
      if (now < this.ends[k]) continue;
      this.used[k] = 0;
      this.ends[k] = windowEnd(this.periods[k], now);
    }
    this.pending = 0;
    this.pendingAt = now;
  }
}

/** The contradiction between `limitBy` and `key`; null if there is none. */
function identityProblem({ limitBy }: Config, key: string | null): string | null {
  const keyless = limitBy === 'ip' || limitBy === 'service';
  if (keyless && key !== null) return `limitBy: ${limitBy} does not use a key: remove one of them`;
  if (keyless || limitBy === 'consumer' || key !== null) return null;
  return `limitBy: ${limitBy} needs a key: write key: NAME`;
}

const kinds = metered<Config>((config) => new CalendarCounters(config));

/** `rateLimit` of kind `kong`: the rate-limiting plugin. */
export const rateLimitKong: PolicyKind<'rateLimit', typeof schema> = {
  kind: 'kong',
  summary:
    "Kong's rate-limiting plugin: limits per second to year, counted per node after the " +
    'decision, or in a store shared by all nodes.',
  sources: [
    'Kong/kong kong/plugins/rate-limiting handler.lua, policies/init.lua, policies/cluster.lua, schema.lua',
  ],
  schema,
  example: 'rateLimit: { kind: kong, second: 5, minute: 100 }\n',
  // Kong's limits are per key or address and calendar window, so they are not a rate.
  traits: () => ({ perSecond: null, steadyPerSecond: null, longestWaitNs: 0 }),
  readsClock: true,
  callFields: { ...callFields(true), ...placeFields },
  ...kinds,
  create: (config, setup) =>
    setup.node === null
      ? kinds.create(config, setup)
      : new NodeCalls(setup, setup.node, ruleOf(config)),
  serverFields: placeFields,
  nodes(config) {
    const { policy, syncRate } = config as PlacedConfig;
    return policy === 'redis' ? sharedCounters(limitsOf(config), syncRate) : null;
  },
  sharing(config) {
    const { policy, faultTolerant } = config as PlacedConfig;
    return policy === 'local'
      ? null
      : { scope: 'caller', onError: faultTolerant ? 'allow' : 'reject' };
  },
  splitBy: ({ limitBy }, key) => (limitBy === 'service' ? null : (key ?? ADDRESS_KEY)),
  check(config, _bundle, key = null): readonly PolicyProblem[] {
    const who = identityProblem(config, key);
    if (who !== null) return [{ field: 'limitBy', message: who }];
    const { policy, syncRate } = config as Partial<PlacedConfig>;
    if (policy !== undefined && policy !== 'redis' && syncRate !== null) {
      const message =
        'has no effect without redis, the only policy that syncs counters: write policy: redis';
      return [{ field: 'syncRate', message }];
    }
    const set = PERIODS.filter((period) => config[period] !== undefined);
    if (set.length === 0) {
      return [{ field: '', message: `no limit is set: write one of ${PERIODS.join(', ')}` }];
    }
    // As in Kong's schema: a limit above that of a longer period could never be reached.
    return set.slice(1).flatMap((period, k) => {
      const shorter = set.slice(0, k + 1).find((one) => config[one]! > config[period]!);
      if (shorter === undefined) return [];
      const message =
        `is below the limit per ${shorter}, which could never be reached: raise it or lower ` +
        `${shorter}`;
      return [{ field: period, message }];
    });
  },
};
