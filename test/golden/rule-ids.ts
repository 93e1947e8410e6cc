/** How many rules a family of them has, numbered from 1 on. */
const FAMILIES: readonly (readonly [name: string, rules: number])[] = [
  // Time and order, brokers, queues, buses, retries, outboxes.
  ['G', 7],
  ['MQ', 4],
  ['KF', 13],
  ['RB', 5],
  ['SQS', 3],
  ['EB', 3],
  ['BP', 1],
  ['PO', 5],
  ['OX', 7],
  // Sagas, driven and by events.
  ['SG', 11],
  ['CH', 5],
  // Event stores, snapshots, projections, reads of views.
  ['ES', 8],
  ['SN', 6],
  ['PR', 5],
  ['CQ', 4],
  // Databases, caches, search engines.
  ['DB', 12],
  ['CA', 12],
  ['SE', 4],
];

/** Cases of asynchronous parts worked out by hand: their numbers are names. */
const CASES = [
  1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 16, 17, 18, 19, 21, 22, 24, 26, 27, 28, 29, 30, 31,
  32,
];

/** Every rule that a test has to cite. */
export const RULES: readonly string[] = [
  ...FAMILIES.flatMap(([name, rules]) =>
    Array.from({ length: rules }, (_, index) => `${name}-${index + 1}`),
  ),
  ...CASES.map((number) => `GS-${number}`),
];

/** Why a rule has no test, and a text that is refused for that reason; null = no scenario can express it. */
export interface LeftOutRule {
  readonly why: string;
  readonly asks: string | null;
  /** Expected text of the refusal. */
  readonly says: RegExp;
}

const LATER = /not (supported )?in this version/;

export const LEFT_OUT_RULES: ReadonlyMap<string, LeftOutRule> = new Map([
  [
    'RB-3',
    {
      why: 'there are no exchanges: who publishes names the queue, and a name that nobody has is an error',
      asks: 'services: { s: { endpoints: { serve: [ publish: nowhere ] } } }',
      says: /there is no component nowhere/,
    },
  ],
  [
    'SG-9',
    {
      why: 'definitions of sagas have one version',
      asks: null,
      says: LATER,
    },
  ],
  [
    'DB-12',
    {
      why: 'databases hold no values whose version could differ; streams do, see ES-4 and ES-5',
      asks: null,
      says: LATER,
    },
  ],
]);
