import { execFileSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { everyOption, find } from './every-option.js';
import { shownOptions } from './shown.js';

/** `part/of` and the file of the findings: `npm run options` tries every option this way. */
const PART = process.env['FAULTLINE_OPTIONS'];
const ONLY = new RegExp(process.env['FAULTLINE_ONLY'] ?? '');
const FINDINGS = process.env['FAULTLINE_FINDINGS'] ?? '';

/** Options that one run of the tests tries. */
const SAMPLE = 20;

const all = everyOption();

/** The commit decides which options are tried, so that each commit tries others. */
function commit(): string {
  try {
    const cwd = fileURLToPath(new URL('../..', import.meta.url));
    const stdio = ['ignore', 'pipe', 'ignore'] as const;
    return execFileSync('git', ['rev-parse', 'HEAD'], { cwd, stdio: [...stdio] })
      .toString()
      .trim();
  } catch {
    return '0';
  }
}

describe('every option of the language', () => {
  it.skipIf(PART === undefined)(
    'is tried',
    () => {
      const [part, of] = PART!.split('/').map(Number) as [number, number];
      const chosen = all.filter(({ path }) => ONLY.test(path));
      chosen.forEach((option, index) => {
        if (index % of !== part) return;
        appendFileSync(FINDINGS, `${JSON.stringify(find(option))}\n`);
      });
    },
    7_200_000,
  );

  const shown = shownOptions();
  const tried = all.filter(({ path }) => shown.has(path));
  const stride = Math.ceil(tried.length / SAMPLE);
  const seed = parseInt(commit().slice(0, 8), 16) % stride;
  const sample = tried.filter((_, index) => index % stride === seed);
  it.skipIf(PART !== undefined).each(sample)(
    `acts, is refused or is reported by lint (sample ${seed} of ${stride}): $path`,
    (option) => {
      const { verdict, proof } = find(option);
      expect(['acts', 'refused', 'reported'], `${option.path}: ${proof}`).toContain(verdict);
    },
    240_000,
  );

  it.skipIf(PART !== undefined)(
    'is in the list of those that were shown only while it exists',
    () => {
      const paths = new Set(all.map(({ path }) => path));
      expect(shown.size).toBeGreaterThan(0);
      expect([...shown].filter((path) => !paths.has(path))).toEqual([]);
    },
  );
});
