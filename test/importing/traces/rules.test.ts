import { describe, expect, it } from 'vitest';
import { endpoint, modelOf, ownMs, shape } from './read.js';
import { callsIn } from '../../../src/importing/traces/steps.js';
import { call, otlpLines, root } from './spans.js';
import type { TestSpan } from './spans.js';

/** Traces 100 ms apart, each made from its number and its start. */
function traces(n: number, make: (trace: string, from: number, k: number) => readonly TestSpan[]) {
  return otlpLines(Array.from({ length: n }, (_, k) => make(`t${k}`, 100 * k, k)).flat());
}

describe('order over all executions', () => {
  it('takes calls as parallel that overlap in 1 of 10 executions, although 9 show them in order', async () => {
    const model = await modelOf([
      traces(100, (trace, at, k) => [
        root(trace, at, at + 10),
        ...call(trace, 'r', 'web', 'a', [at, at + (k % 10 === 0 ? 6 : 2)]),
        ...call(trace, 'r', 'web', 'b', [at + 3, at + 10]),
      ]),
    ]);
    expect(shape(endpoint(model, 'web', 'GET /').steps)).toMatch(
      /^\{.*a GET \/a \| .*b GET \/b\}$/,
    );
  });

  it('takes calls as a sequence that overlap in 1 of 50 executions: one clock tick is no fan-out', async () => {
    const model = await modelOf([
      traces(100, (trace, at, k) => [
        root(trace, at, at + 10),
        ...call(trace, 'r', 'web', 'a', [at, at + (k % 50 === 0 ? 6 : 2)]),
        ...call(trace, 'r', 'web', 'b', [at + 3, at + 10]),
      ]),
    ]);
    expect(shape(endpoint(model, 'web', 'GET /').steps)).toBe('a GET /a, wait, b GET /b');
  });

  it('finds a series within a parallel block', async () => {
    const model = await modelOf([
      traces(60, (trace, at, k) => [
        root(trace, at, at + 10),
        ...call(trace, 'r', 'web', 'a', [at, at + 2]),
        ...call(trace, 'r', 'web', 'b', [at + 2, at + 4 + (k % 3)]),
        ...call(trace, 'r', 'web', 'c', [at, at + 5]),
        ...call(trace, 'r', 'web', 'd', [at + 7, at + 10]),
      ]),
    ]);
    expect(shape(endpoint(model, 'web', 'GET /').steps)).toBe(
      '{a GET /a, b GET /b | c GET /c}, wait, d GET /d',
    );
  });

  it('finds bodies of two calls that are repeated 2 to 4 times', async () => {
    const model = await modelOf([
      traces(300, (trace, at, k) => [
        root(trace, at, at + 20),
        ...Array.from({ length: 2 + (k % 3) }, (_, round) => [
          ...call(trace, 'r', 'web', 'a', [at + 4 * round, at + 4 * round + 1]),
          ...call(trace, 'r', 'web', 'b', [at + 4 * round + 1, at + 4 * round + 4]),
        ]).flat(),
      ]),
    ]);
    expect(shape(endpoint(model, 'web', 'GET /').steps)).toBe(
      'uniform(2 4) x [a GET /a, b GET /b], wait',
    );
  });

  it('takes two orders without an overlap as variants, each with its own calls and times', async () => {
    // Two of three executions read, then write; the others write, then read, and take twice as long.
    const model = await modelOf([
      traces(300, (trace, at, k) => {
        const isSecond = k % 3 === 2;
        const [a, b] = isSecond ? [at + 6, at] : [at, at + 3];
        return [
          root(trace, at, at + (isSecond ? 20 : 10)),
          ...call(trace, 'r', 'web', 'a', [a, a + 2]),
          ...call(trace, 'r', 'web', 'b', [b, b + 4]),
        ];
      }),
    ]);
    const { steps } = endpoint(model, 'web', 'GET /');
    expect(shape(steps)).toBe(
      '(0.6667 a GET /a, wait, b GET /b, wait or 0.3333 b GET /b, wait, a GET /a, wait)',
    );
    const branches = steps[0]!.kind === 'choose' ? steps[0].branches : [];
    expect(branches.map((branch) => ownMs(branch.steps))).toEqual([4, 14]);
  });

  it('takes calls that come together, or exclude each other, as variants', async () => {
    const model = await modelOf([
      traces(300, (trace, at, k) => [
        root(trace, at, at + 10),
        ...call(trace, 'r', 'web', 'a', [at, at + 2]),
        ...(k % 5 === 0
          ? [
              ...call(trace, 'r', 'web', 'b', [at + 2, at + 4]),
              ...call(trace, 'r', 'web', 'c', [at + 4, at + 6]),
            ]
          : call(trace, 'r', 'web', 'd', [at + 2, at + 9])),
      ]),
    ]);
    expect(shape(endpoint(model, 'web', 'GET /').steps)).toBe(
      '(0.8 a GET /a, d GET /d, wait or 0.2 a GET /a, b GET /b, c GET /c, wait)',
    );
  });

  it('takes calls that some executions make, independently of each other, as shares of one variant', async () => {
    const model = await modelOf([
      traces(400, (trace, at, k) => [
        root(trace, at, at + 10),
        ...(k % 2 === 0 ? call(trace, 'r', 'web', 'a', [at, at + 2]) : []),
        ...(k % 8 < 3 ? call(trace, 'r', 'web', 'b', [at + 3, at + 5]) : []),
      ]),
    ]);
    expect(shape(endpoint(model, 'web', 'GET /').steps)).toMatch(
      /^(wait, )?maybe a GET \/a, wait, maybe b GET \/b, wait$/,
    );
  });

  it('counts a failed execution for the share of a call up to where it came', async () => {
    // A quarter fails at `a`, which is before `b`; of the others half call `b`.
    const model = await modelOf([
      traces(400, (trace, at, k) => [
        root(trace, at, at + 10, k % 4 === 0),
        ...call(trace, 'r', 'web', 'a', [at, at + 2], { isError: k % 4 === 0 }),
        ...(k % 4 === 1 || k % 8 === 2 ? call(trace, 'r', 'web', 'b', [at + 3, at + 8]) : []),
      ]),
    ]);
    const b = endpoint(model, 'web', 'GET /').steps.find((s) => 'to' in s && s.to === 'b');
    expect(b).toMatchObject({ chance: { text: '0.5', n: 300 } });
    expect(endpoint(model, 'web', 'GET /').errors).toBeNull();
  });

  it('takes a failure for that of a call, whichever of the calls beside it began or ended last', async () => {
    // `a` fails in a quarter, and takes longer or shorter than `b`. In another tenth nothing explains the failure.
    const model = await modelOf([
      traces(400, (trace, at, k) => [
        root(trace, at, at + 10, k % 4 === 0 || k % 10 === 1),
        ...call(trace, 'r', 'web', 'a', [at + 1, at + (k % 3) + 4], { isError: k % 4 === 0 }),
        ...call(trace, 'r', 'web', 'b', [at + (k % 5) / 2, at + 5]),
      ]),
    ]);
    expect(endpoint(model, 'web', 'GET /').errors).toMatchObject({ text: '0.1', n: 400 });
  });
});

