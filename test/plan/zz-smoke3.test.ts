import { it } from 'vitest';
import { readFileSync } from 'node:fs';
import { loadScenario } from '../../src/scenario/load.js';
import { compile } from '../../src/plan/compile.js';
import { simulate } from '../../src/model/simulate.js';
import * as registry from '../../src/patterns/registry.js';
it('flag', () => {
  const { file } = loadScenario('x.yaml', () => ({ text: readFileSync('/work/shared/examples/checkout.yaml', 'utf8') }));
  for (const v of file!.variants.slice(0, 2)) {
    const plan = { ...compile(v, file!), maxEvents: 300000 };
    const t = performance.now();
    const r = simulate(plan, 0, registry as any) as any;
    console.log(v.name, r.stop, r.events, performance.now() - t);
  }
});
