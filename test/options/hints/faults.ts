import type { Tree } from '../figures.js';
import type { Hint } from './hint.js';

type Fault = Tree & { kind: string; target?: string[] };

/** Targets of the kinds of a base: one of two equal components, and the metrics that observe them. */
interface Family {
  readonly base: string;
  readonly kinds: readonly string[];
  readonly pair: readonly [string, string];
  /** Label that the first of the pair has. */
  readonly tier: string;
  /** Something that holds soon, and something that never does. */
  readonly when: readonly [string, string];
}

const PROCESSES =
  'pause connectionLeak slow error abort delay hang stop crash memoryLeak cpuStress certExpiry throttle probe reset threadLimit';
const WHEN = ['shop.throughput > 5/s', 'shop.throughput > 100000/s'] as const;
const ALIKE = { base: 'faults.yaml', tier: 'shop', when: WHEN } as const;

const FAMILIES: readonly Family[] = [
  { ...ALIKE, kinds: PROCESSES.split(' '), pair: ['shop', 'pay'] },
  {
    ...ALIKE,
    kinds: ['latency', 'loss', 'bandwidth', 'partition', 'corrupt', 'limitData', 'slowClose'],
    pair: ['shop', 'pay'],
  },
  { ...ALIKE, kinds: ['ioError', 'diskStress', 'diskFull'], pair: ['db', 'ledger'] },
  { ...ALIKE, base: 'faults-clocks.yaml', kinds: ['clockSkew'], pair: ['shop', 'pay'] },
  { ...ALIKE, kinds: ['zoneOutage'], pair: ['east', 'west'] },
  { ...ALIKE, kinds: ['load'], pair: ['users', 'others'] },
  { ...ALIKE, kinds: ['replicaLag', 'failover', 'splitBrain'], pair: ['db', 'ledger'] },
  { ...ALIKE, kinds: ['lockRow'], pair: ['db.debit', 'ledger.debit'] },
  ...messages(['duplicate', 'poison', 'reorder'], ['mails', 'orders']),
  ...messages(['redrive'], ['mails-dead', 'orders-dead']),
  ...messages(['rebalance'], ['log.billing', 'log.audit']),
  ...messages(['flush'], ['prices.near', 'prices.shared']),
  { ...ALIKE, base: 'faults-control.yaml', kinds: ['freeze'], pair: ['shop', 'pay'] },
  { ...ALIKE, base: 'faults-names.yaml', kinds: ['dns'], pair: ['shop', 'pay'] },
  { ...ALIKE, base: 'changes.yaml', kinds: ['change'], pair: ['shop', 'pay'] },
];

function messages(kinds: readonly string[], pair: readonly [string, string]): readonly Family[] {
  const when = ['worker.throughput > 5/s for 2s', 'worker.throughput > 100000/s'] as const;
  return [{ base: 'faults-messages.yaml', kinds, pair, tier: 'none', when }];
}

/** Kinds that can also target nodes of a database. */
const OF_NODES =
  /^(pause|slow|error|hang|crash|cpuStress|throttle|reset|ioError|diskStress|diskFull)$/;

/** Leaves the fault that is tried, and those that others start after. */
function alone(
  kind: string,
  change: (fault: Fault, tree: Tree) => void = () => {},
): Hint['beside'] {
  return (tree) => {
    const all = tree.faults as Fault[];
    const fault = all.find((own) => own.kind === kind && !/^(early|late)$/.test(String(own.id)))!;
    const helpers = all.filter(({ id }) => /^(early|late)$/.test(String(id)));
    const bad = all.filter((own) => kind === 'redrive' && own.kind === 'poison');
    tree.faults = [fault, ...helpers, ...bad];
    if (kind === 'slowClose') closing(tree);
    change(fault, tree);
  };
}

/** Callees close connections themselves, soon after each request. */
function closing(tree: Tree): void {
  const { shop, pay } = tree.services as Record<string, { protocol: Tree }>;
  for (const { protocol } of [shop!, pay!]) protocol.keepAliveTimeout = '8ms';
}

/** The fault starts again every 500 ms. */
function again(fault: Fault): void {
  fault.every = '500ms';
  if ('for' in fault) fault.for = '100ms';
}

type Trial = readonly [
  field: string,
  values: readonly unknown[],
  change?: (fault: Fault, tree: Tree) => void,
];

