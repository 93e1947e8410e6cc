import { byCodeUnit } from '../../text/order.js';
import type { LeftOut } from './left-out.js';
import { KIND, PROXY, SIDE } from './reading/span.js';
import { FLAG, type SpanStore } from './store.js';

/** Spans of proxies that became a part of the services beside them. */
export interface Merged {
  /** What says that they are proxies. */
  readonly tag: string;
  readonly services: readonly string[];
  readonly spans: number;
}

/** What the proxies of a mesh showed of calls, before their spans became a part of these. */
export interface Proxies {
  readonly merged: readonly Merged[];
  /** Most tries that a proxy made below the span of a call. */
  readonly tries: ReadonlyMap<number, number>;
  /** Time after which a proxy gave up a try below the span of a call, ns. */
  readonly limits: ReadonlyMap<number, number>;
  /** Product of the mesh, as its tags say. */
  readonly product: 'istio' | 'linkerd' | null;
}

/** What the spans are: columns of `Links` that this file changes. */
interface Tree {
  readonly parent: Int32Array;
  readonly isOrphan: Uint8Array;
  readonly isIgnored: Uint8Array;
}

/** Names that all proxies of a mesh share, whatever the service beside them. */
const SHARED_NAME = /^(?:istio-proxy|linkerd-proxy|envoy|proxy|unknown_service(?::.*)?|unknown)$/;
/** `order-proxy` is the proxy of `order`, if it is only ever between `order` and others. */
const NAMED = /^(.+?)[-_.](?:sidecar-proxy|istio-proxy|linkerd-proxy|sidecar|proxy|envoy)$/;
/** Share of its neighbours that may be others than the service of a proxy, as in traces with gaps. */
const STRAY = 0.05;

/** Proxies of one name, as a rule those beside one service. */
interface Group {
  readonly service: number;
  readonly workload: number;
  role: number;
  isTagged: boolean;
  spans: number;
  /** Spans with neither their own service above nor below. */
  apart: number;
  /** Spans of services next to it: below an inbound side, above an outbound one. */
  readonly beside: Map<number, number>;
  /** The service whose part it is; null = it is a component of its own. */
  owner: Owner | null;
  merged: number;
}

interface Owner {
  /** Number of the name; 0 = each span belongs to the service next to it. */
  readonly name: number;
  /** The service has spans of its own for the requests that it serves. */
  readonly serves: boolean;
  /** These spans are in other traces: the application and its proxy pass on different headers. */
  readonly isElsewhere: boolean;
}

/** The service next to each span. */
const BESIDE: Owner = { name: 0, serves: false, isElsewhere: false };
const NOTHING: Proxies = { merged: [], tries: new Map(), limits: new Map(), product: null };
/** A proxy writes at most two spans of a request in a row: more are followed no further. */
const ROW_MAX = 8;

/**
 * Makes the spans of sidecars a part of their services. Where both the application and its proxy write a span of one call, that of
 * the proxy goes, so that its time is between the two applications. Where the application writes none, the span of the proxy is that of
 * the service. Gateways remain components.
 */
export function mergeProxies(store: SpanStore, tree: Tree, leftOut: LeftOut): Proxies {
  const groups = new Groups(store, tree);
  if (groups.all.length === 0) return NOTHING;
  groups.findOwners();
  return new Merger(store, tree, groups, leftOut).all();
}

/** Finds the groups of proxies, and the services that they belong to. */
class Groups {
  readonly all: Group[] = [];
  /** Group of each span; -1 = the span of an application. */
  readonly of: Int32Array;
  /** Services with spans of their own, and those of them that serve requests in them. */
  private readonly applications = new Set<number>();
  private readonly serving = new Set<number>();
  private readonly stems: ReadonlyMap<number, number>;
  private readonly numbers = new Map<number, number>();

