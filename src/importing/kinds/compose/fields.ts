import type { Cell } from '../../cell.js';
import type { Component } from '../../system.js';
import { filled, from, guess, map, type Written, type WrittenScalar } from '../../written.js';
import { coresBelow } from '../kubernetes/pods.js';
import { connectionsOf, coresUsedBy } from '../kubernetes/products.js';
import { graceOf, possible } from '../kubernetes/quantities.js';
import type { Container } from './container.js';
import type { Values } from './values.js';

/** What a container says about a process: replicas, cores, memory, its end. */
export function fieldsOf(container: Container, component: Component, values: Values): void {
  const { fields, product } = component;
  const quota = quotaOf(container, values);
  const cores = coresOf(container, values);
  component.cores = typeof quota?.value === 'number' ? quota.value : null;
  const most = product === null ? null : coresUsedBy(product);
  const cpu = coresBelow(component.cores, most);
  const all: Written = cores ?? cpu;
  fields.set('cpu', quota === undefined ? all : map({ cores: all, quota: map({ limit: quota }) }));
  // A database of the language has neither memory nor a life of its own.
  if (product !== null) {
    const connections = connectionsOf(container.all('command').toReversed());
    if (connections !== undefined) fields.set('maxConnections', connections);
    return;
  }
  const written = container.get('deploy', 'replicas') ?? container.get('scale');
  const replicas = possible(values.count(written));
  component.replicas = typeof replicas?.value === 'number' ? replicas.value : 1;
  if (replicas !== undefined) fields.set('replicas', replicas);
  const limit = memoryOf(container, values);
  if (limit !== undefined) {
    const [, number, unit] = /^([\d.]+)(\w+)$/.exec(String(limit.value))!;
    fields.set('memory', map({ limit, base: guess(`${Number(number) / 2}${unit}`) }));
  }
  const grace = graceOf(values.duration(container.get('stop_grace_period')));
  const lifecycle = filled(map({ terminationGrace: grace }));
  if (lifecycle !== undefined) fields.set('lifecycle', lifecycle);
}

/** Cores that the container may use: `cpus`, in the place of today or of version 2, or a quota of a period. */
function quotaOf(container: Container, values: Values): WrittenScalar | undefined {
  const cpus = container.get('deploy', 'resources', 'limits', 'cpus') ?? container.get('cpus');
  const direct = values.number(cpus);
  if (direct !== undefined) return direct;
  const quota = container.get('cpu_quota');
  const period = container.get('cpu_period');
  const used = microseconds(quota, values);
  if (quota === undefined || used === undefined) return undefined;
  return from(used / (microseconds(period, values) ?? PERIOD_US), quota, period);
}

/** Default period of a quota, in microseconds. */
const PERIOD_US = 100_000;

function microseconds(cell: Cell | undefined, values: Values): number | undefined {
  const number = values.number(cell)?.value;
  if (typeof number === 'number') return number;
  const written = String(values.duration(cell)?.value ?? '');
  const [, count, unit] = /^(\d+)(us|ms|s)$/.exec(written) ?? [];
  const scale = unit === 's' ? 1_000_000 : unit === 'ms' ? 1_000 : 1;
  return count === undefined ? undefined : Number(count) * scale;
}

/** The number of cores of `0-3` or `0,2`. */
function coresOf(container: Container, values: Values): Written | undefined {
  const cell = container.get('cpuset');
  const text = values.text(cell);
  if (cell === undefined || !text || !/^\d+(-\d+)?(,\d+(-\d+)?)*$/.test(text)) return undefined;
  const count = text.split(',').reduce((sum, part) => {
    const [first, last = first] = part.split('-').map(Number);
    return sum + Math.max(0, last! - first! + 1);
  }, 0);
  return count === 0 ? undefined : from(count, cell);
}

function memoryOf(container: Container, values: Values): WrittenScalar | undefined {
  return values.size(
    container.get('deploy', 'resources', 'limits', 'memory') ?? container.get('mem_limit'),
  );
}
