import { textOf, type Json } from './json.js';
import { PROXY, SIDE, type Facts } from './span.js';

/**
 * Meaning of attributes. Sources: OpenTelemetry semantic conventions 1.44 and the older names that they replaced
 * (registry/attributes, deprecated), OpenTracing semantic conventions, Zipkin tags (openzipkin/zipkin, README of
 * brave's instrumentation), Envoy (source/common/tracing/common_values.h, tracer_impl.cc), Istio
 * (pilot/pkg/networking/core/tracing.go), Linkerd (linkerd2-proxy, app/src/trace_collector.rs, `trace_labels` of app/inbound). Shares of
 * samplers: Honeycomb (`SampleRate`), datadog-agent (pkg/trace/sampler), azure-sdk-for-python (monitor, `_SAMPLE_RATE_KEY`).
 */
export class FactsOf {
  private facts: Facts = none();
  private database = '';
  private databaseName = '';
  private messaging = '';
  private destination = '';
  private phase = '';
  private service = '';
  private host = '';
  private route = '';
  private operation = '';
  private method = '';
  private path = '';
  private errorType = '';
  private component = '';
  private node = '';
  private canonical = '';
  private direction = '';

  begin(): void {
    this.facts = none();
    this.database = this.databaseName = this.messaging = this.destination = this.phase = '';
    this.service = this.host = this.route = this.operation = '';
    this.method = this.path = this.errorType = '';
    this.component = this.node = this.canonical = this.direction = '';
  }

  add(key: string, value: Json): void {
    const take = READERS.get(key);
    if (take === undefined) return;
    const text = textOf(value);
    if (text !== '') take(this, text);
  }

  /** `service`: the one that made the span, as it names itself; `workload`: the one in whose pod that is. */
  end(name: string, service: string, workload: string): Facts {
    const { facts } = this;
    const cluster = /^(?:outbound|inbound)\|\d*\|[^|]*\|([^|;]*);?$/.exec(this.service);
    const peer = cluster === null ? this.service : cluster[1];
    this.endProxy(name, service, workload);
    if (this.database !== '') {
      facts.store = peer || this.host || this.databaseName || this.database;
      facts.operation = this.operation || firstWord(name);
    } else if (this.messaging !== '') {
      facts.isMessaging = true;
      facts.system = this.messaging;
      facts.store = this.destination || this.messaging;
      facts.phase = this.phase;
    } else if (this.route !== '') {
      facts.operation = this.method === '' ? this.route : `${this.method} ${this.route}`;
    } else if (this.path !== '' && BARE_METHOD.test(name)) {
      facts.operation = `${this.method || name} ${this.path.split('?')[0]}`;
    }
    facts.peer = peer || this.host;
    facts.isTimeout = isTimeout(this.errorType);
    if (this.errorType !== '') facts.isError = true;
    return facts;
  }

  /**
   * Envoy marks all of its spans, and Istio adds the role of the proxy and its service. Linkerd has one name for all proxies,
   * and says the direction.
   */
  private endProxy(name: string, service: string, workload: string): void {
    const { facts, node, canonical } = this;
    const isLinkerd = service.startsWith('linkerd-proxy') && DIRECTIONS.has(this.direction);
    if (this.component !== 'proxy' && !isLinkerd) return;
    const [role = '', , pod = ''] = node.split('~');
    const side =
      /^(?:inbound|outbound)(?=[|_]|-vip\|)/.exec(this.service)?.[0] ??
      (this.service === 'local_app' ? 'inbound' : /^(?:in|e)gress(?= |$)/.exec(name)?.[0]);
    facts.side = DIRECTIONS.get(isLinkerd ? this.direction : (side ?? '')) ?? SIDE.unknown;
    facts.workload = canonical || pod.split('.')[0].replace(POD_HASH, '') || workload;
    const isBeside = isLinkerd || canonical !== '' || this.service === 'local_app';
    facts.proxy = ROLES.get(role) ?? (isBeside ? PROXY.sidecar : PROXY.any);
  }

