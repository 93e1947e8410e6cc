// nginx: how long a request is delayed or tried, and how long a server is skipped.
import { arrivals, count, Failed, get, longest, outcomeOf, server } from './clients.mjs';
import { accepts, freePort, printed, sleep } from './machine.mjs';

/** An nginx with one configuration after the other, and servers behind it. */
class Nginx {
  constructor(machine) {
    this.machine = machine;
    this.child = null;
    this.servers = [];
  }

  /** `context`: lines of the http block; `location`: those of its location. */
  async restart(answers, { upstream = '', context = '', location = '' }) {
    const { machine } = this;
    await this.stop();
    this.port = await freePort();
    for (const answer of answers) this.servers.push(await server(answer));
    const servers = this.servers.map(({ port }) => `server 127.0.0.1:${port} ${upstream};`);
    const folder = machine.makeFolder('nginx');
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${folder}/${name};`,
    );
    const text = `
worker_processes 1;
pid ${folder}/pid;
error_log ${folder}/error.log;
events {}
http {
  access_log off;
  ${temporary.join(' ')}
  ${context}
  upstream app { ${servers.join(' ')} }
  server { listen 127.0.0.1:${this.port}; location / { proxy_pass http://app; ${location} } }
}
`;
    const file = machine.write('nginx/nginx.conf', text);
    const args = ['-c', file, '-e', `${folder}/error.log`, '-g', 'daemon off;'];
    this.child = await machine.start('nginx', args, () => accepts(this.port));
  }

  async stop() {
    if (this.child !== null) await this.machine.stop(this.child, 'SIGQUIT');
    for (const own of this.servers.splice(0)) await own.close();
    this.child = null;
  }

  /** One request; 503 and 504 are refusals. */
  async ask() {
    const outcome = outcomeOf(await get(this.port));
    if (outcome !== 'ok') throw new Failed(outcome);
  }

  get attempts() {
    return this.servers.reduce((sum, { seen }) => sum + seen.requests, 0);
  }
}

const ok = (_, response) => response.end('ok');
const broken = (_, response) => {
  response.statusCode = 500;
  response.end();
};
const silent = () => undefined;

const TRIES = {
  attempts: { ask: 'edge->app.attempts' },
  end: { ask: 'users.latency.max', unit: 's', tolerance: 0.25 },
};

async function tries(nginx, location) {
  await nginx.restart([silent, silent, silent], { location: `proxy_read_timeout 1s; ${location}` });
  const results = await arrivals([0], () => nginx.ask());
  return { attempts: nginx.attempts, end: longest(results) };
}

export const nginx = {
  name: 'nginx',
  needs: ['nginx'],
  install: 'apt-get install nginx-light',
  version: () => /\d+\.\d+\.\d+/.exec(printed('nginx', '-v'))[0],
  start: (machine) => new Nginx(machine),
  stop: (own) => own.stop(),
  rules: [
    {
      scenario: 'nginx-limit-req-delay',
      rule: '`limit_req` with burst 12 and delay 8, 5 requests per second: 15 at once',
      figures: {
        ok: { ask: 'users.outcomes.ok' },
        refused: { ask: 'edge->app.outcomes.rejectedRateLimit' },
        'longest delay': { ask: 'users.latency.max', unit: 's', tolerance: 0.2 },
      },
      right: { ok: 13, refused: 2, 'longest delay': 0.8 },
      async measure(own) {
        await own.restart([ok], {
          context: 'limit_req_zone $server_addr zone=all:1m rate=5r/s;',
          location: 'limit_req zone=all burst=12 delay=8;',
        });
        const results = await arrivals(new Array(15).fill(0), () => own.ask());
        return {
          ok: count(results, 'ok'),
          refused: results.length - count(results, 'ok'),
          'longest delay': longest(results),
        };
      },
    },
    {
      scenario: 'nginx-next-upstream',
      variant: 'unlimited',
      rule: 'A silent server is left after `proxy_read_timeout`, and the next one tried at once',
      figures: TRIES,
      right: { attempts: 3, end: 3 },
      measure: (own) => tries(own, ''),
    },
    {
      scenario: 'nginx-next-upstream',
      variant: 'limited',
      rule: '`proxy_next_upstream_timeout` of 1.5 s starts no further try, and cuts none',
      figures: TRIES,
      right: { attempts: 2, end: 2 },
      measure: (own) => tries(own, 'proxy_next_upstream_timeout 1500ms;'),
    },
    {
      scenario: 'nginx-max-fails',
      rule: '`max_fails=1 fail_timeout=2s`: a failing server is tried again at 3 s, by the clock of whole seconds',
      figures: {
        attempts: { ask: 'edge->app.attempts' },
        ok: { ask: 'users.outcomes.ok' },
      },
      right: { attempts: 32, ok: 30 },
      async measure(own) {
        await own.restart([broken, ok], {
          upstream: 'max_fails=1 fail_timeout=2s',
          location: 'proxy_next_upstream error timeout http_500;',
        });
        // The first request comes 0.1 s after a whole second.
        await sleep(1.1 - (Date.now() % 1000) / 1000);
        const times = Array.from({ length: 30 }, (_, i) => i * 0.2);
        const results = await arrivals(times, () => own.ask());
        return { attempts: own.attempts, ok: count(results, 'ok') };
      },
    },
  ],
};
