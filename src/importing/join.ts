import { formatCount } from '../text/figures.js';
import { endpointNames } from './endpoint-names.js';
import { joinedGateways, routesOf, type GatewayRoute, type JoinedGateway } from './entrances.js';
import { FEW, halfOf } from './traces/measured.js';
import { callsIn } from './traces/steps.js';
import { allowedName, LOAD_NAME } from './names.js';
import { consumersOf, isHandledBy } from './message-brokers.js';
import { layRequestPolicies } from './request-policies.js';
import { VERBS } from './scenario.js';
import { holdsMessages, type Component, type Edge, type System } from './system.js';
import type {
  Measured,
  TracedCall,
  TracedComponent,
  TracedEndpoint,
  TracedEntry,
  TracedStep,
  TraceHints,
  TraceModel,
} from './traces/model.js';
import {
  filled,
  guess,
  list,
  map,
  plain,
  type Written,
  type WrittenMap,
  type WrittenScalar,
} from './written.js';

/** The CPU of a component with a limit, which is a quota on the cores of its node; null without one. */
function limited(component: Component | undefined): WrittenMap['entries'] | null {
  const cpu = component?.fields.get('cpu');
  return cpu?.kind === 'map' && cpu.entries.has('quota') ? cpu.entries : null;
}

/** What manifests know about the components of traces. */
export function hintsOf(system: System): TraceHints {
  return {
    cores: (name) => {
      const component = system.named(name);
      const whole = limited(component)?.get('cores');
      return whole?.kind === 'scalar' ? Number(whole.value) : (component?.cores ?? null);
    },
    quota: (name) => {
      const component = system.named(name);
      return limited(component) === null ? null : (component?.cores ?? null);
    },
    replicas: (name) => system.named(name)?.replicas ?? null,
  };
}

/** Lays traces over a system: they give graph, order, times and load; manifests keep capacity and policies. */
export function join(system: System, model: TraceModel): void {
  new Join(system, model).all();
}

class Join {
  private readonly components = new Map<string, Component>();
  /** Traced name of an endpoint -> name in the scenario, by component. */
  private readonly endpoints = new Map<string, ReadonlyMap<string, string>>();
  /** Routes of the gateways that entrances of the traces are, by the name in the traces. */
  private readonly routes = new Map<string, readonly GatewayRoute[]>();
  private readonly called = new Set<Edge>();
  /** What proxies were seen to do for the calls of a component, if no manifest has a mesh. */
  private readonly proxied = new Map<string, NonNullable<TracedCall['below']>>();

  constructor(
    private readonly system: System,
    private readonly model: TraceModel,
  ) {}

  all(): void {
    const { system, model } = this;
    const gateways = joinedGateways(system, model);
    for (const traced of model.components) {
      const gateway = gateways.get(traced.name)?.gateway;
      this.components.set(traced.name, gateway ?? this.componentFor(traced));
      this.endpoints.set(traced.name, endpointNames(traced.endpoints.map(({ name }) => name)));
    }
    for (const traced of model.components) if (!gateways.has(traced.name)) this.fill(traced);
    for (const [name, joined] of gateways) this.routes.set(name, this.fillGateway(joined));
    const traced = new Set(this.components.values());
    system.dropEdges(
      ({ from }) => from.section !== 'gateways' && traced.has(from),
      (edge) =>
        this.called.has(edge)
          ? null
          : `no trace has a call from ${edge.from.name} to ${edge.to.name}`,
    );
    if (this.proxied.size > 0) system.sections.set('mesh', this.mesh());
    if (model.network !== null) system.sections.set('network', this.network(model.network));
    layRequestPolicies(system, this.components, this.endpoints);
    if (model.network !== null || this.proxied.size > 0) withoutProxies(system.sections);
    system.load = this.load();
  }

  private network(latency: Measured): WrittenMap {
    // What calls and is no component makes the load.
    const nameOf = (traced: string) => plain(this.components.get(traced)?.name ?? LOAD_NAME);
    const links = this.model.links.map(({ from, to, oneWay }) =>
      map({
        between: list([nameOf(from), nameOf(to)]),
        latency:
          oneWay === null
            ? { ...plain('0ns'), note: 'in the time of the callee' }
            : measured(oneWay),
      }),
    );
    return map({
      latency: measured(latency),
      links: links.length === 0 ? undefined : list(links),
    });
  }

