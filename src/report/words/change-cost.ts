import type { ChangedSetting } from '../../contracts/result/counterfactual.js';
import { parseDuration } from '../../contracts/quantities/quantity-text.js';

/** What a value of a setting costs that no figure of a run counts; an added value counts as a smaller one. */
interface Cost {
  readonly less?: (value: string) => string;
  readonly more?: (value: string) => string;
}

const BACK = (value: string): string => `messages of a lost consumer back after ${value}`;
const TWICE = (value: string): string => `messages that take longer than ${value} handled twice`;
const GIVEN_UP = (value: string): string => `messages given up after ${value} deliveries`;

/** By the end of the path. A run has the faults of the scenario: what else a setting is there for costs nothing in it. */
const COSTS: readonly (readonly [field: RegExp, cost: Cost])[] = [
  [
    /\.lockTimeout$/u,
    { less: (value) => `statements that fail after a wait of ${value} for a lock` },
  ],
  [/\.ttl$/u, { more: (value) => `values up to ${value} old` }],
  [
    /\.failover(\.detect)?$/u,
    {
      less: (value) => `a failover after a pause of ${/[\d.]+[a-z]+/u.exec(value)?.[0] ?? value}`,
      more: (value) => `a lost primary noticed after ${value}`,
    },
  ],
  [
    /\.serveStale$/u,
    { less: (value) => (value === 'true' ? 'expired addresses while the registry has none' : '') },
  ],
  [
    /\.sessionTimeout$/u,
    {
      less: (value) => `a rebalance after a pause of ${value}`,
      more: (value) => `a lost consumer noticed after ${value}`,
    },
  ],
  [/\.(visibilityTimeout|ackWait)$/u, { less: TWICE, more: BACK }],
  [/\.(maxReceiveCount|maxDeliver|deliveryLimit)$/u, { less: GIVEN_UP }],
  [
    /\.probes\.liveness\.\w+$/u,
    {
      less: () => 'restarts after a shorter failure',
      more: () => 'hung instances restarted later',
    },
  ],
  [
    /\.(probes\.readiness|healthChecks)\.\w+$/u,
    {
      less: () => 'instances left out after a shorter failure',
      more: () => 'failing instances left out later',
    },
  ],
  [
    /\.outlierDetection\.consecutive5xx(Errors)?$/u,
    {
      less: () => 'instances ejected after fewer errors',
      more: () => 'failing instances ejected later',
    },
  ],
  [/\.autoscaling\.min$/u, { more: (value) => `at least ${value} instances at quiet times` }],
  [
    /\.minReady$/u,
    { more: (value) => `a release that waits ${value} for each group of instances` },
  ],
];

/** Policies that are there for the failures of other days. */
const PROTECTION = /\.(retry|hedge|circuitBreaker|bulkhead|throttle|concurrencyLimit|rateLimit)$/u;

/** `values up to 240s old`, of a longer time to live; empty for settings without such a cost. */
export function costWords({
  path,
  from,
  to,
}: Pick<ChangedSetting, 'path' | 'from'> & { readonly to: string | null }): string {
  if (to === null) {
    const policy = PROTECTION.exec(path)?.[1];
    return policy === undefined ? '' : `no ${policy} on other days`;
  }
  const cost = COSTS.find(([field]) => field.test(path))?.[1];
  if (cost === undefined) return '';
  const isMore = from === null ? cost.less === undefined : quantityOf(to) > quantityOf(from);
  return (isMore ? cost.more : cost.less)?.(to) ?? '';
}

/** A number or a time in ns; 0 for what is neither, such as a switch. */
function quantityOf(value: string): number {
  if (/^[\d.]+[a-z]+$/u.test(value)) return parseDuration(value);
  return Number(value.replace('%', '')) || 0;
}
