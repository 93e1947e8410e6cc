import type { z } from 'zod';
import { formatDuration } from '../../spec/quantity-text.js';
import { formatSize } from '../../spec/size-text.js';
import { chainLines, sizeLines } from './chain-text.js';
import type { Plan, PlanComponent } from '../../spec/plan.js';
import type { Layer, LoadBalancing, Scenario, ScenarioFile } from '../../spec/scenario.js';
import { bySource, configText, plainText } from './values.js';

/** Gives the schema of a layer's own fields; undefined for a kind it does not know. */
export type SchemaOf = (policy: string, kind: string) => z.ZodType | undefined;

/**
 * What a scenario comes to after defaults, templates and patches: run, components, workloads, faults,
 * and the layers of every edge, outermost first. The first variant is written out, the others say what
 * differs from it.
 */
export function scenarioText(
  path: string,
  file: ScenarioFile,
  plans: readonly Plan[],
  schemaOf: SchemaOf,
): string {
  const first = sectionsOf(file.variants[0]!.scenario, plans[0]!, schemaOf);
  const parts = [`${file.title}\n${path}\n`, variantText(file.variants[0]!.name, first)];
  file.variants.slice(1).forEach(({ name }, index) => {
    const sections = sectionsOf(file.variants[index + 1]!.scenario, plans[index + 1]!, schemaOf);
    parts.push(variantText(name, differences(first, sections, file.variants[0]!.name)));
  });
  return parts.join('\n');
}

/** Heading -> lines. */
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
      [
        'components',
        plan.components.filter(isPlaced).map((one) => componentLine(plan, one)),
      ] as const,
      ['workloads', workloadLines(scenario)] as const,
      ['network', networkLines(scenario)] as const,
      ['middleware, in the order in which a request meets it', chainLines(scenario)] as const,
      ['sizes', sizeLines(scenario)] as const,
      ['edges, outermost layer first', edgeLines(plan)] as const,
      ['bundles', bundleLines(plan, schemaOf)] as const,
      ['faults', faultLines(scenario)] as const,
    ].filter(([, lines]) => lines.length > 0),
  );
}

/** Lines that the first variant does not have, and with a minus those that only it has. */
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
  return component.kind !== 'workload';
}

function componentLine(plan: Plan, component: PlanComponent): string {
  const { queue, cpu, loadBalancing } = component;
  const quota = cpu.quota === null ? '' : `, quota ${plainText(cpu.quota)}`;
  const wait = queue.maxWaitNs === null ? '' : `, at most ${formatDuration(queue.maxWaitNs)}`;
  const parts = plan.parts.slice(component.firstPart, component.firstPart + component.parts);
  return (
    `${component.name}: ${component.kind}, replicas ${component.instances}, ` +
    `concurrency ${limit(component.concurrency)}, ` +
    `queue ${limit(queue.capacity)} ${queue.discipline}${wait}, ` +
    `cpu ${limit(cpu.cores)} ${cpu.discipline}${quota}, ${component.runtime}, ` +
    `loadBalancing ${balancing(loadBalancing)}, cancellation ${component.cancellation}; ` +
    parts.map(({ name }) => name).join(' ')
  );
}

function balancing({ kind, config }: LoadBalancing): string {
  const text = plainText(config);
  return text === '{}' ? kind : `${kind} ${text}`;
}

function limit(count: number): string {
  return count === Infinity ? 'unlimited' : String(count);
}

function workloadLines({ workloads }: Scenario): readonly string[] {
  return sorted(workloads).map(([name, workload]) => {
    const requests = workload.requests.map(({ name: request, weight, patience }) => {
      const gives = patience === null ? '' : `, patience ${formatDuration(patience.afterNs)}`;
      return `${request} (weight ${weight}${gives})`;
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

function edgeLines(plan: Plan): readonly string[] {
  return plan.edges.map((edge) => {
    const { id, layers } = plan.bundles[edge.bundle]!;
    const names = layers.map(layerName);
    const pool = edge.pool === null ? [] : [`pool (${plainText(edge.pool)})`];
    const chain = [...names, ...pool].join(' > ');
    const from = id === '' ? '' : `  [${id}]`;
    return `${partName(plan, edge.from)} -> ${partName(plan, edge.to)}: ${chain === '' ? 'no policy' : chain}${from}`;
  });
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
function layerText(layer: Layer, schemaOf: SchemaOf): string {
  const schema = schemaOf(layer.policy, layer.kind);
  const { scope, per, dryRun } = layer;
  const shared = { scope, per, ...(dryRun ? { dryRun } : {}) };
  const { user, rest } = bySource({ ...(layer.config as object), ...shared }, layer.written);
  const textOf = (config: object, source: string): readonly string[] => {
    if (Object.keys(config).length === 0) return [];
    const words = schema === undefined ? plainText(config) : configText(schema, config);
    return words === '' ? [] : [`${words} (${source})`];
  };
  return `${layerName(layer)}: ${[...textOf(user, 'user'), ...textOf(rest, 'default')].join('; ')}`;
}

function layerName({ policy, kind }: Layer): string {
  return kind === policy ? policy : `${policy}(${kind})`;
}

function partName(plan: Plan, part: number): string {
  const { component, name } = plan.parts[part]!;
  return `${plan.components[component]!.name}.${name}`;
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

function sorted<T>(map: ReadonlyMap<string, T>): readonly (readonly [string, T])[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
