import type { z } from 'zod';
import { partName } from '../../spec/plan/names.js';
import type { Plan, PlanEdge } from '../../spec/plan/plan.js';
import { formatDuration } from '../../spec/quantities/quantity-text.js';
import type { Layer, OutlierDetection } from '../../spec/scenario/policies.js';
import type { Scenario } from '../../spec/scenario/scenario.js';
import { SESSION } from '../../spec/scenario/sections.js';
import { connectionsText } from './connections-text.js';
import { edgeVersions } from './edge-versions.js';
import { configText, plainText } from './values.js';

/** Returns the schema of a layer's own fields; undefined for an unknown kind. */
export type SchemaOf = (policy: string, kind: string) => z.ZodType | undefined;

/** The layers of every call, outermost first, and its connection. */
export function edgeLines(plan: Plan, scenario: Scenario, schemaOf: SchemaOf): readonly string[] {
  const versions = edgeVersions(plan, scenario);
  // The calls of a scan differ only in their shard.
  const listed = plan.edges.filter(({ route }) => {
    if (route?.kind === 'copy') return route.shard <= 0;
    return route?.kind !== 'shard' || route.index === 0;
  });
  return listed.map((edge) => {
    const { id, layers } = plan.bundles[edge.bundle]!;
    const names = layers.map(layerName);
    const pool = edge.pool === null ? [] : [`pool (${plainText(edge.pool)})`];
    const own = [...names, ...pool, ...connectionsText(edge.connections)];
    const chain = [...own, ...sessionText(edge, plan)].join(' > ');
    const from = id === '' ? '' : `${onceText(plan, edge.once)}  [${id}]`;
    const outliers =
      edge.outlierDetection === null ? '' : outlierText(edge.outlierDetection, edge, schemaOf);
    const only = versions.get(edge);
    const of = only === undefined ? '' : ` (${only.join(', ')})`;
    return `${partName(plan, edge.from)}${of} -> ${partName(plan, edge.to)}: ${chain === '' ? 'no policy' : chain}${outliers}${from}`;
  });
}

/** The connection of a database call, unless it is its own one to the only node. */
function sessionText({ session, route }: PlanEdge, { keys }: Plan): readonly string[] {
  const over =
    session === SESSION.holds
      ? ['held until the commit']
      : session === SESSION.inside
        ? ['over the transaction']
        : [];
  if (route === null) return over;
  const { kind } = route;
  if (kind === 'shard') return [...over, 'at each shard'];
  if (kind === 'copy') {
    const copy = route.write ? 'the primary' : 'a copy in sync';
    if (route.key < 0) return [...over, `at ${copy} of each shard`];
    return [...over, `at ${copy} of the shard of ${keys[route.key]!.name}`];
  }
  if (kind === 'shardOf') return [...over, `at the shard of ${keys[route.key]!.name}`];
  const limit = kind === 'replicaIfLag' ? `(${formatDuration(route.maxLagNs)})` : '';
  return [...over, `at ${kind}${limit}`];
}

/** `; outlierDetection(envoy): consecutive5xx: 5, interval: 10s, ...; panic below 50%`. */
function outlierText(
  { kind, config }: OutlierDetection,
  { panic }: PlanEdge,
  schemaOf: SchemaOf,
): string {
  const schema = schemaOf('outlierDetection', kind);
  const text = schema === undefined ? plainText(config) : configText(schema, config);
  return `; outlierDetection(${kind}): ${text}; panic below ${Math.round(panic * 1000) / 10}%`;
}

/** `retry`, or `retry(envoy)` where the kind has a name other than the policy. */
export function layerName({ policy, kind }: Layer): string {
  return kind === policy ? policy : `${policy}(${kind})`;
}

/** ` (once per request for 1d)` for a call that a key limits to one execution. */
export function onceText(plan: Plan, once: number): string {
  if (once < 0) return '';
  const { key, windowNs } = plan.onces[once]!;
  return ` (once per ${plan.keys[key]!.name} for ${formatDuration(windowNs)})`;
}