  private componentFor({ name, kind, product: broker, replicas }: TracedComponent): Component {
    const known = this.system.named(name);
    if (known !== undefined) return known;
    const section = SECTIONS[kind];
    const product = kind === 'queue' ? (broker === 'kafka' ? broker : 'bus') : null;
    const made = this.system.add(name, { section, product });
    this.system.addHost(name, '', made);
    if (kind === 'external') made.fields.set('external', plain(true));
    if (kind === 'service' && replicas !== null && replicas > 1) {
      made.fields.set('replicas', { ...plain(replicas), note: 'measured' });
    }
    return made;
  }

  private fill(traced: TracedComponent): void {
    const component = this.components.get(traced.name)!;
    const names = this.endpoints.get(traced.name)!;
    const own = traced.endpoints.map((endpoint) => {
      const name = names.get(endpoint.name)!;
      if (component.section === 'databases') return [name, operationOf(endpoint)] as const;
      const steps = endpoint.steps.map((step) => this.step(step, component));
      const errors = endpoint.errors;
      const fail =
        errors === null ? [] : [map({ fail: plain(500), probability: measured(errors) })];
      return [name, map({ steps: list([...steps, ...fail]) })] as const;
    });
    if (holdsMessages(component)) this.subscribe(component, traced);
    else component.endpoints = map(own);
  }

  /** Routes to the endpoints that were seen behind a gateway. */
  private fillGateway(joined: JoinedGateway): readonly GatewayRoute[] {
    const { gateway, component } = joined;
    if (component !== null && component.replicas !== null)
      gateway.fields.set('replicas', { ...plain(component.replicas), note: 'measured' });
    return routesOf(joined, (passed) => this.targetOf(passed), measured);
  }

  private subscribe(component: Component, { endpoints, publish }: TracedComponent): void {
    const { fields, product } = component;
    if (publish !== undefined && !fields.has('broker') && !fields.has('publishLatency'))
      fields.set('publishLatency', measured(publish));
    const handlers = endpoints.flatMap(({ steps }) => callsIn(steps));
    const [key, called] = consumersOf(component);
    const known = fields.get(key);
    const others = known?.kind === 'list' ? known.items : [];
    const subscribers = handlers.map((call): WrittenMap => {
      const own = this.components.get(call.to);
      const settings = others.find((one) => own !== undefined && isHandledBy(one, own));
      const target = plain(this.targetOf(call));
      const batch = call.batch === undefined ? undefined : measured(call.batch);
      if (settings?.kind === 'map')
        return map({ batch, ...Object.fromEntries(settings.entries), call: target });
      const consumer = own === undefined ? undefined : this.system.consumers.get(own);
      const said = [...(consumer?.entries ?? [])].filter(
        ([name]) => product === 'kafka' || name === 'concurrency',
      );
      const name = plain(allowedName(call.to));
      return map({ [called]: name, call: target, batch, ...Object.fromEntries(said) });
    });
    fields.set(key, list(subscribers));
    if (product !== 'kafka' || fields.has('partitions') || handlers.length === 0) return;
    // The fewest with which every consumer has one: a number that no file says should be no limit.
    const consumers = handlers.map(({ to }, k) => {
      const each = subscribers[k]!.entries.get('concurrency');
      const concurrency = each?.kind === 'scalar' ? Number(each.value) : 1;
      return concurrency * (this.components.get(to)?.replicas ?? this.replicasOf(to));
    });
    fields.set('partitions', guess(Math.max(...consumers)));
  }

  private replicasOf(traced: string): number {
    return this.model.components.find(({ name }) => name === traced)?.replicas ?? 1;
  }

