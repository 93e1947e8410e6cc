import type { Rule } from './rule.js';
import * as all from './rules/index.js';

/** All rules, sorted by name. */
export const rules: readonly Rule[] = Object.values(all).sort((a, b) => (a.name < b.name ? -1 : 1));
