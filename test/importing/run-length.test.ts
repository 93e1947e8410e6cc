import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { Importing } from '../../src/importing/import.js';
import { readTraces } from '../../src/importing/traces/index.js';
import { otlpLines, root } from './traces/spans.js';

/** The run of a system whose requests arrive each `every` ms and take `ms`. */
async function runOf(ms: number, every: number): Promise<unknown> {
  const importing = new Importing([], { title: 'Shop', names: new Map() });
  const spans = Array.from({ length: 300 }, (_, k) => root(`t${k}`, every * k, every * k + ms));
  const chunks = async function* (): AsyncIterable<string> {
    yield await Promise.resolve(otlpLines(spans));
  };
  const model = await readTraces([{ path: 't', chunks }], importing.hints);
  return parse(importing.finish(model).scenario).run;
}

describe('the run of an imported system', () => {
  it('is a minute long where requests are short', async () => {
    expect(await runOf(500, 100)).toEqual({ duration: '60s', warmup: '10s', seed: 1 });
  });

  // Streams that last 20 s: of a run of a minute a third would be cut off, the longest ones first.
  it('is twelve times as long as its longest requests', async () => {
    expect(await runOf(20_000, 1000)).toEqual({ duration: '240s', warmup: '40s', seed: 1 });
  });

  it('has an end where the longest ones take hours', async () => {
    expect(await runOf(7_200_000, 1000)).toEqual({ duration: '1800s', warmup: '300s', seed: 1 });
  });
});
