// HAProxy: the line for a connection of a server, and the times at which a server is out and back.
import { arrivals, count, Failed, get, longest, outcomeOf, server, shortest } from './clients.mjs';
import { accepts, freePort, printed } from './machine.mjs';

/** An HAProxy with one configuration after the other, and servers behind it. */
class HAProxy {
  constructor(machine) {
    this.machine = machine;
    this.child = null;
    this.servers = [];
  }

  /** `lines`: those of the backend; `settings`: the options of each server. */
  async restart(answers, { lines = [], settings }) {
    const { machine } = this;
    await this.stop();
    this.port = await freePort();
    for (const answer of answers) this.servers.push(await server(answer));
    const servers = this.servers.map(
      ({ port }, i) => `server s${i} 127.0.0.1:${port} ${settings[i]}`,
    );
    const text = `
defaults
  mode http
  timeout connect 1s
  timeout client 20s
  timeout server 20s
frontend in
  bind 127.0.0.1:${this.port}
  default_backend app
backend app
  ${[...lines, ...servers].join('\n  ')}
`;
    const file = machine.write('haproxy.cfg', text);
    this.child = await machine.start('haproxy', ['-db', '-f', file], () => accepts(this.port));
  }

  async stop() {
    if (this.child !== null) await this.machine.stop(this.child);
    for (const own of this.servers.splice(0)) await own.close();
    this.child = null;
  }

  async ask() {
    const outcome = outcomeOf(await get(this.port));
    if (outcome !== 'ok') throw new Failed(outcome);
  }
}

async function queue(haproxy, limit) {
  const slow = (_, response) => setTimeout(() => response.end('ok'), 1500);
  await haproxy.restart([slow], { lines: [`timeout queue ${limit}`], settings: ['maxconn 2'] });
  return arrivals([0, 0, 0, 0, 0], () => haproxy.ask());
}

/** A server whose checks fail from 2.9 to 5.9 s, and its backup: 20 requests a second, and how many the backup got. */
async function health(haproxy) {
  const state = { failing: false, backup: 0 };
  const first = ({ url }, response) => {
    response.statusCode = url === '/health' && state.failing ? 500 : 200;
    response.end('ok');
  };
  const second = (_, response) => {
    state.backup++;
    response.end('ok');
  };
  await haproxy.restart([first, second], {
    lines: ['option httpchk GET /health', 'http-check expect status 200'],
    settings: ['check inter 500ms fall 2 rise 3', 'backup'],
  });
  const times = Array.from({ length: 179 }, (_, i) => (i + 1) / 20);
  const [results] = await Promise.all([
    arrivals(times, () => haproxy.ask()),
    arrivals([2.9], async () => void (state.failing = true)),
    arrivals([5.9], async () => void (state.failing = false)),
  ]);
  return { ok: count(results, 'ok'), requests: state.backup };
}

const TIME = { unit: 's', tolerance: 0.25 };

export const haproxy = {
  name: 'HAProxy',
  needs: ['haproxy'],
  install: 'apt-get install haproxy',
  version: () => /\d+\.\d+\.\d+/.exec(printed('haproxy', '-v'))[0],
  start: (machine) => new HAProxy(machine),
  stop: (own) => own.stop(),
  rules: [
    {
      scenario: 'haproxy-queue',
      variant: 'short',
      rule: 'Beyond `maxconn` of a server requests wait, and fail after `timeout queue`',
      figures: {
        ok: { ask: 'users.outcomes.ok' },
        'failed after': { ask: 'users.latency.min', ...TIME },
        longest: { ask: 'users.latency.max', ...TIME },
      },
      right: { ok: 2, 'failed after': 1, longest: 1.5 },
      async measure(own) {
        const results = await queue(own, '1s');
        return {
          ok: count(results, 'ok'),
          'failed after': shortest(results),
          longest: longest(results),
        };
      },
    },
    {
      scenario: 'haproxy-queue',
      variant: 'long',
      rule: 'They get the connections of the server in their order',
      figures: { ok: { ask: 'users.outcomes.ok' }, longest: { ask: 'users.latency.max', ...TIME } },
      right: { ok: 5, longest: 4.5 },
      async measure(own) {
        const results = await queue(own, '10s');
        return { ok: count(results, 'ok'), longest: longest(results) };
      },
    },
    {
      scenario: 'haproxy-health',
      rule: '`inter 500ms fall 2 rise 3`: the backup serves from the second failed to the third good check',
      figures: {
        ok: { ask: 'users.outcomes.ok' },
        // The phase of the checks is the product's own: up to an interval, with 20 requests a second.
        'in flight at the backup': { ask: 'app[1].concurrency from 0s to 9s', tolerance: 0.12 },
      },
      right: { ok: 179, 'in flight at the backup': 0.78 },
      async measure(own) {
        const { ok, requests } = await health(own);
        // Each takes 0.1 s of the 9 s.
        return { ok, 'in flight at the backup': (requests * 0.1) / 9 };
      },
    },
  ],
};
