import type { Tree } from '../figures.js';
import type { Hint } from './hint.js';
import type { Make } from './hosts.js';

const FLEET = 'fleet.yaml';

/** Hints for picking, observing, probing, starting, stopping and adding instances. */
export function fleetHints(hint: Make): readonly Hint[] {
  return [
    ...balancing(hint),
    ...outliers(hint),
    ...probes(hint),
    ...healthChecks(hint),
    ...scaling(hint),
    ...lifecycle(hint),
  ];
}

function balancing(hint: Make): readonly Hint[] {
  const lb = (field: string, beside: object, values?: readonly unknown[]): Hint =>
    hint(`loadBalancing\\.${field}`, [['loadBalancing', { ...beside }]], values, FLEET);
  const nginx = { kind: 'nginx', maxFails: 2, failTimeout: '1s', nextUpstream: [503] };
  const EJECTING = { interval: '200ms', baseEjectionTime: '500ms', maxEjectionPercent: '100%' };
  const panic = (field: string, values: readonly unknown[]): Hint =>
    hint(
      `loadBalancing\\.${field}`,
      [
        ['loadBalancing', { kind: 'roundRobin', panicThreshold: '90%' }],
        ['outlierDetection', EJECTING],
      ],
      values,
      FLEET,
    );
  return [
    lb('key$', { kind: 'ringHash' }, ['user', 'part']),
    lb('hashBalanceFactor', { kind: 'ringHash', key: 'user' }, [101, 300]),
    lb('minimumRingSize', { kind: 'ringHash', key: 'user' }, [8, 4096]),
    lb('tableSize', { kind: 'maglev', key: 'user' }, [11, 65_537]),
    lb('decay', { kind: 'peakEwma' }, ['1ms', '10s']),
    lb('(choices|selectionMethod|activeRequestBias)', { kind: 'leastRequest' }),
    lb('activeRequestBias', { kind: 'leastRequest', weights: [1, 1, 1, 1, 3] }, [0.1, 3]),
    lb('maxFails', nginx, [1, 20]),
    lb('failTimeout', nginx, ['1s', '5s']),
    lb('nextUpstream', nginx),
    lb('nextUpstream', { kind: 'nginx' }, ['error', 'http_503', 503]),
    lb('weights', { kind: 'roundRobin', weights: [1, 1, 1, 1, 1] }, [5, 1]),
    lb('randomStart', { kind: 'roundRobin' }),
    lb('level', { kind: 'roundRobin' }, ['connection', 'request']),
    hint(
      'loadBalancing\\.slowStart\\.(aggression|minWeight)',
      [
        ['loadBalancing', { kind: 'roundRobin' }],
        ['!loadBalancing.slowStart', { window: '2s' }],
      ],
      [0.2, 3, '50%'],
      FLEET,
    ),
    lb('slowStart\\.window', { kind: 'roundRobin' }, ['300ms', '3s']),
    lb('priorities$', { kind: 'roundRobin' }, [{ backup: [0], switch: 'whenEmpty' }, false]),
    lb('priorities\\.failoverPriority', { kind: 'roundRobin' }, [['topology.kubernetes.io/zone']]),
    lb('zoneAware$', { kind: 'roundRobin' }, [{ minClusterSize: 2 }, false]),
    hint(
      'loadBalancing\\.zoneAware\\.routingEnabled',
      [['loadBalancing', { kind: 'roundRobin', zoneAware: { minClusterSize: 2 } }]],
      ['0%', '100%'],
      FLEET,
    ),
    hint(
      'loadBalancing\\.zoneAware\\.minClusterSize',
      [['loadBalancing', { kind: 'roundRobin' }]],
      [2, 9],
      FLEET,
    ),
    panic('panicThreshold', ['10%', '95%']),
    panic('failTrafficOnPanic', [true, false]),
  ];
}

