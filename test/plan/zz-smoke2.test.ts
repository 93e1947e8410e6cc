import { it } from 'vitest';
import { readFileSync, existsSync } from 'node:fs';
import { loadScenario } from '../../src/scenario/load.js';
import { compile } from '../../src/plan/compile.js';
import { disassemble } from '../../src/plan/disassemble.js';
for (const f of ['checkout','retry-metastable','p99-claim','pool-exhaustion','zone-outage','shop','online-boutique','mesh-retries'])
it(f, () => {
  const p = `/work/shared/examples/${f}.yaml`;
  const { file, problems } = loadScenario(p, ((q: string) => existsSync(q) ? { text: readFileSync(q, 'utf8') } : { error: 'none' }) as any) as any;
  console.log(f, problems.slice(0,3).map((x: any) => x.code + ' ' + x.message));
  if (!file) return;
  for (const v of file.variants) {
    const t = performance.now();
    const plan = compile(v, file);
    console.log(v.name, plan.parts.length, plan.edges.length, plan.links.length, plan.program.code.length/4, plan.grid.edges.length, plan.traceShare, (performance.now()-t).toFixed(1)+'ms');
  }
  if (f === 'checkout') { const plan = compile(file.variants[4], file); console.log(plan.faults, plan.deepestChain); for (const part of plan.parts) { const c = plan.components[part.component].name; console.log(c + '.' + part.name + '\n   ' + disassemble(plan, c, part.name).join('\n   ')); } }
});
