import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Folder, NO_PROOFS, PROGRAM, faultline } from './harness.js';

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

/** Whether this machine can give a program a terminal of its own (util-linux). */
const HAS_TERMINAL = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes(
  'util-linux',
);

describe.skipIf(HAS_TERMINAL !== true)('init on a terminal', () => {
  const asked = (input: string, ...args: readonly string[]): string => {
    const command = [process.execPath, PROGRAM, 'init', ...args].join(' ');
    const { CI: _, ...env } = process.env;
    const how = { cwd: folder.path, input, encoding: 'utf8', env } as const;
    return spawnSync('script', ['-qec', command, '/dev/null'], how).stdout.replaceAll('\r', '');
  };

  it('asks for the services, the load and the goal, again where an answer is wrong', () => {
    const said = asked('\nweb,bank\nfast\n80/s\n\n', 'asked.yaml');
    expect(said).toContain('Manifests or traces to import (a folder or file; empty: none): ');
    expect(said).toContain('Services, each calls the next one [shop,payments]: ');
    expect(said.match(/Arrivals of requests \[200\/s\]: /g)).toHaveLength(2);
    expect(said).toContain('  fast: ');
    expect(said).toContain('The success that users need [99%]: ');
    expect(said).toContain('asked.yaml: 2 services (web -> bank), 80/s; ');
    const text = readFileSync(folder.at('asked.yaml'), 'utf8');
    expect(text).toContain('arrivals: poisson(80/s)');
    expect(text).toContain('- users.success >= 99%');
  });

  it('imports what is named, and asks nothing where flags say it', () => {
    const shop = join(ROOT, 'examples/shop');
    expect(asked(`nowhere\n${shop}\n`, 'named.yaml')).toContain('nowhere does not exist');
    expect(readFileSync(folder.at('named.yaml'), 'utf8')).toContain('storefront');
    expect(asked('', 'flags.yaml', '--rate', '5/s')).not.toContain('Services, each');
    expect(existsSync(folder.at('flags.yaml'))).toBe(true);
  });
});
