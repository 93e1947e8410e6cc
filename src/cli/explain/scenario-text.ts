import { faultKind } from '../../patterns/registry.js';
import { whatIfText } from '../../report/words/what-if.js';
import type { Plan } from '../../contracts/plan/plan.js';
import type { Arrivals } from '../../contracts/scenario/arrivals.js';

import type { Endpoint, Service } from '../../contracts/scenario/services.js';
import type { Fault, Gateway, Scenario, ScenarioFile } from '../../contracts/scenario/scenario.js';
import type { Request, Workload } from '../../contracts/scenario/workloads.js';
import type { ProxyCost } from '../../contracts/scenario/mesh.js';
import type { Bundle } from '../../contracts/scenario/steps.js';
import type { Host } from '../../contracts/scenario/host.js';
import { asLines, type Lines } from '../../text/line.js';
import { formatDuration } from '../../contracts/quantities/quantity-text.js';
import { list } from '../../text/words.js';
import { databaseLines } from './database-text.js';
import { balancingText, bundleLines, edgeLines, onceText, sourcesText } from './edge-text.js';
import { all, braced, fieldsText, leadText, setFieldsText } from './fields.js';
import { gatewayLines, middlewareLines } from './gateway-text.js';
import { platformText, processText } from './process-text.js';
import { holderLines } from './queue-text.js';
import { sagaLines } from './saga-text.js';
import { stepLines } from './step-text.js';
import { variantLines, type Sections } from './sections.js';
import { cacheLines, projectionText, storeText } from './stores-text.js';
import { callText, configText, lines, plainText } from './values.js';
import { versionProcesses, versionText } from './version-text.js';

/**
 * A scenario after defaults, templates and patches: run, components, workloads, faults, and the layers of every edge,
 * outermost first. The first variant is printed in full, the others as differences from it.
 */
export function scenarioText(path: string, file: ScenarioFile, plans: readonly Plan[]): Lines {
  const whatIf = whatIfText(file.whatIf);
  const heading = [file.title, path, ...(whatIf === null ? [] : [whatIf]), ''];
  const variants = file.variants.map(({ name, scenario }, at) => ({
    name,
    sections: sectionsOf(scenario, plans[at]!),
  }));
  return asLines([...heading, ...variantLines(variants)]);
}

/** The sections of a variant that have lines. */
function sectionsOf(scenario: Scenario, plan: Plan): Sections {
  const { services, gateways, faults, run, platform } = scenario;
  const hosts = new Map<string, Gateway | Service>([...services, ...gateways]);
  const sections: readonly (readonly [heading: string, lines: readonly string[]])[] = [
    ['run', [fieldsText(run)]],
    ['platform', [platformText(platform)].filter(Boolean)],
    ['mesh', meshLines(scenario)],
    ['components', componentLines(scenario, plan)],
    ['processes', lines(hosts, processText)],
    ['versions', [...lines(hosts, versionsText), ...[...hosts.values()].flatMap(versionProcesses)]],
    ['endpoints', lines(services, endpointLines)],
    ['gateways', lines(gateways, gatewayLines)],
    ['middleware, in the order in which a request meets it', lines(hosts, middlewareLines)],
    ['admission, in this order', lines(hosts, admissionText)],
    ['databases', lines(scenario.databases, databaseLines)],
    ['caches', lines(scenario.caches, cacheLines)],
    ['event stores', lines(scenario.eventStores, storeText)],
    ['projections', lines(scenario.projections, projectionText)],
    [
      'registries',
      lines(scenario.registries, ({ kind, options }) => fieldsText({ kind, ...options })),
    ],
    [
      'discovery',
      lines(hosts, ({ discovery }) => (discovery === null ? '' : fieldsText(discovery))),
    ],
    ['brokers', lines(scenario.brokers, ({ kind, options }) => fieldsText({ kind, ...options }))],
    ['topics', lines(scenario.topics, holderLines)],
    ['queues', lines(scenario.queues, holderLines)],
    ['outboxes', lines(services, ({ outbox }) => (outbox === null ? '' : fieldsText(outbox)))],
    ['sagas', lines(scenario.sagas, sagaLines)],
    ['steps that use caches, topics, queues, event stores and views', stepLines(scenario)],
    ['workloads', lines(scenario.workloads, workloadText)],
    ['network', networkLines(scenario)],
    ['edges, outermost layer first', edgeLines(plan, scenario)],
    ['bundles', bundleLines(plan)],
    ['faults', faults.map(faultLine)],
    ['alerts', alertLines(scenario)],
  ];
  return new Map(sections.filter(([, lines]) => lines.length > 0));
}

/** Each alert as the query that is asked. */
function alertLines({ alerts }: Scenario): readonly string[] {
  if (alerts === undefined) return [];
  return alerts.groups.flatMap(({ rules }) =>
    rules.map(({ name, expr, forNs }) => {
      const wait = forNs === 0 ? '' : `, for ${formatDuration(forNs)}`;
      return `${name}: ${expr.replace(/\s+/g, ' ').trim()}${wait}`;
    }),
  );
}

function versionsText({ versions }: Pick<Service, 'versions'>): string {
  return versions === null ? '' : versionText(versions);
}

