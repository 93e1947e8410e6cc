import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { deployed, imported, loaded, source } from './support.js';

function read(cpu: string, memory: string): { web: any; reasons: readonly string[] } {
  const more = `, resources: { limits: { cpu: ${cpu}, memory: ${memory} } }`;
  const result = imported(source(deployed(['web'], { more })));
  loaded(result);
  const reasons = result.account.listed
    .filter(({ path }) => path.includes('limits'))
    .map(({ reason }) => reason);
  return { web: parse(result.scenario).services.web, reasons };
}

describe('a quantity of Kubernetes', () => {
  it.each([
    ['500m', 0.5],
    ['"1.5"', 1.5],
    ['100000u', 0.1],
    ['5e-1', 0.5],
    ['.25', 0.25],
  ])('%s are %s cores', (text, cores) => {
    expect(read(text, '1Gi').web.cpu.quota.limit).toBe(cores);
  });

  it.each([
    ['1.5Gi', '1.5GiB'],
    ['123M', '123MB'],
    ['129e6', '129000000B'],
    ['"1e9"', '1000000000B'],
    ['1Ti', '1099511627776B'],
    ['2048000m', '2048B'],
  ])('%s of memory are %s', (text, size) => {
    expect(read('1', text).web.memory.limit).toBe(size);
  });

  it.each([
    ['"0,5"', '1g'],
    ['1e3m', '512m'],
    ['"-1"', '-1Gi'],
    ['none', '0'],
  ])('is listed where it is none, or less than a byte: %s, %s', (cpu, memory) => {
    const { web, reasons } = read(cpu, memory);
    expect(web).not.toHaveProperty('memory');
    expect(web.cpu).toBe(4);
    expect(reasons).toEqual(
      Array(2).fill(
        'is no quantity of cores or bytes, such as 500m and 512Mi, or of something that is not simulated',
      ),
    );
  });
});

it('replicas are a whole number', () => {
  const result = imported(
    source(deployed(['web']).replace('spec:\n  selector', 'spec:\n  replicas: 2.5\n  selector')),
  );
  loaded(result);
  expect(parse(result.scenario).services.web).not.toHaveProperty('replicas');
  expect(result.account.listed.find(({ path }) => path === 'spec.replicas')?.reason).toBe(
    'is no whole number',
  );
});

describe('more replicas than a component can have', () => {
  it('of a Deployment are as many as it can have, and the comment says so', () => {
    const text = deployed(['web']).replace('spec:', 'spec:\n  replicas: 1000000000');
    const result = imported(source(text));
    loaded(result);
    expect(result.scenario).toContain(
      'replicas: 100000  # test.yaml:6, which has 1000000000: more than a component can have',
    );
  });

  it('of Docker Compose too', () => {
    const text = 'services: { web: { image: x, deploy: { replicas: 200000 } } }';
    const result = imported(source(text, 'compose.yaml'));
    loaded(result);
    expect(parse(result.scenario).services.web.replicas).toBe(100_000);
  });
});
