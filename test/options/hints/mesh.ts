import type { Tree } from '../figures.js';
import type { Hint } from './hint.js';
import { put } from './hint.js';

const MESH = { base: 'mesh.yaml' } as const;

/** The bundle of calls to `c`. */
const C = ['mesh', 'outbound', 'c'] as const;
const ORDERS = [
  ['retry', 'timeout'],
  ['timeout', 'retry'],
];

/** A timeout in the range of the latency, and retries of what it ends. */
const slow = (bundle: string): ((tree: Tree) => void) =>
  put(`mesh.${bundle}`, { timeout: '11ms', retry: { kind: 'istio', on: ['timeout'] } });

/** A mesh without sidecars, with the policies and routes that it can have. */
function ambient(tree: Tree): void {
  const mesh = tree.mesh as Tree;
  mesh.kind = 'istioAmbient';
  mesh.waypoint ??= {};
}

/** Hints for options of the service mesh. */
export const mesh: readonly Hint[] = [
  { option: /^mesh\.kind/, ...MESH, values: ['linkerd', 'istio', 'istioAmbient', 'custom'] },
  { option: /^mesh\.services/, ...MESH, values: [['a'], ['a', 'b']] },
  { option: /^mesh\.waypoint\.services/, ...MESH, values: [['b'], ['c']], beside: ambient },
  { option: /^mesh\.waypoint\.(work|latency)/, ...MESH, values: ['2ms', '4ms'], beside: ambient },
  { option: /^mesh\.waypoint\.(concurrency|replicas)$/, ...MESH, values: [1, 3], beside: ambient },
  { option: /^mesh\.waypoint/, ...MESH, beside: ambient },
  { option: /^mesh\.proxy\.(work|latency|handshakeWork)$/, ...MESH, values: ['1ms', '3ms'] },
  { option: /^mesh\.proxy\.concurrency$/, ...MESH, values: [1, 3] },
  { option: /^mesh\.configPropagation$/, ...MESH, values: ['300ms', '500ms'] },
  { option: /^mesh\.routes\.\*\[\]\.match\.headers/, ...MESH, values: ['jason', 'jane'] },
  { option: /^mesh\.policy\.order/, ...MESH, beside: slow('policy'), values: ORDERS },
  {
    option: /^mesh\.outbound\.\*\.order/,
    ...MESH,
    at: C,
    beside: slow('outbound.c'),
    values: ORDERS,
  },
  { option: /^mesh\.outbound\.\*\.(deadline|timeout)/, ...MESH, at: C, values: ['9ms', '11ms'] },
  { option: /^mesh\.outbound/, ...MESH, at: C },
  { option: /^mesh/, ...MESH },
];
