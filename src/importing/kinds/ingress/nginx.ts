import type { Cell } from '../../cell.js';
import { REASON } from '../../reasons.js';
import type { System } from '../../system.js';
import { from, list, map, plain, type Written, type WrittenMap } from '../../written.js';
import { secondsOf } from '../kubernetes/quantities.js';
import { byDefault, GENERIC, type About, type Controller, type Find } from './controller.js';
import { byHash, bySession } from '../sticky.js';

const PRODUCT = 'ingress-nginx';
const CHECK =
  'no service of these files checks it: write `authenticate` in `middleware` of the gateway';
const SNIPPET = 'lines of nginx.conf are not read';

/**
 * ingress-nginx of Kubernetes. Source: kubernetes/ingress-nginx dbb11b92d, internal/ingress/controller/config/config.go (defaults),
 * annotations/ratelimit/main.go, template/template.go (buildLocation, buildNextUpstream, buildRateLimit), rootfs/etc/nginx.
 */
export const ingressNginx: Controller = {
  ...GENERIC,
  named: /^k8s\.io\/ingress-nginx$|^nginx$|^ingress-nginx$|approuting\.kubernetes\.azure\.com/,
  image: /ingress-nginx\/controller|nginx-ingress-controller/,
  prefix: 'nginx.ingress.kubernetes.io/',
  product: 'nginx',
  isEventLoop: true,
  expression(find, path) {
    const [flag, target] = [find('use-regex'), find('rewrite-target')];
    if (flag?.text() === 'true') return flag;
    return ['', path].includes(target?.text() ?? '') ? undefined : target;
  },
  deciding: [
    'proxy-connect-timeout',
    'proxy-read-timeout',
    'proxy-next-upstream',
    'proxy-next-upstream-tries',
    'proxy-next-upstream-timeout',
    'affinity',
    'upstream-hash-by',
  ],
  bundle: (find, system) =>
    map({
      timeout: secondsOf(find('proxy-read-timeout')) ?? byDefault('60s', PRODUCT),
      retry: retryOf(find, system),
      connections: map({
        connectTimeout: secondsOf(find('proxy-connect-timeout')) ?? byDefault('5s', PRODUCT),
        idleTimeout: secondsOf(find('upstream-keepalive-timeout')) ?? byDefault('60s', PRODUCT),
        maxRequests: countOf(find, 'upstream-keepalive-requests') ?? byDefault(10_000, PRODUCT),
        lifetime: timeOf(find, 'upstream-keepalive-time') ?? byDefault('1h', PRODUCT),
      }),
      loadBalancing: stayingOf(find, system),
    }),
  middleware: (find, about) => [
    ...checkOf(find, about),
    ...sizeOf(find('proxy-body-size')),
    ...connectionsOf(find),
    ...rateOf(find, 'limit-rpm', 'min', about),
    ...rateOf(find, 'limit-rps', 's', about),
  ],
  counted: ['limit-rps', 'limit-rpm', 'limit-connections'],
  settle(find, { fields }) {
    const cell = find('load-balance');
    if (cell?.text() === 'ewma' && !fields.has('loadBalancing'))
      fields.set('loadBalancing', map({ kind: from('peakEwma', cell) }));
  },
  reasons: [
    ['affinity', 'a session stays with its instance while it is there'],
    ['session-cookie', 'which cookie names the session is not simulated'],
    ['upstream-hash-by', 'the whole upstream is one ring'],
    ['load-balance', 'round robin is the default, or another file says how calls are balanced'],
    [
      'service-upstream',
      'write `loadBalancing: random` of the service, which counts for all of its callers',
    ],
    ['ssl-', REASON.security],
    ['force-ssl-redirect', REASON.security],
    ['proxy-ssl', REASON.security],
    ['auth-tls', REASON.security],
    ['auth-url', CHECK],
    ['auth-type', CHECK],
    ['auth-secret', REASON.security],
    ['auth-realm', REASON.security],
    ['auth-signin', 'a redirect reaches no service'],
    ['auth-cache', 'write `cacheTtl` and `key` of `authenticate`'],
    ['whitelist-source-range', 'addresses are not simulated'],
    ['denylist-source-range', 'addresses are not simulated'],
    ['limit-whitelist', 'addresses are not simulated'],
    ['limit-rate', 'the speed of one connection is not limited in a run'],
    ['limit-burst-multiplier', 'no limit of requests uses it'],
    ['limit-', 'a limit of 0 is none'],
    ['backend-protocol', REASON.port],
    ['proxy-http-version', REASON.port],
    ['proxy-send-timeout', 'a request is sent at once: only the wait for a response is limited'],
    ['proxy-body-size', 'a size of 0 is no limit'],
    ['proxy-next-upstream', 'the default, or a condition without a counterpart'],
    ['client-body', 'buffers are not simulated'],
    ['proxy-buffer', 'buffers are not simulated'],
    ['proxy-busy-buffers', 'buffers are not simulated'],
    ['proxy-max-temp', 'buffers are not simulated'],
    ['proxy-request-buffering', 'buffers are not simulated'],
    ['app-root', 'a redirect reaches no service'],
    ['permanent-redirect', 'a redirect reaches no service'],
    ['temporal-redirect', 'a redirect reaches no service'],
    ['from-to-www-redirect', 'a redirect reaches no service'],
    ['canary', 'no other Ingress has this host and path, or the condition has no counterpart'],
    ['mirror-', 'no service of these files is its target'],
    ['default-backend', 'it serves a service without pods, which is down in a run'],
    ['custom-http-errors', 'a page for an error is an error all the same'],
    ['rewrite-target', 'a path leads to a route, whatever it is rewritten to'],
    ['use-regex', 'no route of these files has the path, or it is no expression'],
    ['server-alias', 'write it as `host` of the routes'],
    ['configuration-snippet', SNIPPET],
    ['server-snippet', SNIPPET],
    ['stream-snippet', SNIPPET],
    ['', 'the content of requests is not simulated'],
  ],
};