describe('own time in loops', () => {
  /** Three rounds of 2 ms of own time and a call of 3 ms, and 4 ms before or after them. */
  const rounds = (isFirst: boolean, rest: number): string =>
    traces(60, (trace, at) => {
      const from = at + (isFirst ? rest : 0);
      return [
        root(trace, at, at + 15 + rest),
        ...[0, 1, 2].flatMap((k) => {
          const start = from + 5 * k + (isFirst ? 2 : 0);
          return call(trace, 'r', 'web', 'a', [start, start + 3]);
        }),
      ];
    });

  it.each([
    ['at the start of each round', true, 0, '3 x [wait, a GET /a]'],
    ['at the end of each round', false, 0, '3 x [a GET /a, wait]'],
    ['at the start of each round, after other time', true, 4, 'wait, 3 x [wait, a GET /a]'],
    ['at the end of each round, before other time', false, 4, '3 x [a GET /a, wait], wait'],
  ])('%s counts once for each round', async (_, isFirst, rest, expected) => {
    const model = await modelOf([rounds(isFirst, rest)]);
    const { steps } = endpoint(model, 'web', 'GET /');
    expect(shape(steps)).toBe(expected);
    const loop = steps.find(({ kind }) => kind === 'repeat')!;
    expect(ownMs('steps' in loop ? loop.steps : [])).toBeCloseTo(2, 5);
    expect(ownMs(steps)).toBeCloseTo(rest, 5);
  });
});

