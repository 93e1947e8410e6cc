import type { LeftOut } from './left-out.js';
import type { Links } from './links.js';
import { KIND } from './reading/span.js';
import { FLAG, type SpanStore } from './store.js';

export type PartKind = 'service' | 'database' | 'queue' | 'external';

/** An endpoint of a service, an operation of a database, or a queue. */
export interface Part {
  readonly component: string;
  readonly endpoint: string;
  readonly kind: PartKind;
}

/** Parts by number. */
export class Parts {
  readonly all: Part[] = [];
  private readonly numbers = new Map<string, number>();

  of(component: string, endpoint: string, kind: PartKind): number {
    const key = `${component}\n${endpoint}\n${kind}`;
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    this.numbers.set(key, this.all.length);
    this.all.push({ component, endpoint, kind });
    return this.all.length - 1;
  }
}

/** Which spans execute a part, and which call one. -1 = none. */
export interface Roles {
  readonly parts: Parts;
  readonly executes: Int32Array;
  readonly calls: Int32Array;
}

/**
 * Names the part of every span. The part of a call is that of the server's span below it; without one, that of other calls
 * with the same name, then the database, the queue or the peer of its attributes.
 */
export function rolesOf(store: SpanStore, links: Links, leftOut: LeftOut): Roles {
  const parts = new Parts();
  const executes = new Int32Array(store.count).fill(-1);
  const calls = new Int32Array(store.count).fill(-1);
  const roles = { parts, executes, calls };
  const endpoints = new EndpointNames(store);
  const services = new Map<string, number>();
  for (let i = 0; i < store.count; i++) {
    if (links.isIgnored[i] === 1 || !isExecution(store, links, i)) continue;
    const service = store.names.texts[store.service[i]];
    executes[i] = parts.of(service, endpoints.of(i), 'service');
    const isServing = store.kind[i] === KIND.server || store.kind[i] === KIND.consumer;
    if (isServing) services.set(service, (services.get(service) ?? 0) + 1);
  }
  new Callees(store, links, roles, services).find();
  countLost(store, links, leftOut);
  return roles;
}

/** Parts whose calls say which try they are, at least once. */
export function partsThatSayAttempts(
  { count, attempt }: SpanStore,
  { calls }: Roles,
): ReadonlySet<number> {
  const parts = new Set<number>();
  for (let i = 0; i < count; i++) if (calls[i] >= 0 && attempt[i] > 0) parts.add(calls[i]);
  return parts;
}

/** A server's or a consumer's span, or a root that is not itself a call. */
function isExecution({ kind }: SpanStore, { parent, isOrphan }: Links, i: number): boolean {
  if (kind[i] === KIND.server || kind[i] === KIND.consumer) return true;
  return kind[i] === KIND.internal && parent[i] < 0 && isOrphan[i] === 0;
}

function countLost({ count, kind }: SpanStore, { isOrphan }: Links, leftOut: LeftOut): void {
  let lost = 0;
  for (let i = 0; i < count; i++) {
    const isOfExecution = kind[i] === KIND.internal || kind[i] === KIND.client;
    if (isOrphan[i] === 1 && isOfExecution) lost++;
  }
  leftOut.add('spans of an execution that is in no file: half of a trace', lost);
}

/** Names of endpoints, with the variable parts of paths replaced. */
class EndpointNames {
  private readonly known = new Map<number, string>();

  constructor(private readonly store: SpanStore) {}

  of(i: number): string {
    const { operation, name, names, kind } = this.store;
    const isConsumer = kind[i] === KIND.consumer;
    const number = operation[i] !== 0 && !isConsumer ? operation[i] : name[i];
    let text = this.known.get(number);
    if (text === undefined) {
      text = withoutIds(names.texts[number]) || 'request';
      this.known.set(number, text);
    }
    return text;
  }
}

const ID =
  /^(?:\d+|[0-9a-f]{8}-[0-9a-f-]{27}|(?=[a-z_-]*\d)[0-9a-f]{12,}|(?=.*\d)[0-9A-Za-z_-]{20,})$/;

