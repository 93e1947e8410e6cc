import { describe, expect, it } from 'vitest';
import { problemsOf, run } from '../theory/program.js';
import { states } from './states.js';
import { golden, outcomes, times } from './tracing.js';
import type { Traced } from './tracing.js';

/** A service that dies of three requests at once, at these times. */
const fatal = (platform: string, at: readonly string[], length = '100s', more = ''): Traced =>
  golden(
    `
${platform}
services:
  s: { ${more}memory: { limit: 10MiB, base: 1MiB, perRequest: 4MiB }, endpoints: { serve: [ wait: 10ms ] } }
workloads:
  users: { arrivals: { at: [ ${at.map((time) => times(3, time)).join(', ')} ] }, requests: [ { call: s } ] }
`,
    length,
  );

/** A service whose process is down from 10 s on. */
const gone = (platform: string, fault: string, more = '', length = '200s'): Traced =>
  golden(
    `
${platform}
services:
  s: { ${more}endpoints: { serve: [ wait: 10ms ] } }
workloads:
  users: { arrivals: { at: [ 15s, 190s ] }, requests: [ { call: s } ] }
faults: [ { id: out, kind: crash, target: s, at: 10s, ${fault} } ]
`,
    length,
  );

const KUBERNETES = 'platform: { kind: kubernetes }';
const custom = (restart: string): string => `platform: { kind: custom, restart: { ${restart} } }`;

describe('platform.restart (OR-1; kubelet doBackOff, client-go flowcontrol.Backoff)', () => {
  it('waits for nothing, 10 s, 20 s, counted from the end of the process', () => {
    const traced = fatal(KUBERNETES, ['1s', '2s', '15s', '50s']);
    expect(states(traced)).toEqual([
      ...['down 1', 'up 1', 'down 2', 'up 12', 'down 15', 'up 35', 'down 50', 'up 90'],
    ]);
  });

  it('restarts at once without a platform, as often as it takes', () => {
    const traced = fatal('', ['1s', '2s', '3s']);
    expect(states(traced)).toEqual(['down 1', 'up 1', 'down 2', 'up 2', 'down 3', 'up 3']);
  });

  it('resets when more than resetAfter lies between the last start and the end', () => {
    const last = (at: string): string | undefined =>
      states(fatal(KUBERNETES, ['1s', '2s', at], '700s')).at(-1);
    // Started at 12 s: 600 s later it has not lasted longer.
    expect(last('612s')).toBe('up 632');
    expect(last('612.001s')).toBe('up 612.001');
  });

  it('grows by its factor up to max', () => {
    const traced = fatal(custom('initial: 1s, factor: 3, max: 5s'), [
      '1s',
      '2s',
      '4s',
      '9s',
      '20s',
    ]);
    const ups = states(traced).filter((state) => state.startsWith('up'));
    expect(ups).toEqual(['up 1', 'up 3', 'up 7', 'up 14', 'up 25']);
  });

  it('waits before the first restart too without immediateFirst', () => {
    const traced = fatal(custom('initial: 2s, immediateFirst: false'), ['1s', '10s']);
    expect(states(traced)).toEqual(['down 1', 'up 3', 'down 10', 'up 14']);
  });

  it('begins with max where that is less than 10 s', () => {
    const traced = fatal('platform: { kind: kubernetes, restart: { max: 4s } }', [
      '1s',
      '2s',
      '9s',
    ]);
    expect(states(traced).filter((state) => state.startsWith('up'))).toEqual([
      'up 1',
      'up 6',
      'up 13',
    ]);
  });

  it('counts for each instance by itself', () => {
    // Six at once are three for each of two; the three at 2 s do not fit into the one that is up, or not.
    const traced = golden(
      `
${KUBERNETES}
services:
  s: { replicas: 2, memory: { limit: 10MiB, base: 1MiB, perRequest: 4MiB }, endpoints: { serve: [ wait: 10ms ] } }
workloads:
  users: { arrivals: { at: [ ${times(6, '1s')}, ${times(4, '2s')}, 2.001s ] }, requests: [ { call: s } ] }
`,
      '30s',
    );
    expect(states(traced, 0)).toEqual(['down 1', 'up 1', 'down 2.001', 'up 12.001']);
    expect(states(traced, 1)).toEqual(['down 1', 'up 1']);
  });

  it('starts the process behind the wait: its start-up comes on top', () => {
    const traced = fatal(KUBERNETES, ['1s', '9s'], '100s', 'lifecycle: { startup: 5s }, ');
    // Counted from the restart at 1 s, not from the end of the start-up at 6 s.
    expect(states(traced)).toEqual(['down 1', 'up 6', 'down 9', 'up 24']);
  });

  it('is not for databases, which have their own supervision', () => {
    const traced = golden(`
${KUBERNETES}
services: { s: { endpoints: { serve: [ query: db.read ] } } }
databases: { db: { operations: { read: 1ms } } }
workloads: { users: { arrivals: { at: [ 1s ] }, requests: [ { call: s } ] } }
faults: [ { id: out, kind: crash, target: db, at: 10s, for: 5s } ]
`);
    expect(states(traced, 0, 'db')).toEqual(['down 10', 'up 15']);
  });
});