/** Conditions of proxy_next_upstream; an error is a connection that fails or breaks. */
const CONDITIONS: Readonly<Record<string, readonly (string | number)[]>> = {
  error: ['connect', 'reset'],
  timeout: ['timeout'],
};

/**
 * By default the next pod after an error or a timeout, 3 tries in all, and none of a POST that was sent: the kind `nginx` knows it.
 * The controller repeats also where there is one pod (balancer.lua, set_more_tries).
 */
function retryOf(find: Find, system: System): WrittenMap {
  const cell = find('proxy-next-upstream');
  const words = (cell?.text() ?? 'error timeout').split(/\s+/).filter((word) => word !== '');
  if (words.includes('off')) return map({ kind: plain('nginx'), attempts: from(1, cell) });
  const tries = find('proxy-next-upstream-tries');
  const count = tries?.number() ?? 0;
  const anyMethod = find('retry-non-idempotent');
  const isForAll =
    words.includes('non_idempotent') || anyMethod?.value === true || anyMethod?.text() === 'true';
  const known = words.flatMap((word) => {
    const [, status] = /^http_([45]\d\d)$/.exec(word) ?? [];
    return status === undefined ? (CONDITIONS[word] ?? []) : [Number(status)];
  });
  const isDefault = !isForAll && known.join() === 'connect,reset,timeout';
  const statuses = known.filter((one) => typeof one === 'number');
  if (statuses.length > 0 && !isForAll)
    system.ask(
      `Which requests are a POST or a PATCH? nginx does not repeat those after a ${statuses[0]}; write the \`method\` of their endpoints, because without one each counts as GET (${cell!.place})`,
    );
  return map({
    kind: plain('nginx'),
    attempts: count >= 1 ? from(count, tries) : byDefault(3, PRODUCT),
    on: isDefault || known.length === 0 ? undefined : list(known.map((one) => from(one, cell))),
    nonIdempotent: isForAll
      ? from(true, words.includes('non_idempotent') ? cell : anyMethod)
      : undefined,
    startBefore: positive(find('proxy-next-upstream-timeout')),
  });
}

