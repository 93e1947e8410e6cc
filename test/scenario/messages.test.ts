import { describe, expect, it } from 'vitest';
import { formatDiagnostic, formatDiagnostics } from '../../src/scenario/diagnostics.js';
import { load } from './support.js';

/** Place, code and message of all problems of a text. */
function told(text: string): string[] {
  return load(text).problems.map((problem) => formatDiagnostic(problem).split('\n')[0]);
}

/** A scenario with a service, fields of the run, of the workload and of a policy, and more. */
const right = {
  run: 'duration: 60s',
  service: 'endpoints: { serve: [ wait: 1ms ] }',
  arrivals: 'poisson(1/s)',
  requests: '[ { call: station.serve } ]',
  policy: 'timeout: 1s',
  more: '',
};
const text = (changed: Partial<typeof right>): string => {
  const { run, service, arrivals, requests, policy, more } = { ...right, ...changed };
  return `faultline: 1
title: What is told
run: { ${run} }
policies: { std: { ${policy} } }
services: { station: { ${service} } }
workloads: { users: { arrivals: ${arrivals}, requests: ${requests} } }
${more}
`;
};

describe('the errors in a row of an outlier detection', () => {
  it.each([
    ['', 'consecutive5xx'],
    ['kind: istio, ', 'consecutive5xxErrors'],
  ])('have the name of their kind: { %s}', (kind, meant) => {
    const service = `outlierDetection: { ${kind}consecutiveErrors: 5 }, ${right.service}`;
    expect(told(text({ service }))[0]).toMatch(
      `unknown key consecutiveErrors (did you mean "${meant}"?)`,
    );
  });
});

describe('a number in quotes', () => {
  it.each([
    [
      { run: 'duration: 60s, replications: "3"' },
      '3:37 FL205 run.replications: must be a whole number from 1 to 10000, got the text "3": remove the quotes',
    ],
    [
      { policy: 'retry: { attempts: "3" }' },
      'must be a whole number >= 1 or unlimited, got the text "3": remove the quotes',
    ],
    [
      { requests: '[ { call: station.serve, weight: "2" } ]' },
      'got the text "2": remove the quotes',
    ],
    [
      { service: 'cpu: { cores: "2" }, endpoints: { serve: [ wait: 1ms ] }' },
      'must be a number of cores above 0 or unlimited, got the text "2": remove the quotes',
    ],
    [
      { service: 'endpoints: { serve: [ { wait: 1ms, probability: "0.5" } ] }' },
      '"0.5" is a text: remove the quotes',
    ],
    [
      { service: 'endpoints: { serve: { readOnly: "true", steps: [ wait: 1ms ] } }' },
      'must be true or false, got the text "true": remove the quotes',
    ],
    [
      {
        service: 'endpoints: { serve: [ wait: { kind: weibull, shape: "1.5", scale: 10ms } ] }',
      },
      'shape must be a number from 0.1 to 100, got the text "1.5": remove the quotes',
    ],
  ])('gets the message that it must be a string: %j', (changed, says) => {
    const problems = told(text(changed));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(says);
  });

  it('gets the message that a number is the only valid value', () => {
    expect(told(text({}).replace('faultline: 1', 'faultline: "1"'))).toEqual([
      's.yaml:1:12 FL206 faultline: must be 1, got the text "1": remove the quotes',
    ]);
  });

  it('is no number that could be read', () => {
    expect(told(text({ run: 'duration: 60s, replications: two' }))).toEqual([
      's.yaml:3:37 FL205 run.replications: must be a whole number from 1 to 10000, got two',
    ]);
  });
});

describe('a comparison', () => {
  it.each([
    ['=>', '>='],
    ['=<', '<='],
    ['=', '=='],
  ])('that is written %s is suggested as %s', (wrong, meant) => {
    expect(told(text({ more: `budgets: [ users.success ${wrong} 99% ]` }))).toEqual([
      `s.yaml:7:26 FL501 budgets[0]: expected a comparison (did you mean "${meant}"?)`,
    ]);
  });
});

describe('a function that is not known', () => {
  it.each([
    ['lognorm(p50=2ms p99=9ms)', 'lognorm', 'lognormal'],
    ['mixture(50%=exponentail(5ms) 50%=1s)', 'exponentail', 'exponential'],
    ['{ kind: gama, mean: 5ms, cv: 1 }', 'gama', 'gamma'],
  ])('is suggested for a distribution: %s', (written, wrong, meant) => {
    const service = `endpoints: { serve: [ wait: ${written} ] }`;
    const problems = told(text({ service }));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`${wrong} is unknown here; known: constant exponential`);
    expect(problems[0]).toContain(`(did you mean "${meant}"?)`);
  });

  it.each([
    ['poison(200/s)', 'poison', ' (did you mean "poisson"?)'],
    ['zzz(200/s)', 'zzz', ''],
  ])(
    'gets one message, with all that is valid there: arrivals %s',
    (arrivals, wrong, suggestion) => {
      expect(told(text({ arrivals }))).toEqual([
        `s.yaml:6:33 FL206 workloads.users.arrivals.kind: must be one of poisson constant stages sinusoid burst renewal at trace closed, got ${wrong}${suggestion}`,
      ]);
    },
  );

  it('gets one message if its arguments are wrong', () => {
    expect(told(text({ arrivals: 'poisson(200/s 3)' }))).toEqual([
      's.yaml:6:33 FL205 workloads.users.arrivals: poisson cannot place 3: write poisson(300/s)',
    ]);
  });

  it('is reported for keys', () => {
    const [problem] = told(text({ more: 'keys: { row: ziph(count=3 exponent=1) }' }));
    expect(problem).toContain('got ziph (did you mean "zipf"?)');
  });
});

