import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.js';
import type { Terminal } from '../../src/cli/terminal.js';
import { DECISIVE } from './decisive.js';
import { ROOT, scenarioFiles } from './run-file.js';

const PAGES = [
  'docs/patterns.md',
  'docs/studies.md',
  'docs/incidents.md',
  'docs/rows.md',
  'docs/breakers.md',
  'docs/p99-claim.md',
  'docs/lint.md',
];
/** Pages that list all scenarios of a folder. */
const LISTS = [
  ['docs/patterns.md', 'scenarios/patterns'],
  ['docs/studies.md', 'scenarios/studies'],
  ['docs/incidents.md', 'scenarios/incidents'],
] as const;
const PREFIX = 'npx --no-install faultline ';

/** How many of a unit as the page writes it make one of the results: seconds, shares. */
const UNITS = new Map([
  [' ms', 1000],
  [' %', 100],
]);

const SILENT: Terminal = {
  out: () => {},
  raw: () => {},
  note: () => {},
  progress: () => {},
  colors: { out: false, err: false },
  columns: 100,
  isLog: true,
  hasProgress: false,
  canAsk: false,
};

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Every command of the program that a page shows, in code spans and in code blocks. */
function commandsOf(page: string): readonly string[] {
  return [...read(page).matchAll(/npx --no-install faultline [^`\n;|&]+/g)].map(([command]) =>
    command.trim(),
  );
}

/** Why the command line is not legal; null where it is. Nothing is run. */
function refusal(command: string): string | null {
  const [name, ...rest] = command.slice(PREFIX.length).split(/\s+/);
  const program = createProgram(SILENT, () => {});
  const found = program.commands.find((one) => one.name() === name);
  if (found === undefined) return `no command ${name}`;
  for (const [i, word] of rest.entries()) {
    if (word.startsWith('--')) {
      if (!found.options.some(({ long }) => long === word)) return `${name} has no option ${word}`;
    } else if (word.startsWith('scenarios/') && !existsSync(join(ROOT, word))) {
      return `no file ${word}`;
    } else if (i === 0 && name !== 'explain' && !word.startsWith('scenarios/')) {
      return `${name} names no scenario`;
    }
  }
  return null;
}

describe.each(LISTS)('%s', (path, folder) => {
  const page = read(path);

  it.each(scenarioFiles(folder))('lists %s once, with its command', (scenario) => {
    expect(page.split(`](../${scenario})`).length - 1).toBe(1);
    expect(page).toContain(`\`${PREFIX}check ${scenario}\``);
  });

  it('lists no scenario that does not exist', () => {
    for (const [, listed] of page.matchAll(/\]\(\.\.\/([^)]+)\)/g)) {
      expect(existsSync(join(ROOT, listed)), listed).toBe(true);
    }
  });
});

describe('docs/patterns.md', () => {
  const page = read('docs/patterns.md');

  it.each(DECISIVE)('gives the number that decides $file', ({ file, ask, is, within }) => {
    const line = page.split('\n').find((one) => one.includes(`](../${file})`)) ?? '';
    const [, after = ''] = line.split(`\`${ask}\` = `);
    const [, digits, unit] = /^([\d.]+)( ms| s| %|\/s|): /.exec(after) ?? [];
    const value = Number(digits) / (UNITS.get(unit ?? '') ?? 1);
    expect(Math.abs(value - is), line).toBeLessThanOrEqual(within);
  });
});

describe.each(PAGES)('%s', (page) => {
  it('shows commands', () => {
    expect(commandsOf(page).length).toBeGreaterThan(0);
  });

  it('shows legal commands only', () => {
    const wrong = commandsOf(page)
      .map(refusal)
      .filter((reason) => reason !== null);
    expect(wrong).toEqual([]);
  });
});
