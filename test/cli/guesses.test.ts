import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '../../src/contracts/result/result.js';
import { Folder, faultline } from './harness.js';

let folder: Folder;
beforeAll(() => {
  folder = new Folder();
});
afterAll(() => folder.remove());

const SCENARIO = `faultline: 1
title: A shop
run: { duration: 10s, warmup: 1s, seed: 7 }
services:
  shop:
    concurrency: 8                       # guess
    queue: { capacity: 16 }
    endpoints:
      buy:
        - wait: exponential(5ms)         # measured, n = 1,204
        - wait: 40ms                     # guess: from a colleague
workloads:
  users: { arrivals: poisson(20/s), patience: 2s, requests: [ { call: shop.buy } ] }
budgets: [ users.success >= 99% ]
`;
const GUESSES = [
  'services.shop.concurrency 8 (shop.yaml:6)',
  'services.shop.endpoints.buy.steps[1].wait.time 40ms (shop.yaml:11)',
];

/** A command about a scenario in the folder of the test. */
function ran(text: string, ...args: readonly string[]) {
  folder.put('shop.yaml', text);
  const [command, ...flags] = args;
  return faultline([command!, 'shop.yaml', ...flags], { cwd: folder.path });
}

describe('values that a comment calls a guess', () => {
  it('are listed by run, in its document and on its page', () => {
    const json = folder.at('shop.json');
    const { stdout, status } = ran(SCENARIO, 'run', '--json', json, '--format', 'html,md');
    expect(status).toBe(0);
    expect(stdout).toContain(`guesses  ${GUESSES.join(', ')}. faultline sensitivity says`);
    const { scenario } = JSON.parse(readFileSync(json, 'utf8')) as Result;
    expect(scenario.guesses!.map(({ path, value, at }) => `${path} ${value} (${at})`)).toEqual(
      GUESSES,
    );
    const page = readFileSync(folder.at('reports/shop.html'), 'utf8');
    for (const words of ['2 values are guesses', ...GUESSES])
      expect([words, page.includes(words)]).toEqual([words, true]);
    expect(readFileSync(folder.at('reports/shop.md'), 'utf8')).toContain('## Guesses');
  });

  it('are listed by lint, in its document too', () => {
    const { stdout } = ran(SCENARIO, 'lint');
    expect(stdout).toContain(`  2 values are guesses: ${GUESSES.join(', ')}\n`);
    const { guesses } = JSON.parse(
      ran(SCENARIO, 'lint', '--json', '-').stdout,
    ) as Result['scenario'];
    expect(guesses).toHaveLength(2);
  });

  it('are named up to three, all of them with lint --all', () => {
    const many = SCENARIO.replace(
      '- wait: 40ms ',
      '- wait: 1ms # guess\n        - wait: 2ms # guess\n        - wait: 40ms ',
    );
    expect(ran(many, 'lint').stdout).toMatch(/ {2}4 values are guesses: .*, and 1 more\n/);
    expect(
      ran(many, 'lint', '--all').stdout.match(/^ {4}services\S+ \S+ \(shop\.yaml:\d+\)$/gm),
    ).toHaveLength(4);
  });

  it('are not mentioned where there are none', () => {
    const sure = SCENARIO.replaceAll(/# guess.*/g, '');
    expect(ran(sure, 'run').stdout).not.toContain('guess');
    expect(ran(sure, 'lint', '--json', '-').stdout).not.toContain('guesses');
  });
});