describe('a crash on a platform', () => {
  it('makes every start fail until it is over', () => {
    const traced = gone(KUBERNETES, 'for: 40s');
    expect(states(traced)).toEqual([
      ...['down 10', 'failedStart 10', 'failedStart 20', 'failedStart 40', 'up 80'],
    ]);
    expect(outcomes(traced.requests)).toEqual(['refused', 'ok']);
  });

  it('ends with a restart at its very end', () => {
    expect(states(gone(KUBERNETES, 'for: 30s')).at(-1)).toBe('up 40');
  });

  it('counts starts that end before they are through', () => {
    const traced = golden(
      `
${KUBERNETES}
services: { s: { lifecycle: { startup: 15s }, endpoints: { serve: [ wait: 10ms ] } } }
workloads: { users: { arrivals: { at: [ 1s ] }, requests: [ { call: s } ] } }
faults: [ { id: out, kind: crash, target: s, at: 10s, for: 0s, every: 10s, count: 5 } ]
`,
      '100s',
    );
    // Started at 10, 30 and 60 s; killed at 20, 30, 40 and 50 s, twice while it starts.
    expect(states(traced)).toEqual(['down 10', 'failedStart 20', 'failedStart 40', 'up 75']);
  });

  it('succeeds at the very end of a crash, whenever that was planned', () => {
    const traced = golden(
      `
${KUBERNETES}
services: { s: { endpoints: { serve: [ wait: 10ms ] } }, t: { endpoints: { serve: [ wait: 10ms ] } } }
workloads: { users: { arrivals: { at: [ 40.5s ] }, requests: [ { call: t } ] } }
faults:
  - { id: a, kind: crash, target: s, at: 10s, for: 0s }
  - { id: b, kind: crash, target: s, at: 20s, for: 0s }
  - { id: c, kind: crash, target: s, at: 35s, for: 0s }
  - { id: d, kind: crash, target: s, when: 't.throughput > 0', for: 14s }
`,
      '100s',
    );
    // From 41 to 55 s, when the restart of the third kill is due.
    expect(states(traced).slice(-2)).toEqual(['down 35', 'up 55']);
  });

  it('kills once with `for: 0s`', () => {
    expect(states(gone(KUBERNETES, 'for: 0s'))).toEqual(['down 10', 'up 10']);
    expect(states(gone('', 'for: 0s'))).toEqual(['down 10', 'up 10']);
  });

  it('takes the host down with blackhole: no restart is tried until its host is back', () => {
    expect(states(gone(KUBERNETES, 'for: 40s, blackhole: true'))).toEqual(['down 10', 'up 50']);
  });

  it('is for good with restart: false, on a platform and without one', () => {
    for (const platform of [KUBERNETES, '']) {
      const traced = gone(platform, 'for: 5s, restart: false');
      expect(states(traced)).toEqual(['down 10']);
      expect(outcomes(traced.requests)).toEqual(['refused', 'refused']);
    }
  });

  it('keeps waiting when a second crash comes meanwhile', () => {
    const traced = golden(
      `
${KUBERNETES}
services: { s: { endpoints: { serve: [ wait: 10ms ] } } }
workloads: { users: { arrivals: { at: [ 1s ] }, requests: [ { call: s } ] } }
faults:
  - { id: first, kind: crash, target: s, at: 10s, for: 1s }
  - { id: second, kind: crash, target: s, at: 15s, for: 10s }
`,
      '100s',
    );
    expect(states(traced)).toEqual(['down 10', 'failedStart 10', 'failedStart 20', 'up 40']);
  });
});

describe('a process that is down', () => {
  const both = (first: string, second: string): readonly string[] =>
    states(
      golden(
        `
services: { s: { endpoints: { serve: [ wait: 10ms ] } } }
workloads: { users: { arrivals: { at: [ 1s ] }, requests: [ { call: s } ] } }
faults:
  - { id: first, target: s, ${first} }
  - { id: second, target: s, ${second} }
`,
        '100s',
      ),
    );

  it('is not up because a pause of it ends', () => {
    const states = both('kind: crash, at: 10s, for: 10s', 'kind: pause, at: 12s, for: 3s');
    expect(states).toEqual(['down 10', 'up 20']);
  });

  it('comes back into a pause that continues', () => {
    const states = both('kind: crash, at: 10s, for: 10s', 'kind: pause, at: 12s, for: 18s');
    expect(states).toEqual(['down 10', 'up 20', 'paused 20', 'up 30']);
  });

  it('comes back out of a pause that has begun before', () => {
    const states = both('kind: hang, at: 5s, for: 10s', 'kind: crash, at: 10s, for: 10s');
    expect(states).toEqual(['hung 5', 'down 10', 'up 20']);
  });
});