  constructor(
    private readonly store: SpanStore,
    private readonly tree: Tree,
  ) {
    const { count, proxy, service, kind } = store;
    this.stems = this.stemsOf();
    const isAny =
      this.stems.size > 0 || proxy.subarray(0, count).some((role) => role !== PROXY.none);
    this.of = new Int32Array(isAny ? count : 0).fill(-1);
    if (!isAny) return;
    for (let i = 0; i < count; i++) {
      if (tree.isIgnored[i] === 1) continue;
      if (proxy[i] !== PROXY.none || this.stems.has(service[i])) this.join(i);
      else {
        this.applications.add(service[i]);
        if (kind[i] === KIND.server || kind[i] === KIND.consumer) this.serving.add(service[i]);
      }
    }
  }

  /** Services that are named as the proxy of another one. */
  private stemsOf(): ReadonlyMap<number, number> {
    const { count, service, names } = this.store;
    const used = new Set(service.subarray(0, count));
    const stems = new Map<number, number>();
    for (const number of used) {
      const stem = NAMED.exec(names.texts[number])?.[1];
      const of = stem === undefined ? 0 : names.of(stem);
      if (of !== 0 && used.has(of)) stems.set(number, of);
    }
    return stems;
  }

  private join(i: number): void {
    const { service, workload, proxy, names } = this.store;
    const isShared = SHARED_NAME.test(names.texts[service[i]]);
    let at = i;
    // The span of a try has fewer tags than that of its request.
    const { parent } = this.tree;
    for (let n = 0; isShared && workload[at] === 0 && n < ROW_MAX; n++)
      if (parent[at] >= 0 && service[parent[at]] === service[i]) at = parent[at];
    const own = isShared ? workload[at] : 0;
    const key = service[i] * 65_536 + own;
    let number = this.numbers.get(key);
    if (number === undefined) {
      number = this.all.length;
      this.numbers.set(key, number);
      this.all.push({
        service: service[i],
        workload: workload[at],
        role: PROXY.none,
        isTagged: false,
        spans: 0,
        apart: 0,
        beside: new Map(),
        owner: null,
        merged: 0,
      });
    }
    const group = this.all[number];
    group.role = Math.max(group.role, proxy[i]);
    group.isTagged ||= proxy[i] !== PROXY.none;
    group.spans++;
    this.of[i] = number;
  }

  groupOf(i: number): Group | null {
    return i < 0 || this.of[i] < 0 ? null : this.all[this.of[i]];
  }

  findOwners(): void {
    const { store, tree, of } = this;
    for (let i = 0; i < store.count; i++) {
      if (tree.isIgnored[i] === 1) continue;
      const above = tree.parent[i];
      const group = this.groupOf(i);
      const upper = this.groupOf(above);
      if (group === null && upper !== null && this.sideOf(above) === SIDE.inbound)
        count(upper.beside, store.service[i]);
      if (group === null) continue;
      if (!group.isTagged && store.store[i] !== 0) group.apart++;
      if (above < 0 || of[above] >= 0) continue;
      if (this.sideOf(i) === SIDE.outbound) count(group.beside, store.service[above]);
      const stem = this.stems.get(group.service);
      if (stem !== undefined && store.service[above] !== stem && this.sideOf(i) !== SIDE.inbound)
        group.apart++;
    }
    for (const group of this.all) group.owner = this.ownerOf(group);
  }

  /** Side of the service that a span is on: what its tags say, else that of the span above it in the same proxy. */
  sideOf(i: number): number {
    const { side, kind, service } = this.store;
    const { parent } = this.tree;
    let at = i;
    for (let n = 0; side[at] === SIDE.unknown && n < ROW_MAX; n++)
      if (parent[at] >= 0 && this.of[parent[at]] === this.of[i]) at = parent[at];
    if (side[at] !== SIDE.unknown) return side[at];
    const stem = this.stems.get(service[at]);
    if (stem !== undefined && parent[at] >= 0 && service[parent[at]] === stem) return SIDE.outbound;
    return kind[at] === KIND.client ? SIDE.outbound : SIDE.inbound;
  }