describe('traces of which spans are missing', () => {
  /** 100 traces of a call of 8 ms; those of every third one lack the caller's span, so that the callee has no parent. */
  const gaps = (n: number) =>
    traces(n, (trace, at, k) => {
      const spans = [root(trace, at, at + 10), ...call(trace, 'r', 'web', 'a', [at + 1, at + 9])];
      return k % 3 === 0 ? spans.filter((_, place) => place !== 1) : spans;
    });

  it('are counted, asked about, and used for no time and no share', async () => {
    const model = await modelOf([gaps(100)]);
    const { steps } = endpoint(model, 'web', 'GET /');
    expect(shape(steps)).toBe('wait, a GET /a, wait');
    expect(ownMs(steps)).toBeCloseTo(2, 5);
    expect(model.unknown).toContainEqual({
      path: 'traces',
      reason: '66 % of 100 traces are complete: the others have spans whose parent is in no file',
      question:
        'Which spans are lost on the way to the store, such as by a full queue of an exporter?',
    });
    expect(model.leftOut).toContainEqual({
      reason: 'executions of traces of which spans are missing: not used for times and shares',
      count: 68,
    });
  });

  it('are used where fewer than 30 are complete', async () => {
    const model = await modelOf([gaps(30)]);
    expect(shape(endpoint(model, 'web', 'GET /').steps)).toBe('wait, maybe a GET /a, wait');
  });
});

describe('calls in the background', () => {
  it('are marked, and take no time of their caller', async () => {
    const model = await modelOf([
      traces(60, (trace, at) => [
        root(trace, at, at + 10),
        ...call(trace, 'r', 'web', 'a', [at + 1, at + 30]),
        ...call(trace, 'r', 'web', 'b', [at + 2, at + 6]),
      ]),
    ]);
    const { steps } = endpoint(model, 'web', 'GET /');
    expect(shape(steps)).toBe('wait, b GET /b, wait, a GET /a');
    expect(steps.at(-1)).toMatchObject({ to: 'a', isBackground: true });
    expect(ownMs(steps)).toBeCloseTo(6, 5);
  });
});

describe('clocks', () => {
  it('shifts the callee whose clock is 40 ms ahead by the median, and counts it', async () => {
    const model = await modelOf([
      traces(50, (trace, at) => [
        root(trace, at, at + 10),
        ...call(trace, 'r', 'web', 'a', [at + 1, at + 9], { shift: 40 }),
      ]),
    ]);
    expect(shape(endpoint(model, 'web', 'GET /').steps)).toBe('wait, a GET /a, wait');
    expect(model.network!.text).toBe('100us');
    expect(model.leftOut).toContainEqual({
      reason: 'calls whose two clocks differ: the callee is shifted by the median',
      count: 50,
    });
  });
});

describe('work that its caller has given up', () => {
  it('is no error of the server, and its whole time counts', async () => {
    const model = await modelOf([
      traces(100, (trace, at, k) => {
        const isLate = k % 5 === 0;
        return [
          root(trace, at, at + 31, isLate),
          {
            ...{ trace, id: 'c', parent: 'r', service: 'web', kind: 3, name: 'GET /a' },
            ...{ from: at, to: at + (isLate ? 30 : 10), isError: isLate },
            attributes: isLate ? { 'error.type': 'timeout' } : {},
          },
          {
            ...{ trace, id: 's', parent: 'c', service: 'a', kind: 2, name: 'GET /a' },
            ...{ from: at, to: at + (isLate ? 60 : 10), isError: isLate },
          },
        ];
      }),
    ]);
    const a = endpoint(model, 'a', 'GET /a');
    expect(a.errors).toBeNull();
    // 80 x 10 ms and 20 x 60 ms.
    expect(ownMs(a.steps)).toBeCloseTo(20, 1);
    expect(endpoint(model, 'web', 'GET /').steps[0]).toMatchObject({
      timeout: { text: '30ms', n: 20 },
    });
  });
});

