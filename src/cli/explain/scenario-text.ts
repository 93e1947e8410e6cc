import { faultKind } from '../../patterns/registry.js';
import { whatIfText } from '../../report/what-if.js';
import type { Arrivals } from '../../spec/scenario/arrivals.js';
import type { Plan } from '../../spec/plan/plan.js';
import type { Cpu, Queue } from '../../spec/scenario/resources.js';
import type { Fault, Host, Request, Scenario, ScenarioFile } from '../../spec/scenario/scenario.js';
import { list } from '../../text/words.js';
import { databaseLines } from './database-text.js';
import { balancingText, bundleLines, edgeLines, onceText, sourcesText } from './edge-text.js';
import { all, fieldsText, kindText, setFieldsText } from './fields.js';
import { gatewayLines, middlewareLines } from './gateway-text.js';
import { platformLines, processLines } from './process-text.js';
import { brokerLines, messageLines, outboxLines } from './queue-text.js';
import { sagaLines } from './saga-text.js';
import { stepLines } from './step-text.js';
import { cacheLines, projectionLines, storeLines } from './stores-text.js';
import { callText, configText, lines, plainText, sorted } from './values.js';
import { versionLines } from './version-text.js';

/**
 * A scenario after defaults, templates and patches: run, components, workloads, faults, and the layers of every edge,
 * outermost first. The first variant is printed in full, the others as differences from it.
 */