/** A cookie goes before a hash of the request. */
function stayingOf(find: Find, system: System): Written | undefined {
  const cookie = find('affinity');
  const hash = find('upstream-hash-by');
  if (cookie?.text() === 'cookie') return bySession(cookie, system);
  return hash?.text() ? byHash(hash, system) : undefined;
}

function positive(cell: ReturnType<Find>): Written | undefined {
  return (cell?.number() ?? 0) > 0 ? secondsOf(cell) : undefined;
}

function countOf(find: Find, name: string): Written | undefined {
  const cell = find(name);
  const count = cell?.number() ?? 0;
  return count >= 1 ? from(count, cell) : undefined;
}

function timeOf(find: Find, name: string): Written | undefined {
  const cell = find(name);
  return /^\d+(ms|s|m|h)$/.test(cell?.text() ?? '') ? from(cell!.text()!, cell) : undefined;
}

/** A request of another service decides (`auth-url`). */
function checkOf(find: Find, { call }: About): readonly Written[] {
  const cell = find('auth-url');
  const target = cell === undefined ? undefined : call(cell);
  if (target === undefined) return [];
  return [map({ authenticate: map({ kind: plain('introspection'), call: target }) })];
}

const UNITS: Readonly<Record<string, string>> = { '': 'B', k: 'KiB', m: 'MiB', g: 'GiB' };

/** client_max_body_size of nginx; 0 = none. */
export function sizeOf(cell: Cell | undefined): readonly Written[] {
  const [, digits = '0', unit = ''] = /^(\d+)([kmg]?)$/i.exec(cell?.text() ?? '') ?? [];
  if (Number(digits) === 0) return [];
  const max = from(`${digits}${UNITS[unit.toLowerCase()]}`, cell);
  return [map({ filter: map({ kind: plain('size'), max }) })];
}

/** limit_conn by the address of the client: requests at once, with HTTP/2 too. */
function connectionsOf(find: Find): readonly Written[] {
  const cell = find('limit-connections');
  const limit = cell?.number() ?? 0;
  if (limit < 1) return [];
  const status = find('limit-conn-status-code');
  return [
    map({
      admit: map({
        limit: from(limit, cell),
        key: plain('client'),
        status: statusOf(status),
      }),
    }),
  ];
}

function statusOf(cell: ReturnType<Find>): Written {
  const status = cell?.number() ?? 0;
  return status >= 400 && status <= 599 ? from(status, cell) : byDefault(503, PRODUCT);
}

/** limit_req by the address of the client, with a burst of 5 times the limit that passes at once. */
function rateOf(find: Find, name: string, unit: string, { system }: About): readonly Written[] {
  const cell = find(name);
  const limit = cell?.number() ?? 0;
  if (limit < 1) return [];
  system.ask(
    `How many addresses send requests? ${name} (${cell!.place}) counts each one: write \`clients\` of the workload, without which each request has an address of its own`,
  );
  const multiplier = find('limit-burst-multiplier');
  const factor = multiplier?.number() ?? 0;
  const burst =
    factor >= 1
      ? from(limit * factor, cell, multiplier)
      : { ...from(limit * 5, cell), note: `${PRODUCT} default of 5 times` };
  return [
    map({
      rateLimit: map({
        kind: plain('leakyBucket'),
        rate: from(`${limit}/${unit}`, cell),
        burst,
        delay: plain(limit * (factor >= 1 ? factor : 5)),
        key: plain('client'),
        status: statusOf(find('limit-req-status-code')),
      }),
    }),
  ];
}
