import type { Cell } from '../../cell.js';
import { consumersOf } from '../../message-brokers.js';
import { listBelow, REASON } from '../../reasons.js';
import type { Component, System } from '../../system.js';
import { from, fromLater, guess, list, map } from '../../written.js';
import { namespaceOf, resource, type DocumentKind } from '../kind.js';
import { hostsIn } from '../kubernetes/addresses.js';
import { clusterOf } from '../kubernetes/cluster.js';
import { appsOf, usersOf } from './apps.js';

/** Products of state stores, by the word after `state.`; others are databases without the rules of a product. */
const PRODUCTS: Readonly<Record<string, string>> = {
  redis: 'redis',
  mongodb: 'mongo',
  postgresql: 'postgres',
  mysql: 'mysql',
};

/** Fields of a Component with the address of what it stands for. Source: docs.dapr.io, Component specs. */
const ADDRESS = /^(redisHost|host|hosts|server|url|connectionString|brokers|consulAddress)$/;

/** Components of Dapr: state stores are databases, and brokers of messages give the kind of the topics of Subscriptions. */
export const daprComponents: DocumentKind = {
  recognises: resource(/^dapr\.io$/, 'Component', 'Subscription'),
  read(document, system) {
    clusterOf(system);
    const isComponent = document.get('kind')?.text() === 'Component';
    if (isComponent) brokersOf(system).set(nameOf(document), document);
    system.later('routes', () => {
      if (isComponent) addStore(document, system);
      else addSubscription(document, system);
      listBelow(document, {
        apiVersion: REASON.kind,
        kind: REASON.kind,
        metadata: REASON.name,
        scopes: REASON.name,
        'spec.type': REASON.kind,
        'spec.version': REASON.kind,
        'spec.metadata': 'how Dapr reaches it, or a setting without a counterpart',
        'spec.pubsubname': REASON.name,
        'spec.route': REASON.port,
        'spec.routes': REASON.port,
        auth: REASON.security,
      });
      document.list('this setting of Dapr has no counterpart');
    });
  },
};

function nameOf(document: Cell): string {
  return document.get('metadata', 'name')?.text() ?? '';
}

/** The Components of all files by their names. */
function brokersOf(system: System): Map<string, Cell> {
  return system.shared('components of Dapr', () => new Map<string, Cell>());
}

function typeOf(document: Cell | undefined): readonly [block: string, product: string] {
  const [block = '', ...product] = (document?.get('spec', 'type')?.text() ?? '').split('.');
  return [block, product.join('.')];
}

/** A state store: the database of its address, or one of its own name. */
function addStore(document: Cell, system: System): void {
  const [block, product] = typeOf(document);
  if (block !== 'state') return;
  const users = usersOf(document, nameOf(document), system);
  if (users.length === 0) return;
  const fields = document.get('spec', 'metadata')?.items() ?? [];
  const address = fields
    .find((field) => ADDRESS.test(field.get('name')?.text() ?? ''))
    ?.get('value');
  const [host] = hostsIn(address?.text() ?? '');
  const name = host?.host.replace(/\..*$/, '') ?? nameOf(document);
  const known = system.find(host?.host ?? name, namespaceOf(document));
  const store = known ?? newStore(name, PRODUCTS[product] ?? 'generic', address, document, system);
  if (store.section !== 'databases') return;
  for (const { app, place } of users) system.connect(app, store, place);
}

function newStore(
  name: string,
  product: string,
  address: Cell | undefined,
  document: Cell,
  system: System,
): Component {
  const origin = address ?? document.get('metadata', 'name')!;
  const namespace = namespaceOf(document);
  const made = system.add(name, { namespace, section: 'databases', product, origins: [origin] });
  system.addHost(name, namespace, made);
  return made;
}

/** A Subscription: its topic with a subscriber for each app in its scopes. Other apps that name the broker or the topic publish. */
function addSubscription(document: Cell, system: System): void {
  const spec = document.get('spec');
  const [topic, broker] = [spec?.get('topic'), spec?.get('pubsubname')];
  const apps = (document.get('scopes')?.items() ?? []).flatMap((scope) => {
    const app = appsOf(system).get(scope.text() ?? '')?.component;
    return app === undefined ? [] : [{ scope, app }];
  });
  if (topic?.text() === undefined || apps.length === 0) return;
  const holder = holderOf(topic, broker?.text() ?? '', document, system);
  const [key] = consumersOf(holder);
  const known = holder.fields.get(key);
  const subscribers = apps.map(({ scope, app }) => {
    system.subscribed.add(app);
    return map({
      group: from(app.name, scope),
      call: fromLater(() => system.targetOf(app), topic),
    });
  });
  holder.fields.set(key, list([...(known?.kind === 'list' ? known.items : []), ...subscribers]));
  const names = new Set([topic.text(), broker?.text()]);
  for (const { component, variables } of appsOf(system).values()) {
    const named = variables.find(({ value }) => names.has(value.text()));
    if (named !== undefined && !apps.some(({ app }) => app === component))
      system.connect(component, holder, named.value);
  }
}

function holderOf(topic: Cell, broker: string, document: Cell, system: System): Component {
  const holders = system.shared('topics of Dapr', () => new Map<string, Component>());
  const key = `${broker} ${topic.text()!}`;
  const known = holders.get(key);
  if (known !== undefined) return known;
  const [, product] = typeOf(brokersOf(system).get(broker));
  const isKafka = product === 'kafka';
  const made = system.add(topic.text()!, {
    namespace: namespaceOf(document),
    section: 'topics',
    product: isKafka ? 'kafka' : 'bus',
    origins: [topic],
  });
  if (isKafka) made.fields.set('partitions', guess(1));
  holders.set(key, made);
  return made;
}