export function scenarioText(path: string, file: ScenarioFile, plans: readonly Plan[]): string {
  const first = sectionsOf(file.variants[0]!.scenario, plans[0]!);
  const whatIf = whatIfText(file.whatIf);
  const heading = `${file.title}\n${path}\n${whatIf === null ? '' : `${whatIf}\n`}`;
  const parts = [heading, variantText(file.variants[0]!.name, first)];
  file.variants.slice(1).forEach(({ name }, index) => {
    const sections = sectionsOf(file.variants[index + 1]!.scenario, plans[index + 1]!);
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

function sectionsOf(scenario: Scenario, plan: Plan): Sections {
  const sections: readonly (readonly [heading: string, lines: readonly string[]])[] = [
    ['run', [fieldsText(scenario.run)]],
    ['platform', platformLines(scenario)],
    ['components', componentLines(scenario, plan)],
    ['processes', processLines(scenario)],
    ['versions', versionLines(scenario)],
    ['endpoints', endpointLines(scenario)],
    ['gateways', gatewayLines(scenario)],
    ['middleware, in the order in which a request meets it', middlewareLines(scenario)],
    ['admission, in this order', admissionLines(scenario)],
    ['databases', databaseLines(scenario)],
    ['caches', cacheLines(scenario)],
    ['event stores', storeLines(scenario)],
    ['projections', projectionLines(scenario)],
    ['brokers', brokerLines(scenario)],
    ['topics and queues', messageLines(scenario)],
    ['outboxes', outboxLines(scenario)],
    ['sagas', sagaLines(scenario)],
    ['steps that use caches, topics, queues, event stores and views', stepLines(scenario)],
    ['workloads', workloadLines(scenario)],
    ['network', networkLines(scenario)],
    ['edges, outermost layer first', edgeLines(plan, scenario)],
    ['bundles', bundleLines(plan)],
    ['faults', scenario.faults.map(faultLine)],
  ];
  return new Map(sections.filter(([, lines]) => lines.length > 0));
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

function componentLines({ services, gateways }: Scenario, plan: Plan): readonly string[] {
  const placed = plan.components.filter((one) => one.kind !== 'workload' && one.instances > 0);
  return placed.map(({ name, ...own }) => {
    const { kind, initial: replicas, concurrency, queue, cpu } = own;
    const { runtime, loadBalancing, cancellation, firstPart, parts } = own;
    const protocol = (services.get(name) ?? gateways.get(name))?.protocol ?? null;
    const text = fieldsText(
      {
        ...{ kind, replicas, concurrency, queue, cpu },
        ...{ runtime, loadBalancing, cancellation, protocol },
      },
      { queue: queueText, cpu: cpuText, loadBalancing: balancingText, protocol: protocolText },
    );
    const named = plan.parts.slice(firstPart, firstPart + parts);
    const words = named.map((part) => `${part.name}${onceText(plan, part.once)}`).join(' ');
    return `${name}: ${text}${words === '' ? '' : `; ${words}`}`;
  });
}

function queueText({ capacity, discipline, ...rest }: Queue): string {
  return `${plainText(capacity)} ${kindText(discipline, setFieldsText(rest))}`;
}

function cpuText({ cores, discipline, ...rest }: Cpu): string {
  return `${plainText(cores)} ${kindText(discipline, setFieldsText(rest))}`;
}

/** The limits by which the server closes connections are shown where they are set. */
function protocolText(protocol: Host['protocol']): string | null {
  if (protocol === null) return null;
  const { closes, kind, ...own } = protocol;
  return kindText(kind, [fieldsText(own), setFieldsText({ ...closes })].filter(Boolean).join(', '));
}

/** Limits that apply to requests before the queue of a component. */
function admissionLines({ services, gateways }: Scenario): readonly string[] {
  const hosts = new Map<string, Host>([...services, ...gateways]);
  return sorted(hosts).flatMap(([name, { admission }]) => {
    if (admission === null) return [];
    const { shed, rateLimit, concurrencyLimit } = admission;
    const limits = [rateLimit, concurrencyLimit].filter((layer) => layer !== null);
    // The state always belongs to the instance, so the scope is not shown.
    const parts = limits.map((layer) => sourcesText(layer, {}));
    const shedding = shed === null ? [] : [`shed ${fieldsText(shed)}`];
    return [`${name}: ${[...shedding, ...parts].join(' > ')}`];
  });
}

/** Settings of endpoints besides their steps. */
function endpointLines({ services }: Scenario): readonly string[] {
  return sorted(services).flatMap(([service, { endpoints }]) =>
    lines(endpoints, (own) =>
      setFieldsText(own, { ...all('hidden', 'steps', 'once'), priority: 'ifGiven' }),
    ).map((line) => `${service}.${line}`),
  );
}

function workloadLines({ workloads }: Scenario): readonly string[] {
  return lines(workloads, ({ arrivals, requests, startNs, stopNs, ...rest }) => {
    const times = { start: plainText(startNs, 'startNs'), stop: plainText(stopNs, 'stopNs') };
    const more = setFieldsText({ ...times, ...rest }, { policy: 'hidden' });
    return [arrivalsText(arrivals), more, ...requests.map(requestText)].filter(Boolean).join('; ');
  });
}

/** The numbers of open arrivals are rates, those of closed ones users. */
function arrivalsText({ kind, ...own }: Arrivals): string {
  if ('rate' in own) return callText({ kind, ...own });
  const stages = 'stages' in own ? own.stages : [];
  const ramps = stages.map(({ target, ...ramp }) => ({ ...ramp, target: `${target}/s` }));
  const words = all('rate', 'base', 'peak', 'mean', 'amplitude', 'start');
  return kindText(kind, setFieldsText({ ...own, stages: ramps }, words));
}

function requestText({ name, ...own }: Request): string {
  const text = setFieldsText(own, {
    steps: 'hidden',
    patience: (it) => it && `${plainText(it.afterNs, 'afterNs')}${it.cancel ? ' and cancels' : ''}`,
  });
  return `${name} (${text})`;
}

function networkLines({ network }: Scenario): readonly string[] {
  const { links, zones, ...own } = network;
  const words = { latency: 'ifGiven', loss: 'share', bandwidth: 'bandwidth' } as const;
  const set = [...zones].filter(([, zone]) => zone.latency !== null || zone.loss !== null);
  return [
    fieldsText({ ...own, zones: new Map(set) }, { ...words, zones: 'ifSet' }),
    ...links.map(({ between: [a, b], oneWay, ...link }) => {
      return `${a} ${oneWay ? '->' : '<->'} ${b}: ${fieldsText(link, words)}`;
    }),
  ];
}

/** `payments-slow: slow of payments from 10s to 30s, factor: 10`. */
function faultLine({ id, kind, target, between, config, spans, when, ...rest }: Fault): string {
  const where =
    between === null ? target.join(', ') : between.map((side) => side.join(', ')).join(' | ');
  const times = spans.map(({ fromNs, untilNs }) => {
    const until = untilNs === null ? 'on' : `to ${plainText(untilNs, 'untilNs')}`;
    return `${plainText(fromNs, 'fromNs')} ${until}`;
  });
  const starts =
    when === null
      ? `from ${list(times)}`
      : `when ${when.text}, count: ${when.count}, for: ${plainText(when.lengthNs, 'Ns')}`;
  const more = setFieldsText(rest, {
    ...(rest.share === 1 ? all('hidden', 'share') : all('share', 'share')),
    ...(rest.probability === 1 ? all('hidden', 'probability') : all('share', 'probability')),
    instances: (own) => (own.kind === 'all' ? null : plainText(Object.values(own)[1])),
  });
  const words = [more, configText(faultKind(kind)?.schema, config)].filter(Boolean);
  return [`${id}: ${kind} of ${where} ${starts}`, ...words].join(', ');
}
