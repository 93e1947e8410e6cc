import { describe, expect, it } from 'vitest';
import { imported, loaded, source } from './support.js';

// run-aspnetcore-microservices and dotnetcore-microservices-poc: all images are built from one folder.
const built = (name: string): string => `{ build: { context: ., dockerfile: ${name}/Dockerfile }, `;
const compose = `services:
  orders.api: ${built('Orders')} depends_on: [] }
  carts.api: ${built('CartsService')} depends_on: [] }
  gateway: ${built('Gateway')} depends_on: [ orders.api, carts.api ], environment: { ASPNETCORE_ENVIRONMENT: Docker, ReverseProxy__Clusters__carts__Destinations__d__Address: "http://carts.api:8080" } }
`;

function imports(files: Readonly<Record<string, string>>) {
  const texts = Object.entries(files).flatMap(([path, text]) => source(text, path));
  const result = imported([...source(compose, 'compose.yaml'), ...texts]);
  loaded(result);
  const { scenario } = result;
  const at = scenario.indexOf('\ngateways:');
  const gateway = scenario.slice(at, scenario.indexOf('\nservices:')).replace(/ {2}#.*/g, '');
  return { result, gateway: gateway.slice(gateway.indexOf('    runtime')) };
}

describe('settings of .NET', () => {
  it('of YARP give its service a route of each entry, with the addresses of the environment that runs', () => {
    const yarp = `{
  // Routes
  "ReverseProxy": {
    "Routes": {
      "rest": { "ClusterId": "carts", "Match": { "Path": "/{**all}" } },
      "one": { "ClusterId": "carts", "Timeout": "00:00:02", "Match": { "Path": "/orders/{id:int}/{tab?}", "Methods": [ "GET" ] } },
      "query": { "ClusterId": "carts", "Match": { "Path": "/q", "QueryParameters": [ { "Name": "a" } ] } },
      "orders": { "ClusterId": "orders", "RateLimiterPolicy": "fixed", "Match": { "Path": "/orders/{**rest}" } }
    },
    "Clusters": {
      "orders": { "HttpRequest": { "ActivityTimeout": "00:00:30" }, "Destinations": { "a": { "Address": "http://localhost:6000/" } } },
      "carts": { "HttpClient": { "MaxConnectionsPerServer": 10 }, "Destinations": { "d": { "Address": "http://localhost:6001/" } } }
    }
  }
}`;
    const docker = (host: string): string =>
      `{ "ReverseProxy": { "Routes": {}, "Clusters": { "Orders": { "Destinations": { "a": { "Address": "http://${host}:8080" } } } } } }`;
    const { result, gateway } = imports({
      'Gateway/appsettings.json': yarp,
      'Gateway/appsettings.Docker.json': docker('orders.api'),
      'Gateway/appsettings.Local.json': docker('carts.api'),
    });
    expect(result.scenario).toMatch(/^ {4}kind: yarp\b/m);
    // A literal goes before a parameter, and that before the rest; 100 s and 15 s are the defaults of YARP.
    expect(gateway).toBe(`    runtime: async
    routes:
      - name: one
        match:
          path:
            - /orders/{id}
            - /orders/{id}/{tab}
          method: GET
        to: carts-api.handle
        policy:
          timeout: 2s
          connections:
            max: 10
            connectTimeout: 15s
      - name: orders
        match:
          path:
            - /orders
            - /orders/*
        to: orders-api.handle
        policy:
          timeout: 30s
          connections:
            connectTimeout: 15s
      - name: rest
        match:
          path: /*
        to: carts-api.handle
        policy:
          timeout: 100s
          connections:
            max: 10
            connectTimeout: 15s`);
    expect(result.scenario).not.toContain('call: orders-api');
    expect(result.questions[0]).toContain('Which limit is fixed of orders');
    const reasons = result.account.listed.map(({ place, reason }) => `${place} ${reason}`);
    expect(reasons).toContain(
      'Gateway/appsettings.Local.json:1 the process runs as docker, and does not read this file',
    );
    expect(reasons.filter((one) => one.includes('a condition on the query'))).not.toEqual([]);
  });

  it('of Ocelot give it a route of each entry, in the order of their priority', () => {
    const ocelot = `{ "Routes": [
  { "UpstreamPathTemplate": "/{any}", "DownstreamHostAndPorts": [ { "Host": "orders.api", "Port": 80 } ] },
  { "UpstreamPathTemplate": "/carts/{rest}", "UpstreamHttpMethod": [ "Get" ], "ServiceName": "CartsService",
    "QoSOptions": { "TimeoutValue": 1500 }, "RateLimitOptions": { "EnableRateLimiting": true, "Period": "1m", "Limit": 20 } },
  { "UpstreamPathTemplate": "/carts", "UpstreamHttpMethod": [ "Get" ], "ServiceName": "CartsService" },
  { "UpstreamPathTemplate": "/both/{id}/x", "DownstreamHostAndPorts": [ { "Host": "orders.api" }, { "Host": "carts.api" } ] },
  { "UpstreamPathTemplate": "/turns", "DownstreamHostAndPorts": [ { "Host": "orders.api" }, { "Host": "carts.api" } ], "LoadBalancerOptions": { "Type": "RoundRobin" } }
] }`;
    const { result, gateway } = imports({ 'Gateway/ocelot.json': ocelot });
    // Without a balancer the first host gets all requests. A route that an earlier one hides is listed.
    expect(gateway).toBe(`    runtime: async
    routes:
      - name: get-carts
        match:
          path:
            - /carts
            - /carts/*
          method: GET
        to: carts-api.handle
        policy:
          timeout: 1500ms
        middleware:
          - rateLimit:
              kind: fixedWindow
              limit: 20
              window: 1m
              key: client
              status: 429
      - name: both-x
        match:
          path: /both/{id}/x
        to: orders-api.handle
        policy:
          timeout: 90s
      - name: turns
        match:
          path: /turns
        to:
          orders-api: 1
          carts-api: 1
        policy:
          timeout: 90s
      - name: root
        match:
          path: /*
        to: orders-api.handle
        policy:
          timeout: 90s`);
    expect(result.account.listed).toContainEqual(
      expect.objectContaining({ place: 'Gateway/ocelot.json:5', value: '/carts' }),
    );
  });
});

it('requests to a proxy keep the method that only the gateway behind it demands', () => {
  const yarp = `{ "ReverseProxy": {
    "Routes": { "place": { "ClusterId": "orders", "Match": { "Path": "/orders", "Methods": [ "POST" ] } } },
    "Clusters": { "orders": { "Destinations": { "a": { "Address": "http://orders.api:80" } } } } } }`;
  const edge = `${compose}  edge: { build: { context: edge }, depends_on: [ gateway ], ports: [ "80:80" ] }\n`;
  const { scenario } = imported([
    ...source(edge, 'compose.yaml'),
    ...source(yarp, 'Gateway/appsettings.json'),
    ...source(':80\nreverse_proxy gateway:80\n', 'edge/Caddyfile'),
  ]);
  const users = scenario.slice(scenario.indexOf('\nworkloads:'));
  expect(users.replace(/ {2}#.*/g, '')).toContain('path: /orders\n        method: POST\n');
});