  private ownerOf(group: Group): Owner | null {
    if (group.role === PROXY.gateway) return null;
    if (group.role === PROXY.shared) return BESIDE;
    const { texts } = this.store.names;
    const isShared = SHARED_NAME.test(texts[group.service]);
    if (isShared && group.workload === 0) return group.role === PROXY.sidecar ? BESIDE : null;
    const found = this.besideOf(group);
    if (found !== null) {
      const isSaid =
        group.role === PROXY.sidecar ||
        group.service === found ||
        (this.stems.get(group.service) === found && group.apart <= STRAY * group.spans);
      return isSaid ? this.owner(found) : null;
    }
    if (group.beside.size > 0 && group.role !== PROXY.sidecar) return null;
    const named = this.named(group);
    if (named !== null) {
      const owner = this.owner(named);
      return { ...owner, isElsewhere: owner.serves };
    }
    return group.role === PROXY.sidecar
      ? { ...BESIDE, name: isShared ? group.workload : group.service }
      : null;
  }

  private owner(service: number): Owner {
    return { name: service, serves: this.serving.has(service), isElsewhere: false };
  }

  /** The only service next to a group. */
  private besideOf({ beside }: Group): number | null {
    let all = 0;
    let best = -1;
    for (const [service, n] of beside) {
      all += n;
      if (best < 0 || n > beside.get(best)!) best = service;
    }
    return best >= 0 && beside.get(best)! >= (1 - STRAY) * all ? best : null;
  }

  /** The service with the name that the tags of a group say: `order`, or `order.shop` in the namespace `shop`. */
  private named({ service, workload }: Group): number | null {
    const { texts } = this.store.names;
    const said = new Set([texts[service], texts[workload], texts[service].split('.')[0]]);
    for (const application of this.applications)
      if (said.has(texts[application])) return application;
    return this.stems.get(service) ?? null;
  }
}

function count(counts: Map<number, number>, key: number): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

const ELSEWHERE =
  'spans of proxies in traces without spans of their services, which show the same requests in other traces';

/** Takes the spans of proxies out of the trees, or gives them to their services. */
class Merger {
  private readonly isDecided: Uint8Array;
  /** Spans of a proxy with one with which an application serves the request right below. */
  private readonly hasBelow: Uint8Array;
  private readonly tries = new Map<number, number>();
  private readonly limits = new Map<number, number>();
  private readonly isGone: Uint8Array;

  constructor(
    private readonly store: SpanStore,
    private readonly tree: Tree,
    private readonly groups: Groups,
    private readonly leftOut: LeftOut,
  ) {
    this.isDecided = new Uint8Array(store.count);
    this.hasBelow = new Uint8Array(store.count);
    this.isGone = new Uint8Array(store.count);
  }

  all(): Proxies {
    const { store, tree, groups } = this;
    const { parent, isIgnored, isOrphan } = tree;
    const { kind } = store;
    for (let i = 0; i < store.count; i++) {
      const serves = kind[i] !== KIND.client && kind[i] !== KIND.producer;
      if (serves && isIgnored[i] === 0 && groups.of[i] < 0) this.markAbove(parent[i]);
    }
    for (let i = 0; i < store.count; i++) if (groups.of[i] >= 0) this.decideUpTo(i);
    for (let i = 0; i < store.count; i++) {
      const above = parent[i];
      if (this.isGone[i] === 1 || above < 0 || this.isGone[above] === 0) continue;
      parent[i] = parent[above];
      if (parent[i] < 0) isOrphan[i] = isOrphan[above];
    }
    for (let i = 0; i < store.count; i++) {
      if (this.isGone[i] === 0) continue;
      isIgnored[i] = 1;
      isOrphan[i] = 0;
      parent[i] = -1;
    }
    const { tries, limits } = this;
    return { merged: this.merged(), tries, limits, product: this.product() };
  }