  private keep(share: number): void {
    if (share > 0 && share <= 1) this.facts.sampled = share;
  }

  /** By attribute; the method of `READERS` that reads it is the only one that sets fields. */
  static readonly set = {
    database: (of: FactsOf, text: string): void => void (of.database ||= text),
    databaseName: (of: FactsOf, text: string): void => void (of.databaseName ||= text),
    messaging: (of: FactsOf, text: string): void => void (of.messaging ||= text),
    destination: (of: FactsOf, text: string): void => void (of.destination ||= text),
    topic: (of: FactsOf, text: string): void => {
      of.messaging ||= 'kafka';
      of.destination ||= text;
    },
    phase: (of: FactsOf, text: string): void => void (of.phase ||= text),
    phaseType: (of: FactsOf, text: string): void => void (of.phase = text),
    messages: (of: FactsOf, text: string): void => {
      const number = Number(text);
      if (Number.isInteger(number) && number > 0) of.facts.messages = number;
    },
    service: (of: FactsOf, text: string): void => void (of.service ||= text),
    host: (of: FactsOf, text: string): void => void (of.host ||= text),
    route: (of: FactsOf, text: string): void => void (of.route ||= text),
    operation: (of: FactsOf, text: string): void => void (of.operation ||= text.split(' ')[0]),
    method: (of: FactsOf, text: string): void => void (of.method ||= text),
    path: (of: FactsOf, text: string): void => void (of.path ||= pathOf(text)),
    errorType: (of: FactsOf, text: string): void => void (of.errorType ||= text),
    component: (of: FactsOf, text: string): void => void (of.component = text),
    node: (of: FactsOf, text: string): void => void (of.node = text),
    canonical: (of: FactsOf, text: string): void => void (of.canonical = text),
    direction: (of: FactsOf, text: string): void => void (of.direction = text),
    error: (of: FactsOf, text: string): void => {
      if (text !== 'false' && text !== '0') of.facts.isError = true;
    },
    status: (of: FactsOf, text: string): void => {
      if (/^5\d\d$/.test(text)) of.facts.isError = true;
    },
    grpc: (of: FactsOf, text: string): void => {
      if (!/^(?:0|OK)$/i.test(text)) of.facts.isError = true;
      if (/^(?:4|DEADLINE_EXCEEDED)$/i.test(text)) of.errorType ||= 'timeout';
    },
    flags: (of: FactsOf, text: string): void => {
      if (text === 'UT') of.errorType ||= 'timeout';
    },
    resend: (of: FactsOf, text: string): void => void (of.facts.attempt = count(text) + 1),
    attempt: (of: FactsOf, text: string): void => void (of.facts.attempt = count(text)),
    queued: (of: FactsOf, text: string): void => {
      const seconds = Number(text);
      if (seconds > 0 && seconds < 86_400) of.facts.queuedNs = seconds * 1e9;
    },
    outcome: (of: FactsOf, text: string): void => {
      if (text === 'timeout') of.errorType ||= 'timeout';
    },
    kept: (of: FactsOf, text: string): void => of.keep(Number(text)),
    oneIn: (of: FactsOf, text: string): void => of.keep(1 / Number(text)),
    percent: (of: FactsOf, text: string): void => of.keep(Number(text) / 100),
  };
}

type Reader = (of: FactsOf, text: string) => void;

