import type { BadCase } from './bad-input.js';

const databases = 'databases:\n';
const level = '{ name: near, kind: local, ttl: 1s }';

/** A cache in the scenario, with its levels and other fields. */
const cache = (own: string, levels = level): readonly [string, string] => [
  databases,
  `caches:\n  goods: { ${own}levels: [ ${levels} ] }\n${databases}`,
];
/** The same, used by a step. */
const used = (step: string): readonly [string, string] => [
  '          - { query: orders-db.insert, times: 2 }\n',
  `          - ${step}\n`,
];

/** Mistakes in caches and in the steps that use them. */
export const BAD_CACHES: readonly BadCase[] = [
  {
    title: 'a cache without keys',
    edit: cache(''),
    code: 'FL203',
    at: 'goods',
    says: 'a cache needs keys, the name of a key, as keys: ',
  },
  {
    title: 'a cache of a key that is not there',
    edit: cache('keys: prodcut, '),
    code: 'FL404',
    at: 'prodcut',
    says: 'there is no key prodcut',
    suggestion: 'product',
  },
  {
    title: 'a fixed ratio beside entries',
    edit: cache('keys: product, hitRatio: 90%, ', '{ name: near, kind: local }'),
    code: 'FL208',
    at: 'product,',
    says: 'leave keys or hitRatio out',
  },
  {
    title: 'a jitter where nothing expires',
    edit: cache('keys: product, ttlJitter: 10%, ', '{ name: near, kind: local }'),
    code: 'FL208',
    at: '10%',
    says: 'give a level a ttl',
  },
  {
    title: 'a field of another pattern',
    edit: cache('keys: product, batchSize: 10, '),
    code: 'FL208',
    at: '10, ',
    says: 'without pattern: writeBehind',
  },
  {
    title: 'counts of another eviction',
    edit: cache('keys: product, ', '{ name: near, kind: local, counts: all }'),
    code: 'FL208',
    at: 'all }',
    says: 'without eviction: lfu',
  },
  {
    title: 'a local level with a server',
    edit: cache('keys: product, ', '{ name: near, kind: local, maxConnections: 7 }'),
    code: 'FL208',
    at: '7',
    says: 'in the process of its caller',
  },
  {
    title: 'a level whose cores are shared by commands',
    edit: cache(
      'keys: product, ',
      '{ name: far, kind: redis, cpu: { cores: 1, discipline: processorSharing } }',
    ),
    code: 'FL208',
    at: 'processorSharing',
    says: 'each core of a level of a cache executes one command at a time: remove',
  },
  {
    title: 'a level whose commands take turns on a core',
    edit: cache(
      'keys: product, ',
      '{ name: far, kind: redis, cpu: { cores: 1, contextSwitchTax: 5% } }',
    ),
    code: 'FL208',
    at: '5%',
    says: 'each core of a level of a cache executes one command at a time: remove',
  },
  {
    title: 'two shared levels',
    edit: cache('keys: product, ', '{ name: x, kind: redis }, { name: y, kind: cdn }'),
    code: 'FL208',
    at: 'cdn',
    says: 'one shared level',
  },
  {
    title: 'two levels of one name',
    edit: cache('keys: product, ', `${level}, { name: near, kind: redis }`),
    code: 'FL402',
    at: 'name: near, kind: redis',
    says: 'another level of goods is called near',
  },
  {
    title: 'a step of a cache that is not there',
    edit: used('cache: { get: goods }'),
    code: 'FL404',
    at: 'goods',
    says: 'there is no cache goods',
  },
  {
    title: 'a step of something else',
    edit: used('cache: { get: payments }'),
    code: 'FL405',
    at: 'payments }',
    says: 'payments is a service, not a cache',
  },
  {
    title: 'a cache step that says two things',
    edit: used('cache: { get: payments, set: payments }'),
    code: 'FL208',
    at: '{ get',
    says: 'get and set',
  },
];
