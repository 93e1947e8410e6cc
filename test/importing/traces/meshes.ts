/** A span of OTLP as the exporter writes it. */
interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status: { readonly code?: number };
  readonly attributes: readonly Attribute[];
}

interface Attribute {
  readonly key: string;
  readonly value: object;
}

/** A span with the service that wrote it. */
interface Made {
  readonly service: string;
  readonly instance: string;
  readonly span: Span;
}

/** How a mesh writes spans, and whether the applications write theirs. */
export type Form =
  | 'applications'
  | 'simulated'
  | 'istio'
  | 'istio alone'
  | 'linkerd'
  | 'linkerd alone'
  | 'consul'
  | 'named';

const SERVER = 2;
const CLIENT = 3;
/** Time of a proxy before and after what it passes on, ns. */
const PASS = 4_000n;

/**
 * The spans of a run with a mesh, as other products write them. In the run each call of an application has a span of its proxy,
 * and that one a span of each try. Sources: Istio writes one span on each side (pilot/pkg/networking/core/tracing.go: child
 * spans only for gateways); Linkerd two on each side (linkerd2-proxy, `http_tracing::server` and `client` in both stacks);
 * Consul's Envoy has the name of the service (command/connect/envoy: `node.cluster`).
 */
export function asMesh(text: string, form: Form): string {
  if (form === 'simulated') return text;
  const made = withProxies(read(text));
  const isProxy = ({ service }: Made): boolean => service.endsWith('-proxy');
  const out: Made[] = [];
  /** What a span becomes the child of, if its parent is left out. */
  const heirs = new Map<string, string>();
  for (const one of made) {
    const { span, service, instance } = one;
    if (!isProxy(one)) continue;
    const host = service.replace(/-proxy$/, '');
    const isTry = span.kind === CLIENT;
    // The outbound side: a span for the call, and for Linkerd one for each try.
    const pair = form.startsWith('linkerd');
    if (form === 'applications' || (isTry && !pair)) {
      heirs.set(span.spanId, span.parentSpanId!);
      continue;
    }
    const to = attributeOf(span, 'upstream_cluster');
    out.push({
      instance,
      service: nameOf(form, host),
      span: {
        ...span,
        kind: pair ? span.kind : CLIENT,
        name: form === 'consul' ? `egress ${to}` : `${to}.shop.svc.cluster.local:80/*`,
        attributes: tagsOf(form, host, 'outbound', to),
      },
    });
  }
  for (const one of made) {
    if (isProxy(one)) continue;
    const { span, service, instance } = one;
    if (span.kind !== SERVER || form === 'applications') {
      out.push(one);
      continue;
    }
    // The inbound side.
    const id = `${span.spanId.slice(1)}a`;
    const inner = `${span.spanId.slice(1)}b`;
    const attributes = tagsOf(form, service, 'inbound', '');
    const side = {
      ...span,
      spanId: id,
      name: form === 'consul' ? 'ingress' : `${service}.shop.svc.cluster.local:80/*`,
      startTimeUnixNano: String(BigInt(span.startTimeUnixNano) - PASS),
      endTimeUnixNano: String(BigInt(span.endTimeUnixNano) + PASS),
      attributes,
    };
    const proxy = { service: nameOf(form, service), instance };
    out.push({ ...proxy, span: side });
    if (form.startsWith('linkerd'))
      out.push({ ...proxy, span: { ...side, spanId: inner, parentSpanId: id, kind: CLIENT } });
    const last = form.startsWith('linkerd') ? inner : id;
    out.push({ ...one, span: { ...span, parentSpanId: last } });
  }
  const linked = out.map((one) => {
    let parent = one.span.parentSpanId;
    while (parent !== undefined && heirs.has(parent)) parent = heirs.get(parent);
    return { ...one, span: { ...one.span, parentSpanId: parent } };
  });
  return lines(form.endsWith('alone') ? withoutApplications(linked) : linked);
}

/** A run has spans of proxies where these have a policy. Adds those of the other calls between services. */
function withProxies(made: readonly Made[]): readonly Made[] {
  const byId = new Map(made.map((one) => [one.span.spanId, one]));
  return made.flatMap((one) => {
    const above = byId.get(one.span.parentSpanId ?? '');
    const isCalled = one.span.kind === SERVER && above?.span.kind === CLIENT;
    if (!isCalled || above.service === 'users' || above.service.endsWith('-proxy')) return [one];
    const { span, service, instance } = above;
    const attributes = tags({ upstream_cluster: one.service });
    const call = { ...span, parentSpanId: span.spanId, attributes };
    const request = { ...call, spanId: `${span.spanId.slice(1)}e`, kind: SERVER };
    const attempt = { ...call, spanId: `${span.spanId.slice(1)}f`, parentSpanId: request.spanId };
    const proxy = { service: `${service}-proxy`, instance };
    return [
      { ...one, span: { ...one.span, parentSpanId: attempt.spanId } },
      { ...proxy, span: request },
      { ...proxy, span: attempt },
    ];
  });
}

