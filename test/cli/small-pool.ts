/** 5 connections of 50 ms each serve 100/s, and 130/s come: one more than 6.5 is needed. */
export const POOL = `
faultline: 1
title: a pool too small for the load
run: { duration: 12s, warmup: 3s, seed: 21, replications: 3 }
services:
  shop: { concurrency: 80, queue: { capacity: 60 }, endpoints: { list: [ wait: exponential(1ms), { query: catalog.read } ] } }
databases:
  catalog: { cpu: 8, pool: { maxOpen: 5, acquireTimeout: 300ms }, operations: { read: { wait: exponential(50ms) } } }
workloads:
  users: { arrivals: poisson(130/s), patience: 3s, requests: [ { call: shop.list } ] }
budgets: [ users.success >= 99% ]
`;
