import { formatDuration } from '../../spec/quantities/quantity-text.js';
import type { Plan, PlanComponent } from '../../spec/plan/plan.js';
import { formatSize } from '../../spec/quantities/size-text.js';
import { whatIfText } from '../../report/what-if.js';
import type { Layer, LoadBalancing, LimiterStore } from '../../spec/scenario/policies.js';
import type { Host } from '../../spec/scenario/host.js';
import { cacheLines } from './cache-text.js';
import { chainLines, sizeLines } from './chain-text.js';
import { databaseLines } from './database-text.js';
import { edgeLines, layerName, onceText } from './edge-text.js';
import type { SchemaOf } from './edge-text.js';
import { messageLines } from './message-text.js';
import { gatewayLines } from './gateway-text.js';
import { platformLines, processLines } from './process-text.js';
import { queueLines } from './queue-text.js';
import { projectionLines, storeLines } from './stores-text.js';
import { sagaLines } from './saga-text.js';
import { versionLines } from './version-text.js';
import type { Scenario, ScenarioFile } from '../../spec/scenario/scenario.js';
import type { Queue, Shed } from '../../spec/scenario/resources.js';
import { bySource, configText, plainText, sorted } from './values.js';

/**
 * A scenario after defaults, templates and patches: run, components, workloads, faults, and the layers of every edge,
 * outermost first. The first variant is printed in full, the others as differences from it.
 */
export function scenarioText(
  path: string,
  file: ScenarioFile,
  plans: readonly Plan[],
  schemaOf: SchemaOf,
): string {
  const first = sectionsOf(file.variants[0]!.scenario, plans[0]!, schemaOf);
  const whatIf = whatIfText(file.whatIf);
  const heading = `${file.title}\n${path}\n${whatIf === null ? '' : `${whatIf}\n`}`;
  const parts = [heading, variantText(file.variants[0]!.name, first)];
  file.variants.slice(1).forEach(({ name }, index) => {
    const sections = sectionsOf(file.variants[index + 1]!.scenario, plans[index + 1]!, schemaOf);
    parts.push(variantText(name, differences(first, sections, file.variants[0]!.name)));
  });
  return parts.join('\n');
}

/** Lines by their heading. */
type Sections = ReadonlyMap<string, readonly string[]>;

function variantText(name: string, sections: Sections): string {
  const blocks = [...sections].map(([heading, lines]) =>
    [`  ${heading}`, ...lines.map((line) => `    ${line}`)].join('\n'),
  );
  return `variant ${name}\n${blocks.join('\n')}\n`;
}

function sectionsOf(scenario: Scenario, plan: Plan, schemaOf: SchemaOf): Sections {
  return new Map(
    [
      ['run', runLines(scenario)] as const,
      ['platform', platformLines(scenario)] as const,
      [
        'components',
        plan.components.filter(isPlaced).map((one) => componentLine(scenario, plan, one)),
      ] as const,
      ['gateways', gatewayLines(scenario)] as const,
      ['processes', processLines(scenario)] as const,
      ['versions', versionLines(scenario)] as const,
      ['databases', databaseLines(scenario)] as const,
      ['admission, in this order', admissionLines(scenario, schemaOf)] as const,
      ['endpoints with limits of their own', endpointLines(scenario)] as const,
      ['queues and buses', queueLines(scenario)] as const,
      ['sagas', sagaLines(scenario)] as const,
      ['caches', cacheLines(scenario)] as const,
      ['messages', messageLines(scenario)] as const,
      ['workloads', workloadLines(scenario)] as const,
      ['network', networkLines(scenario)] as const,
      ['middleware, in the order in which a request meets it', chainLines(scenario)] as const,
      ['sizes', sizeLines(scenario)] as const,
      ['event stores', storeLines(scenario)] as const,
      ['projections', projectionLines(scenario)] as const,
      ['edges, outermost layer first', edgeLines(plan, scenario, schemaOf)] as const,
      ['bundles', bundleLines(plan, schemaOf)] as const,
      ['faults', faultLines(scenario)] as const,
    ].filter(([, lines]) => lines.length > 0),
  );
}

/** Lines that the first variant does not have and, with a minus, those that only it has. */
function differences(first: Sections, other: Sections, firstName: string): Sections {
  const changed = new Map<string, readonly string[]>();
  for (const heading of new Set([...first.keys(), ...other.keys()])) {
    const before = first.get(heading) ?? [];
    const now = other.get(heading) ?? [];
    const lines = [
      ...before.filter((line) => !now.includes(line)).map((line) => `- ${line}`),
      ...now.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
    ];
    if (lines.length > 0) changed.set(heading, lines);
  }
  if (changed.size === 0) return new Map([[`as ${firstName}`, []]]);
  return new Map([[`as ${firstName}, except`, []], ...changed]);
}

