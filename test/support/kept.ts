import { simulate } from '../../src/model/simulate.js';
import { compile } from '../../src/plan/compile.js';
import {
  balancerKind,
  delaysOf,
  faultKind,
  outlierKind,
  policyKind,
} from '../../src/patterns/registry.js';
import { load } from '../theory/program.js';

const REGISTRY = { policyKind, faultKind, balancerKind, outlierKind, delaysOf };

/** What a run of a scenario still keeps at its end, by name. */
export function keptBy(text: string): ReadonlyMap<string, number> {
  const file = load(text);
  let counts: () => ReadonlyMap<string, number> = () => new Map();
  simulate(compile(file.variants[0]!, file), 0, REGISTRY, {
    prepare: ({ kept }) => {
      counts = () => new Map([...kept].map(([name, count]) => [name, count()]));
    },
  });
  return counts();
}