function outliers(hint: Make): readonly Hint[] {
  const od = (field: string, beside: object, values?: readonly unknown[]): Hint =>
    hint(
      `outlierDetection<envoy>\\.${field}`,
      [['outlierDetection', { ...EVERY, ...beside }]],
      values,
      FLEET,
    );
  const istio = (field: string, beside: object, values?: readonly unknown[]): Hint =>
    hint(
      `outlierDetection<istio>\\.${field}`,
      [['outlierDetection', { ...EVERY, ...beside }]],
      values,
      FLEET,
    );
  const EVERY = { interval: '300ms', baseEjectionTime: '400ms', maxEjectionPercent: '60%' };
  const RATE = { requestVolume: 3, minimumHosts: 3, stdevFactor: 1 };
  const rates = (field: string, values: readonly unknown[], beside = {}): Hint =>
    od(`successRate\\.${field}`, { consecutive5xx: 0, successRate: RATE, ...beside }, values);
  const SPLIT = { splitExternalLocalOriginErrors: true };
  const FAILING = { requestVolume: 3, minimumHosts: 3, threshold: '40%' };
  return [
    od('(consecutive5xx|baseEjectionTime|maxEjectionPercent)', {}),
    od('consecutiveGatewayFailure', { consecutive5xx: 0 }, [1, 3]),
    od('maxEjectionTime$', { consecutive5xx: 2 }, ['400ms', '5s']),
    od('maxEjectionTimeJitter', {}, ['1s']),
    od('alwaysEjectOneHost', { maxEjectionPercent: '0%' }, [true, false]),
    od('splitExternalLocalOriginErrors', {}, [true, false]),
    rates('minimumHosts', [3, 9]),
    rates('requestVolume', [3, 500]),
    rates('stdevFactor', [0.5, 5]),
    rates('enforcing$', [0, '100%']),
    rates('enforcingLocalOrigin', [0, '100%'], { ...SPLIT, consecutiveLocalOriginFailure: 1000 }),
    ...['minimumHosts', 'requestVolume', 'threshold'].map((field) =>
      od(
        `failurePercentage\\.${field}`,
        { consecutive5xx: 0, successRate: { enforcing: 0 }, failurePercentage: FAILING },
        field === 'threshold' ? ['20%', '95%'] : [3, 500],
      ),
    ),
    istio('(consecutive5xxErrors|baseEjectionTime|split)', {}),
    istio('consecutiveGatewayErrors', { consecutive5xxErrors: 0 }, [1, 3]),
    istio('consecutiveLocalOriginFailures', { ...SPLIT, consecutive5xxErrors: 0 }, [1, 50]),
    istio('minHealthPercent', { consecutive5xxErrors: 2 }, [0, 95]),
  ];
}

function probes(hint: Make): readonly Hint[] {
  const ASK = { period: '150ms', timeout: '30ms', failureThreshold: 2 };
  const START = ['lifecycle', { startup: '100ms', terminationGrace: '3s' }] as const;
  const probe = (kind: string, field: string, beside: object, values?: readonly unknown[]): Hint =>
    hint(
      `probes\\.${kind}\\.${field}`,
      [[`probes.${kind}`, { ...ASK, ...beside }], START],
      values,
      FLEET,
    );
  return [
    probe('liveness', 'failureThreshold', {}, [1, 8]),
    probe('liveness', 'terminationGrace', {}, ['1s', '20s']),
    ...['liveness', 'readiness', 'startup'].map((kind) => probe(kind, 'call', {}, ['get'])),
    probe('readiness', 'failureThreshold', {}, [1, 8]),
    probe('readiness', 'successThreshold', {}, [1, 5]),
    probe('readiness', 'failOpenBelow', { timeout: '1ms', failureThreshold: 1 }, ['1%', '100%']),
    probe('startup', 'period', {}, ['50ms', '700ms']),
    probe('startup', 'timeout', {}, ['1ms', '500ms']),
    probe('startup', 'failureThreshold', {}, [1, 30]),
    probe('startup', 'initialDelay', {}, ['0s', '900ms']),
    probe('startup', 'terminationGrace', { failureThreshold: 1, timeout: '1ms' }, ['1s', '20s']),
    probe('startup', 'usesWorkers', {}, [true, false]),
  ];
}