function runLines({ run }: Scenario): readonly string[] {
  return [
    `duration ${formatDuration(run.durationNs)}, warmup ${formatDuration(run.warmupNs)}, ` +
      `drain ${run.drainNs === null ? 'none' : formatDuration(run.drainNs)}, ` +
      `timeline ${formatDuration(run.stepNs)}, seed ${run.seed}, ` +
      `replications ${run.replications}, maxEvents ${run.maxEvents}`,
  ];
}

function isPlaced(component: PlanComponent): boolean {
  return component.kind !== 'workload' && component.instances > 0;
}

function componentLine(scenario: Scenario, plan: Plan, component: PlanComponent): string {
  const { queue, cpu, loadBalancing } = component;
  const quota = cpu.quota === null ? '' : `, quota ${plainText(cpu.quota)}`;
  const parts = plan.parts.slice(component.firstPart, component.firstPart + component.parts);
  return (
    `${component.name}: ${component.kind}, replicas ${component.initial}, ` +
    `concurrency ${limit(component.concurrency)}, ` +
    `queue ${queueText(queue)}, ` +
    `cpu ${limit(cpu.cores)} ${cpu.discipline}${quota}, ${component.runtime}, ` +
    `loadBalancing ${balancing(loadBalancing)}, cancellation ${component.cancellation}` +
    `${protocolText(scenario, component.name)}; ` +
    parts.map(({ name, once }) => `${name}${onceText(plan, once)}`).join(' ')
  );
}

function queueText(queue: Queue): string {
  const wait = queue.maxWaitNs === null ? '' : `, at most ${formatDuration(queue.maxWaitNs)}`;
  return `${limit(queue.capacity)} ${queue.discipline}${disciplineText(queue)}${wait}`;
}

function disciplineText(queue: Queue): string {
  switch (queue.discipline) {
    case 'adaptiveLifo': {
      const target = queue.targetNs === null ? 'none' : formatDuration(queue.targetNs);
      return ` (interval ${formatDuration(queue.intervalNs)}, target ${target})`;
    }
    case 'codel':
      return ` (target ${formatDuration(queue.targetNs)}, interval ${formatDuration(queue.intervalNs)})`;
    case 'fair':
      return ` (key ${queue.key})`;
    case 'fifo':
    case 'lifo':
    case 'priority':
      return '';
  }
}

/** Limits that apply to requests before the queue of a component. */
function admissionLines({ services, gateways }: Scenario, schemaOf: SchemaOf): readonly string[] {
  return sorted(new Map<string, Host>([...services, ...gateways])).flatMap(
    ([name, { admission }]) => {
      if (admission === null) return [];
      const { shed, rateLimit, concurrencyLimit } = admission;
      const limits = [rateLimit, concurrencyLimit].filter((layer) => layer !== null);
      // The state always belongs to the instance, so the scope is not shown.
      const parts = limits.map((layer) => layerText(layer, schemaOf, {}));
      return [`${name}: ${[...(shed === null ? [] : [shedText(shed)]), ...parts].join(' > ')}`];
    },
  );
}

function shedText({ kind, ...fields }: Shed): string {
  return `shed(${kind}): ${plainText(fields)}`;
}

/** Endpoints with settings besides their steps. */
function endpointLines({ services }: Scenario): readonly string[] {
  return sorted(services).flatMap(([service, { endpoints }]) =>
    sorted(endpoints).flatMap(([name, { concurrency, timeLimitNs, priority }]) => {
      const words = [
        ...(concurrency === null ? [] : [`concurrency ${plainText(concurrency.config)}`]),
        ...(timeLimitNs === null ? [] : [`timeLimit ${formatDuration(timeLimitNs)}`]),
        ...(priority === null ? [] : [`priority ${priority}`]),
      ];
      return words.length === 0 ? [] : [`${service}.${name}: ${words.join(', ')}`];
    }),
  );
}

function protocolText({ services, gateways }: Scenario, name: string): string {
  const protocol = services.get(name)?.protocol ?? gateways.get(name)?.protocol ?? null;
  if (protocol === null) return '';
  const { closes, ...fields } = protocol;
  const limits = Object.entries(closes ?? {}).filter(([, it]) => it !== null && it !== Infinity);
  return `, protocol ${plainText({ ...fields, ...Object.fromEntries(limits) })}`;
}

