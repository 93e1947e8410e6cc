import type { Links } from './links.js';
import { KIND } from './reading/span.js';
import type { SpanStore } from './store.js';

/** Words of the name of a span that calls a database, where no attribute says so, and the product that they mean. */
const PRODUCTS: ReadonlyMap<string, string> = new Map([
  ['mongo', 'mongodb'],
  ['mongodb', 'mongodb'],
  ['redis', 'redis'],
  ['memcached', 'memcached'],
  ['mmc', 'memcached'],
  ['mysql', 'mysql'],
  ['postgres', 'postgres'],
  ['postgresql', 'postgres'],
  ['cassandra', 'cassandra'],
  ['elasticsearch', 'elasticsearch'],
]);

/** A name such as `posts_mongo_insert_client` is an insert of the service's own database. */
function nameStore({ names, name, service, store, operation }: SpanStore, i: number): void {
  const words = names.texts[name[i]].split(/[^0-9A-Za-z]+/);
  const at = words.findIndex((word) => PRODUCTS.has(word.toLowerCase()));
  if (at < 0) return;
  const owner = names.texts[service[i]].replace(/[-_.]?service$/, '');
  store[i] = names.of(`${owner}-${PRODUCTS.get(words[at].toLowerCase())}`);
  const rest = words.slice(at + 1).filter((word) => word !== 'client' && word !== '');
  operation[i] = names.of(rest.join('_') || 'request');
}

/**
 * Kinds of spans that do not say theirs, from the services of their parents and children. A server's span below one of the same
 * service, as a proxy beside it makes, is inside of it; so is a consumer's below a consumer's.
 */
export function inferKinds(spans: SpanStore, links: Links): void {
  const { count, kind, service, store } = spans;
  const { parent, first, children, isOrphan } = links;
  const said = kind.slice(0, count);
  const isRemote = (i: number): boolean => parent[i] >= 0 && service[parent[i]] !== service[i];
  for (let i = 0; i < count; i++) {
    if (said[i] > KIND.internal) continue;
    if (isRemote(i)) kind[i] = KIND.server;
    else if (said[i] === KIND.unset && parent[i] < 0 && isOrphan[i] === 0) kind[i] = KIND.server;
  }
  for (let i = 0; i < count; i++) {
    const above = parent[i];
    const handles = kind[i] === KIND.server || kind[i] === KIND.consumer;
    const isInside = handles && above >= 0 && kind[above] === kind[i];
    if (isInside && service[above] === service[i]) kind[i] = KIND.internal;
    if (said[i] !== KIND.unset || kind[i] === KIND.server) continue;
    if (first[i] === first[i + 1] && store[i] === 0) nameStore(spans, i);
    const from = first[i];
    const to = first[i + 1];
    let hasOnlyRemote = to > from;
    for (let k = from; k < to; k++) hasOnlyRemote &&= isRemote(children[k]);
    if (hasOnlyRemote || (to === from && store[i] !== 0)) kind[i] = KIND.client;
    else kind[i] = KIND.internal;
  }
}
