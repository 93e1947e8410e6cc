import { it } from 'vitest';
import { run, stream } from './program.js';
it('smoke', () => {
 for (const [step, rate] of [['mixture(99%=1ms 1%=100ms)', 250],['mixture(99%=1ms 1%=100ms)', 1],['exponential(2ms)',250]] as const) {
  const text = `
faultline: 1
title: M/M/1
run: { duration: 1000s, warmup: 160s, seed: 7 }
services:
  s: { concurrency: 1, endpoints: { serve: [ wait: ${step} ] } }
workloads:
  users: { arrivals: poisson(${rate}/s), requests: [ { call: s.serve } ] }
`;
  const ran = run(text);
  const c = ran.variant().components;
  console.log(step, rate, c.s.latency.mean, c.s.queueWait!.mean, c.s.utilization, c.users.latency.mean, c.s.latency.count, c.s.queueWait!.count);
  let w=0,l=0,n=0,cl=0,m=0;
  stream(text, (r)=>{ for(let i=0;i<r.rows;i++) { if(r.parent[i]<0){m++;cl+=r.answered[i]-r.sent[i];continue;} n++; w+=r.begun[i]-r.arrived[i]; l+=r.ended[i]-r.arrived[i]; } });
  console.log(w/n/1e9,l/n/1e9,n,cl/m/1e9,m);
 }
});
