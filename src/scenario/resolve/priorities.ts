import {
  prioritiesSchema,
  type Priorities,
  type PriorityLabel,
} from '../../contracts/scenario/balancing.js';
import type { BalancingOutput } from '../schema/balancing.js';
import type { Cursor } from './context.js';

/** Resolves the levels of a balancing; null = none, undefined = not written. */
export function resolvePriorities(
  here: Cursor,
  output: BalancingOutput['priorities'],
): Priorities | null | undefined {
  if (output === undefined) return undefined;
  if (output === false) return null;
  const { backup, failover, failoverPriority, distribute, ...rest } =
    output === true ? prioritiesSchema.parse({}) : output;
  const wrong = (field: string, message: string): void => here.in(field).conflict(message);
  if (backup !== null) {
    for (const [other, value] of [
      ['failover', failover],
      ['failoverPriority', failoverPriority],
      ['distribute', distribute],
    ] as const) {
      if (value === null) continue;
      wrong(
        other,
        `backup makes two levels by instance, and ${other} is about places and labels: remove one of them`,
      );
      break;
    }
  }
  if (failoverPriority !== null && distribute !== null) {
    wrong(
      'failoverPriority',
      'distribute gives each zone its weight instead of levels: remove one of them, as Istio requires',
    );
  }
  const labels = (failoverPriority ?? []).map(labelOf);
  checkLabels(here.in('failoverPriority'), labels);
  if (distribute !== null && rest.switch === 'whenEmpty') {
    wrong(
      'switch',
      'distribute gives each zone its weight, and no zone waits for another: remove one of them',
    );
  }
  for (const [zone, order] of Object.entries(failover ?? {})) {
    const at = here.in('failover', zone);
    if (here.names.regions.has(zone)) {
      checkOrder(at, zone, order, 'region');
      continue;
    }
    checkOrder(at, zone, order, 'zone');
    if (distribute?.[zone] === undefined) continue;
    at.conflict(`distribute already says where calls from ${zone} go: remove one of them`);
  }
  for (const [zone, weights] of Object.entries(distribute ?? {})) {
    checkWeights(here.in('distribute', zone), zone, weights);
  }
  return {
    backup,
    failover: failover ?? {},
    ...(labels.length > 0 && { failoverPriority: labels }),
    distribute: distribute ?? {},
    ...rest,
  };
}

/** Labels that no component needs to write. */
const GIVEN = ['version', 'topology.kubernetes.io/zone', 'topology.kubernetes.io/region'];

/** Labels of Istio for places that do not exist here. */
const PLACES = /^topology\.istio\.io\/(network|cluster|subzone)$/;

function checkLabels(here: Cursor, labels: readonly PriorityLabel[]): void {
  labels.forEach(({ name }, index) => {
    const at = here.in(index);
    if (labels.findIndex((one) => one.name === name) < index) {
      at.conflict(`the label ${name} is named before, so this entry separates nothing: remove it`);
    } else if (PLACES.test(name) && !here.names.labels.has(name)) {
      at.remark(`no component has the label ${name}, so it is equal everywhere`);
    } else {
      const known = [...here.names.labels, ...GIVEN];
      at.isOneOf(name, known, `no service or gateway has the label ${name}`);
    }
  });
}

/** `label` or `label=value`. */
function labelOf(text: string): PriorityLabel {
  const at = text.indexOf('=');
  return at < 0
    ? { name: text, value: null }
    : { name: text.slice(0, at), value: text.slice(at + 1) };
}

/** Reports places that follow themselves, so that the order of levels has no end. */
function checkOrder(
  here: Cursor,
  zone: string,
  order: readonly string[],
  what: 'zone' | 'region',
): void {
  const known = [...(what === 'zone' ? here.names.zones : here.names.regions)];
  const isKnown = (at: Cursor, name: string): boolean =>
    at.isOneOf(name, known, `there is no ${what} ${name}`);
  isKnown(here, zone);
  order.forEach((next, index) => {
    if (!isKnown(here.in(index), next)) return;
    const before = [zone, ...order.slice(0, index)];
    if (!before.includes(next)) return;
    const message = `${[...before, next].join(' -> ')} is a cycle of priorities: name each ${what} once, and not that of the caller`;
    here.in(index).conflict(message);
  });
}

function checkWeights(here: Cursor, zone: string, weights: Readonly<Record<string, number>>): void {
  here.isZone(zone);
  for (const target of Object.keys(weights)) here.in(target).isZone(target);
  if (Object.values(weights).some((weight) => weight > 0)) return;
  here.conflict(`calls from ${zone} need a zone with a weight above 0`);
}
