import { from, map, plain, type Written } from '../../written.js';
import { durationOf } from '../istio/retries.js';
import { byDefault, GENERIC, type Controller, type Find } from './controller.js';
import { sizeOf } from './nginx.js';

const METHODS: Readonly<Record<string, string>> = {
  round_robin: 'roundRobin',
  least_conn: 'leastConnections',
};

/** nginx of F5, which tries each pod once. Source: nginx/kubernetes-ingress, advanced configuration with annotations. */
export const nginxOfF5: Controller = {
  ...GENERIC,
  named: /^nginx\.org\/|^nginx$/,
  image: /(^|\/)nginx\/nginx-ingress|nginx-plus-ingress/,
  prefix: 'nginx.org/',
  marks: /^nginx\.com\/|^appprotect(dos)?\.f5\.com\//,
  product: 'nginx',
  isEventLoop: true,
  deciding: ['proxy-read-timeout', 'proxy-connect-timeout', 'lb-method'],
  bundle(find, _, component) {
    const read = durationOf(find('proxy-read-timeout'));
    const connect = durationOf(find('proxy-connect-timeout'));
    const method = find('lb-method');
    const kind = METHODS[method?.text() ?? ''];
    if (read === undefined && connect === undefined && kind === undefined) return null;
    const pods = component?.replicas ?? 1;
    return map({
      timeout: read ?? byDefault('60s', 'nginx'),
      retry:
        pods > 1
          ? map({ kind: plain('nginx'), attempts: { ...plain(pods), note: 'each pod once' } })
          : undefined,
      connections: map({ connectTimeout: connect ?? byDefault('60s', 'nginx') }),
      loadBalancing: kind === undefined ? undefined : map({ kind: from(kind, method) }),
    });
  },
  middleware: (find) => [...sizeOf(find('client-max-body-size')), ...limitOf(find)],
  counted: ['limit-req-rate'],
  reasons: [
    ['limit-req-', 'no `limit-req-rate` uses it, or the key is no address of a client'],
    ['lb-method', 'a random choice of two is the default; a hash has no counterpart here'],
    ['', 'annotations of nginx.org are read for limits alone: write `policy` and `middleware`'],
  ],
};

/** `10r/s` by the address of the client, with a burst that waits, passes later than `delay`, or passes at once. */
function limitOf(find: Find): readonly Written[] {
  const cell = find('limit-req-rate');
  const [, number, unit] = /^(\d+)r\/([sm])$/.exec(cell?.text() ?? '') ?? [];
  const key = find('limit-req-key')?.text() ?? '${binary_remote_addr}';
  if (number === undefined || !key.includes('remote_addr')) return [];
  const burst = find('limit-req-burst');
  const depth = burst?.number() ?? 0;
  const noDelay = find('limit-req-no-delay');
  const delay = find('limit-req-delay');
  const status = find('limit-req-reject-code');
  const later = delay?.number() ?? 0;
  return [
    map({
      rateLimit: map({
        kind: plain('leakyBucket'),
        rate: from(`${number}/${unit === 's' ? 's' : 'min'}`, cell),
        burst: depth > 0 ? from(depth, burst) : undefined,
        delay:
          noDelay?.text() === 'true'
            ? from(depth, noDelay)
            : later > 0
              ? from(Math.min(later, depth), delay)
              : undefined,
        key: plain('client'),
        status:
          status?.number() === undefined ? byDefault(429, 'nginx') : from(status.number()!, status),
      }),
    }),
  ];
}