it('suggests an outcome', () => {
  const problems = told(text({ policy: 'retry: { attempts: 2, on: [timeoot, 5xy, quark] }' }));
  expect(problems[0]).toMatch(
    /timeoot is not an outcome; expected .* \(did you mean "timeout"\?\)$/,
  );
  expect(problems[1]).toMatch(/5xy is not an outcome; expected .* \(did you mean "5xx"\?\)$/);
  expect(problems[2]).toMatch(/quark is not an outcome; expected .*503$/);
});

describe('a path of a patch that leads nowhere', () => {
  const patch = (own: string): string[] => {
    const { problems } = load(text({ more: `variants: [ { name: a, ${own} } ]` }));
    return problems.flatMap((problem) => {
      const lines = formatDiagnostic(problem).split('\n');
      return [problem.message, ...lines.filter((line) => line.startsWith('  there is: '))];
    });
  };

  it('gets the list of existing names, each once', () => {
    expect(patch('remove: [ services.station.queue ]')).toEqual([
      'services.station has no queue',
      '  there is: endpoints',
    ]);
  });

  it('gets the advice to write a missing section', () => {
    expect(patch('set: { caches.near.ttl: 1s }')).toEqual([
      'the scenario has no section caches: write it first, or set it as a whole',
    ]);
  });

  it('may set a section as a whole', () => {
    expect(patch('set: { keys: { row: { kind: unique } } }')).toEqual([]);
  });

  it('gets the existing sections if no section has this name', () => {
    expect(patch('set: { quark.near.ttl: 1s }')).toEqual([
      'the scenario has no quark',
      '  there is: policies, run, services, workloads',
    ]);
  });

  it.each([
    ['set: { a: 1 }', 'the scenario has no a'],
    ['set: { title: other }', 'title is the same for all variants and cannot be changed by one'],
    [
      "set: { 'budgets[0].severity': warning }",
      'budgets is the same for all variants and cannot be changed by one',
    ],
    [
      'remove: [ description ]',
      'description is the same for all variants and cannot be changed by one',
    ],
  ])('is not taken where it would change nothing: %s', (own, message) => {
    expect(patch(own)[0]).toBe(message);
  });
});

describe('a number without its unit', () => {
  it.each([
    [{ run: 'duration: 60' }, '60 what? write 60s or 60ms'],
    [{ policy: 'timeout: 500' }, '500 what? write 500s or 500ms'],
    [{ policy: 'timeout: "500"' }, '500 what? write 500s or 500ms'],
    [{ arrivals: 'poisson(200)' }, '200 what? write 200/s'],
    [{ arrivals: '{ kind: poisson, rate: "200" }' }, '200 what? write 200/s'],
  ])('gets the name: %j', (changed, says) => {
    const problems = told(text(changed));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(says);
  });
});

describe('a list of a wrong length', () => {
  it.each([
    [{ requests: '[ ]' }, 'needs at least 1 entry, got an empty list'],
    [{ policy: 'retry: { attempts: 2, on: [] }' }, 'needs at least 1 entry, got an empty list'],
  ])('gets its length: %j', (changed, says) => {
    const problems = told(text(changed));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(says);
  });
});

describe('a comma that ends a value', () => {
  const said = 'FL205 services.station.endpoints.serve.steps[0].wait.time: a comma inside';

  it.each([
    ['[ wait: lognormal(p50=3ms, p99=9ms) ]', '[ ]'],
    ['[ wait: empirical(3ms, 5ms, 9ms), work: 1ms ]', '[ ]'],
    ['[ { wait: lognormal(p50=3ms, p99=9ms) } ]', '{ }'],
  ])('gets one message, with the brackets around: %s', (steps, brackets) => {
    const problems = told(text({ service: `endpoints: { serve: ${steps} }` }));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`${said} ${brackets} ends the value: write `);
  });

  it('hides no other problem of the list', () => {
    const steps = '[ wait: uniform(3ms, 9ms), quark: 1ms ]';
    const problems = told(text({ service: `endpoints: { serve: ${steps} }` }));
    expect(problems.map((problem) => problem.split(' ')[1])).toEqual(['FL205', 'FL201']);
  });
});

describe('the same mistake in entries of one list', () => {
  const stage = (i: number) => `{ duration: ${i}s, rate: 5/s }`;
  const list = (count: number) => Array.from({ length: count }, (_, i) => stage(i + 1)).join(', ');
  const shown = (count: number) => {
    const arrivals = `{ kind: stages, start: 5/s, stages: [ ${list(count)} ] }`;
    return formatDiagnostics(load(text({ arrivals })).problems);
  };

  it('is shown once, with the places of the others', () => {
    const lines = shown(3).split('\n');
    expect(lines.filter((line) => line.includes('unknown key rate'))).toHaveLength(1);
    expect(lines.join('\n')).toMatch(/\n {2}the same at 6:\d+, 6:\d+$/m);
  });

  it('names five of them', () => {
    expect(shown(9)).toMatch(/the same at (6:\d+, ){4}6:\d+ and 3 more places/);
  });

  it('is told apart from that of another component', () => {
    const more =
      'faults: [ { id: a, kind: crash, at: 1s, for: 1s, target: statoin }, { id: b, kind: crash, at: 1s, for: 1s, target: sation } ]';
    expect(formatDiagnostics(load(text({ more })).problems)).not.toContain('the same at');
  });
});
