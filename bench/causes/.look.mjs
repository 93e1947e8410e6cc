import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { variantOf } from '/work/wt/bn/bench/causes/simulate.mjs';
for (const f of process.argv.slice(2)) {
  const text = readFileSync(f,'utf8'); console.log('=====',f); console.log(text.split('\n').filter(l=>l.startsWith('#')).join('\n'));
  const s = parse(text); console.log(JSON.stringify(s.faults));
  const v = variantOf(s);
  console.log(v.cascade.sentence); console.log('innocent',JSON.stringify(v.cascade.innocent)); console.log('causes',JSON.stringify(v.cascade.causes)?.slice(0,1500));
  for (const e of v.cascade.events.slice(0,14)) console.log('  ',e.at.toFixed(1),e.kind,e.subject,'<-',e.cause,e.mechanism,'|',e.text.slice(0,120));
  for (const e of v.cascade.influences.slice(0,10)) console.log('   inf',e.at.toFixed(1),e.from,'->',e.to,e.mechanism,e.share.toFixed(2));
}
