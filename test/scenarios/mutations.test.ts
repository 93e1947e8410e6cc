import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compile } from '../../src/plan/compile.js';
import { PlanError } from '../../src/plan/problem.js';
import { loadScenario } from '../../src/scenario/load.js';
import { GuardStop, runHere } from '../support/built.js';
import { ROOT, scenarioFiles } from './run-file.js';

/** Mutations of each of more than 300 files; `npm run fuzz` makes many more. */
const EACH = Number(process.env['FAULTLINE_MUTATIONS'] ?? 1);
const SEED = Number(process.env['FAULTLINE_SEED'] ?? 1);
/** Replacements for a word: zeros, negatives, huge numbers, other units, other shapes. */
const VALUES = (
  '0 1 -1 1e9 0ms 1ns 5s 100% 0% none true unlimited [] {} all x 3 0.5 10/s 0/s never ' +
  '9007199254740993'
).split(' ');

/** Whole numbers below n, the same ones for the same seed. */
function drawing(seed: number): (n: number) => number {
  let state = Math.imul(seed, 7919) + 1;
  return (n) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % n;
  };
}

/** A text with one word replaced, one number changed or one line left out. */
function mutated(text: string, below: (n: number) => number): string {
  const kind = below(4);
  if (kind === 3) {
    const lines = text.split('\n');
    lines.splice(below(lines.length), 1);
    return lines.join('\n');
  }
  const words = [...text.matchAll(/(?<=[:[,{ ] ?)[A-Za-z0-9_.%/-]+(?=[ ,}\]\n])/g)];
  const { 0: word, index } = words[below(words.length)]!;
  const other =
    kind === 0
      ? VALUES[below(VALUES.length)]!
      : kind === 1
        ? words[below(words.length)]![0]
        : word.replace(/^\d+/, (number) => {
            const n = Number(number);
            return String([0, 1, n * 10, Math.floor(n / 10), n + 1][below(5)]!);
          });
  return text.slice(0, index) + other + text.slice(index + word.length);
}

/** Shortens long runs; the test only checks that nothing breaks. */
function short(text: string): string {
  return text
    .replace(/replications: \d+/, 'replications: 1')
    .replace(/,? *maxEvents: [0-9e]+/, '')
    .replace(/run: \{/, 'run: { maxEvents: 30000,');
}

/** Loads a text, and runs one of its variants if it is right: true if it was. */
function tried(path: string, text: string, below: (n: number) => number): boolean {
  const { file, problems } = loadScenario(path, (name) => {
    if (name === path) return { text };
    try {
      return { text: readFileSync(join(ROOT, name), 'utf8') };
    } catch {
      return { error: 'no such file' };
    }
  });
  if (file === null) {
    expect(problems.length).toBeGreaterThan(0);
    for (const { code, line, col, message } of problems) {
      expect(code).toMatch(/^FL\d{3}$/);
      expect(Math.min(line, col)).toBeGreaterThan(0);
      expect(message).toMatch(/\S/);
    }
    return false;
  }
  const variant = file.variants[below(file.variants.length)]!;
  try {
    runHere([compile(variant, file)], 1);
  } catch (error) {
    if (error instanceof PlanError) {
      for (const { code, where, message } of error.problems) {
        expect(code).toMatch(/^FL7\d\d$/);
        expect([where, message].join('')).toMatch(/\S/);
      }
      return false;
    }
    // A guard has reported which limit was exceeded.
    if (!(error instanceof GuardStop)) throw error;
  }
  return true;
}

it(
  'runs or refuses every scenario with a word changed or a line missing, with all invariants on',
  () => {
    const below = drawing(SEED);
    const counts = { ran: 0, refused: 0 };
    for (const path of scenarioFiles()) {
      const text = readFileSync(join(ROOT, path), 'utf8');
      for (let k = 0; k < EACH; k++) {
        const other = short(mutated(text, below));
        try {
          counts[tried(path, other, below) ? 'ran' : 'refused']++;
        } catch (error) {
          throw new Error(`${path}, changed:\n${other}`, { cause: error });
        }
      }
    }
    console.log(`seed ${SEED}: ${counts.ran} ran, ${counts.refused} were refused`);
    expect(Math.min(counts.ran, counts.refused)).toBeGreaterThan(0);
  },
  Math.max(600_000, EACH * 60_000),
);
