import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Folder, NO_PROOFS, faultline } from './harness.js';

const folder = new Folder();
afterAll(() => folder.remove());
const init = (...args: readonly string[]) => faultline(['init', ...args], { cwd: folder.path });
const ROOT = join(import.meta.dirname, '../..');

describe('init', () => {
  it('writes a scenario that runs, has no finding of severity error, and says how to go on', () => {
    const { status, stdout, stderr } = init();
    expect([status, stderr]).toEqual([0, '']);
    const text = readFileSync(folder.at('resilience.yaml'), 'utf8');
    const guesses = text.match(/# guess$/gm)!.length;
    expect(stdout).toContain(
      `resilience.yaml: 2 services (shop -> payments), 200/s; ${guesses} values marked "# guess"`,
    );
    const shown = [...stdout.matchAll(/^ {2}faultline (\w+) (\S+)/gm)].map(([, ...own]) => own);
    expect(shown.map(([command]) => command)).toEqual(['run', 'fix', 'sensitivity', 'check']);
    const few = ['--replications', '1', NO_PROOFS];
    const ran = faultline(['run', 'resilience.yaml', ...few], { cwd: folder.path });
    expect([ran.status, ran.stdout]).toEqual([0, expect.stringContaining('payments 5x slower')]);
    expect(faultline(['lint', 'resilience.yaml'], { cwd: folder.path }).status).toBe(0);
  });

  it('has a page of help', () => {
    const { status, stdout } = faultline(['help', 'init']);
    expect([status, stdout]).toEqual([0, expect.stringContaining('Examples:')]);
  });

  it('takes services, a rate and a success', () => {
    const args = ['--services', 'web,orders,payments', '--rate', '35/s', '--success', '95%'];
    const { status, stdout } = init('-', ...args);
    expect(status).toBe(0);
    expect(stdout).toContain('arrivals: poisson(35/s)');
    expect(stdout).toContain('- call: orders.handle');
    expect(stdout).toContain('- call: payments.handle');
    expect(stdout).toContain('- users.success >= 95%');
    const path = folder.put('piped.yaml', stdout);
    expect(faultline(['validate', path]).status).toBe(0);
    const one = init('one.yaml', '--services', 'web');
    expect(one.stdout).toContain('1 service (web)');
    expect(faultline(['validate', folder.at('one.yaml')]).status).toBe(0);
  });

  it('overwrites nothing without --force', () => {
    folder.put('mine.yaml', 'mine');
    const { status, stderr } = init('mine.yaml');
    expect(status).toBe(2);
    expect(stderr).toContain('mine.yaml exists already: add --force');
    expect(readFileSync(folder.at('mine.yaml'), 'utf8')).toBe('mine');
    expect(init('mine.yaml', '--force').status).toBe(0);
    expect(readFileSync(folder.at('mine.yaml'), 'utf8')).toContain('faultline: 1');
  });

  it.each([
    [['--rate', 'fast'], '--rate fast:', 'write it as in --rate 200/s'],
    [['--success', '2'], '--success 2:', 'write it as in --success 99%'],
    [['--services', 'a b'], '--services:', 'a b'],
    [['--services', 'shop,shop'], '--services:', 'shop'],
    [['--services', 'users'], '--services:', 'users'],
    [['--watch'], '--watch follows files', 'add --from PATH'],
    [['--from', 'k8s', '--services', 'a'], '--from reads the services', 'leave --services out'],
  ])('refuses %j and says why', (args, ...words) => {
    const { status, stderr } = init('new.yaml', ...args);
    expect(status).toBe(2);
    for (const word of words) expect(stderr).toContain(word);
    expect(() => readFileSync(folder.at('new.yaml'))).toThrow();
  });

  it('imports with --from what import reads', () => {
    const shop = join(ROOT, 'examples/shop');
    const { status, stdout } = init('shop.yaml', '--from', join(shop, 'k8s'));
    expect(status).toBe(0);
    expect(stdout).toContain('faultline sensitivity shop.yaml');
    const known = faultline(['import', join(shop, 'k8s'), '--out', '-']).stdout;
    expect(readFileSync(folder.at('shop.yaml'), 'utf8')).toBe(known);
  });
});
