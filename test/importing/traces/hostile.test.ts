import { describe, expect, it } from 'vitest';
import { endpoint, modelOf, shape } from './read.js';
import { call, otlpLines, root } from './spans.js';
import type { TestSpan } from './spans.js';

const good = (trace: string, at: number): readonly TestSpan[] => [
  root(trace, at, at + 10),
  ...call(trace, 'r', 'web', 'a', [at + 1, at + 5]),
];
const many = (n: number): readonly TestSpan[] =>
  Array.from({ length: n }, (_, k) => good(`t${k}`, 100 * k)).flat();
const CALM = 'wait, a GET /a, wait';

interface Document {
  readonly resourceSpans: readonly {
    readonly resource: object;
    readonly scopeSpans: readonly { readonly spans: readonly object[] }[];
  }[];
}

/** How often something was left out, by a word of the reason. */
async function leftOut(text: string, word: RegExp): Promise<number> {
  const model = await modelOf([text]);
  expect(shape(endpoint(model, 'web', 'GET /').steps)).toBe(CALM);
  return model.leftOut.find(({ reason }) => word.test(reason))?.count ?? 0;
}

describe('what cannot be used is counted, and the rest is read', () => {
  it.each([
    [
      'half of a trace',
      otlpLines([...many(40), ...call('x', 'gone', 'web', 'a', [1, 2])]),
      /in no file: half/,
      1,
    ],
    ['the same file twice', otlpLines(many(40)).repeat(2), /twice/, 120],
    [
      'a line that ends too early',
      `${otlpLines(many(40))}{"resourceSpans":[{"scop\n`,
      /whole JSON/,
      1,
    ],
    [
      'a file that ends too early',
      otlpLines(many(40)).concat('{"resourceSpans":[{"scop'),
      /end too early/,
      1,
    ],
    ['lines of something else', `${otlpLines(many(40))}{"level":"info"}\n`, /without spans/, 1],
    ['a broken element', `${otlpLines(many(40))}{"resourceSpans":[{"a":tru}]}\n`, /not JSON/, 1],
    ['a bracket too many', `${otlpLines(many(40))}{"resourceSpans":[]}]\n`, /not JSON/, 1],
    [
      'nesting without end',
      `${otlpLines(many(40))}${'{"a":'.repeat(100_000)}\n`,
      /deeper than 200/,
      1,
    ],
    [
      'clocks that run backwards',
      otlpLines([...many(40), { ...root('x', 5, 1), name: 'GET /b' }]),
      /ran backwards/,
      1,
    ],
    [
      'spans longer than a day',
      otlpLines([...many(40), { ...root('x', 0, 9e7), name: 'GET /b' }]),
      /longer than a day/,
      1,
    ],
    ['spans without an id', otlpLines([...many(40), { ...root('', 1, 2) }]), /without an id/, 1],
    [
      'a circle of spans',
      otlpLines([
        ...many(40),
        { ...root('x', 1, 2), id: 'p', parent: 'q', kind: 1, name: 'p' },
        { ...root('x', 1, 2), id: 'q', parent: 'p', kind: 1, name: 'q' },
      ]),
      /circle/,
      1,
    ],
    [
      'a span that is its own parent',
      otlpLines([...many(40), { ...root('x', 1, 2), parent: 'r', kind: 3 }]),
      /parent that is in no file/,
      1,
    ],
  ])('%s', async (_, text, word, count) => {
    expect(await leftOut(text, word)).toBe(count);
  });

  it('reads chunks of one character', async () => {
    const model = await modelOf([otlpLines(many(5))], { chunk: 1 });
    expect([model.spans, model.traces]).toEqual([15, 5]);
  });

  it('reads a document over many lines, and strings with brackets and escapes', async () => {
    const span = { ...root('x', 1, 2), name: 'GET /"}]\\{[\n' };
    const text = JSON.stringify(JSON.parse(otlpLines([span])), null, 2);
    const model = await modelOf([text], { chunk: 7 });
    expect(model.spans).toBe(1);
  });

  it('reads one resource with 60,000 spans, 15 MB, as the same spans on lines', async () => {
    const spans = Array.from({ length: 20_000 }, (_, k) => good(`t${k}`, 100 * k)).flat();
    const resources = ['web', 'a'].map((service) => {
      const own = otlpLines(spans.filter((span) => span.service === service))
        .trim()
        .split('\n');
      const all = own.map((line) => (JSON.parse(line) as Document).resourceSpans[0]);
      const mine = all.map(({ scopeSpans }) => scopeSpans[0].spans[0]);
      const scopeSpans = [{ spans: mine.slice(0, 7) }, { spans: [] }, { spans: mine.slice(7) }];
      return { resource: all[0].resource, scopeSpans };
    });
    const whole = JSON.stringify({ resourceSpans: resources }, null, 1);
    expect(whole.length).toBeGreaterThan(15_000_000);
    const [one, other] = await Promise.all([modelOf([whole]), modelOf([otlpLines(spans)])]);
    expect(one).toEqual(other);
  });

  it('follows a chain of 100,000 spans', async () => {
    const chain = Array.from({ length: 100_000 }, (_, k) => ({
      ...root('x', 1, 2),
      ...{ id: `s${k}`, kind: 1, name: 'inner' },
      ...(k === 0 ? { kind: 2, name: 'GET /' } : { parent: `s${k - 1}` }),
    }));
    const model = await modelOf([otlpLines(chain)]);
    expect(model.spans).toBe(100_000);
    expect(shape(endpoint(model, 'web', 'GET /').steps)).toBe('wait');
  });

  it('takes names of prototypes as names', async () => {
    const spans = ['__proto__', 'constructor', 'toString'].flatMap((service, k) => [
      { ...root(`t${k}`, 1, 2), service, name: service, attributes: { [service]: 'x' } },
    ]);
    const model = await modelOf([otlpLines(spans)]);
    expect(model.components.map(({ name }) => name)).toEqual([
      '__proto__',
      'constructor',
      'toString',
    ]);
  });

  it('reads values of the wrong type, and numbers that are none', async () => {
    const odd = {
      resourceSpans: [
        null,
        7,
        { resource: 'x', scopeSpans: { spans: [] } },
        {
          scopeSpans: [
            {
              spans: [
                null,
                { traceId: 1, spanId: 2, name: { a: 1 }, kind: 99, startTimeUnixNano: '1e999' },
                {
                  traceId: 1,
                  spanId: 3,
                  startTimeUnixNano: '9'.repeat(40),
                  attributes: [null, {}],
                },
              ],
            },
          ],
        },
      ],
    };
    const model = await modelOf([`${JSON.stringify(odd)}\n`]);
    expect(model.spans).toBe(2);
    expect(model.leftOut).toContainEqual({
      reason: 'times of spans without a readable start or end',
      count: 2,
    });
  });

  it('says of an empty file that it has nothing', async () => {
    const model = await modelOf(['', '   \n', '{}', '[]']);
    expect(model).toMatchObject({ spans: 0, traces: 0, components: [], entries: [] });
  });
});
