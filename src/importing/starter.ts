/** What a new scenario begins with. */
export interface Starter {
  /** A chain of calls: users call the first service, each service calls the next one. */
  readonly services: readonly string[];
  /** Arrivals of requests, such as `200/s`. */
  readonly rate: string;
  /** The success that users need, such as `99%`. */
  readonly success: string;
}

/** Time of the work of a service, in which most of it is spent in the last one of the chain. */
const WORK = 'lognormal(p50=5ms p99=20ms)';
const LAST_WORK = 'lognormal(p50=30ms p99=120ms)';

/** The text of a scenario to begin with. Each number without a measurement is marked as a guess. */
export function starterText({ services, rate, success }: Starter): string {
  const last = services.at(-1)!;
  return `# yaml-language-server: $schema=./node_modules/faultline/schema/scenario.schema.json
# Values marked "guess" are not measured: \`faultline sensitivity\` says which of them decide the answer.
faultline: 1
title: ${services.join(', ')}
run: { duration: 120s, warmup: 10s, replications: 3 }

services:
${services.map((name, i) => serviceText(name, services[i + 1] ?? null)).join('\n')}
workloads:
  users:
    arrivals: poisson(${rate})
    patience: 5s # guess
    requests:
      - { call: ${services[0]}.handle }

# What goes wrong: ${last} is five times slower for twenty seconds.
faults:
  - { id: slow-${last}, kind: slow, target: ${last}, factor: 5, at: 40s, for: 20s }

# What must hold all the same.
budgets:
  - users.success >= ${success}
  - users.recovery < 10s after slow-${last}
`;
}

function serviceText(name: string, callee: string | null): string {
  const own = `  ${name}:
    concurrency: 32 # guess
    queue: { capacity: 64 } # guess
    endpoints:
      handle:
        - work: ${callee === null ? LAST_WORK : WORK} # guess
`;
  if (callee === null) return own;
  return `${own}        - call: ${callee}.handle
          policy:
            timeout: 1s # guess
`;
}
