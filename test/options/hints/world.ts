import type { Tree } from '../figures.js';
import type { Hint } from './hint.js';

const WORLD = { base: 'world.yaml' } as const;
const PLATFORM = { base: 'platform.yaml' } as const;

/** A request of the base that goes through the gateway. */
const FIRST = ['workloads', 'users', 'requests', 0] as const;
const GET = ['workloads', 'others', 'requests', 0] as const;

const RATES = ['40/s', '200/s'];
const EXPECT = ['readers.latency.mean < 12ms', 'readers.latency.mean < 1ms'];

/** Replaces the first expectations by another one. */
function expecting(expect: string): (tree: Tree) => void {
  return (tree) => {
    const hypothesis = tree.hypothesis as Tree | undefined;
    for (const list of [tree.budgets, tree.expect, hypothesis?.expect] as (Tree[] | undefined)[]) {
      if (typeof list?.[0] === 'object') list[0].expect = expect;
    }
  };
}

/** The data leave open whether it holds. */
const open = expecting('readers.latency.mean < 270ms');
const missed = expecting('users.latency.p99 < 1ms');
/** Nothing arrives in that time. */
const empty = expecting('users.latency.p99 < 1ms from 0s to 1ms');

function compared(tree: Tree): void {
  const set = { 'workloads.users.arrivals': 'poisson(110/s)' };
  tree.variants = [{ name: 'as-is' }, { name: 'more', set }];
  expecting('users.latency.mean <= 100% of as-is in more')(tree);
}

const JUDGED = '^(budgets|expect|hypothesis\\.expect)\\[\\]';

/** Hints for options of workloads, keys, the network, the platform, judgements and the report. */
export const world: readonly Hint[] = [
  {
    option: /^workloads\.\*\.arrivals<poisson>\.rate$/,
    ...WORLD,
    values: RATES,
  },
  {
    option: /^workloads\.\*\.arrivals<renewal>\.gap$/,
    ...WORLD,
    values: ['10ms', '50ms'],
  },
  {
    option: /^workloads\.\*\.arrivals<at>\.times\[\]$/,
    ...WORLD,
    values: ['300ms', '2s'],
  },
  {
    option: /^workloads\.\*\.arrivals<trace>\.file$/,
    ...WORLD,
    values: ['traffic-other.csv', 'traffic.csv'],
  },
  {
    option: /^workloads\.\*\.requests\[\]\.path$/,
    ...WORLD,
    at: FIRST,
    values: ['/a', '/other/a'],
  },
  {
    option: /^workloads\.\*\.requests\[\]\.method$/,
    ...WORLD,
    at: FIRST,
    values: ['GET', 'POST'],
  },
  {
    option: /^workloads\.\*\.requests\[\]\.host$/,
    ...WORLD,
    at: FIRST,
    values: ['a.shop', 'other.shop'],
  },
  {
    option: /^workloads\.\*\.requests\[\]\.headers\.\*$/,
    ...WORLD,
    at: FIRST,
    values: ['a', 'other'],
  },
  {
    option: /^workloads\.\*\.requests\[\]\.requestSize$/,
    ...WORLD,
    at: FIRST,
    values: ['1KB', '20KB'],
  },
  {
    option: /^workloads\.\*\.requests\[\]\.priority$/,
    ...WORLD,
    at: FIRST,
    values: [5, -5],
  },
  {
    option: /^workloads\.\*(\.requests\[\])?\.keys\.\*$/,
    ...WORLD,
    at: ['workloads', 'users'],
    values: [0, 7],
  },
  {
    option: /^workloads\.\*\.clients$/,
    ...WORLD,
    at: ['workloads', 'others'],
    values: [1, 50],
  },
  {
    option: /^workloads\.\*\.class$/,
    ...WORLD,
    at: ['workloads', 'others'],
    values: ['gold', 'silver'],
  },
  {
    option: /^workloads\.\*\.requests\[\]\.class$/,
    ...WORLD,
    at: GET,
    values: ['gold', 'silver'],
  },
  {
    option: /^workloads\.\*(\.requests\[\])?\.policy\.order$/,
    ...WORLD,
    at: ['workloads', 'payers'],
    values: [
      ['timeout', 'retry'],
      ['retry', 'timeout'],
    ],
  },
  {
    option: /^workloads\.\*(\.requests\[\])?\.policy\.idempotencyKey$/,
    ...WORLD,
    at: ['workloads', 'payers'],
    values: ['request'],
  },
  { option: /^keys\.\*<zipf>\.(exponent|count)$/, ...WORLD, values: [2, 3] },
  { option: /^network\.rto$/, ...WORLD, values: ['5ms', '500ms'] },
  {
    option: /^network\.links\[\]\.between(\[\])?$/,
    ...WORLD,
    values: [
      ['a', 'b'],
      ['b', 'c'],
    ],
  },
  {
    option: /^platform\.(imagePull|schedulingDelay)$/,
    ...PLATFORM,
    values: ['1s', '4s'],
  },
  {
    option: /^platform\.endpointPropagation$/,
    ...PLATFORM,
    values: ['200ms', '2s'],
  },
  {
    option: /^platform\.restart\.resetAfter$/,
    ...PLATFORM,
    values: ['500ms', '10m'],
  },
  { option: /^platform\.restart\.factor$/, ...PLATFORM, values: [1, 4] },
  { option: /^run\.drain$/, ...WORLD, values: ['10ms', '1s'] },
  { option: new RegExp(`${JUDGED}$`), values: EXPECT },
  { option: new RegExp(`${JUDGED}\\.expect$`), values: EXPECT },
  { option: new RegExp(`${JUDGED}\\.name$`), values: ['One name', 'Another'] },
  { option: new RegExp(`${JUDGED}\\.strict$`), values: [true], beside: open },
  {
    option: new RegExp(`${JUDGED}\\.confidence$`),
    values: ['50%', 'none', '99.9%'],
    beside: open,
  },
  {
    option: new RegExp(`${JUDGED}\\.severity$`),
    values: ['warning', 'error'],
    beside: missed,
  },
  {
    option: new RegExp(`${JUDGED}\\.allowEmpty$`),
    values: [true],
    beside: empty,
  },
  {
    option: new RegExp(`${JUDGED}\\.by$`),
    values: ['10%', '90%'],
    beside: compared,
  },
  { option: /^hypothesis\.statement$/, values: ['One statement', 'Another'] },
  { option: /^report\.focus\[\]$/, values: ['readers', 'users'] },
  { option: /^report\.apdex$/, values: ['20ms', '2s'] },
  { option: /^report\.prices\./, values: [0.05, 20] },
  { option: /^report\.slo\.success$/, values: ['99%', '50%'] },
  {
    option: /^workloads\.\*\.critical$/,
    at: ['workloads', 'readers'],
    values: [true],
    beside: unfocused,
  },
];

/** The report chooses its focus itself. */
function unfocused(tree: Tree): void {
  delete tree.report;
}
