import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT, EXIT_MEANINGS } from '../../src/cli/exit.js';
import { Folder, NO_PROOFS, faultline, faultlineProcess, smallScenario } from './harness.js';
import type { Ended } from './warm/warm.js';

let folder: Folder;
beforeAll(() => {
  folder = new Folder();
});
afterAll(() => folder.remove());

const MEANINGS = Object.entries(EXIT_MEANINGS);

describe('exit codes', () => {
  it('have a meaning each', () => {
    const codes = Object.values(EXIT).map(String);
    expect(MEANINGS.map(([code]) => code).sort()).toEqual(codes.sort());
  });

  it('mean the same in README.md, docs/ci.md and --help', () => {
    const rows = (file: string): string[][] => {
      const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
      const table = text.slice(text.indexOf('| exit code |')).split('\n\n')[0]!;
      const cells = table.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
      return cells.slice(2).map(([, code, words]) => [code!, words!]);
    };
    expect(rows('README.md')).toEqual(MEANINGS);
    expect(rows('docs/ci.md')).toEqual(MEANINGS);
    const help = faultline(['--help']).stdout;
    const shown = help
      .slice(help.indexOf('Exit codes:'))
      .split(/\n {2}(?=\d)/)
      .slice(1);
    expect(shown.map((line) => line.trim().split(/\s+/))).toEqual(
      MEANINGS.map(([code, words]) => [code, ...words.split(' ')]),
    );
  });

  it('are 1 for a broken budget only where check judges it', () => {
    const path = folder.put('broken.yaml', smallScenario(['people.success >= 100%']));
    const rate = '--set=workloads.people.arrivals.rate=20/s,30/s';
    const out = ['--out', folder.at('out'), '--format', 'json', '--fresh'];
    const codes = [
      ['run', path, NO_PROOFS, ...out.slice(0, -1)],
      ['compare', path],
      ['sweep', path, rate, ...out],
      ['check', path, NO_PROOFS],
    ].map((args) => [args[0], sameBothWays(args).status]);
    expect(codes).toEqual([
      ['run', EXIT.ok],
      ['compare', EXIT.ok],
      ['sweep', EXIT.ok],
      ['check', EXIT.broken],
    ]);
  });

  it('are the same in a process of its own and in one that ran other commands', () => {
    const path = folder.put('small.yaml', smallScenario());
    const wrong = folder.put('wrong.yaml', smallScenario().replace('bank.pay', 'bnak.pay'));
    const endless = folder.put(
      'endless.yaml',
      smallScenario().replace('7,', '7, maxEvents: 2000,'),
    );
    const codes = [
      ['--help'],
      ['rum', path],
      ['validate', path, wrong],
      ['lint', path],
      ['graph', path, '--format', 'svg'],
      ['explain', 'retry'],
      ['run', endless, '--workers', '1', '--out', folder.at('endless')],
    ].map((args) => [args[0], sameBothWays(args).status]);
    expect(codes).toEqual([
      ['--help', EXIT.ok],
      ['rum', EXIT.usage],
      ['validate', EXIT.usage],
      ['lint', EXIT.broken],
      ['graph', EXIT.ok],
      ['explain', EXIT.ok],
      ['run', EXIT.guard],
    ]);
  });
});

/** Result of a command, which must not depend on earlier commands of its process. */
function sameBothWays(args: readonly string[]): Ended {
  const [warm, own] = [faultline, faultlineProcess].map((run) => {
    const { status, stdout, stderr } = run(args);
    return { status, stdout, stderr: stderr.replace(/[\d.]+ [mµ]?s\b/g, 'N s') };
  });
  expect(warm).toEqual(own);
  return own!;
}
