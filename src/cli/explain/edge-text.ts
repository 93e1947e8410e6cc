import { balancerKind, outlierKind } from '../../patterns/registry.js';
import { calleeName, partName } from '../../contracts/plan/names.js';
import type { Plan, PlanEdge } from '../../contracts/plan/plan.js';
import type { PlanConnections } from '../../contracts/plan/connections.js';
import type { Layer, LoadBalancing } from '../../contracts/scenario/policies.js';
import type { Scenario } from '../../contracts/scenario/scenario.js';
import { SESSION } from '../../contracts/scenario/sections.js';
import { all, fieldsText, setFieldsText } from './fields.js';
import { storeFields } from './gateway-text.js';
import { bySource, callText, configText, layerSchema, plainText, quantityText } from './values.js';
import { OP } from '../../contracts/plan/program.js';
import { INSTRUCTION_WIDTH } from '../../contracts/plan/program-ends.js';

/** The layers of every call, outermost first, and its connection. */
export function edgeLines(plan: Plan, scenario: Scenario): readonly string[] {
  const versions = edgeVersions(plan, scenario);
  // The calls of a scan differ only in their shard.
  const listed = plan.edges.filter(({ route }) => {
    if (route?.kind === 'copy') return route.shard <= 0;
    return route?.kind !== 'shard' || route.index === 0;
  });
  return listed.map((edge) => {
    const { id, layers } = plan.bundles[edge.bundle]!;
    const pool = edge.pool === null ? [] : [`pool (${fieldsText(edge.pool)})`];
    const own = [...layers.map(layerName), ...pool, ...connectionsText(edge.connections)];
    const chain = [...own, ...sessionText(edge, plan)].join(' > ');
    const from = id === '' ? '' : `${onceText(plan, edge.once)}  [${id}]`;
    const only = versions.get(edge);
    const of = only === undefined ? '' : ` (${only.join(', ')})`;
    return `${partName(plan, edge.from)}${of} -> ${calleeName(plan, edge)}.${plan.parts[edge.to]!.name}: ${chain === '' ? 'no policy' : chain}${outlierText(edge)}${from}`;
  });
}

/** The cost of opening connections, and their limits. The page of the protocol describes what the server does. */
function connectionsText(connections: PlanConnections | null): readonly string[] {
  if (connections === null) return [];
  const { multiplexed, tlsTrips, mutual, shared } = connections;
  const where = shared ? 'shared by all instances' : 'to each instance';
  const both = mutual ? ', both sides show a certificate' : '';
  const text = fieldsText(connections, {
    ...all('hidden', 'multiplexed tlsTrips mutual shared server'),
    ...(multiplexed ? {} : all('hidden', 'maxStreams')),
  });
  return [`connections (${where}, opening takes ${1 + tlsTrips} RTT${both}, ${text})`];
}

/** The connection of a database call, unless it is a separate one to the only node. */
function sessionText({ session, route }: PlanEdge, { keys }: Plan): readonly string[] {
  const over =
    session === SESSION.holds
      ? ['held until the commit']
      : session === SESSION.inside
        ? ['over the transaction']
        : [];
  return route === null ? over : [...over, `at ${placeText(route, keys)}`];
}

function placeText(route: NonNullable<PlanEdge['route']>, keys: Plan['keys']): string {
  const ofKey = (key: number): string => `the shard of ${keys[key]!.name}`;
  if (route.kind === 'shard') return 'each shard';
  if (route.kind === 'shardOf') return ofKey(route.key);
  if (route.kind === 'copy') {
    const copy = route.write ? 'the primary' : 'a copy in sync';
    return `${copy} of ${route.key < 0 ? 'each shard' : ofKey(route.key)}`;
  }
  const { client: _client, ...own } = route;
  return callText(own);
}

/** `; outlierDetection(envoy): consecutive5xx: 5, interval: 10s, ...; panic below 50%`. */
function outlierText({ outlierDetection, panic }: PlanEdge): string {
  if (outlierDetection === null) return '';
  const { kind, config } = outlierDetection;
  const text = configText(outlierKind(kind)?.schema, config);
  return `; outlierDetection(${kind}): ${text}; panic below ${quantityText(panic, 'share')}`;
}

/** `leastRequest { choices: 2 } by connection`. */
export function balancingText({ kind, config, common }: LoadBalancing): string {
  const { level, ...rest } = common;
  const own = configText(balancerKind(kind)?.schema, config);
  const words = [own, setFieldsText(rest, { panicThreshold: 'ifGiven' })].filter(Boolean);
  const fields = words.length === 0 ? '' : ` { ${words.join(', ')} }`;
  return `${kind}${fields}${level === 'connection' ? ' by connection' : ''}`;
}

