import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadScenario } from '../../src/scenario/load.js';
import { formatDiagnostic } from '../../src/scenario/diagnostics.js';
import { faultline } from '../cli/harness.js';
import type { Ended } from '../cli/warm/warm.js';

const ROOT = resolve(import.meta.dirname, '../..');
const PAGES = ['README.md', ...readdirSync(join(ROOT, 'docs')).filter(isPage).map(inDocs)];

interface Block {
  readonly page: string;
  readonly language: string;
  readonly text: string;
}

const blocks = PAGES.flatMap(blocksOf);
const commands = blocks
  .filter(({ language, text }) => language === 'sh' && !isElsewhere(text))
  .flatMap(({ page, text }) => text.split('\n').map((line) => [page, bare(line)] as const))
  .filter(([, command]) => command !== '');
const runs = commands.filter(([, command]) => command.startsWith('npx --no-install faultline '));

/** Results by command line. */
const done = new Map<string, Ended>();
let out = '';
beforeAll(() => {
  out = mkdtempSync(join(tmpdir(), 'faultline-docs-'));
});
afterAll(() => rmSync(out, { recursive: true, force: true }));

describe('what the pages say', () => {
  it('has pages with commands and scenarios', () => {
    expect(PAGES.length).toBeGreaterThan(3);
    expect(runs.length).toBeGreaterThan(3);
  });

  it.each(commands)('%s: `%s` is a command that exists', (_page, command) => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    const script = /^npm (?:run )?([\w:-]+)/.exec(command)?.[1];
    const vitest = /^npx --no-install vitest run (\S+)$/.exec(command)?.[1];
    if (script !== undefined) expect(Object.keys(scripts)).toContain(script);
    else if (vitest !== undefined) expect(existsSync(join(ROOT, vitest))).toBe(true);
    else if (!command.startsWith('node -e '))
      expect(command).toMatch(
        /^npx --no-install faultline (run|compare|check|story|ask|explore|fix|capacity|sensitivity|sweep|export|import|calibrate|drift|validate|lint|graph|explain) /,
      );
  });

  it.each(runs)('%s: `%s` runs', (_page, command) => {
    const words = argumentsOf(
      command.includes(HANGS)
        ? command.replace(HANGS, SIDES).replace(/\d+$/, '1')
        : command.replace(LOADS, ENDS),
    );
    const writes = words[0] === 'run' || words[0] === 'sweep';
    const own = writes && !words.includes('--out') ? ['--out', out] : [];
    const { status, stderr } = ran(...words, ...own, ...fewerRuns(words));
    // Some pages show a broken budget on purpose.
    expect([0, 1], stderr).toContain(status);
  });

  it.each(blocks.filter(({ language }) => language === 'yaml').map((it) => [it.page, it.text]))(
    '%s: its YAML loads',
    (page, text) => {
      if (!text.includes('faultline: 1')) return;
      const { file, problems } = loadScenario(page, () => ({ text }));
      expect(problems.map(formatDiagnostic).join('\n')).toBe('');
      expect(file).not.toBeNull();
    },
  );

  it('has no link that leads nowhere', () => {
    for (const page of PAGES) {
      const text = readFileSync(join(ROOT, page), 'utf8');
      for (const [, target] of text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)) {
        if (/^[a-z]+:/.test(target!)) continue;
        const path = join(ROOT, dirname(page), target!);
        expect(existsSync(path), `${page} -> ${target}`).toBe(true);
      }
    }
  });

  it('README.md: its five answers are those of the commands', () => {
    const text = readFileSync(join(ROOT, 'README.md'), 'utf8');
    const asked = [...text.matchAll(/^# (.+?\?) (.+)\n(npx .+)$/gmu)];
    expect(asked).toHaveLength(5);
    // The pages of the commands show the same output, and their tests compare it.
    const plain = (words: string): string => words.replace(/\s+/gu, ' ');
    const pages = ['fix', 'capacity', 'sensitivity', 'ci'];
    const known = pages.map((page) => plain(readFileSync(join(ROOT, `docs/${page}.md`), 'utf8')));
    const [survives, ...others] = asked.map(([, , answer, command]) => ({ answer, command }));
    for (const { answer, command } of others) {
      const page = known.find((one) => one.includes(plain(command!)));
      expect(page, command).toContain(answer);
    }
    expect(ran('run', 'scenarios/first.yaml', '--out', out).stdout).toContain(survives!.answer);
  });

  it('shows what the gate of docs/ci.md prints', () => {
    const shown = blocks.find(({ page, language }) => page === 'docs/ci.md' && language === 'text');
    const { status, stdout } = ran('check', 'scenarios/release-gate.yaml');
    expect(status).toBe(1);
    expect(stdout).toBe(shown!.text);
  });

  it('shows the output for a change that makes the shop of docs/ci.md slower', () => {
    const shown = blocks.filter(
      ({ page, language }) => page === 'docs/ci.md' && language === 'text',
    );
    const folder = join(ROOT, 'scenarios/baseline');
    const shop = readFileSync(join(folder, 'shop.yaml'), 'utf8');
    writeFileSync(join(out, 'shop.yaml'), shop.replace('p99=120ms', 'p99=130ms'));
    copyFileSync(join(folder, 'saved.json'), join(out, 'saved.json'));
    const args = ['check', 'shop.yaml', '--baseline', 'saved.json'];
    const { status, stdout } = faultline(args, { cwd: out });
    expect(status).toBe(1);
    expect(stdout).toContain(shown[1]!.text);
  });

  it('shows sweeps as in their scenario, and what one of them prints', () => {
    const own = blocks.filter(({ page }) => page === 'docs/sweeps.md');
    const file = readFileSync(join(ROOT, MAP), 'utf8');
    const shown = own.filter(({ language }) => language === 'yaml');
    expect(shown.length).toBe(2);
    for (const { text } of shown) expect(file).toContain(text.replace(/^sweeps:\n/, ''));
    // Rows of the variant that the page shows: the others have larger loads, and take most of the time.
    const part = file
      .replace('{ from: 200/s, to: 900/s, steps: 8 }', '{ from: 200/s, to: 300/s, steps: 2 }')
      .replace('variants: [retries, budget]', 'variants: [retries]');
    expect(part.length).toBe(file.length - ', budget'.length);
    writeFileSync(join(out, 'part.yaml'), part);
    const { stdout } = ran('sweep', join(out, 'part.yaml'), 'map', '--out', out);
    // A table of the only variant does not name it.
    const table = own.find(({ language }) => language === 'text')!.text.trimEnd();
    const rows = table.replace(', retries\n', '\n').split('\n');
    expect(rows.at(-1)).toContain('400/s');
    expect(squeezed(stdout)).toContain(squeezed(rows.slice(0, -1).join('\n')));
  });

  it('docs/sweeps.md: the load at which retries keep the system down is found', () => {
    const file = readFileSync(join(ROOT, MAP), 'utf8');
    // The first halvings of the range lead to this part of it. What they leave out is the most load.
    const part = file.replace('{ from: 100/s, to: 900/s }', '{ from: 100/s, to: 300/s }');
    expect(part).not.toBe(file);
    writeFileSync(join(out, 'edge.yaml'), part);
    const { stdout } = ran('sweep', join(out, 'edge.yaml'), 'edge', '--out', out);
    expect(pageText('docs/sweeps.md')).toContain('the limit between 250 and 253.2/s');
    expect(stdout).toContain('Limit between 250/s and 253.2/s');
  });

  it('docs/sweeps.md: the hangs that the shop survives have the recoveries of the page', () => {
    const [, command] = runs.find(([, text]) => text.includes(HANGS))!;
    const said = 'After a hang of 1.12 s the shop recovers at once; after 1.14 s two of four runs';
    expect(pageText('docs/sweeps.md')).toContain(said);
    const at = (hangs: string, variant: string, runs: number): string => {
      const own = command.replace(HANGS, hangs).replace('retries,breaker', variant);
      return ran(...argumentsOf(own.replace(/\d+$/, `${runs}`)), '--out', out).stdout;
    };
    const sides = at(SIDES, 'retries', 4);
    expect(sides).toContain('Limit between 1.12s and 1.14s');
    expect(sides).toContain('never in 2 of 4 runs');
    // The limits of the range: no run of the breaker differs from another one by more than the rounding.
    expect(at(HANGS, 'breaker', 1)).toMatch(/^ +40s +4 s *$/m);
  });

  it.each(['docs/sensitivity.md', 'docs/capacity.md'])(
    '%s: its command prints what it shows',
    (page) => {
      const [, command] = runs.find(([of]) => of === page)!;
      const shown = blocks.find((block) => block.page === page && block.language === 'text')!;
      expect(ran(...argumentsOf(command)).stdout).toBe(shown.text);
    },
  );

  it('docs/tipping.md: its command prints how close the storm is', () => {
    const [, command] = runs.find(([, text]) => text.endsWith(TIPS))!;
    const shown = blocks.find(
      ({ page, language }) => page === 'docs/tipping.md' && language === 'text',
    )!;
    const plain = (text: string): string => text.replace(/\s+/gu, ' ');
    expect(plain(ran(...argumentsOf(command), '--out', out).stdout)).toContain(plain(shown.text));
  });

  it('docs/fix.md: the settings are those that the commands of the page find', () => {
    const own = runs.filter(([page]) => page === 'docs/fix.md').map(([, command]) => command);
    const said = blocks.filter(
      ({ page, language }) => page === 'docs/fix.md' && language === 'text',
    );
    expect([own.length, said.length]).toEqual([2, 3]);
    const printed = own.map((command) => ran(...argumentsOf(command)).stdout);
    for (const [k, of] of [0, 1, 0].entries())
      expect(printed[of]).toContain(said[k]!.text.trimEnd());
  });

  it('has the attempts of a timeout that the page of the claim says', () => {
    const [, command] = runs.find(([page, text]) => {
      return page === 'docs/p99-claim.md' && text.includes('storefront->recommendations.attempts');
    })!;
    const { stdout } = ran(...argumentsOf(command), '--out', out);
    for (const text of [/400ms +79 +101 /, /1s +106 +157 +240/, /400ms +5,979 +11,983 +24,083/])
      expect(stdout).toMatch(text);
  });

  it('shows what the claim comes to with other loads and timeouts', () => {
    const isOwn = ({ page, language }: Block): boolean =>
      page === 'docs/p99-claim.md' && language === 'text';
    const table = blocks.find(isOwn)!.text.trimEnd();
    // The last row has the largest load, and takes half of the time.
    const file = readFileSync(join(ROOT, CLAIM), 'utf8');
    const part = file.replace('200/s, 400/s, 800/s]', '200/s, 400/s]');
    expect(part.length).toBe(file.length - ', 800/s'.length);
    writeFileSync(join(out, 'claim.yaml'), part);
    const { stdout } = ran('sweep', join(out, 'claim.yaml'), 'load-and-timeout', '--out', out);
    const rows = table.split('\n').slice(0, -1);
    expect(rows.length).toBe(6);
    expect(squeezed(stdout)).toContain(squeezed(rows.join('\n')));
  });

  it.each([
    ['default', 10],
    ['wide', 52.5],
  ])('shows what histogram_quantile says of the claim with %s buckets', (name, said) => {
    const [, command] = runs.find(([, text]) => text.includes(`reports/${name}.txt`))!;
    expect(ran(...argumentsOf(command), '--out', out).status).toBe(0);
    const lines = readFileSync(join(out, `${name}.txt`), 'utf8').matchAll(
      /^user_request_duration_seconds_bucket.*le="(.*)"} (\S+) (\S+)$/gm,
    );
    const all = [...lines].map(([, le, count, at]) => [Number(le), Number(count), at] as const);
    const last = all.filter(([, , at]) => at === all.at(-1)![2]);
    const rank = 0.99 * last.at(-1)![1];
    const found = last.findIndex(([, count]) => count >= rank);
    const [[low, below], [high, upTo]] = [last[found - 1]!, last[found]!];
    // The bucket without an end has the name +Inf, and Prometheus answers its lower bound.
    const quantile = Number.isNaN(high)
      ? low
      : low + ((high - low) * (rank - below)) / (upTo - below);
    expect(quantile).toBeCloseTo(said, 1);
  });

  it('begins with a scenario that lint has no error for', () => {
    const { status, stdout } = ran('lint', 'scenarios/first.yaml');
    expect(stdout).toContain(': 0 errors');
    expect(status).toBe(0);
  });

  it('shows the first scenario as it is in its file', () => {
    const shown = blocks.find(
      ({ page, text }) => page === 'README.md' && text.includes('My first'),
    );
    const file = readFileSync(join(ROOT, 'scenarios/first.yaml'), 'utf8');
    expect(file.split('\n').slice(1).join('\n').trim()).toBe(shown!.text.trim());
  });
});

