import type { BadCase } from './bad-input.js';

const chain = '[ { authenticate: { kind: jwt, work: 0.3ms } } ]';
const check = 'authenticate: { kind: introspection, call: orders.create';

/** Mistakes in middleware chains, and in the sizes of messages. */
export const BAD_MIDDLEWARE: readonly BadCase[] = [
  {
    title: 'a cache of answers that holds for nobody',
    edit: [chain, `[ { ${check}, cacheTtl: 30s } } ]`],
    code: 'FL203',
    at: 'authenticate',
    says: 'cacheTtl needs key, the key under which a response is cached',
  },
  {
    title: 'a key of a cache that is not declared',
    edit: [chain, `[ { ${check}, cacheTtl: 30s, key: prodcut } } ]`],
    code: 'FL404',
    at: 'prodcut',
    says: 'there is no key prodcut in keys',
    suggestion: 'product',
  },
  {
    title: 'a key without a cache',
    edit: [chain, `[ { ${check}, key: product } } ]`],
    code: 'FL208',
    at: 'product } } ]',
    says: 'key has no effect without cacheTtl',
  },
  {
    title: 'refusals that are kept in no cache',
    edit: [chain, `[ { ${check}, cacheRefusals: false } } ]`],
    code: 'FL208',
    at: 'false } } ]',
    says: 'cacheRefusals has no effect without cacheTtl',
  },
  {
    title: 'a cache of a check that asks nobody',
    edit: [chain, '[ { authorize: { cacheTtl: 30s, key: product } } ]'],
    code: 'FL208',
    at: '30s, key',
    says: 'cacheTtl has no effect without call, because there is no response to cache',
  },
  {
    title: 'a request that is coalesced twice',
    edit: [chain, '[ { coalesce: { key: product } }, { coalesce: { key: product } } ]'],
    code: 'FL208',
    at: '{ coalesce: { key: product } } ]',
    says: 'a request can be coalesced only once on its path',
  },
  {
    title: 'a limit of size on something else',
    edit: [chain, '[ { filter: { max: 1MB } } ]'],
    code: 'FL208',
    at: '1MB',
    says: 'max applies only to a filter of kind size',
  },
  {
    title: 'a size without a unit',
    edit: [chain, '[ { filter: { kind: size, max: 100 } } ]'],
    code: 'FL205',
    at: '100 } } ]',
    says: '100 is no size: write 100B or 100KiB',
  },
  {
    title: 'a bandwidth that lets nothing through',
    edit: ['  latency: 1ms\n  zones', '  latency: 1ms\n  bandwidth: 0B/s\n  zones'],
    code: 'FL205',
    at: '0B/s',
    says: 'lets nothing through',
  },
];