/** How each of the fields that all kinds have is tried. */
function trials({ pair, tier, when, kinds }: Family, kind: string): readonly Trial[] {
  const isLate = (fault: Fault): void => void (fault.jitter = '900ms');
  const both = (fault: Fault): void => {
    if (fault.between === undefined && kind !== 'change') fault.target = [...pair];
    fault.optional = true;
  };
  const isNode = OF_NODES.test(kind);
  return [
    ['after', ['early', 'late'], (fault) => delete fault.at],
    [
      'delay',
      ['300ms', '900ms'],
      (fault) => {
        delete fault.at;
        fault.after = 'early';
      },
    ],
    ['when', when, (fault) => delete fault.at],
    ['every', ['300ms', '700ms'], (fault) => void ('for' in fault && (fault.for = '100ms'))],
    ['count', [1, 3], again],
    ['until', ['1200ms', '3s'], again],
    ['jitter', ['400ms', '900ms']],
    ['probability', ['50%', '0%'], again],
    ['group', ['one', 'other'], isLate],
    ['id', ['one', 'other'], isLate],
    ['target', [...pair]],
    ['target[]', [...pair]],
    [
      'between',
      [
        ['front', 'shop'],
        ['front', 'pay'],
      ],
    ],
    ['optional', [true], (fault) => void (fault.at = '100s')],
    ['zone', ['east', 'west'], kinds.includes('load') ? both : undefined],
    ['labels.*', [tier], both],
    ['role', ['primary', 'replica'], isNode ? (fault) => void (fault.target = ['db']) : undefined],
    ['version', ['v1', 'v2']],
    ['share', ['30%', '60%']],
    ['instances', [1, 2]],
    ['instances[]', [0, 1]],
    ['ramp.up', ['300ms', '900ms']],
    ['ramp.down', ['300ms', '900ms']],
    [
      'ramp.shape',
      ['exponential', 'step'],
      (fault) => Object.assign(fault.ramp ?? (fault.ramp = {}), { up: '800ms' }),
    ],
    [
      'ramp.steps',
      [2, 5],
      (fault) => Object.assign(fault.ramp ?? (fault.ramp = {}), { up: '800ms' }),
    ],
  ];
}

const common = FAMILIES.flatMap((family) =>
  family.kinds.flatMap((kind) =>
    trials(family, kind).map(([field, values, change]): Hint => {
      const path = `faults[]<${kind}>.${field}`;
      const admits = field === 'optional';
      return {
        option: exactly(path),
        base: family.base,
        values,
        admits,
        beside: alone(kind, change)!,
      };
    }),
  ),
);

/** Callers retry a 503 and no other failure. */
function retrying503(_fault: Fault, tree: Tree): void {
  (tree.policies as { hop: { retry: Tree } }).hop.retry.on = [503];
}

/** The fields that belong to one kind. */
const OWN: readonly (readonly [path: string, values: readonly unknown[], change?: Trial[2]])[] = [
  ['change>.set.*', [1, 6]],
  ['change>.remove[]', ['services.shop.queue', 'services.pay.concurrency']],
  ['change>.propagation', ['500ms', '2s']],
  ['change>.rollback', ['500ms', '2s']],
  ['crash>.restart', [false]],
  ['crash>.blackhole', [true]],
  ['zoneOutage>.recovery', ['0s', '800ms']],
  ['zoneOutage>.blackhole', [false]],
  ['throttle>.retryAfter', [true, 'exact']],
  ['dns>.mode', ['error', 'random', 'stale']],
  ['probe>.value', ['pass', 'fail']],
  ['probe>.probe', ['readiness', 'liveness']],
  ['ioError>.on', ['reads', 'writes']],
  ['diskStress>.factor', [2, 40]],
  ['diskStress>.add', ['1ms', '20ms']],
  ['delay>.maxActive', [1, 5]],
  ['threadLimit>.max', [0, 1]],
  ['threadLimit>.status', [500, 503], retrying503],
  ['limitData>.bytes', ['30KB', '300KB']],
  ['slowClose>.add', ['10ms', '100ms']],
  ['clockSkew>.offset', ['5m', '-40m']],
  ['clockSkew>.tokenLifetime', ['25m', '10h']],
  ['clockSkew>.leeway', ['1s', '10m']],
  ['cpuStress>.workers', [1, 20]],
  ['replicaLag>.lag', ['50ms', '500ms']],
  ['bandwidth>.direction', ['to', 'from']],
  ['redrive>.rate', ['2/s', '200/s']],
  ['redrive>.repaired', [true, false]],
  ['poison>.restart', ['200ms', '2s'], (fault) => void (fault.effect = 'crash')],
  [
    'freeze>.what',
    ['autoscaling', 'rollout'],
    (fault) => Object.assign(fault, { target: ['shop', 'rolled'], optional: true }),
  ],
];

const own = OWN.map(([path, values, change]): Hint => {
  const kind = path.slice(0, path.indexOf('>'));
  const { base } = FAMILIES.find(({ kinds }) => kinds.includes(kind))!;
  return { option: exactly(`faults[]<${path}`), base, values, beside: alone(kind, change)! };
});

function exactly(path: string): RegExp {
  return new RegExp(`^${path.replace(/[[\]<>.*]/g, '\\$&')}$`);
}

/** Hints for options of faults. */
export const faults: readonly Hint[] = [...common, ...own];
