/** A scenario around a queue or topic: an API publishes 50/s, and one of two workers crashes. */
export const around = (title: string, holder: string, publish: string): string => `faultline: 1
title: ${title}
run: { duration: 30s }
${holder}
services:
  worker: { replicas: 2, endpoints: { handle: [ work: exponential(20ms) ] } }
  api: { endpoints: { submit: [ work: 1ms, publish: ${publish} ] } }
workloads:
  users: { arrivals: poisson(50/s), requests: [ { call: api.submit } ] }
faults:
  - { id: dies, kind: crash, target: 'worker[0]', at: 10s, for: 5s }
`;
