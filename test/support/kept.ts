import { simulate } from '../../src/model/simulate.js';
import type { World } from '../../src/model/modules/world.js';
import { compile } from '../../src/plan/compile.js';
import {
  balancerKind,
  delaysOf,
  faultKind,
  outlierKind,
  policyKind,
} from '../../src/patterns/registry.js';
import type { RunRecord } from '../../src/contracts/record/record.js';
import { load } from '../theory/program.js';

const REGISTRY = { policyKind, faultKind, balancerKind, outlierKind, delaysOf };

export interface Kept {
  readonly record: RunRecord;
  /** Objects that the run still holds at its end, by name. */
  readonly kept: ReadonlyMap<string, number>;
}

/** Runs a scenario of one variant once. */
export function runKept(text: string, traceShare = 0): Kept {
  const file = load(text);
  let counts: World['kept'] = new Map();
  const record = simulate(compile(file.variants[0]!, file, { traceShare }), 0, REGISTRY, {
    prepare: (world) => void (counts = world.kept),
  });
  return { record, kept: new Map([...counts].map(([name, count]) => [name, count()])) };
}

/** Objects that a run of a scenario still holds at its end, by name. */
export const keptBy = (text: string): ReadonlyMap<string, number> => runKept(text).kept;