describe('a poison message that kills its consumer', () => {
  const poisoned = (platform: string, restart = ''): readonly string[] =>
    states(
      golden(
        `
${platform}
services:
  worker: { endpoints: { handle: [ work: 10ms ] } }
  api: { endpoints: { submit: [ publish: { topic: jobs } ] } }
queues:
  jobs: { kind: sqs, waitTime: 20s, visibilityTimeout: 1s, maxReceiveCount: 3, deadLetter: dead, consumers: [ { call: worker.handle } ] }
  dead: { kind: sqs }
workloads: { users: { arrivals: { at: [ 1s ] }, requests: [ { call: api.submit } ] } }
faults: [ { id: bad, kind: poison, target: jobs, effect: crash, at: 0s, for: 5s${restart} } ]
`,
        '100s',
      ),
      0,
      'worker',
    ).map((state) => state.replace(/\..*/u, ''));

  it('is away for the waits of the platform', () => {
    const ups = poisoned(KUBERNETES).filter((state) => state.startsWith('up'));
    expect(ups).toEqual(['up 1', 'up 12', 'up 32']);
  });

  it('is away for 10 s without one', () => {
    const ups = poisoned('').filter((state) => state.startsWith('up'));
    expect(ups).toEqual(['up 11', 'up 21', 'up 31']);
  });

  it('is away for as long as the fault says on either', () => {
    const of = (platform: string): readonly string[] => poisoned(platform, ', restart: 3s');
    expect(of(KUBERNETES)).toEqual(of(''));
    expect(of('').filter((state) => state.startsWith('up'))).toEqual(['up 4', 'up 7', 'up 10']);
  });
});

describe('what is refused of a platform', () => {
  const problems = (platform: string, fault = ''): string =>
    problemsOf(`
faultline: 1
title: Refused
run: { duration: 30s }
${platform}
services: { s: { endpoints: { serve: [ wait: 10ms ] } } }
workloads: { users: { arrivals: poisson(10/s), requests: [ { call: s } ] } }
${fault}`);

  it.each([
    ['platform: { kind: none, restart: { max: 1m } }', /FL208.*kind: custom/u],
    ['platform: { kind: custom }', /FL203.*restart is missing/u],
    ['platform: { kind: kubernetes, restart: { initial: 6m } }', /FL208.*5m/u],
    ['platform: { kind: none, nodes: { count: 3 } }', /kind: kubernetes/u],
    ['platform: { kind: nomad }', /kubernetes/u],
    ['platform: { kind: kubernetes, restart: { initial: 1ms } }', /FL204.*10ms/u],
  ])('%s', (platform, said) => {
    expect(problems(platform)).toMatch(said);
  });

  it('a window during what acts once, in every variant that is asked', () => {
    const budget = 'budgets: [ users.success > 99% during k ]';
    const kill = (length: string): string =>
      `faults: [ { id: k, kind: crash, target: s, at: 1s, for: ${length} } ]\n${budget}`;
    expect(problems('', kill('0s'))).toMatch(/FL502.*k acts once and has no duration.*use after/su);
    expect(problems('', kill('1s'))).toBe('');
    const some = `${kill('1s')}\nvariants: [ { name: a }, { name: b, set: { 'faults[k].for': 0s } } ]`;
    expect(problems('', some)).toBe('');
  });

  it('a length of 0s for what has to last', () => {
    const fault = 'faults: [ { id: f, kind: hang, target: s, at: 1s, for: 0s } ]';
    expect(problems('', fault)).toMatch(/FL204.*more than 0s/u);
  });
});

describe('the metric instances', () => {
  // Three processes, one of them away from 20 to 30 s and 5 s of start-up, all from 60 s on.
  const away = (budget: string): string =>
    run(`
faultline: 1
title: How many run
run: { duration: 100s, warmup: 7s, timeline: 3s }
services: { s: { replicas: 3, lifecycle: { startup: 5s }, endpoints: { serve: [ wait: 10ms ] } } }
workloads: { users: { arrivals: poisson(10/s), requests: [ { call: s } ] } }
faults:
  - { id: one, kind: crash, target: s, instances: [1], at: 20s, for: 10s }
  - { id: once, kind: crash, target: s, instances: [0], at: 50s, for: 0s }
  - { id: last, kind: crash, target: s, at: 60s, for: none }
budgets: [ "${budget}" ]
`)
      .variant()
      .budgets[0]!.value!.toFixed(4);

  it.each([
    ['s.instances', 1.6],
    ['s.instances.max', 3],
    ['s.instances.min', 0],
    ['s.instances.end', 0],
    ['s.instances from 0s to 60s', 2.6667],
    ['s.instances.min before last', 2],
    ['s.instances.min before one', 3],
    ['s.instances.min during one', 2],
    ['s.instances.end during one', 2],
    ['s.instances from 28s to 38s', 2.3],
    ['s[1].instances from 28s to 38s', 0.3],
    ['s[2].instances from 28s to 38s', 1],
    ['s.instances.max during last', 0],
  ])('%s = %d', (metric, value) => {
    const [name, ...window] = metric.split(' ');
    expect(away(`${name!} >= 0 ${window.join(' ')}`)).toBe(value.toFixed(4));
  });
});