/** Ends of the commands of which a test reads the output. */
const TIPS = 'scenarios/retry-metastable.yaml --variant retries';
const READ = ['scenarios/release-gate.yaml', TIPS];

/**
 * Uses one run of each variant or setting, and two where runs are compared, if no test reads the output and no saved result
 * belongs to its runs; the number that a command sets remains. `run` then has one variant.
 */
function fewerRuns(words: readonly string[]): readonly string[] {
  const [command, file] = words as [string, string];
  if (words.includes('--baseline') || READ.some((end) => words.join(' ').endsWith(end))) return [];
  const one = command === 'run' && !words.includes('--variant') ? lastVariantOf(file) : [];
  if (words.includes('--replications')) return one;
  if (command === 'compare') return ['--replications', '2'];
  if (!['run', 'check', 'sweep'].includes(command)) return [];
  // The tests of the rows that the pages show run others of these maps.
  const part = MAPS.includes(words.slice(1, 3).join(' ')) ? ['--shard', '1/8'] : [];
  return ['--replications', '1', ...part, ...one];
}

/** Only the last variant of a file, which usually has the most policies. The tests of its account run all of them. */
function lastVariantOf(path: string): readonly string[] {
  const { file } = loadScenario(path, (own) => ({ text: pageText(own) }));
  const variants = file?.variants ?? [];
  return variants.length < 2 ? [] : ['--variant', variants.at(-1)!.name];
}

