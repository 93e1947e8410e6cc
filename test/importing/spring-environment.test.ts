import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Importing } from '../../src/importing/import.js';
import { deployed, loaded } from './support.js';

const MANIFESTS = deployed(['order', 'payment']);

/** Deployments of order and payment, with variables of the order service. */
function withVariables(env: readonly string[], more = '', container = ''): any {
  const list = env.map((one) => {
    const [, name, value] = /^([^=]*)=(.*)$/.exec(one)!;
    return `{ name: ${name}, value: "${value}" }`;
  });
  const text = `${MANIFESTS.replace('image: shop/order }', `image: shop/order, env: [ ${list.join(', ')} ] ${container} }`)}\n${more}`;
  const sources = [{ path: 'k8s.yaml', text }];
  const result = new Importing(sources, { title: 'Shop', names: new Map() }).finish(null);
  loaded(result);
  return { ...parse(result.scenario), result };
}

describe('what a process is started with', () => {
  const pool = (env: readonly string[], container = ''): unknown => {
    const given = ['SPRING_DATASOURCE_URL=jdbc:postgresql://pg:5432/shop', ...env];
    return withVariables(given, '', container).databases.pg.pools.order.maximumPoolSize;
  };
  const NAME = 'spring.datasource.hikari.maximum-pool-size';

  // docs.spring.io/spring-boot/reference/features/external-config: later ones of the list override earlier ones.
  it('overrides in the order of Spring Boot: arguments, JSON, system properties, environment', () => {
    const env = ['SPRING_DATASOURCE_HIKARI_MAXIMUMPOOLSIZE=11'];
    expect(pool(env)).toBe(11);
    env.push(`JAVA_TOOL_OPTIONS=-Xmx512m -D${NAME}=12`);
    expect(pool(env)).toBe(12);
    env.push(`JAVA_OPTS=-D${NAME}=13`);
    expect(pool(env)).toBe(13);
    const words = `, command: [ java, "-D${NAME}=14", -jar, app.jar ]`;
    expect(pool(env, words)).toBe(14);
    env.push(`_JAVA_OPTIONS=-D${NAME}=15`);
    expect(pool(env, words)).toBe(15);
    const json = '{ spring: { datasource: { hikari: { maximumPoolSize: 16 } } } }';
    env.push(`SPRING_APPLICATION_JSON=${json}`);
    expect(pool(env, words)).toBe(16);
    expect(pool(env, `${words}, args: [ "--${NAME}=17" ]`)).toBe(17);
    expect(
      pool(env, `, command: [ sh, -c, "exec java $JAVA_OPTS -jar app.jar --${NAME}='18'" ]`),
    ).toBe(18);
  });

  it('joins two files with dotted names, of which the later one counts', () => {
    const sources = [
      { path: 'k8s.yaml', text: MANIFESTS },
      {
        path: 'order/application.yml',
        text: `spring.datasource.url: jdbc:postgresql://pg:5432/shop\n${NAME}: 5\n`,
      },
      { path: 'extra.yml', text: `${NAME}: 6\n` },
    ];
    const names = new Map([['extra.yml', 'order']]);
    const result = new Importing(sources, { title: 'Shop', names }).finish(null);
    expect(parse(result.scenario).databases.pg.pools.order.maximumPoolSize).toBe(6);
  });

  it('has JSON also as a system property, and none that is not valid', () => {
    const json = `-Dspring.application.json={"${NAME}":21}`;
    expect(pool([], `, args: [ '${json}' ]`)).toBe(21);
    const { result, databases } = withVariables([
      'SPRING_DATASOURCE_URL=jdbc:postgresql://pg:5432/shop',
      'SPRING_APPLICATION_JSON={ spring: [',
    ]);
    expect(databases.pg.pools.order).toEqual({ kind: 'hikari' });
    expect(result.account.listed.map(({ reason }: any) => reason)).toContain(
      'is not valid JSON: Spring ignores it',
    );
  });

  it('counts in Compose too, with its variables', () => {
    const text = `
services:
  order:
    image: x
    entrypoint: java -Dspring.datasource.hikari.maximum-pool-size=\${POOL} -jar app.jar
    environment: { SPRING_DATASOURCE_URL: "jdbc:postgresql://pg:5432/shop" }
  pg: { image: postgres }
`;
    const sources = [
      { path: 'compose.yaml', text },
      { path: '.env', text: 'POOL=22\n' },
    ];
    const result = new Importing(sources, { title: 'Shop', names: new Map() }).finish(null);
    loaded(result);
    expect(parse(result.scenario).databases.pg.pools.order.maximumPoolSize).toBe(22);
  });
});

