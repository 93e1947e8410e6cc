import { Ids } from '../../src/telemetry/ids.js';
import { otlp } from '../../src/telemetry/otlp.js';
import { addPartial } from '../../src/telemetry/partial.js';
import { runPlan } from '../support/built.js';
import { plansOf } from '../theory/program.js';
import { SETTINGS } from './export.js';

/** A span of an OTLP file, with the attributes of its process. */
export interface Told {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly from: bigint;
  readonly until: bigint;
  readonly isError: boolean;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly resource: Readonly<Record<string, string | number | boolean>>;
}

type Pairs = readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];

interface Line {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: Pairs };
    readonly scopeSpans: readonly {
      readonly spans: readonly (Pick<
        Told,
        'traceId' | 'spanId' | 'parentSpanId' | 'name' | 'kind'
      > & {
        readonly startTimeUnixNano: string;
        readonly endTimeUnixNano: string;
        readonly attributes: Pairs;
        readonly status: { readonly code?: number };
        readonly links?: Told['links'];
      })[];
    }[];
  }[];
}

/** All spans of an OTLP file. */
export function toldIn(text: string): readonly Told[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.flatMap((line) =>
    (JSON.parse(line) as Line).resourceSpans.flatMap(({ resource, scopeSpans }) =>
      scopeSpans.flatMap(({ spans }) =>
        spans.map((span) => ({
          traceId: span.traceId,
          spanId: span.spanId,
          ...(span.parentSpanId === undefined ? {} : { parentSpanId: span.parentSpanId }),
          name: span.name,
          kind: span.kind,
          from: BigInt(span.startTimeUnixNano),
          until: BigInt(span.endTimeUnixNano),
          isError: span.status.code === 2,
          links: span.links ?? [],
          attributes: plain(span.attributes),
          resource: plain(resource.attributes),
        })),
      ),
    ),
  );
}

function plain(pairs: Pairs): Told['attributes'] {
  return Object.fromEntries(
    pairs.map(({ key, value }) => {
      const [[type, own]] = Object.entries(value) as [[string, string | number | boolean]];
      return [key, type === 'intValue' ? Number(own) : own];
    }),
  );
}

/** The spans of the first replication of a variant, by default the first one, and the traces that lack spans. */
export function spansOf(
  scenario: string,
  variant?: string,
): {
  readonly spans: readonly Told[];
  readonly partial: ReadonlySet<string>;
} {
  const partial = new Set<string>();
  let text = '';
  const exporter = otlp.create(SETTINGS);
  const [own] = plansOf(scenario, variant === undefined ? {} : { variant }).plans;
  const plan = { ...own!, traceShare: 1 };
  const ids = new Ids(plan, 0);
  exporter.begin({ plan, replication: 0, journal: [] });
  runPlan(plan, 0, (rows) => {
    text += exporter.rows(rows);
    const roots = new Set<number>();
    addPartial(roots, rows);
    for (const root of roots) partial.add(ids.trace(root));
  });
  return { spans: toldIn(text), partial };
}

const [INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER] = [1, 2, 3, 4, 5];

/** What a span must not be, as sentences. `parent` is null for a root, or if it is missing. */
type Law = (
  span: Told,
  parent: Told | null,
  find: (spanId: string) => Told | null,
) => string | null;