  private step(step: TracedStep, from: Component): WrittenMap {
    switch (step.kind) {
      case 'work':
      case 'wait':
        return map({ [step.kind]: measured(step.time) });
      case 'parallel': {
        const branches = step.branches.map((branch) =>
          list(branch.map((each) => this.step(each, from))),
        );
        return map({ parallel: map({ branches: list(branches) }) });
      }
      case 'choose': {
        const branches = step.branches.map(({ weight, steps }) =>
          map({
            weight: measured(weight),
            steps: list(steps.map((each) => this.step(each, from))),
          }),
        );
        return map({ choose: list(branches) });
      }
      case 'repeat': {
        const steps = list(step.steps.map((each) => this.step(each, from)));
        return map({ loop: map({ times: measured(step.times), steps }) });
      }
      case 'call':
      case 'query':
      case 'publish':
        return this.call(step, from);
    }
  }

  private call(call: TracedCall, from: Component): WrittenMap {
    const to = this.components.get(call.to);
    const edge = this.system.edges.find((each) => each.from === from && each.to === to);
    if (edge !== undefined) this.called.add(edge);
    const verb = to === undefined ? 'call' : VERBS[to.section];
    const { retry, below } = call;
    // Without the spans of a proxy, the library of the caller may have repeated the call as well.
    const isLibrary = below !== null && retry === null && this.model.proxies.length === 0;
    const policy = map({
      timeout: call.timeout === null ? undefined : measured(call.timeout),
      retry:
        retry !== null
          ? retryOf(retry.maxRetries, retry.backoff.n, retry.backoff)
          : isLibrary && !this.system.sections.has('mesh')
            ? retryOf(below.maxRetries, below.n, below.backoff)
            : undefined,
    });
    if (below !== null && to !== undefined && !isLibrary) this.below(to, below);
    const isKnown = to !== undefined && addToBundle(from, to, policy);
    return map({
      [verb]: { ...plain(this.targetOf(call)), origins: edge?.origins ?? [] },
      probability: call.chance === null ? undefined : measured(call.chance),
      background: verb !== 'publish' && call.isBackground === true ? plain(true) : undefined,
      policy: verb === 'publish' || isKnown ? undefined : filled(policy),
    });
  }

  /** Notes what proxies do for a callee. Manifests with a mesh have its policies. */
  private below({ name }: Component, below: NonNullable<TracedCall['below']>): void {
    if (this.system.sections.has('mesh')) return;
    const known = this.proxied.get(name);
    this.proxied.set(name, {
      maxRetries: Math.max(known?.maxRetries ?? 0, below.maxRetries),
      n: (known?.n ?? 0) + below.n,
      timeout: below.timeout ?? known?.timeout ?? null,
      backoff: below.backoff ?? known?.backoff ?? null,
    });
  }

  /** The mesh of proxies that only traces show, with the policies that acted. */
  private mesh(): WrittenMap {
    const outbound = [...this.proxied].map(([name, { maxRetries, n, timeout, backoff }]) => {
      const bundle = map({
        timeout: timeout === null ? undefined : measured(timeout),
        retry: maxRetries === 0 ? undefined : retryOf(maxRetries, n, backoff),
      });
      return [name, bundle] as const;
    });
    return map({ kind: plain(this.model.mesh ?? 'custom'), outbound: map(outbound) });
  }

  private targetOf({ to, endpoint }: Pick<TracedCall, 'to' | 'endpoint'>): string {
    const component = this.components.get(to)!;
    const { name } = component;
    if (holdsMessages(component)) return name;
    return `${name}.${this.endpoints.get(to)!.get(endpoint)!}`;
  }

  /** All requests from outside, as one workload with the measured mix. */
  private load(): WrittenMap | null {
    const all = this.model.entries.flatMap((entry) => this.requestsOf(entry));
    all.sort((a, b) => b.rate - a.rate);
    const total = all.reduce((sum, { rate }) => sum + rate, 0);
    if (!(total > 0)) return null;
    const n = this.model.entries.reduce((sum, { rate }) => sum + rate.n, 0);
    const isAlone = (name: string): boolean =>
      all.filter((each) => each.name === name).length === 1;
    const requests = all.map(({ name, to, fields, rate, note }) =>
      map({
        name: plain(isAlone(name) ? name : allowedName(`${to}-${name}`)),
        ...fields,
        weight: { ...plain(rate), note },
      }),
    );
    const arrivals = {
      ...plain(`poisson(${Number(total.toPrecision(4))}/s)`),
      note: noteOf(n, n < FEW ? null : 1.96 / Math.sqrt(n)),
    };
    return map({ [LOAD_NAME]: map({ arrivals, requests: list(requests) }) });
  }