describe('windows at another level', () => {
  it('fits the usual 10 ms and leaves out 40 s in which everything took 80 ms', async () => {
    const model = await modelOf([
      traces(2000, (trace, at, k) => {
        const ms = k >= 800 && k < 1200 ? 80 : 10 + (k % 3) - 1;
        return [root(trace, at, at + ms)];
      }),
    ]);
    expect(ownMs(endpoint(model, 'web', 'GET /').steps)).toBeCloseTo(10, 0);
    const [left] = model.leftOut;
    expect(left.reason).toMatch(/another level/);
    // The 400, and at most two pieces of 20 on each side of them.
    expect(left.count).toBeGreaterThanOrEqual(400);
    expect(left.count).toBeLessThan(480);
  });

  it('leaves nothing out of a steady load', async () => {
    const model = await modelOf([
      traces(2000, (trace, at, k) => [root(trace, at, at + 5 + (k % 20))]),
    ]);
    expect(model.leftOut).toEqual([]);
  });
});

describe('work and waits', () => {
  /** A core serves two requests at once in 20 ms each, or one in 10 ms: every other pair of traces begins together. */
  const shared = traces(400, (trace, at, k) => {
    const isPair = k % 4 < 2;
    return [
      root(
        trace,
        isPair ? at - 100 * (k % 2) : at,
        at - (isPair ? 100 * (k % 2) : 0) + (isPair ? 20 : 10),
      ),
    ];
  });

  it('is told from the wait for a core by the busy share', async () => {
    const model = await modelOf([shared], { cores: { web: 1 } });
    const { steps } = endpoint(model, 'web', 'GET /');
    expect(shape(steps)).toBe('work');
    expect(ownMs(steps)).toBeCloseTo(10, 5);
  });

  // Right: an execution of 1 ms every 100 ms uses 1 % of a core, and a quota of 2 % never stops it: 1 ms of work.
  it('is the own time while a quota below one core is not used up', async () => {
    const rare = traces(100, (trace, at) => [root(trace, at, at + 1)]);
    const model = await modelOf([rare], { cores: { web: 0.02 } });
    expect(ownMs(endpoint(model, 'web', 'GET /').steps)).toBeCloseTo(1, 3);
  });

  // Right: an execution of 80 ms every 100 ms would use 0.8 cores, and the quota is 0.2: 60 ms or more are no work.
  it('is a wait, and a question, if it would be more than a quota allows', async () => {
    const often = traces(400, (trace, at) => [root(trace, at, at + 80)]);
    const model = await modelOf([often], { cores: { web: 0.2 } });
    const { steps } = endpoint(model, 'web', 'GET /');
    expect(shape(steps)).toBe('wait');
    expect(ownMs(steps)).toBeCloseTo(80, 5);
    const [own] = model.unknown.filter(({ path }) => path === 'services.web.endpoints');
    expect(own!.reason).toContain('would be 0.8 cores of work, and its quota is 0.2');
  });

  it('stays a question without cores', async () => {
    const model = await modelOf([shared]);
    expect(shape(endpoint(model, 'web', 'GET /').steps)).toBe('wait');
    expect(model.unknown.map(({ path }) => path)).toContain('services.web.cpu.cores');
  });

  it('is the CPU of a request that metrics have, where no manifest says the cores', async () => {
    const model = await modelOf([shared], { cpu: { web: 0.01 } });
    const { steps } = endpoint(model, 'web', 'GET /');
    expect(shape(steps)).toBe('work');
    expect(ownMs(steps)).toBeCloseTo(10, 2);
    expect(model.unknown.map(({ path }) => path)).not.toContain('services.web.cpu.cores');
  });

  it('is a wait, and a question, if metrics have less than half of it as CPU', async () => {
    const model = await modelOf([shared], { cpu: { web: 0.003 } });
    const { steps } = endpoint(model, 'web', 'GET /');
    expect(shape(steps)).toBe('wait');
    expect(ownMs(steps)).toBeCloseTo(15, 5);
    const [own] = model.unknown.filter(({ path }) => path === 'services.web.endpoints');
    expect(own!.reason).toContain('works 20 % of its own time, by the metric of its CPU');
  });

  it('is a wait if the time is the same with all cores taken', async () => {
    const model = await modelOf(
      [
        traces(400, (trace, at, k) => {
          const from = k % 4 === 1 ? at - 95 : at;
          return [root(trace, from, from + 10)];
        }),
      ],
      { cores: { web: 1 } },
    );
    const { steps } = endpoint(model, 'web', 'GET /');
    expect(shape(steps)).toBe('wait');
    expect(ownMs(steps)).toBeCloseTo(10, 5);
  });
});