const LAWS: readonly Law[] = [
  ({ from, until }) => (until < from ? 'ends before it begins' : null),
  ({ from }, parent) => (parent !== null && from < parent.from ? 'begins before its parent' : null),
  ({ kind }, parent) =>
    kind === SERVER && parent !== null && parent.kind !== CLIENT
      ? 'a server without a client'
      : null,
  ({ kind }, parent) =>
    parent?.kind === CLIENT && kind !== SERVER && !isAppend(parent)
      ? 'child of a client, and not its server'
      : null,
  ({ kind, resource, attributes, name }, parent) =>
    name.startsWith('router ') && kind === CLIENT
      ? parent !== null &&
        (parent.kind !== SERVER ||
          parent.attributes['component'] !== 'proxy' ||
          serviceOf(parent.resource) !== serviceOf(resource) ||
          parent.resource['service.instance.id'] !== resource['service.instance.id'])
        ? 'a try that is not below the request of its proxy'
        : null
      : kind === CLIENT && attributes['component'] === 'proxy'
        ? 'a client span of a proxy that is no try'
        : null,
  ({ kind, resource }, parent) =>
    kind === SERVER &&
    parent !== null &&
    !/-(?:proxy|waypoint)$/.test(serviceOf(resource)) &&
    (parent.attributes['server.address'] ?? parent.attributes['upstream_cluster']) !==
      serviceOf(resource)
      ? 'not the server that its client called'
      : null,
  ({ resource, kind }, parent) =>
    kind === CLIENT && parent?.kind === CLIENT && serviceOf(resource) === serviceOf(parent.resource)
      ? 'child of a client in the same service'
      : null,
  ({ isError, attributes }) =>
    attributes['component'] !== 'proxy' && isError === (attributes['error.type'] === undefined)
      ? 'error and error.type differ'
      : null,
  ({ kind, isError, attributes }) =>
    attributes['component'] === 'proxy' &&
    isError !==
      (attributes['error'] === 'true' ||
        Number(attributes['http.status_code']) >= (kind === SERVER ? 500 : 400))
      ? 'error and the tags of Envoy differ'
      : null,
  ({ kind, isError, attributes }) => {
    const status = attributes['http.response.status_code'];
    if (typeof status !== 'number') return null;
    const least = kind === SERVER ? 500 : 400;
    return isError === status >= least ? null : `status ${status}, error ${isError}`;
  },
  ({ attributes, name }) => {
    const route = attributes['http.route'] ?? attributes['url.template'];
    const method = attributes['http.request.method'];
    return method === undefined || name === `${method} ${route}` ? null : `name ${name}`;
  },
  ({ kind, isError, attributes, name }) => {
    const code = attributes['rpc.status_code'];
    if (code === undefined) return null;
    if (name !== attributes['rpc.method']) return `name ${name}`;
    return isError === (kind === SERVER ? OF_SERVER.has(String(code)) : code !== 'OK')
      ? null
      : `code ${code}, error ${isError}`;
  },
  ({ attributes }) => unknownIn(attributes) ?? missingIn(attributes),
  ({ kind, resource }, parent) =>
    kind !== INTERNAL &&
    parent?.kind !== INTERNAL &&
    !serviceOf(resource).endsWith('-waypoint') &&
    resource['service.instance.id'] === undefined
      ? 'no instance'
      : null,
  ({ resource }) => {
    const id = resource['service.instance.id'];
    const service = serviceOf(resource).replace(/-proxy$/, '');
    return id === undefined || String(id).startsWith(`${service}[`) ? null : `instance ${id}`;
  },
  ({ kind, attributes }) =>
    kind === PRODUCER && !/^(send|create)$/.test(String(attributes['messaging.operation.type']))
      ? 'a producer that sends nothing'
      : null,
  ({ kind, attributes }) =>
    (kind === PRODUCER || kind === CONSUMER) &&
    (attributes['messaging.system'] === undefined ||
      attributes['messaging.destination.name'] === undefined ||
      attributes['messaging.operation.name'] === undefined)
      ? 'no system, destination or operation of messaging'
      : null,
  ({ kind, links, parentSpanId, attributes }) => {
    if (kind !== CONSUMER)
      return links.length === 0 ? null : 'links of a span that handles nothing';
    if (links.length !== Number(attributes['messaging.batch.message_count'] ?? 1)) {
      return `${links.length} links`;
    }
    const parent = links.length === 1 ? links[0]!.spanId : undefined;
    return parentSpanId === parent ? null : 'parent and link differ';
  },
  ({ kind, links }, _, find) =>
    kind === CONSUMER && links.map(({ spanId }) => find(spanId)).some((own) => !publishes(own))
      ? 'linked to a span that publishes nothing'
      : null,
  ({ attributes }) => {
    const system = attributes['db.system.name'] ?? attributes['messaging.system'] ?? 'generic';
    return SYSTEMS.has(String(system)) ? null : `system ${system}`;
  },
  ({ attributes }) => {
    const again = attributes['http.request.resend_count'] ?? 1;
    return Number.isInteger(again) && Number(again) >= 1 ? null : `resend_count ${again}`;
  },
  ({ attributes }) =>
    attributes['faultline.outcome'] === 'unfinished' ? 'exported though it had not ended' : null,
];

/** Codes that are errors of a gRPC server. Source: OpenTelemetry semantic conventions, docs/rpc/grpc.md. */
const OF_SERVER: ReadonlySet<string> = new Set([
  ...['UNKNOWN', 'DEADLINE_EXCEEDED', 'UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS'],
]);

/** An attribute of the conventions, of Envoy or of the simulation that has another name or type, as a sentence. */
function unknownIn(attributes: Told['attributes']): string | null {
  for (const [name, value] of Object.entries(attributes)) {
    if (TYPES[name] === undefined) return `attribute ${name} does not exist`;
    if (typeof value !== TYPES[name]) return `attribute ${name} is a ${typeof value}`;
  }
  return null;
}