  /** Marks the inbound spans of a proxy above the span with which an application serves a request. */
  private markAbove(from: number): void {
    const { groups, tree } = this;
    let at = from;
    while (at >= 0 && groups.of[at] === groups.of[from] && this.hasBelow[at] === 0) {
      if (groups.of[at] < 0 || groups.sideOf(at) !== SIDE.inbound) return;
      this.hasBelow[at] = 1;
      at = tree.parent[at];
    }
  }

  /** Decides about a span after those above it. */
  private decideUpTo(i: number): void {
    const { groups, tree } = this;
    const chain: number[] = [];
    for (
      let at = i;
      at >= 0 && groups.of[at] >= 0 && this.isDecided[at] === 0;
      at = tree.parent[at]
    )
      chain.push(at);
    for (const at of chain.reverse()) this.decide(at);
  }

  private decide(i: number): void {
    const { store, tree, groups } = this;
    this.isDecided[i] = 1;
    const group = groups.groupOf(i)!;
    const { owner } = group;
    if (owner === null) return;
    if (owner.isElsewhere) this.leftOut.add(ELSEWHERE);
    const side = groups.sideOf(i);
    const above = tree.parent[i];
    const kept = above >= 0 && this.isGone[above] === 1 ? tree.parent[above] : above;
    group.merged++;
    const isTwice =
      owner.isElsewhere ||
      group.role === PROXY.shared ||
      (side === SIDE.outbound ? this.isCall(kept, owner) : this.isServed(i, kept, group));
    if (!isTwice) {
      if (owner.name !== 0) store.service[i] = owner.name;
      store.kind[i] = side === SIDE.outbound ? KIND.client : KIND.server;
      return;
    }
    this.isGone[i] = 1;
    if (kept < 0 && above >= 0) tree.isOrphan[i] = tree.isOrphan[above];
    tree.parent[i] = kept;
    if (side !== SIDE.outbound || kept < 0) return;
    const { attempt, flags, start, end } = store;
    this.tries.set(kept, Math.max(this.tries.get(kept) ?? 1, attempt[i]));
    if ((flags[i] & FLAG.timeout) === 0) return;
    this.limits.set(kept, Math.min(this.limits.get(kept) ?? Infinity, end[i] - start[i]));
  }

  /** The span above shows the call already: that of the application, or the first one of the proxy. */
  private isCall(above: number, { name }: Owner): boolean {
    const { kind, service } = this.store;
    return above >= 0 && kind[above] === KIND.client && (name === 0 || service[above] === name);
  }

  /** Another span shows the execution already: that of the application below, or the first one of the proxy. */
  private isServed(i: number, above: number, group: Group): boolean {
    if (this.hasBelow[i] === 1 || group.owner!.serves) return true;
    const { groups } = this;
    return above >= 0 && groups.groupOf(above) === group && groups.sideOf(above) === SIDE.inbound;
  }

  private merged(): readonly Merged[] {
    const { texts } = this.store.names;
    const byTag = new Map<string, { readonly services: Set<string>; spans: number }>();
    for (const { owner, service, isTagged, merged } of this.groups.all) {
      if (owner === null || merged === 0) continue;
      const isLinkerd = texts[service].startsWith('linkerd-proxy');
      const tag = isLinkerd ? 'direction' : isTagged ? 'component=proxy' : `name ${texts[service]}`;
      const own = byTag.get(tag) ?? { services: new Set(), spans: 0 };
      own.services.add(texts[owner.name === 0 ? service : owner.name]);
      own.spans += merged;
      byTag.set(tag, own);
    }
    return [...byTag].map(([tag, { services, spans }]) => ({
      tag,
      services: [...services].sort(byCodeUnit),
      spans,
    }));
  }

  private product(): Proxies['product'] {
    const { texts } = this.store.names;
    const merged = this.groups.all.filter(({ owner }) => owner !== null);
    if (merged.some(({ service }) => texts[service].startsWith('linkerd-proxy'))) return 'linkerd';
    return merged.some(({ role }) => role >= PROXY.sidecar) ? 'istio' : null;
  }
}