function healthChecks(hint: Make): readonly Hint[] {
  const QUICK = { interval: '100ms', timeout: '40ms' };
  const check = (field: string, beside: object, values?: readonly unknown[]): Hint =>
    hint(
      `healthChecks${field}`,
      [
        ['healthChecks', { ...QUICK, ...beside }],
        ['queue', { capacity: 2 }],
        ['loadBalancing', { kind: 'roundRobin', panicThreshold: '0%' }],
      ],
      values,
      FLEET,
    );
  return [
    hint('healthChecks$', [['queue', { capacity: 2 }]], [QUICK], FLEET),
    check('\\.(interval|timeout|usesWorkers)', {}),
    check('\\.call', {}, ['get']),
    hint(
      'healthChecks\\.failedStatus',
      [
        ['healthChecks', { ...QUICK, unhealthyThreshold: 8 }],
        ['queue', { capacity: 0 }],
      ],
      ['counted', 'atOnce'],
      FLEET,
    ),
    check('\\.healthyThreshold', {}, [1, 6]),
    check('\\.unhealthyThreshold', {}, [1, 6]),
  ];
}

function scaling(hint: Make): readonly Hint[] {
  const SCALED = {
    ...{ metric: 'cpu', target: '50%', min: 2, max: 9, syncPeriod: '300ms' },
    scaleDown: { stabilization: '500ms' },
  };
  const scale = (field: string, beside: object, values?: readonly unknown[]): Hint =>
    hint(
      `autoscaling<(hpa|keda)>\\.${field}`,
      [['autoscaling', { ...beside, ...SCALED }]],
      values,
      FLEET,
    );
  const one = (way: string, field: string, values: readonly unknown[]): Hint =>
    hint(
      `autoscaling<(hpa|keda)>\\.${way}\\.policies\\[\\]\\.${field}`,
      [
        ['!autoscaling', { target: '15%', max: 40 }],
        ['autoscaling', SCALED],
        [
          `autoscaling.${way}.policies.0`,
          { period: '1s', ...(field === 'percent' ? {} : { pods: 1 }) },
        ],
      ],
      values,
      FLEET,
    );
  return [
    scale('(target|tolerance|metricDelay)', {}),
    scale('target', {}, ['20%', '90%']),
    scale('tolerance', {}, ['0%', '60%']),
    scale('metricDelay', {}, ['0s', '2s']),
    hint(
      'autoscaling<(hpa|keda)>\\.metric$',
      [
        ['!autoscaling', { target: 1, min: 2, max: 20 }],
        ['autoscaling', SCALED],
      ],
      ['concurrency', 'queue'],
      FLEET,
    ),
    hint(
      'autoscaling<(hpa|keda)>\\.metrics\\[\\]\\.target',
      [
        ['!autoscaling', { metric: undefined, target: undefined, syncPeriod: '300ms' }],
        ['!autoscaling.metrics.0', { metric: 'cpu' }],
      ],
      ['20%', '90%'],
      FLEET,
    ),
    scale('scaleUp\\.stabilization', {}, ['0s', '3s']),
    scale('scaleDown\\.stabilization', {}, ['0s', '3s']),
    scale('scaleUp\\.selectPolicy', {}, ['max', 'disabled']),
    scale('scaleDown\\.selectPolicy', {}, ['max', 'disabled']),
    ...['scaleUp', 'scaleDown'].flatMap((way) => [
      one(way, 'percent', ['20%', '300%']),
      one(way, 'pods', [1, 5]),
      one(way, 'period', ['200ms', '4s']),
    ]),
  ];
}

function lifecycle(hint: Make): readonly Hint[] {
  const life = (field: string, beside: object, values?: readonly unknown[]): Hint =>
    hint(`lifecycle\\.${field}`, [['lifecycle', { ...beside }]], values, FLEET);
  return [
    life('startup', {}, ['0ms', '800ms']),
    life('preStop', {}, ['0s', '500ms']),
    life('drain', {}, [true, false]),
    patient(life('terminationGrace', { drain: true }, ['1s', '20s'])),
    life('warmup\\.duration', { startup: '100ms', warmup: { factor: 5 } }, ['100ms', '3s']),
    hint(
      'lifecycle\\.warmup\\.factor',
      [['!lifecycle.warmup', { duration: '2s' }]],
      [2, 20],
      FLEET,
    ),
  ];
}

/** Callers without a time limit: requests of a hung process end with it, or continue afterwards. */
function patient(hint: Hint): Hint {
  const beside = (tree: Tree): void => {
    hint.beside?.(tree);
    const requests = [{ call: 'edge', path: '/items' }, { call: 'api.get' }];
    Object.assign(tree.workloads as Tree, { direct: { arrivals: 'constant(40/s)', requests } });
  };
  return { ...hint, beside };
}
