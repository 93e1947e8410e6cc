import { compile } from '../../src/plan/compile.js';
import { rules } from '../../src/lint/index.js';
import { lint } from '../../src/lint/lint.js';
import type { Remark } from '../../src/lint/lint.js';
import { loadFiles } from '../scenario/support.js';

/** Findings of a rule, or of all rules, for a scenario given as text. */
export function remarksOn(text: string, rule?: string, name = 's.yaml'): readonly Remark[] {
  const { file, problems, places } = loadFiles({ [name]: text });
  if (file === null) throw new Error(problems.map(({ message }) => message).join('\n'));
  const plans = file.variants.map((variant) => compile(variant, file));
  const asked = rules.filter(({ name }) => rule === undefined || name === rule);
  return lint(file, plans, places, asked);
}

/** A scenario of sections, each on its own lines. */
export function scenario(sections: readonly string[], run = '{ duration: 60s }'): string {
  return ['faultline: 1', 'title: Lint', `run: ${run}`, ...sections, ''].join('\n');
}

/** The second over the first, map by map. A short form gives way. */
export function laidOver(under: unknown, over: unknown): unknown {
  if (!isMap(under) || !isMap(over)) return over;
  const result: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const old = result[key];
    // `charge: [ … ]` is short for `charge: { steps: [ … ] }`.
    const long = Array.isArray(old) && isMap(value) ? { steps: old } : old;
    result[key] = laidOver(long, value);
  }
  return result;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
