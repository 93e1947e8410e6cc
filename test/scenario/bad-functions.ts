import type { BadCase } from './bad-input.js';

const fn = (fields: string, more = ''): BadCase['edit'] => [
  'databases:\n',
  `functions: { f: { ${fields} steps: [ wait: 1ms ] }${more} }\ndatabases:\n`,
];

/** Mistakes in functions. */
export const BAD_FUNCTIONS: readonly BadCase[] = [
  {
    title: 'memory of a function whose CPU does not follow it',
    edit: fn('kind: cloudRun, memory: 512MB,'),
    code: 'FL208',
    at: 'memory: 512MB',
    says: 'memory does not apply to kind: cloudRun; write cpu',
  },
  {
    title: 'CPU of a function where it follows the memory',
    edit: fn('kind: lambda, cpu: 2,'),
    code: 'FL208',
    at: 'cpu: 2, steps',
    says: 'write memory',
  },
  {
    title: 'more memory than Lambda has',
    edit: fn('kind: lambda, memory: 16384MiB,'),
    code: 'FL203',
    at: '16384MiB',
    says: '128MB to 10240MB',
  },
  {
    title: 'a scale rate of a service that an autoscaler scales',
    edit: fn('kind: knative, burst: 5,'),
    code: 'FL208',
    at: 'burst: 5',
    says: 'write autoscaler.maxScaleUpRate',
  },
  {
    title: 'an autoscaler of a function that has none',
    edit: fn('kind: lambda, autoscaler: { minScale: 1 },'),
    code: 'FL208',
    at: 'autoscaler:',
    says: 'each request gets its own environment',
  },
  {
    title: 'two limits of one account',
    edit: fn(
      'kind: lambda, maxConcurrency: 10,',
      ', g: { kind: lambda, maxConcurrency: 20, steps: [ wait: 1ms ] }',
    ),
    code: 'FL208',
    at: '20, steps',
    says: 'all functions of kind lambda share one account, whose limit is 10 in f: write',
  },
  {
    title: 'an account that is reserved to the last',
    edit: fn(
      'kind: lambda, maxConcurrency: 10,',
      ', g: { kind: lambda, reserved: 10, steps: [ wait: 1ms ] }',
    ),
    code: 'FL208',
    at: '{ kind: lambda, maxConcurrency: 10',
    says: 'nothing is left for f',
  },
];