function meshLines({ mesh }: Scenario): readonly string[] {
  if (mesh === undefined) return [];
  const { routes } = mesh;
  const bundle = (own: Bundle | null): string | null => own?.id ?? null;
  const own = fieldsText(mesh, {
    services: (names) => `[ ${names.join(' ')} ]`,
    policy: bundle,
    loadBalancing: (kind) => kind && balancingText(kind),
    ...all('hidden', 'balanced byWaypoints'),
    outbound: (all) =>
      all.size === 0 ? null : braced([...all].map(([to, { id }]) => `${to}: ${id}`).join(', ')),
    proxy: (cost) => braced(costText(cost)),
    waypoint: (cost) =>
      cost && braced(`services: [ ${cost.services.join(' ')} ], ${costText(cost)}`),
    routes: 'hidden',
    configPropagation: 'ifGiven',
  });
  const ways = [...routes].flatMap(([service, list]) =>
    list.map(({ name, headers, to }) => {
      const match = [...headers].map(([header, values]) => `${header}: ${values.join(' or ')}`);
      const targets = to.map(({ service, weight }) => `${service} ${weight}`);
      const when = match.length === 0 ? 'all' : match.join(', ');
      return `route of ${service}, ${name}: ${when} -> ${targets.join(', ')}`;
    }),
  );
  return [own, ...ways];
}

function costText({ work, latency, workers }: ProxyCost): string {
  return fieldsText({ work, latency, concurrency: workers });
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
      {
        queue: () => leadText(queue, ['capacity', 'discipline']),
        cpu: () => leadText(cpu, ['cores', 'discipline']),
        loadBalancing: balancingText,
        protocol: () =>
          protocol &&
          leadText(
            { ...protocol, closes: undefined, ...protocol.closes },
            ['kind'],
            all('ifGiven', 'tls handshakeWork workPerKiB maxConnectionAgeGraceNs'),
          ),
      },
    );
    const named = plan.parts.slice(firstPart, firstPart + parts);
    const words = named.map((part) => `${part.name}${onceText(plan, part.once)}`).join(' ');
    return `${name}: ${text}${words === '' ? '' : `; ${words}`}`;
  });
}

/** Limits that apply to requests before the queue of a component. */
function admissionText({ admission }: Host): string {
  if (admission === null) return '';
  const { shed, rateLimit, concurrencyLimit } = admission;
  const limits = [rateLimit, concurrencyLimit].filter((layer) => layer !== null);
  // The state always belongs to the instance, so the scope is not shown.
  const parts = limits.map((layer) => sourcesText(layer, {}));
  return [...(shed === null ? [] : [`shed ${fieldsText(shed)}`]), ...parts].join(' > ');
}

/** Settings of endpoints besides their steps. */
function endpointLines({ endpoints }: Service): readonly string[] {
  const textOf = (own: Endpoint): string =>
    setFieldsText(own, {
      ...all('hidden', 'steps once'),
      ...(own.requestBytes + own.responseBytes > 0
        ? all('always', 'requestBytes responseBytes')
        : {}),
      priority: 'ifGiven',
    });
  return lines(endpoints, textOf).map((line) => `.${line}`);
}

function workloadText({ arrivals, requests, startNs, stopNs, ...rest }: Workload): string {
  const times = { start: plainText(startNs, 'startNs'), stop: plainText(stopNs, 'stopNs') };
  const more = setFieldsText({ ...times, ...rest }, { policy: 'hidden' });
  return [arrivalsText(arrivals), more, ...requests.map(requestText)].filter(Boolean).join('; ');
}

/** The numbers of open arrivals are rates, those of closed ones users. */
function arrivalsText(own: Arrivals): string {
  if ('rate' in own) return callText(own);
  const ramps = 'stages' in own ? own.stages : [];
  const stages = ramps.map(({ target, ...ramp }) => ({ ...ramp, target: `${target}/s` }));
  const rates = all('rate', 'base peak mean amplitude start');
  const words = { ...rates, ...all('ifSet', 'stages ramp requests'), ...all('hidden', 'kind') };
  return `${own.kind} { ${fieldsText<object>({ ...own, stages }, words)} }`;
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
    `default: ${fieldsText({ ...own, zones: new Map(set) }, { ...words, zones: 'ifSet' })}`,
    ...links.map(({ between: [a, b], oneWay, ...link }) => {
      return `${a} ${oneWay ? '->' : '<->'} ${b}: ${fieldsText(link, words)}`;
    }),
  ];
}

/** `when shop.queue > 10`, or `5m after alerts.page fires`. */
function beginsText({ text, alert }: NonNullable<Fault['when']>): string {
  return (alert?.delayNs ?? 0) === 0
    ? `when ${text}`
    : `${plainText(alert!.delayNs, 'delayNs')} after ${text}`;
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
      : `${beginsText(when)}, count: ${when.count}, for: ${plainText(when.lengthNs, 'Ns')}`;
  const more = setFieldsText(rest, {
    ...all(rest.share === 1 ? 'hidden' : 'share', 'share'),
    ...all(rest.probability === 1 ? 'hidden' : 'share', 'probability'),
    instances: (own) => (own.kind === 'all' ? null : plainText(Object.values(own)[1])),
    mitigated: (by) =>
      by === undefined ? null : `{ alert: ${by.name}, after: ${plainText(by.delayNs, 'delayNs')} }`,
  });
  const words = [more, configText(faultKind(kind)?.schema, config)].filter(Boolean);
  return [`${id}: ${kind} of ${where} ${starts}`, ...words].join(', ');
}