function withoutIds(name: string): string {
  if (!name.includes('/')) return name;
  return name
    .replace(/^[\w.-]+:\d+(?=\/)/, '')
    .split('?')[0]
    .split('/')
    .map((segment) => (ID.test(segment) ? '{id}' : segment))
    .join('/');
}

/** Finds the part that each call goes to. */
class Callees {
  /** How often calls of a name had a part. */
  private readonly learned = new Map<string, Map<number, number>>();

  constructor(
    private readonly store: SpanStore,
    private readonly links: Links,
    private readonly roles: Roles,
    private readonly services: ReadonlyMap<string, number>,
  ) {}

  find(): void {
    const { store, links, roles } = this;
    const isCall = (i: number): boolean =>
      links.isIgnored[i] === 0 &&
      (store.kind[i] === KIND.client || store.kind[i] === KIND.producer) &&
      !this.isAround(i);
    for (let i = 0; i < store.count; i++) {
      if (!isCall(i)) continue;
      const served = store.kind[i] === KIND.client ? this.served(i) : -1;
      if (served < 0) continue;
      roles.calls[i] = served;
      const counts = this.learned.get(this.nameOf(i)) ?? new Map<number, number>();
      counts.set(served, (counts.get(served) ?? 0) + 1);
      this.learned.set(this.nameOf(i), counts);
    }
    for (let i = 0; i < store.count; i++) {
      if (isCall(i) && roles.calls[i] < 0) roles.calls[i] = this.guess(i);
    }
  }

  /** The span of a client around other spans of clients: these are the calls. */
  private isAround(i: number): boolean {
    const { store, links } = this;
    for (let k = links.first[i]; k < links.first[i + 1]; k++) {
      const child = links.children[k];
      if (store.kind[child] === KIND.client && store.service[child] === store.service[i]) {
        return true;
      }
    }
    return false;
  }

  private served(i: number): number {
    const { links, roles } = this;
    for (let k = links.first[i]; k < links.first[i + 1]; k++) {
      const part = roles.executes[links.children[k]];
      if (part >= 0) return part;
    }
    return -1;
  }

  private nameOf(i: number): string {
    const { service, name, peer } = this.store;
    return `${service[i]} ${name[i]} ${peer[i]}`;
  }

  private guess(i: number): number {
    const { store, roles } = this;
    const { parts } = roles;
    const { texts } = store.names;
    const target = texts[store.store[i]];
    if (target !== '') {
      if (store.kind[i] === KIND.producer || (store.flags[i] & FLAG.messaging) !== 0) {
        return parts.of(target, target, 'queue');
      }
      return parts.of(target, texts[store.operation[i]], 'database');
    }
    const counts = this.learned.get(this.nameOf(i));
    if (counts !== undefined) return mostOf(counts);
    const peer = this.serviceOf(texts[store.peer[i]]);
    const name = withoutIds(texts[store.operation[i] || store.name[i]]) || 'request';
    const own = texts[store.service[i]];
    // A peer that is the caller itself is a driver that names its own process.
    if (peer === own) return parts.of(`${own}-backend`, name, 'external');
    if (peer !== '' && this.services.has(peer)) return parts.of(peer, name, 'service');
    return parts.of(peer || name, name, 'external');
  }

  /** The service that an address means: its first labels, without port, if spans have a service of that name. */
  private serviceOf(address: string): string {
    const host = address.replace(/:\d+$/, '');
    if (this.services.has(host) || /^[\d.]+$/.test(host)) return host;
    const labels = host.split('.');
    for (let length = labels.length - 1; length > 0; length--) {
      const name = labels.slice(0, length).join('.');
      if (this.services.has(name)) return name;
    }
    return host;
  }
}

function mostOf(counts: ReadonlyMap<number, number>): number {
  let best = -1;
  for (const [part, count] of counts) if (best < 0 || count > counts.get(best)!) best = part;
  return best;
}
