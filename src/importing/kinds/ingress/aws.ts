import type { Cell } from '../../cell.js';
import { REASON } from '../../reasons.js';
import type { Component, System } from '../../system.js';
import { from, map, type Written } from '../../written.js';
import { secondsOf } from '../kubernetes/quantities.js';
import { byDefault, GENERIC, type Controller, type Find } from './controller.js';
import { bySession } from '../sticky.js';

const CHECKS =
  'other components call the service too, and would check it as well: write `healthChecks` of the service';

const CHECKED = [
  'healthcheck-interval-seconds',
  'healthcheck-timeout-seconds',
  'healthy-threshold-count',
  'unhealthy-threshold-count',
] as const;

/**
 * Application Load Balancer of AWS: an idle time of 60 s, and no retries. Source: aws-load-balancer-controller,
 * guide/ingress/annotations; Elastic Load Balancing, load balancer attributes.
 */
export const awsLoadBalancer: Controller = {
  ...GENERIC,
  named: /^alb$|ingress\.k8s\.aws/,
  prefix: 'alb.ingress.kubernetes.io/',
  group: 'group.name',
  pattern: (path) => path,
  deciding: ['load-balancer-attributes', 'target-group-attributes'],
  bundle(find, system) {
    const cell = find('load-balancer-attributes');
    const seconds = attributeOf(cell, 'idle_timeout.timeout_seconds');
    const timeout = seconds === undefined ? byDefault('60s', 'ALB') : from(`${seconds}s`, cell);
    return map({ timeout, loadBalancing: balancingOf(find('target-group-attributes'), system) });
  },
  settle(find, component, system) {
    system.later('policies', () => addChecks(find, component, system));
  },
  reasons: [
    ...CHECKED.map((name) => [name, CHECKS] as const),
    ['healthcheck-', 'what a check asks is not simulated: it asks whether the process answers'],
    ['success-codes', 'what a check asks is not simulated: it asks whether the process answers'],
    ['target-type', 'a call reaches an instance, whatever is between'],
    ['target-group-attributes', 'round robin is the default; other attributes have no counterpart'],
    ['load-balancer-attributes', 'only the idle time has a counterpart'],
    ['actions.', 'write the routes of the gateway: an action of its own is not read'],
    ['conditions.', 'write the routes of the gateway: a condition of its own is not read'],
    ['group.', REASON.name],
    ['load-balancer-name', REASON.name],
    ['tags', REASON.label],
    ['listen-ports', REASON.port],
    ['backend-protocol', REASON.port],
    ['ssl-redirect', 'a redirect reaches no service'],
    ['', REASON.security],
  ],
};

/** The value of an attribute in a list such as `a.b=1,c.d=2`. */
function attributeOf(cell: Cell | undefined, name: string): string | undefined {
  const pairs = (cell?.text() ?? '').split(',').map((pair) => pair.trim().split('='));
  return pairs.find(([key]) => key === name)?.[1]?.trim();
}

const ALGORITHMS: Readonly<Record<string, string>> = {
  least_outstanding_requests: 'leastConnections',
  weighted_random: 'random',
};

function balancingOf(cell: Cell | undefined, system: System): Written | undefined {
  if (cell === undefined) return undefined;
  if (attributeOf(cell, 'stickiness.enabled') === 'true') return bySession(cell, system);
  const kind = ALGORITHMS[attributeOf(cell, 'load_balancing.algorithm.type') ?? ''];
  return kind === undefined ? undefined : map({ kind: from(kind, cell) });
}

/** Its checks are those of all callers of a service, so that they count where no other component calls it. */
function addChecks(find: Find, component: Component, system: System): void {
  const [interval, timeout, healthy, unhealthy] = CHECKED.map(find);
  if ([interval, timeout, healthy, unhealthy].every((cell) => cell === undefined)) return;
  const callers = system.edges.filter(({ to }) => to === component);
  if (component.section !== 'services' || callers.some((one) => one.from.section !== 'gateways'))
    return;
  const count = (cell: Cell | undefined): Written => {
    const value = cell?.number() ?? 0;
    return value >= 1 ? from(value, cell) : byDefault(2, 'ALB');
  };
  component.fields.set(
    'healthChecks',
    map({
      interval: secondsOf(interval) ?? byDefault('15s', 'ALB'),
      timeout: secondsOf(timeout) ?? byDefault('5s', 'ALB'),
      unhealthyThreshold: count(unhealthy),
      healthyThreshold: count(healthy),
    }),
  );
}
