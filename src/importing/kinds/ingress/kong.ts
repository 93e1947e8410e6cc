import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';
import type { System } from '../../system.js';
import { from, map, plain, type Written, type WrittenScalar } from '../../written.js';
import { middlewareOf } from '../kong/plugins.js';
import { namespaceOf, resource, type DocumentKind } from '../kind.js';
import { annotationsOf, byDefault, GENERIC, type Controller } from './controller.js';

/** Plugins by `namespace/name`; those of the whole cluster by their name. */
function pluginsOf(system: System): Map<string, Cell> {
  return system.shared('KongPlugins', () => new Map<string, Cell>());
}

/** Plugins of Kong that Ingresses and Services name. */
export const kongPlugins: DocumentKind = {
  recognises: resource(/^configuration\.konghq\.com$/, 'KongPlugin', 'KongClusterPlugin'),
  read(document, system) {
    const name = document.get('metadata', 'name')?.text() ?? '';
    const isOfCluster = document.get('kind')?.text() === 'KongClusterPlugin';
    pluginsOf(system).set(isOfCluster ? name : `${namespaceOf(document)}/${name}`, document);
    system.later('policies', () => {
      listBelow(document, { apiVersion: REASON.kind, kind: REASON.kind, metadata: REASON.name });
      document.list('no Ingress of these files uses it, or the plugin has no counterpart');
    });
  },
};

/** An annotation of the Service has the whole name, one of the Ingress that after the prefix. */
const PREFIX = 'konghq.com/';

/**
 * The Ingress controller of Kong. Sources: Kong/kubernetes-ingress-controller, internal/annotations; docs.konghq.com, KongPlugin.
 * A plugin of the Ingress goes before one of its Service.
 */
export const kong: Controller = {
  ...GENERIC,
  named: /kong/,
  image: /(^|\/)kong(\/kong)?(-gateway)?[:@]/,
  prefix: PREFIX,
  product: 'kong',
  isEventLoop: true,
  ofService: annotationsOf,
  deciding: [`${PREFIX}read-timeout`, `${PREFIX}connect-timeout`, `${PREFIX}retries`],
  bundle(find) {
    const [read, connect, retries] = this.deciding.map(find);
    if (read === undefined && connect === undefined && retries === undefined) return null;
    const count = retries?.number();
    const attempts = count === undefined ? byDefault(6, 'Kong') : from(count + 1, retries);
    return map({
      timeout: millisecondsOf(read),
      retry: map({ kind: plain('kong'), attempts }),
      connections: map({ connectTimeout: millisecondsOf(connect) }),
    });
  },
  middleware(find, { namespace, system }) {
    const named = (cell: Cell | undefined): readonly Cell[] =>
      (cell?.text() ?? '').split(',').flatMap((text) => {
        const name = text.trim();
        const all = pluginsOf(system);
        return all.get(`${namespace}/${name}`) ?? all.get(name) ?? [];
      });
    const own = [...named(find(`${PREFIX}plugins`)), ...named(find('plugins'))];
    const isOn = (one: Cell): boolean => one.get('disabled')?.value !== true;
    return middlewareOf(own.filter(isOn)) as readonly Written[];
  },
  reasons: [
    ['strip-path', 'a path leads to a route, whatever it is rewritten to'],
    ['plugins', 'its values are in the KongPlugin'],
    ['', 'this annotation of Kong is not read: write `policy` and `middleware` of the route'],
  ],
};

/** Times of Kong are milliseconds, 60 s where there is none. */
function millisecondsOf(cell: Cell | undefined): WrittenScalar {
  const value = cell?.number() ?? 0;
  return value > 0 ? from(`${value}ms`, cell) : byDefault('60s', 'Kong');
}