/**
 * Attributes of spans with their types. Sources: the registry of the OpenTelemetry semantic conventions 1.44; Envoy,
 * source/common/tracing/common_values.h, whose values are all text.
 */
const TYPES: Readonly<Record<string, string>> = {
  ...typed('number', [
    ...['http.response.status_code', 'http.request.resend_count', 'messaging.batch.message_count'],
    ...['faultline.attempt', 'faultline.delivery'],
    ...['faultline.queue.duration', 'faultline.policies.duration'],
  ]),
  ...typed('string', [
    ...['http.request.method', 'http.route', 'url.path', 'url.scheme', 'url.template'],
    ...[
      'server.address',
      'network.protocol.version',
      'network.transport',
      'http.method',
      'error.type',
      'faultline.outcome',
    ],
    ...['rpc.system.name', 'rpc.method', 'rpc.status_code'],
    ...['db.system.name', 'db.operation.name'],
    ...['messaging.system', 'messaging.destination.name', 'messaging.consumer.group.name'],
    ...['messaging.operation.name', 'messaging.operation.type'],
    ...['messaging.destination.subscription.name'],
    ...['component', 'upstream_cluster', 'upstream_cluster.name', 'http.protocol', 'error'],
    ...['http.status_code', 'grpc.status_code', 'response_flags', 'retry.count'],
    ...['canceled', 'error.reason'],
  ]),
};

function typed(type: string, names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name) => [name, type]));
}

/** An attribute without which one of its kind is not allowed, as a sentence. */
function missingIn(attributes: Told['attributes']): string | null {
  for (const [mark, ...others] of NEEDED) {
    if (attributes[mark!] === undefined) continue;
    const missing = others.find((name) => attributes[name] === undefined);
    if (missing !== undefined) return `${mark} without ${missing}`;
  }
  return null;
}

/** What spans of each kind need besides their first attribute. Sources: as above. */
const NEEDED: readonly (readonly string[])[] = [
  ['http.request.method', 'server.address'],
  ['http.route', 'http.request.method'],
  ['rpc.system.name', 'rpc.method', 'rpc.status_code', 'server.address'],
  ['db.system.name', 'server.address'],
  ['messaging.system', 'messaging.destination.name', 'messaging.operation.name'],
  ['messaging.destination.name', 'messaging.operation.type'],
  ['component', 'http.status_code', 'response_flags'],
  ['upstream_cluster', 'upstream_cluster.name'],
  ['network.transport', 'server.address'],
  ['http.method', 'component'],
];

/** Whether a span gives others something to handle: an event store is read by those that handle its events. */
function publishes(span: Told | null): boolean {
  return span === null || span.kind === PRODUCER || isAppend(span);
}

function isAppend({ attributes }: Told): boolean {
  return attributes['db.operation.name'] === 'append';
}

/** Products of the conventions and, after the line, of the scenario language. */
const SYSTEMS: ReadonlySet<string> = new Set([
  ...['postgresql', 'mysql', 'mongodb', 'redis', 'elasticsearch', 'aws.dynamodb', 'memcached'],
  ...['kafka', 'rabbitmq', 'aws_sqs'],
  ...['generic', 'nats', 'cdn', 'eventstoredb', 'axonserver'],
]);

function serviceOf(resource: Told['resource']): string {
  return String(resource['service.name']);
}

/** The laws that spans break, each with a span that breaks it and how many do. */
export function brokenLaws(
  spans: readonly Told[],
  partial: ReadonlySet<string>,
): readonly string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const broken = new Map<string, number>();
  const add = ({ name, kind, resource }: Told, what: string): void => {
    const text = `${serviceOf(resource)} ${kind} "${name}": ${what}`;
    broken.set(text, (broken.get(text) ?? 0) + 1);
  };
  if (byId.size !== spans.length) broken.set('a span id occurs twice', spans.length - byId.size);
  const find = (id: string): Told | null => byId.get(id) ?? null;
  for (const span of spans) {
    const { parentSpanId, traceId, links } = span;
    const parent = parentSpanId === undefined ? null : find(parentSpanId);
    if (parentSpanId !== undefined && parent === null && !partial.has(traceId)) {
      add(span, 'its parent does not exist');
    }
    if (parent !== null && parent.traceId !== traceId) add(span, 'parent in another trace');
    for (const link of links) {
      if (find(link.spanId) === null && !partial.has(link.traceId)) add(span, 'link to nothing');
    }
    for (const law of LAWS) {
      const what = law(span, parent, find);
      if (what !== null) add(span, what);
    }
  }
  return [...broken].map(([text, times]) => `${text} (${times})`);
}
