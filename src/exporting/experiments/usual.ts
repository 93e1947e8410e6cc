import { meanOf, type Distribution } from '../../kernel/distribution.js';
import type { Fault } from '../../contracts/scenario/scenario.js';
import type { Experimental } from './experiment.js';

/** Half the width of the uniform distribution around the mean that netem draws from, with the same spread. */
export function spreadOf(distribution: Distribution): number {
  const mean = meanOf(distribution);
  const width = (sd: number): number => Math.min(mean, sd * Math.sqrt(3));
  switch (distribution.kind) {
    case 'constant':
      return 0;
    case 'uniform':
      return (distribution.maxNs - distribution.minNs) / 2;
    case 'normal':
      return width(distribution.sdNs);
    case 'gamma':
      return width(mean * distribution.cv);
    case 'erlang':
      return width(mean / Math.sqrt(distribution.k));
    case 'exponential':
    case 'lognormal':
    case 'hyperexponential':
    case 'weibull':
    case 'pareto':
    case 'empirical':
    case 'mixture':
      return mean;
  }
}

/** The longest mean time of the steps of a component, or of one of its endpoints; null if a step is another call only. */
function usualNs(target: string, { scenario }: Experimental): number | null {
  const [name, part] = target.split('.');
  const { services, gateways, databases } = scenario;
  const own = services.get(name!);
  const programs =
    own === undefined
      ? []
      : [...own.endpoints.values()].filter((one) => part === undefined || one.name === part);
  const operations = [...(databases.get(name!)?.operations.values() ?? [])];
  if (gateways.has(name!)) return null;
  const times = [
    ...programs.map(({ steps }) =>
      steps.reduce(
        (sum, step) =>
          sum +
          ('time' in step && (step.verb === 'work' || step.verb === 'wait')
            ? meanOf(step.time)
            : 0),
        0,
      ),
    ),
    ...operations.map(({ work, wait }) =>
      [work, wait].reduce((sum, one) => sum + (one === null ? 0 : meanOf(one)), 0),
    ),
  ];
  const longest = Math.max(0, ...times);
  return longest > 0 && Number.isFinite(longest) ? longest : null;
}

/** The longest of these times of the targets of a fault; null if one of them is not known. */
export function longestNs({ target }: Fault, of: Experimental): number | null {
  const times = target.map((name) => usualNs(name, of) ?? Infinity);
  const longest = Math.max(0, ...times);
  return longest > 0 && longest < Infinity ? longest : null;
}

/** Whole cores of the first target; null if it has none. */
export function coresOf(
  { target }: Fault,
  { scenario: { services, gateways } }: Experimental,
): number | null {
  const name = (target[0] ?? '').split(/[.[]/)[0]!;
  const cores = (services.get(name) ?? gateways.get(name))?.cpu.cores;
  return cores === undefined || !Number.isFinite(cores) ? null : Math.max(1, Math.round(cores));
}