/** The scenario of the map of docs/sweeps.md. */
const MAP = 'scenarios/retry-metastable.yaml';

/** The scenario of docs/p99-claim.md. */
const CLAIM = 'scenarios/p99-claim.yaml';

/** Scenarios and sweeps that the pages show as tables. */
const MAPS = [`${MAP} map`, `${CLAIM} load-and-timeout`];

/**
 * The range of a search of that page, and both sides of the limit that it finds. A test reads these in one variant and the
 * whole range in the other; one run of the sides shows that the command runs as it is written.
 */
const HANGS = '100ms..40s';
const SIDES = '1.12s..1.14s';

/** A search of README that no test reads, and one that ends after both ends of its range. */
const LOADS = '200/s..1000/s';
const ENDS = '200/s..210/s';

/** A table without its padding: columns are as wide as their longest cell, which other rows may have. */
function squeezed(text: string): string {
  return text.replace(/ +/g, ' ');
}

function pageText(page: string): string {
  return readFileSync(resolve(ROOT, page), 'utf8');
}

/** Result of a command. Several pages show the same one, which is run once. */
function ran(...args: readonly string[]): Ended {
  const key = args.join('\n');
  const ended = done.get(key) ?? faultline(args);
  done.set(key, ended);
  return ended;
}

/** Arguments of a command, with files in the folder of this test in place of `reports`. */
function argumentsOf(command: string): string[] {
  const words = wordsOf(command).slice(3);
  return words.map((word) =>
    word.replace(/(^|=)reports(?=\/|$)/, (_, before) => `${before}${out}`),
  );
}

/** Words of a command; text in single quotes is one word. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
}

function isPage(name: string): boolean {
  return name.endsWith('.md');
}

function inDocs(name: string): string {
  return `docs/${name}`;
}

/** Commands to be typed in another repository have their own test (another-repository.test.ts). */
function isElsewhere(text: string): boolean {
  return text.includes('npm pack');
}

/** A line of a block without its comment. */
function bare(line: string): string {
  return line.replace(/(?:^|\s+)#.*$/, '').trim();
}

function blocksOf(page: string): Block[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)].map(([, language, body]) => ({
    page,
    language: language!,
    text: body!,
  }));
}
