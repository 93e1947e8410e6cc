import { describe, expect, it } from 'vitest';
import { imported, loaded, source } from './support.js';

const compose = `services:
  proxy: { image: caddy:2, environment: { LIMIT: 5242880, SITE: ':80' }, volumes: [ "./Caddyfile.prod:/etc/caddy/Caddyfile" ], depends_on: [ web, api, admin, auth ] }
  web: { image: shop/web }
  api: { image: shop/api }
  admin: { image: shop/admin }
  auth: { image: shop/auth }
`;

/** The gateway that a Caddyfile makes of the service that mounts it. */
function gateway(caddyfile: string): string {
  const files = [...source(compose, 'compose.yaml'), ...source(caddyfile, 'Caddyfile.prod')];
  const result = imported(files);
  loaded(result);
  const text = result.scenario.replace(/ {2}#.*/g, '');
  const at = text.indexOf('\ngateways:');
  return at < 0 ? '' : text.slice(at, text.indexOf('\nservices:'));
}

/** Its routes: hosts, methods and paths, and the target. */
function routes(caddyfile: string): readonly string[] {
  const parts = gateway(caddyfile).split('\n      - name: ').slice(1);
  return parts.map((part) => {
    const match = part.slice(part.indexOf('match:') + 6, part.indexOf('\n        to:'));
    const to = part.slice(part.indexOf('\n        to:') + 12).split(/\n {8}\w/)[0]!;
    return `${match}${to}`
      .replace(/\.handle/, '')
      .replace(/\s+/g, ' ')
      .trim();
  });
}

describe('a Caddyfile', () => {
  // apps/proxy/Caddyfile.ce of makeplane/plane.
  const plane = `
(shop) {
	request_body {
		max_size {$LIMIT}
	}
	redir /admin /admin/ permanent
	reverse_proxy /admin/* admin:3000
	reverse_proxy /api/* api:8000
	reverse_proxy /{$BUCKET}/* store:9000
	reverse_proxy /* web:3000 # the rest
}
{
	acme_ca {$CA:https://acme.example/directory}
}
{$SITE} {
	import shop
}`;

  it('makes a gateway of the service that runs it: each request takes one route, the longest path first', () => {
    expect(routes(plane)).toEqual(['path: /admin/* admin', 'path: /api/* api', 'path: /* web']);
    expect(gateway(plane)).toMatch(/^ {4}kind: caddy\b/m);
    expect(gateway(plane)).toContain(`
    runtime: async
    middleware:
      - filter:
          kind: size
          max: 5242880B
    outbound:
      default:
        connections:
          connectTimeout: 3s
`);
    const { scenario, account } = imported([
      ...source(compose, 'compose.yaml'),
      ...source(plane, 'Caddyfile.prod'),
    ]);
    expect(scenario).not.toContain('call: api.handle');
    expect(account.listed).toContainEqual(
      expect.objectContaining({
        place: 'Caddyfile.prod:9',
        reason: 'a variable that neither the container nor its image sets',
      }),
    );
  });

  it.each([
    // A file of one site needs no braces.
    ['shop.example\nreverse_proxy api:80', ['path: /* api']],
    // `handle` before `reverse_proxy`, whatever their order; a path in `handle_path` lacks the prefix.
    [
      ':80 {\n reverse_proxy web:80\n handle_path /v1/* {\n  reverse_proxy /admin/* admin:80\n  reverse_proxy api:80\n }\n}',
      ['path: /v1/admin/* admin', 'path: /v1/* api', 'path: /* web'],
    ],
    // `route` keeps the order, and a condition without a path comes before none.
    [
      ':80 {\n route {\n  reverse_proxy /a* web:80\n  reverse_proxy /admin* admin:80\n }\n @w {\n  method POST PUT\n  path /w /w/*\n }\n reverse_proxy @w api:80\n}',
      ['path: /a* web', 'path: /admin* admin', 'path: - /w - /w/* method: - POST - PUT api'],
    ],
    // Hosts count where sites differ in them, and one of a wildcard comes later.
    [
      '*.shop.example {\n reverse_proxy web:80\n}\nhttps://a.shop.example,\nb.shop.example {\n reverse_proxy api:80\n}',
      [
        'path: /* host: - a.shop.example - b.shop.example api',
        'path: /* host: "*.shop.example" web',
      ],
    ],
    // Weights, the first of several, arguments of a snippet, and expressions.
    [
      '(to) {\n reverse_proxy {args[0]} {args[1]} {\n  lb_policy weighted_round_robin 3 1\n }\n}\n:80 {\n handle /api/* {\n  import to api:80 admin:80\n }\n @js path *.js\n handle @js {\n  reverse_proxy web:80 api:80 {\n   lb_policy first\n  }\n }\n}',
      ['path: /api/* api: 3 admin: 1', 'path: ~.*\\.js web'],
    ],
    // A condition without a counterpart is no route.
    [
      ':80 {\n @ws header Connection *Upgrade*\n reverse_proxy @ws api:80\n reverse_proxy web:80\n}',
      ['path: /* web'],
    ],
  ])('%j', (caddyfile, expected) => {
    expect(routes(caddyfile)).toEqual(expected);
  });

  it('follows snippets of snippets only so far', () => {
    const snippets = Array.from(
      { length: 8 },
      (_, k) => `(s${k}) {\n${`import s${k + 1}\n`.repeat(20)}}\n`,
    ).join('');
    expect(routes(`${snippets}:80 {\nimport s0\nreverse_proxy api:80\n}`)).toEqual([
      'path: /* api',
    ]);
  });

  it('limits calls as it says, and repeats those that could not connect', () => {
    const text = gateway(`:80
forward_auth auth:9091
reverse_proxy api:80 {
	lb_try_duration 5s
	transport http {
		dial_timeout 500ms
		response_header_timeout 10s
		max_conns_per_host 20
	}
}`);
    expect(text.slice(text.indexOf('        policy:'))).toBe(`        policy:
          timeout: 10s
          retry:
            attempts: 20
            on:
              - connect
            backoff:
              kind: constant
              base: 250ms
            startBefore: 5s
          connections:
            max: 20
            connectTimeout: 500ms
        middleware:
          - authenticate:
              kind: introspection
              call: auth.handle`);
  });
});
