import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { imported, loaded, source } from './support.js';

function service(name: string, spec: string, annotations = ''): string {
  return `
apiVersion: serving.knative.dev/v1
kind: Service
metadata: { name: ${name} }
spec: { template: { metadata: { annotations: { ${annotations} } }, spec: { ${spec} } } }`;
}

function read(text: string): { functions: any; workloads: any; listed: readonly string[] } {
  const result = imported(source(text));
  loaded(result);
  const { values, placed, listed } = result.account;
  expect(placed + listed.length).toBe(values);
  const { functions, workloads } = parse(result.scenario);
  return { functions, workloads, listed: listed.map(({ path, reason }) => `${path}: ${reason}`) };
}

const CONTAINER = 'containers: [ { image: shop/web } ]';

describe('a Service of Knative', () => {
  /** The shape of quarkusio/quarkus-super-heroes (Apache-2.0): environments with addresses, and a smallest scale. */
  it('is a function, whose address is its name', () => {
    const { functions, workloads } = read(
      [
        service(
          'web',
          'containers: [ { image: a, env: [ { name: API_URL, value: "http://api" } ] } ]',
        ),
        service('api', CONTAINER, 'autoscaling.knative.dev/min-scale: "1"'),
      ].join('\n---'),
    );
    expect(functions.web).toEqual({
      kind: 'knative',
      coldStart: '2s',
      cpu: 4,
      endpoints: { handle: { steps: [{ work: 'exponential(5ms)' }, { call: 'api.handle' }] } },
    });
    expect(functions.api.autoscaler).toEqual({ minScale: 1 });
    expect(workloads.users.requests).toEqual([{ name: 'web', call: 'web.handle' }]);
  });

  it('has its concurrency, its time limit, its cores and its autoscaler', () => {
    const { functions } = read(
      service(
        'web',
        'containerConcurrency: 10, timeoutSeconds: 60, containers: [ { image: a, resources: { limits: { cpu: 500m } } } ]',
        'autoscaling.knative.dev/maxScale: "5", autoscaling.knative.dev/target: "8", autoscaling.knative.dev/target-utilization-percentage: "90", autoscaling.knative.dev/window: 40s, autoscaling.knative.dev/panic-threshold-percentage: "150.0"',
      ),
    );
    expect(functions.web).toMatchObject({
      concurrencyPerInstance: 10,
      timeout: '60s',
      cpu: 0.5,
      autoscaler: {
        target: 8,
        targetUtilization: '90%',
        stableWindow: '40s',
        panicThreshold: 1.5,
        maxScale: 5,
      },
    });
  });

  it('has no target of requests per second, and no limit of 0', () => {
    const { functions, listed } = read(
      service(
        'web',
        `containerConcurrency: 0, ${CONTAINER}`,
        'autoscaling.knative.dev/metric: rps, autoscaling.knative.dev/target: "150"',
      ),
    );
    expect(functions.web).not.toHaveProperty('autoscaler');
    expect(functions.web).not.toHaveProperty('concurrencyPerInstance');
    expect(
      listed.filter((text) => /target: .*follows the concurrency alone/.test(text)),
    ).toHaveLength(1);
    expect(listed).toContain('spec.template.spec.containerConcurrency: no limit is the default');
  });

  it('has no fields of a process, which other files set', () => {
    const settings = 'spring.application.name: web\nserver.tomcat.threads.max: 50\n';
    const result = imported([
      ...source(service('web', CONTAINER)),
      ...source(settings, 'web/application.yml'),
    ]);
    loaded(result);
    expect(result.account.listed.map(({ reason }) => reason)).toContain(
      'a function has no such field',
    );
  });
});