const { set } = FactsOf;
const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['db.system.name', set.database],
  ['db.system', set.database],
  ['db.type', set.database],
  ['db.namespace', set.databaseName],
  ['db.name', set.databaseName],
  ['db.instance', set.databaseName],
  ['db.operation.name', set.operation],
  ['db.operation', set.operation],
  ['db.query.summary', set.operation],
  ['db.statement', set.operation],
  ['sql.query', set.database],
  ['messaging.system', set.messaging],
  ['message_bus.destination', set.destination],
  ['messaging.destination.name', set.destination],
  ['messaging.destination', set.destination],
  ['kafka.topic', set.topic],
  ['messaging.operation.type', set.phaseType],
  ['messaging.operation', set.phase],
  ['messaging.operation.name', set.phase],
  ['messaging.batch.message_count', set.messages],
  ['peer.service', set.service],
  ['service.peer.name', set.service],
  ['upstream_cluster.name', set.service],
  ['upstream_cluster', set.service],
  ['server.address', set.host],
  ['net.peer.name', set.host],
  ['http.host', set.host],
  ['http.route', set.route],
  ['http.request.method', set.method],
  ['http.method', set.method],
  ['url.path', set.path],
  ['http.target', set.path],
  ['http.path', set.path],
  ['http.url', set.path],
  ['url.full', set.path],
  ['error', set.error],
  ['error.type', set.errorType],
  ['http.response.status_code', set.status],
  ['http.status_code', set.status],
  ['rpc.status_code', set.grpc],
  ['rpc.response.status_code', set.grpc],
  ['rpc.grpc.status_code', set.grpc],
  ['grpc.status_code', set.grpc],
  ['response_flags', set.flags],
  ['http.request.resend_count', set.resend],
  ['http.resend_count', set.resend],
  ['retry.count', set.resend],
  ['component', set.component],
  ['node_id', set.node],
  ['istio.canonical_service', set.canonical],
  ['direction', set.direction],
  ['faultline.attempt', set.attempt],
  ['faultline.queue.duration', set.queued],
  ['faultline.outcome', set.outcome],
  ['SampleRate', set.oneIn],
  ['sampling.probability', set.kept],
  ['_dd.rule_psr', set.kept],
  ['_dd.agent_psr', set.kept],
  ['_MS.sampleRate', set.percent],
]);

/** Roles of Istio's proxies: the first part of `sidecar~10.0.0.7~order-6f89b6c557-sg2bc.shop~shop.svc.cluster.local`. */
const ROLES: ReadonlyMap<string, number> = new Map([
  ['sidecar', PROXY.sidecar],
  ['waypoint', PROXY.shared],
  ['router', PROXY.gateway],
]);

/** Directions of Linkerd, clusters of Istio, names of Envoy's spans. */
const DIRECTIONS: ReadonlyMap<string, number> = new Map([
  ['inbound', SIDE.inbound],
  ['ingress', SIDE.inbound],
  ['outbound', SIDE.outbound],
  ['egress', SIDE.outbound],
]);

/**
 * Attributes of a process that name its workload: those of a collector, and the labels of a pod that Linkerd adds. Source:
 * linkerd2, jaeger/injector (`LINKERD2_PROXY_TRACE_ATTRIBUTES_PATH`).
 */
export const WORKLOAD: readonly string[] = [
  'k8s.deployment.name',
  'k8s.statefulset.name',
  'k8s.daemonset.name',
  'linkerd.io/proxy-deployment',
  'linkerd.io/proxy-statefulset',
  'linkerd.io/proxy-daemonset',
  'app.kubernetes.io/name',
  'app',
];

/** What Kubernetes adds to the name of a Deployment for one of its pods. */
const POD_HASH = /(?:-[0-9a-f]{6,10})?-[0-9a-z]{5}$/;

const BARE_METHOD = /^(?:HTTP )?(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/i;

function none(): Facts {
  return {
    isError: false,
    isTimeout: false,
    store: '',
    isMessaging: false,
    system: '',
    phase: '',
    messages: 0,
    operation: '',
    peer: '',
    attempt: 0,
    queuedNs: 0,
    proxy: PROXY.none,
    workload: '',
    side: SIDE.unknown,
    sampled: NaN,
  };
}

function isTimeout(errorType: string): boolean {
  return /time[d_ -]*out|deadline/i.test(errorType);
}

function firstWord(name: string): string {
  return name.split(/[ .(]/, 1)[0] || name;
}

function count(text: string): number {
  const number = Number(text);
  return Number.isInteger(number) && number >= 0 && number < 200 ? number : 0;
}

/** The path of a URL. */
function pathOf(text: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/]*(\/[^?#]*)?/i.exec(text)?.[1] ?? text;
}