describe('variables of the environment', () => {
  // docs.spring.io/spring-boot/reference/features/external-config: dots become underscores, dashes go; with an underscore
  // for each dash it is the older spelling.
  it.each([
    'RESILIENCE4J_CIRCUITBREAKER_INSTANCES_PAYMENT_FAILURERATETHRESHOLD',
    'RESILIENCE4J_CIRCUITBREAKER_INSTANCES_PAYMENT_FAILURE_RATE_THRESHOLD',
    'resilience4j.circuitbreaker.instances.payment.failure-rate-threshold',
  ])('set a field of an instance: %s', (name) => {
    const { services } = withVariables([`${name}=25`]);
    expect(services.order.outbound.payment.circuitBreaker).toEqual({
      kind: 'resilience4j',
      failureRateThreshold: '25%',
    });
  });

  it.each(['SPRINGDATASOURCEURL', 'SPRING_DATA_SOURCE_URL', 'MY_SPRING_DATASOURCE_URL'])(
    'are other ones where dots are not underscores: %s',
    (name) => {
      const { databases } = withVariables([`${name}=jdbc:postgresql://pg:5432/shop`]);
      expect(databases).toBeUndefined();
    },
  );

  it('make retries, bulkheads of threads and what a base has', () => {
    const { services, result } = withVariables([
      'RESILIENCE4J_RETRY_CONFIGS_DEFAULT_MAXATTEMPTS=4',
      'RESILIENCE4J_RETRY_INSTANCES_PAYMENT_WAITDURATION=200ms',
      'RESILIENCE4J_THREADPOOLBULKHEAD_INSTANCES_PAYMENT_MAXTHREADPOOLSIZE=8',
      'SERVER_SHUTDOWN=graceful',
    ]);
    expect(services.order.outbound.payment).toMatchObject({
      retry: { attempts: 4, backoff: { kind: 'constant', base: '200ms' } },
      bulkhead: { kind: 'threadPool', maxThreads: 8 },
    });
    expect(services.order.lifecycle.drain).toBe(true);
    const paths = result.account.listed.filter(({ path }: any) => path.endsWith('.value'));
    expect(paths).toEqual([]);
  });

  it('override application.yml, whose other fields stay, and fill its placeholders', () => {
    const settings = `
apiVersion: v1
kind: ConfigMap
metadata: { name: order-config }
data:
  application.yml: |
    spring.datasource.url: jdbc:postgresql://\${DB_HOST:localhost}:5432/shop
    spring.datasource.hikari.maximum-pool-size: 12
    resilience4j.retry.instances.Payment: { maxAttempts: 3, waitDuration: 100ms }
`;
    const { services, databases, result } = withVariables(
      [
        'DB_HOST=pg-orders',
        'RESILIENCE4J_RETRY_INSTANCES_PAYMENT_MAXATTEMPTS=5',
        'SPRING_DATASOURCE_HIKARI_MAXIMUMPOOLSIZE=30',
      ],
      `---\n${settings}`,
    );
    expect(services.order.outbound.payment.retry).toMatchObject({
      attempts: 5,
      backoff: { base: '100ms' },
    });
    expect(databases['pg-orders'].pools.order.maximumPoolSize).toBe(30);
    // The line is that of the ConfigMap.
    const line = result.scenario.split('\n').find((one: string) => one.includes('base: 100ms'));
    const text = `${MANIFESTS}\n---\n${settings}`.split('\n');
    expect(line).toContain(
      `k8s.yaml:${text.findIndex((one) => one.includes('Retry') || one.includes('retry.instances')) + 1}`,
    );
  });

  it('come from ConfigMaps: envFrom, a key, and application.properties in a volume', () => {
    const maps = `---
apiVersion: v1
kind: ConfigMap
metadata: { name: shared }
data: { SERVER_TOMCAT_THREADS_MAX: "40", POOL: "9" }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: files }
data:
  application.properties: |
    # comment
    server.tomcat.accept-count = 7
    spring.datasource.url: jdbc:postgresql://\\
      pg:5432/shop
  readme.md: text
`;
    const { services, databases, result } = withVariables(
      [],
      maps,
      `, envFrom: [ { configMapRef: { name: shared } } ]`,
    );
    expect(services.order.concurrency).toBe(40);
    expect(databases).toBeUndefined();
    const mounted = withVariables(
      [],
      maps,
      `, envFrom: [ { configMapRef: { name: shared } } ] } ], volumes: [ { configMap: { name: files }`,
    );
    expect(mounted.services.order).toMatchObject({ concurrency: 40, queue: { capacity: 7 } });
    expect(mounted.databases.pg).toBeDefined();
    const { values, placed, listed } = result.account;
    expect(values).toBe(placed + listed.length);
  });
});
