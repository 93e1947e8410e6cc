// Redis: one thread for all commands, and a cluster that loses a node.
import { connect } from 'node:net';
import { arrivals, Failed, longest } from './clients.mjs';
import { accepts, freePort, printed, sleep } from './machine.mjs';

/** One command on a connection of its own; returns the first line of its reply, or the text of a longer one. */
function command(port, ...words) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('connect', () => {
      const parts = words.map((word) => `$${Buffer.byteLength(`${word}`)}\r\n${word}\r\n`);
      socket.write(`*${words.length}\r\n${parts.join('')}`);
    });
    socket.on('error', () => reject(new Failed('refused')));
    socket.on('data', (data) => {
      text += data;
      const end = text.indexOf('\r\n');
      if (end < 0) return;
      const first = text.slice(0, end);
      const length = first.startsWith('$') ? Number(first.slice(1)) : -1;
      if (length >= 0 && text.length < end + 2 + length) return;
      socket.end();
      if (first.startsWith('-')) reject(new Failed(first.slice(1).split(' ')[0]));
      else resolve(length >= 0 ? text.slice(end + 2, end + 2 + length) : first.slice(1));
    });
  });
}

class Redis {
  constructor(machine) {
    this.machine = machine;
    this.running = [];
    this.started = 0;
  }

  async startNode(options = []) {
    const port = await freePort();
    const folder = this.machine.makeFolder(`redis-${this.started++}`);
    const node = { port, folder, options };
    await this.startAgain(node);
    this.running.push(node);
    return node;
  }

  async startAgain(node) {
    const own = [
      '--port',
      node.port,
      '--bind',
      '127.0.0.1',
      '--dir',
      node.folder,
      '--save',
      '',
      ...node.options,
    ];
    node.child = await this.machine.start('redis-server', own.map(String), () =>
      accepts(node.port),
    );
  }

  async stop() {
    for (const { child } of this.running.splice(0)) await this.machine.stop(child);
  }

  /** Three masters without replicas, with a third of the slots each. */
  async cluster(coverage) {
    await this.stop();
    const nodes = [];
    for (const [from, to] of [
      [0, 5460],
      [5461, 10922],
      [10923, 16383],
    ]) {
      const bus = await freePort();
      const own = [
        '--cluster-enabled',
        'yes',
        '--cluster-node-timeout',
        2000,
        '--cluster-port',
        bus,
      ];
      const node = await this.startNode([...own, '--cluster-require-full-coverage', coverage]);
      await command(node.port, 'CLUSTER', 'ADDSLOTSRANGE', from, to);
      nodes.push({ ...node, bus, node });
    }
    for (const [index, { port, bus }] of nodes.entries()) {
      await command(port, 'CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
      if (index > 0) await command(nodes[0].port, 'CLUSTER', 'MEET', '127.0.0.1', port, bus);
    }
    for (const { port } of nodes) {
      while (!(await command(port, 'CLUSTER', 'INFO')).includes('cluster_state:ok'))
        await sleep(0.1);
    }
    await sleep(1);
    return nodes.map(({ node }) => node);
  }

  /** 20 reads a second from a node that stays, while another one is down from 0 to 4 s. */
  async lose(coverage) {
    const [lost, kept] = await this.cluster(coverage);
    const key = await keyIn(kept.port, 5461, 10922);
    const times = Array.from({ length: 180 }, (_, i) => i / 20);
    const [results] = await Promise.all([
      arrivals(times, () => command(kept.port, 'GET', key)),
      arrivals([0], () => this.machine.stop(lost.child, 'SIGKILL')),
      arrivals([4], () => this.startAgain(lost)),
    ]);
    return results.map(({ outcome }) => (outcome === 'CLUSTERDOWN' ? 'down' : 'ok'));
  }
}

async function keyIn(port, from, to) {
  for (let i = 0; ; i++) {
    const slot = Number(await command(port, 'CLUSTER', 'KEYSLOT', `key${i}`));
    if (slot >= from && slot <= to) return `key${i}`;
  }
}

const COVERAGE = {
  // Nodes exchange what they know of each other up to a second late.
  'failed reads': { ask: 'users.outcomes.serverError', tolerance: 20 },
  'failed before 1.9 s': { ask: 'users.outcomes.serverError from 0s to 1.9s' },
};

async function coverage(redis, setting) {
  const outcomes = await redis.lose(setting);
  const failed = (some) => some.filter((outcome) => outcome === 'down').length;
  return { 'failed reads': failed(outcomes), 'failed before 1.9 s': failed(outcomes.slice(0, 38)) };
}

export const redis = {
  name: 'Redis',
  needs: ['redis-server'],
  install: 'apt-get install redis-server',
  version: () => /v=(\d+\.\d+\.\d+)/.exec(printed('redis-server', '--version'))[1],
  start: (machine) => new Redis(machine),
  stop: (own) => own.stop(),
  rules: [
    {
      scenario: 'redis-one-thread',
      rule: 'A script of 1 s stops all other commands',
      figures: {
        'a GET of 0.2 s': { ask: 'users.latency.max', unit: 's', tolerance: 0.15 },
      },
      right: { 'a GET of 0.2 s': 0.8 },
      async measure(own) {
        const { port } = await own.startNode();
        const script =
          "local t = redis.call('TIME'); local e = t[1] * 1000000 + t[2] + 1000000; " +
          "repeat t = redis.call('TIME') until t[1] * 1000000 + t[2] >= e";
        const [reads] = await Promise.all([
          arrivals([0.2], () => command(port, 'GET', 'a')),
          arrivals([0], () => command(port, 'EVAL', script, 0)),
        ]);
        await own.stop();
        return { 'a GET of 0.2 s': longest(reads) };
      },
    },
    {
      scenario: 'redis-cluster-coverage',
      variant: 'full',
      rule: 'A lost master fails all reads from `cluster-node-timeout` until two of them after that',
      figures: COVERAGE,
      right: { 'failed reads': 80, 'failed before 1.9 s': 0 },
      measure: (own) => coverage(own, 'yes'),
    },
    {
      scenario: 'redis-cluster-coverage',
      variant: 'partly',
      rule: '`cluster-require-full-coverage no`: the slots of other masters are served on',
      figures: COVERAGE,
      right: { 'failed reads': 0, 'failed before 1.9 s': 0 },
      measure: (own) => coverage(own, 'no'),
    },
  ],
};