/** Spans of proxies only: applications pass headers on. What they call outside of the mesh has none. */
function withoutApplications(all: readonly Made[]): readonly Made[] {
  const byId = new Map(all.map((one) => [one.span.spanId, one]));
  const isOwn = ({ service }: Made): boolean => !/\.shop$|^linkerd-proxy$/.test(service);
  return all
    .filter((one) => !isOwn(one))
    .map((one) => {
      let above = byId.get(one.span.parentSpanId ?? '');
      while (above !== undefined && isOwn(above)) above = byId.get(above.span.parentSpanId ?? '');
      return { ...one, span: { ...one.span, parentSpanId: above?.span.spanId } };
    });
}

function nameOf(form: Form, service: string): string {
  if (form.startsWith('istio')) return `${service}.shop`;
  if (form.startsWith('linkerd')) return 'linkerd-proxy';
  return form === 'named' ? `${service}-sidecar` : service;
}

function tagsOf(
  form: Form,
  service: string,
  side: 'inbound' | 'outbound',
  to: string,
): readonly Attribute[] {
  if (form === 'named') return [];
  if (form.startsWith('linkerd')) return tags({ direction: side });
  if (form === 'consul')
    return tags({ component: 'proxy', upstream_cluster: side === 'inbound' ? 'local_app' : to });
  return tags({
    component: 'proxy',
    upstream_cluster:
      side === 'inbound' ? 'inbound|80||' : `outbound|80||${to}.shop.svc.cluster.local`,
    node_id: `sidecar~10.0.0.7~${service}-6f89b6c557-sg2bc.shop~shop.svc.cluster.local`,
    'istio.canonical_service': service,
    'istio.namespace': 'shop',
  });
}

function tags(all: Readonly<Record<string, string>>): readonly Attribute[] {
  return Object.entries(all).map(([key, text]) => ({ key, value: { stringValue: text } }));
}

function attributeOf({ attributes }: Pick<Span, 'attributes'>, key: string): string {
  const value = attributes.find((one) => one.key === key)?.value ?? {};
  return String(Object.values(value)[0] ?? '');
}

function read(text: string): readonly Made[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      const { resourceSpans } = JSON.parse(line) as {
        resourceSpans: {
          resource: { attributes: Attribute[] };
          scopeSpans: { spans: Span[] }[];
        }[];
      };
      return resourceSpans.flatMap(({ resource, scopeSpans }) => {
        const said = (key: string): string => attributeOf(resource, key);
        const maker = { service: said('service.name'), instance: said('service.instance.id') };
        return scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ ...maker, span })));
      });
    });
}

function lines(all: readonly Made[]): string {
  return all
    .map(({ service, instance, span }) => {
      // The proxies of Linkerd have one name; the collector adds the Deployment of their pod.
      const own = { 'service.name': service, 'service.instance.id': instance };
      const deployment = service === 'linkerd-proxy' ? instance.replace(/\[.*$/, '') : '';
      const more = deployment === '' ? [] : tags({ 'k8s.deployment.name': deployment });
      const resource = { attributes: [...tags(own), ...more] };
      return `${JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] })}\n`;
    })
    .join('');
}

/**
 * The spans of a run with a gateway `ingress` as the ingress of Istio writes them: one for each request, of kind client, which is the first
 * of its trace. Source: test/importing/traces/fixtures/bookinfo.tempo.json.
 */
export function asGateway(text: string): string {
  const made = read(text).filter(({ service }) => service !== 'users');
  const roots = new Set<string>();
  for (const { service, span } of made)
    if (service === 'ingress' && span.kind === SERVER) roots.add(span.spanId);
  return lines(
    made
      .filter(({ span }) => !roots.has(span.spanId))
      .map((one) => {
        if (one.service !== 'ingress') return one;
        const to = attributeOf(one.span, 'server.address');
        const attributes = tags({
          component: 'proxy',
          upstream_cluster: `outbound|80||${to}.shop.svc.cluster.local`,
          node_id: 'router~10.0.0.3~istio-ingressgateway-79788cd94-wgmsp.istio-system~istio-system',
          'istio.canonical_service': 'istio-ingressgateway',
        });
        const service = 'istio-ingressgateway.istio-system';
        return { ...one, service, span: { ...one.span, parentSpanId: undefined, attributes } };
      }),
  );
}