/** The layers of each bundle in use: its order, then every setting with its source. */
export function bundleLines(plan: Plan): readonly string[] {
  return plan.bundles.flatMap(({ id, layers, order, client }) => {
    if (layers.length === 0) return [];
    const from = order === 'written' ? 'user' : order === 'default' ? 'default' : `preset ${order}`;
    const chain = layers.map(layerName).join(' > ');
    return [
      `${id}: ${chain} (order: ${from}${client === undefined ? '' : `, client: ${client}`})`,
      ...layers.map((layer, index) => `${id} ${index + 1}. ${sourcesText(layer)}`),
    ];
  });
}

/** `circuitBreaker(gobreaker): maxRequests: 3 (user); timeout: 60s, scope: instance (default)`. */
export function sourcesText(layer: Layer, shared = sharedFields(layer)): string {
  const schema = layerSchema(layer);
  const fields = { ...(layer.config as object), ...shared };
  const { user, rest } = bySource(fields, layer.written);
  const textOf = (config: object, source: string): readonly string[] => {
    const words = configText(schema, config);
    return words === '' ? [] : [`${words} (${source})`];
  };
  const writer = layer.preset === undefined ? 'user' : `preset ${layer.preset}`;
  const parts = [...textOf(user, writer), ...textOf(withoutWritten(rest, user), 'default')];
  return `${layerName(layer)}: ${parts.join('; ')}`;
}

/** Defaults without those of limits that were set inside a block, such as `http1MaxPendingRequests` in `http`. */
function withoutWritten(rest: object, user: object): object {
  const blocks = Object.values(user).filter((value) => typeof value === 'object' && value !== null);
  const written = new Set(blocks.flatMap((block) => Object.keys(block as object)));
  return Object.fromEntries(Object.entries(rest).filter(([key]) => !written.has(key)));
}

/** The fields that every layer of a call has. */
function sharedFields({ scope, per, key, store, dryRun }: Layer): object {
  return {
    scope,
    per,
    ...(key === null ? {} : { key }),
    ...(store === null ? {} : { store: storeFields(store) }),
    ...(dryRun ? { dryRun } : {}),
  };
}

/** `retry`, or `retry(envoy)` where the kind has a name other than the policy. */
function layerName({ policy, kind, isProxy }: Layer): string {
  const name = kind === policy ? policy : `${policy}(${kind})`;
  return isProxy === true ? `proxy ${name}` : name;
}

/** ` (once per request for 1d)` for a call that a key limits to one execution. */
export function onceText(plan: Plan, once: number): string {
  if (once < 0) return '';
  const { key, windowNs } = plan.onces[once]!;
  return ` (once per ${plan.keys[key]!.name} for ${plainText(windowNs, 'windowNs')})`;
}

/** For calls that only some versions of their caller make: these versions, in the order of the file. */
function edgeVersions(plan: Plan, scenario: Scenario): ReadonlyMap<PlanEdge, readonly string[]> {
  const { code } = plan.program;
  const found = new Map<PlanEdge, Set<number>>();
  /** The blocks of versions around an instruction, innermost last. */
  const blocks: { readonly version: number; readonly until: number }[] = [];
  for (let at = 0; at < code.length; at += INSTRUCTION_WIDTH) {
    const [op, a, b] = code.subarray(at, at + INSTRUCTION_WIDTH);
    while (blocks.length > 0 && at >= blocks[blocks.length - 1]!.until) blocks.pop();
    if (op === OP.VERSION) blocks.push({ version: a!, until: b! * INSTRUCTION_WIDTH });
    if (op !== OP.CALL && op !== OP.BEGIN) continue;
    const edge = plan.edges[a!]!;
    const makers = found.get(edge) ?? new Set<number>();
    found.set(edge, makers);
    const block = blocks[blocks.length - 1];
    if (block !== undefined) makers.add(block.version);
    else for (const number of withoutSteps(plan, scenario, edge)) makers.add(number);
  }
  return new Map([...found].flatMap(([edge, makers]) => namesOf(plan, edge, makers)));
}

/** Versions without steps of the service itself at the part that makes a call. */
function withoutSteps(
  plan: Plan,
  { services, gateways }: Scenario,
  { from }: PlanEdge,
): readonly number[] {
  const { component, name } = plan.parts[from]!;
  const owner = plan.components[component]!.name;
  const versions = (services.get(owner) ?? gateways.get(owner))?.versions ?? null;
  if (versions === null) return [];
  const others = versions.others.flatMap(({ endpoints, outbound, middleware }, index) =>
    endpoints.has(name) || outbound.size > 0 || middleware !== null ? [] : [index + 1],
  );
  return [0, ...others];
}

function namesOf(
  plan: Plan,
  edge: PlanEdge,
  makers: ReadonlySet<number>,
): readonly (readonly [PlanEdge, readonly string[]])[] {
  const { versions } = plan.components[plan.parts[edge.from]!.component]!;
  if (versions === null || makers.size === versions.names.length) return [];
  return [[edge, versions.names.filter((_, number) => makers.has(number))]];
}