describe('the two sides of a call with one id', () => {
  it.each([
    ['the client first', (sides: readonly object[]) => sides],
    ['the server first', (sides: readonly object[]) => [...sides].reverse()],
  ])('are two spans, %s', async (_, order) => {
    const side = (
      kind: string,
      serviceName: string,
      timestamp: number,
      duration: number,
    ): object => ({
      ...{ traceId: 'a1', id: 'b', parentId: 'a', name: 'get', kind, timestamp, duration },
      localEndpoint: { serviceName },
    });
    const web = { ...side('SERVER', 'web', 1_000_000, 9000), id: 'a', parentId: undefined };
    const sides = order([
      side('CLIENT', 'web', 1_001_000, 5000),
      side('SERVER', 'db-proxy', 1_002_000, 3000),
    ]);
    const inner = { ...side('CLIENT', 'db-proxy', 1_003_000, 1000), id: 'c', parentId: 'b' };
    const store = { remoteEndpoint: { serviceName: 'mysql' }, tags: { 'db.system': 'mysql' } };
    const model = await modelOf([JSON.stringify([web, ...sides, { ...inner, ...store }])]);
    expect(model.leftOut).toEqual([]);
    expect(shape(endpoint(model, 'web', 'get').steps)).toBe('wait, db-proxy get, wait');
    expect(shape(endpoint(model, 'db-proxy', 'get').steps)).toBe('wait, mysql get, wait');
    expect(model.network!.text).toBe('1ms');
  });
});

describe('tries below one span of the caller', () => {
  /** A library repeats every third call. The way there takes 1 ms, that back 2 ms. The clock of the callee is `shift` ms ahead. */
  const retried = (pause: number, shift = 0): string =>
    traces(90, (trace, from, k) => {
      const isTwice = k % 3 === 0;
      const second = from + 13 + pause;
      const to = isTwice ? second + 10 : from + 12;
      const tried = (id: string, start: number, isError: boolean): TestSpan => ({
        ...{ trace, id, parent: 'c', service: 'pay', kind: 2, name: 'POST /pay', isError },
        ...{ from: start + shift, to: start + 8 + shift },
      });
      return [
        root(trace, from, to + 1),
        {
          ...tried('c', from + 1, false),
          parent: 'r',
          service: 'web',
          kind: 3,
          from: from + 1,
          to,
        },
        tried('s', from + 2, isTwice),
        ...(isTwice ? [tried('t', second, false)] : []),
      ];
    });
  const below = async (pause: number, shift?: number): Promise<unknown> => {
    const model = await modelOf([retried(pause, shift)]);
    return callsIn(endpoint(model, 'web', 'GET /').steps)[0]!.below;
  };

  // From the end of the first try to the start of the second: 2 ms back, 30 ms of back-off, 1 ms there.
  it('have the back-off between them, without the network there and back', async () => {
    expect(await below(30)).toMatchObject({ maxRetries: 1, n: 30, backoff: { text: '30ms' } });
    expect(await below(30, 5000)).toMatchObject({ backoff: { text: '30ms' } });
  });

  it('have none where only the network is between them', async () => {
    expect(await below(-1)).toMatchObject({ maxRetries: 1, backoff: null });
  });
});
