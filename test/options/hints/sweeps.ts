import type { Tree } from '../figures.js';
import type { Hint } from './hint.js';

const PATH = 'workloads.users.arrivals.rate';

/** Changes the only sweep of the base. */
function sweep(change: (own: Tree, axis: Tree) => void): Hint['beside'] {
  return ({ sweeps }) => {
    const own = (sweeps as { grid: Tree }).grid;
    change(own, (own.set as Tree)[PATH] as Tree);
  };
}

const isDrawn = sweep((own, axis) => {
  own.kind ??= 'random';
  own.samples ??= 2;
  delete axis.steps;
});
const halves = sweep((own, axis) => {
  own.kind = 'bisect';
  own.resolution ??= '30%';
  own.replications = 2;
  delete axis.steps;
});

/** Hints for options of sweeps. */
export const sweeps: readonly Hint[] = [
  {
    option: /^sweeps\.\*\.kind$/,
    values: ['random', 'sobol'],
    beside: isDrawn!,
  },
  { option: /^sweeps\.\*\.samples$/, values: [2, 3], beside: isDrawn! },
  {
    option: /^sweeps\.\*\.resolution$/,
    values: ['50%', '5%'],
    beside: halves!,
  },
  {
    option: /^sweeps\.\*\.expect$/,
    values: ['users.success >= 50%', 'users.latency.p50 < 20ms'],
    beside: halves!,
  },
  { option: /^sweeps\.\*\.variants\[\]$/, values: ['one', 'two'] },
  {
    option: /^sweeps\.\*\.metrics\[\]$/,
    values: ['users.latency.p99', 'users.success'],
  },
  {
    option: /^sweeps\.\*\.start$/,
    values: ['settled', 'written'],
    // One replica of one core at the start; 100/s need three.
    beside: (tree) => {
      const { shop } = tree.services as { shop: Tree };
      shop.cpu = 1;
      shop.endpoints = { buy: [{ work: '15ms' }] };
      shop.autoscaling = { metric: 'cpu', target: '50%', min: 1, max: 4 };
      delete tree.variants;
    },
  },
  { option: /^sweeps\.\*\.replications$/, values: [1, 3] },
  { option: /^sweeps\.\*\.duration$/, values: ['1s', '3s'] },
  {
    option: /^sweeps\.\*\.set\.\*$/,
    values: [
      ['20/s', '30/s'],
      ['20/s', '90/s'],
    ],
  },
  {
    option: /^sweeps\.\*\.set\.\*\.values\[\]$/,
    values: ['20/s', '90/s'],
    beside: sweep((_, axis) => {
      for (const field of ['from', 'to', 'steps']) delete axis[field];
    })!,
  },
  { option: /^sweeps\.\*\.set\.\*\.from$/, values: ['10/s', '30/s'] },
  { option: /^sweeps\.\*\.set\.\*\.to$/, values: ['80/s', '200/s'] },
  { option: /^sweeps\.\*\.set\.\*\.steps$/, values: [2, 4] },
  { option: /^sweeps\.\*\.set\.\*\.scale$/, values: ['linear', 'log'] },
];
