import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { deployed, imported, loaded, source } from './support.js';

interface Read {
  readonly scenario: any;
  readonly reasons: ReadonlyMap<string, string>;
}

/** Services web and other, a Gateway and the VirtualServices, each a `spec`. */
function rules(...specs: readonly string[]): Read {
  const documents = specs.map(
    (spec, k) => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: rules-${k} }
spec: ${spec}`,
  );
  const gateway = `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: front }
spec: { selector: { istio: ingressgateway } }`;
  const result = imported(
    source([deployed(['web', 'other']), gateway, ...documents].join('\n---\n')),
  );
  loaded(result);
  const { listed } = result.account;
  return {
    scenario: parse(result.scenario),
    reasons: new Map(listed.map(({ path, value, reason }) => [`${path}=${value}`, reason])),
  };
}

const to = (host: string): string => `route: [ { destination: { host: ${host} } } ]`;
const atGateway = (...http: readonly string[]): string =>
  `{ hosts: [ "*" ], gateways: [ front ], http: [ ${http.join(', ')} ] }`;
const inMesh = (...http: readonly string[]): string =>
  `{ hosts: [ web ], http: [ ${http.join(', ')} ] }`;

describe('conditions of a rule at a gateway', () => {
  it('are alternatives, each with all of its own conditions', () => {
    const { scenario } = rules(
      atGateway(
        `{ match: [ { uri: { exact: /a } }, { uri: { prefix: /b }, headers: { who: { exact: me } } }, { method: { regex: "GET|HEAD" }, authority: { exact: shop.example.com } } ], ${to('web')} }`,
        `{ ${to('other')} }`,
      ),
    );
    const matches = scenario.gateways.front.routes.map(({ match }: any) => match);
    expect(matches).toEqual([
      { path: '/a' },
      { path: '/b*', headers: { who: 'me' } },
      { path: '/*', method: ['GET', 'HEAD'], host: 'shop.example.com' },
      { path: '/*' },
    ]);
  });

  it('leave the alternative out where one has no counterpart, instead of taking all of its path', () => {
    const { scenario, reasons } = rules(
      atGateway(
        `{ match: [ { uri: { prefix: / }, queryParams: { canary: { exact: "1" } } }, { headers: { agent: { regex: ".*Mobile.*" }, who: { exact: me } } } ], ${to('other')} }`,
        `{ ${to('web')} }`,
      ),
    );
    const { routes } = scenario.gateways.front;
    expect(routes.map((route: any) => [route.match, route.to])).toEqual([
      [{ path: '/*' }, 'web.handle'],
    ]);
    expect(reasons.get('spec.http[0].match[0].queryParams.canary.exact=1')).toMatch(
      /has no counterpart: these requests take the next route/,
    );
  });

  it('take all requests with the prefix /, so that the rules after it get none', () => {
    const { scenario, reasons } = rules(
      atGateway(
        `{ match: [ { uri: { prefix: / } } ], timeout: 2s, ${to('web')} }`,
        `{ ${to('other')} }`,
      ),
    );
    expect(scenario.gateways.front.routes).toMatchObject([{ to: 'web.handle' }]);
    expect(reasons.get('spec.http[1].route[0].destination.host=other')).toBe(
      'a rule before it takes all requests',
    );
  });

  it('of other gateways do not count', () => {
    const { scenario } = rules(
      `{ hosts: [ web ], gateways: [ front, mesh ], http: [ { match: [ { gateways: [ mesh ] } ], timeout: 1s, ${to('web')} }, { match: [ { gateways: [ istio-system/front ], uri: { prefix: /api } } ], timeout: 2s, ${to('web')} } ] }`,
    );
    expect(scenario.gateways.front.routes).toMatchObject([
      { match: { path: '/api*' }, policy: { deadline: '2s' } },
    ]);
    expect(scenario.mesh.outbound.web.deadline).toBe('1s');
  });

  it('of one VirtualService go before another one that takes all, as Istio sorts them', () => {
    const { scenario } = rules(
      atGateway(`{ ${to('web')} }`),
      atGateway(`{ match: [ { uri: { prefix: /api } } ], ${to('other')} }`),
      `{ hosts: [ shop.example.com ], gateways: [ front ], http: [ { ${to('other')} } ] }`,
    );
    const { routes } = scenario.gateways.front;
    expect(routes.map((route: any) => [route.match, route.to])).toEqual([
      [{ path: '/*', host: 'shop.example.com' }, 'other.handle'],
      [{ path: '/api*' }, 'other.handle'],
      [{ path: '/*' }, 'web.handle'],
    ]);
  });
});

describe('conditions of a rule inside the mesh', () => {
  it('are a route for each alternative of headers', () => {
    const { scenario } = rules(
      inMesh(
        `{ match: [ { headers: { who: { exact: a } } }, { headers: { team: { regex: "^(red|blue)$" } }, sourceLabels: { app: x } }, { headers: { team: { regex: "^(red|blue)$" } } } ], ${to('other')} }`,
        `{ match: [ { uri: { prefix: / } } ], timeout: 3s, ${to('web')} }`,
      ),
    );
    expect(scenario.mesh.routes.web).toEqual([
      { name: 'route-1', match: { headers: { who: 'a' } }, to: 'other' },
      { name: 'route-2', match: { headers: { team: ['red', 'blue'] } }, to: 'other' },
      { name: 'route-3', to: 'web' },
    ]);
    expect(scenario.mesh.outbound.web.deadline).toBe('3s');
  });

  it('by paths give no policy of all calls where several rules have one each', () => {
    const some = (path: string, limit: string): string =>
      `{ match: [ { uri: { prefix: ${path} } } ], timeout: ${limit}, ${to('web')} }`;
    const { scenario, reasons } = rules(inMesh(some('/fast', '1s'), some('/slow', '9s')));
    expect(scenario.mesh.outbound?.web).toBeUndefined();
    expect(reasons.get('spec.http[1].timeout=9s')).toBe(
      'without traces of these requests, a callee has one policy in the mesh: that of the rule that takes all requests',
    );
    expect(rules(inMesh(some('/api', '1s'))).scenario.mesh.outbound.web.deadline).toBe('1s');
  });
});

describe('several targets of a rule', () => {
  it('get nothing without a weight', () => {
    const { scenario } = rules(
      atGateway(
        `{ route: [ { destination: { host: web }, weight: 10 }, { destination: { host: other } } ] }`,
      ),
    );
    expect(scenario.gateways.front.routes[0].to).toEqual({ web: 10, other: 0 });
  });
});

describe('retries of a rule', () => {
  it.each([
    ['{ perTryTimeout: 2s }', { attempts: 1 }],
    ['{ attempts: 0, perTryTimeout: 2s }', { attempts: 1 }],
    ['{ retryOn: 5xx }', { attempts: 1 }],
    ['{ attempts: 2, backoff: 100ms }', { attempts: 3, backoff: { base: '100ms' } }],
  ])('%s is a number of tries', (retries, expected) => {
    const { scenario } = rules(inMesh(`{ retries: ${retries}, ${to('web')} }`));
    expect(scenario.mesh.outbound.web).toEqual({ retry: { kind: 'istio', ...expected } });
  });
});

/** Source: istio/istio, pilot/pkg/model/virtualservice.go (mergeVirtualServicesIfNeeded). */
describe('a delegate', () => {
  const root = (...http: readonly string[]): string =>
    atGateway(...http.map((match) => `{ ${match}, delegate: { name: rules-1 } }`));

  it('gives its rules, with the conditions and limits of the rule that names it', () => {
    const { scenario } = rules(
      atGateway(
        '{ match: [ { uri: { prefix: /shop } } ], timeout: 2s, delegate: { name: rules-1 } }',
        `{ ${to('web')} }`,
      ),
      `{ http: [ { match: [ { uri: { exact: /shop/cart } } ], timeout: 1s, ${to('other')} }, { ${to('web')} } ] }`,
    );
    const { routes } = scenario.gateways.front;
    expect(
      routes.map((route: any) => [route.match.path, route.to, route.policy?.deadline]),
    ).toEqual([
      ['/shop/cart', 'other.handle', '1s'],
      ['/shop*', 'web.handle', '2s'],
      ['/*', 'web.handle', undefined],
    ]);
  });

  it('gives no rule whose condition the root never meets', () => {
    const { scenario, reasons } = rules(
      root('match: [ { uri: { prefix: /shop } } ]'),
      `{ http: [ { match: [ { uri: { prefix: /admin } } ], ${to('other')} }, { ${to('web')} } ] }`,
    );
    const { routes } = scenario.gateways.front;
    expect(routes.map((route: any) => route.to)).toEqual(['web.handle']);
    expect(reasons.get('spec.http[0].match[0].uri.prefix=/admin')).toContain('no request meets');
  });
});