function balancing({ kind, config, common }: LoadBalancing): string {
  const { panicThreshold, failTrafficOnPanic, zoneAware, subset, level } = common;
  const text = plainText({
    ...(config as object),
    ...(panicThreshold === null ? {} : { panicThreshold }),
    ...(failTrafficOnPanic ? { failTrafficOnPanic } : {}),
    ...(zoneAware === null ? {} : { zoneAware }),
    ...(subset === null ? {} : { subset }),
  });
  const by = level === 'connection' ? ' by connection' : '';
  return text === '{}' ? `${kind}${by}` : `${kind} ${text}${by}`;
}

function limit(count: number): string {
  return count === Infinity ? 'unlimited' : String(count);
}

function workloadLines({ workloads }: Scenario): readonly string[] {
  return sorted(workloads).map(([name, workload]) => {
    const requests = workload.requests.map(({ name: request, weight, patience, priority }) => {
      const gives = patience === null ? '' : `, patience ${formatDuration(patience.afterNs)}`;
      const level = priority === 0 ? '' : `, priority ${priority}`;
      return `${request} (weight ${weight}${level}${gives})`;
    });
    return `${name}: ${plainText(workload.arrivals)}; ${requests.join('; ')}`;
  });
}

function networkLines({ network }: Scenario): readonly string[] {
  const { bandwidth } = network;
  const limit = bandwidth === Infinity ? '' : `, bandwidth ${formatSize(bandwidth)}/s`;
  const lines = [`latency ${plainText(network.latency)}, loss ${plainText(network.loss)}${limit}`];
  for (const { between, latency, loss, bandwidth: own, oneWay } of network.links) {
    const arrow = oneWay ? '->' : '<->';
    const width =
      own === null ? {} : { bandwidth: own === Infinity ? own : `${formatSize(own)}/s` };
    const settings = plainText({ latency, loss, ...width });
    lines.push(`${between[0]} ${arrow} ${between[1]}: ${settings}`);
  }
  return lines;
}

/** The layers of each bundle in use: its order, then every setting with its source. */
function bundleLines(plan: Plan, schemaOf: SchemaOf): readonly string[] {
  return plan.bundles.flatMap(({ id, layers, order }) => {
    if (layers.length === 0) return [];
    const from = order === 'written' ? 'user' : order === 'default' ? 'default' : `preset ${order}`;
    const chain = layers.map(layerName).join(' > ');
    return [
      `${id}: ${chain} (order: ${from})`,
      ...layers.map((layer, index) => `${id} ${index + 1}. ${layerText(layer, schemaOf)}`),
    ];
  });
}

/** `circuitBreaker(gobreaker): maxRequests: 3 (user); timeout: 60s, scope: instance (default)`. */
function layerText(layer: Layer, schemaOf: SchemaOf, shared = sharedFields(layer)): string {
  const schema = schemaOf(layer.policy, layer.kind);
  const { user, rest: unwritten } = bySource(
    { ...(layer.config as object), ...shared },
    layer.written,
  );
  const rest = withoutWritten(unwritten, user);
  const textOf = (config: object, source: string): readonly string[] => {
    if (Object.keys(config).length === 0) return [];
    const words = schema === undefined ? plainText(config) : configText(schema, config);
    return words === '' ? [] : [`${words} (${source})`];
  };
  const writer = layer.preset === undefined ? 'user' : `preset ${layer.preset}`;
  return `${layerName(layer)}: ${[...textOf(user, writer), ...textOf(rest, 'default')].join('; ')}`;
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

/** A store, as a scenario would write it. */
function storeFields({ latency, of, onError, cacheNs }: LimiterStore): object {
  const asked = of === null ? {} : { of: `${of.component}.${of.part ?? ''}`, onError };
  return { latency, ...asked, ...(cacheNs === null ? {} : { cache: cacheNs }) };
}

function faultLines({ faults }: Scenario): readonly string[] {
  return faults.map(({ id, kind, target, between, config, spans, share }) => {
    const where =
      between === null ? target.join(', ') : between.map((side) => side.join(', ')).join(' | ');
    const when = spans.map(({ fromNs, untilNs }) =>
      untilNs === null
        ? `from ${formatDuration(fromNs)}`
        : `${formatDuration(fromNs)} to ${formatDuration(untilNs)}`,
    );
    const part = share === 1 ? '' : `, share ${share}`;
    return `${id}: ${kind} of ${where}, ${when.join('; ')}${part} ${plainText(config)}`;
  });
}