  /** Requests to an endpoint, or one for each route of a gateway to the endpoints behind it. */
  private requestsOf(entry: TracedEntry): readonly LoadRequest[] {
    const { to, endpoint, via, rate } = entry;
    const each = Number.parseFloat(rate.text);
    const routes = this.routes.get(via ?? to) ?? [];
    const own = routes.filter(({ passed }) =>
      via === null ? passed.of === endpoint : passed.to === to && passed.endpoint === endpoint,
    );
    if (own.length === 0) {
      const call = plain(this.targetOf(entry));
      const name = this.endpoints.get(to)!.get(endpoint)!;
      return [{ name, to, fields: { call }, rate: each, note: measured(rate).note }];
    }
    const total = own.reduce((sum, { passed: { share } }) => sum + share, 0);
    return own.map(({ name, passed: { method, sample, share }, gateway }) => {
      const part = share / total;
      const fields = {
        call: plain(gateway),
        method: method === null ? undefined : plain(method),
        path: plain(sample),
      };
      const note = part === 1 ? measured(rate).note : noteOf(Math.round(part * rate.n));
      return { name, to: gateway, fields, rate: Number((each * part).toPrecision(4)), note };
    });
  }
}

/** A request of the load that is written. */
interface LoadRequest {
  readonly name: string;
  readonly to: string;
  readonly fields: Readonly<Record<string, Written | undefined>>;
  readonly rate: number;
  readonly note: string | null;
}

/**
 * Adds what was seen of a call to the bundle that files have for its callee: a policy of the step would replace all of that. The files
 * win where both say something. False if there is no bundle.
 */
function addToBundle(from: Component, to: Component, seen: WrittenMap): boolean {
  const outbound = from.fields.get('outbound');
  const bundle = outbound?.kind === 'map' ? outbound.entries.get(to.name) : undefined;
  if (outbound?.kind !== 'map' || bundle?.kind !== 'map') return false;
  const whole = map([...seen.entries, ...bundle.entries], bundle.origins);
  from.fields.set('outbound', map([...outbound.entries, [to.name, whole]], outbound.origins));
  return true;
}

function retryOf(maxRetries: number, n: number, pause: Measured | null): WrittenMap {
  const attempts = { ...plain(maxRetries + 1), note: noteOf(n) };
  const backoff =
    pause === null ? undefined : map({ kind: plain('constant'), base: measured(pause) });
  return map({ attempts, on: list([guess('any')]), backoff });
}

/** What proxies of a mesh add is between the spans of a caller and a callee, so the measured network has it. */
function withoutProxies(sections: Map<string, Written>): void {
  const mesh = sections.get('mesh');
  if (mesh?.kind !== 'map') return;
  const none = { ...plain('0ns'), note: 'in the measured network' };
  const known = mesh.entries.get('proxy');
  const own = known?.kind === 'map' ? known.entries : [];
  const proxy = map([['work', none], ['latency', none], ...own]);
  sections.set('mesh', map([...mesh.entries, ['proxy', proxy]]));
}

const SECTIONS = {
  service: 'services',
  external: 'services',
  database: 'databases',
  queue: 'topics',
} as const;

/** An operation has one time. */
function operationOf({ steps }: TracedEndpoint): WrittenMap {
  const [time] = steps.filter((step) => step.kind === 'work' || step.kind === 'wait');
  return map({ [time?.kind ?? 'work']: time === undefined ? plain('1ms') : measured(time.time) });
}

function measured({ text, n, interval }: Measured): WrittenScalar {
  const number = Number(text);
  return {
    ...plain(text !== '' && Number.isFinite(number) ? number : text),
    note: noteOf(n, halfOf(interval)),
  };
}

/** On how much a value rests, and its 95 % interval. */
function noteOf(n: number, half: number | null = null): string {
  const within = half === null || half < 5e-5 ? '' : `, ± ${Number((100 * half).toPrecision(2))} %`;
  return `measured, n = ${formatCount(n)}${within}`;
}
